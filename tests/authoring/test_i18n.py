"""Locale files follow the flows by msgctxt; nothing is guessed, nothing of a translator is lost."""

from pathlib import Path

import pytest

from bot.authoring.i18n.status import status_of
from bot.authoring.i18n.update import FaultyFilesError, added, templates, updates, write_all
from bot.content.library import Library, load_library
from bot.content.po import PoEntry, PoFile, read_po, write_po
from tests.content.studies import STUDY, make, steps

ROOT = Path(__file__).parents[2]
IN_ENGLISH = STUDY.replace("[nl]", "[nl, en]")
CALM = '  calm: {ask: "Ben je rustig?", type: text}\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The small study in Dutch and English, its English files begun and empty."""
    make(tmp_path, study=IN_ENGLISH, first=steps(CALM))
    update(tmp_path)
    return tmp_path


def opened(home: Path) -> Library:
    return load_library(home / "flows", home / "locales", home / "assets")


def update(home: Path) -> list[Path]:
    return list(write_all(updates(opened(home))))


def english(home: Path) -> Path:
    return home / "locales" / "en" / "LC_MESSAGES" / "small.po"


def entry(home: Path, key: str) -> PoEntry:
    file, faults = read_po(english(home).read_text())
    assert faults == []
    (found,) = [one for one in file.entries if one.context == key]
    return found


def translate(home: Path, before: str, after: str) -> None:
    text = english(home).read_text()
    assert before in text
    english(home).write_text(text.replace(before, after))


def test_a_new_text_comes_empty_with_its_limit_and_place(home: Path) -> None:
    start = entry(home, "small.first.invite.start")

    assert start.text == ""
    assert start.flags == ("max-length:20",)
    assert start.notes == ("Button: at most 20 characters.",)
    assert start.references == ("flows/small/first.yaml:7",)


def test_a_list_row_leaves_room_for_our_digit(home: Path) -> None:
    row = entry(home, "common.scales.how_much.1")

    assert "max-length:22" in row.flags
    assert "we add the digit" in row.notes[0]


def test_the_header_says_that_no_native_speaker_has_looked(home: Path) -> None:
    assert "# English. Not yet reviewed by a native speaker.\n" in english(home).read_text()


def test_nothing_is_written_when_nothing_changed(home: Path) -> None:
    assert update(home) == []


def test_a_changed_source_makes_the_translation_fuzzy_and_keeps_it(home: Path) -> None:
    translate(home, 'msgid "Ben je rustig?"\nmsgstr ""', 'msgid "Ben je rustig?"\nmsgstr "Calm?"')
    make(home, study=IN_ENGLISH, first=steps(CALM.replace("rustig", "boos")))

    update(home)

    calm = entry(home, "small.first.calm.ask")
    assert (calm.source, calm.text, calm.previous) == ("Ben je boos?", "Calm?", "Ben je rustig?")
    assert calm.is_fuzzy


def test_a_source_that_changes_back_stays_fuzzy_until_somebody_looks(home: Path) -> None:
    translate(home, 'msgid "Ben je rustig?"\nmsgstr ""', 'msgid "Ben je rustig?"\nmsgstr "Calm?"')
    for mood in ("boos", "rustig"):
        make(home, study=IN_ENGLISH, first=steps(CALM.replace("rustig", mood)))
        update(home)

    calm = entry(home, "small.first.calm.ask")
    assert (calm.is_fuzzy, calm.previous, calm.text) == (True, None, "Calm?")


def test_a_similar_text_is_never_taken_for_a_new_one(home: Path) -> None:
    translate(home, 'msgid "Ben je rustig?"\nmsgstr ""', 'msgid "Ben je rustig?"\nmsgstr "Calm?"')
    make(home, study=IN_ENGLISH, first=steps(CALM.replace("calm:", "peace:")))

    update(home)

    assert entry(home, "small.first.peace.ask").text == ""
    retired = entry(home, "small.first.calm.ask")
    assert (retired.is_obsolete, retired.text) == (True, "Calm?")


def test_a_text_that_comes_back_finds_its_translation(home: Path) -> None:
    translate(home, 'msgid "Ben je rustig?"\nmsgstr ""', 'msgid "Ben je rustig?"\nmsgstr "Calm?"')
    for name in ("peace:", "calm:"):
        make(home, study=IN_ENGLISH, first=steps(CALM.replace("calm:", name)))
        update(home)

    calm = entry(home, "small.first.calm.ask")
    assert (calm.text, calm.is_obsolete, calm.is_fuzzy) == ("Calm?", False, False)


def test_a_translators_comments_and_doubts_stay(home: Path) -> None:
    translate(
        home,
        'msgctxt "small.first.calm.ask"',
        '# I asked my aunt.\n#. Doubt: too hard?\nmsgctxt "small.first.calm.ask"',
    )

    update(home)

    calm = entry(home, "small.first.calm.ask")
    assert calm.comments == ("I asked my aunt.",)
    assert calm.notes[-1] == "Doubt: too hard?"


def test_a_broken_flow_takes_no_text_out_of_use(home: Path) -> None:
    before = english(home).read_text()
    make(home, study=IN_ENGLISH, first=steps("  calm: {aks: 'Ben je rustig?'}\n"))

    with pytest.raises(FaultyFilesError) as refused:
        update(home)

    assert "F001" in {one.code for one in refused.value.problems}
    assert english(home).read_text() == before


def test_a_po_file_that_cannot_be_read_is_not_written_over(home: Path) -> None:
    english(home).write_text('msgid "half')

    with pytest.raises(FaultyFilesError):
        update(home)

    assert english(home).read_text() == 'msgid "half'


def test_a_template_has_every_text_and_no_translation(home: Path) -> None:
    file, _ = read_po(templates(opened(home))["small"])

    assert "small.first.calm.ask" in {one.context for one in file.entries}
    assert not any(one.text for one in file.entries)


def test_the_status_counts_what_is_done_fuzzy_missing_and_too_long(home: Path) -> None:
    translate(home, 'msgid "Ben je rustig?"\nmsgstr ""', 'msgid "Ben je rustig?"\nmsgstr "Calm?"')
    long = "A very long word on a button"
    translate(home, 'msgid "Start"\nmsgstr ""', f'msgid "Start"\nmsgstr "{long}"')
    translate(
        home,
        '#, max-length:20\nmsgctxt "small.first.invite.later"\nmsgid "Nu niet"\nmsgstr ""',
        '#, fuzzy\nmsgctxt "small.first.invite.later"\nmsgid "Nu niet"\nmsgstr "Later"',
    )

    (row,) = [
        one for one in status_of(opened(home)) if (one.language, one.flow) == ("en", "small/first")
    ]

    assert (row.texts, row.done, row.fuzzy, row.missing, row.over) == (4, 2, 1, 1, 1)
    assert (row.percent, row.sms) == (50, 1)


def test_a_folder_named_by_another_tool_is_kept(tmp_path: Path) -> None:
    make(tmp_path, study=STUDY.replace("[nl]", "[nl, pt-BR]"), first=steps(CALM))
    (tmp_path / "locales" / "pt_BR").mkdir(parents=True)

    update(tmp_path)

    assert [path.name for path in (tmp_path / "locales").iterdir()] == ["pt_BR"]
    assert "pt-BR" in {row.language for row in status_of(opened(tmp_path))}
    assert update(tmp_path) == []


def test_the_locale_files_of_the_bot_have_every_text_and_say_so_in_their_header() -> None:
    library = load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets")

    rows = status_of(library)

    assert {row.language for row in rows} == {"nl", "en", "tr", "ar", "pl", "uk", "fa"}
    assert [row for row in rows if row.percent < 100 or row.over] == []
    heads = [path.read_text().split("msgid")[0] for path in ROOT.glob("locales/*/*/*.po")]
    assert len(heads) == 12
    assert all("Not yet reviewed by a native speaker." in head for head in heads)


def test_a_further_language_is_one_folder_and_no_code(tmp_path: Path) -> None:
    """What is tried is the way; the words are Dutch ones with a mark."""
    make(tmp_path, study=STUDY.replace("[nl]", "[nl, es]"), first=steps(CALM))
    for update in added(opened(tmp_path), "es"):
        file, _ = read_po(update.text or "")
        entries = [one_said(one) for one in file.entries]
        update.path.parent.mkdir(parents=True, exist_ok=True)
        update.path.write_text(write_po(PoFile(file.comments, file.header, tuple(entries))))

    library = opened(tmp_path)

    flow = library.studies["small"].flows["first"]
    assert flow.flow.languages == ("nl", "es")
    assert flow.texts["es"]["small.first.calm.ask"] == "es Ben je rustig?"
    assert library.own["es"]["polsbot.language.es"] == "Español"
    assert library.own["nl"]["polsbot.language.es"] == "Español"
    assert [one for one in library.problems if one.code.startswith("I")] == []


def one_said(entry: PoEntry) -> PoEntry:
    return PoEntry(entry.context, entry.source, f"es {entry.source}")
