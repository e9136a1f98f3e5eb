"""What people write who know no YAML, other programs or only their own language, and what is meant.

Only suggestions are made of it; nothing is read otherwise than it is written.
"""

import re
import unicodedata

from bot.content.zones import zones

_KEYS = {
    **dict.fromkeys(("question", "vraag", "prompt", "q"), "ask"),
    **dict.fromkeys(("message", "zeg", "show", "bericht", "info"), "say"),
    **dict.fromkeys(("options", "answers", "antwoorden", "keuzes", "values", "choice"), "choices"),
    **dict.fromkeys(("when", "als", "condition", "only_if", "show_if", "visible"), "if"),
    **dict.fromkeys(("image", "plaatje", "icon", "img", "drawing"), "picture"),
    **dict.fromkeys(("error", "invalid", "fout"), "sorry"),
    **dict.fromkeys(("schaal", "likert"), "scale"),
    **dict.fromkeys(("minimum", "from_value"), "min"),
    **dict.fromkeys(("maximum",), "max"),
    **dict.fromkeys(("comment", "description", "hint", "help", "opmerking"), "note"),
    **dict.fromkeys(("randomize", "random", "random_order"), "shuffle"),
    **dict.fromkeys(("questions", "vragen", "items", "nodes"), "steps"),
    **dict.fromkeys(("invitation", "uitnodiging", "intro"), "invite"),
    **dict.fromkeys(("lang", "taal"), "language"),
    **dict.fromkeys(("include", "import", "imports"), "use"),
    **dict.fromkeys(("sender", "from_name", "afzender"), "sender_name"),
    **dict.fromkeys(("rewards", "incentive", "beloning"), "reward"),
    **dict.fromkeys(("repeat_every", "interval"), "every"),
}
_SAID = {
    **dict.fromkeys(
        ("goto", "next", "jump", "skip_to", "then", "else", "branch"),
        "there are no jumps: the step below comes next, and `if:` leaves a step out",
    ),
    **dict.fromkeys(
        ("required", "mandatory", "verplicht"), "write skip: false if it may not be skipped"
    ),
    "optional": "each question may be skipped, unless it says skip: false",
    **dict.fromkeys(
        ("name", "id", "code"), "the word before the `:` above is its name; leave this out"
    ),
    "audio": "recordings are files: assets/audio/LANGUAGE/STUDY/FLOW.STEP.ogg",
}
TYPES = {
    **dict.fromkeys(("open", "string", "str", "vrij", "free", "free_text", "textarea"), "text"),
    **dict.fromkeys(("int", "integer", "getal", "numeric", "float", "decimal", "cijfer"), "number"),
    **dict.fromkeys(("ja_nee", "janee", "yesno", "bool", "boolean", "yes-no", "ja/nee"), "yes_no"),
    **dict.fromkeys(("bedrag", "money", "euro", "currency", "geld"), "amount"),
    **dict.fromkeys(("datum", "day"), "date"),
    **dict.fromkeys(("multiple", "multi", "checkbox", "multiselect", "meerkeuze"), "choices"),
    **dict.fromkeys(("single", "radio", "select", "scale", "likert", "schaal", "keuze"), "choice"),
    **dict.fromkeys(("image", "pictures", "plaatje"), "picture"),
}
EXAMPLES = {
    "choices": 'give each choice a code: choices: {good: "Goed", bad: "Slecht"}',
    "steps": 'give each step a name and no dash: mood: {ask: "Hoe gaat het?", type: text}',
    "invite": 'write invite: {say: "…", choices: {start: "Start", later: "Nu niet"}}',
    "waves": "such as waves: {first: {flow: first, after_intake: 0 days}}",
    "hours": 'such as hours: {days: mon-sat, from: "10:00", to: "19:00"}',
    "reward": "such as reward: {when: completed, amount: 2 EUR, pay_out_every: 6 EUR}",
    "not_understood": "such as not_understood: {tries: 2, then: skip}",
    "scales": 'such as how_much: {choices: {1: "Niets", 2: "Veel"}}',
    "items": 'such as stress: {ask: "Hoeveel stress heb je?", scale: how_much}',
}
"""How a key that holds keys is written."""

NEEDED = {
    "language": "such as language: nl",
    "languages": "such as languages: [nl, en]",
    "channels": "such as channels: [whatsapp, sms]",
    "study": "the name of its folder",
    "sender_name": "such as sender_name: Team Klantmonitor",
    "flow": "the name of its file",
    "ask": 'write the question in "quotes"',
    "say": 'write the message in "quotes"',
    "label": 'such as label: "Goed"',
    "amount": "such as amount: 2 EUR",
    "after": "such as after: 1 day",
}
"""How a key that may not be left out is written."""

_DAYS = {"ma": "mon", "di": "tue", "wo": "wed", "do": "thu", "vr": "fri", "za": "sat", "zo": "sun"}
_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minuut", "minuten"), "minute"),
    **dict.fromkeys(("h", "hr", "hrs", "u", "uur", "uren"), "hour"),
    **dict.fromkeys(("", "d", "dag", "dagen"), "day"),
    **dict.fromkeys(("w", "wk", "weken"), "week"),
}
_LONG = re.compile(r"(\d{1,4})\s*([a-z]*)", re.IGNORECASE)
_SUM = re.compile(
    r"(?:€|EUR|euro)?\s*(\d{1,7})(?:[.,](\d{1,2}|-))?\s*(?:€|EUR|euros?)?", re.IGNORECASE
)
_FLAGS = {
    **dict.fromkeys(("yes", "ja", "on", "aan", "1", "y", "waar"), "true"),
    **dict.fromkeys(("no", "nee", "off", "uit", "0", "n", "onwaar", "never"), "false"),
}


def key_meant(word: str, allowed: frozenset[str]) -> str:
    """What to write in the place of a key that is not known here; empty if nobody can say."""
    lower = word.lower()
    if lower in allowed:
        return f"write {lower}:"
    if _KEYS.get(lower) in allowed:
        return f"write {_KEYS[lower]}:"
    return _SAID.get(lower, "") if "ask" in allowed else ""


def name_for(text: str) -> str:
    """A name that is allowed, as near to this one as can be: ``hoe_gaat_het``; empty if none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:40].rstrip("_")
    return f"q{made}" if made[:1].isdigit() else made


def name_rule(text: str) -> str:
    """What to write in the place of this name."""
    rule = "small letters, digits and _, a letter first, at most 40"
    meant = name_for(text)
    return f"write {meant} ({rule})" if meant else rule


def flag_for(text: str) -> str:
    """``true`` or ``false`` for what is meant by a word; empty if nobody can say."""
    lower = text.lower()
    return lower if lower in ("true", "false") else _FLAGS.get(lower, "")


def duration_for(text: str) -> str:
    """``14 days`` for 14, ``2 weeks`` for "2 weken"; empty if nobody can say."""
    match = _LONG.fullmatch(text.strip())
    if match is None:
        return ""
    word = match[2].lower()
    unit = _UNITS.get(word, word.rstrip("s"))
    many = "" if int(match[1]) == 1 else "s"
    return f"{int(match[1])} {unit}{many}" if unit in ("minute", "hour", "day", "week") else ""


def amount_for(text: str) -> str:
    """``12.50`` for "€ 12,50"; empty if nobody can say."""
    match = _SUM.fullmatch(text.strip())
    if match is None:
        return ""
    cents = (match[2] or "").strip("-")
    return f"{match[1]}.{cents:0<2}" if cents else match[1]


def clock_for(text: str) -> str:
    """``"09:00"`` for 9, 9.00 or 9u; empty if nobody can say."""
    match = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:u|uur|h|hrs?)?", text.strip().lower())
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
        return ""
    return f'"{int(match[1]):02}:{match[2] or "00"}"'


def days_for(text: str) -> str:
    """``mon-sat`` for ma-za, Mon-Sat or Monday-Saturday."""
    parts = [part.strip().lower() for part in re.split(r"-|–|t/m|tot|to", text)]
    return "-".join(_DAYS.get(part[:2], part[:3]) for part in parts if part)


def zone_for(text: str) -> str:
    """``Europe/Amsterdam`` for Amsterdam; empty if there is none."""
    ending = f"/{text.strip().replace(' ', '_')}".lower()
    return next((zone for zone in sorted(zones()) if zone.lower().endswith(ending)), "")
