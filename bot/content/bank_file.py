"""A file of the item bank: scales and whole steps that many flows take over.

::

    bank: scales
    language: nl
    scales:
      how_much: {picture: head, choices: {1: "geen stress", 2: "een beetje stress"}}
    items:
      stress: {ask: "Hoeveel stress heb je door geld?", scale: how_much}

``bank`` is the name of the file. The text keys are ``common.scales.how_much.1`` and
``common.items.stress.ask``: folder, file, entry, part.
"""

from collections.abc import Sequence

from bot.content.choices import SCALE_KEYS
from bot.content.draft import Bank, Desk
from bot.content.fields import NAME, Fields, fields_of
from bot.content.languages import check_language
from bot.content.slips import EXAMPLES, name_rule
from bot.content.source import Source
from bot.content.steps import read_step
from bot.content.words import SOURCE_LANGUAGE
from bot.content.yaml_nodes import Mapping

BANK_KEYS = ("bank", "title", "language", "scales", "items")


def read_bank(source: Source) -> Bank | None:
    """The bank in a file; ``None`` if it is unusable. Problems go to the file."""
    if not source.usable:
        return None
    fields = fields_of(source, source.root)
    fields.check_keys(BANK_KEYS, "a bank")
    fields.require("language", "a bank")
    name = fields.name_as("bank", source.file.stem, "file")
    language = check_language(fields, "language") or SOURCE_LANGUAGE
    if name is None:
        return None
    prefix = f"{source.file.parent.name}.{name}"
    scales = _entries(fields, "scales", prefix)
    for scale in scales.values():
        scale.check_keys(SCALE_KEYS, "a scale")
        scale.require("choices", "a scale")
    return Bank(prefix, language, source, scales, _entries(fields, "items", prefix))


def check_bank(bank: Bank, banks: Sequence[Bank | None], pictures: frozenset[str]) -> None:
    """Read every item once, so that the faults of items that no flow uses are seen too.

    Among ``banks`` is ``None`` for a file that cannot be read.
    """
    whole = tuple(one for one in banks if one is not None)
    desk = Desk(bank.language, (bank.language,), whole, pictures)
    desk.lacks_bank = len(whole) < len(banks)
    for name, item in bank.items.items():
        read_step(desk, name, item)


def _entries(fields: Fields, key: str, prefix: str) -> dict[str, Fields]:
    found: dict[str, Fields] = {}
    group = fields.mapping(key)
    if group is None:
        return found
    for name, field in group.all.items():
        if not NAME.fullmatch(name):
            field.source.report(field.key, "F014", f"`{name[:50]}` is not a name", name_rule(name))
        elif not isinstance(field.value, Mapping):
            field.report("F016", f"`{name}` must hold keys with values", EXAMPLES[key])
        else:
            inside = f"{prefix}.{name}"
            found[name] = fields_of(field.source, field.value, inside, field.key)
    return found
