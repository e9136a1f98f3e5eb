"""What people have to look at: an error in the log and a count that a monitor can watch."""

from functools import partial

import structlog
from prometheus_client import Counter
from sqlalchemy import Connection

from bot.store.calls import afterwards

ALERTS = Counter("polsbot_alerts", "What people have to look at, by kind.", ["kind"])

log = structlog.get_logger()


def alert(kind: str, sentence: str, **facts: object) -> None:
    """Tell it. ``facts`` are ids and numbers, never a name or an address."""
    ALERTS.labels(kind).inc()
    log.error(sentence, kind=kind, **facts)


def alert_afterwards(db: Connection, kind: str, sentence: str, **facts: object) -> None:
    """Tell it from within a transaction: once it is kept, however often it ran."""
    afterwards(db, partial(alert, kind, sentence, **facts))
