"""For researchers and translators: check, explain, try, score."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import fail, said
from bot.cli.folders import Assets, Flows, Locales, Studies


def check(
    flows: Studies,
    locales: Locales,
    assets: Assets,
    form: Annotated[str, typer.Option("--format", help="text, github, json or sarif")] = "text",
) -> None:
    """Find every fault of the flow and locale files at once."""
    from bot.authoring.check import check as check_files
    from bot.authoring.check.render import FORMATS, failed, render

    if form not in FORMATS:
        raise fail(f"There is no format {form}. Use one of: {', '.join(FORMATS)}.")
    if not flows.is_dir():
        raise fail(f"{flows} is no folder. Give the folder that holds your studies.")
    problems = check_files(flows, locales, assets)
    print(render(problems, form))
    raise typer.Exit(failed(problems))


def explain(code: Annotated[str, typer.Argument(help="Such as F003.")]) -> None:
    """Say what a problem's code means, with a wrong and a right example."""
    from bot.authoring.check import explain as explaining

    try:
        print(explaining.explain(code))
    except explaining.UnknownRuleError as error:
        raise fail(error) from error


def try_flow(
    flows: Flows,
    locales: Locales,
    assets: Assets,
    flow: Annotated[str, typer.Argument(help="study/flow")] = "klantmonitor/periodic",
    language: Annotated[str | None, typer.Option("--lang", help="Default: the flow's.")] = None,
    sms: Annotated[bool, typer.Option("--sms", help="As text messages.")] = False,
) -> None:
    """Chat with a flow in the terminal; nothing is sent or kept. [Label] taps.

    /later 3d lets time pass, /fail loses the next message, /lang tr changes the language, /save
    NAME keeps the conversation as a test.
    """
    from bot.cli.terminal import chat

    folders = (flows, locales, assets)
    raise typer.Exit(chat(folders, flow, language, "sms" if sms else "whatsapp"))


def score(
    file: Annotated[Path, typer.Argument(help="A corpus of replies (YAML).")],
    locales: Locales,
    as_json: Annotated[bool, typer.Option("--json", help="Figures and misses as JSON.")] = False,
) -> None:
    """Read a corpus of replies and say how well they are understood."""
    from bot.authoring import score as scoring
    from bot.authoring.corpus import CorpusError
    from bot.content.lexicon import LexiconError, load_lexicons

    try:
        found = scoring.score(file, load_lexicons(locales))
    except (CorpusError, LexiconError, OSError) as error:
        raise fail(said(error)) from error
    print(scoring.score_json(found) if as_json else scoring.print_score(found))
    sys.stdout.flush()
    raise typer.Exit(0 if found.is_good else 1)


def play_conversations(
    flows: Flows,
    locales: Locales,
    assets: Assets,
    files: Annotated[list[Path] | None, typer.Argument(help="Conversations; default: all.")] = None,
) -> None:
    """Play the conversations that stand beside the flows (*.chat)."""
    from bot.authoring.transcripts import play
    from bot.content.lexicon import load_lexicons
    from bot.content.library import load_library

    chosen = files or sorted(flows.rglob("*.chat"))
    missing = [file for file in chosen if not file.is_file()]
    if missing or not chosen:
        raise fail(f"There is no conversation {missing[0] if missing else 'under ' + str(flows)}.")
    library, lexicons = load_library(flows, locales, assets), load_lexicons(locales)
    failed = 0
    for file in chosen:
        faults = play(file, library, lexicons)
        failed += bool(faults)
        for fault in faults:
            print(fault)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    raise typer.Exit(1 if failed else 0)
