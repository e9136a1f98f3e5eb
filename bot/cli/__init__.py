"""The command line: data on stdout, talk on stderr; 0 fine, 1 problems found, 2 usage or set-up."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def polsbot() -> None:
    """Ask people a few short, drawn questions and keep their answers safe."""


@app.command()
def score(
    file: Annotated[Path, typer.Argument(help="A corpus of replies (YAML).")],
    locales: Annotated[Path, typer.Option(help="Folder of the lexicons.")] = Path("locales"),
    as_json: Annotated[bool, typer.Option("--json", help="Figures and misses as JSON.")] = False,
) -> None:
    """Read a corpus of replies and say how well they are understood."""
    from bot.authoring import score as scoring
    from bot.content.lexicon import LexiconError, load_lexicons

    try:
        found = scoring.score(file, load_lexicons(locales))
    except (scoring.CorpusError, LexiconError, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from error
    if as_json:
        print(scoring.score_json(found))
    else:
        print(scoring.print_score(found))
    raise typer.Exit(0 if found.is_good else 1)


@app.command()
def check(
    flows: Annotated[Path, typer.Argument(help="Folder of the studies.")] = Path("flows"),
    locales: Annotated[Path, typer.Option(help="Folder of the locale files.")] = Path("locales"),
    assets: Annotated[Path, typer.Option(help="Folder of the pictures.")] = Path("assets"),
) -> None:
    """Find every fault of the flow and locale files at once."""
    from bot.content.library import load_library
    from bot.content.problem import Severity

    if not flows.is_dir():
        print(f"{flows} is no folder. Give the folder that holds your studies.", file=sys.stderr)
        raise typer.Exit(2)
    problems = load_library(flows, locales, assets).problems
    for problem in problems:
        print(f"{problem.file}:{problem.line}:{problem.column}: {problem.code} {problem.message}")
    print(f"{len(problems)} problems found.", file=sys.stderr)
    raise typer.Exit(any(problem.severity is Severity.ERROR for problem in problems))


@app.command(name="try")
def try_flow(
    flow: Annotated[str, typer.Argument(help="study/flow")] = "klantmonitor/periodic",
    language: Annotated[str, typer.Option("--lang", help="Language code.")] = "nl",
    sms: Annotated[bool, typer.Option("--sms", help="As text messages.")] = False,
) -> None:
    """Chat with a flow in the terminal; nothing is sent or kept. /later DAYS lets time pass."""
    from bot.cli.terminal import chat

    raise typer.Exit(chat(flow, language, "sms" if sms else "whatsapp"))


def main() -> None:
    """Run the command line."""
    app()
