"""L009: an invitation that speaks of what is private, on phones that others see or share."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from bot.authoring.check.spoken import every_spoken
from bot.content.fields import fields_of
from bot.content.library import Library
from bot.content.problem import Problem, Severity, problem_at
from bot.content.source import read_source

FILE = Path(__file__).with_name("private.yaml")


def check_private(library: Library) -> Iterator[Problem]:
    """Every invitation and its choices, with the name of the sender filled in."""
    for spoken in every_spoken(library):
        invite = spoken.draft.flow.invite
        if invite is None or invite.text is None:
            continue
        for key in (invite.text, *(choice.label for choice in invite.choices)):
            word = private_word(spoken.say(key), spoken.language)
            if word is not None:
                message = f"`{word}` in an invitation can be read by others"
                hint = "say nothing about debts, money or health before the person has answered"
                yield problem_at(
                    spoken.place(key).at(word), "L009", message, hint, Severity.WARNING
                )


def private_word(text: str, language: str) -> str | None:
    """The first word that others must not read; ``None`` if there is none, or no list."""
    pattern = patterns().get(language.split("-")[0])
    found = None if pattern is None else pattern.search(text)
    return None if found is None else found[0]


@lru_cache(maxsize=1)
def patterns() -> dict[str, re.Pattern[str]]:
    """Language → what to look for."""
    source = read_source(FILE)
    fields = fields_of(source, source.root)
    return {
        language: re.compile(
            rf"\b(?:{'|'.join(word.text for word in fields.words(language))})\w*", re.IGNORECASE
        )
        for language in fields.all
    }
