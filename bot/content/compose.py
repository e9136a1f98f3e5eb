"""One order to say something, as the messages of one channel. Nothing is ever cut.

========================  ==================================  =============================
question                  WhatsApp, local                     SMS, e-mail
========================  ==================================  =============================
up to 3 choices, skip     buttons, picture above them         numbered words
counted
4 to 10 choices           picture, then a list with digits    numbered words
more, or many answers     numbered words, picture above       numbered words, how to answer
number, amount, date,     text, picture above, a button to    text, how to answer
text                      skip
said again (`hinted`)     the same, with an example           numbered words with an example
once more (`repeated`)    numbered words with an example      numbered words with an example
========================  ==================================  =============================
"""

from collections.abc import Callable, Mapping, Sequence

from bot.content import limits
from bot.content.plain import plain
from bot.content.sms import parts_of
from bot.content.texts import Texts
from bot.engine.asides import SKIP, returns_to
from bot.engine.effects import Send, Shown, Text
from bot.engine.flow import AnswerType, Value
from bot.message import Button, ButtonsForm, Channel, Form, ListForm, PictureForm, Row, TextForm

PictureUrl = Callable[[Send], str | None]
"""Where the picture of this message can be fetched; ``None`` if it has none (yet)."""

_SINGLE = frozenset({AnswerType.CHOICE, AnswerType.YES_NO, AnswerType.PICTURE, AnswerType.LANGUAGE})
_INTERACTIVE = frozenset({Channel.WHATSAPP, Channel.LOCAL})


class ComposeError(ValueError):
    """A text does not fit its channel. The author's check says so before anything is sent."""


def compose(
    send: Send,
    channel: Channel,
    language: str,
    texts: Texts,
    values: Mapping[str, Value],
    picture_url: PictureUrl,
) -> tuple[Form, ...]:
    """The messages, in their order; raises ComposeError when a text is too long.

    ``values`` are those that the run does not know: ``first_name``, ``sender_name``, ``desk``,
    ``pot`` and ``reward`` in cents, ``to_go``.
    """
    spoken = _Spoken(send, language, texts, values)
    if channel not in _INTERACTIVE:
        return _plain(spoken, channel)
    picture = picture_url(send)
    if _many(send) or (send.repeated and send.choices):
        return _words(spoken.numbered(), picture, spoken)
    if not send.choices:
        return _words(spoken.body(), picture, spoken)
    if len(send.choices) <= limits.BUTTONS:
        plain_enough = (send.type in _SINGLE and not send.hinted) or send.type is None
        body = spoken.body() if plain_enough else spoken.hinted()
        return _buttons(body, spoken, picture)
    return _list(spoken.hinted() if send.hinted else spoken.body(), spoken, picture)


class _Spoken:
    """The words of one order in one language."""

    def __init__(
        self, send: Send, language: str, texts: Texts, values: Mapping[str, Value]
    ) -> None:
        self.send = send
        self._language = language
        self._texts = texts
        self._values = values

    def say(self, text: Text) -> str:
        values = {**self._values, **text.parameters}
        return self._texts.say(text.key, self._language, values, returns_to(self.send.step or ""))

    def own(self, name: str, **values: Value) -> str:
        return self._texts.say(f"polsbot.{name}", self._language, values)

    def label(self, shown: Shown) -> str:
        return self._texts.say(shown.label, self._language, self._values)

    def alt(self) -> str:
        return "" if self.send.text is None else self.say(self.send.text)

    def notices(self) -> str:
        return "\n\n".join(self.say(text) for text in self.send.notices)

    def body(self) -> str:
        asked = "" if self.send.text is None else self.say(self.send.text)
        return "\n\n".join(part for part in (self.notices(), asked) if part)

    def hinted(self) -> str:
        return "\n".join(part for part in (self.body(), self._hint()) if part)

    def numbered(self) -> str:
        """Everything in words: the question, one choice a line, how to answer."""
        lines = [self.row(shown) for shown in self.send.choices if shown.code != SKIP]
        return "\n".join(part for part in (self.body(), *lines, self._hint()) if part)

    def row(self, shown: Shown) -> str:
        label = self.label(shown)
        return label if shown.number is None else f"{shown.number} {label}"

    def _hint(self) -> str:
        send = self.send
        if send.type is None:
            return ""
        numbered = [shown.number for shown in send.choices if shown.number is not None]
        if send.type not in _SINGLE:
            return self._with_skip(self.own(f"hint_{send.type}"), numbered=_many(send))
        if not numbered:
            return ""
        if send.repeated or send.hinted:
            example = self.own("hint_choice_example", example=numbered[len(numbered) // 2])
            return self._with_skip(example, numbered=True)
        return self._with_skip(self.own("hint_choice"), numbered=True)

    def _with_skip(self, hint: str, *, numbered: bool) -> str:
        if not self.send.skip and all(shown.code != SKIP for shown in self.send.choices):
            return hint
        if numbered:  # a typed 0 is a number, an amount or a text elsewhere
            return f"{hint}{' ' if hint.endswith('.') else chr(10)}{self.own('hint_skip')}"
        return f"{hint}\n{self.own('hint_skip_word')}"


def _plain(spoken: _Spoken, channel: Channel) -> tuple[Form, ...]:
    """One message; on SMS the notices go before it in their own when together they are too long."""
    notices, whole = plain(spoken.notices()), plain(spoken.numbered())
    asked = whole.removeprefix(notices).lstrip()
    is_long = channel is Channel.SMS and parts_of(whole) > limits.SMS_PARTS
    messages = (notices, asked) if is_long and notices and asked else (whole,)
    return tuple(TextForm(_within(message, limits.TEXT_BODY)) for message in messages)


def _many(send: Send) -> bool:
    return send.type is AnswerType.CHOICES or len(send.choices) > limits.ROWS


def _words(body: str, picture: str | None, spoken: _Spoken) -> tuple[Form, ...]:
    if picture is None:
        return (TextForm(_within(body, limits.TEXT_BODY)),)
    if len(body) <= limits.INTERACTIVE_BODY:
        return (PictureForm(body, picture, spoken.alt()),)
    return PictureForm("", picture, spoken.alt()), TextForm(_within(body, limits.TEXT_BODY))


def _buttons(body: str, spoken: _Spoken, picture: str | None) -> tuple[Form, ...]:
    choices = spoken.send.choices
    titles = [_within(spoken.label(shown), limits.BUTTON_TITLE) for shown in choices]
    _check_distinct(titles)
    buttons = tuple(
        Button(shown.payload, title) for shown, title in zip(choices, titles, strict=True)
    )
    return (ButtonsForm(_within(body, limits.INTERACTIVE_BODY), buttons, picture),)


def _list(body: str, spoken: _Spoken, picture: str | None) -> tuple[Form, ...]:
    choices = spoken.send.choices
    titles = [_within(spoken.row(shown), limits.ROW_TITLE) for shown in choices]
    _check_distinct(titles)
    rows = tuple(Row(shown.payload, title) for shown, title in zip(choices, titles, strict=True))
    opener = _within(spoken.own("list_opener"), limits.OPENER)
    form = ListForm(_within(body, limits.INTERACTIVE_BODY), opener, rows)
    return (form,) if picture is None else (PictureForm("", picture, spoken.alt()), form)


def _within(text: str, limit: int) -> str:
    if not text.strip():
        raise ComposeError("a text is empty")
    if len(text) > limit:
        start = text[:40]
        raise ComposeError(f"`{start}…` has {len(text)} characters, only {limit} fit")
    return text


def _check_distinct(titles: Sequence[str]) -> None:
    if len({title.casefold() for title in titles}) < len(titles):
        raise ComposeError(f"two choices read the same: {', '.join(titles)}")
