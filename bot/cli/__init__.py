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
    form: Annotated[str, typer.Option("--format", help="text, github, json or sarif")] = "text",
) -> None:
    """Find every fault of the flow and locale files at once."""
    from bot.authoring.check import check as check_files
    from bot.authoring.check.render import FORMATS, failed, render

    if form not in FORMATS:
        print(f"There is no format {form}. Use one of: {', '.join(FORMATS)}.", file=sys.stderr)
        raise typer.Exit(2)
    if not flows.is_dir():
        print(f"{flows} is no folder. Give the folder that holds your studies.", file=sys.stderr)
        raise typer.Exit(2)
    problems = check_files(flows, locales, assets)
    print(render(problems, form))
    print(f"{len(problems)} problems found.", file=sys.stderr)
    raise typer.Exit(failed(problems))


@app.command()
def explain(code: Annotated[str, typer.Argument(help="Such as F003.")]) -> None:
    """Say what a problem's code means, with a wrong and a right example."""
    from bot.authoring.check import explain as explaining

    try:
        print(explaining.explain(code))
    except explaining.UnknownRuleError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from error


@app.command()
def demo() -> None:
    """Open the phone in the browser with the Klantmonitor; nothing leaves this machine."""
    from bot.cli.serving import demo as run_demo
    from bot.settings import SettingsError, read_settings
    from bot.store.errors import StoreError

    try:
        run_demo(read_settings())
    except (SettingsError, StoreError, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from error


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
