"""The clock over a real Redis server: it beats, it comes back, nothing of ours lies in there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from bot.conversation.service import Conversations
from bot.jobs.worker import carry_clock
from tests.servers import valkey


class Counted:
    """Conversations in which nothing is due and no provider can be asked; counts how often somebody
    looked.
    """

    def __init__(self) -> None:
        self.looks = 0
        self.looked = asyncio.Event()

    async def ring_alarms(self) -> None:
        self.looks += 1
        self.looked.set()

    def __getattr__(self, name: str) -> Callable[[], Any]:
        async def nothing() -> int:
            return 0

        return nothing

    async def more(self) -> None:
        """Wait for a look that begins from now on."""
        self.looked.clear()
        await asyncio.wait_for(self.looked.wait(), 20)


@contextlib.asynccontextmanager
async def carried(conversations: Counted, url: str) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(carry_clock(cast(Conversations, conversations), url))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # arq calls redis close()


async def test_an_emptied_redis_loses_nothing_and_holds_nothing_of_ours(valkey_url: str) -> None:
    conversations = Counted()
    client: Any = Redis.from_url(valkey_url)
    async with carried(conversations, valkey_url):
        await conversations.more()
        kept = [await client.type(key) for key in await client.keys("*")]
        assert b"hash" not in kept
        await client.flushall()
        await conversations.more()
    await client.aclose()


async def test_two_workers_share_the_beat(valkey_url: str) -> None:
    one, two = Counted(), Counted()
    async with carried(one, valkey_url), carried(two, valkey_url):
        begun = asyncio.get_running_loop().time()
        while one.looks + two.looks < 4:
            await asyncio.wait_for(asyncio.sleep(0.05), 20)
        took = asyncio.get_running_loop().time() - begun
    assert took > 2.0, "each second is done by one of them"


async def test_a_worker_outlives_its_redis_and_goes_on_with_an_empty_new_one(
    tmp_path: Path,
) -> None:
    conversations = Counted()
    place = tmp_path / "redis.sock"
    with contextlib.ExitStack() as first:
        place.symlink_to(first.enter_context(valkey()).removeprefix("unix://"))
        async with carried(conversations, f"unix://{place}") as task:
            await conversations.more()
            first.close()
            seen = conversations.looks
            await asyncio.sleep(1.5)
            assert not task.done(), "it waits"
            assert conversations.looks <= seen + 1
            place.unlink()
            with valkey() as url:
                place.symlink_to(url.removeprefix("unix://"))
                await conversations.more()
