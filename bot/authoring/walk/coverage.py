"""Which steps and choices the walkers came to."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.engine.effects import Effect, Record
from bot.engine.flow import Flow, Kind
from bot.engine.run import Run


@dataclass
class Coverage:
    """Of one flow: how often each step was reached and each choice kept."""

    flow: Flow
    runs: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    choices: Counter[tuple[str, str]] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)

    def note(self, effects: Iterable[Effect]) -> None:
        """Answers that were kept."""
        for effect in effects:
            if isinstance(effect, Record):
                values = effect.value if isinstance(effect.value, tuple) else (effect.value,)
                self.choices.update((effect.step, str(value)) for value in values)

    def close(self, run: Run) -> None:
        """A run is over."""
        self.runs += 1
        self.endings[str(run.status)] += 1
        self.steps.update(name for name, reached in run.passed if reached)

    def all_steps(self) -> list[str]:
        """Every step that can be reached."""
        return [step.name for step in self.flow.steps]

    def all_choices(self) -> list[tuple[str, str]]:
        """Every choice of every question."""
        return [
            (step.name, str(choice.code))
            for step in self.flow.steps
            if step.kind is Kind.ASK
            for choice in step.choices
        ]

    def missing(self) -> Iterator[str]:
        """Steps nobody came to, and choices that nobody made of the others."""
        for name in self.all_steps():
            if not self.steps[name]:
                yield name
        for name, code in self.all_choices():
            if self.steps[name] and not self.choices[name, code]:
                yield f"{name}: {code}"

    def __str__(self) -> str:
        """One line."""
        steps, choices = self.all_steps(), self.all_choices()
        went = sum(self.steps[name] > 0 for name in steps)
        made = sum(self.choices[one] > 0 for one in choices)
        ends = ", ".join(f"{count} {status}" for status, count in self.endings.most_common())
        return (
            f"{self.flow.study}/{self.flow.name}: {went} of {len(steps)} steps, "
            f"{made} of {len(choices)} choices; {self.runs} runs ({ends})"
        )
