"""What every test can ask for: an empty database of each kind, a Valkey, and no network."""

import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings
from structlog.dev import ConsoleRenderer, plain_traceback

from bot.store.database import Database, open_database
from bot.store.keys import Keys, generate_key
from bot.store.migrations import upgrade
from tests.servers import Postgres, postgres, valkey

settings.register_profile("polsbot", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("polsbot")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Refuse what leaves this machine, and fail the test even if it swallows the refusal."""
    refused: list[Any] = []

    def guarded(connect: Any) -> Any:
        def guard(client: socket.socket, address: Any) -> Any:
            if not _is_here(client, address):
                refused.append(address)
                raise PermissionError(f"A test must not use the network: {address}")
            return connect(client, address)

        return guard

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
    yield refused
    assert not refused, f"The test used the network: {refused}"


def _is_here(client: socket.socket, address: Any) -> bool:
    if client.family not in (socket.AF_INET, socket.AF_INET6):
        return True
    host = str(address[0])
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:  # a name: it would have to be looked up
        return False


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Lines as they are by default, but for errors: with every value of every frame, as they are
    drawn there, one takes seconds. Whatever a test sets up ends with it.
    """
    before = structlog.get_config()["processors"][:-1]
    structlog.configure([*before, ConsoleRenderer(exception_formatter=plain_traceback)])
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One server for all tests of a worker, started when the first one asks."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """One Valkey for all tests of a worker; a test that needs it empty flushes it."""
    with valkey() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table and no row."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Postgres) -> Iterator[str]:
    """The name of a database with every table and no row."""
    name = f"template_{os.getpid()}"  # workers may share a server of TEST_POSTGRES_URL
    postgres_server.execute(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    upgrade(postgres_server.database(name))
    yield name
    postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite file with every table and no row."""
    path = tmp_path / "polsbot.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: Postgres, postgres_template: str) -> Iterator[str]:
    """A fresh PostgreSQL database with every table and no row."""
    with postgres_server.copy(postgres_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with every table and no row, of each kind in turn."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    return str(request.getfixturevalue(fixture))


@pytest.fixture(scope="session")
def keys() -> Keys:
    """The keys of the test installation."""
    return Keys.from_text(generate_key())


@pytest.fixture
def writers() -> int:
    """How many transactions can be open at once on PostgreSQL: enough to get in each other's way.
    Tests with a crowd ask for four, as in production. It is not so everywhere, because each has a
    connection that learns every statement anew, for longer than most tests take.
    """
    return 2


@pytest.fixture
def database(database_url: str, keys: Keys, writers: int) -> Iterator[Database]:
    """The fresh database, open."""
    with closing(open_database(database_url, keys=keys, writers=writers)) as opened:
        yield opened
