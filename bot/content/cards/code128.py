"""Code 128, the barcode of most tills: a code as bars of whole modules (ISO/IEC 15417).

Each symbol is eleven modules, three bars and three spaces; the stop has thirteen. Set B holds the
printable ASCII signs, set C two digits in one symbol.
"""

import re

QUIET = 10
"""Modules left white on either side."""

MOST = 340
"""Modules that a picture shows wide enough: about 27 signs, or twice as many digits."""

_WIDTHS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231"
    "113222123122123221223211221132221231213212223112312131311222321122321221312212322112322211"
    "212123212321232121111323131123131321112313132113132311211313231113231311112133112331132131"
    "113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111"
    "314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211"
    "241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214"
    "211232"
)
_PATTERNS = tuple(_WIDTHS[place : place + 6] for place in range(0, len(_WIDTHS), 6))
_STOP = "2331112"
_START_B, _START_C, _TO_C, _TO_B = 104, 105, 99, 100
_CHECK = 103
_RUNS = re.compile(r"[0-9]+|[^0-9]+")


class BarcodeError(ValueError):
    """This code cannot be a Code 128 of ours; the message does not repeat it."""


def fits(code: str) -> bool:
    """Whether a code can be drawn so that a till reads it from a telephone."""
    try:
        return len(bars(code)) <= MOST
    except BarcodeError:
        return False


def bars(code: str) -> str:
    """The modules from the start to the stop: ``1`` is black. The quiet zones are not in it.

    Raises BarcodeError for what is not printable ASCII.
    """
    values = _values(code)
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % _CHECK
    widths = "".join(_PATTERNS[value] for value in (*values, check)) + _STOP
    return "".join(("1", "0")[place % 2] * int(width) for place, width in enumerate(widths))


def _values(code: str) -> list[int]:
    """The symbols before the check: set C for rows of digits that it makes shorter."""
    if not code or not all(" " <= sign <= "~" for sign in code):
        raise BarcodeError("a Code 128 holds letters without accents, digits and signs")
    runs = _RUNS.findall(code)
    values: list[int] = []
    is_c = False
    for place, run in enumerate(runs):
        at_edge = place in (0, len(runs) - 1)
        wants_c = run[0].isdigit() and (len(run) >= (4 if at_edge else 6) or run == code)
        if wants_c and len(run) % 2 and len(run) > 1:  # the odd digit stays in set B
            values += _in_b(run[0], is_first=not values, is_c=is_c)
            is_c, run = False, run[1:]
        if wants_c and len(run) > 1:
            values.append(_TO_C if values else _START_C)
            values += [int(run[digit : digit + 2]) for digit in range(0, len(run), 2)]
            is_c = True
        else:
            values += _in_b(run, is_first=not values, is_c=is_c)
            is_c = False
    return values


def _in_b(run: str, *, is_first: bool, is_c: bool) -> list[int]:
    begin = [_START_B] if is_first else [_TO_B] if is_c else []
    return begin + [ord(sign) - ord(" ") for sign in run]
