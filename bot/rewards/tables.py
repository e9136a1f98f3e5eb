"""Entries that balance; nothing is ever changed, only reversed."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from bot.store.columns import Serial, UtcTime


class Entry(SQLModel, table=True):
    """A balanced record. ``key`` says what it is for (``run:<id>:reward``) and is there once."""

    __tablename__ = "entries"
    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    key: str = Field(unique=True)
    at: datetime = Field(sa_type=UtcTime)


class Posting(SQLModel, table=True):
    """One leg of an entry: whole ``cents`` into (+) or out of (-) an account."""

    __tablename__ = "postings"
    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    entry_id: int = Field(foreign_key="entries.id", sa_type=Serial)
    account: str = Field(index=True)
    cents: int
    currency: str
