"""Words for a channel that shows nothing but plain text.

One character outside GSM-7 turns a whole SMS from 160 characters into 70. Typographic signs have
an equal that is inside; letters stay as they are, because dropping an accent changes words.
"""

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\t", " "),
        **dict.fromkeys("\u200b\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufeff"),
        "…": "...",
        "•": "-",
        "\u00ad": None,
    }
)


def plain(text: str) -> str:
    """The text with typographic signs made simple, without direction marks."""
    return text.translate(_SIGNS)
