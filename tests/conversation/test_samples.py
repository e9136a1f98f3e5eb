"""Who tries the bot out sees the voucher, and nobody can take it for money."""

from bot.conversation.samples import SHOP, add_samples
from bot.rewards.vouchers import VOUCHERS
from bot.store.database import Database
from tests.conversation.test_pay import said, thrice
from tests.conversation.test_receive import CONTENT, NOW, rows


def test_a_made_up_voucher_is_paid_out_and_says_so(database: Database) -> None:
    assert database.run(add_samples, CONTENT.library, NOW) == 40
    database.run(thrice)

    voucher = said(database)[-1]

    assert SHOP in voucher
    assert "not real" in voucher
    assert "Je code is: DEMO " in voucher
    assert {row.barcode for row in database.run(rows, VOUCHERS)} == {"qr", "code128"}
