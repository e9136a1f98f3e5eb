"""HTTP/1.1 by hand, both ways: whoever posts has to be quicker than the floors, or all subjects
look alike. A whole client or server library is not.
"""

import asyncio
import re
from collections.abc import Callable

from bench.common import PATH

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")


class _Whole(asyncio.Protocol):
    """Collects what arrives until a message with its body is there."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self._arrived = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        head, gap, body = self._arrived.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if gap and len(body) >= (int(length[1]) if length else 0):
            self._arrived = b""
            self.whole(head, body)

    def whole(self, head: bytes, body: bytes) -> None:
        raise NotImplementedError


class Client(_Whole):
    """One connection that is kept and posts to the webhook, one form after the other."""

    @classmethod
    async def open(cls, port: int) -> "Client":
        _, client = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return client

    async def post(self, body: bytes, signature: str) -> None:
        """Post and wait for the answer; raises RuntimeError when it is not yes."""
        self._status: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.transport.write(
            b"POST %s HTTP/1.1\r\nHost: bench.example.org\r\nX-Twilio-Signature: %s\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s"
            % (PATH.encode(), signature.encode(), len(body), body)
        )
        if (status := await self._status) != b"200":
            raise RuntimeError(f"status {status.decode()}")

    def whole(self, head: bytes, body: bytes) -> None:  # noqa: ARG002 - only its end matters
        self._status.set_result(head.split(b" ", 2)[1])

    def connection_lost(self, _: Exception | None) -> None:
        if hasattr(self, "_status") and not self._status.done():
            self._status.set_exception(RuntimeError("the connection was lost"))


class Server(_Whole):
    """Hands each body to a function and answers 201 with the JSON it returns."""

    def __init__(self, take: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self._take = take

    def whole(self, head: bytes, body: bytes) -> None:  # noqa: ARG002 - every path is the same
        answer = self._take(body)
        self.transport.write(
            b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(answer), answer)
        )
