"""What a message means when no question is open: commands still work, at any time."""

from collections.abc import Collection
from enum import StrEnum
from typing import assert_never

from bot.engine.effects import (
    CRISIS,
    Effect,
    OpenCase,
    OptIn,
    OptOut,
    PreferChannel,
    Send,
    SwitchLanguage,
    Text,
)
from bot.engine.flow import RunStatus
from bot.engine.replies.reading import Command, Commanded, Reading, Tapped
from bot.engine.run import Run


class Quiet(StrEnum):
    """Why no question is open, as the text that says it: who ``WAITS`` is written to again, who
    ``DECLINED`` never, since there is no consent, and who ``STOPPED`` after a word.
    """

    WAITS = "no_question_open"
    STOPPED = "no_question_stopped"
    DECLINED = "no_question_declined"
    HANDED_OVER = "human_already"


def respond(
    reading: Reading,
    run: Run | None,
    languages: Collection[str] = (),
    quiet: Quiet = Quiet.WAITS,
) -> tuple[Effect, ...]:
    """The answer to a message outside a question; ``run`` is the latest run, if there was one.

    ``languages`` can be spoken; what is said after a switch is said in the new one.
    """
    if isinstance(reading, Commanded):
        return _command(reading, languages, quiet)
    if run is not None and run.status is RunStatus.EXPIRED:
        return (_say("expired_thanks"),)
    if isinstance(reading, Tapped) and quiet is not Quiet.DECLINED:
        return (_say("saved_already"),)
    return (_say(quiet),)


def _command(said: Commanded, languages: Collection[str], quiet: Quiet) -> tuple[Effect, ...]:
    match said.command:
        case Command.STOP:
            return (OptOut(), _say("stopped", "farewell"))
        case Command.WRONG_PERSON:
            return (OptOut(), OpenCase("wrong_person"), _say("wrong_person", "farewell"))
        case Command.CRISIS:
            return (OpenCase(CRISIS), _say("crisis", CRISIS))
        case Command.START:
            declined = quiet is Quiet.DECLINED  # a word brings back messages, not the consent
            return (OptIn(), _say(quiet if declined else "started_again"))
        case Command.HUMAN:
            return (OpenCase("human"), _say("human_coming", "answer"))
        case Command.LANGUAGE:
            return _language(said.language, languages)
        case Command.WHATSAPP | Command.SMS if quiet is Quiet.WAITS:
            return (PreferChannel(str(said.command)), _say(f"channel_{said.command}"))
        case Command.ERASE:
            return (OpenCase("erase"), _say("human_coming", "answer"))
        case Command.HELP | Command.BALANCE | Command.MY_DATA:
            return (_say(said.command, "answer"),)
        case Command.SKIP | Command.BACK | Command.WHATSAPP | Command.SMS:
            return (_say(quiet),)
        case _:
            assert_never(said.command)


def _language(wanted: str | None, languages: Collection[str]) -> tuple[Effect, ...]:
    if wanted is None:
        return (_say("language_menu"),)
    if wanted not in languages:
        return (_say("language_not_here"),)
    return (SwitchLanguage(wanted), _say("language_switched"))


def _say(key: str, purpose: str = "reply") -> Send:
    return Send(None, Text(f"polsbot.{key}"), purpose=purpose)
