"""The alarm of a case: a text message to who is on duty, again and again until it is accepted.

It names the case and nothing of the person: a phone lies on a table.
"""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.casework.alarms import take_alarm
from bot.casework.cases import accept, find_case
from bot.conversation.alerts import alert_afterwards
from bot.conversation.effects import queue
from bot.conversation.orders import dump_send
from bot.conversation.revisions import Content
from bot.conversation.tables import LOST, OUTBOUND
from bot.engine.effects import Send, Text
from bot.message import Channel, InboundMessage
from bot.panel.participants import PARTICIPANTS, keep_address

PURPOSE = "alarm"

ON_DUTY = "duty"
"""The owner of a case that was accepted by a reply to its alarm."""

_ACCEPTED = re.compile(r"\W*ok(?:e|é|ay)?\W{1,3}(\d{1,9})\W*", re.IGNORECASE)


def ring(db: Connection, content: Content, case: Any, now: datetime) -> int:
    """Ring the alarm of a case that was found due, once; returns how many messages wait.

    Whatever becomes of the message, an alert is raised each time, so that a monitor hears it too.
    """
    if not take_alarm(db, case, now):
        return 0
    study = content.library.studies.get(_study_of(db, case))
    alert_afterwards(
        db, "crisis", "a case waits for somebody to accept it", case=case.id, alarm=case.alarms + 1
    )
    if study is None or not study.duty:
        alert_afterwards(db, "duty", "nobody is on duty: write `duty:` in study.yaml", case=case.id)
        return 0
    if _was_lost(db, case):
        alert_afterwards(
            db, "duty", "the alarm before this one did not reach who is on duty", case=case.id
        )
    address = keep_address(db, Channel.SMS, study.duty, now)
    _say(db, "alarm", case, address.id, Channel.SMS, study.languages, now)
    return 1


def accepted_by_reply(
    db: Connection, content: Content, inbound: InboundMessage, address: str, now: datetime
) -> bool:
    """Whether this message is who is on duty accepting a case: ``OK 12``. It is answered each time
    it is said.
    """
    match = _ACCEPTED.fullmatch(inbound.text)
    if match is None:
        return False
    on_duty = [one for one in content.library.studies.values() if one.duty == inbound.sender]
    if not on_duty:
        return False
    case = find_case(db, int(match[1]))
    study = None if case is None else _study_of(db, case)
    mine = [one for one in on_duty if one.name == study]
    if case is None or not mine:
        return False
    accept(db, case.id, ON_DUTY, now)
    _say(db, "alarm_accepted", case, address, inbound.channel, mine[0].languages, now)
    return True


def _study_of(db: Connection, case: Any) -> str:
    of = select(PARTICIPANTS.c.study).where(PARTICIPANTS.c.id == case.participant_id)
    return str(db.execute(of).scalar_one())


def _was_lost(db: Connection, case: Any) -> bool:
    last = select(OUTBOUND.c.state).where(
        OUTBOUND.c.participant_id.is_(None),  # by its index: an alarm is to none of them
        OUTBOUND.c.batch == _batch(case, case.alarms),
    )
    return case.alarms > 0 and db.execute(last).scalar() in LOST


def _say(
    db: Connection,
    key: str,
    case: Any,
    address: str,
    channel: Channel,
    languages: tuple[str, ...],
    now: datetime,
) -> None:
    text = Text(f"polsbot.{key}", {"case": str(case.id)})
    queue(
        db,
        now,
        address_id=address,
        channel=str(channel),
        batch=_batch(case, case.alarms + 1),
        purpose=PURPOSE,
        language=languages[0],
        order=dump_send(Send(None, text, purpose=PURPOSE)),
    )


def _batch(case: Any, alarm: int) -> str:
    return f"case-{case.id}:{alarm}"
