"""The file in which vouchers are delivered: CSV in, vouchers or every fault out. Pure."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.content.cards.code128 import fits
from bot.content.cards.letters import missing
from bot.content.cards.voucher import BARCODES, CODE128, QR

COLUMNS = ("code", "value", "expires", "batch")
BARCODE = "barcode"
"""A column that may be left out: qr (as without it) or code128, as the shop scans."""
_LONGEST_CODE = 64
_MOST_ROWS = 100_000
_LARGEST_CENTS = 100_00


class StockError(ValueError):
    """A file of vouchers has faults; each is a sentence with its line and without its code."""

    def __init__(self, faults: list[str]) -> None:
        """All of them at once."""
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class NewVoucher:
    """One line of a file. ``code`` is secret: it is as good as money."""

    code: str
    cents: int
    expires_on: date
    batch: str
    currency: str = "EUR"
    barcode: str = QR

    def __repr__(self) -> str:
        """All but the code, which must not come into a log."""
        return f"NewVoucher({self.cents} cents, until {self.expires_on}, {self.batch})"


def read_stock(content: str, today: date) -> list[NewVoucher]:
    """The vouchers of a CSV file with the columns code, value (in euro: 6 or 6.50), expires
    (2027-12-31), batch and perhaps barcode; raises StockError with every fault.
    """
    head = content.lstrip("\ufeff").partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(content.lstrip("\ufeff")), delimiter=delimiter, strict=True)
    found: list[NewVoucher] = []
    faults: list[str] = []
    seen: set[str] = set()
    try:
        names = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
        missing = [name for name in COLUMNS if name not in names]
        if missing:
            raise StockError([f"The file has no column {', '.join(missing)}."])
        reader.fieldnames = names
        for row in reader:
            if len(found) + len(faults) >= _MOST_ROWS:
                raise StockError([f"More than {_MOST_ROWS} lines: divide the file."])
            try:
                voucher = _read_row(row, today)
                if voucher.code in seen:
                    raise ValueError("this code stands above already")
            except ValueError as error:
                faults.append(f"Line {reader.line_num}: {error}.")
            else:
                seen.add(voucher.code)
                found.append(voucher)
    except csv.Error as error:
        faults.append(f"After line {reader.line_num}: this is not CSV ({error}).")
    if not found and not faults:
        faults.append("There is no voucher in this file.")
    if faults:
        raise StockError(faults)
    return found


def _read_row(row: dict[Any, Any], today: date) -> NewVoucher:
    """One line; raises ValueError with a sentence that does not repeat the code."""
    if None in row or any(row.get(name) is None for name in COLUMNS):
        raise ValueError("it has not as many cells as the first line")
    code, value, expires, batch = (str(row[name]).strip() for name in COLUMNS)
    if not code or len(code) > _LONGEST_CODE or not code.isprintable():
        raise ValueError(f"a code has 1 to {_LONGEST_CODE} printable characters")
    if missing(code):
        raise ValueError("the code has letters that no font of ours has")
    barcode = str(row.get(BARCODE) or QR).strip().casefold()
    if barcode not in BARCODES:
        raise ValueError(f"the barcode must be {' or '.join(BARCODES)}")
    if barcode == CODE128 and not fits(code):
        raise ValueError("the code cannot be a Code 128 barcode: too long, or other letters")
    if not batch or len(batch) > _LONGEST_CODE:
        raise ValueError("the batch is missing or too long")
    try:
        expires_on = date.fromisoformat(expires)
    except ValueError:
        raise ValueError("the last day must be written like 2027-12-31") from None
    if expires_on < today:
        raise ValueError(f"it expired on {expires_on}")
    return NewVoucher(code, _cents(value), expires_on, batch, barcode=barcode)


def _cents(value: str) -> int:
    """Whole cents of an amount in euro, without ever being a float."""
    euros, dot, rest = value.removeprefix("€").strip().replace(",", ".").partition(".")
    is_number = euros.isascii() and euros.isdigit() and len(euros) <= 4
    if not is_number or (dot and not (rest.isascii() and rest.isdigit() and len(rest) == 2)):
        raise ValueError("the value must be in euro, such as 6 or 6.50")
    cents = int(euros) * 100 + (int(rest) if rest else 0)
    if not 0 < cents <= _LARGEST_CENTS:
        raise ValueError("the value must be more than 0 and at most 100 euro")
    return cents
