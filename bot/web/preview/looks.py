"""What the panels beside the phone show; they only read."""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.content.languages import RIGHT_TO_LEFT
from bot.content.library import Library
from bot.content.revision import Revision
from bot.content.study import Study
from bot.web.preview.inspect import exported_row, steps_of
from bot.web.preview.keys import STAGE
from bot.web.preview.rows import run_of
from bot.web.preview.stage import Phone, Stage, StageError
from bot.web.preview.wire import payload_of

_MOST_SHOWN = 12
_WORDS = "polsbot.phone_"


def listed(library: Library) -> list[tuple[Study, Revision]]:
    """Every flow in the order of the menu; the phone opens with the first."""
    return [
        (study, revision)
        for study in library.studies.values()
        for _, revision in sorted(study.flows.items(), reverse=True)
    ]


async def flows(request: web.Request) -> web.Response:
    """Every flow with its languages, what these are called, and the phone's own words in each."""
    library = request.app[STAGE].conversations.content.library
    found = [
        {
            "name": f"{study.name}/{revision.flow.name}",
            "title": revision.flow.title,
            "study": study.title or study.name,
            "languages": list(revision.flow.languages),
        }
        for study, revision in listed(library)
    ]
    names = {
        code: words.get(f"polsbot.language.{code}", code) for code, words in library.own.items()
    }
    right_to_left = [code for code in names if code.split("-")[0] in RIGHT_TO_LEFT]
    words = {code: _of_the_phone(own) for code, own in library.own.items()}
    return web.json_response(
        {"flows": found, "names": names, "rightToLeft": right_to_left, "words": words}
    )


async def row(request: web.Request) -> web.Response:
    """The run of this phone as ``polsbot export`` writes it."""
    stage, phone = _asked(request)
    database = stage.conversations.runtime.database
    run = await database.read(run_of, phone.participant)
    if run is None:
        return web.json_response({"cells": []})
    cells = await database.read(exported_row, phone.study, run, phone.revision)
    return web.json_response({"cells": cells})


async def steps(request: web.Request) -> web.Response:
    """The flow of this phone, with what became of each step."""
    stage, phone = _asked(request)
    run = await stage.conversations.runtime.database.read(run_of, phone.participant)
    if run is None:
        return web.json_response({"steps": []})
    texts = stage.conversations.content.texts(phone.revision)
    found = steps_of(phone.revision, run, texts)
    return web.json_response({"steps": found, "status": str(run.status), "wave": run.wave})


async def wire(request: web.Request) -> web.Response:
    """What a provider would be told for the newest messages, the newest first."""
    stage, phone = _asked(request)
    messages = stage.conversations.runtime.local.sent_to(phone.address)[-_MOST_SHOWN:]
    return web.json_response({"messages": [await payload_of(one) for one in reversed(messages)]})


async def problems(request: web.Request) -> web.Response:
    """What ``polsbot check`` finds."""
    found = await asyncio.to_thread(request.app[STAGE].workbench.check)
    shown: list[dict[str, Any]] = [
        {
            "code": one.code,
            "severity": str(one.severity),
            "place": f"{one.file}:{one.line}",
            "message": one.message,
            "suggestion": one.suggestion,
            "excerpt": one.excerpt,
            "column": one.column,
            "width": one.width,
        }
        for one in found
    ]
    return web.json_response({"problems": shown})


def _of_the_phone(own: Mapping[str, str]) -> dict[str, str]:
    return {key.removeprefix(_WORDS): text for key, text in own.items() if key.startswith(_WORDS)}


def _asked(request: web.Request) -> tuple[Stage, Phone]:
    stage = request.app[STAGE]
    try:
        return stage, stage.phone(request.query.get("phone"))
    except StageError as error:
        raise web.HTTPNotFound(text=str(error)) from None
