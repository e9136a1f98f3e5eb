"""The phone in a real Chromium: a whole flow, right to left, by keyboard, on a narrow screen."""

import wave
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.authoring.transcripts import play
from bot.content.library import load_library
from bot.content.recordings import read_recordings
from bot.store.database import Database
from tests.content.sounds import record
from tests.conversation.test_receive import ROOT
from tests.web.browser import CHROMIUM, IS_NEEDED, LAPTOP, MISSING, NARROW, Screen, chromium, screen
from tests.web.world import LEXICONS, World, open_world

PERIODIC = "klantmonitor/periodic"
BELOW_THE_EDGE = """new Promise((told) => {
    const chat = document.getElementById("chat");
    const look = () => told(chat.scrollHeight - chat.scrollTop - chat.clientHeight);
    requestAnimationFrame(() => requestAnimationFrame(look));  // once it is drawn
})"""
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
BESIDE_ITS_MARK = """(stop) => {
    const name = stop.querySelector("b").getBoundingClientRect();
    const mark = getComputedStyle(stop, "::after");
    const [top, edge, height] = [mark.top, mark.borderTopWidth, mark.height].map(parseFloat);
    const middle = stop.getBoundingClientRect().top + top + edge + height / 2;
    return Math.abs(middle - name.top - name.height / 2);
}"""
"""How many pixels the dot of a step is off its name."""
WORDS = {
    "nl": ("Ja, ik begin", "Overslaan", "Dank je wel"),
    "ar": ("نعم، أبدأ", "تخطي", "شكرا"),
}
"""The button that begins, the row that skips, and the thanks."""

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),  # in which the browser lives
    pytest.mark.skipif(CHROMIUM is None and not IS_NEEDED, reason=MISSING),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest_asyncio.fixture(loop_scope="module")
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database, tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all: each test has a window of its own, which knows nothing of the others."""
    async with chromium() as opened:
        yield opened


def assert_fine(shown: Screen) -> None:
    assert not shown.foreign
    assert not shown.faults


async def asked(shown: Screen, count: int) -> None:
    """Wait until so many questions with a list were asked."""
    await shown.page.locator(".taps button", has_text="☰").nth(count - 1).wait_for()


@pytest.mark.parametrize(("language", "size"), [("nl", LAPTOP), ("ar", NARROW)])
async def test_a_whole_questionnaire_is_answered_with_its_cards(
    world: World, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    await world.draw(language)
    begin, skip, thanks = WORDS[language]
    async with screen(browser, world, size, flow=PERIODIC, lang=language) as shown:
        page = shown.page
        await page.get_by_role("button", name=begin).click()
        for number, row in enumerate(["3", "1", "5", skip, "2", "4"], start=1):
            await asked(shown, number)
            await shown.choose(row)
        await asked(shown, 7)
        await page.fill("#text", "٣" if language == "ar" else "3")
        await page.keyboard.press("Enter")
        await shown.newest(thanks)
        await shown.pictures()

        assert await page.locator("#chat img").count() == 8  # seven cards and the pot
        assert await page.get_attribute(".phone", "dir") == ("rtl" if language == "ar" else "ltr")
        assert not await page.evaluate(TOO_WIDE)
        answers = await shown.inspect("Answers")
        assert "completed" in answers
        assert "stress\t3" in answers
        steps = await shown.inspect("Flow")
        assert "listened" in steps
        assert "no answer" in steps
        assert "skipped" in steps  # the six others whose turn is in another wave
        assert await page.locator(".stop").first.evaluate(BESIDE_ITS_MARK) < 2
        assert_fine(shown)


async def test_everything_is_done_by_keyboard(world: World, browser: Browser) -> None:
    async with screen(browser, world, flow=PERIODIC, lang="nl") as shown:
        page, press = shown.page, shown.page.keyboard.press
        assert await page.evaluate("document.activeElement.id") == "text"
        for key in ("Shift+Tab", "Shift+Tab", "Shift+Tab", "Enter"):  # photo, later, start
            await press(key)
        await asked(shown, 1)
        await press("Tab")
        await page.locator(".taps button", has_text="☰").focus()
        await press("Enter")
        assert await page.evaluate("document.activeElement.textContent") == "1 Geen"
        await press("Escape")
        assert await page.evaluate("document.activeElement.textContent") == "☰ Kies"
        for key in ("Enter", "ArrowDown", "ArrowDown", "Enter"):
            await press(key)
        await page.locator("#chat .mine", has_text="3 Best veel").wait_for()
        await asked(shown, 2)
        await page.locator("#inspect").focus()
        await press("Enter")
        await page.locator("#tab-answers").focus()
        await press("ArrowRight")
        await page.locator("#view .current", has_text="calm").wait_for()
        assert_fine(shown)


async def test_what_goes_wrong_can_be_tried(world: World, browser: Browser) -> None:
    async with screen(browser, world, flow=PERIODIC, lang="nl") as shown:
        page = shown.page
        await page.click("#old")
        await page.locator("#banner", has_text="no older message").wait_for()
        await page.get_by_role("button", name="Ja, ik begin").click()
        await asked(shown, 1)
        await shown.choose("3 Best veel")
        await asked(shown, 2)
        await page.fill("#text", "xyz")
        await page.keyboard.press("Enter")
        await shown.newest("Sorry, dat begrijp ik niet.")
        await page.click("#old")  # of the question before, not of this one that is asked again
        await page.locator("#chat .mine", has_text="1 Geen").wait_for()
        await page.click("#fail")
        await page.locator("#banner", has_text="will not arrive").wait_for()
        assert await page.evaluate(BELOW_THE_EDGE) < 2  # the banner hides nothing of what was said
        await page.fill("#text", "4")
        await page.keyboard.press("Enter")
        await page.locator("#chat .lost", has_text="63024").wait_for()
        await page.click("#silence")
        await page.locator("#chat .note", has_text="Geen antwoord: ").wait_for()
        await page.click("#day")
        await page.locator("#chat .note", has_text="+1 dag").wait_for()
        await page.click("#restart")
        await page.locator("#chat .note").first.wait_for(state="detached")
        await page.get_by_role("button", name="Ja, ik begin").wait_for()
        assert_fine(shown)


async def test_a_test_is_saved_from_the_phone(world: World, browser: Browser) -> None:
    async with screen(browser, world, flow=PERIODIC, lang="nl") as shown:
        page = shown.page
        await page.get_by_role("button", name="Ja, ik begin").click()
        await asked(shown, 1)
        await page.click("#keep")
        assert await page.get_attribute("#keeping-name", "title")  # says what a name looks like
        await page.fill("#keeping-name", "from_the_phone")
        await page.keyboard.press("Enter")
        await page.locator("#banner", has_text="from_the_phone.chat").wait_for()
        assert_fine(shown)

    file = world.flows / "klantmonitor/tests/from_the_phone.chat"
    library = load_library(world.flows, ROOT / "locales", ROOT / "assets")
    assert play(file, library, LEXICONS) == []


async def test_a_saved_file_is_seen_at_once(world: World, browser: Browser) -> None:
    async with screen(browser, world, flow=PERIODIC, lang="nl", at="listened") as shown:
        await shown.newest("Wordt er naar je geluisterd?")
        file = world.flows / "klantmonitor/periodic.yaml"
        words = file.read_text().replace("Wordt er naar je geluisterd?", "Luistert men?")

        file.write_text(words)

        await shown.newest("Luistert men?")
        await shown.page.locator("#banner", has_text="files were saved").wait_for()
        assert await shown.page.locator("#chat .mine").count() == 4
        assert_fine(shown)


@pytest.mark.parametrize("language", ["nl", "ar", "en-XA", "ar-XB"])
async def test_all_is_within_reach_on_a_narrow_screen(
    world: World, browser: Browser, language: str
) -> None:
    async with screen(browser, world, NARROW, flow=PERIODIC, lang=language) as shown:
        page = shown.page
        await page.locator(".taps button").first.click()
        await asked(shown, 1)
        for place in await page.locator(":is(button,select,input):visible").all():
            box = await place.bounding_box()
            assert box is not None
            if await place.get_attribute("type") != "radio":  # its words are what is tapped
                assert box["height"] >= 24
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= NARROW[0]
        await page.locator(".taps button").last.click()
        assert await page.locator("#sheet-rows button").count() == 6
        await page.locator("#sheet-close").click()
        for tab in ("Answers", "Flow", "Wire", *(["Problems"] if language == "nl" else [])):
            assert await shown.inspect(tab)
            assert not await page.evaluate(TOO_WIDE)
            assert not await page.locator("#view").evaluate(
                "(one) => one.scrollWidth > one.clientWidth"
            )
        assert_fine(shown)


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("nl", "Typ een bericht", "maandag"),
        ("tr", "Mesaj yaz", "Pazartesi"),
        ("ar", "نص الرسالة", "الاثنين"),
        ("fa", "پیام بنویسید", "دوشنبه"),
    ],
)
async def test_the_phone_itself_speaks_the_language_of_the_talk(
    world: World, browser: Browser, language: str, words: str, day: str
) -> None:
    async with screen(browser, world, flow=PERIODIC, lang=language) as shown:
        await shown.page.locator("#clock", has_text=day).wait_for()
        await shown.page.click("#day")

        assert await shown.page.get_attribute("#text", "placeholder") == words
        note = await shown.page.locator("#chat .note").first.inner_text()
        clock = await shown.page.inner_text("#clock")
        assert "day" not in note
        assert {one for one in f"{note}{clock}" if one.isdigit()} <= set("0123456789")
        assert_fine(shown)


async def test_sms_is_plain_and_counts_its_parts(world: World, browser: Browser) -> None:
    async with screen(browser, world, flow=PERIODIC, lang="ar", channel="sms") as shown:
        await shown.page.locator(".parts.many").wait_for()

        assert await shown.page.locator(".taps, #chat img").count() == 0
        assert_fine(shown)


SHOW_VOICE = """async (audio) => (await import("/preview/static/screen.js"))
    .show({kind: "bot", channel: "local", body: "", audio})"""


async def test_a_voice_note_is_played(world: World, browser: Browser) -> None:
    silence = BytesIO()
    with wave.open(silence, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(2 * 8000 * 2))  # two seconds
    async with screen(browser, world, flow=PERIODIC, lang="nl") as shown:
        await shown.page.route(
            "**/media/two-seconds",
            lambda route: route.fulfill(body=silence.getvalue(), content_type="audio/wav"),
        )
        await shown.page.evaluate(SHOW_VOICE, "/media/two-seconds")
        await shown.page.locator(".voice time", has_text="0:02").wait_for()
        await shown.page.get_by_role("button", name="Luister naar de vraag").click()
        await shown.page.get_by_role("button", name="Pauze").wait_for()
        await shown.page.locator(".voice time", has_text="0:00").wait_for()
        assert_fine(shown)


async def test_a_recording_that_cannot_be_played_says_so(
    world: World, browser: Browser, tmp_path: Path
) -> None:
    record(tmp_path, "nl/small/first.calm")  # looks like a recording, and holds no sound
    recordings, _ = read_recordings(tmp_path / "audio")
    voices = world.stage.conversations.content.voices
    assert voices is not None
    voices.renew(recordings)
    address = voices.url(recordings["nl/small/first.calm"])
    async with screen(browser, world, flow=PERIODIC, lang="nl") as shown:
        async with shown.page.expect_response(f"**{address}") as heard:
            await shown.page.evaluate(SHOW_VOICE, address)

        assert (await heard.value).ok
        await shown.page.locator(".voice", has_text="Geen geluid").wait_for()
        assert_fine(shown)
