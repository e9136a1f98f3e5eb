"""Runs, what came in, what goes out, and the answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from bot.message import DeliveryState
from bot.store.columns import Encrypted, Hashed, Json, Serial, UtcTime


class KeptRevision(SQLModel, table=True):
    """The frozen content of a flow, kept as long as a run is pinned to it."""

    __tablename__ = "revisions"
    hash: str = Field(primary_key=True)
    study: str
    flow: str
    document: str = Field(sa_type=Text)
    kept_at: datetime = Field(sa_type=UtcTime)


class KeptRun(SQLModel, table=True):
    """A run. ``state`` is its stored form; ``version`` guards against two writers.

    ``address_id`` is where its question was last asked, ``asked_at`` when.
    """

    __tablename__ = "runs"
    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participants.id", index=True)
    invitation_id: str | None = Field(default=None, foreign_key="invitations.id", unique=True)
    study: str
    flow: str
    wave: int
    revision: str = Field(foreign_key="revisions.hash")
    status: str
    state: str = Field(sa_type=Encrypted("runs.state"))
    version: int
    asked_at: datetime = Field(sa_type=UtcTime)
    started_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Inbound(SQLModel, table=True):
    """A message from a person; the provider's id changes a conversation at most once, ever."""

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        Index("ix_inbound_lately", "address_id", "received_at"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    channel: str
    provider_id: str
    address_id: str = Field(foreign_key="addresses.id")
    run_id: str | None = None
    text: str | None = Field(default=None, sa_type=Encrypted("inbound.text"))
    reading: str
    received_at: datetime = Field(sa_type=UtcTime)


class InboundLook(SQLModel, table=True):
    """How far the provider's list of received messages was read: ``reached``. The next look is at
    ``due_at``, in whatever process.
    """

    __tablename__ = "inbound_looks"
    name: str = Field(primary_key=True)
    reached: datetime = Field(sa_type=UtcTime)
    due_at: datetime = Field(sa_type=UtcTime)


class Outbound(SQLModel, table=True):
    """A message to a person, saved before it is sent. ``order`` is the effect, ``form`` the words.

    ``place`` orders what goes to one handset: ten times the id of the row that the order was saved
    in, plus the part, where one order makes several messages; a crisis begins at 0. ``batch`` is
    the event it came from.
    ``is_unprompted``: nobody asked for it just now; by its ``purpose``, kept for the index.
    ``is_plain`` says it in words only, since the channel refused its form. ``looks`` counts how
    often an uncertain message was looked for at the provider.
    ``state`` is a DeliveryState or ``dropped``; ``form``, ``address_id`` and ``channel`` are
    written once, at the first claim. ``not_before`` is when it may leave, and once it was claimed,
    when that was. ``leased_until`` belongs to the process that is sending.
    """

    __tablename__ = "outbound"
    __table_args__ = (
        Index("ix_outbound_line", "state", "is_unprompted", "not_before", "id"),
        Index("ix_outbound_lately", "created_at"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    token: str = Field(unique=True)
    participant_id: str | None = Field(default=None, foreign_key="participants.id", index=True)
    run_id: str | None = None
    address_id: str | None = Field(default=None, foreign_key="addresses.id", index=True)
    channel: str | None = None
    place: int | None = Field(default=None, sa_type=BigInteger)
    batch: str
    purpose: str
    is_unprompted: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    language: str
    order: str = Field(sa_type=Encrypted("outbound.order"))
    form: str | None = Field(default=None, sa_type=Encrypted("outbound.form"))
    state: str
    tries: int = 0
    is_plain: bool = False
    looks: int = 0
    looked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    code: str | None = None
    provider_id: str | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_type=UtcTime)
    not_before: datetime = Field(sa_type=UtcTime)
    leased_until: datetime | None = Field(default=None, sa_type=UtcTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)


class ReplyWord(SQLModel, table=True):
    """A word that an e-mail puts into the message it opens: it tells whose reply that is.

    ``payload`` is what the message stands for as long as its own words are ``said``. The word lets
    one unknown address in, once: ``used_at`` and ``address_id``.
    """

    __tablename__ = "reply_words"
    word: bytes = Field(primary_key=True, sa_type=Hashed("reply word"))
    run_id: str = Field(foreign_key="runs.id", index=True)
    payload: str
    said: str
    made_at: datetime = Field(sa_type=UtcTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)
    address_id: str | None = Field(default=None, foreign_key="addresses.id")


class ContentResource(SQLModel, table=True):
    """A stored message at the provider, by our name for its content."""

    __tablename__ = "content_resources"
    name: str = Field(primary_key=True)
    sid: str


class KeptTemplate(SQLModel, table=True):
    """A template at the provider, and how far the channel's owner is with it.

    ``name`` holds a hash of its content. ``state`` is the provider's word, ``approved`` lets it be
    sent. ``looked_at`` is when the provider was last asked.
    """

    __tablename__ = "templates"
    name: str = Field(primary_key=True)
    provider_id: str
    language: str
    state: str
    reason: str
    looked_at: datetime = Field(sa_type=UtcTime)


class Answer(SQLModel, table=True):
    """What was understood, what was typed, and how it was asked; a correction is a further row.

    ``value`` is a code, a number, a date or a list of codes; ``words`` is an answer in free text.
    Both are ``None`` for what was skipped, undone or not understood.
    """

    __tablename__ = "answers"
    __table_args__ = (Index("ix_answers_run", "run_id", "step"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    run_id: str = Field(foreign_key="runs.id")
    participant_id: str = Field(foreign_key="participants.id")
    step: str
    value: Any = Field(default=None, sa_type=Json, nullable=True)
    words: str | None = Field(default=None, sa_type=Encrypted("answers.words"))
    typed: str | None = Field(default=None, sa_type=Encrypted("answers.typed"))
    reason: str
    language: str
    channel: str
    shown: list[Any] = Field(sa_type=Json)
    corrects: bool
    at: datetime = Field(sa_type=UtcTime)


INBOUND = Inbound.__table__  # type: ignore[attr-defined] # SQLModel adds it
OUTBOUND = Outbound.__table__  # type: ignore[attr-defined] # SQLModel adds it
ANSWERS = Answer.__table__  # type: ignore[attr-defined] # SQLModel adds it
RUNS = KeptRun.__table__  # type: ignore[attr-defined] # SQLModel adds it

DROPPED = "dropped"
LOST = (str(DeliveryState.FAILED), DROPPED)
"""States of a message that certainly did not arrive."""

UNPROMPTED = ("opening", "reminder")
"""Purposes of what nobody asked for just now: it leaves in decent hours only, and behind all
replies.
"""
