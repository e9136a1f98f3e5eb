"""The bot's own words: Dutch from ``words.yaml``, other languages from ``polsbot.po``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.content.catalogues import Catalogues
from bot.content.draft import OWN
from bot.content.fields import Fields, fields_of
from bot.content.languages import own_name
from bot.content.problem import Place
from bot.content.source import Source, read_source
from bot.content.yaml_nodes import Mapping as MappingNode

SOURCE_LANGUAGE = "nl"
FILE = Path(__file__).with_name("words.yaml")
WORD_KEYS = ("text", "note", "limit", "same")


@dataclass(frozen=True, slots=True)
class Word:
    """One text of the bot. ``limit`` is in characters; ``same`` is never translated."""

    key: str
    text: str
    note: str
    limit: int | None
    same: bool
    place: Place


@lru_cache(maxsize=1)
def read_words(file: Path = FILE) -> tuple[dict[str, Word], Source]:
    """The source words by text key, and the file they stand in with its problems; not to be
    changed. Kept: they are a part of the program, and half of what a study takes to read.
    """
    source = read_source(file)
    words: dict[str, Word] = {}
    for name, field in fields_of(source, source.root).all.items():
        if not isinstance(field.value, MappingNode):
            field.report("F016", f"`{name}` must hold text, note and limit")
            continue
        fields: Fields = fields_of(source, field.value, OWN, field.key)
        fields.check_keys(WORD_KEYS, "a word")
        fields.require("text", "a word")
        text = fields.text("text")
        if text is not None:
            key, place = f"{OWN}.{name}", source.place(fields.all["text"].value)
            limit, same = fields.integer("limit"), fields.flag("same", default=False)
            words[key] = Word(key, text, fields.text("note") or "", limit, same, place)
    return words, source


def own_texts(words: Mapping[str, Word], catalogues: Catalogues) -> dict[str, dict[str, str]]:
    """Language → text key → text, for the languages that have every word and for no other.

    A further language need not stand in ``words.yaml`` to be named in the menu.
    """
    names = {f"{OWN}.language.{code}": own_name(code) for code in catalogues.entries}
    source = {**names, **{key: word.text for key, word in words.items()}}
    found = {SOURCE_LANGUAGE: source}
    for language in catalogues.entries:
        texts = dict(names)
        for key, word in words.items():
            text = word.text if word.same else catalogues.translate(language, key, word.text)
            if text is not None:
                texts[key] = text
        if texts.keys() == source.keys() and language != SOURCE_LANGUAGE:
            found[language] = texts
    return found
