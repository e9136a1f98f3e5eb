"""Handing one letter to a mail server.

Until the words are handed over nothing has left. From the moment they are on their way until the
server answers nobody knows, and there is no list to look at: such a letter is never sent again by
itself.
"""

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

import aiosmtplib

from bot.channels.contract import Failure, Listed, Reaction, SendError
from bot.channels.email.failures import Stage, refused
from bot.channels.email.letter import letter_bytes, message_id
from bot.channels.email.server import MailServer
from bot.channels.pace import Pace
from bot.message import Channel, EmailForm, InboundMessage, OutboundMessage, Sent

TIMEOUT = 15.0
"""Seconds to wait for a turn, then for the server to hear who we are and whom we write to, then for
it to take the letter: together less than the lease of a message.
"""

CONNECTIONS = 5
"""So many at once: servers refuse who opens more."""

_NOT_REACHED = Failure("connect", Reaction.LATER, "no connection to the mail server: nothing left")
_BUSY = Failure("busy", Reaction.RETRY, "too many letters at once: nothing left", 60)
_NO_TLS = Failure(
    "no tls",
    Reaction.HALT,
    "the mail server offers no STARTTLS: use smtps://, or smtp+plain:// on the own machine",
)
_NO_LOGIN = Failure(
    "login", Reaction.HALT, "the mail server broke off when it heard who we are: look at SMTP_URL"
)
_UNKNOWN = Failure(
    "no answer", Reaction.ASK, "no answer from the mail server: the outcome is unknown"
)


class EmailCarrier:
    """Carries letters from ``sender``, an address whose mail a person reads."""

    def __init__(
        self,
        server: MailServer,
        sender: str,
        rate: float = 10,
        *,
        trust: ssl.SSLContext | None = None,
        timeout: float = TIMEOUT,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Nothing is opened before the first letter. ``rate`` is letters a second, ``timeout`` in
        seconds; ``trust`` says which certificates are believed, by default the system's.
        """
        self._server = server
        self._sender = sender
        self._pace = Pace(rate)
        self._trust = trust
        self._timeout = timeout
        self._clock = clock
        self._free = asyncio.Semaphore(CONNECTIONS)

    async def send(self, message: OutboundMessage) -> Sent:
        """Hand a letter over; raises SendError."""
        if not isinstance(message.form, EmailForm):
            raise SendError(Failure("no letter", Reaction.OTHER, "an e-mail carries letters only"))
        domain = self._sender.rpartition("@")[2]
        letter = letter_bytes(message.form, message.token, self._sender, message.to, self._clock())
        try:
            async with asyncio.timeout(self._timeout):
                await asyncio.sleep(self._pace.wait(asyncio.get_running_loop().time()))
                await self._free.acquire()
        except TimeoutError:
            raise SendError(_BUSY) from None
        client = self._client(domain)
        try:
            await self._address(client, message.to)
            await _hand_over(client, letter)
        finally:
            self._free.release()
            await _leave(client)
        return Sent(message_id(message.token, domain))

    async def try_out(self) -> None:
        """See that the server lets us in; nothing is sent. Raises SendError."""
        client = self._client(self._sender.rpartition("@")[2])
        try:
            await self._address(client, None)
        finally:
            await _leave(client)

    async def sent_since(
        self,
        channel: Channel,  # noqa: ARG002 - the contract's
        to: str,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
    ) -> list[Listed] | None:
        """A mail server has no list that could be asked."""
        return None

    async def received_since(self, since: datetime) -> list[InboundMessage] | None:  # noqa: ARG002
        """Nobody answers an e-mail; what comes to the sender's address is read by people."""
        return []

    async def close(self) -> None:
        """Nothing is held between two letters."""

    def _client(self, domain: str) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            local_hostname=domain,  # else the library looks up the name of this machine
            use_tls=self._server.scheme == "smtps",
            start_tls=False,
            tls_context=self._trust,
            timeout=self._timeout,
        )

    async def _address(self, client: aiosmtplib.SMTP, to: str | None) -> None:
        """All up to the words; whatever breaks here, nothing has left."""
        server, stage = self._server, Stage.HELLO
        try:
            async with asyncio.timeout(self._timeout):
                await client.connect()
                await client.ehlo()
                if server.scheme == "smtp":
                    if not client.supports_extension("starttls"):
                        raise SendError(_NO_TLS)
                    await client.starttls()
                    await client.ehlo()
                if server.user:
                    stage = Stage.LOGIN
                    await client.login(server.user, server.password)
                stage = Stage.SENDER
                await client.mail(self._sender)
                if to is not None:
                    stage = Stage.RECIPIENT
                    await client.rcpt(to)
        except aiosmtplib.SMTPResponseException as error:
            raise SendError(_refused(stage, error) or _NOT_REACHED) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            raise SendError(_NO_LOGIN if stage is Stage.LOGIN else _NOT_REACHED) from None


async def _hand_over(client: aiosmtplib.SMTP, letter: bytes) -> None:
    try:
        await client.data(letter)
    except aiosmtplib.SMTPResponseException as error:
        raise SendError(_refused(Stage.WORDS, error) or _UNKNOWN) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        raise SendError(_UNKNOWN) from None


def _refused(stage: Stage, error: aiosmtplib.SMTPResponseException) -> Failure | None:
    """What the server said; ``None`` for a line that broke, which the library tells as an answer
    without a code. The words of the server stay here: the address stands in them.
    """
    return refused(stage, error.code, error.message) if 400 <= error.code < 600 else None


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Say goodbye; the letter's fate is known by now."""
    try:
        await client.quit(timeout=2)
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        client.close()
