"""Entries that balance, the vouchers in stock, and what is paid out with them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import Encrypted, Hashed, Serial, UtcTime


class Entry(SQLModel, table=True):
    """A balanced record. ``key`` says what it is for (``run:<id>:reward``) and is there once.

    Nothing in ``entries`` and ``postings`` is ever changed: the database refuses it.
    """

    __tablename__ = "entries"
    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    key: str = Field(unique=True)
    at: datetime = Field(sa_type=UtcTime)


class Posting(SQLModel, table=True):
    """One leg of an entry: whole ``cents``, + what we owe for or is paid with (credit), − what we
    have or spend (debit).
    """

    __tablename__ = "postings"
    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    entry_id: int = Field(foreign_key="entries.id", sa_type=Serial, index=True)
    account: str = Field(index=True)
    cents: int
    currency: str


class Payout(SQLModel, table=True):
    """A full pot on its way to a participant; ``number`` counts the participant's payouts.

    ``tries`` counts the messages it went out in, the last one made at ``requested_at``. ``look_at``
    is when the clock looks at it again, ``None`` when nothing is left to do. ``told_at``: the
    participant was told that the voucher comes later. ``picture_hash`` finds it by the secret
    address of its picture, which opens until ``picture_until``.
    """

    __tablename__ = "payouts"
    __table_args__ = (
        UniqueConstraint("participant_id", "number"),
        Index("ix_payouts_look_at", "look_at"),
        Index("ix_payouts_lately", "study", "requested_at"),
        CheckConstraint("cents > 0", name="ck_payouts_cents"),
    )
    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participants.id")
    study: str
    number: int
    cents: int
    currency: str
    state: str
    tries: int = 0
    picture_hash: bytes = Field(sa_type=Hashed("payouts.picture"), unique=True)
    picture_until: datetime | None = Field(default=None, sa_type=UtcTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)
    requested_at: datetime | None = Field(default=None, sa_type=UtcTime)
    look_at: datetime | None = Field(default=None, sa_type=UtcTime)
    reserved_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)


class Voucher(SQLModel, table=True):
    """A code that a shop takes for money, until ``expires_on`` (included).

    It belongs to at most one payout, and a payout to at most one voucher. ``batch`` is the delivery
    it came in, or the reference of its purchase; ``barcode`` is how the shop scans it: qr or
    code128. ``lost_at``: written off, because it expired or can be given to nobody else any
    more.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        Index("ix_vouchers_stock", "study", "payout_id", "lost_at", "expires_on"),
        CheckConstraint("cents > 0", name="ck_vouchers_cents"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    study: str
    batch: str
    shop: str
    cents: int
    currency: str
    expires_on: date
    barcode: str = Field(default="qr", sa_column_kwargs={"server_default": "qr"})
    code: str | None = Field(default=None, sa_type=Encrypted("vouchers.code"))
    code_hash: bytes = Field(sa_type=Hashed("vouchers.code", of="code"), unique=True)
    payout_id: str | None = Field(default=None, foreign_key="payouts.id", unique=True)
    imported_at: datetime = Field(sa_type=UtcTime)
    lost_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Purchase(SQLModel, table=True):
    """A voucher that is bought on demand for one payout. ``reference`` is kept before the first
    call and is all that the seller is ever told; two calls with one reference are one voucher.

    ``look_at`` is when the clock goes on with it, ``None`` when nothing is left to do. ``tries``
    counts the calls; ``reason`` says what was wrong.
    """

    __tablename__ = "purchases"
    __table_args__ = (
        Index("ix_purchases_look_at", "look_at"),
        CheckConstraint("cents > 0", name="ck_purchases_cents"),
    )
    reference: str = Field(primary_key=True)
    payout_id: str = Field(foreign_key="payouts.id", index=True)
    study: str
    cents: int
    currency: str
    state: str
    tries: int = 0
    reason: str = ""
    look_at: datetime | None = Field(default=None, sa_type=UtcTime)
    made_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)
