"""The tests' own servers start, answer, and end with the process that started them."""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
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
    path = url.removeprefix("unix://")
    with socket.socket(socket.AF_UNIX) as valkey, os.fdopen(os.pidfd_open(int(server))) as postgres:
        valkey.connect(path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        holder.stdout.close()

        try:
            for end in (valkey, postgres):  # each can be read when its server has ended
                assert select.select([end], [], [], 20)[0] == [end]
        finally:
            for left in (folder, path.rpartition("/")[0]):
                shutil.rmtree(left)


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
