"""Real processes under faults: `polsbot web` and two workers, PostgreSQL, Valkey, a small Twilio.

The short form belongs to the suite. ``CAMPAIGN="first,seeds,days,people"`` plays a long one, as in
``CAMPAIGN=1,8,43,30 python -m pytest tests/campaign -n 0 --log-cli-level=warning``: seeds 1 to 8.
"""

import asyncio
import logging
import os
import time
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.message import Channel
from bot.panel.participants import Enrolment, enrol
from bot.store.database import open_database
from bot.store.keys import Keys, generate_key
from bot.store.migrations import upgrade
from tests.campaign.days import FIRST, Campaign
from tests.campaign.machines import machines
from tests.campaign.reckoning import reckon
from tests.campaign.study import write
from tests.campaign.town import HERE, OURS, PUBLIC, Town, TownClock
from tests.fakes.twilio import ACCOUNT, TOKEN
from tests.servers import free_port

log = logging.getLogger(__name__)

FIRST_SEED, SEEDS, DAYS, PEOPLE = (
    int(part) for part in os.environ.get("CAMPAIGN", "0,1,2,16").split(",")
)
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + SEEDS))
async def test_nothing_is_lost_doubled_or_late_under_faults(tmp_path: Path, seed: int) -> None:
    clock = tmp_path / "clock"
    begin = datetime(FIRST.year, FIRST.month, FIRST.day, 9, 30, tzinfo=HERE)
    town = Town(TownClock(clock, begin.timestamp() - time.time()), PEOPLE, seed)
    await town.start()
    key = generate_key()
    port = free_port()
    settings = {
        "PUBLIC_URL": PUBLIC, "POLSBOT_KEY": key, "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_BASE_URL": town.url, "TWILIO_SMS_SENDER": OURS,
        "TWILIO_SMS_RATE": "1000", **write(tmp_path, ROOT / "locales"),
    }  # fmt: skip
    town.bot = f"http://127.0.0.1:{port}"
    began = time.monotonic()
    with machines(tmp_path, clock, settings, port) as bot:
        upgrade(bot.url)
        database = open_database(bot.url, keys=Keys.from_text(key), writers=2)
        database.run(_enrol, town)
        watch = asyncio.create_task(bot.watch())
        try:
            await Campaign(town, bot, database, seed).run(DAYS)
        finally:
            watch.cancel()
        verdict = await database.read(reckon, town, due_until(DAYS))
        await database.aclose()
        await town.close()
    log.warning("seed %d, %.0f s: %s", seed, time.monotonic() - began, dict(bot.befell))
    log.warning("%s; %s", dict(verdict.counts), dict(town.counts))
    assert not verdict.broken, "\n".join(verdict.broken[:20])


def _enrol(db: Connection, town: Town) -> None:
    now = town.clock.true()
    for number in town.people:
        addresses = [(Channel.SMS, number)]
        enrol(db, Enrolment("town", "Amina", "nl", addresses, FIRST), now)


def due_until(days: int) -> set[tuple[str, int]]:
    """The waves that come due in so many days."""
    again = {("again", number) for number in range(1, (days - 1) // 14 + 1)}
    return {("first", 1)} | again
