"""A real mail server (aiosmtpd) on this machine that can be told to refuse or to hang up."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "polsbot", "a word"


@dataclass
class Mailbox:
    """What the server took, and what it says: per stage an answer in place of its own.

    ``hang_up`` breaks the line when the words have come: ``before`` or ``after`` keeping them.
    """

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    hang_up: str = ""

    async def handle_MAIL(  # noqa: N802 - the library's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.hang_up != "before" and "data" not in self.answers:
            read = message_from_bytes(cast(bytes, envelope.content), policy=default)
            self.taken.append((envelope.rcpt_tos[0], read))
        if self.hang_up:
            cast(asyncio.Transport, server.transport).abort()
            await asyncio.sleep(0)
        return self.answers.get("data", "250 OK")


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=right)


@asynccontextmanager
async def mail_server(box: Mailbox, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on a free port, as long as it lasts; with ``tls`` it offers STARTTLS and asks who
    we are.
    """
    options: dict[str, Any] = {}
    if tls is not None:
        options = {"tls_context": tls, "require_starttls": True, "auth_required": True}
    loop, talks = asyncio.get_running_loop(), list[SMTP]()

    def talk() -> SMTP:
        talks.append(
            SMTP(box, hostname="localhost", loop=loop, authenticator=_authenticate, **options)
        )
        return talks[-1]

    server = await loop.create_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
    for one in talks:
        if one.transport is not None:
            cast(asyncio.Transport, one.transport).abort()
    await asyncio.sleep(0)


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate of this machine: what the server shows, and what believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(file)
    return shown, ssl.create_default_context(cafile=str(file))
