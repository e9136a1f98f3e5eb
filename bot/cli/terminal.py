"""A chat with a flow in the terminal."""

import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.authoring.talk import Talk
from bot.authoring.transcripts import Line, retell, write
from bot.authoring.transcripts.lines import Act, Said, Start, Waited
from bot.authoring.transcripts.perform import NoSuchTapError, perform
from bot.authoring.transcripts.reader import reply
from bot.content.lexicon import load_lexicons
from bot.content.library import load_library
from bot.engine.flow import RunStatus
from bot.engine.run import Run
from bot.message import ButtonsForm, Channel, Form, ListForm, PictureForm, TextForm

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def chat(folders: tuple[Path, Path, Path], name: str, language: str | None, channel: str) -> int:
    """Talk until the run ends or the input does; returns the exit code. ``folders`` are those of
    the studies, the locale files and the pictures.
    """
    flows, locales, assets = folders
    library = load_library(flows, locales, assets)
    study_name, _, flow_name = name.partition("/")
    study = library.studies.get(study_name)
    revision = study.flows.get(flow_name) if study else None
    if study is None or revision is None:
        known = [f"{one.name}/{flow}" for one in library.studies.values() for flow in one.flows]
        print(f"There is no flow {name}. Known: {', '.join(known) or 'none'}.", file=sys.stderr)
        return 2
    language = language or revision.flow.language
    if language not in revision.flow.languages:
        offered = ", ".join(revision.flow.languages)
        print(f"{name} is not complete in {language}. Complete: {offered}.", file=sys.stderr)
        return 2
    now, run = datetime.now(UTC), Run("try", revision.hash, "try", language)
    talk = Talk(library, load_lexicons(locales), study, revision, Channel(channel), run, now)
    story: list[Line] = []
    _do(talk, Start(language, talk.channel, flow_name), story)
    while talk.run.status is RunStatus.WAITING:
        try:
            typed = input("< ").strip()
        except (EOFError, KeyboardInterrupt):
            break
        if typed.startswith("/save"):
            _save(typed.removeprefix("/save").strip(), flows / study_name, story)
        elif typed:
            act = _later(typed) if typed.startswith("/later") else reply(typed)
            _do(talk, act, story)
    return 0


def _do(talk: Talk, act: Start | Act, story: list[Line]) -> None:
    """Do it, show what came of it and remember both."""
    story.append(act)
    try:
        for forms in perform(talk, act):
            show(forms)
            outcomes = retell(forms, talk.effects, talk.channel)
            story.extend(outcomes)
            for outcome in outcomes:
                if not isinstance(outcome, Said):
                    print(outcome)
    except NoSuchTapError as error:
        story.pop()
        print(error, file=sys.stderr)


def _later(typed: str) -> Waited:
    days = typed.removeprefix("/later").strip(" d")
    return Waited(timedelta(days=int(days) if days.isdigit() and int(days) else 1))


def _save(name: str, study: Path, story: list[Line]) -> None:
    """Keep the conversation as a test of the study; a file that is there stays."""
    if not _NAME.fullmatch(name):
        print("Write: /save NAME (small letters, digits and _).", file=sys.stderr)
        return
    file = study / "tests" / f"{name}.chat"
    if file.exists():
        print(f"{file} is there already; take another name.", file=sys.stderr)
        return
    file.parent.mkdir(exist_ok=True)
    file.write_text(write(story, "Say here why this conversation matters."), encoding="utf-8")
    print(f"Saved as {file}; polsbot test plays it.", file=sys.stderr)


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
