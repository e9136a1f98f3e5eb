"""Languages as they are written in files: codes of CLDR with a folder under ``locales/``."""

import pickle
import re
from functools import lru_cache
from pathlib import Path

from babel import Locale, localedata

from bot.content.fields import Fields

RIGHT_TO_LEFT = frozenset({"ar", "fa", "ps", "ur", "he", "ku"})
_CODE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")


@lru_cache(maxsize=256)
def is_language(code: str) -> bool:
    """Whether CLDR knows this code, such as ``nl`` or ``en-XA``."""
    if not _CODE.fullmatch(code):
        return False
    return localedata.exists(code.split("-")[0])


def own_name(code: str) -> str:
    """What a language calls itself, with a capital, as CLDR has it: ``Español`` for ``es``."""
    language = code.split("-")[0]
    # Past babel's cache, which keeps a megabyte of every language that was ever named.
    with Path(localedata.resolve_locale_filename(language)).open("rb") as file:
        names = pickle.load(file).get("languages", {})  # noqa: S301 - a file of babel's own
    name = names.get(language) or Locale.parse(language).get_display_name() or code
    return name[:1].upper() + name[1:]


def check_language(fields: Fields, key: str) -> str | None:
    """The language under a key; reports what is none."""
    code = fields.text(key)
    if code is not None and not is_language(code):
        fields.all[key].report("F016", f"`{code[:20]}` is not a language", "such as nl, en, tr, ar")
        return None
    return code
