"""Waves: what will be asked, opening by hand, pausing, and how they stand."""

import json
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy import Connection, select

from bot.cli.common import Yes, fail, opened, study_of
from bot.content.lexicon import load_lexicons
from bot.content.study import Study
from bot.conversation.forecast import Forecast, LeftOut, forecast
from bot.conversation.installed import letterhead_of
from bot.conversation.open import open_wave
from bot.conversation.revisions import Content
from bot.conversation.waves import hindrance_by_hand
from bot.panel import pauses
from bot.panel.participants import PARTICIPANTS
from bot.reports.standing import ENDS, standing
from bot.runtime import library_of

app = typer.Typer(no_args_is_help=True, help="Waves.")

StudyName = Annotated[str, typer.Argument(help="The study's name.")]
Json = Annotated[bool, typer.Option("--json", help="For other programs.")]
OnlyOne = Annotated[str, typer.Option(help="Only this participant; default: the whole study.")]


_LEFT_OUT = {
    "consent": "without consent",
    "open": "with a wave that is still open",
    "unreachable": "who cannot be reached",
    "shared": "on whose phone somebody else is answering just now",
    "enough": "who had enough messages for now",
}


@app.command()
def plan(
    study: StudyName,
    days: Annotated[int, typer.Option(help="How far ahead.", min=1, max=730)] = 14,
    as_json: Json = False,
) -> None:
    """Say who will be asked what, when, in how many messages, and which reward falls due."""
    with opened() as (settings, database):
        library = library_of(settings)
        wanted = study_of(library, study)
        content = Content(
            library, load_lexicons(settings.polsbot_locales), letterhead=letterhead_of(settings)
        )
        now = datetime.now(UTC)

        def look(db: Connection) -> list[Forecast | LeftOut]:
            return list(forecast(db, content, wanted, now, now + timedelta(days=days)))

        found = database.run(look)
        paused = database.run(pauses.paused_since, study)
    asked = [one for one in found if isinstance(one, Forecast)]
    if as_json:
        print(json.dumps([asdict(one) for one in asked], default=str))
    else:
        for one in asked:
            print(
                f"{one.participant}\t{one.wave} {one.number}\t{one.at:%Y-%m-%d %H:%M} UTC\t"
                f"{one.channel}\t{one.messages}\t{one.segments}\t{one.cents}"
            )
    left = Counter(one.reason for one in found if isinstance(one, LeftOut))
    print(_totals(asked, left, wanted), file=sys.stderr)
    if paused is not None:
        print(f"The study is paused since {paused:%Y-%m-%d %H:%M} UTC.", file=sys.stderr)


@app.command()
def start(
    flow: Annotated[str, typer.Argument(help="study/flow")],
    number: Annotated[int, typer.Option(help="Which repetition.", min=1)] = 1,
    participant: Annotated[str, typer.Option(help="One participant; default: all.")] = "",
    yes: Yes = False,
) -> None:
    """Open a flow now, for one participant or all who agreed. Once per participant and number."""
    study_name, _, flow_name = flow.partition("/")
    with opened() as (settings, database):
        library = library_of(settings)
        study = library.studies.get(study_name)
        revision = study.flows.get(flow_name) if study else None
        if study is None or revision is None:
            raise fail(f"There is no flow {flow}. Write it as study/flow; see `polsbot check`.")
        paused = database.run(pauses.paused_since, study_name)
        if paused is not None:
            raise fail(
                f"{study_name} is paused since {paused:%Y-%m-%d %H:%M} UTC: its invitations would "
                f"wait while their time runs out. First: polsbot wave resume {study_name}"
            )
        wave = next((one.name for one in study.waves if one.flow == flow_name), flow_name)
        wanted = select(PARTICIPANTS.c.id).where(
            PARTICIPANTS.c.study == study_name,
            PARTICIPANTS.c.status == "active",
            PARTICIPANTS.c.is_test.is_(False),
        )
        if participant:
            wanted = wanted.where(PARTICIPANTS.c.id == participant)
        active = list(database.run(lambda db: db.execute(wanted).scalars().all()))
        now = datetime.now(UTC)
        channels = Content(library, {}, letterhead=letterhead_of(settings)).channels(study)
        hindrances = {
            one: database.run(hindrance_by_hand, channels, study, flow_name, one, now)
            for one in active
        }
        people = [one for one, hindrance in hindrances.items() if not hindrance]
        left = Counter(hindrance for hindrance in hindrances.values() if hindrance)
        if left:
            reasons = ", ".join(f"{count} {_LEFT_OUT[one]}" for one, count in sorted(left.items()))
            print(f"{left.total()} left out: {reasons}.", file=sys.stderr)
        if not people:
            raise fail(f"Nobody to ask: no active participant of {study_name} fits.")
        if not yes:
            print("\n".join(people))
            cents = study.reward.cents * len(people) if study.reward else 0
            print(
                f"{len(people)} would be asked, in at most "
                f"{len(people) * (1 + len(study.reminders))} messages; if all complete, "
                f"{cents / 100:.2f} is earned. Add --yes to open.",
                file=sys.stderr,
            )
            return
        for one in people:
            asked = revision, one, wave, number, now
            opened_now = database.run(open_wave, *asked, languages=study.languages)
            print(f"{one}\t{opened_now.run or opened_now.reason}")
        print("The running server sends the invitations.", file=sys.stderr)


@app.command()
def pause(study: StudyName, participant: OnlyOne = "") -> None:
    """Write to nobody unprompted until resumed; who writes is answered."""
    now = datetime.now(UTC)
    with opened() as (settings, database):
        study_of(library_of(settings), study)
        if participant:
            if not database.run(pauses.pause, participant, "operator"):
                raise fail(f"There is no participant {participant} who could be paused.")
        elif not database.run(pauses.pause_study, study, now):
            raise fail(f"{study} is paused already. Resume it with: polsbot wave resume {study}")
    print(f"{participant or study} is paused")


@app.command()
def resume(study: StudyName, participant: OnlyOne = "") -> None:
    """Ask again; of the waves that were missed only the newest is opened."""
    now = datetime.now(UTC)
    with opened() as (settings, database):
        study_of(library_of(settings), study)
        if participant:
            if not database.run(pauses.resume, participant, now):
                raise fail(f"{participant} is not paused. See: polsbot participant list")
        elif not database.run(pauses.resume_study, study, now):
            raise fail(f"{study} is not paused. See: polsbot wave status {study}")
    print(f"{participant or study} is resumed")


@app.command()
def status(study: StudyName, as_json: Json = False) -> None:
    """Say how the invitations of each wave stand or ended, and who is paused."""
    with opened() as (settings, database):
        study_of(library_of(settings), study)
        found = database.run(standing, study)
    rows = [
        {"wave": wave, "number": number, **{end: counts.get(end, 0) for end in ENDS}}
        for (wave, number), counts in found.waves.items()
    ]
    if as_json:
        print(json.dumps({"paused_since": found.paused_since, "people": found.people,
                          "waves": rows}, default=str))  # fmt: skip
        return
    if rows:
        print("\t".join(rows[0]))
    for row in rows:
        print("\t".join(str(cell) for cell in row.values()))
    people = ", ".join(f"{count} {name}" for name, count in sorted(found.people.items()))
    print(f"Participants: {people or 'none'}.", file=sys.stderr)
    if found.paused_since is not None:
        print(f"Paused since {found.paused_since:%Y-%m-%d %H:%M} UTC.", file=sys.stderr)


def _totals(asked: list[Forecast], left: Counter[str], study: Study) -> str:
    people = len({one.participant for one in asked})
    currency = study.reward.currency if study.reward else ""
    lines = [
        f"{len(asked)} waves for {people} participants: at most "
        f"{sum(one.messages for one in asked)} messages before replies, "
        f"{sum(one.segments for one in asked)} SMS segments.",
    ]
    if study.reward:
        lines.append(
            f"If all complete, {sum(one.cents for one in asked) / 100:.2f} {currency} is earned "
            f"and {sum(one.vouchers for one in asked)} vouchers fall due."
        )
    if left:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(left.items()))
        lines.append(f"Not asked: {reasons}.")
    return "\n".join(lines)
