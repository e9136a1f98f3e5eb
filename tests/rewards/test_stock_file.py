"""A file of vouchers is taken whole or not at all, and no fault repeats a code."""

from datetime import date

import pytest

from bot.rewards.stock_file import NewVoucher, StockError, read_stock

TODAY = date(2026, 3, 2)
HEAD = "code,value,expires,batch\n"


def test_a_file_becomes_vouchers_in_whole_cents() -> None:
    content = "\ufeffBatch;Expires;Value;Code\nmei;2027-12-31;6;AB-1\nmei;2027-12-31;6,50;AB-2\n"

    assert read_stock(content, TODAY) == [
        NewVoucher("AB-1", 600, date(2027, 12, 31), "mei"),
        NewVoucher("AB-2", 650, date(2027, 12, 31), "mei"),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (",6,2027-12-31,b", "code"),
        ("A1,six,2027-12-31,b", "euro"),
        ("A1,6.5,2027-12-31,b", "euro"),
        ("A1,-6,2027-12-31,b", "euro"),
        ("A1,٦,2027-12-31,b", "euro"),
        ("A1,600,2027-12-31,b", "100 euro"),
        ("A1,0,2027-12-31,b", "more than 0"),
        ("A1,6,31-12-2027,b", "2027-12-31"),
        ("A1,6,2026-03-01,b", "expired"),
        ("A1,6,2027-12-31,", "batch"),
        ("A1,6,2027-12-31", "cells"),
        ("A1,6,2027-12-31,b,more", "cells"),
        ('A1,"6,2027-12-31,b', "CSV"),
        (f"{'x' * 65},6,2027-12-31,b", "64"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(line: str, fault: str) -> None:
    with pytest.raises(StockError, match=fault) as raised:
        read_stock(HEAD + "A0,6,2027-12-31,b\n" + line, TODAY)
    assert str(raised.value).startswith(("Line 3:", "After line 2:"))


def test_every_fault_is_told_at_once_and_no_code() -> None:
    lines = "SECRET1,x,2027-12-31,b\nSECRET2,6,2027-12-31,b\nSECRET2,6,2027-12-31,b\n"

    with pytest.raises(StockError) as raised:
        read_stock(HEAD + lines, TODAY)

    assert [fault.split(":")[0] for fault in raised.value.faults] == ["Line 2", "Line 4"]
    assert "SECRET" not in str(raised.value)
    assert "SECRET" not in repr(NewVoucher("SECRET", 600, TODAY, "b"))


def test_a_batch_says_how_its_codes_are_scanned() -> None:
    lines = "A1,6,2027-12-31,b,code128\nA2,6,2027-12-31,b,QR\nA3,6,2027-12-31,b,\n"

    found = read_stock("code,value,expires,batch,barcode\n" + lines, TODAY)

    assert [one.barcode for one in found] == ["code128", "qr", "qr"]


@pytest.mark.parametrize(
    ("code", "barcode", "fault"),
    [
        ("A1", "ean13", "qr or code128"),
        ("é1", "code128", "Code 128"),
        ("x" * 40, "code128", "too long"),
        ("券1", "qr", "no font"),
    ],
)
def test_a_code_that_could_not_be_shown_is_refused(code: str, barcode: str, fault: str) -> None:
    with pytest.raises(StockError, match=fault) as raised:
        read_stock(f"code,value,expires,batch,barcode\n{code},6,2027-12-31,b,{barcode}", TODAY)
    assert code not in str(raised.value)


@pytest.mark.parametrize("content", ["", HEAD, "code,value\nA1,6\n"])
def test_a_file_without_vouchers_is_refused(content: str) -> None:
    with pytest.raises(StockError):
        read_stock(content, TODAY)
