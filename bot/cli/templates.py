"""WhatsApp's stored messages: what questions need, and what may open a conversation."""

import asyncio
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated

import aiohttp
import typer

from bot.channels.contract import APPROVED
from bot.channels.twilio import TwilioCarrier
from bot.channels.twilio.client import RefusedError
from bot.channels.twilio.contents import FIXED
from bot.channels.twilio.contents import push as push_contents
from bot.channels.twilio.templates import Category, Pushed, push_templates
from bot.cli.common import fail, opened, print_rows, twilio_of
from bot.content.templates import templates_of
from bot.conversation.contents import keep_contents, known_contents
from bot.conversation.templates import keep_template, known_templates
from bot.message import Template
from bot.runtime import library_of

app = typer.Typer(no_args_is_help=True, help="WhatsApp's stored messages.")


@app.command()
def push(
    category: Annotated[
        Category, typer.Option(help="What the openings are for; WhatsApp may change it.")
    ] = Category.UTILITY,
) -> None:
    """Make at Twilio what questions need, and ask WhatsApp to approve what opens a conversation:
    every invitation and reminder in every language. What is there is left alone. A running server
    asks every ten minutes whether they are approved.
    """
    with opened() as (settings, database):
        carrier = twilio_of(settings, database)
        if carrier is None:
            raise fail("No Twilio account is set: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.")
        library = library_of(settings)
        try:
            made, pushed = asyncio.run(_push(carrier, templates_of(library), category))
        except RefusedError as error:
            raise fail(f"{error}. Look at the account and its token.") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise fail("Twilio could not be reached. Try again: nothing is made twice.") from error
        database.run(keep_contents, made)
        now = datetime.now(UTC)
        for one in pushed:
            told = one.template.name, one.provider_id, one.template.language, one.approval, now
            database.run(keep_template, *told)
            print(f"{one.template.name}\t{one.approval.state}\t{one.approval.reason}")
        print(f"{len(made)} messages for questions, {len(pushed)} openings.")


@app.command(name="list")
def list_templates(
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """What was made: openings with their state and WhatsApp's reason, then what questions need."""
    with opened() as (_, database):
        openings, contents = database.run(known_templates), database.run(known_contents)
    rows = [(one.name, one.state, one.reason) for one in openings]
    rows += [(name, "no approval needed", sid) for name, sid in sorted(contents.items())]
    names = ("name", "state", "detail")
    print_rows([dict(zip(names, row, strict=True)) for row in rows], as_json)


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """How far every opening is that the flows need now, in every language. Exit code 1 until all
    are approved: what is not is said on the next channel.
    """
    with opened() as (settings, database):
        needed = templates_of(library_of(settings))
        known = {one.name: one for one in database.run(known_templates)}
    rows = [
        {
            "name": one.name,
            "language": one.language,
            "state": known[one.name].state if one.name in known else "not pushed",
            "reason": known[one.name].reason if one.name in known else "",
        }
        for one in needed
    ]
    print_rows(rows, as_json)
    counts = Counter(str(row["state"]) for row in rows)
    said = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    print(f"{len(rows)} openings: {said or 'none is needed'}.", file=sys.stderr)
    if counts["not pushed"]:
        print("Make them with: polsbot templates push", file=sys.stderr)
    if counts.total() > counts[APPROVED]:
        raise typer.Exit(1)


async def _push(
    carrier: TwilioCarrier, templates: list[Template], category: Category
) -> tuple[dict[str, str], list[Pushed]]:
    try:
        made = await push_contents(carrier.client, FIXED)
        return made, await push_templates(carrier.client, templates, category)
    finally:
        await carrier.close()
