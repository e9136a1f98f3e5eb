"""Random participants through every flow, language and channel, to find what nobody thought of.

Walk number N always goes the same way, so what it finds can be looked at again and kept as a
transcript.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from bot.authoring.talk import Talk
from bot.authoring.transcripts import Line, retell, write
from bot.authoring.transcripts.lines import Start, Waited
from bot.authoring.transcripts.perform import perform
from bot.authoring.transcripts.player import BEGINNING
from bot.authoring.walk.coverage import Coverage
from bot.authoring.walk.person import TEMPERS, Person, Phrases, Plan
from bot.authoring.walk.watch import Event, watch
from bot.content.library import Library
from bot.content.study import Study
from bot.engine.flow import Flow, Kind, RunStatus, Value
from bot.engine.replies.lexicon import Lexicon
from bot.engine.run import Run
from bot.message import Channel

MOST_ACTS = 120
FALL_SILENT = 0.2
"""The share of people who stop answering somewhere, for good."""
AFTER_THE_END = 3
"""Acts of a person whose run has ended: late taps, thanks, a stop."""
LONG = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Route:
    """What a walk goes through."""

    study: Study
    flow: str
    language: str
    channel: Channel

    def __str__(self) -> str:
        """For people."""
        return f"{self.study.name}/{self.flow} in {self.language} on {self.channel}"


@dataclass(frozen=True, slots=True)
class Stumble:
    """What went wrong in a walk; ``story`` is the conversation up to there, as a transcript."""

    number: int
    route: Route
    fault: str
    story: str


@dataclass
class Walked:
    """What all walks found, in their order, and how far they came, by study and flow."""

    stumbles: list[Stumble] = field(default_factory=list)
    coverage: dict[str, Coverage] = field(default_factory=dict)


def routes_of(library: Library) -> list[Route]:
    """Every flow × language × channel that people can be asked in."""
    return [
        Route(study, name, language, Channel(channel))
        for study in library.studies.values()
        for name, revision in study.flows.items()
        for language in revision.flow.languages
        for channel in study.channels
        if channel in (Channel.WHATSAPP, Channel.SMS)
    ]


def walk(
    library: Library, lexicons: Mapping[str, Lexicon], routes: list[Route], numbers: range
) -> Walked:
    """Walk each number's route; raises nothing for what goes wrong on the way."""
    walked, phrases = Walked(), Phrases(lexicons)
    for number in numbers:
        route = routes[number % len(routes)]
        flow = route.study.flows[route.flow].flow
        key = f"{route.study.name}/{route.flow}"
        coverage = walked.coverage.setdefault(key, Coverage(flow))
        story: list[Line] = []
        chance = Random(number)  # noqa: S311 - to be repeated, not to be secret
        for fault in _walk(library, phrases, route, chance, story, coverage):
            why = f"Walk {number}: {fault}"
            walked.stumbles.append(Stumble(number, route, fault, write(story, why)))
            break
    return walked


def _walk(
    library: Library,
    phrases: Phrases,
    route: Route,
    chance: Random,
    story: list[Line],
    coverage: Coverage,
) -> Iterator[str]:
    """One conversation to its end; what is wrong with it, as it comes."""
    talk = _talk(library, phrases.lexicons, route, chance)
    person = Person(chance, chance.choice(TEMPERS), phrases)
    yield from _do(talk, None, story, coverage)
    left = AFTER_THE_END
    falls_silent = chance.random() < FALL_SILENT
    for _ in range(chance.randrange(MOST_ACTS // 4) if falls_silent else MOST_ACTS):
        if talk.run.status is not RunStatus.WAITING:
            left -= 1
        if left < 0:
            break
        yield from _do(talk, person.plan(talk), story, coverage)
    yield from _do(talk, Plan(Waited(LONG)), story, coverage)
    if talk.run.status is RunStatus.WAITING:
        yield f"the run still waits after {LONG.days} days: it never ends"
    coverage.close(talk.run)


def _do(talk: Talk, plan: Plan | None, story: list[Line], coverage: Coverage) -> Iterator[str]:
    """One act with all that comes of it."""
    act = Start(talk.run.language, talk.channel, talk.revision.flow.name, talk.run.wave)
    story.append(act if plan is None else plan.act)
    before = talk.run
    try:
        for forms in perform(talk, act if plan is None else plan.act):
            story.extend(retell(forms, talk.effects, talk.channel))
            coverage.note(talk.effects)
            yield from watch(Event(talk, plan, before, forms, talk.effects))
            before = talk.run
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what a walk is there to find
        yield f"at `{before.step}`: {type(error).__name__}: {error}"


def _talk(library: Library, lexicons: Mapping[str, Lexicon], route: Route, chance: Random) -> Talk:
    revision = route.study.flows[route.flow]
    repeated = [wave for wave in route.study.waves if wave.flow == route.flow and wave.every]
    number = chance.randint(1, repeated[0].times or 26) if repeated else 1
    run = Run("r", revision.hash, "p", route.language, wave=number, seed=chance.randrange(2**31))
    return Talk(
        library,
        lexicons,
        route.study,
        revision,
        route.channel,
        replace(run, facts=dict(_facts(route.study, revision.flow, number, chance))),
        BEGINNING,
    )


def _facts(study: Study, flow: Flow, number: int, chance: Random) -> Iterator[tuple[str, Value]]:
    """What earlier waves may have left behind: the first of them leaves nothing."""
    scopes = [("last", flow)] if number > 1 else []
    if "baseline" in study.flows and flow.name != "baseline":
        scopes.append(("baseline", study.flows["baseline"].flow))
    for scope, other in scopes:
        for step in other.steps:
            if step.kind is Kind.ASK and step.choices and chance.random() < 0.8:
                yield f"{scope}.{step.name}", chance.choice(step.choices).code
