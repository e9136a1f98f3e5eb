"""Answers as CSV: one row a run, one column a step, and a codebook beside it. No names, no numbers.

A cell that a spreadsheet would take for a formula gets an apostrophe in front
(https://owasp.org/www-community/attacks/CSV_Injection).
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from bot.content.revision import Revision, load_revision
from bot.conversation.revisions import REVISIONS
from bot.conversation.tables import ANSWERS, RUNS
from bot.engine.asking import SCALE_FORM
from bot.panel.participants import PARTICIPANTS

FIXED = (
    "run",
    "participant",
    "flow",
    "wave",
    "status",
    "test",
    "current_language",
    "started_at",
    "ended_at",
    "revision",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def has_asked(db: Connection, study: str) -> bool:
    """Whether anybody was asked by this study, which may have no files any more."""
    return db.execute(select(RUNS.c.id).where(RUNS.c.study == study).limit(1)).first() is not None


def answers_csv(db: Connection, study: str) -> str:
    """Every run of a study with its last answers; ``;`` joins many choices."""
    runs = db.execute(
        select(RUNS, PARTICIPANTS.c.language, PARTICIPANTS.c.is_test)
        .join(PARTICIPANTS, PARTICIPANTS.c.id == RUNS.c.participant_id)
        .where(RUNS.c.study == study)
        .order_by(RUNS.c.started_at, RUNS.c.id)
    ).all()
    kept: dict[str, dict[str, Any]] = {}
    rows = (
        select(ANSWERS)
        .join(RUNS, RUNS.c.id == ANSWERS.c.run_id)
        .where(RUNS.c.study == study)
        .order_by(ANSWERS.c.id)
    )
    for row in db.execute(rows):
        kept.setdefault(row.run_id, {})[row.step] = row.words if row.value is None else row.value
    steps = _steps(db, study)
    lines = [[*FIXED, *steps]]
    forms: dict[str, Any] = {}
    for run in runs:
        answers = kept.get(run.id, {})
        # Chosen once: every later row says too whether its scales had three steps (codes 1, 3, 5).
        form = forms[run.participant_id] = answers.get(SCALE_FORM, forms.get(run.participant_id))
        answers = {**answers, SCALE_FORM: form}
        fixed = (
            run.id, run.participant_id, run.flow, run.wave, run.status, run.is_test, run.language,
            run.started_at.isoformat(), run.ended_at.isoformat() if run.ended_at else "",
            _short(run.revision),
        )  # fmt: skip
        lines.append([*(str(cell) for cell in fixed), *(_cell(answers.get(s)) for s in steps)])
    return _written(lines)


def codebook_csv(db: Connection, study: str) -> str:
    """What each column and code means, in the flow's own language."""
    lines = [["flow", "revision", "step", "type", "topic", "recall", "reverse", "special", "text",
              "codes"]]  # fmt: skip
    for revision in _revisions(db, study):
        flow = revision.flow
        words = revision.texts.get(flow.language, {})
        for step in flow.steps:
            if step.type is None:
                continue
            codes = {str(choice.code): words.get(choice.label, "") for choice in step.choices}
            lines.append(
                [flow.name, _short(revision.hash), step.name, str(step.type), step.topic or "",
                 step.recall or "", str(step.reverse), str(step.special),
                 _cell(words.get(step.text or "", "")), json.dumps(codes, ensure_ascii=False)]
            )  # fmt: skip
    return _written(lines)


def _revisions(db: Connection, study: str) -> Iterator[Revision]:
    found = select(REVISIONS).where(REVISIONS.c.study == study).order_by(REVISIONS.c.kept_at)
    for row in db.execute(found):
        yield load_revision(row.document)


def _steps(db: Connection, study: str) -> list[str]:
    """Every step that any revision asks or sets, in the order first seen."""
    names: dict[str, None] = {}
    for revision in _revisions(db, study):
        for step in revision.flow.steps:
            if step.type is not None or step.kind in ("set", "arm"):
                names.setdefault(step.name)
    return list(names)


def _short(revision: str) -> str:
    """How the codebook names a revision: people are asked by two of one flow at a time."""
    return revision[:12]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(str(one) for one in value)
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _written(lines: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue()
