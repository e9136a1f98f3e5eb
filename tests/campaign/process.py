"""``python -m tests.campaign.process FILE WORD…``: ``polsbot WORD…`` by the wall clock of FILE.

FILE holds the seconds that this clock is ahead of the machine's, and may be written anew at any
moment: then the wall clock of this process jumps, and the monotonic clock does not.
"""

import sys
import threading
import time
from pathlib import Path

sys.modules["pytest"] = None  # type: ignore[assignment] # else time_machine loads it: as long again
import time_machine  # noqa: E402 - only now

LOOK_SECONDS = 0.02


def follow(place: Path) -> None:
    """Keep to the clock of this file from now on."""
    ahead = float(place.read_text())
    clock = time_machine.travel(time.time() + ahead, tick=True).start()
    real = time_machine.escape_hatch.time.time

    def look() -> None:
        nonlocal ahead
        while True:
            time.sleep(LOOK_SECONDS)
            if (told := float(place.read_text())) != ahead:
                ahead = told
                clock.move_to(real() + ahead)

    threading.Thread(target=look, daemon=True).start()


def main() -> None:
    """Be the command, under that clock."""
    place, *words = sys.argv[1:]
    follow(Path(place))
    sys.argv = ["polsbot", *words]
    from bot.cli import main as polsbot

    polsbot()


if __name__ == "__main__":
    main()
