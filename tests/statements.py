"""The statements that an application sends to its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event


@contextmanager
def counted(app) -> Iterator[list[str]]:
    """Those that it sends meanwhile, but for the one that asks, at most once a second, whether content has changed."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("SELECT served_content.number"):
            statements.append(statement)

    event.listen(app.state.database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(app.state.database.engine, "before_cursor_execute", note)
