"""L rules: what does not fit a channel in a language, with the longest likely values filled in."""

import re
from collections.abc import Iterator

from bot.authoring.check.spoken import Spoken, every_spoken
from bot.authoring.check.text_messages import check_letters, check_text_message
from bot.content import limits
from bot.content.library import Library
from bot.content.problem import Problem, problem_at
from bot.content.templates import FIXED
from bot.content.words import SOURCE_LANGUAGE
from bot.engine.flow import AnswerType, Choice, Step
from bot.message import Channel

_EDGE = re.compile(r"^\W*\{\w+\}|\{\w+\}\W*$|\{\w+\}\W*\{\w+\}")


def check_lengths(library: Library) -> Iterator[Problem]:
    """Every step of every flow in every language on every channel of its study."""
    for spoken in every_spoken(library):
        steps = spoken.draft.flow.steps
        invite = spoken.draft.flow.invite
        for step in (*([invite] if invite is not None else []), *steps):
            if step.text is None:
                continue
            if Channel.WHATSAPP in spoken.study.channels:
                yield from _on_whatsapp(spoken, step, step.text)
            if Channel.SMS in spoken.study.channels:
                yield from check_text_message(spoken, step, step.text)
        if invite is not None and invite.text is not None:
            yield from _template(spoken, invite.text)
    yield from _own_words(library)


def _on_whatsapp(spoken: Spoken, step: Step, text: str) -> Iterator[Problem]:
    most = len(step.choices) + step.skip if step.type is not None else 0
    always = [choice for choice in step.choices if choice.when is None]
    fewest = len(always) + step.skip
    plain = step.type is AnswerType.CHOICES or not step.choices or most > limits.ROWS
    yield from _labels_differ(spoken, step)
    if not plain and fewest <= limits.BUTTONS:
        yield from _labels_fit(spoken, step, limits.BUTTON_TITLE, digits=False)
    if not plain and most > limits.BUTTONS:
        yield from _labels_fit(spoken, step, limits.ROW_TITLE, digits=True)
    pictured = step.picture is not None or any(choice.picture for choice in step.choices)
    limit = limits.TEXT_BODY if plain and not pictured else limits.INTERACTIVE_BODY
    length = len(spoken.say(text))
    if length > limit:
        message = f"this message has {length} characters, WhatsApp carries {limit}"
        yield problem_at(spoken.place(text), "L004", message, "say it in two steps")


def _labels_fit(spoken: Spoken, step: Step, limit: int, *, digits: bool) -> Iterator[Problem]:
    code, what = ("L002", "list row") if digits else ("L001", "button")
    for number, choice in enumerate(step.choices, 1):
        label = spoken.say(choice.label)
        shown = f"{number} {label}" if digits else label
        if len(shown) > limit:
            message = f"the {what} `{shown}` has {len(shown)} characters, {limit} fit"
            hint = f"at most {limit - (len(shown) - len(label))} for the label"
            yield problem_at(spoken.place(choice.label), code, message, hint)


def _labels_differ(spoken: Spoken, step: Step) -> Iterator[Problem]:
    seen: dict[str, Choice] = {}
    for choice in step.choices:
        label = spoken.say(choice.label).casefold()
        if label in seen:
            message = f"`{choice.code}` and `{seen[label].code}` of `{step.name}` read the same"
            yield problem_at(spoken.place(choice.label), "L003", message, "tell them apart")
        seen[label] = choice


def _template(spoken: Spoken, text: str) -> Iterator[Problem]:
    if Channel.WHATSAPP not in spoken.study.channels:
        return
    raw = spoken.texts.raw(text, spoken.language)
    for name in FIXED:  # words of the template, since they are the same for everybody
        raw = raw.replace(f"{{{name}}}", name)
    if _EDGE.search(raw):
        message = "this invitation begins or ends with a placeholder, or has two side by side"
        yield problem_at(spoken.place(text), "L005", message, "put a word before and after each")


def _own_words(library: Library) -> Iterator[Problem]:
    """The bot's buttons, and its letters on SMS, in every language that is begun."""
    for key, word in library.words.items():
        said = {SOURCE_LANGUAGE: (word.text, word.place)}
        for language in library.catalogues.entries:
            entry = library.catalogues.entry(language, key, word.text)
            if entry is not None:
                said[language] = (entry.text, entry.place)
        for language, (text, place) in said.items():
            if word.limit is not None and len(text) > word.limit:
                message = f"the button `{text}` has {len(text)} characters, {word.limit} fit"
                yield problem_at(place, "L001", message, f"see `{key}`")
            if not word.same:
                yield from check_letters(text, language, place)
