"""Floor servers: the same rows and the same signature by hand, nothing of the bot's.

``python -m bench.floor PORT DATABASE [API]``: with an API the reply goes out by REST (floor D),
else it is ready when the answer is (floor B: SQLite, FULL, group commit; floor C: PostgreSQL).
"""

import asyncio
import hmac
import json
import queue
import sqlite3
import sys
import threading
import uuid
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import asyncpg
from aiohttp import web

from bench.common import pin, sign

TABLES = """
create table if not exists inbound (sid text primary key, address text, body text);
create table if not exists run (address text primary key, step integer, version integer);
create table if not exists answer (address text, step integer, value text);
create table if not exists outbox (id {serial}, address text, body text, state text);
create index if not exists open on outbox (state);
"""


class Sqlite:
    """One writer thread that commits what waits as a group."""

    def __init__(self, path: str) -> None:
        self.jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.path = path
        self.loop = asyncio.get_running_loop()
        threading.Thread(target=self.write, daemon=True).start()

    def write(self) -> None:
        db = sqlite3.connect(self.path, isolation_level=None)
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
        db.executescript(TABLES.format(serial="integer primary key"))
        while True:
            jobs = [self.jobs.get()]
            while not self.jobs.empty() and len(jobs) < 256:
                jobs.append(self.jobs.get())
            db.execute("begin immediate")
            done = [(future, function(db, *args)) for future, function, args in jobs]
            db.execute("commit")
            self.loop.call_soon_threadsafe(self.tell, done)

    def tell(self, done: list[tuple[Any, Any]]) -> None:
        for future, result in done:
            if not future.done():
                future.set_result(result)

    async def do(self, function: Any, *args: Any) -> Any:
        future = self.loop.create_future()
        self.jobs.put((future, function, args))
        return await future

    async def message(self, sid: str, address: str, body: str) -> tuple[int, str] | None:
        return await self.do(message, sid, address, body)

    async def sent(self, row: int) -> None:
        await self.do(sent, row)


def message(db: sqlite3.Connection, sid: str, address: str, body: str) -> tuple[int, str] | None:
    made = db.execute("insert or ignore into inbound values (?,?,?)", (sid, address, body))
    if not made.rowcount:
        return None
    row = db.execute("select step from run where address=?", (address,)).fetchone()
    step = (row[0] + 1) % 9 if row else 1
    db.execute(
        "insert into run values (?,?,1) on conflict (address) do update "
        "set step=?, version=version+1",
        (address, step, step),
    )
    db.execute("insert into answer values (?,?,?)", (address, step, body))
    reply = f"Question {step}? 1 2 3 4 5"
    out = db.execute(
        "insert into outbox (address, body, state) values (?,?,'queued') returning id",
        (address, reply),
    ).fetchone()
    return out[0], reply


def sent(db: sqlite3.Connection, row: int) -> None:
    db.execute("update outbox set state='sent' where id=?", (row,))


class Postgres:
    """asyncpg, statement by statement."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pool: Any = None

    async def open(self) -> None:
        self.pool = await asyncpg.create_pool(self.url, max_size=16)
        async with self.pool.acquire() as db:
            await db.execute(TABLES.format(serial="bigserial primary key"))

    async def message(self, sid: str, address: str, body: str) -> tuple[int, str] | None:
        async with self.pool.acquire() as db, db.transaction():
            made = await db.execute(
                "insert into inbound values ($1,$2,$3) on conflict do nothing", sid, address, body
            )
            if made.endswith(" 0"):
                return None
            step = await db.fetchval("select step from run where address=$1 for update", address)
            step = 1 if step is None else (step + 1) % 9
            await db.execute(
                "insert into run values ($1,$2,1) on conflict (address) do update "
                "set step=$2, version=run.version+1",
                address, step,
            )  # fmt: skip
            await db.execute("insert into answer values ($1,$2,$3)", address, step, body)
            reply = f"Question {step}? 1 2 3 4 5"
            row = await db.fetchval(
                "insert into outbox (address, body, state) values ($1,$2,'queued') returning id",
                address, reply,
            )  # fmt: skip
            return row, reply

    async def sent(self, row: int) -> None:
        async with self.pool.acquire() as db:
            await db.execute("update outbox set state='sent' where id=$1", row)


async def main(port: int, url: str, api: str | None) -> None:
    """Serve until killed."""
    pin(0)
    store: Any = Sqlite(url) if "://" not in url else Postgres(url)
    if isinstance(store, Postgres):
        await store.open()
    session = aiohttp.ClientSession()
    waiting: asyncio.Queue[tuple[int, str, str]] = asyncio.Queue()

    async def send() -> None:
        while True:
            row, address, reply = await waiting.get()
            data = {"To": address, "Body": reply, "token": uuid.uuid4().hex}
            async with session.post(f"{api}/send", data=data) as answer:
                json.loads(await answer.text())
            await store.sent(row)

    async def receive(request: web.Request) -> web.Response:
        pairs = parse_qsl((await request.read()).decode(), keep_blank_values=True)
        given = request.headers["X-Twilio-Signature"]
        if not hmac.compare_digest(sign(sorted(pairs)), given):
            return web.Response(status=403)
        fields = dict(pairs)
        out = await store.message(fields["MessageSid"], fields["From"], fields["Body"])
        if api and out:
            waiting.put_nowait((out[0], fields["From"], out[1]))
        said = f"<Message>{out[1]}</Message>" if out and not api else ""
        return web.Response(text=f"<Response>{said}</Response>", content_type="text/xml")

    senders = [asyncio.create_task(send()) for _ in range(32)] if api else []
    app = web.Application()
    app.router.add_post("/twilio/messages", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", len(senders), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None))
