"""The keys of an installation: what they encrypt, and how an encrypted value is found again.

``POLSBOT_KEY`` is one secret of 32 random bytes in base64, or several with commas between them, the
newest first. From each secret three things are derived (HKDF, RFC 5869), so that none of them tells
anything about another: the key that encrypts, the key that hashes, and one byte that names it.

To change the secret, put a new one in front: what is written from then on is encrypted with it, and
everything older stays readable and is found, since the keyed hash goes on coming from the secret
that the database was begun with (``bot.store.seal``). ``bot.store.rekey`` writes everything anew
with the first secret; after that the others can go.
"""

import base64
import copy
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.store.errors import StoreError

SECRET_BYTES = 32
NONCE_BYTES = 12
"""The length that AES-GCM is made for (NIST SP 800-38D, 5.2.1.1)."""


def generate_key() -> str:
    """Make a new secret for ``POLSBOT_KEY``."""
    return base64.urlsafe_b64encode(os.urandom(SECRET_BYTES)).decode()


class Keys:
    """Secrets of 32 bytes: the first encrypts, every one decrypts, one of them hashes: the last."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        if not secrets or any(len(secret) != SECRET_BYTES for secret in secrets):
            raise StoreError(
                "POLSBOT_KEY is not a key of 32 bytes in base64 (or several with commas between "
                "them). Make one with: openssl rand -base64 32"
            )
        ids = [_derived(secret, "id", 1) for secret in secrets]
        if len(set(ids)) != len(ids):
            raise StoreError(
                "Two secrets of POLSBOT_KEY have the same id byte. Make the new one once more."
            )
        self._newest = ids[0]
        self._ciphers = {
            name: AESGCM(_derived(secret, "encrypt", 32))
            for name, secret in zip(ids, secrets, strict=True)
        }
        # Begun once and copied for each text, which costs less than to begin anew.
        self._hashers = [
            hmac.new(_derived(secret, "hash", 32), digestmod="sha256") for secret in secrets
        ]
        self._hasher = self._hashers[-1]

    @classmethod
    def from_text(cls, text: str) -> "Keys":
        """Read ``POLSBOT_KEY``, newest secret first; raise StoreError when it is not one."""
        return cls([_decoded(part.strip()) for part in text.split(",")])

    def hashing_like(self, mark: bytes) -> "Keys | None":
        """The same keys, with the secret that made ``mark`` as the one that hashes; None: none."""
        return next((one for one in map(self._hashing, self._hashers) if one.mark() == mark), None)

    def renewed(self) -> "Keys":
        """The same keys, with the first secret hashing too."""
        return self._hashing(self._hashers[0])

    def mark(self) -> bytes:
        """By which the secret that hashes is known again (32 bytes)."""
        return self.hash("", "mark of the secret")

    def _hashing(self, hasher: hmac.HMAC) -> "Keys":
        other = copy.copy(self)
        other._hasher = hasher
        return other

    def encrypt(self, text: str, column: str) -> bytes:
        """Encrypt for one ``table.column``; the same text never looks the same twice."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, text.encode(), column.encode())
        return self._newest + nonce + sealed

    def decrypt(self, sealed: bytes, column: str) -> str:
        """Read what ``encrypt`` made for the same column.

        Raises StoreError for a value that was changed, comes from another column, or belongs to a
        secret that is not here.
        """
        cipher = self._ciphers.get(sealed[:1])
        if cipher is None:
            raise StoreError(
                f"{column} was encrypted with a key that is not in POLSBOT_KEY. Add that key again "
                "behind the newest one."
            )
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, rest, column.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise StoreError(
                f"A value of {column} was changed outside the program, or belongs to another "
                "column. Restore it from a backup."
            ) from error

    def hash(self, text: str, purpose: str) -> bytes:
        """Return 32 bytes that are equal for equal texts of one purpose, and say nothing else.

        The secret is the protection: all Dutch mobile numbers are hashed within two minutes.
        """
        hasher = self._hasher.copy()
        hasher.update(f"{purpose}\0{text}".encode())
        return hasher.digest()


def _decoded(part: str) -> bytes:
    plain = part.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        return b""  # no secret: refused by its length


def _derived(secret: bytes, use: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=f"polsbot {use}".encode()).derive(secret)
