"""A write that came twice is done once: the second gets the answer of the first."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from pathways import clock, ids
from pathways.database import Base, insert_for
from pathways.errors import Reused
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


def once(
    db: Session, scope: str, key: str, asked: Any, act: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """``act`` and its answer (plain JSON), or the answer it gave the first time; and whether this was a repetition.

    The row is taken before anything is done: of two at the same moment, the second waits for the first, and for its
    outcome. Where ``act`` raises, the transaction goes and the key stays free. Raises :class:`Reused` where the same
    key comes with another request.
    """
    if not key:
        return act(), False
    digest = ids.digest(key)
    body = ids.digest(json.dumps(asked, sort_keys=True, default=str, ensure_ascii=False))
    values = {"scope": scope, "key": digest, "asked": body, "answer": {}, "happened_at": clock.now()}
    taken = db.execute(insert_for(db)(DoneRequest).values(values).on_conflict_do_nothing())
    if taken.rowcount:  # pyright: ignore[reportAttributeAccessIssue] - a cursor's result has it
        answer = act()
        db.execute(sa.update(DoneRequest).filter_by(scope=scope, key=digest).values(answer=answer))
        return answer, False
    done = db.execute(sa.select(DoneRequest.asked, DoneRequest.answer).filter_by(scope=scope, key=digest)).one()
    if done.asked != body:
        raise Reused(N_("Cette demande a déjà servi pour autre chose."))
    return done.answer, True


def scope_of(asker: uuid.UUID | str, what: str) -> str:
    return f"{what} {asker}"[:80]


def forget(db: Session, *, older_than: datetime) -> None:
    db.execute(sa.delete(DoneRequest).where(DoneRequest.happened_at < older_than))
