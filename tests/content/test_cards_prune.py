"""A card that no flow shows is deleted late; everything else in the folder stays."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.content.cards.prune import LIST, prune

TODAY = date(2026, 3, 2)
KEEP = timedelta(days=37)
OLD, NEW = f"{'a' * 40}.png", f"{'b' * 40}.png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (OLD, NEW, "photo.png", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {LIST}


def test_an_unwanted_card_is_deleted_when_its_time_is_over(folder: Path) -> None:
    assert prune(folder, {NEW}, TODAY, KEEP) == 0
    assert prune(folder, {NEW}, TODAY + timedelta(days=36), KEEP) == 0
    assert prune(folder, {NEW}, TODAY + KEEP, KEEP) == 1

    assert names(folder) == {NEW, "photo.png", "notes.txt"}


def test_a_card_that_is_wanted_again_begins_anew(folder: Path) -> None:
    prune(folder, {NEW}, TODAY, KEEP)
    prune(folder, {NEW, OLD}, TODAY + timedelta(days=30), KEEP)

    assert prune(folder, {NEW}, TODAY + KEEP, KEEP) == 0
    assert OLD in names(folder)


@pytest.mark.parametrize("noted", ["", "[]", "{", '{"a": 1}', '{"a": "soon"}'])
def test_a_broken_list_only_makes_cards_stay(folder: Path, noted: str) -> None:
    (folder / LIST).write_text(noted)

    assert prune(folder, {NEW}, TODAY, KEEP) == 0
    assert prune(folder, {NEW}, TODAY + KEEP, KEEP) == 1


def test_a_folder_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    assert prune(tmp_path / "none", set(), TODAY, KEEP) == 0
