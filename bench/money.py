"""Money under load: 8 processes x 10,000 operations on both databases; every invariant must hold.

``python -m bench.money [workers] [operations]``
"""

import sys
import tempfile
from pathlib import Path

from bench.__main__ import fresh
from bot.store.keys import generate_key
from bot.store.migrations import upgrade
from tests.rewards.crowd import play
from tests.servers import postgres


def main() -> None:
    """Print what was done, how long it took and every difference; exit 1 when there is one."""
    workers, operations = (int(word) for word in (*sys.argv[1:], "8", "10000")[:2])
    wrong = 0
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        for name, url in (
            ("SQLite", f"sqlite:///{Path(folder) / 'money.db'}"),
            ("PostgreSQL", fresh(server)),
        ):
            upgrade(url)
            found = play(url, generate_key(), workers, operations)
            rate = workers * operations / found.seconds
            print(f"{name}: {workers} x {operations} operations in {found.seconds:.0f} s, "
                  f"{rate:.0f}/s, {found.looks} looks, {len(found.wrong)} differences")  # fmt: skip
            print(f"  changed something: {dict(found.done.most_common())}")
            for one in found.wrong[:20]:
                print(f"  {one}")
            wrong += len(found.wrong)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
