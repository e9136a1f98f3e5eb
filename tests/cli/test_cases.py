"""Looking at cases, accepting and closing them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.casework.cases import open_case
from bot.cli.common import opened
from bot.conversation.pay import look
from bot.conversation.revisions import Content
from bot.rewards.ledger import grant
from bot.rewards.payouts import Rule, reserve
from bot.runtime import library_of
from tests.cli.runs import polsbot

pytestmark = pytest.mark.usefixtures("home")


def crisis() -> str:
    added = polsbot(
        "participant", "add", "klantmonitor", "--name", "Amina", "--phone", "0612345670"
    )
    person = added.stdout.strip()
    with opened() as (_, database):
        database.run(open_case, person, "crisis", datetime.now(UTC))
    return person


def test_a_case_is_listed_accepted_and_closed() -> None:
    person = crisis()

    (case,) = json.loads(polsbot("case", "list", "--json").stdout)
    assert (case["kind"], case["participant_id"], case["owner"]) == ("crisis", person, None)
    number = str(case["id"])
    assert "nobody yet" in polsbot("case", "list").stdout
    assert polsbot("case", "accept", number, "--by", "Noor").exit_code == 0
    again = polsbot("case", "accept", number, "--by", "Sam")
    assert (again.exit_code, "with Noor" in again.stderr) == (2, True)
    assert polsbot("case", "list").stdout.strip().endswith("Noor")
    assert polsbot("case", "close", number).exit_code == 0
    assert polsbot("case", "list").stdout == ""
    assert polsbot("case", "accept", number, "--by", "Sam").exit_code == 2


def test_a_list_names_nobody_and_a_case_says_whom_to_call() -> None:
    crisis()

    assert "Amina" not in polsbot("case", "list").output
    shown = polsbot("case", "show", "1").stdout
    assert "Amina, nl" in shown
    assert "+31612345670" in shown


def test_an_unknown_case_is_said(home: Path) -> None:
    for command in (("show", "9"), ("accept", "9", "--by", "Noor"), ("close", "9")):
        assert "no open case 9" in polsbot("case", *command).stderr


def test_a_voucher_for_who_stopped_is_listed_with_its_reason_and_handed_over(home: Path) -> None:
    (home / "stock.csv").write_text("code,value,expires,batch\nSECRET-1,6,2099-12-31,mei\n")
    polsbot("voucher", "import", "klantmonitor", "stock.csv", "--shop", "HEMA", "--yes")
    added = ("participant", "add", "klantmonitor", "--name", "Amina", "--phone", "0612345670")
    person, now = polsbot(*added).stdout.strip(), datetime.now(UTC)
    polsbot("participant", "stop", person)
    with opened() as (settings, database):
        database.run(grant, "r1", person, "klantmonitor", 600, "EUR", now)
        (payout,) = database.run(reserve, person, Rule("klantmonitor", 600), now)
        database.run(look, Content(library_of(settings), {}), payout, now)

    listed = polsbot("case", "list").stdout
    assert f"unpaid\t{person}" in listed
    assert "600 cents owed; sms stopped on" in listed
    (case,) = json.loads(polsbot("case", "list", "--json").stdout)
    assert "600 cents owed" in case["reason"]
    assert "600 cents owed" in polsbot("case", "show", str(case["id"])).stdout
    assert "klantmonitor\tunreachable\t600" in polsbot("ledger", "status").stdout
    looked_at = polsbot("voucher", "hand", payout)
    assert (looked_at.exit_code, "SECRET" in looked_at.output) == (2, False)

    assert "SECRET-1" in polsbot("voucher", "hand", payout, "--yes").stdout

    assert polsbot("voucher", "hand", payout, "--yes").exit_code == 2
    assert polsbot("case", "list").stdout == ""
    assert "klantmonitor\tunreachable\t0" in polsbot("ledger", "status").stdout
