"""A part of a transaction that may break without taking the rest along: what an answer pays out."""

from collections.abc import Callable

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.store.errors import StaleError, forget_rows
from bot.store.statements import Statement

log = structlog.get_logger()

# Not db.begin_nested, which costs as much as all else that an answer writes.
_BEGIN = Statement(text("SAVEPOINT paying"))
_UNDO = Statement(text("ROLLBACK TO SAVEPOINT paying"))
_END = Statement(text("RELEASE SAVEPOINT paying"))

_OF_THE_DATABASE = (DBAPIError, StaleError)


def apart(db: Connection, paying: Callable[[], int]) -> int:
    """Pay by itself: a payout that breaks must not take the answer along that filled the pot. It is
    logged, and the clock comes back to it.
    """
    _BEGIN.run(db)
    try:
        waiting = paying()
        _END.run(db)  # hears what became of all that was only written in there
    except Exception as fault:
        if isinstance(fault, _OF_THE_DATABASE) and not isinstance(fault, IntegrityError):
            raise  # the whole message is handled once more
        forget_rows(fault)
        log.exception("a payout failed; the answer is kept and the payout tried again")
        _undo(db)
        return 0
    return waiting


def _undo(db: Connection) -> None:
    try:
        _UNDO.run(db)
    except IntegrityError:  # of what was written before something else broke: it goes, too
        _UNDO.run(db)
    _END.run(db)
