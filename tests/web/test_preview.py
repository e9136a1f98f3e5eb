"""The phone in the browser over real HTTP, on both databases."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.authoring.transcripts import play
from bot.channels.local import LocalCarrier
from bot.cli.previewing import beginning
from bot.content.library import load_library
from bot.content.recordings import read_recordings
from bot.conversation.midway import days_before
from bot.conversation.revisions import Content
from bot.conversation.service import Conversations
from bot.engine.flow import RunStatus
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store.database import Database
from bot.web.app import make_app
from bot.web.preview.acts import settled
from bot.web.preview.files import read_again
from tests.content.sounds import record
from tests.conversation.test_receive import CONTENT, NOW, ROOT
from tests.web.world import LEXICONS, LIBRARY, World, heard, open_world


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database, tmp_path) as opened:
        yield opened


async def test_a_whole_questionnaire_is_answered_on_the_phone(world: World) -> None:
    phone = await world.start()
    (invitation,) = await world.screen(phone, "Nu niet")
    await world.say(phone, "Ja, ik begin", invitation["buttons"][0]["id"])
    for _ in range(7):
        await world.say(phone, "2")

    await world.screen(phone, "2 euro")
    cells = dict((await world.look("row", phone))["cells"])

    assert cells["status"] == RunStatus.COMPLETED
    assert cells["stress"] == "2"
    assert "consent" not in cells


async def test_an_sms_is_plain_numbered_text_with_its_parts(world: World) -> None:
    phone = await world.start(channel="sms", language="en")
    await world.say(phone, "yes")

    question = (await world.screen(phone, "\\n1 "))[-1]

    assert question["channel"] == "sms"
    assert question["parts"] == 1
    assert "buttons" not in question


async def test_a_day_brings_the_reminder(world: World) -> None:
    phone = await world.start()
    await world.screen(phone, "Nu niet")

    await world.ask("wait", phone=phone, hours=25)
    await settled(world.stage, world.stage.phones[phone])

    lines = world.stage.phones[phone].lines
    assert [line["kind"] for line in lines] == ["bot", "note", "bot"]
    assert lines[0]["body"] == lines[2]["body"]


async def test_a_start_in_the_night_goes_on_to_decent_hours(world: World) -> None:
    await world.ask("wait", phone=await world.start(), hours=14)

    lines = await world.screen(await world.start(), "Ja, ik begin")

    assert [line["kind"] for line in lines] == ["bot"]
    now = world.stage.clock().astimezone(ZoneInfo("Europe/Amsterdam"))
    assert (now.day, now.hour) in ((3, 10), (3, 11)), "at a time of their own in the morning"


async def test_no_reply_goes_on_until_the_wave_is_closed(world: World) -> None:
    phone = await world.start()
    await world.screen(phone, "Nu niet")
    statuses = []
    for _ in range(4):
        await world.ask("silence", phone=phone)
        statuses.append((await world.look("steps", phone))["status"])

    assert statuses == ["waiting", "waiting", "expired", "expired"]


async def test_silence_is_told_once_and_above_what_comes_of_it(world: World) -> None:
    phone = await world.start()
    await world.screen(phone, "Nu niet")
    await world.say(phone, "ja")
    await world.screen(phone, "stress")

    await world.ask("silence", phone=phone)
    lines = await world.screen(phone, "verder")

    told = [place for place, line in enumerate(lines) if line["kind"] == "note"]
    assert told == [3]
    assert lines[told[0]]["silence"] == 3


async def test_a_failed_whatsapp_message_is_shown_and_comes_by_sms(world: World) -> None:
    phone = await world.start()
    await world.screen(phone, "Nu niet")

    told = await world.ask("fail", phone=phone)
    await world.say(phone, "ja")
    lines = await world.screen(phone, "63024")

    assert "63024" in told["told"]
    kinds = [(line["kind"], line.get("channel")) for line in lines if line["kind"] != "mine"]
    assert ("lost", "local") in kinds


async def test_the_wire_shows_the_providers_fields(world: World) -> None:
    phone = await world.start()
    await world.screen(phone, "Nu niet")

    (message,) = (await world.look("wire", phone))["messages"]

    fields = dict(message["fields"])
    assert message["request"].startswith("POST https://api.twilio.com/")
    assert fields["From"].startswith("whatsapp:+")
    assert "Ja, ik begin" in json.loads(fields["ContentVariables"])["2"]
    assert "/twilio/statuses/" in fields["StatusCallback"]


async def test_the_flow_shows_the_open_step_and_why_another_was_skipped(world: World) -> None:
    phone = await world.start(at="wellbeing")
    await world.screen(phone, "Hoe voel je je nu")

    steps = {step["name"]: step for step in (await world.look("steps", phone))["steps"]}

    assert steps["wellbeing"]["state"] == "current"
    assert steps["stress"]["value"].startswith("1 (")
    assert "wave" in steps["confidence"]["when"]


@pytest.mark.parametrize("step", ["hope", "helped", "future", "money_know"])
async def test_the_address_leads_to_its_step(world: World, step: str) -> None:
    phone = await world.start(at=step)

    async with world.feed(phone) as feed:
        found = await heard(feed, "run", f'"{step}"')

    assert found[-1]["step"] == step


@pytest.mark.parametrize("language", ["fa", "uk"])
async def test_the_way_to_a_step_keeps_the_language(world: World, language: str) -> None:
    phone = await world.start(flow="klantmonitor/baseline", language=language, at="may_stop")

    async with world.feed(phone) as feed:
        found = await heard(feed, "run", '"may_stop"')

    assert found[-1]["language"] == language


async def test_a_phone_that_cannot_go_on_is_told_so_and_no_other(world: World) -> None:
    dutch, polish = await world.start(), await world.start(language="pl")
    file = world.flows / "klantmonitor/periodic.yaml"
    file.write_text(file.read_text().replace("Wordt er naar je geluisterd?", "Luistert men?"))
    async with world.feed(dutch) as one, world.feed(polish) as other:
        await heard(one, "run", "invite")
        await heard(other, "run", "invite")

        await read_again(world.stage)

        assert "pl" in (await heard(other, "broken", "complete"))[-1]["told"]
        assert (await heard(one, "again", "phone"))[-1]["broken"] == ""
    assert world.stage.broken == ""


async def test_made_up_languages_can_be_tried_but_not_kept(world: World) -> None:
    for language in ("en-XA", "ar-XB"):
        phone = await world.start(language=language)
        (line,) = await world.screen(phone, "buttons")
        assert len({tap["title"] for tap in line["buttons"]}) == 2
        answer = await world.http.post(
            "/preview/keep", json={"phone": phone, "name": "made_up", "why": ""}
        )
        assert answer.status == 409


async def test_a_kept_conversation_is_a_test_that_passes(world: World) -> None:
    phone = await world.start()
    (invitation,) = await world.screen(phone, "Nu niet")
    await world.say(phone, "Ja, ik begin", invitation["buttons"][0]["id"])
    await world.say(phone, "blauw")
    await world.say(phone, "3")
    await world.say(phone, "weet niet")
    await world.screen(phone, "Geloof je")
    await world.ask("silence", phone=phone)
    await world.ask("wait", phone=phone, hours=24)

    told = {"phone": phone, "name": "kept_here", "why": "Why\nnot"}
    kept = await world.ask("keep", **told)

    file = world.flows / "klantmonitor/tests/kept_here.chat"
    assert Path(kept["file"]) == file
    text = file.read_text()
    assert text.startswith("# Why not\nstart nl whatsapp periodic\n")
    assert "< [Ja, ik begin]" in text
    assert "= stress: 3" in text
    library = load_library(world.flows, ROOT / "locales", ROOT / "assets")
    assert play(file, library, LEXICONS) == []
    again = await world.http.post("/preview/keep", json=told)
    assert again.status == 409
    assert file.read_text() == text


async def test_a_conversation_that_was_listened_to_is_kept_without_the_sound(
    world: World, tmp_path: Path
) -> None:
    record(tmp_path, "nl/common/items.stress")
    recordings, _ = read_recordings(tmp_path / "audio")
    content = world.stage.conversations.content
    content.renew(replace(LIBRARY, recordings=recordings), LEXICONS, content.cards)
    phone = await world.start()
    await world.screen(phone, "Nu niet")
    await world.say(phone, "ja")
    offer = (await world.screen(phone, "listen-offer"))[-1]["buttons"][0]
    await world.say(phone, offer["title"], offer["id"])
    await world.screen(phone, "audio")
    await world.say(phone, "3")
    await world.screen(phone, "Hoe rustig")

    await world.ask("keep", phone=phone, name="listened", why="")

    file = world.flows / "klantmonitor/tests/listened.chat"
    assert offer["title"] not in file.read_text()
    assert play(file, LIBRARY, LEXICONS) == []


@pytest.mark.parametrize("name", ["../x", "/tmp/x", "a/b", "", "A", "x.chat", "é"])
async def test_a_test_is_kept_nowhere_else(world: World, name: str) -> None:
    phone = await world.start()

    answer = await world.http.post("/preview/keep", json={"phone": phone, "name": name})

    assert answer.status == 400
    assert "letters" in await answer.text()


async def test_a_saved_file_keeps_the_conversation_up_to_the_changed_step(world: World) -> None:
    phone = await world.start(at="helped")
    file = world.flows / "klantmonitor/periodic.yaml"
    file.write_text(file.read_text().replace("Wordt er naar je geluisterd?", "Luistert men?"))
    async with world.feed(phone) as feed:
        await heard(feed, "run", "helped")

        await read_again(world.stage)
        fresh = (await heard(feed, "again", "phone"))[-1]["phone"]

    lines = await world.screen(fresh, "Luistert men?")
    assert [line["body"] for line in lines if line["kind"] == "mine"] == [
        "Ja, ik begin", "1 Geen", "1 Helemaal niet", "1 Helemaal niet",
    ]  # fmt: skip
    assert phone not in world.stage.phones


async def test_a_faulty_file_leaves_the_conversation_as_it_was(world: World) -> None:
    phone = await world.start()
    file = world.flows / "klantmonitor/periodic.yaml"
    file.write_text(file.read_text().replace("steps:", "stepz:"))

    await read_again(world.stage)

    assert "periodic.yaml" in world.stage.broken
    assert phone in world.stage.phones


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"flow": 3}', b'{"flow": "../x"}'])
async def test_a_wrong_request_is_refused_with_a_sentence(world: World, body: bytes) -> None:
    answer = await world.http.post("/preview/start", data=body)

    assert answer.status in (400, 404)
    assert await answer.text()


async def test_the_page_and_its_parts_are_there_without_a_network(world: World) -> None:
    answer = await world.http.get("/preview")
    page = await answer.text()

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    folder = ROOT / "bot/web/preview/static"
    for path in folder.iterdir():
        assert (await world.http.get(f"/preview/static/{path.name}")).status == 200
        assert not re.search(r"https?://|\bstyle=|\bon[a-z]+=\"", path.read_text())
    assert "phone.js" in page


async def test_an_open_feed_does_not_keep_the_server_from_stopping(world: World) -> None:
    phone = await world.start()
    async with world.feed(phone) as feed:
        await heard(feed, "line", "Nu niet")

        async with asyncio.timeout(5) as patience:
            await world.http.server.close()
            await feed.content.read()  # to its end
    assert not patience.expired()


async def test_another_page_or_name_gets_nothing(world: World) -> None:
    foreign = {"Origin": "https://example.org"}
    elsewhere = {"Host": "phone.example.org"}

    assert (await world.http.post("/preview/start", json={}, headers=foreign)).status == 403
    assert (await world.http.get("/preview", headers=elsewhere)).status == 403
    assert (await world.http.get("/healthz", headers=elsewhere)).status == 200


async def test_without_a_stage_there_is_no_phone(database: Database) -> None:
    local = LocalCarrier()
    settings = Settings.model_construct(polsbot_key=None)
    runtime = Runtime(settings, database, CONTENT.library, LEXICONS, {}, local)
    async with TestClient(TestServer(make_app(Conversations(runtime)))) as http:
        assert (await http.get("/preview")).status == 404
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await http.get(path)).status == 200


def test_content_that_is_renewed_speaks_the_new_words() -> None:
    content = Content(CONTENT.library, LEXICONS)
    revision = LIBRARY.studies["klantmonitor"].flows["periodic"]

    content.renew(LIBRARY, LEXICONS, None)

    assert "en-XA" in content.words(revision).texts


async def test_the_next_wave_opens_when_the_phone_began_with_a_later_flow(world: World) -> None:
    phone = await world.start(flow="klantmonitor/periodic")
    await world.screen(phone, "Nu niet")
    world.stage.clock.ahead += beginning([LIBRARY.studies["klantmonitor"]]) - world.stage.clock()
    later = await world.start(flow="klantmonitor/periodic")
    await world.screen(later, "Nu niet")
    await world.say(later, "ja")
    for _ in range(7):
        await world.say(later, "2")
    await world.screen(later, "2 euro")

    for _ in range(14):
        await world.ask("wait", phone=later, hours=24)

    run = await settled(world.stage, world.stage.phones[later])
    assert run is not None
    assert (run.wave, run.status) == (2, RunStatus.WAITING)
    assert "Nu niet" in str(world.stage.phones[later].lines[-1])


async def test_who_begins_in_the_middle_counts_as_someone_who_came_so_far(world: World) -> None:
    study = LIBRARY.studies["klantmonitor"]

    assert days_before(study, "periodic", 3) == timedelta(days=42)
    assert days_before(study, "baseline", 1) == timedelta()
    assert days_before(study, "nothing", 1) is None


async def test_a_message_that_is_tried_again_does_not_wait_for_decent_hours(world: World) -> None:
    phone = await world.start()
    row = SimpleNamespace(
        id=1, state="queued", purpose="reply", code="63018", form=None, not_before=NOW
    )
    opening = SimpleNamespace(
        id=2, state="queued", purpose="opening", code=None, form=None, not_before=NOW
    )
    shown = world.stage.phones[phone]
    shown.lose(row)
    shown.lose(opening)

    told = [line["body"] for line in shown.lines if line["kind"] == "note"]
    assert told[0].startswith("A message is tried again on")
    assert told[1].startswith("A message waits for decent hours")
