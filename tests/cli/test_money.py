"""The commands of the money: looked at before kept, and no code in any output."""

import json
from pathlib import Path

import pytest

from tests.cli.runs import polsbot

STOCK = "code,value,expires,batch\nSECRET-1,6,2099-12-31,mei\nSECRET-2,6,2099-12-31,mei\n"
IMPORT = ("voucher", "import", "klantmonitor", "stock.csv", "--shop", "HEMA")


@pytest.mark.usefixtures("home")
def test_a_voucher_names_the_shop_that_takes_it() -> None:
    Path("stock.csv").write_text(STOCK)

    refused = polsbot(*IMPORT[:-1], " ", "--yes")

    assert refused.exit_code == 2
    assert "--shop must say" in refused.stderr


@pytest.mark.usefixtures("home")
def test_vouchers_are_shown_before_they_are_kept() -> None:
    Path("stock.csv").write_text(STOCK)

    shown = polsbot(*IMPORT)
    assert shown.exit_code == 0, shown.output
    assert "mei\t600 cents\tuntil 2099-12-31\t2" in shown.stdout
    assert "Nothing was kept" in shown.output
    assert "free 0" in polsbot("voucher", "status").stdout

    kept = polsbot(*IMPORT, "--yes")
    assert "2 kept" in kept.stdout
    assert "0 new, 2 known" in polsbot(*IMPORT).output
    status = polsbot("voucher", "status")
    assert "free 2" in status.stdout
    (row,) = json.loads(polsbot("voucher", "status", "--json").stdout)
    assert (row["free"], row["is_low"]) == (2, False)
    assert status.exit_code == 0
    for output in (shown, kept, status):
        assert "SECRET" not in output.output

    assert polsbot("voucher", "withdraw", "klantmonitor", "mei").exit_code == 2
    assert "2 taken back" in polsbot("voucher", "withdraw", "klantmonitor", "mei", "--yes").stdout


@pytest.mark.usefixtures("home")
def test_a_file_with_faults_is_kept_not_even_in_part() -> None:
    Path("stock.csv").write_text(STOCK + "SECRET-3,six,2099-12-31,mei\n")

    refused = polsbot(*IMPORT, "--yes")

    assert refused.exit_code == 1
    assert "Line 4" in refused.output
    assert "SECRET" not in refused.output
    assert "free 0" in polsbot("voucher", "status").stdout


@pytest.mark.usefixtures("home")
def test_a_voucher_of_another_value_is_said_before_it_is_kept() -> None:
    Path("stock.csv").write_text(STOCK + "SECRET-3,10,2099-12-31,mei\n")

    shown = polsbot(*IMPORT)

    assert "1 will be given to nobody: klantmonitor pays out 600 cents." in shown.output


@pytest.mark.usefixtures("home")
def test_a_file_that_is_no_text_is_refused_with_the_mend() -> None:
    Path("stock.csv").write_bytes(b"\xff\xfe")
    assert "Save it as CSV UTF-8" in polsbot(*IMPORT).output
    Path("stock.csv").unlink()
    assert "stock.csv cannot be read" in polsbot(*IMPORT).output


@pytest.mark.usefixtures("home")
def test_the_ledger_is_proved_and_exported() -> None:
    Path("stock.csv").write_text(STOCK)
    polsbot(*IMPORT, "--yes")

    assert "2 entries agree" in polsbot("ledger", "check").stdout
    assert "klantmonitor\tin_stock\t1200" in polsbot("ledger", "status").stdout
    assert '"in_stock": 1200' in polsbot("ledger", "status", "--json").stdout
    exported = polsbot("ledger", "export", "ledger.beancount")
    assert exported.exit_code == 0, exported.output
    assert "Assets:Stock:Klantmonitor" in Path("ledger.beancount").read_text()


@pytest.mark.usefixtures("home")
def test_what_is_wrong_is_said_with_the_first_difference() -> None:
    Path("stock.csv").write_text(STOCK)
    polsbot(*IMPORT, "--yes")
    import sqlite3

    with sqlite3.connect("var/polsbot.db") as db:
        db.execute("UPDATE vouchers SET cents = 500")

    wrong = polsbot("ledger", "check")

    assert wrong.exit_code == 1
    assert wrong.stdout.startswith("Entry voucher:1:bought says something else")
    assert len(wrong.stdout.splitlines()) == 1
    assert len(polsbot("ledger", "check", "--all").stdout.splitlines()) > 1


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "words",
    [
        ("voucher", "import", "nothing", "stock.csv", "--shop", "HEMA"),
        ("voucher", "import", "klantmonitor", "nowhere.csv", "--shop", "HEMA"),
        ("voucher", "settle", "o0", "--arrived"),
        ("voucher", "cancel", "o0", "--yes"),
        ("voucher", "cancel", "o0"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(words: tuple[str, ...]) -> None:
    Path("stock.csv").write_text(STOCK)

    refused = polsbot(*words)

    assert refused.exit_code == 2
    assert "Traceback" not in refused.output
