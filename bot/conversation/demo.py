"""Trying a flow by a QR code: whoever sends its words starts a test run. It earns nothing, stands
in no figure, and nobody is reminded of it.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from bot.content.library import Library
from bot.content.revision import Revision
from bot.conversation.open import Came, open_wave
from bot.panel.participants import PARTICIPANTS, REACHES, Enrolment, enrol, link

MOST_A_DAY = 5
"""So many demo runs a day and address; after that the words mean nothing special."""

_WORDS = re.compile(r"demo ([a-z][a-z0-9_]*)[/ ]([a-z][a-z0-9_]*)(?: ([a-z]{2,3}))?")


@dataclass(frozen=True, slots=True)
class Demo:
    """What a QR code asks for."""

    revision: Revision
    language: str


def words_of(study: str, flow: str, language: str = "") -> str:
    """What the QR code writes into the message, for the person to send."""
    return f"demo {study}/{flow} {language}".strip()


def demo_in(library: Library, text: str) -> Demo | None:
    """The demo that a message asks for; ``None`` for every other message."""
    match = _WORDS.fullmatch(" ".join(text.casefold().split()))
    study = None if match is None else library.studies.get(match[1])
    revision = None if match is None or study is None else study.flows.get(match[2])
    if match is None or revision is None or not revision.flow.languages:
        return None
    languages = revision.flow.languages
    return Demo(revision, match[3] if match[3] in languages else languages[0])


def start_demo(db: Connection, library: Library, demo: Demo, at: Came, now: datetime) -> str | None:
    """Begin a test run for whoever is at this address; ``None`` when there were enough today.

    Each one is a participant of its own, so that a person who takes part in the study is not
    mixed up with it.
    """
    flow = demo.revision.flow
    lately = (
        select(func.count())
        .select_from(REACHES.join(PARTICIPANTS, PARTICIPANTS.c.id == REACHES.c.participant_id))
        .where(
            REACHES.c.address_id == at.address,
            PARTICIPANTS.c.is_test,
            PARTICIPANTS.c.created_at > now - timedelta(days=1),
        )
    )
    if db.execute(lately).scalar_one() >= MOST_A_DAY:
        return None
    zone = library.studies[flow.study].hours.timezone
    today = now.astimezone(ZoneInfo(zone)).date()
    person = Enrolment(flow.study, "Demo", demo.language, (), today, timezone=zone, is_test=True)
    participant = enrol(db, person, now)
    link(db, participant, at.address)
    return open_wave(db, demo.revision, participant, "demo", 1, now, at).run
