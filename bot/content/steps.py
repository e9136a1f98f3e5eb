"""One step of a flow file as an engine value.

What ``authoring.md`` leaves open is decided here. ``item: stress`` takes a whole step of the bank;
keys of the step itself win over those of the item, and each text keeps the key of the file it
stands in. A real question can be skipped unless it says ``skip: false``; the choice of a language
and a consent cannot unless they say ``skip: true``. ``min`` and ``max`` are counts, euro or dates.
"""

from dataclasses import replace
from datetime import date

from bot.content.choices import check_words, read_choices
from bot.content.draft import Desk, TextKind
from bot.content.fields import NAME, Fields
from bot.content.placeholders import STUDY_PLACEHOLDERS
from bot.content.problem import did_you_mean
from bot.content.slips import EXAMPLES, name_rule
from bot.content.yaml_nodes import Mapping
from bot.engine.flow import AnswerType, Choice, Kind, RunStatus, Step

VERBS = ("ask", "say", "set", "arm", "end")
COMMON_KEYS = ("if", "item", "topic", "note", "special")
KEYS_OF = {
    Kind.ASK: (
        *("ask", "type", "scale", "choices", "picture", "pictures", "check", "confirm", "sorry"),
        *("min", "max", "skip", "unknown", "shuffle", "consent", "recall", "reverse"),
    ),
    Kind.SAY: ("say", "picture"),
    Kind.SET: ("set", "type", "recall", "reverse"),
    Kind.ARM: ("arm",),
    Kind.END: ("end",),
}
NOT_YET = {"repeat": "repeated steps", "audio": "recorded questions", "photo": "photos"}
TYPES_NOT_YET = ("voice", "photo")
STEP_KEYS = (*dict.fromkeys((*COMMON_KEYS, *(key for keys in KEYS_OF.values() for key in keys))),)

RESERVED = frozenset(
    {
        *("invite", "last", "baseline", "participant", "wave", "skip", "unknown"),
        *("and", "or", "not", "in", "is", "if", "else", "for", "lambda", "none", "true", "false"),
        *("sum", "mean", "count", *STUDY_PLACEHOLDERS),
        *("run", "flow", "status", "test", "current_language", "started_at", "ended_at"),
        "revision",
    }
)
"""Names that mean something else in a condition, in a text or among the columns of an export."""

_WITH_CHOICES = (AnswerType.CHOICE, AnswerType.CHOICES, AnswerType.PICTURE)
_WITH_BOUNDS = (AnswerType.NUMBER, AnswerType.AMOUNT, AnswerType.DATE)
_COMPUTED = (AnswerType.NUMBER, AnswerType.AMOUNT, AnswerType.TEXT)


def read_step(desk: Desk, name: str, fields: Fields) -> Step | None:
    """A step from its keys; ``None`` when too much is wrong with it. Problems go to the file."""
    if "item" in fields:
        item = find_item(desk, fields)
        if item is None:
            return None
        fields = fields.over(item)
    kind = _kind(fields)
    if kind is None:
        return None
    _check_fit(fields, kind)
    for key in ("if", "check", "confirm", "set", "type"):
        if key in fields:
            field = fields.all[key]
            desk.places[(name, key)] = field.source.place(field.value)
    base = Step(
        name=name,
        kind=kind,
        when=fields.expression("if"),
        topic=fields.text("topic"),
        recall=fields.text("recall"),
        reverse=fields.flag("reverse", default=False),
        special=fields.flag("special", default=False),
        picture=_picture(desk, fields),
        line=fields.owner.line,
    )
    match kind:
        case Kind.ASK:
            return _ask(desk, fields, base)
        case Kind.SAY:
            return replace(base, text=_text(desk, fields, "say", TextKind.MESSAGE))
        case Kind.SET:
            computed = fields.one_of("type", _COMPUTED)
            answer = None if computed is None else AnswerType(computed)
            return replace(base, value=fields.expression("set"), type=answer)
        case Kind.ARM:
            return replace(base, arms=_arms(fields))
        case Kind.END:
            status = fields.one_of("end", (RunStatus.COMPLETED, RunStatus.STOPPED))
            return replace(base, ends=None if status is None else RunStatus(status))


def find_item(desk: Desk, fields: Fields) -> Fields | None:
    """The item of the bank that a step takes over; a missing one is reported."""
    name = fields.name("item")
    items = {key: item for bank in desk.banks for key, item in bank.items.items()}
    if name is None:
        return None
    if name not in items and desk.lacks_bank:
        return None
    if name not in items:
        hint = did_you_mean(name, items) or "name its file in `use:`"
        fields.all["item"].report("F009", f"there is no item `{name}`", hint)
        return None
    return items[name]


def check_name(fields: Fields, name: str) -> bool:
    """Whether a step may have this name; reports it if not. ``fields.owner`` is the name."""
    if not NAME.fullmatch(name):
        message = f"`{name[:50]}` is not a name for a step"
        fields.source.report(fields.owner, "F014", message, name_rule(name))
        return False
    if name in RESERVED:
        fields.source.report(
            fields.owner, "F022", f"`{name}` means something else", "give the step another name"
        )
        return False
    return True


def _kind(fields: Fields) -> Kind | None:
    for key, what in NOT_YET.items():
        if key in fields:
            field = fields.all[key]
            field.source.report(field.key, "F020", f"{what} are not possible yet", "remove it")
            return None
    verbs = [verb for verb in VERBS if verb in fields]
    if not verbs:
        fields.check_keys(STEP_KEYS, "a step")
        if set(fields.all) <= set(STEP_KEYS):  # else what was meant is told already
            message = "a step needs one of ask, say, set, arm, end"
            hint = 'a question begins with ask: "…", a message with say: "…"'
            fields.source.report(fields.owner, "F017", message, hint)
        return None
    if len(verbs) > 1:
        field = fields.all[verbs[1]]
        message = f"a step does one thing, not both {verbs[0]} and {verbs[1]}"
        field.source.report(field.key, "F023", message, "make two steps of it")
        return None
    return Kind(verbs[0])


def _check_fit(fields: Fields, kind: Kind) -> None:
    fields.check_keys(STEP_KEYS, "a step")
    allowed = {*COMMON_KEYS, *KEYS_OF[kind]}
    for key, field in fields.all.items():
        if key in STEP_KEYS and key not in allowed:
            message = f"`{key}` does not go with `{kind}`"
            field.source.report(field.key, "F023", message, "leave it out, or make a step of it")


def _ask(desk: Desk, fields: Fields, base: Step) -> Step | None:
    answer = _answer_type(fields)
    if answer is None:
        return None
    consent = fields.name("consent")
    firm = consent is not None or answer is AnswerType.LANGUAGE
    low, high = _bounds(fields, answer)
    choices = read_choices(desk, base.name, fields, answer)
    _check_count(fields, answer, choices)
    return replace(
        base,
        text=_text(desk, fields, "ask", TextKind.QUESTION),
        type=answer,
        choices=choices,
        check=fields.expression("check"),
        confirm=fields.expression("confirm"),
        skip=fields.flag("skip", default=not firm),
        shuffle=fields.flag("shuffle", default=False),
        sorry=_text(desk, fields, "sorry", TextKind.SORRY),
        low=low,
        high=high,
        consent=consent,
        scale=fields.text("scale"),
    )


def _answer_type(fields: Fields) -> AnswerType | None:
    written = fields.text("type")
    if written is None:
        if "type" not in fields and ("choices" in fields or "scale" in fields):
            return AnswerType.CHOICE
        if "type" not in fields and set(fields.all) <= set(STEP_KEYS):
            hint = "such as type: text, type: number or type: yes_no"
            message = "a question needs `type:` or `choices:`"
            fields.source.report(fields.owner, "F017", message, hint)
        return None
    if written in TYPES_NOT_YET:
        fields.all["type"].report("F020", f"the type {written} is not possible yet", "use text")
        return None
    found = fields.one_of("type", AnswerType)
    if found is None:
        return None
    answer = AnswerType(found)
    if answer in _WITH_CHOICES and "choices" not in fields and "scale" not in fields:
        message = f"a question of type {found} needs `choices:` or `scale:`"
        fields.source.report(fields.owner, "F017", message, EXAMPLES["choices"])
        return None
    fit = {
        "choices": (*_WITH_CHOICES, AnswerType.YES_NO),
        "scale": _WITH_CHOICES,
        "pictures": _WITH_CHOICES,
        "shuffle": _WITH_CHOICES,
        "unknown": (AnswerType.CHOICE, AnswerType.YES_NO),
        "min": _WITH_BOUNDS,
        "max": _WITH_BOUNDS,
    }
    for key, types in fit.items():
        if key in fields and answer not in types:
            field = fields.all[key]
            message = f"`{key}` does not go with type {found}"
            field.source.report(field.key, "F023", message, "leave it out, or take another type")
    return answer


def _check_count(fields: Fields, answer: AnswerType, choices: tuple[Choice, ...]) -> None:
    if answer is AnswerType.PICTURE and choices and not 2 <= len(choices) <= 9:
        fields.all["choices" if "choices" in fields else "scale"].report(
            "F016", f"a picture question has 2 to 9 choices, not {len(choices)}"
        )
    written = fields.all["choices"].value if "choices" in fields else None
    is_whole = not isinstance(written, Mapping) or len(written.values) <= len(choices)
    has_own = written is not None or "unknown" in fields  # a scale that is there has one more
    lacks_scale = ("scale" in fields and has_own) or not set(fields.all) <= set(STEP_KEYS)
    one_only = len(choices) == 1 and is_whole and not lacks_scale
    if answer in (AnswerType.CHOICE, AnswerType.CHOICES) and one_only:
        fields.source.report(fields.owner, "F016", "one choice is no choice", "add another")


def _bounds(fields: Fields, answer: AnswerType) -> tuple[int | date | None, int | date | None]:
    low: int | date | None = None
    high: int | date | None = None
    if answer is AnswerType.NUMBER:
        low, high = fields.integer("min"), fields.integer("max")
    elif answer is AnswerType.AMOUNT:
        low, high = fields.euros("min"), fields.euros("max")
    elif answer is AnswerType.DATE:
        low, high = fields.day("min"), fields.day("max")
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        fields.all["max"].report("F016", "`max` is below `min`", "swap them")
    return low, high


def _text(desk: Desk, fields: Fields, key: str, kind: TextKind) -> str | None:
    text = fields.text(key)
    if text is None:
        return None
    check_words(fields.all[key])
    return desk.add_text(fields.all[key], key, text, kind, fields.text("note") or "")


def _picture(desk: Desk, fields: Fields) -> str | None:
    name = fields.picture("picture")
    if name is not None:
        desk.check_picture(fields.all["picture"], name)
    return name


def _arms(fields: Fields) -> tuple[str, ...]:
    arms = fields.words("arm")
    for arm in arms:
        if not NAME.fullmatch(arm.text):
            message = f"`{arm.text[:40]}` is not a name for an arm"
            fields.source.report(arm, "F014", message, name_rule(arm.text))
    if len(arms) == 1:
        fields.all["arm"].report("F016", "one arm is no choice", "name at least two")
    return tuple(arm.text for arm in arms)
