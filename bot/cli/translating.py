"""For translators: locale files made, kept up to date, checked and counted."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import explained, fail
from bot.cli.folders import Assets, Flows, Locales

if TYPE_CHECKING:
    from bot.authoring.i18n.status import Row
    from bot.authoring.i18n.update import Update
    from bot.content.library import Library
    from bot.content.problem import Problem

app = typer.Typer(help="Locale files, for translators.", no_args_is_help=True)

_HEAD = ("language", "flow", "done", "fuzzy", "missing", "wrong", "too long", "sms")


@app.command()
def extract(flows: Flows, locales: Locales, assets: Assets) -> None:
    """Write every text that is to be translated as templates: locales/NAME.pot."""
    from bot.authoring.i18n.update import FaultyFilesError, templates, write_whole

    library = _loaded(flows, locales, assets)
    with explained():
        try:
            for name, text in templates(library).items():
                write_whole(locales / f"{name}.pot", text.encode())
                print(locales / f"{name}.pot")
        except FaultyFilesError as error:
            raise _refused(error.problems) from error


@app.command()
def update(
    flows: Flows,
    locales: Locales,
    assets: Assets,
    only_look: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 when a file is behind.")
    ] = False,
) -> None:
    """Bring the PO files up to date with the flows: new texts come empty, changed ones are marked
    fuzzy with the old translation kept, texts out of use move to the end. Nothing is guessed.
    """
    from bot.authoring.i18n.update import FaultyFilesError, updates, write_all

    try:
        found = updates(_loaded(flows, locales, assets))
    except FaultyFilesError as error:
        raise _refused(error.problems) from error
    behind = [one for one in found if one.text is not None]
    for one in behind:
        print(_told(one))
    if only_look:
        raise typer.Exit(1 if behind else 0)
    with explained():
        written = len(list(write_all(behind)))
    print(f"{written} files written, {len(found) - written} were up to date.", file=sys.stderr)


@app.command()
def add(
    language: Annotated[str, typer.Argument(help="Code such as es.")],
    flows: Flows,
    locales: Locales,
    assets: Assets,
) -> None:
    """Begin a language: its PO files, all empty. Then name it in study.yaml."""
    from bot.authoring.i18n.update import FaultyFilesError, added, write_all
    from bot.content.languages import is_language

    if not is_language(language):
        raise fail(f"{language} is no language. Use a code such as es or pt-BR.")
    try:
        found = added(_loaded(flows, locales, assets), language)
    except FaultyFilesError as error:
        raise _refused(error.problems) from error
    with explained():
        written = list(write_all(found))
    for path in written:
        print(path)
    if not written:
        print(f"{language} has been begun: see `polsbot i18n status`.", file=sys.stderr)
    if not (locales / language / "lexicon.yaml").is_file():
        hint = f"Write {locales / language / 'lexicon.yaml'} too: the words that people type."
        print(hint, file=sys.stderr)


@app.command()
def check(
    flows: Flows,
    locales: Locales,
    assets: Assets,
    form: Annotated[str, typer.Option("--format", help="text, github, json or sarif")] = "text",
) -> None:
    """Find what keeps a language from being offered, and what does not fit in it."""
    from bot.authoring.check import check as check_files
    from bot.authoring.check.render import FORMATS, failed, render

    if form not in FORMATS:
        raise fail(f"There is no format {form}. Use one of: {', '.join(FORMATS)}.")
    _need(flows)
    problems = [one for one in check_files(flows, locales, assets) if one.code[0] in "IL"]
    print(render(problems, form))
    raise typer.Exit(failed(problems))


@app.command()
def status(
    flows: Flows,
    locales: Locales,
    assets: Assets,
    fail_under: Annotated[
        int, typer.Option(min=0, max=100, help="Exit code 1 when a row is below this percentage.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say how far every language of every flow is."""
    from bot.authoring.i18n.status import status_of

    library = _loaded(flows, locales, assets)
    rows = status_of(library)
    print(json.dumps([row.form() for row in rows], indent=2) if as_json else _table(rows))
    for problem in library.catalogues.problems:
        print(f"{problem.file}:{problem.line}: {problem.message}", file=sys.stderr)
    raise typer.Exit(1 if any(row.percent < fail_under for row in rows) else 0)


@app.command()
def sheet(
    language: Annotated[str, typer.Argument(help="Code such as ar.")],
    flows: Flows,
    locales: Locales,
    assets: Assets,
) -> None:
    """Write a page to be printed for who reviews a language: texts and cards beside the source."""
    from bot.authoring.i18n.sheet import sheet as sheet_of
    from bot.authoring.i18n.update import write_whole
    from bot.content.cards import CardStore

    library = _loaded(flows, locales, assets)
    _check_known(library, language)
    file = Path(f"sheet-{language}.html")
    with explained():
        page = sheet_of(library, language, CardStore(Path(), library.pictures, b"").draw)
        write_whole(file, page.encode())
    print(file)


@app.command()
def pseudo(
    flows: Flows,
    locales: Locales,
    assets: Assets,
) -> None:
    """Say every flow in two made-up languages, one longer and one right to left, and tell which
    cards would have no room for it. The phone of polsbot preview has both in its menu.
    """
    from bot.authoring.i18n.made_up import tight

    found = list(tight(_loaded(flows, locales, assets)))
    for fault in found:
        print(fault)
    print(f"{len(found)} cards have no room.", file=sys.stderr)
    raise typer.Exit(1 if found else 0)


@app.command()
def recordings(
    flows: Flows,
    locales: Locales,
    assets: Assets,
    language: Annotated[str | None, typer.Argument(help="Code such as ar; default: all.")] = None,
    note: Annotated[
        bool, typer.Option("--note", help="Write down what new recordings say: the words of today.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the questions to be read aloud, the words to read and whether there is a recording."""
    from bot.authoring.check.recordings import State, readings
    from bot.authoring.i18n.recordings import note_new
    from bot.authoring.i18n.update import write_whole
    from bot.content.recordings import INDEX

    library = _loaded(flows, locales, assets)
    if language is not None:
        _check_known(library, language)
    found = readings(library)
    if note:
        with explained():
            write_whole(assets / "audio" / INDEX, note_new(library).encode())
        news = sum(one.state is State.NEW for one in found)
        print(f"{news} recordings noted.", file=sys.stderr)
        return
    rows = [
        {"file": f"{one.name}.ogg", "state": one.state, "words": one.words}
        for one in found
        if language in (None, one.language)
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        indented = "\n".join(f"    {line}" for line in row["words"].splitlines())
        print(f"{row['state']:8}  {row['file']}\n{indented}\n")


def _loaded(flows: Path, locales: Path, assets: Path) -> "Library":
    from bot.content.library import load_library

    _need(flows)
    return load_library(flows, locales, assets)


def _check_known(library: "Library", language: str) -> None:
    known = {one for study in library.studies.values() for one in study.languages}
    if language not in known | set(library.catalogues.entries):
        raise fail(f"There is no language {language}. Known: {', '.join(sorted(known))}.")


def _need(flows: Path) -> None:
    if not flows.is_dir():
        raise fail(f"{flows} is no folder. Give the folder that holds your studies.")


def _refused(problems: "list[Problem]") -> typer.Exit:
    from bot.authoring.check.render import render

    print(render(problems, "text"))
    print("Mend these first: texts would seem to be gone.", file=sys.stderr)
    return typer.Exit(1)


def _told(update: "Update") -> str:
    merged = update.merged
    counts = {"new": merged.new, "changed": merged.changed, "out of use": merged.removed}
    said = ", ".join(f"{len(keys)} {what}" for what, keys in counts.items() if keys)
    return f"{update.path}: {said or 'notes and places only'}"


def _table(rows: "list[Row]") -> str:
    lines = [_HEAD] + [
        (
            row.language,
            row.flow,
            f"{row.done}/{row.texts} {row.percent}%",
            *(str(one or "") for one in (row.fuzzy, row.missing, row.wrong, row.over, row.sms)),
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
