"""Cases: what waits for a person, who has taken it over, and what it is about."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from bot.casework import cases
from bot.cli.common import fail, opened
from bot.conversation.behind import person_in, told_in
from bot.conversation.unpaid import reason_of
from bot.panel import participants

app = typer.Typer(no_args_is_help=True, help="Cases: what waits for a person.")

Number = Annotated[int, typer.Argument(help="The case's number, as in its alarm.", min=1)]


@app.command(name="list")
def list_cases(
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Every open case: number, kind, participant, since when, by whom it was accepted; what is
    owed, if it is about money.
    """
    with opened() as (_, database):
        found = database.run(_with_reasons)
    if as_json:
        print(json.dumps([{**_told(row), "reason": why} for row, why in found], default=str))
        return
    for row, why in found:
        told = f"\t{why}" if why else ""
        print(
            f"{row.id}\t{row.kind}\t{row.participant_id}\t{row.opened_at:%Y-%m-%d %H:%M} UTC\t"
            f"{row.owner or 'nobody yet'}{told}"
        )


@app.command()
def show(case: Number) -> None:
    """Say whom a case is about, where they are reached, what they wrote. Keep it to yourself."""
    with opened() as (_, database):
        row = database.run(cases.find_case, case)
        if row is None:
            raise _unknown(case)
        person = database.run(person_in, row)
        addresses = database.run(participants.addresses_of, row.participant_id)
        words = database.run(told_in, row)
        why = database.run(reason_of, row)
    print(f"case {row.id}: {row.kind}, opened {row.opened_at:%Y-%m-%d %H:%M} UTC")
    if why:
        print(f"{why}. Wants messages again: START. Else: polsbot voucher list, then voucher hand")
    print(f"accepted by {row.owner}" if row.owner else "accepted by nobody yet")
    print(f"{person.first_name or 'no name'}, {person.language}, {person.id}")
    for address in addresses:
        print(f"{address.channel} {address.address or 'erased'}")
    for said in words:
        print(f"{said.received_at:%H:%M} UTC: {said.text}")


@app.command()
def accept(
    case: Number,
    by: Annotated[str, typer.Option("--by", help="Who takes it over.")],
) -> None:
    """Take a case over; its alarm is silent from then on."""
    with opened() as (_, database):
        if not database.run(cases.accept, case, by, datetime.now(UTC)):
            row = database.run(cases.find_case, case)
            if row is None:
                raise _unknown(case)
            raise fail(f"Case {case} is {'closed' if row.closed_at else f'with {row.owner}'}.")
    print(f"case {case} is with {by}")


@app.command()
def close(case: Number) -> None:
    """The concern is dealt with. After a crisis the waves go on with `polsbot wave resume`."""
    with opened() as (_, database):
        if not database.run(cases.close, case, datetime.now(UTC)):
            raise _unknown(case)
    print(f"case {case} is closed")


def _with_reasons(db: Connection) -> list[tuple[Any, str]]:
    return [(row, reason_of(db, row)) for row in cases.open_cases(db)]


def _unknown(case: int) -> typer.Exit:
    return fail(f"There is no open case {case}. See: polsbot case list")


def _told(row: Any) -> dict[str, Any]:
    names = ("id", "kind", "participant_id", "opened_at", "owner", "accepted_at", "alarms")
    return {name: getattr(row, name) for name in names}
