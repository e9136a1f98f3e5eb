"""What nobody foresaw, kept for whoever can mend it."""

import os
import sys
import tempfile
import traceback
from pathlib import Path


def kept() -> str:
    """Write the exception that is being handled to a file; returns the sentence to be said.

    The file holds where it happened and what the exception says, no values of variables. Only its
    owner may read it.
    """
    kind = sys.exc_info()[0]
    name = "an error" if kind is None else kind.__name__
    said = traceback.format_exc()
    try:
        handle, path = tempfile.mkstemp(".log", "polsbot-", _folder())
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(said)
    except OSError:
        return f"Something went wrong that we did not foresee, and cannot be kept:\n{said}"
    return f"Something went wrong that we did not foresee ({name}). It is kept in {path}."


def _folder() -> str | None:
    """Beside the database, which outlives a container; ``None`` for that of the system."""
    here = Path("var")
    return str(here) if here.is_dir() and os.access(here, os.W_OK) else None
