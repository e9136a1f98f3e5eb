"""The command line: data on stdout, talk on stderr; 0 fine, 1 problems found, 2 usage or set-up."""

import sys
from typing import Annotated

import typer

from bot.cli import (
    authors,
    beginning,
    cases,
    codes,
    data,
    doctor,
    drawing,
    ledger,
    people,
    publishing,
    setup,
    simulating,
    templates,
    translating,
    unforeseen,
    vouchers,
    walking,
    waves,
)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

EXAMPLES = """\
Try        polsbot demo                      the phone in your browser
           polsbot try klantmonitor/periodic  the same in the terminal
Write      polsbot check                     every fault of your files at once
Translate  polsbot i18n status               how far every language is
Run        polsbot serve                     answer people; first: polsbot doctor
Data       polsbot export klantmonitor out   answers and codebook as CSV
All commands: polsbot --help"""


@app.callback(invoke_without_command=True)
def polsbot(context: typer.Context) -> None:
    """Ask people a few short, drawn questions and keep their answers safe."""
    if context.invoked_subcommand is None:
        print(EXAMPLES)


app.command()(beginning.new)
app.command()(authors.check)
app.command()(authors.explain)
app.command(name="try")(authors.try_flow)
app.command()(authors.score)
app.command(name="test")(authors.play_conversations)
app.command()(walking.walk)
app.command()(beginning.schema)
app.command()(publishing.diff)
app.command()(publishing.publish)
app.command()(drawing.diagram)
app.command()(drawing.cards)
app.command()(setup.config)
app.command()(doctor.doctor)
app.command()(data.export)
app.command()(codes.qr)
app.command()(simulating.simulate)
app.add_typer(people.app, name="participant")
app.add_typer(waves.app, name="wave")
app.add_typer(cases.app, name="case")
app.add_typer(translating.app, name="i18n")
app.add_typer(vouchers.app, name="voucher")
app.add_typer(ledger.app, name="ledger")
app.add_typer(templates.app, name="templates")
app.add_typer(setup.db_app, name="db")


@app.command()
def serve() -> None:
    """Answer people and keep the clock, in one process."""
    from bot.cli import serving

    serving.serve()


@app.command()
def web() -> None:
    """Answer people; a worker keeps the clock."""
    from bot.cli import serving

    serving.web_only()


@app.command()
def worker() -> None:
    """Keep the clock: fire timers and send what waits."""
    from bot.cli import serving

    serving.worker()


Share = Annotated[bool, typer.Option("--share", help="Let others in the network look and try too.")]


@app.command()
def demo(share: Share = False) -> None:
    """Open the phone in the browser; nothing leaves this machine."""
    from bot.cli import previewing

    previewing.preview(share=share)


@app.command()
def preview(share: Share = False) -> None:
    """Try your flows on a phone in the browser; it goes on with each file you save."""
    from bot.cli import previewing

    previewing.preview(share=share)


def main() -> None:
    """Run the command line. What nobody foresaw is one line, and a file for who can read it."""
    try:
        app()
    except Exception:  # noqa: BLE001 - the last one who could tell of it
        print(unforeseen.kept(), file=sys.stderr)
        sys.exit(2)
