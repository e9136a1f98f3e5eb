"""Run by alembic for each command: how revisions are run and written. See ``__init__``."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from bot.store.columns import Json


def render_item(kind: str, item: Any, autogenerate: Any) -> str | Literal[False]:
    """Write a type of ours as what the database has: a revision must not change with our code."""
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    if isinstance(item, Json):
        autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return f"sa.{item.impl_instance!r}"


def only_changes(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Write no file when nothing has changed."""
    if directives and directives[0].upgrade_ops.is_empty():
        directives.clear()


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    render_item=render_item,
    process_revision_directives=only_changes,
    render_as_batch=True,  # SQLite cannot alter a column: alembic builds the table anew
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
