"""An invitation or a reminder by e-mail: made when it leaves, and stopped by its link."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.content.compose import ComposeError
from bot.content.letter import STOP, letter
from bot.content.study import Study
from bot.content.templates import opener_of
from bot.conversation.orders import load_send
from bot.conversation.reply_words import make_word
from bot.conversation.revisions import Content
from bot.conversation.speak import texts_of, values_of
from bot.conversation.tables import OUTBOUND
from bot.conversation.templates import payloads
from bot.message import Channel, EmailForm, InboundMessage
from bot.panel import participants
from bot.store.statements import Statement

_SENT = Statement(
    select(
        OUTBOUND.c.address_id,
        OUTBOUND.c.language,
        participants.ADDRESSES.c.address,
        participants.ADDRESSES.c.opted_out_at,
    )
    .join(participants.ADDRESSES, participants.ADDRESSES.c.id == OUTBOUND.c.address_id)
    .where(OUTBOUND.c.token == bindparam("token"), OUTBOUND.c.channel == str(Channel.EMAIL))
)


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail that was sent: where to, by id and as it is (``None`` once erased), and in which
    language. ``is_stopped``: that address wants no more.
    """

    address_id: str
    address: str | None
    language: str
    is_stopped: bool


class NoLetterError(ComposeError):
    """Something of the set-up is missing; the message holds no word of a person."""


def write_letter(
    db: Connection, content: Content, row: Any, study: Study | None, now: datetime
) -> EmailForm:
    """The e-mail of a row of the outbox; raises NoLetterError when it could not be answered."""
    head = content.letterhead
    if head is None or study is None or row.run_id is None:
        raise NoLetterError("no e-mail can be written here: set SMTP_URL")
    wanted = _wanted_channels(db, row.participant_id, content.channels(study))
    numbers = {one: number for one, number in head.numbers.items() if one in wanted}
    if not numbers:
        raise NoLetterError("there is no channel on which an e-mail could be answered")
    send = load_send(row.order)
    opener, texts = opener_of(send), texts_of(db, content, row)
    values = values_of(db, content, row, study, send)
    said = texts.say(opener.labels[0], row.language, values)
    payload = payloads(send, row, opener)[0]
    return letter(
        send,
        opener,
        row.language,
        texts,
        values,
        numbers,
        f"{said} {make_word(db, row.run_id, payload, said, now)}",
        f"{head.address}{STOP}{row.token}",
    )


def letter_of(db: Connection, token: str) -> Letter | None:
    """The e-mail whose link has this token; ``None``: there is no such one."""
    row = _SENT.row(db, token=token)
    if row is None:
        return None
    return Letter(row.address_id, row.address, row.language, row.opted_out_at is not None)


def want_again(db: Connection, token: str) -> Letter | None:
    """E-mails may go to that address again; an open run stays where it is."""
    letter = letter_of(db, token)
    if letter is not None and letter.address is not None:
        participants.opt_in(db, letter.address_id)
    return letter


def stop_said(address: str, now: datetime) -> InboundMessage:
    """What tapping the link means: a stop, which the page behind it has answered already."""
    return InboundMessage(
        channel=Channel.EMAIL,
        provider_id=f"stop-{secrets.token_hex(8)}",
        sender=address,
        to="",
        text="",
        received_at=now,
        keyword="stop",
    )


def _wanted_channels(db: Connection, participant: str, channels: tuple[str, ...]) -> set[str]:
    """Where the person may answer: not where every address of theirs is dead or wants no more."""
    known = participants.addresses_of(db, participant)
    closed = {one.channel for one in known} - {
        one.channel for one in known if one.is_alive and one.opted_out_at is None
    }
    return set(channels) - closed
