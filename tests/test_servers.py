"""The tests' own servers start, answer, and end with the process that started them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import Any

import psycopg
import pytest
import redis

from tests.servers import Postgres

HOLD = """
import time
from tests.servers import postgres, valkey
with postgres() as server, valkey() as url:
    print(server.process.pid, server.folder, url, flush=True)
    time.sleep(600)
"""


def test_postgres_and_valkey_answer(postgres_server: Postgres, valkey_url: str) -> None:
    with psycopg.connect(postgres_server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    client = redis.Redis.from_url(valkey_url)
    assert client.ping()
    client.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process follow its parent")
def test_servers_end_when_their_process_is_killed() -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    server, folder, url = holder.stdout.readline().split()
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()

    try:
        _wait_until_both_have_ended(int(server), url)
    finally:
        for left in (folder, url.removeprefix("unix://").rpartition("/")[0]):
            shutil.rmtree(left)


def _wait_until_both_have_ended(server: int, url: str) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and (_alive(server) or _listens(url)):
        os.sched_yield()
    assert not _alive(server)
    assert not _listens(url)


def _alive(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _listens(url: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(url.removeprefix("unix://")) == 0


def test_the_network_is_refused_even_if_the_refusal_is_swallowed(no_network: list[Any]) -> None:
    with socket.socket() as client, pytest.raises(PermissionError, match="network"):
        client.connect(("192.0.2.1", 80))
    assert no_network == [("192.0.2.1", 80)]  # with this the fixture fails the test
    no_network.clear()


def test_loopback_is_allowed() -> None:
    with socket.socket() as listening, socket.socket() as client:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        client.connect(listening.getsockname())
