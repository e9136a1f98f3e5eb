"""What was earned, against the runs that earn it, and what is owed to erased people: nothing."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from bot.content.revision import load_revision
from bot.conversation.revisions import REVISIONS
from bot.conversation.tables import RUNS
from bot.engine.flow import Reward
from bot.panel.participants import PARTICIPANTS
from bot.panel.tables import INVITATIONS
from bot.reports.audit.book import REVERSED, Book, balances_of, compared
from bot.rewards.ledger import OWED, moved, pot_of, spent_on

EARNING = ("completed", "handed_over")
"""How a run ends that earns its reward: a cry for help costs nobody anything."""


def rewards(db: Connection, book: Book) -> Iterator[str]:
    """Every completed live run has earned its reward, and nothing else has."""
    rewards = _rewards_of_revisions(db)
    runs = select(RUNS, PARTICIPANTS.c.is_test).join(
        PARTICIPANTS, PARTICIPANTS.c.id == RUNS.c.participant_id
    )
    expected: Book = {}
    for run in db.execute(runs.order_by(RUNS.c.started_at, RUNS.c.id)):
        reward = rewards.get(run.revision)
        if run.status not in EARNING or run.is_test or reward is None:
            continue
        expected[f"run:{run.id}:reward"] = moved(
            reward.cents, reward.currency,
            debit=spent_on(run.study, "rewards"), credit=pot_of(run.participant_id),
        )  # fmt: skip
    yield from compared("run:", book, expected)


def _rewards_of_revisions(db: Connection) -> dict[str, Reward | None]:
    documents = db.execute(select(REVISIONS.c.hash, REVISIONS.c.document))
    return {row.hash: load_revision(row.document).flow.policy.reward for row in documents}


def twice(db: Connection, book: Book) -> Iterator[str]:
    """Nobody earns twice with one invitation (participant, study, wave, number)."""
    same = INVITATIONS.c.id == RUNS.c.invitation_id
    asked = select(RUNS.c.id.label("run"), INVITATIONS).join(INVITATIONS, same)
    earned: dict[Any, str] = {}
    for row in db.execute(asked.order_by(RUNS.c.started_at, RUNS.c.id)):
        key = f"run:{row.run}:reward"
        if key not in book or key + REVERSED in book:
            continue
        wave = (row.participant_id, row.study, row.wave, row.number)
        if wave in earned:
            yield f"Runs {earned[wave]} and {row.run} of {row.participant_id} earned for one wave."
        earned[wave] = row.run


def held(db: Connection, book: Book) -> Iterator[str]:
    """Every pot is somebody's who takes part: money in another could be claimed by nobody."""
    people = set(db.execute(select(PARTICIPANTS.c.id)).scalars())
    for (account, _), cents in balances_of(book).items():
        kind, _, person = account.partition(":")
        if cents and f"{kind}:" in OWED and person not in people:
            yield f"{account} holds {cents} cents of nobody."


def erased(db: Connection, book: Book) -> Iterator[str]:
    """An erased person is owed no more than what is on its way, and nobody else was released."""
    erased = {
        row.id: row.study
        for row in db.execute(select(PARTICIPANTS).where(PARTICIPANTS.c.status == "erased"))
    }
    for key, legs in book.items():
        if not key.startswith("participant:"):
            continue
        person = key.split(":")[1]
        account = spent_on(erased.get(person, ""), "erased")
        freed = sum(leg.cents for leg in legs if leg.account == account)
        currency = legs[0].currency if legs else ""
        released = moved(freed, currency, debit=pot_of(person), credit=account)
        if person not in erased:
            yield f"Entry {key} releases what is owed to somebody who was not erased."
        elif freed <= 0 or sorted(legs) != sorted(released):
            yield f"Entry {key} does not release a pot."
    for (account, _), cents in balances_of(book).items():
        if cents and account.startswith(pot_of("")) and account.removeprefix(pot_of("")) in erased:
            yield f"{account} holds {cents} cents of somebody who was erased."
