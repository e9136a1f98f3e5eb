"""L rules of text messages: how many parts a question takes, and what makes it dear."""

import unicodedata
from collections.abc import Iterator

from bot.authoring.check.spoken import Spoken
from bot.content import limits
from bot.content.compose import ComposeError, compose
from bot.content.draft import OWN
from bot.content.plain import plain
from bot.content.problem import Place, Problem, Severity, problem_at
from bot.content.sms import FITS_GSM, outside_gsm, parts_of
from bot.engine.effects import Send, Shown, Text
from bot.engine.flow import Step
from bot.message import Channel, TextForm

_SKIP_LABEL = f"{OWN}.skip"


def text_messages(spoken: Spoken, step: Step, text: str) -> list[TextForm]:
    """A step as text messages, every placeholder at its longest; raises ComposeError."""
    shown = [
        Shown(choice.code, choice.label, str(choice.code), number)
        for number, choice in enumerate(step.choices, 1)
    ]
    skip = step.skip and step.type is not None
    if skip:
        shown.append(Shown("skip", _SKIP_LABEL, "skip"))
    send = Send(step.name, Text(text), (), tuple(shown), step.type, skip=skip)
    forms = compose(send, Channel.SMS, spoken.language, spoken.texts, spoken.values, lambda _: None)
    return [form for form in forms if isinstance(form, TextForm)]


def check_text_message(spoken: Spoken, step: Step, text: str) -> Iterator[Problem]:
    """One step of one language: too long, too many parts, letters that make it dear."""
    place = spoken.place(text)
    try:
        parts = sum(parts_of(form.body) for form in text_messages(spoken, step, text))
    except ComposeError as error:
        yield problem_at(place, "L004", f"on SMS, {error}", "say it in two steps")
        return
    if parts > limits.SMS_PARTS:
        message = f"on SMS `{step.name}` takes {parts} parts in {spoken.language}"
        hint = f"{limits.SMS_PARTS} at most: fewer words, or fewer choices"
        yield problem_at(place, "L006", message, hint, Severity.WARNING)
    labels = (choice.label for choice in step.choices)
    for key in (text, *(label for label in labels if not label.startswith(f"{OWN}."))):
        raw = spoken.texts.raw(key, spoken.language)
        yield from check_letters(raw, spoken.language, spoken.place(key))


def check_letters(text: str, language: str, place: Place) -> Iterator[Problem]:
    """One letter too many halves the room of a language that could do without."""
    signs = outside_gsm(plain(text)) if language in FITS_GSM else ""
    if signs.strip() and signs.isprintable():  # of what cannot be seen another rule tells
        message = f"`{signs}` makes a text message of 160 characters one of 70"
        simple = unicodedata.normalize("NFKD", signs).encode("ascii", "ignore").decode()
        hint = f"write {simple}" if len(simple) == len(signs) else "write it with other letters"
        yield problem_at(place.at(signs[0]), "L007", message, hint, Severity.WARNING)
