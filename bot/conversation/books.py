"""What is seen to now and then: forgotten pots, expired vouchers, stock that runs low."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.content.study import Study
from bot.conversation.pay import rule_of
from bot.conversation.revisions import Content
from bot.panel.participants import PARTICIPANTS
from bot.rewards.ledger import pots
from bot.rewards.payouts import reserve
from bot.rewards.stock import Stock, stock
from bot.rewards.vouchers import write_off


def keep_books(db: Connection, content: Content, now: datetime) -> list[Stock]:
    """Set aside full pots that nobody has looked at (a rule changed), write off what expired, and
    return the stock of every study that pays with vouchers.
    """
    for study in content.library.studies.values():
        rule = rule_of(study)
        if rule is None:
            continue
        people = _people(db, study)
        for person, cents in pots(db, rule.currency).items():
            if person in people and cents >= rule.cents:
                reserve(db, person, rule, now)
    write_off(db, now.date(), now)
    return stocks(db, content, now)


def stocks(db: Connection, content: Content, now: datetime) -> list[Stock]:
    """The stock of every study that pays with vouchers which are imported."""
    found = []
    for study in content.library.studies.values():
        rule = rule_of(study)
        if rule is not None and study.reward is not None and study.reward.supply == "stock":
            people = _people(db, study)
            found.append(stock(db, rule, study.reward.cents, people, now.date()))
    return found


def _people(db: Connection, study: Study) -> set[str]:
    """Who takes part in a study, test participants excluded: an erased person does not."""
    found = select(PARTICIPANTS.c.id).where(
        PARTICIPANTS.c.study == study.name,
        PARTICIPANTS.c.status != "erased",
        PARTICIPANTS.c.is_test.is_(False),
    )
    return set(db.execute(found).scalars())
