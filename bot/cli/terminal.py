"""A chat with a flow in the terminal."""

import re
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.authoring.talk import Talk
from bot.authoring.transcripts import Line, retell, write
from bot.authoring.transcripts.lines import Act, Said, Start, Typed, Waited
from bot.authoring.transcripts.perform import NoSuchTapError, perform
from bot.authoring.transcripts.reader import reply
from bot.content.languages import own_name
from bot.content.lexicon import load_lexicons
from bot.content.library import load_library
from bot.engine.flow import RunStatus
from bot.engine.run import Run
from bot.message import ButtonsForm, Channel, Form, ListForm, PictureForm, TextForm

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_TIME = re.compile(r"([1-9][0-9]{0,3}) ?(d|h)?(ays?|ours?)?")
_ORDERS = "/later 3d, /fail, /lang tr, /save NAME"


class _NoOrderError(ValueError):
    """What stands behind the slash cannot be done; the message says what can."""


@dataclass
class _Chat:
    """What is going on in the terminal. ``story`` is all that happened, as lines of a test.
    ``is_failing`` while the next message will not arrive, ``has_failed`` once one did not.
    """

    talk: Talk
    tests: Path
    story: list[Line] = field(default_factory=list)
    is_failing: bool = False
    has_failed: bool = False


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
    here = _Chat(talk, flows / study_name / "tests")
    _do(here, Start(language, talk.channel, flow_name))
    while talk.run.status is RunStatus.WAITING:
        try:
            typed = input("< ").strip()
        except (EOFError, KeyboardInterrupt):
            print(file=sys.stderr)
            break
        try:
            act = _order(here, typed) if typed.startswith("/") else typed and reply(typed)
        except _NoOrderError as error:
            print(error, file=sys.stderr)
            continue
        if act:
            _do(here, act)
    return 0


def _do(here: _Chat, act: Start | Act) -> None:
    """Do it, show what came of it and remember both."""
    talk = here.talk
    here.story.append(act)
    try:
        for forms in perform(talk, act):
            arrived = _lost(here, forms) if here.is_failing and forms else forms
            show(arrived)
            outcomes = retell(arrived, talk.effects, talk.channel)
            here.story.extend(outcomes)
            for outcome in outcomes:
                if not isinstance(outcome, Said):
                    print(outcome)
    except NoSuchTapError as error:
        here.story.pop()
        print(error, file=sys.stderr)


def _lost(here: _Chat, forms: list[Form]) -> list[Form]:
    """What arrives in the place of messages that did not."""
    here.is_failing, here.has_failed = False, True
    print(f"These did not arrive by {here.talk.channel}:", file=sys.stderr)
    show(forms)
    instead = here.talk.lose(forms)
    how = f"So they go by {here.talk.channel}:" if instead else "They go nowhere else."
    print(how, file=sys.stderr)
    return instead


def _order(here: _Chat, typed: str) -> Act | None:
    """What is to be done to the talk, ``None`` when it is done; raises _NoOrderError."""
    word, _, rest = typed.partition(" ")
    match word:
        case "/later":
            return _later(rest.strip())
        case "/lang":
            return _language(here.talk, rest.strip())
        case "/save":
            _save(here, rest.strip())
            return None
        case "/fail":
            here.is_failing = True
            print("The next message will not arrive.", file=sys.stderr)
            return None
        case _:
            raise _NoOrderError(f"There is no {word}. There are {_ORDERS}.")


def _later(time: str) -> Waited:
    found = _TIME.fullmatch(time or "1d")
    if found is None:
        raise _NoOrderError("Write how much time passes: /later 3d or /later 5h.")
    number = int(found[1])
    return Waited(timedelta(hours=number) if found[2] == "h" else timedelta(days=number))


def _language(talk: Talk, code: str) -> Typed:
    """The name of the language, which people may type at every step."""
    offered = talk.revision.flow.languages
    if code not in offered:
        raise _NoOrderError(f"Write one of the languages of the flow: /lang {'|'.join(offered)}.")
    return Typed(own_name(code))


def _save(here: _Chat, name: str) -> None:
    """Keep the conversation as a test of the study; a file that is there stays."""
    if not _NAME.fullmatch(name):
        raise _NoOrderError("Write: /save NAME (small letters, digits and _).")
    if here.has_failed:
        raise _NoOrderError("A test cannot tell of a message that did not arrive. Begin again.")
    file = here.tests / f"{name}.chat"
    if file.exists():
        raise _NoOrderError(f"{file} is there already; take another name.")
    file.parent.mkdir(exist_ok=True)
    file.write_text(write(here.story, "Say here why this conversation matters."), encoding="utf-8")
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
