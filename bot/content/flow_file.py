"""A flow file: its head, its invitation and its ordered map of steps.

What ``authoring.md`` leaves open is decided here. A step with ``steps:`` is a group: it flattens
into its steps, ``section:`` names them, its ``if`` holds for each of them, and a break is offered
after the last one if more follows (``break: false`` keeps it away). ``rotate: [a, b]`` puts items
of the bank in its place, each in every second wave; a name that is a step of the same flow stays
where it stands and only takes its turn.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.content.choices import read_choices
from bot.content.draft import Desk, FlowDraft, TextKind
from bot.content.fields import Field, Fields, fields_of
from bot.content.languages import check_language
from bot.content.placeholders import check_placeholders
from bot.content.problem import Place, did_you_mean
from bot.content.source import Source
from bot.content.steps import check_name, read_step
from bot.content.words import SOURCE_LANGUAGE
from bot.content.yaml_nodes import Mapping, Scalar
from bot.engine.expressions import Expression, ExpressionError, parse
from bot.engine.flow import AnswerType, Flow, Kind, Step

FLOW_KEYS = ("flow", "title", "language", "use", "invite", "steps", "retired", "note")
INVITE_KEYS = ("say", "choices", "picture", "note")
GROUP_KEYS = ("section", "if", "steps", "break", "note")
ROTATE_KEYS = ("rotate", "if", "note")


def read_flow(source: Source, study: str, desk: Desk) -> FlowDraft | None:
    """The flow in a file; ``None`` if no flow can be made of it. Problems go to the file."""
    fields = fields_of(source, source.root)
    name = flow_name(fields)
    if name is None:
        return None
    language = check_language(fields, "language") or SOURCE_LANGUAGE
    prefix = f"{study}.{name}"
    invite = _invite(desk, fields, prefix)
    top = fields.mapping("steps")
    steps = tuple(_Steps(desk, prefix, top).read()) if top is not None else ()
    if not steps:
        return None
    flow = Flow(
        name=name,
        study=study,
        title=fields.text("title") or name,
        language=language,
        steps=steps,
        invite=invite,
    )
    check_placeholders(source, desk, flow)
    retired = _retired(fields, flow)
    left_out = frozenset(desk.left_out)
    return FlowDraft(flow, source, desk.banks, desk.texts, desk.places, retired, left_out)


def flow_name(fields: Fields) -> str | None:
    """The name of the flow, after a look at the keys of the whole file."""
    fields.check_keys(FLOW_KEYS, "a flow")
    for key in ("language", "steps"):
        fields.require(key, "a flow")
    return fields.name_as("flow", fields.source.file.stem, "file")


def _invite(desk: Desk, fields: Fields, prefix: str) -> Step | None:
    invite = fields.mapping("invite")
    if invite is None:
        return None
    field = fields.all["invite"]
    assert isinstance(field.value, Mapping)  # noqa: S101 - mapping() has just seen it
    invite = fields_of(field.source, field.value, f"{prefix}.invite", field.key)
    invite.check_keys(INVITE_KEYS, "an invitation")
    for key in ("say", "choices"):
        invite.require(key, "an invitation")
    text, note = invite.text("say"), invite.text("note") or ""
    if text is None:
        return None
    choices = read_choices(desk, "invite", invite, AnswerType.CHOICE)
    if [choice.code for choice in choices] != ["start", "later"]:
        said = invite.all["choices"] if "choices" in invite else field
        message = "an invitation has the choices start and later, in this order"
        said.report("F023", message, 'such as choices: {start: "Start", later: "Nu niet"}')
    key = desk.add_text(invite.all["say"], "say", text, TextKind.INVITATION, note)
    return Step(
        "invite",
        Kind.ASK,
        text=key,
        type=AnswerType.CHOICE,
        choices=choices,
        skip=False,
        picture=invite.picture("picture"),
        line=field.key.line,
    )


class _Steps:
    """Flattens the map of steps: groups, rotations, single steps."""

    def __init__(self, desk: Desk, prefix: str, top: Fields) -> None:
        self._desk = desk
        self._prefix = prefix
        self._top = top
        self._named: dict[str, Scalar] = {}
        self._turns: dict[str, tuple[int, int]] = {}

    def read(self) -> list[Step]:
        steps = [step for field in self._top.all.values() for step in self._entry(field, None)]
        turned = [
            replace(step, rotation=self._turns[step.name]) if step.name in self._turns else step
            for step in steps
        ]
        if turned and turned[-1].break_after:
            turned[-1] = replace(turned[-1], break_after=False)
        return turned

    def _entry(self, field: Field, section: str | None) -> Iterator[Step]:
        if not isinstance(field.value, Mapping):
            hint = _step_meant(field)
            field.report(
                "F016", f"the step `{field.key.text[:40]}` must hold keys with values", hint
            )
            self._desk.left_out.add(field.key.text)
            return
        name = field.key.text
        fields = fields_of(field.source, field.value, f"{self._prefix}.{name}", field.key)
        if "steps" in fields or "section" in fields:
            yield from self._group(fields, section)
        elif "rotate" in fields:
            yield from self._rotation(fields)
        else:
            yield from self._step(name, fields, field.key)

    def _group(self, fields: Fields, section: str | None) -> Iterator[Step]:
        if section is not None:
            hint = "indent it like the section it stands in"
            fields.source.report(fields.owner, "F023", "a section cannot stand in a section", hint)
            return
        fields.check_keys(GROUP_KEYS, "a section")
        for key in ("section", "steps"):
            fields.require(key, "a section")
        title, condition = fields.text("section"), fields.expression("if")
        inside = fields.mapping("steps")
        if title is None or inside is None:
            self._desk.left_out.update(() if inside is None else inside.all)
            return
        steps = [step for field in inside.all.values() for step in self._entry(field, title)]
        for index, step in enumerate(steps):
            last = index == len(steps) - 1
            offered = last and fields.flag("break", default=True)
            if condition is not None:
                step = self._under(fields, condition, step)
            yield replace(step, section=title, break_after=offered)

    def _under(self, fields: Fields, condition: Expression, step: Step) -> Step:
        field = fields.all["if"]
        place = field.source.place(field.value)
        self._desk.places[(step.name, "section.if")] = place
        if step.when is None:
            self._desk.places[(step.name, "if")] = place
            return replace(step, when=condition)
        try:
            both = parse(f"({condition.source}) and ({step.when.source})")
        except ExpressionError as error:
            field.report("F018", f"this condition and that of `{step.name}` together {error}")
            return step
        return replace(step, when=both)

    def _rotation(self, fields: Fields) -> Iterator[Step]:
        fields.check_keys(ROTATE_KEYS, "a rotation")
        names = fields.words("rotate")
        condition = fields.expression("if")
        items = {key: item for bank in self._desk.banks for key, item in bank.items.items()}
        for index, word in enumerate(names):
            turn = (index, len(names))
            if word.text in self._top.all:
                self._turns[word.text] = turn
                continue
            item = items.get(word.text)
            if item is None:
                self._desk.left_out.add(word.text)
                if self._desk.lacks_bank:
                    continue
                hint = did_you_mean(word.text, [*items, *self._top.all])
                message = f"there is no item `{word.text[:40]}`"
                fields.source.report(word, "F009", message, hint or "name its file in `use:`")
                continue
            for step in self._step(word.text, Fields(item.source, item.owner, item.all), word):
                turned = replace(step, rotation=turn)
                yield turned if condition is None else self._under(fields, condition, turned)

    def _step(self, name: str, fields: Fields, at: Scalar) -> Iterator[Step]:
        """``at`` is where the flow names it; what it asks may stand in another file."""
        if not check_name(fields, name):
            self._desk.left_out.add(name)
            return
        if name in self._named:
            message = f"the step `{name}` is there already (line {self._named[name].line})"
            self._top.source.report(at, "F011", message, "give one another name")
            return
        self._named[name] = at
        self._desk.places[(name, "")] = self._top.source.place(at)
        step = read_step(self._desk, name, fields)
        if step is None:
            self._desk.left_out.add(name)
        else:
            yield replace(step, line=at.line)


def _step_meant(field: Field) -> str:
    """What to write for a step that is one text: often a blank is missing after the `:`."""
    name = field.key.text[:40]
    if isinstance(field.value, Scalar) and re.match(r"\w+:\S", field.value.text):
        return f"write a blank after the `:` of `{field.value.text.partition(':')[0]}:`"
    said = field.value.text[:40] if isinstance(field.value, Scalar) else ""
    return f'such as {name}: {{ask: "{said or "…"}", type: text}}'


def _retired(fields: Fields, flow: Flow) -> dict[str, Place]:
    names = {word.text: fields.source.place(word) for word in fields.words("retired")}
    for word in fields.words("retired") if names else []:
        step = flow.step(word.text)
        if step is not None:
            message = f"`{word.text}` is retired, but a step has this name"
            hint = "a retired name keeps its old meaning in the data: rename the step"
            fields.source.report(word, "F007", message, hint)
    return names
