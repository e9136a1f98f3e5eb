"""``python -m bot.store.migrations MESSAGE MODULE…``: write the next revision; for developers."""

import sys
from importlib import import_module

from sqlmodel import SQLModel

from bot.store.migrations import autogenerate


def main(arguments: list[str]) -> int:
    """Import the modules that declare tables and write what is new in them."""
    if len(arguments) < 2:
        sys.stderr.write("usage: python -m bot.store.migrations MESSAGE MODULE…\n")
        return 2
    message, *modules = arguments
    for module in modules:
        import_module(module)
    path = autogenerate(message, SQLModel.metadata)
    sys.stdout.write(f"{path}\n" if path else "Nothing has changed.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
