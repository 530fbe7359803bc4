"""A write that came twice is done once: the second gets the answer of the first."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from pathways import clock, ids
from pathways.database import Base, Prepared
from pathways.errors import DomainError, Reused
from pathways.i18n import N_

LONGEST_KEY = 200


class DoneRequest(Base):
    __tablename__ = "done_request"

    scope: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    """Who asked for what: a key of one person means nothing in another's request."""
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    """Digest of the key that was sent."""
    asked: Mapped[str] = mapped_column(sa.String(64))
    """Digest of what was asked."""
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    happened_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


_TABLE = Base.metadata.tables["done_request"]
_TAKE = Prepared(
    sqlite.insert(_TABLE).on_conflict_do_nothing(), postgresql=postgresql.insert(_TABLE).on_conflict_do_nothing()
)


def once(
    db: Session,
    scope: str,
    key: str,
    asked: Any,
    act: Callable[[], dict[str, Any]],
    *,
    foreseen: dict[str, Any] | None = None,
) -> tuple[dict[str, Any], bool]:
    """``act`` and its answer (plain JSON), or the answer it gave the first time; and whether this was a repetition.

    The row is taken before anything is done: of two at the same moment, the second waits for the first, and for its
    outcome. Where ``act`` raises, the transaction goes and the key stays free. Raises :class:`Reused` where the same
    key comes with another request.

    ``foreseen`` is what ``act`` will answer, where that is known beforehand: it spares a statement.
    """
    if not key:
        return act(), False
    digest = ids.digest(key)
    body = ids.digest(json.dumps(asked, sort_keys=True, default=str, ensure_ascii=False))
    values = {"scope": scope, "key": digest, "asked": body, "answer": foreseen or {}, "happened_at": clock.now()}
    if _TAKE.run(db, values).rowcount:
        this = sa.and_(DoneRequest.scope == scope, DoneRequest.key == digest)
        try:
            answer = act()
        except DomainError as error:
            if error.kept:  # the transaction is committed all the same: the key stays free by hand
                db.execute(sa.delete(DoneRequest).where(this))
            raise
        if answer != foreseen:
            db.execute(sa.update(DoneRequest).where(this).values(answer=answer))
        return answer, False
    done = db.execute(sa.select(DoneRequest.asked, DoneRequest.answer).filter_by(scope=scope, key=digest)).one()
    if done.asked != body:
        raise Reused(N_("Cette demande a déjà servi pour autre chose."))
    return done.answer, True


def scope_of(asker: uuid.UUID | str, what: str) -> str:
    return f"{what} {asker}"[:80]


def forget(db: Session, *, older_than: datetime) -> None:
    db.execute(sa.delete(DoneRequest).where(DoneRequest.happened_at < older_than))
