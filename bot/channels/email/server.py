"""Which mail server takes our letters over, as one address says it."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}


class ServerError(ValueError):
    """The address of the server cannot be used; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server and how to speak to it: ``smtps`` (encrypted from the start), ``smtp`` (encrypted by
    STARTTLS, which it must offer) or ``smtp+plain`` (not at all: for one on the own machine).
    """

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


def server_of(url: str) -> MailServer:
    """The server of an address such as ``smtp://user:password@mail.example.org``.

    Raises ServerError, without the address, in which a password stands.
    """
    hint = "Write it as smtps://user:password@mail.example.org, or smtp:// for STARTTLS."
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise ServerError(f"SMTP_URL is no address. {hint}") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ServerError(f"SMTP_URL is no address of a mail server. {hint}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and parts.scheme == "smtp+plain":
        raise ServerError("SMTP_URL would send the password unencrypted. Use smtps:// or smtp://.")
    return MailServer(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], user, password)
