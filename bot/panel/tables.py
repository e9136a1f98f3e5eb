"""Who takes part, where they are reached, what was agreed, and what is due."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.columns import Encrypted, Hashed, Serial, UtcTime

_GREETED = text("greeted_at IS NOT NULL")


class Organisation(SQLModel, table=True):
    """A municipality; every participant belongs to one and staff see only theirs."""

    __tablename__ = "organisations"
    id: str = Field(primary_key=True)
    name: str
    created_at: datetime = Field(sa_type=UtcTime)


class Participant(SQLModel, table=True):
    """A person who is asked. ``seed`` draws arms and orders; one ``is_test`` is in no figure, gets
    no reward and no wave.

    Waves count from ``anchor_on``, the later of intake and enrolment; ``next_wave_at`` is when to
    look again, ``None`` when no wave will come. ``status``: active, paused, stopped, erased;
    ``paused_for`` says why no wave comes: silent, crisis or operator.
    ``channel`` is what the person likes best; ``listens`` whether questions are read aloud:
    ``None`` (never offered), offered, on or off.
    """

    __tablename__ = "participants"
    id: str = Field(primary_key=True)
    organisation_id: str = Field(foreign_key="organisations.id", index=True)
    study: str
    first_name: str | None = Field(default=None, sa_type=Encrypted("participants.first_name"))
    language: str
    channel: str | None = None
    listens: str | None = None
    seed: int
    intake_on: date
    anchor_on: date
    next_wave_at: datetime | None = Field(default=None, sa_type=UtcTime, index=True)
    timezone: str = "Europe/Amsterdam"
    status: str = "active"
    paused_for: str | None = None
    is_test: bool = False
    created_at: datetime = Field(sa_type=UtcTime)


class Address(SQLModel, table=True):
    """A place where somebody is reached: identity is (channel, address), never a phone number.

    ``opted_out_at`` is final until the person asks back. ``heard_at`` is the last message from
    there: it opens the service window. ``greeted_at`` is our last answer to a stranger.
    """

    __tablename__ = "addresses"
    __table_args__ = (
        UniqueConstraint("channel", "address_hash"),
        Index(
            "ix_addresses_greeted", "greeted_at", sqlite_where=_GREETED, postgresql_where=_GREETED
        ),
    )
    id: str = Field(primary_key=True)
    channel: str
    address: str | None = Field(default=None, sa_type=Encrypted("addresses.address"))
    address_hash: bytes = Field(sa_type=Hashed("address", of="address"))
    is_alive: bool = True
    opted_out_at: datetime | None = Field(default=None, sa_type=UtcTime)
    heard_at: datetime | None = Field(default=None, sa_type=UtcTime)
    greeted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    created_at: datetime = Field(sa_type=UtcTime)


class Reach(SQLModel, table=True):
    """Which addresses reach which participant: a person has many, a household may share one."""

    __tablename__ = "reaches"
    participant_id: str = Field(primary_key=True, foreign_key="participants.id")
    address_id: str = Field(primary_key=True, foreign_key="addresses.id", index=True)


class Consent(SQLModel, table=True):
    """What was agreed, under which wording (``revision``), and until when."""

    __tablename__ = "consents"
    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    participant_id: str = Field(foreign_key="participants.id", index=True)
    purpose: str
    revision: str
    given_at: datetime = Field(sa_type=UtcTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Invitation(SQLModel, table=True):
    """One wave for one participant: it can be opened only once.

    ``disposition``, once it is over: see ``dispositions``.
    """

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("participant_id", "study", "wave", "number"),)
    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participants.id")
    study: str
    wave: str
    number: int
    opened_at: datetime = Field(sa_type=UtcTime)
    disposition: str | None = None


class Pause(SQLModel, table=True):
    """A time in which a study writes to nobody unprompted; ``resumed_at`` is ``None`` during it."""

    __tablename__ = "pauses"
    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    study: str = Field(index=True)
    paused_at: datetime = Field(sa_type=UtcTime)
    resumed_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Timer(SQLModel, table=True):
    """What happens to a run at ``due_at``; ``turn`` is ``None`` when it outlives every reply.

    ``run_id`` of an erasure may be the participant's id: who was never asked has no run.
    """

    __tablename__ = "timers"
    __table_args__ = (Index("ix_timers_due", "done_at", "due_at", "id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    run_id: str = Field(index=True)
    name: str
    turn: int | None = None
    due_at: datetime = Field(sa_type=UtcTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcTime)


INVITATIONS = Invitation.__table__  # type: ignore[attr-defined] # SQLModel adds it
