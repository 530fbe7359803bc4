"""Lists by cursor: stable while rows are added, and the same cost on the thousandth page as on the first."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable
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


class PageOf(BaseModel, Generic[T]):
    rows: list[T]
    next: str | None


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
        said = "Ce curseur n'est pas valable. Reprenez à la première page."
        raise Invalid(said, errors=[{"field": "cursor", "message": said}]) from error
