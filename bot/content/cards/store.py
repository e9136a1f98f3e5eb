"""Cards on disk: drawn once, found by content, under an address that nobody can guess."""

import hashlib
import hmac
import io
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import resvg_py
from PIL import Image

from bot.content.cards.card import Card, CardError
from bot.content.cards.layout import drawing
from bot.content.cards.letters import FILES, missing
from bot.content.cards.pictogram import inner

LARGEST = 100 * 1024
_COLOURS = (128, 64, 32)


class CardStore:
    """The cards of one installation. ``pictures`` are pictogram files by name; ``secret`` makes
    the addresses unguessable.
    """

    def __init__(self, folder: Path, pictures: Mapping[str, Path], secret: bytes) -> None:
        """The folder is made when the first card is drawn."""
        self.folder = folder
        self._pictures = pictures
        self._secret = secret
        self._bytes: dict[str, bytes] = {}
        self._names: dict[Card, str] = {}
        self._drawn: set[str] = set()

    def file_name(self, card: Card) -> str:
        """Where a card lies in the folder and under ``/media/``; raises CardError."""
        name = self._names.get(card)
        if name is None:
            for cell in card.cells:
                if cell.picture and cell.picture not in self._bytes:
                    self._bytes[cell.picture] = self._path(cell.picture).read_bytes()
            content = card.name(self._bytes)
            digest = hmac.new(self._secret, content.encode(), hashlib.sha256).hexdigest()
            name = self._names[card] = f"{digest[:40]}.png"
        return name

    def ready(self, card: Card) -> str | None:
        """The file name of a card that is drawn already; nothing is ever drawn here."""
        name = self.file_name(card)
        if name in self._drawn:
            return name
        if (self.folder / name).exists():
            self._drawn.add(name)
            return name
        return None

    def make(self, card: Card) -> bool:
        """Draw a card unless it is there; says whether it was drawn. Raises CardError.

        The file appears whole or not at all, so several processes may draw at once.
        """
        if self.ready(card) is not None:
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(self.draw(card))
            Path(part).replace(self.folder / self.file_name(card))
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
        return True

    def draw(self, card: Card) -> bytes:
        """The picture, as PNG; raises CardError."""
        words = " ".join((card.question, card.hint, *(cell.label for cell in card.cells)))
        if lacking := missing(words):
            raise CardError(f"no font has {' '.join(lacking)}, needed for `{card.question}`")
        try:
            svg = drawing(card, self._shapes)
            png = resvg_py.svg_to_bytes(
                svg_string=svg, skip_system_fonts=True, font_files=list(FILES)
            )
        except CardError as error:
            raise CardError(f"{card.question or card.cells[0].picture}: {error}") from error
        except ValueError as error:
            raise CardError(f"`{card.question}` cannot be drawn: {error}") from error
        return _small(bytes(png))

    def _shapes(self, name: str) -> str:
        path = self._path(name)
        return inner(path, path.stat().st_mtime)

    def _path(self, name: str) -> Path:
        path = self._pictures.get(name)
        if path is None:
            raise CardError(f"there is no picture {name}: draw {name}.svg under assets/images")
        return path


def _small(png: bytes) -> bytes:
    """Fewer colours until it is small enough to be sent."""
    with Image.open(io.BytesIO(png)) as image:
        flat = image.convert("RGB")
    small = b""
    for colours in _COLOURS:
        out = io.BytesIO()
        flat.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        small = out.getvalue()
        if len(small) <= LARGEST:
            return small
    raise CardError(f"a card of {len(small) // 1024} kB is too large to be sent")
