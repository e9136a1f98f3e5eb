"""Cyrillic words as people type them on a Latin keyboard."""

import re

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_BASE = {
    "а": "a", "б": "b", "в": "v", "д": "d", "е": "e", "є": "ye", "ж": "zh", "з": "z", "і": "i",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ф": "f", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ъ": "",
    "ю": "yu", "я": "ya", "ы": "y", "э": "e",
}  # fmt: skip
_TABLES = tuple(
    str.maketrans(_BASE | {"г": g, "и": i, "х": h})
    for g, i, h in (("h", "y", "kh"), ("g", "i", "h"), ("h", "y", "h"), ("g", "y", "h"))
)


def romanised(word: str) -> set[str]:
    """The usual Latin spellings of a folded Cyrillic word; none for a word of another script."""
    if not _CYRILLIC.search(word):
        return set()
    return {word.translate(table) for table in _TABLES}
