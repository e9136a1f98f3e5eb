"""What a changed flow does to the data that was collected with what was published before.

A step's name is a column and a code is a value in it, for as long as there are answers. Three
verdicts: *safe*; *needs retired* (a column ends, and nobody may use its name for something else);
*breaks data* (one column would hold two meanings).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.content.revision import Revision
from bot.engine.flow import AnswerType, Code, Kind, Step

_COLUMNS = (Kind.ASK, Kind.SET, Kind.ARM)
_CODE = "one code"
_SHAPES = {
    AnswerType.CHOICE: _CODE,
    AnswerType.PICTURE: _CODE,
    AnswerType.YES_NO: _CODE,
    AnswerType.LANGUAGE: _CODE,
    AnswerType.CHOICES: "a list of codes",
    AnswerType.NUMBER: "a number",
    AnswerType.AMOUNT: "cents",
    AnswerType.DATE: "a date",
    AnswerType.TEXT: "words",
}
"""What stands in a cell: questions of one shape can stand in one column."""

_NEW_NAME = "give it a new name, and put the old one under `retired:`"


class Verdict(StrEnum):
    """What a change does to the data, the worst last."""

    SAFE = "safe"
    NEEDS_RETIRED = "needs `retired:`"
    BREAKS = "breaks data"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the step it is in (empty for the whole flow), what it is, what to do."""

    verdict: Verdict
    step: str
    what: str
    mend: str = ""


def changes(published: Sequence[Revision], now: Revision, retired: Collection[str]) -> list[Change]:
    """Everything that differs from what was published, the newest first, in the order of the steps.

    A name counts as it was used last, however long ago. ``retired`` are those that the file has
    given up.
    """
    if not published:
        return []
    last = {step.name: (step, revision) for revision in reversed(published)
            for step in revision.flow.steps if step.kind in _COLUMNS}  # fmt: skip
    newest = {step.name for step in published[0].flow.steps}
    found: list[Change] = []
    for step in now.flow.steps:
        if step.kind not in _COLUMNS:
            continue
        if step.name not in last:
            found.append(Change(Verdict.SAFE, step.name, "is asked anew"))
            continue
        if step.name not in newest:
            found.append(Change(Verdict.SAFE, step.name, "is asked again after a time"))
        old, revision = last[step.name]
        found += _of_step(_Side(old, revision), _Side(step, now))
    for name in last.keys() - {step.name for step in now.flow.steps} - set(retired):
        hint = f"write retired: [{', '.join(sorted({*retired, name}))}]"
        what = "is asked no more, and its name could be used for something else"
        found.append(Change(Verdict.NEEDS_RETIRED, name, what, hint))
    return found or list(_besides(published[0], now))


def verdict_of(found: Sequence[Change]) -> Verdict:
    """The worst of them; safe when nothing differs."""
    order = list(Verdict)
    return max((one.verdict for one in found), key=order.index, default=Verdict.SAFE)


@dataclass(frozen=True, slots=True)
class _Side:
    """A step with the revision whose words it speaks."""

    step: Step
    revision: Revision

    def say(self, key: str | None) -> str:
        """A text in the flow's own language."""
        words = self.revision.texts.get(self.revision.flow.language, {})
        return words.get(key or "", "")

    def labels(self) -> dict[Code, str]:
        """What each code means; empty where it is said in the bot's own words."""
        return {choice.code: self.say(choice.label) for choice in self.step.choices}


def _of_step(old: _Side, new: _Side) -> Iterator[Change]:
    name = new.step.name
    shapes = [_shape(side.step) for side in (old, new)]
    if shapes[0] != shapes[1]:
        what = f"was {shapes[0]} and would be {shapes[1]}"
        yield Change(Verdict.BREAKS, name, what, _NEW_NAME)
        return
    yield from _of_codes(name, old, new)
    if old.step.reverse != new.step.reverse:
        what = "is turned round: a high code was " + ("bad" if old.step.reverse else "good")
        yield Change(Verdict.BREAKS, name, what, _NEW_NAME)
    if old.step.special and not new.step.special:
        what = "was kept out of what is published, and earlier answers would be published now"
        yield Change(Verdict.BREAKS, name, what, "write special: true again")
    if old.step.consent != new.step.consent:
        what = f"asked for the consent {old.step.consent}, and now for {new.step.consent}"
        yield Change(Verdict.BREAKS, name, what, _NEW_NAME)
    if old.step.value != new.step.value:
        yield Change(Verdict.BREAKS, name, "is reckoned otherwise", _NEW_NAME)
    before, after = old.say(old.step.text), new.say(new.step.text)
    if before != after:
        yield Change(Verdict.SAFE, name, f'reads "{after}", no longer "{before}"')
    for key in ("when", "check", "low", "high", "skip", "type", "arms"):
        if getattr(old.step, key) != getattr(new.step, key):
            yield Change(Verdict.SAFE, name, f"has another `{_WRITTEN.get(key, key)}:`")


_WRITTEN = {"when": "if", "low": "min", "high": "max", "arms": "arm"}


def _of_codes(name: str, old: _Side, new: _Side) -> Iterator[Change]:
    before, after = old.labels(), new.labels()
    for code, label in after.items():
        if code not in before:
            yield Change(Verdict.SAFE, name, f"has a new choice {code}")
        elif before[code] != label and before[code] and label:
            taken = next((one for one, said in before.items() if said == label), None)
            if taken is None:
                what = f'says "{label}" for {code}, no longer "{before[code]}"'
                hint = "a new meaning needs a new code"
                yield Change(Verdict.SAFE, name, what, hint)
            else:
                what = f'says "{label}" for {code}: that was {taken}, so codes change meaning'
                yield Change(Verdict.BREAKS, name, what, "leave each code its meaning")
    for code in before.keys() - after.keys():
        what = f"has no choice {code} any more; answers with it stay"
        yield Change(Verdict.SAFE, name, what, "do not use the code for something else")


def _shape(step: Step) -> str:
    if step.kind is Kind.ARM:
        return "a name that was drawn"
    if step.type is None:
        return "a value that is reckoned"
    return _SHAPES[step.type]


def _besides(old: Revision, new: Revision) -> Iterator[Change]:
    """What differs without touching a column: order, other languages, messages, the study."""
    if old.hash != new.hash:
        yield Change(Verdict.SAFE, "", "order, messages, translations or the study's rules differ")
