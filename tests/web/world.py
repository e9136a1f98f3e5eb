"""A preview over a copy of the flows that a test may edit, and what a browser does with it."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientTimeout
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from bot.channels.local import LocalCarrier
from bot.cli.previewing import workbench
from bot.content.pseudo import with_pseudo
from bot.conversation.revisions import Content
from bot.conversation.service import Conversations
from bot.jobs.cards import draw_ahead
from bot.message import Channel
from bot.runtime import FastClock, Runtime
from bot.settings import Settings
from bot.store.database import Database
from bot.store.keys import generate_key
from bot.web.app import make_app
from bot.web.preview.routes import add_preview
from bot.web.preview.stage import Stage
from tests.conversation.test_receive import CONTENT, NOW, ROOT

HTTP = TestClient[Any, Any]
LEXICONS = CONTENT.lexicons
LIBRARY = with_pseudo(CONTENT.library)
PATIENCE = 20
"""Seconds that a feed may take: a wait that would be for ever fails its test instead."""


@dataclass
class World:
    """A preview over a copy of the flows that a test may edit."""

    http: HTTP
    stage: Stage
    flows: Path

    async def ask(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/preview/{path}", json=body)
        assert answer.status == 200, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found

    async def look(self, path: str, phone: str) -> dict[str, Any]:
        answer = await self.http.get(f"/preview/{path}", params={"phone": phone})
        assert answer.status == 200, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found

    async def start(self, **asked: str) -> str:
        body = {"flow": "klantmonitor/periodic", "language": "nl", "channel": "whatsapp"} | asked
        return str((await self.ask("start", **body))["phone"])

    async def say(self, phone: str, text: str, payload: str | None = None) -> None:
        await self.ask("say", phone=phone, text=text, payload=payload)

    async def screen(self, phone: str, until: str) -> list[dict[str, Any]]:
        """The lines on the screen up to the first that holds these words."""
        async with self.feed(phone) as feed:
            return await heard(feed, "line", until)

    async def draw(self, *languages: str) -> None:
        """Draw the cards of the periodic flow, so that they are there when they are needed."""
        content = self.stage.conversations.content
        study = content.library.studies["klantmonitor"]
        revision = study.flows["periodic"]
        narrow = replace(revision, flow=replace(revision.flow, languages=languages))
        studies = {study.name: replace(study, flows={"periodic": narrow})}
        library = replace(content.library, studies=studies)
        await draw_ahead(Content(library, content.lexicons, content.cards))

    def feed(self, phone: str) -> Any:
        return self.http.get("/preview/feed", params={"phone": phone})


async def heard(feed: ClientResponse, kind: str, until: str) -> list[dict[str, Any]]:
    """What the feed tells of this kind, up to the first that holds these words."""
    found: list[dict[str, Any]] = []
    name = ""
    async with asyncio.timeout(PATIENCE):
        while line := (await feed.content.readline()).decode():
            if line.startswith("event: "):
                name = line.removeprefix("event: ").strip()
            elif line.startswith("data: ") and name == kind:
                found.append(json.loads(line.removeprefix("data: ")))
                if until in json.dumps(found[-1], ensure_ascii=False):
                    return found
    raise AssertionError(f"the feed ended without {until!r}: {found}")


@asynccontextmanager
async def open_world(database: Database, folder: Path) -> AsyncIterator[World]:
    """The phone's server, with its files and pictures in this folder."""
    shutil.copytree(ROOT / "flows", folder / "flows")
    settings = Settings.model_construct(
        polsbot_studies=folder / "flows",
        polsbot_locales=ROOT / "locales",
        polsbot_assets=ROOT / "assets",
        polsbot_cards=folder / "cards",
        polsbot_key=SecretStr(generate_key()),
        public_url="",
    )
    local, clock = LocalCarrier(), FastClock.at(NOW)
    carriers = {Channel.LOCAL: local, Channel.SMS: local}
    runtime = Runtime(settings, database, LIBRARY, LEXICONS, carriers, local, clock)
    conversations = Conversations(runtime)
    bench = replace(workbench(settings), draw=_draw_nothing)
    stage = Stage(conversations, clock, bench)
    app = make_app(conversations)
    add_preview(app, stage)
    server = TestServer(app)
    async with TestClient(server, timeout=ClientTimeout(PATIENCE)) as http:
        yield World(http, stage, folder / "flows")


async def _draw_nothing(_: Content) -> int:
    return 0
