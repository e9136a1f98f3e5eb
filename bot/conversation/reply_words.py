"""Whose reply a message is that an e-mail opened.

The links of an e-mail put a word into the message that the person sends, since it may come from a
number we do not know, or from WhatsApp under an id that hides the number. The word is unguessable
and stands in one e-mail to one address, so whoever has it reads that person's mail. From an unknown
address it counts once, and only while its wave is open; then that address is one of the person's
like any other. From an address we know it is a part of the message that means nothing.
"""

import re
import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from bot.conversation.guards import may_write_to
from bot.conversation.revisions import Content
from bot.conversation.runs import note_asked
from bot.conversation.tables import RUNS, ReplyWord
from bot.engine.flow import RunStatus
from bot.message import InboundMessage
from bot.panel import participants
from bot.store.statements import Statement

REPLY_WORDS = ReplyWord.__table__  # type: ignore[attr-defined] # SQLModel adds it

LENGTH = 11
_LETTERS = "bcdfghjkmnpqrstvwxyz23456789"
"""No vowels, so that it is no word of any language, and nothing that is read as something else.
Eleven of them have 52 bits: at the 500 strangers a day that are answered, nobody finds one.
"""

_LIKE_ONE = re.compile(rf"(?<![a-z0-9])[{_LETTERS}]{{{LENGTH}}}(?![a-z0-9])", re.IGNORECASE)

_FIND = Statement(
    select(REPLY_WORDS, RUNS.c.participant_id, RUNS.c.study, RUNS.c.status)
    .join(RUNS, RUNS.c.id == REPLY_WORDS.c.run_id)
    .where(REPLY_WORDS.c.word == bindparam("word"))
)
_REACHES = Statement(
    select(participants.REACHES.c.address_id).where(
        participants.REACHES.c.participant_id == bindparam("person"),
        participants.REACHES.c.address_id == bindparam("address"),
    )
)
_USE = Statement(
    update(REPLY_WORDS)
    .where(
        REPLY_WORDS.c.word == bindparam("word"),
        or_(REPLY_WORDS.c.used_at.is_(None), REPLY_WORDS.c.address_id == bindparam("address")),
    )
    .values(used_at=bindparam("now"), address_id=bindparam("address"))
)


def make_word(db: Connection, run: str, payload: str, said: str, now: datetime) -> str:
    """A new word for the reply to an e-mail. ``said`` are the other words of that reply."""
    word = "".join(secrets.choice(_LETTERS) for _ in range(LENGTH))
    db.execute(
        insert(REPLY_WORDS),
        {"word": word, "run_id": run, "payload": payload, "said": said, "made_at": now},
    )
    return word


def recognise(
    db: Connection, content: Content, inbound: InboundMessage, now: datetime
) -> InboundMessage:
    """The message without a word of ours, and as the tap that it stands for when nothing else in
    it was changed. Its address then reaches the person, whose run is the one that is spoken of.
    """
    for found in _LIKE_ONE.finditer(inbound.text):
        word = found[0].lower()
        row = _FIND.row(db, word=word)
        if row is None or not _may_come(db, content, inbound, row, word, now):
            continue
        is_open = row.status == str(RunStatus.WAITING)
        if is_open:
            note_asked(db, row.run_id, now)
        rest = (inbound.text[: found.start()] + inbound.text[found.end() :]).strip()
        is_whole = not rest or _folded(rest) == _folded(row.said)
        payload = row.payload if is_open and is_whole else inbound.payload
        return replace(inbound, text=rest, payload=payload)
    return inbound


def _may_come(
    db: Connection,
    content: Content,
    inbound: InboundMessage,
    row: Any,
    word: str,
    now: datetime,
) -> bool:
    """Whether the word counts from this address; an unknown one is let in."""
    address = participants.keep_address(db, inbound.channel, inbound.sender, now)
    if _REACHES.row(db, person=row.participant_id, address=address.id) is not None:
        _USE.run(db, word=word, address=address.id, now=now)
        return True
    study = content.library.studies.get(row.study)
    if row.status != str(RunStatus.WAITING) or study is None or address.opted_out_at is not None:
        return False
    if not may_write_to(content, study, inbound.channel, inbound.sender):
        return False
    if not _USE.run(db, word=word, address=address.id, now=now):
        return False
    participants.link(db, row.participant_id, address.id)
    return True


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
