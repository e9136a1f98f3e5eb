"""What a study's rewards cost, owe and will cost: whole cents, computed from the ledger."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from bot.content.study import RewardRule
from bot.message import Channel
from bot.panel.participants import ADDRESSES, PARTICIPANTS, REACHES
from bot.rewards.ledger import POSTINGS, bank_of, payout_of, pot_of, spent_on, stock_of
from bot.rewards.payouts import PAYOUTS, WAITING


@dataclass(frozen=True, slots=True)
class Money:
    """``earned`` by participants so far; of that ``given`` in vouchers, ``released`` when people
    were erased, and ``owed`` still: in pots that are not full, in payouts that wait (``waiting``),
    in what was on its way to people when they were erased (``erased``, a part of ``owed``).
    ``spent`` was paid for vouchers, of which ``in_stock`` are left and ``lost`` expired.
    ``unreachable`` is the part of ``waiting`` that is owed to who stopped on every channel or
    cannot be reached: a person has to see to it. ``next_wave`` would be earned if everybody
    completed one more; ``budget_left`` is what may still be earned, ``None`` without a budget.
    """

    study: str
    currency: str
    earned: int
    given: int
    owed: int
    waiting: int
    erased: int
    spent: int
    in_stock: int
    lost: int
    released: int
    next_wave: int
    budget_left: int | None
    unreachable: int = 0


def money(db: Connection, study: str, rule: RewardRule) -> Money:
    """The figures of one study, in the currency of its rule."""
    sums = _sums(db, rule.currency)
    people = select(PARTICIPANTS).where(
        PARTICIPANTS.c.study == study, PARTICIPANTS.c.is_test.is_(False)
    )
    pots = waiting = erased = active = 0
    for person in db.execute(people):
        active += person.status == "active"
        pot, payout = sums.get(pot_of(person.id), 0), sums.get(payout_of(person.id), 0)
        pots, waiting = pots + pot, waiting + payout
        if person.status == "erased":
            erased += pot + payout
    earned = -sums.get(spent_on(study, "rewards"), 0)
    released = sums.get(spent_on(study, "erased"), 0)
    return Money(
        study,
        rule.currency,
        earned=earned,
        given=earned - released - pots - waiting,
        owed=pots + waiting,
        waiting=waiting,
        erased=erased,
        spent=sums.get(bank_of(study), 0),
        in_stock=-sums.get(stock_of(study), 0),
        lost=-sums.get(spent_on(study, "lost"), 0),
        released=released,
        next_wave=active * rule.cents,
        budget_left=None if rule.budget is None else rule.budget - earned + released,
        unreachable=_unreachable(db, study, rule.currency),
    )


def _unreachable(db: Connection, study: str, currency: str) -> int:
    """What is owed to people of whom no address may be written to with a voucher."""
    open_way = (
        select(REACHES.c.participant_id)
        .join(ADDRESSES, ADDRESSES.c.id == REACHES.c.address_id)
        .where(
            ADDRESSES.c.is_alive, ADDRESSES.c.opted_out_at.is_(None),
            ADDRESSES.c.channel != str(Channel.EMAIL),
        )
    )  # fmt: skip
    owed = select(func.coalesce(func.sum(PAYOUTS.c.cents), 0)).where(
        PAYOUTS.c.study == study,
        PAYOUTS.c.currency == currency,
        PAYOUTS.c.state.in_(WAITING),
        PAYOUTS.c.participant_id.not_in(open_way),
    )
    return int(db.execute(owed).scalar_one())


def _sums(db: Connection, currency: str) -> dict[str, int]:
    total = func.sum(POSTINGS.c.cents).label("cents")
    found = (
        select(POSTINGS.c.account, total)
        .where(POSTINGS.c.currency == currency)
        .group_by(POSTINGS.c.account)
    )
    return {row.account: int(row.cents) for row in db.execute(found)}
