"""Telephone numbers: one way of writing them, and the country they belong to. Pure."""

from functools import lru_cache

import phonenumbers

_NOBODYS = frozenset(
    {
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.TOLL_FREE,
    }
)
"""Kinds of numbers that no person has, as 0900 and 0800."""


class NumberError(ValueError):
    """Nobody can be called there; the message says how to write a number."""


def normal_number(text: str, country: str) -> str:
    """A number as ``+31612345678``; ``country`` is that of a number without ``+``.

    Raises NumberError.
    """
    if country.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise NumberError(f"There is no country {country}. Write two letters, such as NL or BE.")
    try:
        number = phonenumbers.parse(text, country.upper())
    except phonenumbers.NumberParseException as error:
        raise NumberError("This is not a phone number. Write it like +31612345678.") from error
    if not phonenumbers.is_valid_number(number):
        raise NumberError("This phone number does not exist. Write it like +31612345678.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=8192)
def country_of(address: str) -> str | None:
    """The two letters of an address's country; ``None`` for a short code, a name, a number that no
    person has, no number.

    WhatsApp ids that hide the number begin with the country: ``NL.1A2B``.
    """
    country, dot, _ = address.partition(".")
    if dot and len(country) == 2 and country.isalpha():
        return country.upper()
    if not address.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.number_type(number) in _NOBODYS:
        return None
    region = phonenumbers.region_code_for_number(number)
    return region or phonenumbers.region_code_for_country_code(number.country_code or 0)
