"""Makes the two pictures of README: the phone with Inspect, and a card."""

import asyncio
import sys
import tempfile
from contextlib import closing
from io import BytesIO
from pathlib import Path

from PIL import Image

from bot.store.database import open_database
from bot.store.keys import Keys, generate_key
from bot.store.migrations import upgrade
from tests.web.browser import CHROMIUM, MISSING, Screen, chromium, screen
from tests.web.world import open_world


async def shoot(folder: Path) -> None:
    """Answer three questions in Dutch and keep what is seen then."""
    with tempfile.TemporaryDirectory() as shelf:
        url = f"sqlite:///{shelf}/screenshots.db"
        upgrade(url)
        with closing(open_database(url, keys=Keys.from_text(generate_key()))) as database:
            async with open_world(database, Path(shelf)) as world, chromium() as browser:
                await world.draw("nl")
                async with screen(
                    browser, world, size=(1180, 800), flow="klantmonitor/periodic", lang="nl"
                ) as shown:
                    await _converse(shown)
                    (folder / "phone.png").write_bytes(_small(await shown.page.screenshot()))
                    address = await shown.page.locator("#chat img").last.get_attribute("src")
                    answer = await world.http.get(str(address))
                    (folder / "card.png").write_bytes(await answer.read())


async def _converse(shown: Screen) -> None:
    await shown.page.get_by_role("button", name="Ja, ik begin").click()
    await shown.newest("Hoeveel stress")
    await shown.choose("3 Best veel")
    await shown.newest("Hoe rustig")
    await shown.choose("2 ")
    await shown.newest("Geloof je")
    await shown.inspect("Flow")
    await shown.page.locator(".stop.current", has_text="hope").wait_for()
    await shown.pictures()


def _small(png: bytes) -> bytes:
    """The same with 256 colours, found in rounds so that a small bright spot keeps its own."""
    few = (
        Image.open(BytesIO(png))
        .convert("RGB")
        .quantize(256, Image.Quantize.MEDIANCUT, kmeans=5, dither=Image.Dither.NONE)
    )
    out = BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit(MISSING)
    docs = Path(sys.argv[1])
    docs.mkdir(parents=True, exist_ok=True)
    asyncio.run(shoot(docs))
