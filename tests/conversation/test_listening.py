"""Questions read aloud: offered once on WhatsApp, remembered, and never in the way of an answer."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.content.library import load_library
from bot.content.recordings import INDEX, Voices, index_of
from bot.conversation.listening import OFF, ON, STEP
from bot.conversation.open import open_wave
from bot.conversation.orders import load_send
from bot.conversation.outbox import claim
from bot.conversation.receive import receive
from bot.conversation.revisions import Content
from bot.conversation.tables import ANSWERS, OUTBOUND
from bot.conversation.timers import fire
from bot.message import ButtonsForm, Channel, Form, InboundMessage, VoiceForm
from bot.panel.participants import PARTICIPANTS, Enrolment, enrol, set_listens
from bot.panel.timers import due_timers
from bot.store.database import Database
from tests.content.sounds import record
from tests.content.studies import make, steps
from tests.conversation.test_receive import AMINA, CONTENT, NOW

LINES = """\
  calm: {ask: "Ben je rustig?", choices: {yes: "Ja hoor", no: "Nee hoor"}}
  mad: {ask: "Ben je boos?", choices: {yes: "Ja hoor", no: "Nee hoor"}}
"""


@pytest.fixture
def content(tmp_path: Path) -> Content:
    """Two questions of a small study, both recorded."""
    make(tmp_path, first=steps(LINES))
    for step in ("calm", "mad"):
        record(tmp_path / "assets", f"nl/small/first.{step}")
    return reopened(tmp_path)


def reopened(home: Path) -> Content:
    library = load_library(home / "flows", home / "locales", home / "assets")
    voices = Voices(library.recordings, b"secret", "https://bot.example")
    return Content(library, CONTENT.lexicons, voices=voices)


def begin(db: Connection, content: Content, channel: Channel, liked: str | None) -> str:
    person = Enrolment("small", "Amina", "nl", [(channel, AMINA)], date(2026, 3, 1))
    participant = enrol(db, person, NOW)
    if liked is not None:
        set_listens(db, participant, liked)
    revision = content.library.studies["small"].flows["first"]
    run = open_wave(db, revision, participant, "first", 1, NOW).run
    assert run is not None
    return run


class Phone:
    """One person's phone: says something, then reads all that came."""

    def __init__(
        self,
        database: Database,
        content: Content,
        channel: Channel,
        listens: str | None = None,
    ) -> None:
        self.database, self.content, self.channel = database, content, channel
        self.run = database.run(begin, content, channel, listens)
        self.count = 0
        self.read()

    def say(self, text: str, payload: str | None = None) -> list[Form]:
        self.count += 1
        message = InboundMessage(
            self.channel, f"SM{self.count}", AMINA, "+3197", text, NOW, payload=payload
        )
        self.database.run(receive, self.content, message, NOW)
        return self.read()

    def tap(self, code: str) -> list[Form]:
        return self.say("Luisteren", f"{self.run}.{STEP}.{code}")

    def read(self, now: datetime = NOW) -> list[Form]:
        came = []
        while claimed := self.database.run(claim, self.content, now):
            came += [one.message.form for one in claimed]
            self.database.run(arrive)
        return came


def arrive(db: Connection) -> None:
    db.execute(OUTBOUND.update().where(OUTBOUND.c.state == "sending").values(state="delivered"))


def listens(database: Database) -> str | None:
    return database.run(lambda db: db.execute(select(PARTICIPANTS.c.listens)).scalar())


def answers(database: Database) -> list[tuple[str, object]]:
    rows = database.run(lambda db: db.execute(select(ANSWERS).order_by(ANSWERS.c.id)).all())
    return [(row.step, row.value) for row in rows]


def is_offer(form: Form) -> bool:
    return isinstance(form, ButtonsForm) and [one.title for one in form.buttons] == ["Luisteren"]


def test_listening_is_offered_once_before_the_first_question(
    database: Database, content: Content
) -> None:
    phone = Phone(database, content, Channel.WHATSAPP)

    offer, question = phone.say("Start")

    assert is_offer(offer)
    assert isinstance(question, ButtonsForm)
    assert question.body == "Ben je rustig?"
    assert not any(map(is_offer, phone.say("ja hoor")))
    assert listens(database) == "offered"


def test_who_taps_hears_the_open_question_and_every_next_one(
    database: Database, content: Content
) -> None:
    phone = Phone(database, content, Channel.WHATSAPP)
    phone.say("Start")

    said, voice, question = phone.tap(ON)

    assert isinstance(said, ButtonsForm)
    assert said.body == "Goed, je hoort nu elke vraag."
    assert isinstance(voice, VoiceForm)
    assert voice.audio_url.startswith("https://bot.example/media/")
    assert isinstance(question, ButtonsForm)
    again, _ = phone.say("ja hoor")
    assert isinstance(again, VoiceForm)
    assert again != voice


def test_a_typed_answer_after_the_offer_is_an_answer(database: Database, content: Content) -> None:
    phone = Phone(database, content, Channel.WHATSAPP)
    phone.say("Start")

    phone.say("nee")

    assert answers(database) == [("calm", "no")]
    assert listens(database) == "offered"


def test_the_sound_can_be_turned_off_with_a_late_tap(database: Database, content: Content) -> None:
    phone = Phone(database, content, Channel.WHATSAPP)
    phone.say("Start")
    phone.tap(ON)

    phone.tap(OFF)

    assert listens(database) == "off"
    assert not any(isinstance(form, VoiceForm) for form in phone.say("ja hoor"))
    assert answers(database) == [("calm", "yes")]


def test_nothing_is_offered_on_sms(database: Database, content: Content) -> None:
    phone = Phone(database, content, Channel.SMS)

    assert len(phone.say("Start")) == 1
    assert listens(database) is None


def test_an_outdated_recording_is_neither_offered_nor_sent(
    database: Database, content: Content, tmp_path: Path
) -> None:
    says = {
        one.name: (one.sound, "Hoe rustig ben je?") for one in content.library.recordings.values()
    }
    (tmp_path / "assets" / "audio" / INDEX).write_text(index_of(says))

    phone = Phone(database, reopened(tmp_path), Channel.WHATSAPP)

    assert len(phone.say("Start")) == 1


def test_a_tap_after_the_end_is_remembered_for_the_next_time(
    database: Database, content: Content
) -> None:
    phone = Phone(database, content, Channel.WHATSAPP)
    for text in ("Start", "ja hoor", "nee hoor"):
        phone.say(text)

    (said,) = phone.tap(ON)

    assert isinstance(said, ButtonsForm)
    assert listens(database) == "on"


def test_what_nobody_asked_for_just_now_is_not_read_aloud(
    database: Database, content: Content
) -> None:
    phone = Phone(database, content, Channel.LOCAL, ON)
    assert any(isinstance(form, VoiceForm) for form in phone.say("Start"))
    later = NOW + timedelta(hours=4)

    for timer in database.run(due_timers, later):
        database.run(fire, content, timer, later)
    nudged = phone.read(later)

    assert len(nudged) == 1
    assert not isinstance(nudged[0], VoiceForm)


def test_the_offer_is_saved_before_the_question_in_one_turn(
    database: Database, content: Content
) -> None:
    phone = Phone(database, content, Channel.WHATSAPP)
    phone.say("Start")

    rows = database.run(lambda db: db.execute(select(OUTBOUND).order_by(OUTBOUND.c.id)).all())

    offer, question = rows[-2:]
    assert offer.batch == question.batch
    text = load_send(offer.order).text
    assert text is not None
    assert text.key == "polsbot.listen_offer"
