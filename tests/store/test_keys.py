"""What the keys of an installation protect, and how they are changed."""

import pytest

from bot.store.errors import StoreError
from bot.store.keys import Keys, generate_key
from tests.secrets_of import secret_beside


def test_a_hash_depends_on_purpose_and_installation(keys: Keys) -> None:
    assert keys.hash("+31612345678", "phone") == keys.hash("+31612345678", "phone")
    assert keys.hash("+31612345678", "phone") != keys.hash("+31612345678", "email")
    other = Keys.from_text(generate_key())
    assert keys.hash("+31612345678", "phone") != other.hash("+31612345678", "phone")


def test_after_a_new_key_old_and_new_values_are_read_and_found() -> None:
    old = generate_key()
    new = secret_beside(old)
    before, during = Keys.from_text(old), Keys.from_text(f"{new}, {old}")
    sealed = before.encrypt("Amina", "person.name")

    assert during.decrypt(sealed, "person.name") == "Amina"
    assert during.hash("+31612345678", "phone") == before.hash("+31612345678", "phone")
    assert Keys.from_text(new).decrypt(during.encrypt("Yusuf", "p.n"), "p.n") == "Yusuf"
    with pytest.raises(StoreError, match="not in POLSBOT_KEY"):
        Keys.from_text(new).decrypt(sealed, "person.name")


@pytest.mark.parametrize("text", ["", "secret", "AAAA", "A" * 32, "é", "A" * 43 + ","])
def test_a_bad_key_is_refused_with_the_way_to_make_one(text: str) -> None:
    with pytest.raises(StoreError, match="openssl rand"):
        Keys.from_text(text)


def test_a_changed_ciphertext_is_refused(keys: Keys) -> None:
    sealed = bytearray(keys.encrypt("Amina", "person.name"))
    for place in range(1, len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(StoreError):
            keys.decrypt(bytes(changed), "person.name")
    for length in range(len(sealed)):
        with pytest.raises(StoreError):
            keys.decrypt(bytes(sealed[:length]), "person.name")


def test_keys_do_not_show_themselves() -> None:
    text = generate_key()
    assert text not in repr(Keys.from_text(text))
