"""Functions that wait for a thread of the store, and how their results come back."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any

import structlog
from sqlalchemy import Connection

log = structlog.get_logger()

_AFTERWARDS = "polsbot_afterwards"


class Call:
    """One function on its way to a thread and back.

    ``loop`` is the event loop that waits, or None when a thread waits.
    """

    __slots__ = ("afterwards", "error", "function", "future", "loop", "result")

    def __init__(
        self,
        function: Callable[[Connection], Any],
        future: "asyncio.Future[Any] | Future[Any]",
        loop: asyncio.AbstractEventLoop | None,
    ) -> None:
        self.function = function
        self.future = future
        self.loop = loop
        self.result: Any = None
        self.error: BaseException | None = None
        self.afterwards: list[Callable[[], object]] = []

    def run(self, db: Connection) -> None:
        """Run the function. What a run before this one wanted afterwards is forgotten."""
        self.afterwards = db.info[_AFTERWARDS] = []
        self.result = self.function(db)

    def end(self) -> None:
        """It was committed, or failed: what it wanted afterwards is done, or not."""
        for do in self.afterwards if self.error is None else ():
            try:
                do()
            except Exception:
                log.exception("what follows a transaction failed")


def afterwards(db: Connection, do: Callable[[], object]) -> None:
    """Let this be done once, by the thread of the store, when what ``db`` did has been committed;
    never when it was undone or its fate is unknown. Where no function of the store runs: at once.
    """
    wanted = db.info.get(_AFTERWARDS)
    if wanted is None:
        do()
    else:
        wanted.append(do)


class Patient(Call):
    """One that can wait, since nobody waits for what it does: others pass it."""

    __slots__ = ()


Calls = SimpleQueue[Call | None]  # None: close


def deliver(calls: Iterable[Call]) -> None:
    """Hand results to those who wait; every event loop is woken once, however many calls it has."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Call]] = {}
    for call in calls:
        call.end()
        if call.loop is None:
            _settle((call,))
        else:
            by_loop.setdefault(call.loop, []).append(call)
    for loop, theirs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, theirs)
        except RuntimeError:  # the loop was closed: nobody waits any more
            continue


def _settle(calls: Iterable[Call]) -> None:
    for call in calls:
        if call.future.done():  # cancelled while the work went on
            continue
        if isinstance(call.error, StopIteration):  # no future takes it
            call.future.set_exception(RuntimeError("The function raised StopIteration."))
        elif call.error is not None:
            call.future.set_exception(call.error)
        else:
            call.future.set_result(call.result)


class Threads:
    """Threads that serve one queue until it is closed. ``serve`` returns at the None it takes."""

    def __init__(self, name: str, count: int, serve: Callable[[Calls], None]) -> None:
        self._calls: Calls = SimpleQueue()
        # Daemons: a forgotten close() must not keep a finished command from ending.
        self._threads = [
            Thread(target=serve, args=(self._calls,), name=f"{name}-{number}", daemon=True)
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, call: Call) -> None:
        """Let a thread take the call when it is free."""
        self._calls.put(call)

    def are_wanted(self) -> bool:
        """Whether a call waits for a thread."""
        return not self._calls.empty()

    def close(self) -> None:
        """Serve what waits, then end the threads."""
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()
