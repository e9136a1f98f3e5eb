"""A small study in a folder, to be spoilt by the tests."""

from pathlib import Path

from bot.content.library import Library, load_library

STUDY = """\
study: small
sender_name: Team Klein
languages: [nl]
channels: [whatsapp, sms]
waves:
  first: {flow: first, after_intake: 0 days}
  again: {flow: again, every: 14 days, from: first, times: 26}
reminders: [{after: 1 day}, {after: 3 days, channel: other}]
close: 7 days
hours: {days: mon-sat, from: "10:00", to: "19:00", timezone: Europe/Amsterdam}
pause_after: 3 silent waves
not_understood: {tries: 2, then: skip}
reward: {when: completed, amount: 2 EUR, pay_out_every: 6 EUR, as: voucher}
duty: "+31612345678"
"""

FIRST = """\
flow: first
title: Eerste keer
language: nl
use: [common/scales, common/items]
invite:
  say: "Hoi {first_name}! Groet van {sender_name}. Doe je mee?"
  choices: {start: "Start", later: "Nu niet"}
steps:
  stress: {item: stress}
  why:
    if: stress >= 4
    ask: "Waarom?"
    type: text
  thanks:
    say: "Dank je, {first_name}. In je pot zit {pot} euro."
"""

AGAIN = """\
flow: again
title: Nog eens
language: nl
use: [common/scales, common/items]
invite:
  say: "Hoi {first_name}! Doe je weer mee?"
  choices: {start: "Start", later: "Nu niet"}
steps:
  turn:
    rotate: [stress, calm]
"""

SCALES = """\
bank: scales
language: nl
scales:
  how_much:
    picture: face
    choices: {1: "Geen", 2: "Beetje", 3: "Veel"}
"""

ITEMS = """\
bank: items
language: nl
items:
  stress: {ask: "Hoeveel stress heb je?", scale: how_much, pictures: stress}
  calm: {ask: "Hoeveel rust heb je?", scale: how_much}
"""

PICTURES = ("face-1", "face-2", "face-3", "stress-1", "stress-2", "stress-3", "pot")

BLANK = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256"/>'


def make(folder: Path, **changed: str) -> Path:
    """Write the study; ``first="…"`` puts another text in the place of first.yaml."""
    texts = {"study": STUDY, "first": FIRST, "again": AGAIN, "scales": SCALES, "items": ITEMS}
    for name, text in {**texts, **changed}.items():
        place = "common" if name in ("scales", "items") else "small"
        path = folder / "flows" / place / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    images = folder / "assets" / "images"
    images.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        (images / f"{picture}.svg").write_text(BLANK)
    return folder


def load(folder: Path, **changed: str) -> Library:
    """Write and load the study."""
    make(folder, **changed)
    return load_library(folder / "flows", folder / "locales", folder / "assets")


def steps(lines: str) -> str:
    """first.yaml with these lines, already indented, below ``steps:``."""
    return FIRST.partition("steps:\n")[0] + "steps:\n" + lines


def study(lines: str) -> str:
    """study.yaml with these keys in the place of its own."""
    return "".join({**_blocks(STUDY), **_blocks(lines)}.values())


def _blocks(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        key = key if line.startswith(" ") else line.partition(":")[0]
        found[key] = found.get(key, "") + line + "\n"
    return found


def codes(library: Library) -> list[str]:
    """The codes of all problems, in the order of files and lines."""
    return [problem.code for problem in library.problems]
