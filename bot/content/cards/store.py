"""Cards on disk: drawn once, found by content, under an address that nobody can guess."""

import hashlib
import hmac
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Thread

from bot.content.cards.card import Card, CardError
from bot.content.cards.layout import drawing
from bot.content.cards.pictogram import read
from bot.content.cards.render import render

Told = Callable[[int, int], None]
"""How many cards are done, and of how many."""

_DRAWN_BY = ("resvg_py", "pillow", "fontpkg_noto_sans", "fontpkg_noto_sans_arabic")


@dataclass(frozen=True, slots=True)
class Made:
    """What drawing ahead did. A card with a fault goes without: its question is told in words."""

    drawn: int
    faults: tuple[CardError, ...]


class CardStore:
    """The cards of one installation. ``pictures`` are pictogram files by name; ``secret`` makes
    the addresses unguessable. Several processes may use one folder.
    """

    def __init__(self, folder: Path, pictures: Mapping[str, Path], secret: bytes) -> None:
        """The folder is made when the first card is drawn."""
        self.folder = folder
        self._pictures = pictures
        self._secret = secret
        self._bytes: dict[str, bytes] = {}
        self._shapes: dict[str, str] = {}
        self._names: dict[Card, str] = {}

    def file_name(self, card: Card) -> str:
        """Where a card lies in the folder and under ``/media/``; raises CardError."""
        name = self._names.get(card)
        if name is None:
            for picture in card.pictures():
                if picture not in self._bytes:
                    self._bytes[picture] = self._file(picture).read_bytes()
            content = card.name(self._bytes, _look())
            digest = hmac.new(self._secret, content.encode(), hashlib.sha256).hexdigest()
            name = self._names[card] = f"{digest[:40]}.png"
        return name

    def ready(self, card: Card) -> str | None:
        """The file name of a card that is drawn already; nothing is ever drawn here."""
        name = self.file_name(card)
        return name if (self.folder / name).exists() else None

    def make(self, card: Card) -> bool:
        """Draw a card unless it is there; says whether it was drawn. Raises CardError."""
        if self.ready(card) is not None:
            return False
        self._keep(card, self.draw(card))
        return True

    def draw(self, card: Card) -> bytes:
        """The picture, as PNG; raises CardError."""
        svg = drawing(card, self._pictogram)
        try:
            return render(svg)
        except CardError as error:
            raise card.fault(str(error)) from error

    def ahead(
        self, cards: Iterable[Card], told: Told | None = None, workers: int | None = None
    ) -> Made:
        """Draw what is missing in ``workers`` processes (as many as there are cores): a renderer
        holds the interpreter, so this process can go on talking to people meanwhile, and fonts and
        drawings, 30 MiB, never come into its memory. ``told`` may raise to stop.
        """
        lacking: list[tuple[Card, dict[str, Path]]] = []
        faults: list[CardError] = []
        drawn = 0
        for card in dict.fromkeys(cards):
            try:
                if self.ready(card) is None:
                    lacking.append((card, {name: self._file(name) for name in card.pictures()}))
            except (CardError, OSError) as error:
                faults.append(_fault(card, error))
        if not lacking:
            return Made(0, tuple(faults))
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(
            workers or os.cpu_count() or 1, mp_context=context, initializer=_begin_to_draw
        )
        try:
            pending = {pool.submit(_drawn, card, pictures): card for card, pictures in lacking}
            for done, future in enumerate(as_completed(pending), start=1):
                try:
                    self._keep(pending[future], future.result())
                    drawn += 1
                except (CardError, OSError, BrokenExecutor) as error:
                    faults.append(_fault(pending[future], error))
                if told is not None:
                    told(done, len(lacking))
        finally:
            pool.shutdown(cancel_futures=True)
        return Made(drawn, tuple(faults))

    def _keep(self, card: Card, png: bytes) -> None:
        """The file appears whole or not at all, whoever else is writing it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(png)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(self.folder / self.file_name(card))
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise

    def _pictogram(self, name: str) -> str:
        if name not in self._shapes:
            self._shapes[name] = read(self._file(name))
        return self._shapes[name]

    def _file(self, name: str) -> Path:
        path = self._pictures.get(name)
        if path is None:
            raise CardError(f"there is no picture {name}: draw {name}.svg under assets/images")
        return path


def _begin_to_draw() -> None:
    """A drawing process gives way to those that talk to people, leaves Ctrl-C to the one that
    started it, and ends with that one even if it was killed.
    """
    os.nice(10)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _drawn(card: Card, pictures: Mapping[str, Path]) -> bytes:
    return CardStore(Path(), pictures, b"").draw(card)


def _fault(card: Card, error: Exception) -> CardError:
    return error if isinstance(error, CardError) else card.fault(str(error))


@lru_cache(maxsize=1)
def _look() -> str:
    """Everything that decides how a card is drawn beside the card: our code, renderer and fonts."""
    code = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        code.update(file.read_bytes())
    return " ".join((code.hexdigest(), *map(_version, _DRAWN_BY)))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "-"
