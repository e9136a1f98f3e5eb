"""Structured logs: one JSON object a line, and nothing in it that names a person."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer

MASKED = frozenset(
    {"text", "body", "address", "sender", "to", "phone", "name", "first_name", "code_text", "typed"}
)
"""Fields that may hold personal data: a line that carries one is a fault, so they are masked."""


def set_up_logs(level: str) -> None:
    """Write lines of this level and above to stderr; the libraries' own, warnings and above."""
    number = logging.getLevelNamesMapping()[level.upper()]
    heads: list[Any] = [
        structlog.processors.add_log_level,
        _stamp,
        _mask,
    ]
    ends: list[Any] = [
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        _as_json,
    ]
    theirs = logging.StreamHandler(sys.stderr)
    theirs.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=heads,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ends],
        )
    )
    logging.basicConfig(handlers=[theirs], level=logging.WARNING)
    lines = structlog.WriteLogger(sys.stderr)  # one for all: a factory would make it for each line
    structlog.configure(
        processors=[*heads, *ends],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: lines,
    )


_encode = json.JSONEncoder(default=repr).encode  # made once: json.dumps would for each line


def _as_json(_: Any, __: str, line: Any) -> str:
    return _encode(line)


def _stamp(_: Any, __: str, line: Any) -> Any:
    """The time in UTC; the library's own stamp costs ten times as much."""
    line["timestamp"] = f"{datetime.now(UTC).isoformat().removesuffix('+00:00')}Z"
    return line


def _mask(_: Any, __: str, line: Any) -> Any:
    return {key: "***" if key in MASKED else value for key, value in line.items()}
