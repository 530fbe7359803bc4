"""The quick door: common seats of a session that nobody waits for, sold by one conditional UPDATE.

Whatever it cannot be sure of in one statement (a quota that somebody may be entitled to, a hold that ran out, a waiting
list, a session that is locked) it refuses, and the caller goes the long way round (``asking.opened``). Its statement
raises the count only where the seats still fit, at the moment at which it holds the row: whether a row came back is the
only answer, and it is always looked at.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.dml import ReturningUpdate

from pathways import changes, ids
from pathways.changes import Change
from pathways.database import Base, Prepared, identifier
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, BookingState, SessionState, WorkshopSession
from pathways.workshops.seating import settling

_SESSION, _BOOKING, _CHANGE = (Base.metadata.tables[one.__tablename__] for one in (WorkshopSession, Booking, Change))
_NEW = {"quota_id": None, "state": BookingState.CONFIRMED, "file_id": None, "sequence": 0}
_COLUMNS = (
    *("id", "quota_id", "state", "party", "language", "needs", "label", "code_digest", "link_digest", "via"),
    *("organisation_id", "booked_by", "file_id", "channel", "contact", "sequence", "created_at", "updated_at"),
)


def sell(db: Session, codes: Codes, row: Mapping[str, Any], *, by: str, which: object) -> dict[str, Any] | None:
    """Seats for ``row`` (a booking that lacks its session, its codes and its state) in the session whose column ``by``
    (``id`` or ``code``) is ``which``: all of them, or none. Returns the row as it is stored.
    """
    if db.new or db.dirty:
        db.flush()
    full = {**row, **_NEW}
    if db.get_bind().dialect.name == "postgresql":
        sold = _in_one_statement(db, codes, full, by, which)
    else:
        sold = _in_turn(db, codes, full, by, which)
    if sold is not None:
        known = db.identity_map.get(identity_key(WorkshopSession, sold["session_id"]))
        if known is not None:
            db.expire(known, ["booked"])
    return sold


def _in_turn(db: Session, codes: Codes, row: dict[str, Any], by: str, which: object) -> dict[str, Any] | None:
    found = _seats(by).run(db, {"which": which, "n": row["party"], "moment": row["created_at"]}).first()
    if found is None:
        return None
    return _stored(db, codes, row | {"session_id": identifier(found[0])}, identifier(found[1]))


def _in_one_statement(db: Session, codes: Codes, row: dict[str, Any], by: str, which: object) -> dict[str, Any] | None:
    """The same in one message to the server: the row of a session in demand is locked for as short as can be."""
    row |= codes.digests_of(row["id"])
    values = {f"new_{name}": row[name] for name in _COLUMNS}
    values |= {"which": which, "n": row["party"], "moment": row["created_at"], "change_id": ids.new_id()}
    found = _statement(by).run(db, values).first()
    if found is None:
        return None
    row["session_id"] = found[0]
    if found[2] is not None:
        return row
    row["id"] = ids.random_id()  # the code was somebody's: the seats are ours already
    return _stored(db, codes, row, found[1])


def _stored(db: Session, codes: Codes, row: dict[str, Any], organisation_id: uuid.UUID) -> dict[str, Any]:
    stored = settling.insert(db, row, codes.digests_of)
    changes.note(db, organisation_id, "booking", stored["id"], "created")
    return stored


@cache
def _seats(by: str) -> Prepared:
    return Prepared(_gate(by))


def _gate(by: str) -> ReturningUpdate[Any, Any]:
    """``n`` seats, at ``moment``."""
    c, moment = WorkshopSession, sa.bindparam("moment", type_=_SESSION.c.closes_at.type)
    n = sa.bindparam("n", type_=sa.Integer())
    return (
        sa.update(_SESSION)
        .where(
            _SESSION.c[by] == sa.bindparam("which", type_=_SESSION.c[by].type),
            c.state == SessionState.PUBLISHED,
            c.closes_at > moment,
            c.waiting == 0,
            c.reserved == 0,
            sa.or_(c.lapse_at.is_(None), c.lapse_at > moment),
            c.booked + c.held + c.reserved + n <= c.capacity + c.allowance,
        )
        .values(booked=c.booked + n)
        .returning(_SESSION.c.id, _SESSION.c.organisation_id)
    )


@cache
def _statement(by: str) -> Prepared:
    seat = _gate(by).cte("seat")
    # Named apart: SQLAlchemy would set a column of the UPDATE for each parameter that is named like one.
    given = [sa.bindparam(f"new_{name}", type_=_BOOKING.c[name].type) for name in _COLUMNS]
    made = (
        postgresql.insert(_BOOKING)
        .from_select([*_COLUMNS, "session_id"], sa.select(*given, seat.c.id), include_defaults=False)
        .on_conflict_do_nothing(index_elements=[_BOOKING.c.code_digest])
        .returning(_BOOKING.c.id)
        .cte("made")
    )
    change = sa.select(
        sa.bindparam("change_id", type_=_CHANGE.c.id.type),
        seat.c.organisation_id,
        sa.literal("booking", _CHANGE.c.kind.type),
        made.c.id,
        sa.literal("created", _CHANGE.c.act.type),
        sa.bindparam("moment", type_=_CHANGE.c.happened_at.type),
    ).select_from(seat.join(made, sa.true()))
    columns = ["id", "organisation_id", "kind", "about_id", "act", "happened_at"]
    noted = sa.insert(_CHANGE).from_select(columns, change, include_defaults=False).cte("noted")
    return Prepared(
        sa.select(seat.c.id, seat.c.organisation_id, made.c.id.label("made"))
        .select_from(seat.outerjoin(made, sa.true()))
        .add_cte(noted)
    )
