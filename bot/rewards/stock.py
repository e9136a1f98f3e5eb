"""Whether there are vouchers enough: for those who wait, and for everybody's next questionnaire."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from bot.rewards.codes import SEALED, code_of
from bot.rewards.ledger import pots
from bot.rewards.payouts import PAYOUTS, WAITING, Rule
from bot.rewards.vouchers import VOUCHERS, is_free


@dataclass(frozen=True, slots=True)
class Stock:
    """``free`` vouchers can be given, ``waiting`` payouts want one now; ``soon`` more would, if
    everybody completed one questionnaire more.
    """

    study: str
    cents: int
    currency: str
    free: int
    waiting: int
    soon: int

    @property
    def is_low(self) -> bool:
        """Somebody would have to wait after the next wave, or does so already."""
        return self.free < self.waiting + self.soon


def stock(db: Connection, rule: Rule, reward: int, people: set[str], today: date) -> Stock:
    """Count a study's vouchers of the value that its rule pays out. ``reward`` is what a
    questionnaire earns, in cents; ``people`` take part.
    """
    free = select(VOUCHERS.c.code_hash, SEALED).where(
        *is_free(rule.study, today),
        VOUCHERS.c.cents == rule.cents,
        VOUCHERS.c.currency == rule.currency,
    )
    tied = select(VOUCHERS.c.payout_id).where(VOUCHERS.c.payout_id.is_not(None))
    waiting = select(func.count()).where(
        PAYOUTS.c.study == rule.study,
        PAYOUTS.c.state.in_(WAITING),
        PAYOUTS.c.look_at.is_not(None),
        PAYOUTS.c.id.not_in(tied),
    )
    held = pots(db, rule.currency)
    soon = sum((held.get(person, 0) + reward) // rule.cents for person in people)
    return Stock(
        rule.study,
        rule.cents,
        rule.currency,
        sum(code_of(db, row) is not None for row in db.execute(free)),
        db.execute(waiting).scalar_one(),
        soon,
    )
