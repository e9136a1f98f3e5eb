"""From a stored order to the words of one channel, with what only the database knows filled in."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from bot.content.cards import card_of
from bot.content.cards.voucher import FOLDER
from bot.content.compose import compose
from bot.content.helplines import helplines_of
from bot.content.study import Study
from bot.content.texts import Texts
from bot.conversation.listening import SPOKEN, spoken
from bot.conversation.revisions import Content
from bot.engine.effects import Send, Text
from bot.engine.flow import Value
from bot.message import Channel, Form
from bot.panel.participants import can_be_reached
from bot.rewards.ledger import held

_OF_THE_POT = ("{pot}", "{to_go}")
_BALANCE = "polsbot.balance"
_ERASE = "polsbot.erase_confirm"
_WISHES = {f"polsbot.channel_{channel}": channel for channel in (Channel.WHATSAPP, Channel.SMS)}
_NOT_HERE = "polsbot.channel_not_here"


def speak(
    db: Connection, content: Content, row: Any, send: Send, study: Study | None, channel: Channel
) -> tuple[Form, ...]:
    """The messages of a row of the outbox with this order; raises ComposeError. ``row`` has the
    person's ``first_name`` and the run's ``revision`` beside its own columns.
    """
    texts = texts_of(db, content, row)
    values = values_of(db, content, row, study, send)
    if "to_go" in values:
        send = _about_the_pot(send, values)
    send = _about_the_channel(db, content, row, send, study)

    def picture_url(shown: Send) -> str | None:
        if content.cards is None:
            return None
        if shown.picture is not None and shown.picture.startswith(FOLDER):
            return f"{content.cards.address}/media/{shown.picture}"
        pot = values.get("pot")
        card = card_of(shown, row.language, texts, pot if isinstance(pot, int) else None)
        return None if card is None else content.cards.url(card)

    forms = compose(send, channel, row.language, texts, values, picture_url)
    return spoken(db, content, row, send, forms) if channel in SPOKEN else forms


def texts_of(db: Connection, content: Content, row: Any) -> Texts:
    """The words of the revision that a row's run is pinned to."""
    if row.revision is None:
        return content.own
    return content.texts(content.revision(db, row.revision))


def values_of(
    db: Connection, content: Content, row: Any, study: Study | None, send: Send
) -> Mapping[str, Value]:
    """What the run does not know, as far as this order speaks of it. What a run promises is what
    it pays, though the study may pay more or less by now.
    """
    values = _values(content, row, study)
    if study is not None and row.revision is not None:
        reward = content.revision(db, row.revision).flow.policy.reward
        values = {**values, "reward": reward.cents if reward else 0}
    if study is not None and _speaks_of_the_pot(send, texts_of(db, content, row), row.language):
        values = {**values, **_pot(db, row.participant_id, study)}
    return values


def _values(content: Content, row: Any, study: Study | None) -> Mapping[str, Value]:
    """The desk and the lines for a crisis are the study's; the first one's for a stranger, and for
    whoever is in a study whose files are gone or have a fault.
    """
    if study is None:
        studies = content.library.studies.values()
        desk = next((one.desk for one in studies if one.desk), "")
        lines = next(filter(None, map(helplines_of, studies)), {})
        return {"first_name": row.first_name or "", "desk": desk, **lines}
    return {
        "first_name": row.first_name,
        "sender_name": study.sender_name,
        "desk": study.desk,
        "reward": study.reward.cents if study.reward else 0,
        **helplines_of(study),
    }


def _speaks_of_the_pot(send: Send, texts: Texts, language: str) -> bool:
    said = (*send.notices, *((send.text,) if send.text else ()))
    raw = [texts.raw(text.key, language) for text in said]
    if send.picture == "pot" or any(text.key == _ERASE for text in said):
        return True
    return any(name in text for text in raw for name in _OF_THE_POT)


def _pot(db: Connection, participant: str, study: Study) -> Mapping[str, Value]:
    """What a person has earned and not been given yet, in cents, and how many questionnaires are
    missing to a voucher: none when one is due.
    """
    rule = study.reward
    pot = held(db, participant, rule.currency if rule else "EUR")
    every = (rule.pay_out_every if rule else None) or 0
    to_go = -(-max(every - pot, 0) // rule.cents) if rule and rule.cents and every else None
    return {"pot": pot, "to_go": to_go}


def _about_the_pot(send: Send, values: Mapping[str, Value]) -> Send:
    """Who asks what is in the pot hears how far it is to the voucher, and sees the pot; who wants
    to be erased hears that it is lost too.
    """
    to_go = values["to_go"]
    key = "_full" if to_go == 0 else "" if to_go is None else "_to_go"

    def told(text: Text) -> Text:
        if text.key == _ERASE and values["pot"]:
            return replace(text, key=f"{_ERASE}_pot")
        return replace(text, key=text.key + key) if text.key == _BALANCE else text

    if send.text is not None and send.text.key == _BALANCE and send.picture is None:
        send = replace(send, picture="pot")
    return _retold(send, told)


def _about_the_channel(
    db: Connection, content: Content, row: Any, send: Send, study: Study | None
) -> Send:
    """Who asks for a channel on which we have no way to them, or which the study does not use,
    hears so.
    """
    offered = () if study is None else content.channels(study)

    def told(text: Text) -> Text:
        wanted = _WISHES.get(text.key)
        if wanted is None:
            return text
        if wanted in offered and can_be_reached(db, [wanted], row.participant_id):
            return text
        return replace(text, key=_NOT_HERE)

    return _retold(send, told)


def _retold(send: Send, told: Callable[[Text], Text]) -> Send:
    """The same message with each of its texts told so."""
    return replace(
        send,
        text=None if send.text is None else told(send.text),
        notices=tuple(told(text) for text in send.notices),
    )
