"""The clock carried by arq: each second one of the workers does what is due.

Redis carries the beat and nothing else: no id, no word, no state. What is due stands in the
database, so an empty Redis loses nothing, and while Redis is away the workers wait for it.
"""

import asyncio
import contextlib
import json
from typing import Any

import structlog
from arq import cron
from arq.connections import RedisSettings
from arq.worker import Worker
from redis.exceptions import RedisError

from bot.conversation.service import Conversations
from bot.jobs.ticker import look

log = structlog.get_logger()

QUEUE = "polsbot"
LONGEST = 300
"""Seconds after which a sweep is broken off; what it had not begun is found by the next one."""

_CONVERSATIONS = "conversations"
_AT_ONCE = 2
"""Looks in one process at a time: a long one does not hold up the next beat."""

_FIRST_WAIT, _LONGEST_WAIT = 0.5, 15.0
_KNOWN_FOR = 5
"""Seconds for which a beat that was done is remembered, so that no second worker does it again."""


async def carry_clock(conversations: Conversations, redis_url: str) -> None:
    """Work until cancelled. arq gives up when Redis goes; we come back until it does."""
    wait = _FIRST_WAIT
    while True:
        worker = _worker(conversations, redis_url)
        try:
            await worker.main()
        except (RedisError, OSError) as error:
            log.warning("Redis cannot be reached; tried again", reason=str(error), seconds=wait)
        finally:
            await _closed(worker)
        wait = _FIRST_WAIT if worker.jobs_complete else min(wait * 2, _LONGEST_WAIT)
        await asyncio.sleep(wait)


def _worker(conversations: Conversations, redis_url: str) -> Worker:
    settings = RedisSettings.from_dsn(redis_url)
    settings.conn_retries = 0
    every_second = cron(
        _beat,  # type: ignore[arg-type] # arq asks for a name that a function has anyway
        name="polsbot:beat", second=set(range(60)), timeout=LONGEST,
        keep_result=_KNOWN_FOR, max_tries=1,
    )  # fmt: skip
    return Worker(
        cron_jobs=[every_second],
        queue_name=QUEUE,
        redis_settings=settings,
        handle_signals=False,
        job_timeout=LONGEST,
        max_jobs=_AT_ONCE,
        max_tries=1,
        ctx={_CONVERSATIONS: conversations},
        log_results=False,
        job_serializer=_as_json,
        job_deserializer=json.loads,
    )


async def _beat(context: dict[Any, Any]) -> None:
    await look(context[_CONVERSATIONS])


def _as_json(value: Any) -> bytes:
    """Never pickle: whoever can write to Redis could run code in us."""
    return json.dumps(value, default=str).encode()


async def _closed(worker: Worker) -> None:
    """As arq closes, but also when Redis is away: its looks end, then its connections."""
    for task in worker.tasks.values():
        task.cancel()
    await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
    if worker._pool is not None:
        with contextlib.suppress(RedisError, OSError):
            await worker.pool.aclose(close_connection_pool=True)
