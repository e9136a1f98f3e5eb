"""The messages that WhatsApp has to approve, since they open a conversation: made from the texts.

A template is the text with ``{{1}}`` where a value differs between people; what is the same for the
whole study stands in it as words. A reminder of an open question is not that question (lists and
long variables are not approved) but a word that it waits, and a button to ask it now.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.content.helplines import NAMES, helplines_of
from bot.content.library import Library
from bot.content.limits import BUTTONS
from bot.content.placeholders import STUDY_PLACEHOLDERS, fill, placeholders_in
from bot.content.study import Study
from bot.content.texts import Texts
from bot.engine.advance import RESTART
from bot.engine.asides import ASK
from bot.engine.effects import Send
from bot.engine.flow import Flow, Value
from bot.message import Template

_CODES = """
    af ar az bg bn ca cs da de el en es et fa fi fil fr ga gu ha he hi hr hu id it ja ka kk kn ko
    lo lt lv mk ml mr ms nb nl pa pl pt_BR pt_PT ro ru sk sl sq sr sv sw ta te th tr uk ur uz vi
    zh_CN zh_HK zh_TW zu
"""
LANGUAGES = frozenset(_CODES.split())
"""WhatsApp's codes, in which Tigrinya, Somali and Papiamento are missing:
https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/supported-languages
"""

NAMELESS = frozenset({"first_name"})
"""What we may not know of a person; WhatsApp takes no empty value, so the text does without."""

FIXED = frozenset({"sender_name", "desk", "reward", *NAMES})
"""What is the same for everybody in a study: words of a template, no variables."""

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
_PLACE = re.compile(r"\{\{(\d+)\}\}")
_BREAK = "polsbot.break_question"


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens a conversation: a text and what can be tapped under it, by their keys.

    ``code`` replaces the answer that a tap gives, where the text is not the open question.
    """

    text: str
    labels: tuple[str, ...]
    code: str | None = None


NUDGE = Opener("polsbot.nudge", ("polsbot.continue",), ASK)
VOUCHER = Opener("polsbot.voucher_waits", ("polsbot.voucher_show",))
"""That a voucher waits: what it is worth and its code follow the tap, inside the window."""


def has_templates(language: str) -> bool:
    """Whether WhatsApp knows this language."""
    return _code_of(language) in LANGUAGES


def _code_of(language: str) -> str:
    return language.replace("-", "_")


def opener_of(send: Send) -> Opener:
    """How an invitation or a reminder is said in a template."""
    labels = tuple(shown.label for shown in send.choices)
    if send.text is None or send.notices or not 1 <= len(labels) <= BUTTONS:
        return NUDGE
    return Opener(send.text.key, labels)


def values_of(study: Study | None) -> dict[str, Value]:
    """What everybody in a study is told alike."""
    if study is None:
        return {}
    cents = study.reward.cents if study.reward else 0
    told: dict[str, Value] = {"sender_name": study.sender_name, "desk": study.desk, "reward": cents}
    return told | helplines_of(study)


def template_of(
    opener: Opener,
    texts: Texts,
    language: str,
    fixed: Mapping[str, Value],
    without: Collection[str] = (),
) -> Template | None:
    """The template of an opener; ``None`` in a language that WhatsApp does not know.

    ``fixed`` are the study's own values, ``without`` names of which nothing is known.
    """
    if not has_templates(language):
        return None
    code = _code_of(language)
    names: list[str] = []

    def put(name: str) -> str:
        if name in without:
            return ""
        if name in FIXED:
            return texts.value(name, language, fixed)
        names.append(name)
        return f"{{{{{len(names)}}}}}"

    body = fill(texts.raw(opener.text, language), put)
    buttons = tuple(texts.say(label, language, fixed) for label in opener.labels)
    samples = tuple(STUDY_PLACEHOLDERS.get(name, name) for name in names)
    content = json.dumps([body, names, buttons, code]).encode()
    digest = hashlib.sha256(content).hexdigest()[:12]
    key = opener.text.removeprefix("polsbot.")
    readable = _NOT_IN_A_NAME.sub("_", f"polsbot_{key}_{code}".lower())
    return Template(f"{readable}_{digest}", code, body, tuple(names), samples, buttons)


def read_as(template: Template, variables: Sequence[str]) -> str:
    """The words a person reads when these values are filled in. None is looked at again."""
    return _PLACE.sub(lambda place: variables[int(place[1]) - 1], template.body)


def templates_of(library: Library) -> list[Template]:
    """Every template that the studies on WhatsApp need, each once, sorted by name."""
    found = {
        template.name: template
        for study in library.studies.values()
        if "whatsapp" in study.channels
        for template in _of_study(library, study)
    }
    return [found[name] for name in sorted(found)]


def _of_study(library: Library, study: Study) -> Iterator[Template]:
    for revision in study.flows.values():
        yield from _templates(revision.flow, library.texts(revision), study)
    if study.reward is not None and study.reward.pay_out_every is not None:
        for language in study.languages:
            template = template_of(VOUCHER, library.texts(), language, values_of(study))
            if template is not None:
                yield template


def _templates(flow: Flow, texts: Texts, study: Study) -> Iterator[Template]:
    fixed = values_of(study)
    for opener in _openers(flow, study):
        for language in flow.languages:
            raw = texts.raw(opener.text, language)
            known = {name for name, _ in placeholders_in(raw)}
            for without in {frozenset(), NAMELESS & known}:
                template = template_of(opener, texts, language, fixed, without)
                if template is not None:
                    yield template


def _openers(flow: Flow, study: Study) -> Iterator[Opener]:
    invite = flow.invite
    if invite is not None and invite.text is not None:
        labels = tuple(choice.label for choice in invite.choices)
        yield Opener(invite.text, labels)
        if study.pause_after is not None:
            yield Opener(RESTART, labels)
    if flow.policy.nudge is not None:
        yield NUDGE
    if any(step.break_after for step in flow.steps):
        yield Opener(_BREAK, ("polsbot.continue", "polsbot.later"))
