"""Is this request really Twilio's: the signature over the public address and every field.

https://www.twilio.com/docs/usage/security#validating-requests
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Sequence

Pairs = Sequence[tuple[str, str]]


class Verifier:
    """Checks requests with the account's auth tokens; two may be valid while they are rotated."""

    def __init__(self, public_url: str, account: str, tokens: Iterable[str]) -> None:
        """``public_url`` is what Twilio was told: the address is never taken from the request."""
        self._places = _with_and_without_port(public_url.rstrip("/"))
        self._account = account
        # Begun once and copied for each request, which costs less than to begin anew.
        self._begun = [hmac.new(token.encode(), digestmod="sha1") for token in tokens if token]

    def accepts(self, path: str, pairs: Pairs, signature: str | None) -> bool:
        """Whether the signature is right and the account ours. ``path`` has its query string.

        A stray AccountSid in the fields is refused, since one token may sign for others.
        """
        if not signature or not self._begun:
            return False
        account = next((value for name, value in pairs if name == "AccountSid"), None)
        if account != self._account:
            return False
        try:
            signed = signed_text(path, pairs).encode()
            given = signature.encode("ascii")
        except UnicodeEncodeError:
            return False
        return any(
            hmac.compare_digest(_signature(begun, place + signed), given)
            for place in self._places
            for begun in self._begun
        )


def _with_and_without_port(url: str) -> tuple[bytes, bytes]:
    """Twilio signs some addresses with their port and some without it, so its library tries both.

    https://github.com/twilio/twilio-python/blob/main/twilio/request_validator.py
    """
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    bare, _, port = host.rpartition(":")
    other = bare if port.isdigit() else f"{host}:{443 if scheme == 'https' else 80}"
    return url.encode(), f"{scheme}://{other}{slash}{path}".encode()


def _signature(begun: hmac.HMAC, signed: bytes) -> bytes:
    mac = begun.copy()
    mac.update(signed)
    return b64encode(mac.digest())


def signed_text(url: str, pairs: Pairs) -> str:
    """What Twilio signs: the address, then each name with its values, both sorted, no value twice
    under one name.
    """
    return url + "".join([name + value for name, value in sorted(set(pairs))])
