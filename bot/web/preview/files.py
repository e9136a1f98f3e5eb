"""Files that were saved are read again, and the phones go on with what they say now."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from bot.content.lexicon import LexiconError
from bot.content.library import Library
from bot.content.problem import Severity
from bot.conversation.installed import runtime_cards
from bot.web.preview.stage import Stage

EVERY = 1.0
"""Seconds between two looks at the files."""

_KINDS = frozenset({".yaml", ".po", ".svg", ".ogg"})

log = structlog.get_logger()

Signature = frozenset[tuple[str, int, int]]


async def watch(stage: Stage) -> None:
    """Look at the files until cancelled; a fault of a file is told, never raised."""
    folders, draw = stage.workbench.folders, stage.workbench.draw
    seen = await asyncio.to_thread(signature, folders)
    drawing: asyncio.Future[int] | None = None
    try:
        while True:
            await asyncio.sleep(EVERY)
            found = await asyncio.to_thread(signature, folders)
            if found != seen:
                seen = found
                await read_again(stage)
                if drawing is not None:
                    drawing.cancel()
                drawing = asyncio.ensure_future(draw(stage.conversations.content))
    finally:
        if drawing is not None:
            drawing.cancel()


async def read_again(stage: Stage) -> None:
    """Read the files and let every phone go on with them; faulty ones leave all as it was."""
    try:
        library, lexicons = await asyncio.to_thread(stage.workbench.load)
    except LexiconError as error:
        stage.broken = str(error).splitlines()[0]
    except Exception:
        log.exception("the files could not be read again")
        stage.broken = "The files could not be read: see the terminal."
    else:
        stage.broken = _first_error(library)
        runtime = replace(stage.conversations.runtime, library=library, lexicons=lexicons)
        stage.conversations.content.renew(library, lexicons, runtime_cards(runtime))
    stage.version += 1


def signature(folders: Sequence[Path]) -> Signature:
    """What changes when a file is saved, made or removed."""
    found = set()
    for folder in folders:
        for path in folder.rglob("*"):
            if path.suffix in _KINDS:
                try:
                    state = path.stat()
                except OSError:  # it went away while we looked
                    continue
                found.add((str(path), state.st_mtime_ns, state.st_size))
    return frozenset(found)


def _first_error(library: Library) -> str:
    for problem in library.problems:
        if problem.severity is Severity.ERROR:
            return f"{problem.file}:{problem.line}: {problem.message}"
    return ""
