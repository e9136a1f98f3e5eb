"""Secrets for tests."""

from bot.store.errors import StoreError
from bot.store.keys import Keys, generate_key


def secret_beside(old: str) -> str:
    """A new secret that can stand beside an old one: in one of 256 cases their id bytes agree."""
    while True:
        new = generate_key()
        try:
            Keys.from_text(f"{new},{old}")
        except StoreError:
            continue
        return new
