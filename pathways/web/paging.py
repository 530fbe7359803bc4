"""Lists by cursor: stable while rows are added, and the same cost on the thousandth page as on the first."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

import sqlalchemy as sa
from fastapi import Query
from pydantic import BaseModel
from sqlalchemy.orm import InstrumentedAttribute, Session

from pathways.errors import Invalid

Limit = Annotated[int, Query(ge=1, le=200, description="Rows in one page.")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before.")]
T = TypeVar("T")
_NO_CURSOR = "Ce curseur n'est pas valable. Reprenez à la première page."


class PageOf(BaseModel, Generic[T]):
    rows: list[T]
    next: str | None


def part_of(found: Sequence[T], *, limit: int, cursor: str | None) -> dict[str, Any]:
    """One page of a short list that was put in order by something else than a moment."""
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 7):
        raise Invalid(_NO_CURSOR, errors=[{"field": "cursor", "message": _NO_CURSOR}])
    start = int(cursor or 0)
    following = str(start + limit) if len(found) > start + limit else None
    return {"rows": list(found[start : start + limit]), "next": following}


def page(
    db: Session,
    query: sa.Select[Any],
    *,
    at: InstrumentedAttribute[datetime],
    key: InstrumentedAttribute[uuid.UUID],
    limit: int,
    cursor: str | None,
    show: Callable[[Any], Any],
) -> dict[str, Any]:
    """One page of ``query``, which is ordered by ``at`` and ``key``, both falling."""
    if cursor:
        query = query.where(sa.tuple_(at, key) < sa.tuple_(*_read(cursor, at, key)))
    rows = db.scalars(query.limit(limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    following = _write(getattr(rows[-1], at.key), getattr(rows[-1], key.key)) if more else None
    return {"rows": [show(row) for row in rows], "next": following}


def _write(at: datetime, key: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{key}".encode()).decode()


def _read(cursor: str, at: Any, key: Any) -> tuple[Any, Any]:
    try:
        moment, _, identifier = base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii").partition("|")
        when = datetime.fromisoformat(moment).astimezone(UTC)
        return sa.literal(when, at.type), sa.literal(uuid.UUID(identifier), key.type)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise Invalid(_NO_CURSOR, errors=[{"field": "cursor", "message": _NO_CURSOR}]) from error
