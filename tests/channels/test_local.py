"""The screen that stays here."""

import asyncio
import contextlib

from bot.channels.local import LocalCarrier


async def test_a_watcher_that_is_rung_while_it_is_sent_away_goes() -> None:
    local = LocalCarrier()

    async def watch() -> None:
        async for _ in local.changes("here", 60):
            pass

    watching = asyncio.create_task(watch())
    for _ in range(5):
        await asyncio.sleep(0)  # now it waits

    local.ring("here")
    await asyncio.sleep(0)
    watching.cancel()

    with contextlib.suppress(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await watching
    assert watching.done()
