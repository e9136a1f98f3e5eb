"""Buying vouchers on demand: written down, then asked of the seller, then written down again."""

import asyncio
from typing import assert_never

import structlog

from bot.channels.seller import Answer, Seller
from bot.conversation.alerts import alert
from bot.rewards.purchases import Call, Wanted, begin, due_purchases, note
from bot.runtime import Runtime

log = structlog.get_logger()

_AT_ONCE = 8


async def buy_due(runtime: Runtime) -> int:
    """Go on with every purchase that is due; returns with how many. One that fails is left for the
    next time. A refusal and a long silence are told to people.
    """
    seller = runtime.seller
    if seller is None:
        return 0
    references = await runtime.database.read(due_purchases, runtime.clock())
    hands = asyncio.Semaphore(_AT_ONCE)

    async def buy(reference: str) -> bool:
        async with hands:
            return await _buy(runtime, seller, reference)

    return sum(await asyncio.gather(*map(buy, references)))


async def _buy(runtime: Runtime, seller: Seller, reference: str) -> bool:
    """One step of one purchase, in two transactions with the call between them."""
    database = runtime.database
    try:
        wanted = await database.transact(begin, reference, runtime.clock())
        if wanted is None:
            return False
        answer = await _ask(seller, wanted)
        told = await database.transact(note, wanted, answer, runtime.clock())
    except Exception:
        log.exception("a purchase failed; it is tried again", reference=reference)
        return False
    log.info("purchase", reference=reference, call=str(wanted.call), answer=repr(answer))
    if told:
        alert("voucher seller", "a voucher could not be bought", reference=reference, reason=told)
    return True


async def _ask(seller: Seller, wanted: Wanted) -> Answer:
    match wanted.call:
        case Call.HOLD:
            return await seller.hold(wanted.reference, wanted.cents, wanted.currency)
        case Call.CONFIRM:
            return await seller.confirm(wanted.reference)
        case Call.CANCEL:
            return await seller.cancel(wanted.reference)
        case Call.FIND:
            return await seller.find(wanted.reference)
        case _:
            assert_never(wanted.call)
