"""The picture of a voucher, for whoever knows its secret address."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.content import formats
from bot.content.cards.voucher import VoucherCard
from bot.conversation.revisions import Content
from bot.panel.participants import PARTICIPANTS
from bot.rewards.payouts import pictured
from bot.rewards.vouchers import voucher_of


def card_named(db: Connection, content: Content, name: str, now: datetime) -> VoucherCard | None:
    """The picture of a voucher with this secret name, in its person's language, while it may be
    opened.
    """
    payout = pictured(db, name, now)
    voucher = None if payout is None else voucher_of(db, payout.id)
    if payout is None or voucher is None:
        return None
    spoken = select(PARTICIPANTS.c.language).where(PARTICIPANTS.c.id == payout.participant_id)
    language = db.execute(spoken).scalar_one()
    until = formats.day(voucher.expires_on, language)
    return VoucherCard(
        f"€ {formats.money(voucher.cents, language)}",
        voucher.shop,
        voucher.code,
        content.own.say("polsbot.voucher_until", language, {"until": until}),
        voucher.barcode,
    )
