"""Every answer of a seller is one of: an offer, nothing there, certainly not, nobody knows."""

import json
from datetime import date
from typing import Any

import pytest

from bot.channels.seller import Absent, Offer, Refused, Stage, Unknown, read_answer

GOOD: dict[str, Any] = {
    "reference": "o1-1", "state": "held", "cents": 600, "currency": "EUR", "shop": "HEMA",
    "expires": "2027-12-31", "barcode": "code128",
}  # fmt: skip


def read(status: int, **changes: Any) -> Any:
    return read_answer(status, json.dumps({**GOOD, **changes}).encode(), "o1-1")


def test_an_offer_is_read() -> None:
    held = Offer(Stage.HELD, 600, "EUR", "HEMA", date(2027, 12, 31), "code128")
    assert read(200) == read(201) == held
    sold = read(200, state="sold", code="SECRET")
    assert (sold.stage, sold.code) == (Stage.SOLD, "SECRET")
    assert "SECRET" not in repr(sold)


@pytest.mark.parametrize("status", [400, 402, 409, 410, 422])
def test_a_four_hundred_is_certain(status: int) -> None:
    assert read_answer(status, b'{"reason": "sold out"}', "o1-1") == Refused(f"{status} sold out")
    assert read_answer(status, b"<html>", "o1-1") == Refused(str(status))


def test_nothing_is_there() -> None:
    assert read(404) == Absent()


@pytest.mark.parametrize(
    "status", [202, 204, 301, 302, 401, 403, 408, 425, 429, 500, 502, 503, 504, 599]
)
def test_all_else_is_unknown(status: int) -> None:
    assert isinstance(read(status), Unknown)


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": "o2-1"},
        {"state": "perhaps"},
        {"state": "sold"},
        {"state": "sold", "code": 7},
        {"cents": "600"},
        {"cents": 600.0},
        {"cents": True},
        {"currency": None},
        {"shop": "x" * 300},
        {"expires": "tomorrow"},
        {"expires": 20271231},
    ],
)
def test_an_answer_of_another_shape_is_unknown(changes: dict[str, Any]) -> None:
    assert isinstance(read(200, **changes), Unknown)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"<html>", b"\xff", b"[" * 100_000])
def test_what_cannot_be_read_is_unknown(content: bytes) -> None:
    assert isinstance(read_answer(200, content, "o1-1"), Unknown)
