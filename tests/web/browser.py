"""A real Chromium, driven by playwright; it loads nothing but what this machine serves."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from playwright.async_api import Browser, Page, Request, Route, async_playwright

from tests.web.world import World

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = "Chromium is missing: apt-get install chromium"
IS_NEEDED = os.environ.get("CI") == "1"
LAPTOP = (1280, 800)
NARROW = (360, 740)
_PATIENCE = 30_000  # milliseconds


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """One browser, closed at the end."""
    assert CHROMIUM, MISSING
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], timeout=60_000
        )
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Screen:
    """The page with the phone. ``foreign`` is what it wanted of other machines, ``faults`` what
    its scripts complained about.
    """

    page: Page
    foreign: list[str]
    faults: list[str]

    async def newest(self, words: str) -> None:
        """Wait until a bubble of the bot holds these words."""
        await self.page.locator("#chat li.bot", has_text=words).last.wait_for()

    async def choose(self, row: str) -> None:
        """Open the newest list and tap a row."""
        await self.page.locator("#chat li.bot .taps button").last.click()
        await self.page.locator("#sheet-rows button", has_text=row).first.click()

    async def pictures(self) -> None:
        """Wait until every picture is there; fails if one is broken. (``wait_for_function`` looks
        a second time by ``eval``, which the page forbids.)
        """
        await self.page.evaluate(
            "Promise.all([...document.querySelectorAll('#chat img')].map((one) => one.decode()))"
        )

    async def inspect(self, tab: str) -> str:
        """Open a tab of Inspect; returns what it shows."""
        if await self.page.get_attribute("#inspect", "aria-expanded") == "false":
            await self.page.click("#inspect")
        await self.page.get_by_role("tab", name=tab, exact=True).click()
        await self.page.locator(f"#view[data-shows='tab-{tab.lower()}']").wait_for()
        return await self.page.inner_text("#view")


@asynccontextmanager
async def screen(
    browser: Browser, world: World, size: tuple[int, int] = LAPTOP, scale: float = 1, **query: str
) -> AsyncIterator[Screen]:
    """The phone in a window of this size."""
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        locale="nl-NL",
        reduced_motion="reduce",
        has_touch=size == NARROW,
    )
    context.set_default_timeout(_PATIENCE)
    page = await context.new_page()
    found = Screen(page, [], [])

    async def watch(route: Route, request: Request) -> None:
        if urlsplit(request.url).hostname in ("127.0.0.1", "localhost"):
            await route.continue_()
        else:
            found.foreign.append(request.url)
            await route.abort()

    await context.route("**/*", watch)
    page.on("console", lambda one: found.faults.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: found.faults.append(str(error)))
    try:
        await page.goto(f"{world.http.make_url('/preview')}?{urlencode(query)}")
        await page.locator("#chat li").first.wait_for()
        yield found
    finally:
        await context.close()
