"""What a message means where it came: to the open question, or as a command."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.conversation.revisions import Content
from bot.engine.advance import is_zero
from bot.engine.asking import reply_question
from bot.engine.flow import RunStatus
from bot.engine.replies import read_payload, understand
from bot.engine.replies.reading import Command, Commanded, Reading, Tapped, Unclear
from bot.engine.run import Run
from bot.message import InboundMessage


def read(
    db: Connection, content: Content, inbound: InboundMessage, row: Any, run: Run | None
) -> Reading:
    """What the message means to the question that is open there."""
    if inbound.keyword in ("stop", "start", "help"):
        return Commanded(Command(inbound.keyword), "carrier")
    if inbound.payload is not None:
        tapped = read_payload(inbound.payload)
        if tapped is not None:
            return tapped
    if inbound.media and not inbound.text.strip():
        return Unclear("media")
    if row is None or run is None:
        return understand(None, inbound.text, content.lexicons, "nl")
    question = None
    if run.status is RunStatus.WAITING:
        revision = content.revision(db, row.revision)
        today = inbound.received_at.astimezone(ZoneInfo(row.timezone)).date()
        question = reply_question(revision.flow, run, content.words(revision), today)
    return understand(question, inbound.text, content.lexicons, run.language)


def name_of(reading: Reading, typed: str, run: Run | None) -> str:
    """How the message was taken, without a word of it; unclear is also what can move no run."""
    match reading:
        case Unclear() | Commanded(command=Command.SKIP) if not _is_open(run):
            return "unclear: no question"
        case Commanded(command=Command.BACK) if run is None or not run.path or not _is_open(run):
            return "unclear: nothing before"
        case Unclear() if is_zero(typed):
            return "answer: zero"
        case Commanded(command=command):
            return f"command {command}"
        case Tapped():
            return "tap"
        case Unclear(reason=reason):
            return f"unclear: {reason}"
        case _:
            return f"answer: {reading.reason}"


def _is_open(run: Run | None) -> bool:
    return run is not None and run.status is RunStatus.WAITING
