"""A study to begin with: a questionnaire in two languages with pictures and a conversation as test.

It is added to a house, the three folders of flows, locales and assets, or gets a house of its own;
then the bot's own words and the pictures are copied there too.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from bot.authoring.i18n.update import write_whole
from bot.authoring.schema import write_schemas
from bot.content.draft import OWN
from bot.content.fields import NAME
from bot.content.slips import name_rule
from bot.content.words import SOURCE_LANGUAGE

SAMPLE = Path(__file__).with_name("sample")
_TAKEN = frozenset({"common", "sample", OWN})
_NAMED = re.compile(r"\bsample\b")
"""The name of the sample in its files: keys of texts, places, the study itself."""


class NewStudyError(ValueError):
    """No study can be made so; the message says the mend."""


@dataclass(frozen=True, slots=True)
class House:
    """Where an author's files are."""

    flows: Path
    locales: Path
    assets: Path

    @property
    def images(self) -> Path:
        """The pictures."""
        return self.assets / "images"


def new_study(name: str, house: House, stock: House) -> Path:
    """Write the study, and what its house lacks from ``stock``; returns the study's folder.

    Nothing that is there is changed. Raises NewStudyError, or OSError when a file cannot be
    written.
    """
    if not NAME.fullmatch(name):
        raise NewStudyError(f"`{name}` is not a name for a study: {name_rule(name)}.")
    if name in _TAKEN:
        raise NewStudyError(f"`{name}` means something else here. Take another name.")
    folder = house.flows / name
    if folder.exists():
        raise NewStudyError(f"There is a folder {folder} already. Take another name.")
    if not (stock.locales / SOURCE_LANGUAGE / "lexicon.yaml").is_file() or not any(
        stock.images.glob("*.svg")
    ):
        raise NewStudyError(
            f"The bot's own words and pictures are not in {stock.locales} and {stock.images}. Run "
            "this in the folder of Polsbot, or set POLSBOT_LOCALES and POLSBOT_ASSETS."
        )
    _copy_words(stock, house)
    _copy_pictures(stock, house)
    for sample, place in (
        ("study.yaml", folder / "study.yaml"),
        ("hello.yaml", folder / "hello.yaml"),
        ("hello.chat", folder / "tests" / "hello.chat"),
        ("en.po", house.locales / "en" / "LC_MESSAGES" / f"{name}.po"),
    ):
        text = (SAMPLE / sample).read_text(encoding="utf-8")
        write_whole(place, _NAMED.sub(name, text).encode())
    write_schemas(house.flows.parent)
    return folder


def _copy_words(stock: House, house: House) -> None:
    for file in ("lexicon.yaml", f"LC_MESSAGES/{OWN}.po"):
        for source in stock.locales.glob(f"*/{file}"):
            _copy(source, house.locales / source.relative_to(stock.locales))


def _copy_pictures(stock: House, house: House) -> None:
    for source in stock.images.glob("*.svg"):
        _copy(source, house.images / source.name)


def _copy(source: Path, place: Path) -> None:
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
