"""Alembic's entry: the connection comes from ``pathways migrate`` (or a test)."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from pathways.database import UTCDateTime
from pathways.tables import metadata


def render_item(kind: str, value: Any, autogenerate: Any) -> str | Literal[False]:
    """History must not depend on our classes: they may move."""
    if kind == "type" and isinstance(value, sa.JSON) and value._variant_mapping:  # noqa: SLF001 - no public way
        autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if kind == "type" and isinstance(value, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
