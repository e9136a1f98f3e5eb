"""To begin with: a study that runs, and an editor that knows the keys."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import explained, fail
from bot.cli.folders import Assets, Flows, Locales


def new(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="flows/NAME, or a new folder of its own.")
    ],
    flows: Flows,
    locales: Locales,
    assets: Assets,
) -> None:
    """Begin a study: a questionnaire in two languages, with pictures and a test. Then change it.

    In the folder of the studies it is added to those that are there; any other DIR becomes a house
    of its own, with flows, locales and assets in it.
    """
    from bot.authoring.new import House, NewStudyError, new_study

    here = House(flows, locales, assets)
    is_added = folder.absolute().parent == flows.absolute()
    own = House(folder / "flows", folder / "locales", folder / "assets")
    if not is_added and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise fail(f"{folder} is there already. Name a folder that is new or empty.")
    with explained():
        try:
            made = new_study(folder.absolute().name, here if is_added else own, here)
        except NewStudyError as error:
            raise fail(error) from error
    print(f"{made} is a study. Next:", file=sys.stderr)
    ours = _ourselves()
    there = "" if is_added else f"cd {shlex.quote(str(folder))} && "
    print(f"{there}{ours} preview\n{ours} check\n{ours} test")


def schema(flows: Flows) -> None:
    """Write what editors complete the files from: .polsbot/*.schema.json beside the studies."""
    from bot.authoring.schema import write_schemas

    if not flows.is_dir():
        raise fail(f"{flows} is no folder. Give the folder that holds your studies.")
    with explained():
        for path in write_schemas(flows.absolute().parent):
            print(path)
    print(
        "Editors with the YAML language server (VS Code: the extension YAML by Red Hat) use them "
        "in files that begin with: # yaml-language-server: $schema=../../.polsbot/flow.schema.json",
        file=sys.stderr,
    )


def _ourselves() -> str:
    """How this program is called in another folder too."""
    return "polsbot" if shutil.which("polsbot") else shlex.quote(str(Path(sys.argv[0]).absolute()))
