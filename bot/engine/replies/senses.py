"""What a phrase can be within an answer."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum


class Sense(StrEnum):
    """What a phrase can be within an answer; the lexicon files explain each under the same name."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    GOOD = "good"
    BAD = "bad"
    NOT = "not"
    OR = "or"
    AND = "and"
    BUT = "but"
    THROUGH = "through"
    OUT_OF = "out_of"
    OUT_OF_BEFORE = "out_of_before"
    ABOUT = "about"
    BOUND = "bound"
    CORRECTION = "correction"
    BECAUSE = "because"
    FILLER = "filler"
    POLITE = "polite"
    MARK = "mark"
    ARTICLE = "article"
    SMALL = "small"
    VERY = "very"
    NONE = "none"
    ALL = "all"
    COUNTED = "counted"
    OWED = "owed"
    EURO = "euro"
    CENT = "cent"
    DAY = "day"
    AGO = "ago"
    LATEST = "latest"
    AT = "at"
    NUMBER = "number"
    ORDINAL = "ordinal"
    MONTH = "month"
    WEEKDAY = "weekday"
    RELATIVE = "relative"
    FEAST = "feast"
    MONTHS_AGO = "months_ago"
    YEARS_AGO = "years_ago"


VALUED = (
    Sense.NUMBER, Sense.ORDINAL, Sense.MONTH, Sense.WEEKDAY, Sense.RELATIVE, Sense.FEAST,
    Sense.MONTHS_AGO, Sense.YEARS_AGO,
)  # fmt: skip
LISTED = tuple(sense for sense in Sense if sense not in VALUED)

Senses = Mapping[Sense, Decimal]
"""The senses of one phrase, with a value where the sense has one (else 0)."""
