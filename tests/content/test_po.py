"""PO files come back as they were; every fault has its line."""

import pytest

from bot.content.po import PoEntry, PoFile, read_po, write_po

FILE = """\
# The words of a study.
# Spanish.
msgid ""
msgstr ""
"Language: es\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

# A translator says something.
#. Button: at most 20 characters.
#: flows/small/first.yaml:9
#: \u2068flows/my study/a.yaml\u2069:3
#, fuzzy, max-length:20
#| msgid "Ja, graag"
msgctxt "small.first.a.yes"
msgid "Ja"
msgstr "Sí, \\"claro\\""

msgctxt "small.first.b.say"
msgid ""
"Een\\n"
"twee\\\\n"
msgstr ""

#~ msgctxt "small.first.old.say"
#~ msgid "Oud"
#~ msgstr "Viejo"
"""


def test_a_file_comes_back_byte_for_byte() -> None:
    file, faults = read_po(FILE)

    assert faults == []
    assert write_po(file) == FILE


def test_an_entry_has_all_its_parts() -> None:
    first, second, old = read_po(FILE)[0].entries

    assert (first.text, first.previous, first.is_fuzzy) == ('Sí, "claro"', "Ja, graag", True)
    assert first.references[1] == "\u2068flows/my study/a.yaml\u2069:3"
    assert second.source == "Een\ntwee\\n"
    assert (old.context, old.text, old.is_obsolete) == ("small.first.old.say", "Viejo", True)


def test_line_ends_and_folded_texts_of_other_tools_are_read() -> None:
    folded = 'msgctxt "a.b"\r\nmsgid ""\r\n"Een lange "\r\n"tekst"\r\nmsgstr "x"\r\n'

    (entry,) = read_po(folded)[0].entries

    assert (entry.source, entry.text, entry.line) == ("Een lange tekst", "x", 2)


def test_every_character_survives() -> None:
    text = 'tab\t quote" back\\slash \u2068{pot}\u2069 \u200c\r\nline \\n'
    file = PoFile(entries=(PoEntry("a.b", text, text, previous=text),))

    assert read_po(write_po(file)) == (file, [])


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        ('msgctxt "a"\nmsgid "b"\n', 2, "no msgstr"),
        ('msgctxt "a"\nmsgstr "b"\n', 1, "no msgid"),
        ('msgid "b"\nmsgstr "a quote " inside"\n', 2, "a quote inside"),
        ('msgid "b"\nmsgstr "c:\\q"\n', 2, r"\q"),
        ('msgid "b"\nmsgstr "c"\n\nhello\n', 4, "neither a comment"),
        ('"loose"\n', 1, "belongs to no"),
        ('msgid "a"\nmsgid "b"\nmsgstr ""\n', 2, "two msgid"),
        ('msgctxt "a"\nmsgid "b"\nmsgstr ""\n\nmsgctxt "a"\nmsgid "c"\nmsgstr ""\n', 6, "twice"),
    ],
)
def test_a_fault_has_its_line(lines: str, line: int, said: str) -> None:
    fault = read_po(lines)[1][0]

    assert (fault.line, said in fault.message) == (line, True), fault
