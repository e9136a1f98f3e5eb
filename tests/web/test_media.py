"""Cards and recordings are served to whoever knows the address, and nothing else is."""

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.content.recordings import Voices, read_recordings
from bot.web import media
from tests.content.sounds import OPUS, record


async def fetched(tmp_path: Path, path: str) -> tuple[int, bytes, str]:
    record(tmp_path, "nl/small/first.calm")
    recordings, _ = read_recordings(tmp_path / "audio")
    app = web.Application()
    app[media.FOLDER] = tmp_path / "cards"
    app[media.VOICES] = voices = Voices(recordings, b"secret", "")
    app.add_routes(media.media_routes())
    if path == "voice":
        path = voices.url(recordings["nl/small/first.calm"])
    async with TestClient(TestServer(app)) as client:
        answer = await client.get(path)
        return answer.status, await answer.read(), answer.headers.get("Content-Type", "")


async def test_a_recording_is_fetched_as_sound(tmp_path: Path) -> None:
    status, sound, kind = await fetched(tmp_path, "voice")

    assert (status, sound, kind) == (200, OPUS, "audio/ogg")


@pytest.mark.parametrize(
    "path", ["/media/" + "0" * 40 + ".ogg", "/media/first.calm.ogg", "/media/..%2fsecret.ogg"]
)
async def test_nothing_else_is_served(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.ogg").write_bytes(OPUS)

    assert (await fetched(tmp_path, path))[0] == 404
