"""The choices of a step: those of its scale, then its own, then "I do not know".

A choice is ``code: "label"`` or ``code: {label: …, picture: …, if: …, exclusive: true}``. A code of
digits is a number, everything else a word; codes are data and never change. In a scale with
``picture: face`` the choice with code 3 has the picture ``face-3``; ``pictures: stress`` on a step
puts ``stress-3`` in its place. Own choices that are added to a scale have only their own picture.
"""

import re
from collections.abc import Iterator

from bot.content.draft import OWN, Desk, TextKind
from bot.content.fields import Field, Fields, fields_of
from bot.content.problem import did_you_mean
from bot.content.slips import name_for
from bot.content.yaml_nodes import Mapping, Scalar
from bot.engine.flow import AnswerType, Choice, Code

CHOICE_KEYS = ("label", "picture", "if", "exclusive", "note")
SCALE_KEYS = ("choices", "picture", "note")
TAKEN = frozenset({"ask", "say", "sorry", "invite", "skip", "unknown"})
"""Codes that would clash with other text keys of a step or with what a person can always say."""

_CURLY = "“”„‘’«»"
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NUMBER = re.compile(r"0|[1-9]\d{0,8}")
CODE = rf"^({_WORD.pattern}|{_NUMBER.pattern})$"
"""How a code is written."""


def read_choices(desk: Desk, name: str, fields: Fields, kind: AnswerType) -> tuple[Choice, ...]:
    """The choices of a step with this answer type."""
    if kind is AnswerType.LANGUAGE:
        return tuple(Choice(code, f"{OWN}.language.{code}") for code in desk.languages)
    own = list(_own_choices(desk, name, fields))
    if kind is AnswerType.YES_NO:
        found = _yes_no(fields, own)
    else:
        found = [*_scale_choices(desk, name, fields), *own]
    if fields.flag("unknown", default=False):
        found.append(Choice("unknown", f"{OWN}.unknown"))
    _check_twice(fields, found)
    return tuple(found)


def _yes_no(fields: Fields, own: list[Choice]) -> list[Choice]:
    labels = {choice.code: choice for choice in own}
    if not set(labels) <= {"yes", "no"}:
        fields.all["choices"].report(
            "F023",
            "a yes_no question has only the codes yes and no",
            'write choices: {yes: "Ja", no: "Nee"}, or leave `type:` out',
        )
    return [labels.get(code, Choice(code, f"{OWN}.{code}")) for code in ("yes", "no")]


def _scale_choices(desk: Desk, name: str, fields: Fields) -> Iterator[Choice]:
    scale_name = fields.name("scale")
    if scale_name is None:
        return
    field = fields.all["scale"]
    scales = {key: scale for bank in desk.banks for key, scale in bank.scales.items()}
    scale = scales.get(scale_name)
    if scale is None and desk.lacks_bank:
        return
    if scale is None:
        hint = did_you_mean(scale_name, scales) or "name its file in `use:`"
        field.report("F009", f"there is no scale `{scale_name}`", hint)
        return
    owner = field if "pictures" not in fields else fields.all["pictures"]
    prefix = fields.picture("pictures") or scale.picture("picture")
    for code, entry in _entries(scale, "choices"):
        choice = _choice(desk, name, code, entry)
        if choice is None:
            continue
        if prefix is not None and choice.picture is None:
            picture = f"{prefix}-{code}"
            desk.check_picture(owner, picture)
            choice = Choice(code, choice.label, picture, choice.when, choice.exclusive)
        yield choice


def _own_choices(desk: Desk, name: str, fields: Fields) -> Iterator[Choice]:
    prefix = None if "scale" in fields else fields.picture("pictures")
    for code, entry in _entries(fields, "choices"):
        choice = _choice(desk, name, code, entry)
        if choice is None:
            continue
        if prefix is not None and choice.picture is None:
            picture = f"{prefix}-{code}"
            desk.check_picture(fields.all["pictures"], picture)
            choice = Choice(code, choice.label, picture, choice.when, choice.exclusive)
        yield choice


def _entries(fields: Fields, key: str) -> Iterator[tuple[Code, Field]]:
    choices = fields.mapping(key)
    if choices is None:
        return
    for written, field in choices.all.items():
        code: Code | None = None
        if _NUMBER.fullmatch(written):
            code = int(written)
        elif _WORD.fullmatch(written):
            code = written
        if code is None or written in TAKEN:
            why = "is taken for something else" if code else "is not a code"
            meant = "" if code else name_for(written)
            hint = "a whole number, or small letters, digits and _"
            hint = f'write {meant}: and keep the words in "quotes" ({hint})' if meant else hint
            field.source.report(field.key, "F014", f"`{written[:40]}` {why}", hint)
            continue
        yield code, field


def _choice(desk: Desk, name: str, code: Code, field: Field) -> Choice | None:
    if isinstance(field.value, Scalar):
        label = field.value.text.strip()
        if not label:
            field.report("F016", f"the choice `{code}` has no label", f'write {code}: "words"')
            return None
        check_words(field)
        return Choice(code, desk.add_text(field, str(code), label, TextKind.CHOICE, ""))
    if not isinstance(field.value, Mapping):
        field.report("F016", f"the choice `{code}` must be a label", f'write {code}: "words"')
        return None
    entry = fields_of(field.source, field.value, field.prefix, field.key)
    entry.check_keys(CHOICE_KEYS, "a choice")
    entry.require("label", "a choice")
    written = entry.text("label")
    if written is None:
        return None
    note = entry.text("note") or ""
    key = desk.add_text(entry.all["label"], str(code), written, TextKind.CHOICE, note)
    picture = entry.picture("picture")
    if picture is not None:
        desk.check_picture(entry.all["picture"], picture)
    when = entry.expression("if")
    if when is not None:
        condition = entry.all["if"]
        desk.places[(name, f"{code}.if")] = condition.source.place(condition.value)
    return Choice(code, key, picture, when, entry.flag("exclusive", default=False))


def check_words(field: Field) -> None:
    """Report a text without quotes of which people would read too much or too little."""
    value = field.value
    if not isinstance(value, Scalar) or not value.plain:
        return
    if value.text[:1] in _CURLY and value.text[-1:] in _CURLY:
        message = "these curly quotes would be read as part of the text"
        field.report("F016", message, 'type straight ones: "…"')
    line = field.source.place(value).excerpt
    after = line[value.column - 1 + value.width :].lstrip()
    if after.startswith("#"):
        message = f"what stands after the # is a note: `{after[:30]}` would not be said"
        field.report("F016", message, 'put the whole text in "quotes", or the note on its own line')


def _check_twice(fields: Fields, choices: list[Choice]) -> None:
    seen: set[Code] = set()
    for choice in choices:
        if choice.code in seen:
            field = fields.all.get("choices") or fields.all["scale"]
            message = f"the code `{choice.code}` stands twice among the choices"
            field.report("F011", message, "give one another code; the scale has some, too")
        seen.add(choice.code)
