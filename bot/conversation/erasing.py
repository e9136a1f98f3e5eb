"""Asking to be erased while no question is open: confirmed first, as within a run.

On a phone that several share it is asked about one after the other, each by name; who has a
question open there is asked by the run itself. Nothing is erased unless the very next message there
says yes to it. The case that is opened at once stays when no answer comes, or cannot come: on SMS a
carrier that knows of the stop lets no question through.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.casework.cases import close_kind, is_open_case
from bot.conversation.forget import end_runs
from bot.conversation.revisions import Content
from bot.conversation.scene import Scene
from bot.conversation.sharing import name_where_shared, who_left
from bot.conversation.tables import INBOUND, LOST, OUTBOUND
from bot.engine.asides import ERASE, kind_of
from bot.engine.effects import Effect, Erase, OpenCase, Send, Shown, Text
from bot.engine.flow import AnswerType, RunStatus
from bot.engine.replies import understand
from bot.engine.replies.reading import Command, Commanded, Question, Reading, Tapped, Understood
from bot.engine.run import Run
from bot.message import DeliveryState, InboundMessage
from bot.panel.participants import leave, people_at
from bot.panel.timers import ERASURE
from bot.store.statements import Statement

STEP = f"{ERASE}-all"
"""What the buttons answer; no step of an author has a hyphen in its name."""

YES, NO, ASK, AGAIN, GIVE_UP = "yes", "no", "ask", "again", "give up"

_LASTS = timedelta(days=1)
_MOST = 2
"""So often it is asked about one person, if the reply is unclear."""

_UNSEEN = (str(DeliveryState.QUEUED), *LOST)

_BATCH = "erase? "
_NAMES = {
    ASK: f"command {Command.ERASE}",
    YES: "answer: erase yes",
    NO: "answer: erase no",
    AGAIN: "unclear: erase",
    GIVE_UP: "unclear: erase given up",
}
_STILL_ASKED = (_NAMES[ASK], _NAMES[NO], _NAMES[AGAIN])
"""How the message before is called when the question may be open."""

_LAST_WORD = Statement(
    select(INBOUND.c.reading)
    .where(INBOUND.c.address_id == bindparam("address"))
    .order_by(INBOUND.c.id.desc())
    .limit(1)
)
_ASKED = Statement(
    select(OUTBOUND.c.participant_id, OUTBOUND.c.batch, OUTBOUND.c.language, OUTBOUND.c.state)
    .where(
        OUTBOUND.c.address_id == bindparam("address"),
        OUTBOUND.c.batch.startswith(_BATCH),
        OUTBOUND.c.created_at > bindparam("since"),
    )
    .order_by(OUTBOUND.c.id.desc())
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody says about being erased: to ``ask`` for it, yes or no to the question, or what
    is neither (``again``, then ``give up``). ``person`` is whom they were asked about, ``None``
    before that.
    """

    what: str
    person: str | None = None

    @property
    def name(self) -> str:
        """How the message is called."""
        return _NAMES[self.what]


def wish_in(
    db: Connection,
    content: Content,
    inbound: InboundMessage,
    address: str,
    row: Any,
    run: Run | None,
    reading: Reading,
    now: datetime,
) -> Wish | None:
    """What a message says about being erased; ``None`` for any other, and while a question is open
    there that can be answered by it. A run for trying out is none where somebody takes part.
    """
    if isinstance(reading, Tapped) and kind_of(reading.step) == ERASE:
        left = who_left(db, reading.run)
        if left is not None:  # said twice: nobody else is meant
            return Wish(NO if reading.code == NO else YES, left)
    if isinstance(reading, Tapped) and reading.step == STEP:
        asked = [one.participant_id for one in _ASKED.rows(db, address=address, since=now - _LASTS)]
        is_open = reading.run in asked and is_open_case(db, reading.run, ERASURE)
        return Wish(reading.code, reading.run) if is_open and reading.code in _NAMES else Wish(ASK)
    wants = isinstance(reading, Commanded) and reading.command is Command.ERASE
    if run is not None and run.status is RunStatus.WAITING:
        is_trial = wants and row is not None and row.is_test
        is_known = is_trial and any(not one.is_test for one in people_at(db, address))
        return Wish(ASK) if is_known else None
    if isinstance(reading, Tapped):
        return Wish(ASK) if (kind_of(reading.step), reading.code) == (ERASE, YES) else None
    if wants:
        return Wish(ASK)
    if isinstance(reading, Commanded):
        return None
    return _reply(db, content, address, inbound, now)


def fulfil(
    db: Connection, wish: Wish, people: list[Any], scene: Scene
) -> tuple[Scene, tuple[Effect, ...]]:
    """What follows from a wish of somebody at this address; ``people`` are reached there."""
    people = _who_takes_part(db, people, scene)
    if wish.what == ASK:
        return _ask(db, people[0], replace(scene, batch=_BATCH + secrets.token_hex(6)))
    asked = _ASKED.rows(db, address=scene.address, since=scene.now - _LASTS)
    person = next((one for one in people if one.id == wish.person), None)
    if person is None:
        return scene, ()  # has left
    scene = _about(person, replace(scene, batch=asked[0].batch))
    if wish.what == YES:
        if not leave(db, person.id):
            return scene, ()
        end_runs(db, person.id, scene.now, cause="")
        return scene, (Erase(), Send(None, Text("polsbot.erased"), purpose="farewell"))
    if wish.what == AGAIN:
        return _ask(db, person, scene)
    if wish.what == GIVE_UP:
        return scene, (Send(None, Text("polsbot.human_coming"), purpose="answer"),)
    close_kind(db, person.id, ERASURE, scene.now)
    told = {one.participant_id for one in asked if one.batch == asked[0].batch}
    others = [one for one in people if one.id not in told]
    if others:
        return _ask(db, others[0], scene)
    return scene, (Send(None, Text("polsbot.erase_kept"), purpose="answer"),)


def on_shared_phone(
    db: Connection, before: Run, after: Run, effects: tuple[Effect, ...], scene: Scene
) -> tuple[Effect, ...]:
    """A run asks about its own person: by name where several are reached. If that one was not
    meant, somebody else may be, and a person has to find out who.
    """
    asks, asked = (kind_of(run.step) == ERASE for run in (after, before))
    if not (asks or asked) or scene.address is None:
        return effects
    people = [one for one in people_at(db, scene.address) if not one.is_test]
    if after.status is not RunStatus.WAITING:
        return effects
    if not asks:
        return effects if len(people) < 2 else (*effects, OpenCase(ERASURE))
    names = [
        name
        for one in people
        if one.id == scene.participant
        for name in name_where_shared(db, one, scene)
    ]
    return tuple(
        replace(one, notices=(*names, *one.notices)) if isinstance(one, Send) else one
        for one in effects
    )


def _who_takes_part(db: Connection, people: list[Any], scene: Scene) -> list[Any]:
    """Whom it may be about, who was spoken to last in front. What somebody only tried out there is
    over, and it is nobody else.
    """
    real = [one for one in people if not one.is_test]
    for one in people:
        if real and one.is_test:
            end_runs(db, one.id, scene.now, cause="")
    return sorted(real, key=lambda one: one.id != scene.participant) or people[:1]


def _reply(
    db: Connection, content: Content, address: str, inbound: InboundMessage, now: datetime
) -> Wish | None:
    """What the next message says to the question, while it is open."""
    last = _LAST_WORD.row(db, address=address)
    if last is None or last.reading not in _STILL_ASKED:
        return None
    rows = _ASKED.rows(db, address=address, since=now - _LASTS)
    if not rows or rows[0].state in _UNSEEN:  # a yes that overtook it was to something else
        return None
    about = rows[0].participant_id
    if not is_open_case(db, about, ERASURE) or who_left(db, about) is not None:
        return None
    asked = rows[0]
    question = _question(content, now.date())
    reading = understand(question, inbound.text, content.lexicons, asked.language)
    if isinstance(reading, Commanded):
        return None
    if isinstance(reading, Understood) and reading.value in (YES, NO):
        return Wish(str(reading.value), asked.participant_id)
    same = [
        one
        for one in rows
        if (one.batch, one.participant_id) == (asked.batch, asked.participant_id)
    ]
    return Wish(AGAIN if len(same) < _MOST else GIVE_UP, asked.participant_id)


def _question(content: Content, today: date) -> Question:
    own = content.library.own
    keys = ("polsbot.erase_yes", "polsbot.no")
    return Question(
        AnswerType.YES_NO,
        today,
        (YES, NO),
        {language: tuple(words[key] for key in keys) for language, words in own.items()},
        ask={language: words["polsbot.erase_confirm"] for language, words in own.items()},
    )


def _ask(db: Connection, person: Any, scene: Scene) -> tuple[Scene, tuple[Effect, ...]]:
    """Ask about one person, by name where there are several."""
    choices = (("polsbot.erase_yes", YES), ("polsbot.no", NO))
    question = Send(
        STEP,
        Text("polsbot.erase_confirm"),
        notices=name_where_shared(db, person, scene),
        choices=tuple(
            Shown(code, label, f"{person.id}.{STEP}.{code}", place)
            for place, (label, code) in enumerate(choices, start=1)
        ),
        type=AnswerType.YES_NO,
        purpose="answer",
    )
    return _about(person, scene), (OpenCase(ERASURE), question)


def _about(person: Any, scene: Scene) -> Scene:
    return replace(
        scene,
        participant=person.id,
        language=person.language,
        study=person.study,
        is_test=person.is_test,
        run=None,
        revision="",
    )
