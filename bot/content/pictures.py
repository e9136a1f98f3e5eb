"""The pictures under ``assets/images``, by name. A name is looked up here and never made a path."""

from pathlib import Path

from bot.content.fields import PICTURE
from bot.content.problem import Place, Problem, problem_at

FROM_BALANCE = "pot"
"""The picture that follows the savings: the nearest of ``pot-0``, ``pot-2`` … in whole euros."""


def names_of(pictures: dict[str, Path]) -> frozenset[str]:
    """The names a flow may use."""
    drawn = any(name.startswith(f"{FROM_BALANCE}-") for name in pictures)
    return frozenset(pictures) | (frozenset({FROM_BALANCE}) if drawn else frozenset())


def read_pictures(folder: Path) -> tuple[dict[str, Path], list[Problem]]:
    """Name → file of every SVG below a folder. Links are refused, wherever they lead."""
    pictures: dict[str, Path] = {}
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*.svg")):
        name = path.stem
        if path.is_symlink() or any(parent.is_symlink() for parent in _between(path, folder)):
            problems.append(problem_at(Place(path), "F021", "this picture is a link, not a file"))
        elif not PICTURE.fullmatch(name):
            message = f"`{name}` is not a name for a picture"
            hint = "small letters, digits, - and _"
            problems.append(problem_at(Place(path), "F021", message, hint))
        elif name in pictures:
            message = f"there is another picture `{name}`: {pictures[name].as_posix()}"
            problems.append(problem_at(Place(path), "F021", message, "rename one of them"))
        else:
            pictures[name] = path
    return pictures, problems


def _between(path: Path, folder: Path) -> list[Path]:
    return [parent for parent in path.parents if parent.is_relative_to(folder) and parent != folder]
