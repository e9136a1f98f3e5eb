"""Questions read aloud: offered once to a person, remembered, then sent with every question.

The offer has a button and asks nothing, so that whatever is typed still answers the question below.
"""

from typing import Any

from sqlalchemy import Connection, select

from bot.content.recordings import Recording, recording_name, words_to_read
from bot.conversation.revisions import Content
from bot.conversation.scene import Scene
from bot.conversation.tables import RUNS
from bot.engine.effects import Effect, Send, Shown, Text
from bot.engine.flow import RunStatus
from bot.engine.replies.reading import Tapped
from bot.engine.run import Run
from bot.engine.walk import ask
from bot.message import Channel, Form, VoiceForm
from bot.panel import participants

STEP = "listen-offer"
"""What a tap on the offer answers; no step of an author has a hyphen in its name."""

OFFERED, ON, OFF = "offered", "on", "off"
SPOKEN = (Channel.WHATSAPP, Channel.LOCAL)
"""Channels that carry a voice."""


def offered(
    db: Connection, content: Content, row: Any, effects: tuple[Effect, ...], scene: Scene
) -> tuple[Effect, ...]:
    """What an event makes us say, with the offer before the first question that can be heard.

    ``row`` is the run's and has the person's ``listens`` beside it.
    """
    if row.listens is not None or not content.library.recordings:
        return effects
    if scene.channel not in SPOKEN or content.voices is None:
        return effects
    for place, effect in enumerate(effects):
        if isinstance(effect, Send) and _recording(
            db, content, row.revision, effect, scene.language
        ):
            participants.set_listens(db, row.participant_id, OFFERED)
            offer = _with_button("listen_offer", row.id, ON)
            return (*effects[:place], offer, *effects[place:])
    return effects


def chosen(db: Connection, content: Content, row: Any, run: Run, tap: Tapped) -> tuple[Effect, ...]:
    """Remember what somebody tapped, at any time; the open question is asked again to be heard."""
    person = db.execute(select(RUNS.c.participant_id).where(RUNS.c.id == tap.run)).scalar()
    if person is None or tap.code not in (ON, OFF):
        return ()
    participants.set_listens(db, person, tap.code)
    if tap.code == OFF:
        return (_with_button("listen_off", tap.run, ON),)
    said = _with_button("listen_on", tap.run, OFF)
    if run.status is not RunStatus.WAITING or run.participant != person:
        return (said,)
    return said, *ask(content.revision(db, row.revision).flow, run)


def spoken(
    db: Connection, content: Content, row: Any, send: Send, forms: tuple[Form, ...]
) -> tuple[Form, ...]:
    """The messages of a question with its recording before the last one, for who wants to hear it.

    ``row`` is one of the outbox with the person's ``listens`` and the run's ``revision``.
    """
    if row.listens != ON or content.voices is None or row.revision is None:
        return forms
    recording = _recording(db, content, row.revision, send, row.language)
    if recording is None:
        return forms
    return (*forms[:-1], VoiceForm(content.voices.url(recording)), forms[-1])


def _recording(
    db: Connection, content: Content, content_hash: str, send: Send, language: str
) -> Recording | None:
    """The recording of a question in the words of this revision; ``None`` if there is none. What
    nobody asked for just now has none either: outside the service window only a template may leave.
    """
    if send.purpose != "reply":
        return None
    revision = content.revision(db, content_hash)
    step = revision.flow.step(send.step)
    if send.text is None or step is None or step.text != send.text.key:
        return None
    recording = content.library.recordings.get(recording_name(language, step.text))
    if recording is None:
        return None
    texts = content.texts(revision)
    words = words_to_read(step, lambda key: texts.raw(key, language))
    return recording if words is not None and recording.fits(words) else None


def _with_button(text: str, run: str, code: str) -> Send:
    button = Shown(code, f"polsbot.listen_button_{code}", f"{run}.{STEP}.{code}")
    return Send(None, Text(f"polsbot.{text}"), choices=(button,))
