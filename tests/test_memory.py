"""What a server keeps out of its memory: all that only a command, an author, another database or
rare work needs. Megabytes come back by a single import at the top of a module.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SERVER = """
import sys
from pathlib import Path
from bot.channels.twilio import TwilioAccount, TwilioCarrier
from bot.cli import serving
from bot.content.library import load_library
from bot.store.database import open_database

TwilioCarrier(TwilioAccount("AC0", "token", "https://example.org", {}), {})
load_library(Path("flows"), Path("locales"), Path("assets"))
open_database(sys.argv[1]).close()
print(*sys.modules)
"""


def modules_after(code: str, word: str) -> list[str]:
    """What the code prints, word by word, in a process of its own."""
    words = [sys.executable, "-c", code, word]
    return subprocess.run(
        words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.split()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules of a server on SQLite that is ready."""
    folder = tmp_path_factory.mktemp("memory")
    return {*modules_after(SERVER, f"sqlite:///{folder}/polsbot.db")}


@pytest.mark.parametrize(
    "name",
    [
        "PIL", "alembic", "arq", "bot.store.migrations.env", "bot.web.preview", "psycopg", "redis",
        "resvg_py",
    ],
)  # fmt: skip
def test_a_server_on_sqlite_does_not_load(name: str, loaded: set[str]) -> None:
    assert name not in loaded


def test_what_a_server_needs_is_seen(loaded: set[str]) -> None:
    assert {"sqlite3", "twilio.rest", "bot.web.app"} <= loaded


DRAWING = """
import sys
from pathlib import Path
from bot.content.cards import Card, CardStore, Kind
from bot.content.pictures import read_pictures

pictures, _ = read_pictures(Path("assets/images"))
store = CardStore(Path(sys.argv[1]), pictures, b"secret")
made = store.ahead([Card(Kind.PICTURE, picture="pot-2", amount="2")], workers=1)
print(made.drawn, *sys.modules)
"""


def test_drawing_cards_ahead_brings_no_fonts_into_the_server(tmp_path: Path) -> None:
    drawn, *loaded = modules_after(DRAWING, str(tmp_path))
    assert drawn == "1"
    assert not {"PIL", "resvg_py"} & {*loaded}
