"""``polsbot check``: every fault of every study at once, before anybody is asked anything."""

from pathlib import Path

from bot.authoring.check.cards import check_cards
from bot.authoring.check.flows import check_flows
from bot.authoring.check.lengths import check_lengths
from bot.authoring.check.private import check_private
from bot.authoring.check.studies import check_studies
from bot.authoring.check.translations import check_lexicons, check_translations
from bot.authoring.check.wording import check_wording
from bot.content.library import Library, load_library
from bot.content.problem import Problem

RULES = (
    *(
        check_flows,
        check_studies,
        check_lengths,
        check_private,
        check_translations,
        check_cards,
        check_wording,
    ),
)


def check(flows: Path, locales: Path, assets: Path) -> list[Problem]:
    """All problems of all files, sorted by file and line. Never raises for what they hold."""
    library = load_library(flows, locales, assets)
    return sorted({*check_library(library), *check_lexicons(library)})


def check_library(library: Library) -> list[Problem]:
    """The same for files that were read already, but for the lexicons, which take seconds."""
    found = set(library.problems)
    for rule in RULES:
        found.update(rule(library))
    return sorted(found)
