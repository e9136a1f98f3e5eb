"""The channel that stays here: the terminal and the phone in the browser."""

import asyncio
import contextlib
import secrets
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from datetime import datetime

from bot.channels.contract import Failure, Listed, Reaction, SendError
from bot.message import Channel, DeliveryState, InboundMessage, OutboundMessage, Sent

_KEPT = 500


PHONE = "phone-"
"""Addresses of phones in the browser begin so, whatever channel they play. With what follows they
are longer than the eleven signs that a sender's name can have.
"""


def is_screen(address: str) -> bool:
    """Whether this is a phone in the browser: nothing that is sent there leaves this machine."""
    return address.startswith(PHONE) and len(address) > len(PHONE) + 11


class LocalCarrier:
    """Keeps what was sent, per address, and tells who listens. ``fail`` makes the next one fail."""

    def __init__(self) -> None:
        """Start with nothing sent."""
        self._sent: dict[str, deque[OutboundMessage]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._failing: deque[Failure] = deque()

    async def send(self, message: OutboundMessage) -> Sent:
        """Put the message on the screen; raises SendError when told to."""
        if self._failing:
            raise SendError(self._failing.popleft())
        self._sent[message.to].append(message)
        self.ring(message.to)
        return Sent(f"local-{secrets.token_hex(8)}", DeliveryState.DELIVERED)

    async def sent_since(
        self,
        channel: Channel,  # noqa: ARG002 - the contract's
        to: str,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
    ) -> list[Listed] | None:
        """Nothing is ever uncertain here."""
        return None

    async def received_since(self, since: datetime) -> list[InboundMessage] | None:  # noqa: ARG002
        """Nothing is ever missed here."""
        return []

    async def close(self) -> None:
        """Nothing is held."""

    def fail(self, code: str, reaction: Reaction) -> None:
        """Let the next message fail like this."""
        self._failing.append(Failure(code, reaction, "asked to fail"))

    def ring(self, address: str) -> None:
        """Wake who watches this screen: there is something to see."""
        for listener in self._listeners[address]:
            listener.set()

    def sent_to(self, address: str) -> list[OutboundMessage]:
        """Everything on this screen, the oldest first."""
        return list(self._sent[address])

    def clear(self, address: str) -> None:
        """Empty one screen."""
        self._sent.pop(address, None)

    async def changes(self, address: str, every: float) -> AsyncIterator[None]:
        """Yield at once, when something new was sent there, and every so many seconds."""
        listener = asyncio.Event()
        listener.set()
        self._listeners[address].add(listener)
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(every):  # wait_for can lose a cancellation
                        await listener.wait()
                listener.clear()
                yield
        finally:
            self._listeners[address].discard(listener)
