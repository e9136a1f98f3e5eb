"""Small things, in process: one turn of the engine, one flow made ready."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import yaml  # type: ignore[import-untyped, unused-ignore]

from bot.content import words
from bot.content.compose import compose
from bot.content.library import Library, load_library
from bot.content.revision import dump_revision, load_revision
from bot.engine.advance import advance
from bot.engine.asking import Words, reply_question
from bot.engine.effects import Send
from bot.engine.events import Replied, Started
from bot.engine.replies.reading import Understood
from bot.engine.run import Run
from bot.engine.stored import dump_run, load_run
from bot.message import Channel


def middle(work: Callable[[], object], times: int) -> float:
    """The median time of a call, in microseconds."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return statistics.median(found) * 1e6


def paired(work: Callable[[], object], floor: Callable[[], object], times: int) -> float:
    """How often the median time of the floor goes into that of the work, call beside call."""
    found: list[list[float]] = [[], []]
    for _ in range(times):
        for one, spent in zip((work, floor), found, strict=True):
            begun = time.perf_counter()
            one()
            spent.append(time.perf_counter() - begun)
    return statistics.median(found[0]) / statistics.median(found[1])


def engine_turn() -> float:
    """Load the run, know the question, advance, compose the reply, dump: microseconds."""
    library = load_library(Path("flows"), Path("locales"), Path("assets"))
    revision = library.studies["klantmonitor"].flows["periodic"]
    texts = library.texts(revision)
    labels = Words({c: {**library.own[c], **revision.texts[c]} for c in revision.texts})
    run, _ = advance(revision.flow, Run("r", revision.hash, "p", "nl"), Started())
    run, _ = advance(revision.flow, run, Replied("m", Understood("start", "x"), "ja", "whatsapp"))
    stored = dump_run(run)

    def turn() -> None:
        before = load_run(stored)
        reply_question(revision.flow, before, labels, date(2026, 3, 2))
        event = Replied("m", Understood(3, "digit"), "3", "whatsapp")
        after, effects = advance(revision.flow, before, event)
        for effect in effects:
            if isinstance(effect, Send):
                compose(effect, Channel.WHATSAPP, "nl", texts, {}, lambda _: None)
        dump_run(after)

    return middle(turn, 3000)


def compiled_flow() -> tuple[float, float]:
    """A flow of 100 steps: ready from its file against PyYAML's C loader over the same files (the
    bot's own words are one of them), from its stored form against ``json.loads``.
    """
    steps = "".join(
        f'  s{n}:\n    ask: "Vraag {n}: hoe gaat het vandaag met je?"\n    choices:\n'
        + "".join(f'      {code}: "Antwoord {code} op vraag {n}"\n' for code in range(1, 6))
        for n in range(100)
    )
    text = f"flow: big\ntitle: Groot\nlanguage: nl\nsteps:\n{steps}"
    study = (
        "study: big\nsender_name: Team\nlanguages: [nl]\nchannels: [sms]\n"
        "waves:\n  only: {flow: big, after_intake: 0 days}\n"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "flows/big").mkdir(parents=True)
        (folder / "flows/big/study.yaml").write_text(study)
        (folder / "flows/big/big.yaml").write_text(text)
        (folder / "locales").mkdir()
        (folder / "assets/images").mkdir(parents=True)

        def ready() -> Library:
            return load_library(folder / "flows", folder / "locales", folder / "assets")

        texts = [path.read_text() for path in (*folder.glob("flows/*/*.yaml"), words.FILE)]

        def parsed() -> object:
            return [yaml.load(text, yaml.CSafeLoader) for text in texts]

        files = paired(ready, parsed, 15)
        stored = dump_revision(ready().studies["big"].flows["big"])
    return files, paired(lambda: load_revision(stored), lambda: json.loads(stored), 50)
