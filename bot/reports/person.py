"""Everything that is held of one person, for whoever asks what we know of them: the right of access
(https://eur-lex.europa.eu/eli/reg/2016/679/oj, articles 15 and 20).

Every row of every table that hangs on the participant, with the name, the addresses and the words
in clear. Left out are one-way hashes, which say nothing, and what may be of somebody else with the
same number.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, func, or_, select

from bot.casework.tables import Case
from bot.content.revision import Revision, load_revision
from bot.conversation.reply_words import REPLY_WORDS
from bot.conversation.revisions import REVISIONS
from bot.conversation.sharing import said_within
from bot.conversation.tables import ANSWERS, INBOUND, OUTBOUND, RUNS
from bot.panel.consent import CONSENTS
from bot.panel.participants import ADDRESSES, ORGANISATIONS, PARTICIPANTS, REACHES
from bot.panel.tables import INVITATIONS
from bot.panel.timers import TIMERS
from bot.rewards.ledger import ENTRIES, POSTINGS, payout_of, pot_of
from bot.rewards.payouts import PAYOUTS
from bot.rewards.purchases import PURCHASES
from bot.rewards.vouchers import VOUCHERS

CASES: Table = Case.__table__  # type: ignore[attr-defined] # SQLModel adds it

ABOUT = (
    "Everything that Polsbot holds of one participant. It names the person and shows their numbers "
    "and words: give it to that person only, and delete it afterwards."
)
SHARED = (
    "This address reaches another participant too. Messages from it that belong to no "
    "questionnaire of this person are left out: they may be the other's."
)

_JSON = ("state", "order", "form")
"""Columns that hold JSON as text; the ``state`` of some tables is one word."""


def person_of(db: Connection, participant: str, now: datetime) -> dict[str, Any] | None:
    """All that is held of a participant, as plain values for JSON; ``None`` if there is no such."""
    about = _rows(db, select(PARTICIPANTS).where(PARTICIPANTS.c.id == participant))
    if not about:
        return None
    runs = select(RUNS.c.id).where(RUNS.c.participant_id == participant)
    mine = select(REACHES.c.address_id).where(REACHES.c.participant_id == participant)
    payouts = select(PAYOUTS.c.id).where(PAYOUTS.c.participant_id == participant)
    accounts = [pot_of(participant), payout_of(participant)]
    shared = _shared(db, mine)
    heard = _heard(db, participant, mine, shared)
    where = {
        "consents": (CONSENTS, CONSENTS.c.participant_id == participant),
        "invitations": (INVITATIONS, INVITATIONS.c.participant_id == participant),
        "runs": (RUNS, RUNS.c.participant_id == participant),
        "messages_received": (INBOUND, heard),
        "messages_sent": (OUTBOUND, OUTBOUND.c.participant_id == participant),
        "timers": (TIMERS, TIMERS.c.run_id.in_(runs)),
        "words_of_emails": (REPLY_WORDS, REPLY_WORDS.c.run_id.in_(runs)),
        "cases": (CASES, CASES.c.participant_id == participant),
        "payouts": (PAYOUTS, PAYOUTS.c.participant_id == participant),
        "vouchers": (VOUCHERS, VOUCHERS.c.payout_id.in_(payouts)),
        "purchases": (PURCHASES, PURCHASES.c.payout_id.in_(payouts)),
    }
    ledger = (
        select(ENTRIES.c.at, ENTRIES.c.key, POSTINGS.c.account, POSTINGS.c.cents,
               POSTINGS.c.currency)
        .join(POSTINGS, POSTINGS.c.entry_id == ENTRIES.c.id)
        .where(POSTINGS.c.account.in_(accounts))
        .order_by(POSTINGS.c.id)
    )  # fmt: skip
    organisation = select(ORGANISATIONS).where(ORGANISATIONS.c.id == about[0]["organisation_id"])
    return {
        "about": ABOUT,
        "made_at": now.isoformat(),
        "participant": about[0],
        "organisation": _rows(db, organisation)[0],
        "addresses": [
            row | ({"shared": SHARED} if row["id"] in shared else {})
            for row in _rows(db, select(ADDRESSES).where(ADDRESSES.c.id.in_(mine)))
        ],
        "answers": list(_answers(db, participant)),
        **{
            name: _rows(db, select(table).where(mine_only).order_by(*table.primary_key))
            for name, (table, mine_only) in where.items()
        },
        "ledger": _rows(db, ledger),
    }


def _shared(db: Connection, mine: Select[Any]) -> set[str]:
    """Addresses that reach more people than this one."""
    found = (
        select(REACHES.c.address_id)
        .where(REACHES.c.address_id.in_(mine))
        .group_by(REACHES.c.address_id)
        .having(func.count() > 1)
    )
    return set(db.execute(found).scalars())


def _heard(db: Connection, participant: str, mine: Select[Any], shared: set[str]) -> Any:
    """Which messages are theirs: what answers their own questions, and, from a number that nobody
    else has, all that came since they take part.
    """
    within = said_within([participant])
    own = [one for one in db.execute(mine).scalars() if one not in shared]
    if not own:
        return within
    began = select(PARTICIPANTS.c.created_at).where(PARTICIPANTS.c.id == participant)
    since = INBOUND.c.received_at >= began.scalar_subquery()
    return or_(within, INBOUND.c.address_id.in_(own) & since)


def _answers(db: Connection, participant: str) -> Iterator[dict[str, Any]]:
    """Each answer with its question and its label in the language it was asked in."""
    kept: dict[str, Revision] = {}
    runs = select(RUNS.c.id, RUNS.c.revision).where(RUNS.c.participant_id == participant)
    revisions = {row.id: row.revision for row in db.execute(runs)}
    rows = select(ANSWERS).where(ANSWERS.c.run_id.in_(list(revisions))).order_by(ANSWERS.c.id)
    for row in _rows(db, rows):
        digest = revisions[row["run_id"]]
        if digest not in kept:
            stored = select(REVISIONS.c.document).where(REVISIONS.c.hash == digest)
            kept[digest] = load_revision(db.execute(stored).scalar_one())
        yield {**_in_words(kept[digest], row), **row}


def _in_words(revision: Revision, row: dict[str, Any]) -> dict[str, Any]:
    step = revision.flow.step(row["step"])
    texts = revision.texts.get(row["language"], {})
    if step is None:
        return {"question": "", "label": ""}
    said = row["value"] if isinstance(row["value"], list) else [row["value"]]
    labels = [texts.get(one.label, "") for one in step.choices if one.code in said]
    return {"question": texts.get(step.text or "", ""), "label": ", ".join(filter(None, labels))}


def _rows(db: Connection, wanted: Select[Any]) -> list[dict[str, Any]]:
    return [_plain(dict(row)) for row in db.execute(wanted).mappings()]


def _plain(cells: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _value(name, value) for name, value in cells.items() if not isinstance(value, bytes)
    }


def _value(name: str, value: Any) -> Any:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if name in _JSON and isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return value
