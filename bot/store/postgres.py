"""PostgreSQL: a few threads, each with a connection, each function a transaction of its own."""

from contextlib import closing
from time import sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, Transaction, create_engine
from sqlalchemy.event import listen
from sqlalchemy.exc import DBAPIError

from bot.store.calls import Call, Calls, deliver
from bot.store.errors import (
    NOTHING_TOUCHED,
    PREPARED_GONE,
    StaleError,
    StoreError,
    UncertainError,
    explained,
    is_lost,
    postgres_code,
)

CONNECT_SECONDS = 5
LOCK_SECONDS = 15
IDLE_SECONDS = 60
"""A process that stops in the middle of a transaction must not hold its locks for ever."""

TRIES = 5
"""How often a function runs that was stale, in a deadlock, or on a connection that was lost."""

_CONFLICTS = {"40001", "40P01", NOTHING_TOUCHED}  # serialization_failure, deadlock_detected

# idle_in_transaction_session_timeout, transaction_timeout: the connection goes, and with it all.
_NEVER_COMMITTED = PREPARED_GONE | {"25P03", "25P04"}


def writing_engine(url: URL, *, connections: int) -> Engine:
    """An engine over so many connections."""
    # Locks do not help under REPEATABLE READ: its snapshot is older than the lock. See
    # https://www.postgresql.org/docs/current/transaction-iso.html
    return _engine(url, connections, default_transaction_isolation="read committed")


def reading_engine(url: URL, *, connections: int) -> Engine:
    """An engine over so many connections that cannot write and see one state throughout."""
    return _engine(
        url,
        connections,
        default_transaction_isolation="repeatable read",
        default_transaction_read_only="on",
    )


def _engine(url: URL, connections: int, **settings: str) -> Engine:
    """The settings belong to the session, so that a transaction does not ask for them each time."""
    settings |= {
        "timezone": "UTC",
        "lock_timeout": f"{LOCK_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
    }
    options = ("-c " + f"{name}={value}".replace(" ", "\\ ") for name, value in settings.items())
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "options": " ".join(options),
            "keepalives_idle": 30,
            "tcp_user_timeout": 30_000,
            "prepare_threshold": None,  # the driver's, which throws away those of the wire, too
        },
    )
    listen(engine, "do_connect", _connect)
    return engine


def _connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
    from bot.store.wire import Wire  # with SQLite nothing loads the driver

    return Wire.connect(*arguments, **options)


class Writer:
    """What each writing thread does."""

    def __init__(self, engine: Engine, url: URL) -> None:
        self._engine = engine
        self._url = url

    def serve(self, calls: Calls) -> None:
        """Run one function after the other, each in its transaction."""
        with closing(_Thread(self._engine, self._url)) as thread:
            while (call := calls.get()) is not None:
                if not call.future.cancelled():
                    thread.run(call)
                deliver((call,))


class _Thread:
    """One writing thread and the connection that it keeps."""

    def __init__(self, engine: Engine, url: URL) -> None:
        self._engine = engine
        self._url = url
        self._db: Connection | None = None

    def run(self, call: Call) -> None:
        for left in reversed(range(TRIES)):
            try:
                self._transaction(call)
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller
                if left and _may_run_again(error):
                    sleep(0.01 * (TRIES - left))  # a deadlock's other side goes on meanwhile
                    continue
                call.error = explained(error, self._url)
            return

    def close(self) -> None:
        """Give the connection back; what was not committed is rolled back."""
        db, self._db = self._db, None
        if db is not None:
            db.close()

    def _transaction(self, call: Call) -> None:
        db = self._db = self._db or self._engine.connect()
        try:
            transaction = db.begin()
            call.run(db)
            if db.get_transaction() is not transaction or db.in_nested_transaction():
                raise StoreError(
                    "A function given to the store must not commit, roll back or leave a "
                    "savepoint open. Return or raise, and the store does the rest."
                )
            self._commit(transaction)
        except BaseException:
            self.close()
            raise

    def _commit(self, transaction: Transaction) -> None:
        try:
            transaction.commit()
        except DBAPIError as error:
            code = postgres_code(error.orig)
            if code == NOTHING_TOUCHED:
                raise StaleError from error
            # Whatever the last words were: a disk that is full has a code of its own.
            lost = error.connection_invalidated or is_lost(error.orig)
            if lost and code not in _NEVER_COMMITTED:
                raise UncertainError(
                    f"The connection to {self._url.render_as_string(hide_password=True)} was "
                    "lost while it committed: the work may have been kept. Read it again."
                ) from error
            raise


def _may_run_again(error: BaseException) -> bool:
    """Claim that nothing was kept and that a second run has a chance.

    A connection that was lost before COMMIT was sent, or that the server gave up, has kept nothing;
    one that could not even be made is not tried again, so that those who wait hear of it at once.
    """
    if isinstance(error, StaleError):
        return True
    if not isinstance(error, DBAPIError) or (code := postgres_code(error.orig)) is None:
        return False
    return code in _CONFLICTS or error.connection_invalidated
