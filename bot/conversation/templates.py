"""Templates: which were made, how far each came with the channel's owner, and filling one in."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.channels.contract import APPROVED, Approval
from bot.content import templates
from bot.content.study import Study
from bot.content.templates import NAMELESS, Opener, opener_of, template_of
from bot.conversation.revisions import Content
from bot.conversation.speak import texts_of, values_of
from bot.conversation.tables import KeptTemplate
from bot.engine.effects import Send
from bot.message import Button, TemplateForm
from bot.store.statements import Statement

TEMPLATES = KeptTemplate.__table__  # type: ignore[attr-defined] # SQLModel adds it

WHILE_OPEN = timedelta(minutes=10)
"""How often to ask about a template on which nobody has decided."""

WHEN_DECIDED = timedelta(hours=3)
"""How often about the others: an approved one may be paused."""

FAILING = "failing"
"""Our own word for a template that was approved and could not be sent all the same: no other
message takes it until its owner is asked again.
"""

_DECIDED = (APPROVED, FAILING, "rejected", "paused", "disabled")
_APPROVED = Statement(
    select(TEMPLATES.c.provider_id).where(
        TEMPLATES.c.name == bindparam("name"), TEMPLATES.c.state == APPROVED
    )
)


class Asked(NamedTuple):
    """Whom an order is for that is not among the messages yet, as ``opening_form`` wants it."""

    participant_id: str
    first_name: str | None
    run_id: str | None
    revision: str
    language: str


def opening_form(
    db: Connection, content: Content, row: Any, study: Study | None, send: Send
) -> TemplateForm | None:
    """The approved template that says what an unprompted order says; ``None`` while there is none
    for this text in this language, nor in the one that stands in for it. ``row`` is one of the
    outbox, as for ``speak``, or an ``Asked``.
    """
    opener, texts = opener_of(send), texts_of(db, content, row)
    parameters = {} if send.text is None else send.text.parameters
    values = {**values_of(db, content, row, study, send), **parameters}
    fixed = {**templates.values_of(study), "reward": values.get("reward", 0)}
    without = {name for name in NAMELESS if not values.get(name)}
    for language in _spoken_in_templates(study, row.language, texts.languages):
        template = template_of(opener, texts, language, fixed, without)
        approved = None if template is None else _APPROVED.row(db, name=template.name)
        if template is not None and approved is not None:
            break
    else:
        return None
    variables = tuple(
        _on_one_line(texts.value(name, language, values, send.step)) for name in template.names
    )
    if not all(variables):
        return None
    buttons = tuple(
        Button(payload, title)
        for payload, title in zip(payloads(send, row, opener), template.buttons, strict=True)
    )
    body = templates.read_as(template, variables)
    return TemplateForm(approved.provider_id, template.language, variables, body, buttons)


def _spoken_in_templates(
    study: Study | None, language: str, complete: Collection[str]
) -> Iterator[str]:
    """A person's language, then the one that the study lets stand in for it."""
    yield language
    other = None if study is None else study.stand_in.get(language)
    if other is not None and other in complete:
        yield other


def is_approved(db: Connection, name: str) -> bool:
    """Whether a template may be sent now."""
    return _APPROVED.row(db, name=name) is not None


def keep_template(
    db: Connection, name: str, provider_id: str, language: str, approval: Approval, now: datetime
) -> None:
    """Remember a template that was made, and how far it is."""
    told = {
        "provider_id": provider_id,
        "state": approval.state,
        "reason": approval.reason,
        "looked_at": now,
    }
    db.execute(
        upsert(TEMPLATES).on_conflict_do_update(index_elements=["name"], set_=told),
        {"name": name, "language": language, **told},
    )


def known_templates(db: Connection) -> list[Any]:
    """Every template that was made, by name."""
    return list(db.execute(select(TEMPLATES).order_by(TEMPLATES.c.name)))


def templates_to_ask(db: Connection, now: datetime, most: int = 20) -> list[Any]:
    """Templates about which to ask now; marked as asked, so that no other process does as well."""
    decided = TEMPLATES.c.state.in_(_DECIDED)
    found = db.execute(
        select(TEMPLATES)
        .where(
            or_(
                ~decided & (TEMPLATES.c.looked_at <= now - WHILE_OPEN),
                decided & (TEMPLATES.c.looked_at <= now - WHEN_DECIDED),
                TEMPLATES.c.looked_at > now + WHEN_DECIDED,  # the clock was set back
            )
        )
        .order_by(TEMPLATES.c.looked_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    if found:
        _change(db, [row.name for row in found], looked_at=now)
    return list(found)


def note_approval(db: Connection, name: str, approval: Approval) -> None:
    """Keep what the channel's owner said."""
    _change(db, [name], state=approval.state, reason=approval.reason)


def note_failing(db: Connection, provider_id: str, reason: str, now: datetime) -> None:
    """Let this template rest: it was sent, and its provider could not carry it."""
    db.execute(
        update(TEMPLATES)
        .where(TEMPLATES.c.provider_id == provider_id, TEMPLATES.c.state == APPROVED)
        .values(state=FAILING, reason=reason, looked_at=now)
    )


def _change(db: Connection, names: Iterable[str], **values: Any) -> None:
    db.execute(update(TEMPLATES).where(TEMPLATES.c.name.in_(list(names))).values(**values))


def payloads(send: Send, row: Any, opener: Opener) -> list[str]:
    """What a tap on each label of an opener gives back."""
    if opener.code is None:
        return [shown.payload for shown in send.choices]
    return [f"{row.run_id}.{send.step}.{opener.code}" for _ in opener.labels]


def _on_one_line(value: str) -> str:
    """WhatsApp takes no line break and no row of blanks in a value."""
    return " ".join(value.split())
