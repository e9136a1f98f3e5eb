"""A chat with a flow in the terminal."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.authoring.talk import Talk
from bot.content.lexicon import load_lexicons
from bot.content.library import load_library
from bot.engine.flow import RunStatus
from bot.engine.run import Run
from bot.message import ButtonsForm, Channel, Form, ListForm, PictureForm, TextForm


def chat(name: str, language: str, channel: str) -> int:
    """Talk until the run ends or the input does; returns the exit code."""
    locales = Path("locales")
    library = load_library(Path("flows"), locales, Path("assets"))
    study_name, _, flow_name = name.partition("/")
    study = library.studies.get(study_name)
    revision = study.flows.get(flow_name) if study else None
    if study is None or revision is None:
        known = [f"{one.name}/{flow}" for one in library.studies.values() for flow in one.flows]
        print(f"There is no flow {name}. Known: {', '.join(known) or 'none'}.", file=sys.stderr)
        return 2
    if language not in revision.flow.languages:
        offered = ", ".join(revision.flow.languages)
        print(f"{name} is not complete in {language}. Complete: {offered}.", file=sys.stderr)
        return 2
    run = Run("try", revision.hash, "try", language)
    talk = Talk(
        library, load_lexicons(locales), study, revision, Channel(channel), run, datetime.now(UTC)
    )
    show(talk.start())
    while talk.run.status is RunStatus.WAITING:
        try:
            typed = input("< ")
        except (EOFError, KeyboardInterrupt):
            break
        if typed.startswith("/later"):
            days = typed.removeprefix("/later").strip(" d")
            for forms in talk.wait(timedelta(days=int(days) if days.isdigit() else 1)):
                show(forms)
        else:
            show(talk.type(typed))
    return 0


def show(forms: list[Form]) -> None:
    """Print messages as a phone would show them."""
    for form in forms:
        match form:
            case TextForm(body=body) | PictureForm(body=body):
                print(f"> {body}")
            case ButtonsForm(body=body, buttons=buttons):
                print(f"> {body}  [{' | '.join(button.title for button in buttons)}]")
            case ListForm(body=body, rows=rows):
                print(f"> {body}  [{' | '.join(row.title for row in rows)}]")
            case _:
                print(f"> {form}")
