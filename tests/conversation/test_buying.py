"""Buying vouchers on demand from a stand-in over HTTP: at most once, whatever it answers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import Connection, select, text

from bot.channels.local import LocalCarrier
from bot.channels.seller import HttpSeller
from bot.conversation.buying import buy_due
from bot.conversation.forget import forget
from bot.conversation.outbox import claim
from bot.conversation.pay import look
from bot.conversation.revisions import Content
from bot.conversation.settle import settle_sent
from bot.message import DeliveryState, Sent
from bot.reports.audit import differences
from bot.rewards.ledger import balance, bank_of, grant, held
from bot.rewards.paying import cancel
from bot.rewards.payouts import PAYOUTS, PayoutState, Rule, due, reserve
from bot.rewards.purchases import AGAIN, LEASE, PURCHASES, begin, due_purchases, open_purchases
from bot.rewards.vouchers import VOUCHERS
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store.database import Database
from tests.conversation.test_pay import enrolled, stocked, thrice
from tests.conversation.test_receive import CONTENT, NOW, rows
from tests.fakes.seller import TOKEN, FakeSeller


class World:
    """A database, a seller and a clock that is set by hand."""

    def __init__(self, database: Database, fake: FakeSeller, runtime: Runtime, content: Content):
        self.database, self.fake, self.runtime, self.content = database, fake, runtime, content
        self.now = NOW

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        return self.database.run(function, *args)

    async def tick(self, after: timedelta = timedelta(seconds=1)) -> list[str]:
        """Time passes, what is due is done, what may leave leaves; returns the words."""
        self.now += after
        while await buy_due(self.runtime):
            pass
        for payout in self.run(due, self.now):
            self.run(look, self.content, payout, self.now)
        return self.left()

    def left(self) -> list[str]:
        told = []
        while taken := self.run(claim, self.content, self.now):
            for one in taken:
                form: Any = one.message.form
                told.append(form.body)
                sent = Sent(f"S{one.row}", DeliveryState.DELIVERED)
                self.run(settle_sent, one.row, sent, self.now)
        return told

    def payout(self) -> Any:
        (row,) = self.run(rows, PAYOUTS)
        return row

    def states(self) -> list[str]:
        return [row.state for row in self.purchases()]

    def purchases(self) -> list[Any]:
        found = select(PURCHASES).order_by(PURCHASES.c.reference)
        return list(self.run(lambda db: db.execute(found).all()))

    def vouchers(self) -> list[Any]:
        return list(self.run(rows, VOUCHERS))


@asynccontextmanager
async def opened(database: Database, seconds: float) -> AsyncIterator[World]:
    study = CONTENT.library.studies["klantmonitor"]
    assert study.reward is not None
    bought = replace(study, reward=replace(study.reward, supply="seller"))
    library = replace(CONTENT.library, studies={**CONTENT.library.studies, study.name: bought})
    content = Content(library, CONTENT.lexicons)
    fake = FakeSeller()
    async with TestServer(fake.app()) as server:
        seller = HttpSeller(str(server.make_url("")), TOKEN, seconds)
        runtime = Runtime(
            Settings(), database, library, CONTENT.lexicons, {}, LocalCarrier(),
            lambda: here.now, seller,
        )  # fmt: skip
        here = World(database, fake, runtime, content)
        yield here
        await seller.close()


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    async with opened(database, 20) as one:
        yield one


@pytest.fixture
async def hasty(database: Database) -> AsyncIterator[World]:
    """Waits for no seller that is silent."""
    async with opened(database, 0.2) as one:
        yield one


def earned(world: World) -> str:
    """Somebody whose pot is full, in a study that buys its vouchers; it is ordered."""

    def owe(db: Connection) -> str:
        person = enrolled(db)
        grant(db, f"r-{person}", person, "klantmonitor", 600, "EUR", NOW)
        reserve(db, person, Rule("klantmonitor", 600), NOW)
        return person

    person = str(world.run(owe))
    world.run(look, world.content, world.payout().id, NOW)
    return person


def wrong(db: Connection) -> list[str]:
    """What `polsbot ledger check` would say, but for the rewards: no run was made here."""
    return [one for one in differences(db) if "run:" not in one]


async def test_a_full_pot_buys_its_voucher_within_seconds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.conversation.test_pay.CONTENT", world.content)
    person = world.run(thrice)
    assert not any("later" in body for body in world.left()), "nobody is put off"

    (voucher,) = await world.tick()

    assert "Hier is je cadeaubon van 6 euro voor HEMA." in voucher
    assert world.fake.calls == {"hold": 1, "confirm": 1}
    (bought,) = world.vouchers()
    assert (bought.barcode, bought.batch) == ("code128", f"{world.payout().id}-1")
    await world.tick()
    assert world.payout().state == PayoutState.CONFIRMED
    assert world.run(held, person) == 0
    assert world.run(balance, bank_of("klantmonitor")) == 600
    assert world.run(wrong) == []


@pytest.mark.parametrize(
    "fault", ["before", "after", "silent", "hangs", "nonsense", "busy", "forbidden"]
)
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_what_nobody_knows_is_asked_and_never_bought_twice(
    hasty: World, fault: str, place: int
) -> None:
    hasty.fake.faults = [*[""] * place, fault, fault]
    person = earned(hasty)
    hasty.left()

    told: list[str] = []
    for _ in range(12):
        told += await hasty.tick(timedelta(seconds=8))

    assert sum("Je code is" in one for one in told) == 1
    assert max(hasty.fake.paid.values()) == 1
    assert sum(hasty.fake.paid.values()) == len(hasty.vouchers()) == 1
    assert hasty.run(held, person) == 0
    assert hasty.run(wrong) == []


@pytest.mark.parametrize("answer", ["refuse", "forbidden"])
async def test_a_no_to_a_question_does_not_make_it_unsold(hasty: World, answer: str) -> None:
    hasty.fake.faults = ["", "silent", answer, answer]  # held, sold in silence, then no answer
    person = earned(hasty)
    hasty.left()

    for _ in range(12):
        await hasty.tick(timedelta(hours=1))

    assert sum(hasty.fake.paid.values()) == len(hasty.vouchers()) == 1
    assert hasty.run(held, person) == 0


async def test_while_nobody_knows_nothing_is_bought_and_the_debt_stands(world: World) -> None:
    world.fake.faults = ["", "after"]  # bought, and we are not told
    person = earned(world)
    world.left()
    await world.tick()
    world.fake.always = "before"

    for _ in range(30):
        await world.tick(timedelta(minutes=20))

    assert world.fake.calls["hold"] == world.fake.calls["confirm"] == 1
    assert world.states() == ["confirming"]
    assert world.run(held, person) == 600
    assert [one.reference for one in world.run(open_purchases)] == [f"{world.payout().id}-1"]
    world.fake.always = None
    await world.tick(timedelta(hours=2))
    assert world.states() == ["bought"]


async def test_who_waits_long_for_a_seller_is_told_once(world: World) -> None:
    world.fake.always = "before"
    earned(world)
    world.left()

    told = [one for _ in range(10) for one in await world.tick(timedelta(minutes=2))]

    assert told == ["Je cadeaubon komt later. Je geld blijft in je pot."]


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"cents": 1000}, "it is worth 1000 EUR, wanted 600 EUR"),
        ({"currency": "USD"}, "it is worth 600 USD, wanted 600 EUR"),
        ({"expires": "2026-03-05"}, "it expires on 2026-03-05"),
        ({"barcode": "ean13"}, "its barcode is of another kind"),
        ({"shop": "券"}, "its code or shop cannot be shown"),
    ],
)
async def test_a_voucher_that_is_not_what_was_wanted_is_given_back(
    world: World, terms: dict[str, Any], reason: str
) -> None:
    world.fake.terms = terms
    person = earned(world)
    world.left()

    await world.tick()
    await world.tick(timedelta(minutes=30))

    assert world.states() == ["cancelled"]
    (purchase,) = world.purchases()
    assert purchase.reason == reason
    assert world.fake.calls == {"hold": 1, "cancel": 1}
    assert world.fake.paid == {}
    assert world.run(held, person) == 600
    world.fake.terms = {}
    told = [one for _ in range(3) for one in await world.tick(AGAIN)]
    assert any("Je code is" in one for one in told)
    assert world.states() == ["cancelled", "bought"]


async def test_a_refusal_is_tried_again_after_an_hour_under_another_reference(world: World) -> None:
    world.fake.always = "refuse"
    earned(world)
    world.left()
    for _ in range(20):
        await world.tick(timedelta(minutes=2))
    assert world.fake.calls["hold"] == 1
    assert world.purchases()[0].reason == "409 sold out"

    world.fake.always = None
    told = [one for _ in range(40) for one in await world.tick(timedelta(minutes=2))]

    assert sum("Je code is" in one for one in told) == 1
    assert sorted(world.states()) == ["bought", "refused"]
    assert world.run(wrong) == []


async def test_a_code_that_was_sold_before_is_given_to_nobody_else(world: World) -> None:
    world.run(stocked, "OLD-1")
    world.run(lambda db: db.execute(text("UPDATE vouchers SET lost_at = imported_at")))
    world.fake.codes = ["OLD-1"]
    person = earned(world)
    world.left()

    told = [one for _ in range(10) for one in await world.tick(timedelta(minutes=1))]

    assert not any("OLD-1" in one for one in told)
    assert world.states() == ["refused"]
    assert world.purchases()[0].reason == "paid for a code that is known already"
    assert world.run(held, person) == 600


async def test_what_is_left_in_stock_is_given_before_anything_is_bought(world: World) -> None:
    world.run(stocked, "A1")
    earned(world)

    assert "Je code is: A1" in world.left()[-1]
    assert world.purchases() == []


async def test_a_payout_that_is_cancelled_gives_its_voucher_back(world: World) -> None:
    person = earned(world)
    (reference,) = world.run(due_purchases, world.now)
    wanted = world.run(begin, reference, world.now)
    await world.runtime.seller.hold(reference, wanted.cents, wanted.currency)  # type: ignore[union-attr]
    world.run(forget, person, world.now)

    await world.tick(LEASE)

    assert world.states() == ["cancelled"]
    assert world.fake.paid == {}
    assert world.run(held, person) == 0
    assert world.run(wrong) == []


async def test_what_is_bought_for_a_payout_that_is_gone_goes_into_stock(world: World) -> None:
    world.fake.faults = ["", "after", "before"]
    earned(world)
    world.left()
    await world.tick()
    assert world.states() == ["confirming"]
    assert world.run(cancel, world.payout().id, world.now)

    for _ in range(4):
        await world.tick(timedelta(seconds=10))

    assert world.states() == ["bought"]
    (voucher,) = world.vouchers()
    assert voucher.payout_id is None
    assert world.run(wrong) == []


@pytest.mark.parametrize("writers", [4])
async def test_two_processes_make_each_call_once(world: World) -> None:
    earned(world)
    world.left()

    for _ in range(4):
        await asyncio.gather(*(buy_due(world.runtime) for _ in range(5)))

    assert world.fake.calls == {"hold": 1, "confirm": 1}


async def test_a_process_that_dies_at_any_point_buys_once(world: World) -> None:
    """Before the call, after it, and before its answer is written down."""
    earned(world)
    world.left()
    seller: Any = world.runtime.seller
    for _ in range(3):  # each time: written down, perhaps called, never written down again
        for is_called in (False, True):
            for reference in world.run(due_purchases, world.now):
                wanted = world.run(begin, reference, world.now)
                if is_called and wanted.call == "hold":
                    await seller.hold(reference, wanted.cents, wanted.currency)
                elif is_called and wanted.call == "confirm":
                    await seller.confirm(reference)
            world.now += LEASE
    told = [one for _ in range(5) for one in await world.tick(LEASE)]

    assert sum("Je code is" in one for one in told) == 1
    assert list(world.fake.paid.values()) == [1]
    assert world.run(wrong) == []


async def test_codes_stand_in_no_log_and_no_plain_column(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.fake.codes = ["SECRET-77"]
    earned(world)
    world.left()
    assert any("SECRET-77" in one for one in await world.tick())

    def raw(db: Connection) -> str:
        tables = ("vouchers", "purchases", "payouts")
        return repr([db.execute(text(f"SELECT * FROM {one}")).all() for one in tables])

    assert "SECRET-77" not in world.run(raw)
    shown = capsys.readouterr()
    assert "SECRET-77" not in shown.out + shown.err


def test_a_lease_is_longer_than_a_call() -> None:
    from bot.channels.seller import TIMEOUT

    assert timedelta(seconds=2 * TIMEOUT) < LEASE
    assert isinstance(NOW, datetime)
