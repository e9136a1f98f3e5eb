"""The folders of the author, as options: what is not said comes from the settings, ``.env`` too."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import explained
from bot.settings import Settings, read_settings


def _set(folder: Callable[[Settings], Path]) -> Callable[[], Path]:
    """The folder as the settings have it when the command runs."""

    def found() -> Path:
        with explained():
            return folder(read_settings())

    return found


_STUDIES = _set(lambda settings: settings.polsbot_studies)
_LOCALES = _set(lambda settings: settings.polsbot_locales)
_ASSETS = _set(lambda settings: settings.polsbot_assets)

Studies = Annotated[
    Path,
    typer.Argument(
        default_factory=_STUDIES,
        help="Folder of the studies.",
        show_default="POLSBOT_STUDIES, else flows",
    ),
]
Flows = Annotated[
    Path,
    typer.Option(
        default_factory=_STUDIES,
        help="Folder of the studies.",
        show_default="POLSBOT_STUDIES, else flows",
    ),
]
Locales = Annotated[
    Path,
    typer.Option(
        default_factory=_LOCALES,
        help="Folder of the locale files.",
        show_default="POLSBOT_LOCALES, else locales",
    ),
]
Assets = Annotated[
    Path,
    typer.Option(
        default_factory=_ASSETS,
        help="Folder of the pictures.",
        show_default="POLSBOT_ASSETS, else assets",
    ),
]
