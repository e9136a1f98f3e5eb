"""``{name}`` in a text: which names there are and how they are filled in.

Never ``str.format``: a translation is data and must not reach attributes, items or formats.
"""

import re
from collections.abc import Callable, Collection, Iterator

from bot.content.draft import Desk
from bot.content.problem import did_you_mean, problem_at
from bot.content.source import Source
from bot.engine.flow import Flow, Kind

STUDY_PLACEHOLDERS = {
    "first_name": "Abdurrahman",
    "sender_name": "Team Klantmonitor",
    "pot": "104,50",
    "reward": "2,50",
    "wave": "26",
    "to_go": "12",
    "desk": "Schuldhulp: 14 0123456",
    "crisis_line": "113 / 08000113",
    "emergency": "112",
}
"""The names every flow knows, each with a long but likely value: limits are measured with it."""

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
_KNOWN = "known are {" + "} {".join(STUDY_PLACEHOLDERS) + "} and the names of your steps"
_OTHERS = {
    **dict.fromkeys(("name", "naam", "voornaam", "firstname", "first name"), "first_name"),
    **dict.fromkeys(("sender", "afzender", "team"), "sender_name"),
    **dict.fromkeys(("balance", "saldo", "potje"), "pot"),
    **dict.fromkeys(("amount", "bedrag", "beloning"), "reward"),
    **dict.fromkeys(("phone", "telefoon", "contact", "telefoonnummer"), "desk"),
}
"""What else people call what we fill in."""
_STRAY = re.compile(r"[{}]")
_GAP = re.compile(r"(?:[,\u060c]? )+(?=[,.!?:;\u060c\u061f]|$)", re.MULTILINE)
"""Blanks, with the comma before them, that stand before a mark or the end of a line."""


def placeholders_in(text: str) -> Iterator[tuple[str, int]]:
    """Each placeholder of a text with its offset."""
    for match in _PLACEHOLDER.finditer(text):
        yield match[1], match.start()


def stray_brace(text: str) -> int | None:
    """The offset of a brace that belongs to no placeholder."""
    blanked = _PLACEHOLDER.sub(lambda match: " " * len(match[0]), text)
    stray = _STRAY.search(blanked)
    return None if stray is None else stray.start()


def fill(text: str, value_of: Callable[[str], str]) -> str:
    """The text with every placeholder replaced, once: a value is never looked at again.

    An empty value takes the blank and the comma before it along: "Hoi, {first_name}!" becomes
    "Hoi!".
    """
    gaps = False

    def put(match: re.Match[str]) -> str:
        nonlocal gaps
        value = value_of(match[1])
        gaps = gaps or not value
        return value

    filled = _PLACEHOLDER.sub(put, text)
    return _GAP.sub("", filled).strip() if gaps else filled


def check_placeholders(source: Source, desk: Desk, flow: Flow) -> None:
    """Report placeholders of a flow's texts that nothing will ever fill."""
    answers = {step.name for step in flow.steps if step.kind in (Kind.ASK, Kind.SET, Kind.ARM)}
    known = {*STUDY_PLACEHOLDERS, *answers, *desk.left_out}
    for text in desk.texts.values():
        for name, _ in placeholders_in(text.text):
            if name not in known:
                message = f"nothing is known as {{{name}}}"
                hint = _meant(name, known) or did_you_mean(name, known) or _KNOWN
                place = text.place.at(f"{{{name}}}")
                source.problems.append(problem_at(place, "F019", message, hint))
        stray = stray_brace(text.text)
        if stray is not None:
            word = re.match(r"\{+\s*(\w+)\s*\}*|.", text.text[stray:])
            meant = _meant(word[1], known) if word and word[1] else ""
            message = "a { or } stands alone in this text"
            hint = meant or "a placeholder is {name}: small letters, digits and _"
            place = text.place.at(word[0] if word else "{")
            source.problems.append(problem_at(place, "F019", message, hint))


def _meant(word: str, known: Collection[str]) -> str:
    """What to write for a name of another language, or with capitals."""
    lower = _OTHERS.get(word.lower(), word.lower())
    return f"write {{{lower}}}" if lower in known else ""
