"""Concerns that a person takes over."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import Serial, UtcTime


class Case(SQLModel, table=True):
    """A concern of one participant: human, crisis, wrong_person, not_understood, erase, silent,
    parked (a message of which nobody knows whether it left) or unpaid (a voucher that is owed to
    who cannot be written to).

    ``open_key`` is the kind while the case is open and its own id once closed, so that a
    participant has at most one open case of a kind. ``owner`` has accepted it. ``alarm_at`` is when
    the next alarm is due, ``None`` when nobody needs to be called; ``alarms`` counts them.
    """

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("participant_id", "open_key"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    participant_id: str = Field(foreign_key="participants.id")
    kind: str
    open_key: str
    owner: str | None = None
    opened_at: datetime = Field(sa_type=UtcTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    alarm_at: datetime | None = Field(default=None, sa_type=UtcTime, index=True)
    alarms: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
