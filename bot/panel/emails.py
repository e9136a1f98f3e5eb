"""E-mail addresses: one way of writing them. Pure."""

import re

LONGEST = 254
"""https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1, without the angle brackets."""

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


class EmailError(ValueError):
    """Nobody can be written to there; the message says how to write an address."""


def normal_email(text: str) -> str:
    """An address in small letters, as ``amina@example.org``: no mail service that people use tells
    large letters from small. A name with signs of its own is written as its ASCII form.

    Raises EmailError.
    """
    local, at, domain = text.strip().lower().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii") if domain else ""
    except UnicodeError:
        domain = ""
    address = f"{local}{at}{domain}"
    if len(address) > LONGEST or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise EmailError("This is not an e-mail address. Write it like amina@example.org.")
    return address
