"""Everything that is opened once: settings, database, files, channels, clock, as one value."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.channels.contract import Carrier
from bot.channels.local import LocalCarrier
from bot.channels.seller import HttpSeller, Seller
from bot.content.cards import CardStore
from bot.content.lexicon import load_lexicons
from bot.content.library import Library, load_library
from bot.engine.replies.lexicon import Lexicon
from bot.message import Channel
from bot.settings import Settings, SettingsError
from bot.store.database import Database, open_database
from bot.store.keys import Keys
from bot.store.migrations import check
from bot.store.seal import fit

Clock = Callable[[], datetime]
"""The time, as aware UTC."""


@dataclass
class FastClock:
    """The time of day plus what was added to it: for trying out what happens later."""

    ahead: timedelta = timedelta()

    @classmethod
    def at(cls, moment: datetime) -> "FastClock":
        """A clock on which it is this moment now."""
        return cls(moment - datetime.now(UTC))

    def __call__(self) -> datetime:
        """The made-up time."""
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a process has opened. ``local`` is the channel that stays on this machine; ``seller``
    is who sells vouchers on demand.
    """

    settings: Settings
    database: Database
    library: Library
    lexicons: Mapping[str, Lexicon]
    carriers: Mapping[Channel, Carrier]
    local: LocalCarrier
    clock: Clock = field(default=lambda: datetime.now(UTC))
    seller: Seller | None = None


def seller_of(settings: Settings) -> Seller | None:
    """Who sells vouchers on demand; ``None`` when nobody is set. Raises SettingsError."""
    if not settings.voucher_url:
        return None
    if settings.voucher_token is None:
        raise SettingsError("VOUCHER_URL is set without VOUCHER_TOKEN: set both or neither.")
    return HttpSeller(settings.voucher_url, settings.voucher_token.get_secret_value())


def keys_of(settings: Settings) -> Keys:
    """The keys of the personal data; raises SettingsError when there are none."""
    if settings.polsbot_key is None:
        raise SettingsError(
            "POLSBOT_KEY is not set: names and addresses cannot be kept without it. "
            "Make one with `polsbot config --new-key`, keep it safe, and set it."
        )
    return Keys.from_text(settings.polsbot_key.get_secret_value())


def library_of(settings: Settings) -> Library:
    """The flows, texts and pictures of the folders that the settings name."""
    return load_library(settings.polsbot_studies, settings.polsbot_locales, settings.polsbot_assets)


def card_store(settings: Settings, library: Library) -> CardStore:
    """The cards of this installation; raises SettingsError without a key to hide them with."""
    secret = keys_of(settings).hash("cards", "media")
    return CardStore(settings.polsbot_cards, library.pictures, secret)


def open_ready(settings: Settings) -> Database:
    """Open the database of the settings: its tables and its keys are those of this program.

    Raises SettingsError or StoreError with the mend.
    """
    keys = keys_of(settings)
    database = open_database(settings.database_url, keys=keys)
    try:
        check(database)
        fit(database, keys)
    except BaseException:
        database.close()
        raise
    return database


@asynccontextmanager
async def open_runtime(
    settings: Settings,
    carriers: Mapping[Channel, Carrier],
    local: LocalCarrier,
    clock: Clock | None = None,
) -> AsyncIterator[Runtime]:
    """Open all of it and close it again, in the opposite order.

    Raises SettingsError, StoreError or LexiconError with the mend. ``carriers`` are closed too.
    """
    seller = seller_of(settings)
    database = open_ready(settings)
    try:
        library = library_of(settings)
        lexicons = load_lexicons(settings.polsbot_locales)
        everyone = {Channel.LOCAL: local, **carriers}
        yield Runtime(
            settings, database, library, lexicons, everyone, local,
            clock or (lambda: datetime.now(UTC)), seller,
        )  # fmt: skip
    finally:
        for carrier in carriers.values():
            await carrier.close()
        if seller is not None:
            await seller.close()
        await database.aclose()
