"""How many parts a text message is sent in: packed as a phone network does, not divided.

GSM 03.38: https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding
Parts: https://www.twilio.com/docs/glossary/what-sms-character-limit
"""

from collections.abc import Iterable

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_PAIRS = frozenset("\f^{}\\[~]|€")
_GSM_UNITS = (160, 153)
_UCS_UNITS = (70, 67)
"""What one message holds, and each part of a longer one."""


FITS_GSM = frozenset({"nl", "en"})
"""Languages of ours that can be written without a letter outside GSM-7. Polish, Turkish and
Ukrainian cannot: dropping an accent changes words.
"""


def outside_gsm(text: str) -> str:
    """The signs that make a text message dear, each once."""
    return "".join(sign for sign in dict.fromkeys(text) if sign not in _GSM | _GSM_PAIRS)


def parts_of(text: str) -> int:
    """The number of parts; one character outside GSM-7 makes all of them shorter."""
    if set(text) <= _GSM | _GSM_PAIRS:
        return _packed([2 if sign in _GSM_PAIRS else 1 for sign in text], *_GSM_UNITS)
    return _packed([2 if ord(sign) > 0xFFFF else 1 for sign in text], *_UCS_UNITS)


def _packed(units: Iterable[int], single: int, part: int) -> int:
    """A sign that takes two units never stands in two parts."""
    sizes = list(units)
    if sum(sizes) <= single:
        return 1
    count, filled = 1, 0
    for size in sizes:
        if filled + size > part:
            count, filled = count + 1, 0
        filled += size
    return count
