"""Running a command as people do."""

from typer.testing import CliRunner, Result

from bot.cli import app


def polsbot(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))
