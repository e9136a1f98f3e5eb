"""Cards that no flow shows any more are thrown away, long after the last one was sent.

When a card is first found unwanted the day is noted, and nothing else happens: people may still be
in a run that began with the old words, and a phone may fetch a picture late. Whoever wants it
again takes it off the list. So two of our commands at the same time can do no harm.
"""

import json
import re
from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path

LIST = "unwanted.json"
_CARD = re.compile(r"[0-9a-f]{40}\.png")


def prune(folder: Path, wanted: Collection[str], today: date, keep: timedelta) -> int:
    """Delete the cards that have been unwanted for so long; returns how many. ``wanted`` are the
    file names of today's cards. Other files in the folder are left alone.
    """
    noted = _noted(folder / LIST)
    here = {path.name for path in folder.glob("*.png") if _CARD.fullmatch(path.name)}
    unwanted = {name: noted.get(name, today) for name in sorted(here - set(wanted))}
    over = [name for name, since in unwanted.items() if today - since >= keep]
    for name in over:
        (folder / name).unlink(missing_ok=True)
        del unwanted[name]
    if unwanted != noted:
        part = folder / f"{LIST}.part"
        since = {name: day.isoformat() for name, day in unwanted.items()}
        part.write_text(json.dumps(since, indent=0), encoding="utf-8")
        part.replace(folder / LIST)
    return len(over)


def _noted(path: Path) -> dict[str, date]:
    """Since when each card is unwanted; a list that cannot be read begins anew, which only makes
    cards stay longer.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): date.fromisoformat(day) for name, day in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
