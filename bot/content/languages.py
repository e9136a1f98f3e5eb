"""Languages as they are written in files: codes of CLDR with a folder under ``locales/``."""

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from bot.content.fields import Fields

RIGHT_TO_LEFT = frozenset({"ar", "fa", "ps", "ur", "he", "ku"})
_CODE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")


@lru_cache(maxsize=256)
def is_language(code: str) -> bool:
    """Whether CLDR knows this code, such as ``nl`` or ``en-XA``."""
    if not _CODE.fullmatch(code):
        return False
    try:
        Locale.parse(code.split("-")[0])
    except (UnknownLocaleError, ValueError):
        return False
    return True


def own_name(code: str) -> str:
    """What a language calls itself, with a capital, as CLDR has it: ``Español`` for ``es``."""
    name = Locale.parse(code.split("-")[0]).get_display_name() or code
    return name[:1].upper() + name[1:]


def check_language(fields: Fields, key: str) -> str | None:
    """The language under a key; reports what is none."""
    code = fields.text(key)
    if code is not None and not is_language(code):
        fields.all[key].report("F016", f"`{code[:20]}` is not a language", "such as nl, en, tr, ar")
        return None
    return code
