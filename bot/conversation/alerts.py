"""What people have to look at: an error in the log and a count that a monitor can watch."""

import structlog
from prometheus_client import Counter

ALERTS = Counter("polsbot_alerts", "What people have to look at, by kind.", ["kind"])

log = structlog.get_logger()


def alert(kind: str, sentence: str, **facts: object) -> None:
    """Tell it. ``facts`` are ids and numbers, never a name or an address."""
    ALERTS.labels(kind).inc()
    log.error(sentence, kind=kind, **facts)
