"""Vouchers: buying stock in, seeing what is left and what waits, settling what nobody knows."""

import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from bot.cli.common import Yes, fail, opened, print_rows, study_of
from bot.content.cards.card import CardError
from bot.content.cards.voucher import VoucherCard, draw_voucher
from bot.content.library import Library
from bot.conversation import handing
from bot.conversation.books import stocks
from bot.conversation.pay import rule_of, settle
from bot.conversation.revisions import Content
from bot.rewards.paying import cancel
from bot.rewards.payouts import OPEN, PAYOUTS
from bot.rewards.purchases import open_purchases
from bot.rewards.stock_file import StockError, read_stock
from bot.rewards.vouchers import add_stock, known_of, withdraw
from bot.runtime import library_of
from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Vouchers and payouts.")


@app.command(name="import")
def import_file(
    study: Annotated[str, typer.Argument(help="The study's name.")],
    file: Annotated[
        Path,
        typer.Argument(help="CSV: code, value, expires, batch, barcode (qr, code128)."),
    ],
    shop: Annotated[str, typer.Option(help="Where it is spent; people read this.")],
    yes: Yes = False,
) -> None:
    """Read a file of vouchers and say what is in it; with --yes keep them. Codes are encrypted:
    delete the file afterwards.
    """
    now = datetime.now(UTC)
    if not shop.strip():
        raise fail("--shop must say where the vouchers are spent, such as --shop HEMA.")
    with opened() as (settings, database):
        rule = rule_of(study_of(library_of(settings), study))
        try:
            draw_voucher(VoucherCard("€ 6", shop, "A", ""))
        except CardError as error:
            raise fail(f"--shop cannot be shown on the picture ({error}). Shorten it.") from error
        try:
            vouchers = read_stock(file.read_text(encoding="utf-8"), now.date())
        except OSError as error:
            raise fail(f"{file} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise fail(f"{file} is not text in UTF-8. Save it as CSV UTF-8.") from error
        except StockError as error:
            print(f"{file}: {error}", file=sys.stderr)
            raise typer.Exit(1) from error
        known = database.run(known_of, vouchers)
        kinds = Counter((one.batch, one.cents, str(one.expires_on)) for one in vouchers)
        for (batch, cents, until), count in sorted(kinds.items()):
            print(f"{batch}\t{cents} cents\tuntil {until}\t{count}")
        useless = sum(rule is None or one.cents != rule.cents for one in vouchers)
        if useless:
            pays = "pays out no vouchers" if rule is None else f"pays out {rule.cents} cents"
            print(f"{useless} will be given to nobody: {study} {pays}.", file=sys.stderr)
        print(f"{len(vouchers) - known} new, {known} known already.", file=sys.stderr)
        if not yes:
            print("Nothing was kept. Add --yes to keep them.", file=sys.stderr)
            return
        print(f"{database.run(add_stock, study, shop, vouchers, now)} kept")


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """How many vouchers are left, wanted now, and wanted after one more wave; exit 1 when low."""
    with opened() as (settings, database):
        content = Content(library_of(settings), {})
        found = database.run(stocks, content, datetime.now(UTC))
    if as_json:
        print_rows([{**asdict(one), "is_low": one.is_low} for one in found], as_json)
    else:
        for one in found:
            low = "\tLOW: import more" if one.is_low else ""
            print(
                f"{one.study}\t{one.cents} cents\tfree {one.free}\twaiting {one.waiting}"
                f"\tsoon {one.soon}{low}"
            )
    if any(one.is_low for one in found):
        raise typer.Exit(1)


@app.command(name="list")
def list_payouts(
    everything: Annotated[bool, typer.Option("--all", help="Those that are paid, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Payouts that are owed: id, participant, cents, state, tries, since. No codes."""
    wanted = select(PAYOUTS).order_by(PAYOUTS.c.reserved_at, PAYOUTS.c.id)
    if not everything:
        wanted = wanted.where(PAYOUTS.c.state.in_(OPEN))
    with opened() as (_, database):
        found = database.run(lambda db: db.execute(wanted).all())
    names = ("id", "participant_id", "cents", "state", "tries", "changed_at")
    print_rows([{name: getattr(row, name) for name in names} for row in found], as_json)


@app.command(name="purchases")
def list_purchases(
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Vouchers that are being bought on demand and are not there: reference, study, cents, state,
    calls, since, why.
    """
    with opened() as (_, database):
        found = database.run(open_purchases)
    names = ("reference", "study", "cents", "state", "tries", "made_at", "reason")
    print_rows([{name: getattr(row, name) for name in names} for row in found], as_json)


@app.command(name="settle")
def settle_payout(
    payout: str,
    arrived: Annotated[
        bool, typer.Option("--arrived/--lost", help="The person has the voucher, or has not.")
    ],
) -> None:
    """Say what became of a voucher of which no machine knows: ask the person first.

    One that is lost is sent once more, with the same code.
    """
    with opened() as (_, database):
        if not database.run(settle, payout, arrived, datetime.now(UTC)):
            raise fail(
                f"Payout {payout} is not one to settle, or its message is leaving just now: try "
                "again in two minutes. See `polsbot voucher list`."
            )
    print(f"{payout} {'arrived' if arrived else 'is sent once more'}")


@app.command(name="hand")
def hand_over(payout: str, yes: Yes = False) -> None:
    """Print a voucher for you to hand over to somebody who may not be written to. It is booked as
    paid, and no machine sends it. Destroy what is printed when it is handed over.
    """
    if not yes:
        raise fail(
            f"This prints a code and books it as paid. Say: polsbot voucher hand {payout} --yes"
        )
    with opened() as (settings, database):
        content = Content(library_of(settings), {})
        taken = database.run(handing.hand_over, content, payout, datetime.now(UTC))
    if taken is None:
        raise fail(
            f"Payout {payout} cannot be handed over: it is not waiting, or no voucher is there."
        )
    print(f"{taken.shop}\t{taken.cents} cents\tuntil {taken.expires_on}\t{taken.code}")


@app.command(name="cancel")
def cancel_payout(payout: str, yes: Yes = False) -> None:
    """Put the amount back into the pot; a code that was tied to it is given to nobody else."""
    if not yes:
        raise fail(f"This books a tied code as lost. Say: polsbot voucher cancel {payout} --yes")
    with opened() as (_, database):
        if not database.run(cancel, payout, datetime.now(UTC)):
            raise fail(f"Payout {payout} cannot be cancelled. See `polsbot voucher list`.")
    print(f"{payout} cancelled")


@app.command(name="withdraw")
def withdraw_batch(study: str, batch: str, yes: Yes = False) -> None:
    """Take back what is left of a delivery that was wrong, as if it had never been bought."""
    if not yes:
        raise fail(f"This cannot be undone. Say: polsbot voucher withdraw {study} {batch} --yes")
    with opened() as (_, database):
        print(f"{database.run(withdraw, study, batch, datetime.now(UTC))} taken back")


def _library(settings: Settings) -> Library:
    return library_of(settings)
