"""Places and sessions as open data: rows that programs read, in pieces, so that a whole country leaves without being
held in memory. Places leave in the national schema (``places.exchange``); for sessions there is none, so ours is
published beside them (``sessions.schema.json``). Nobody's booking is in it: seats are two numbers.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from pathways import clock, i18n, spreadsheets
from pathways.places import exchange, leaving, service
from pathways.places.exchange import Format
from pathways.places.models import Place, Tour
from pathways.workshops import wall_clock
from pathways.workshops.models import Audience, SessionState, Workshop, WorkshopSession
from pathways.workshops.seating import seats

AT_ONCE = 1000
"""Rows read in one turn; between two turns no connection is held, however slowly the other side reads."""
AHEAD = timedelta(days=366)
MOST_SESSIONS = 100_000
SCHEMA = Path(__file__).with_name("sessions.schema.json")
_PUBLIC = (SessionState.PUBLISHED, SessionState.CANCELLED)
_STATES = {SessionState.PUBLISHED: "prevue", SessionState.CANCELLED: "annulee"}
_BETWEEN = "|"
"""Of the values of a list in one cell, as in LaMednum."""
Reading = Callable[[], AbstractContextManager[Session]]


@cache
def schema() -> dict[str, Any]:
    return json.loads(SCHEMA.read_text("utf-8"))


@cache
def columns() -> list[str]:
    return [field["name"] for field in schema()["fields"]]


# --- places ---


def places(reading: Reading, kind: Format, url: str) -> Iterator[bytes]:
    """The file of all places in the directory, piece by piece. Those with workshops to come link to them."""
    busy: set[uuid.UUID] = set()

    def more(place: Any) -> dict[str, str]:
        return {"seances": f"{url}/near/places/{place.id}"} if place.id in busy else {}

    def rows() -> Iterator[Any]:
        last = uuid.UUID(int=0)
        while True:
            with reading() as db:
                query = sa.select(Place).where(Place.withdrawn_at.is_(None), Place.id > last)
                some = db.scalars(query.order_by(Place.id).limit(AT_ONCE)).all()
                busy.clear()
                busy.update(_busy(db, [one.id for one in some]))
                timed = leaving.with_vans(db, some)
                db.expunge_all()  # they are read on, when this transaction is over
            yield from timed
            if len(some) < AT_ONCE:
                return
            last = some[-1].id

    return exchange.stream(kind, rows(), more=more)


def _busy(db: Session, keys: Sequence[uuid.UUID]) -> Sequence[uuid.UUID]:
    query = sa.select(WorkshopSession.place_id).where(WorkshopSession.place_id.in_(keys), *_to_come()).distinct()
    return [one for one in db.scalars(query) if one is not None]


def _to_come() -> tuple[sa.ColumnElement[bool], ...]:
    return (WorkshopSession.state == SessionState.PUBLISHED, WorkshopSession.starts_at >= clock.now())


def state_of_places(db: Session) -> tuple[Any, ...]:
    """What changes whenever a row of the file does: a sheet, the days of a van, a first or last session in a place."""
    sheets = sa.select(sa.func.count(), sa.func.max(Place.updated_at)).where(Place.withdrawn_at.is_(None))
    vans = sa.select(sa.func.count(), sa.func.max(Tour.updated_at))
    busy = sa.select(WorkshopSession.place_id).where(*_to_come()).distinct().order_by(WorkshopSession.place_id)
    return (*db.execute(sheets).one(), *db.execute(vans).one(), _fingerprint(db, busy), service.today())


def _fingerprint(db: Session, query: sa.Select[*tuple[Any, ...]]) -> str:
    """Of all that a query finds, without holding it: numbers that only change places have the same sum."""
    whole = hashlib.blake2b(digest_size=16)
    for row in db.execute(query.execution_options(yield_per=AT_ONCE)):
        whole.update(repr(tuple(row)).encode())
    return whole.hexdigest()


# --- sessions ---


def sessions(reading: Reading, url: str, audience: Audience) -> Iterator[dict[str, Any]]:
    """One row for each session of the next year that the public may know of, cancelled ones too, the soonest first."""
    start, sent = clock.now(), 0
    after: tuple[datetime, uuid.UUID] | None = None
    while sent < MOST_SESSIONS:
        with reading() as db:
            some = db.scalars(_coming(audience, start, after)).all()
            rows = [row_of(one, url) for one in some]
            after = (some[-1].starts_at, some[-1].id) if some else None
        yield from rows
        sent += len(rows)
        if len(rows) < AT_ONCE:
            return


def _coming(
    audience: Audience, start: datetime, after: tuple[datetime, uuid.UUID] | None
) -> sa.Select[WorkshopSession]:
    offers = sa.select(Workshop.id).where(Workshop.audience == audience)
    query = (
        sa.select(WorkshopSession)
        .where(WorkshopSession.state.in_(_PUBLIC), WorkshopSession.workshop_id.in_(offers))
        .where(WorkshopSession.starts_at >= start, WorkshopSession.starts_at < start + AHEAD)
        .options(selectinload(WorkshopSession.workshop), selectinload(WorkshopSession.place))
        .order_by(WorkshopSession.starts_at, WorkshopSession.id)
        .limit(AT_ONCE)
    )
    if after is not None:
        at, key = after
        later = WorkshopSession.starts_at > at
        same = sa.and_(WorkshopSession.starts_at == at, WorkshopSession.id > key)
        query = query.where(sa.or_(later, same))
    return query


def state_of_sessions(db: Session, audience: Audience) -> tuple[Any, ...]:
    """What changes whenever a row of the file does: a seat that is sold, too, or moved to another session."""
    now, told = clock.now(), WorkshopSession
    columns = (told.id, told.updated_at, told.state, told.capacity, told.allowance)
    rows = sa.select(*columns, told.booked, told.held, told.reserved, told.waiting).where(
        told.state.in_(_PUBLIC), told.starts_at >= now, told.starts_at < now + AHEAD
    )
    offers = sa.select(sa.func.max(Workshop.updated_at))
    order = rows.order_by(told.starts_at, told.id).limit(MOST_SESSIONS)
    return (_fingerprint(db, order), db.scalar(offers), audience.value)


def row_of(session: WorkshopSession, url: str) -> dict[str, Any]:
    """A session in the words of the schema; lists are lists."""
    workshop, place = session.workshop, session.place
    cancelled = session.state is SessionState.CANCELLED
    return {
        "session_id": str(session.id),
        "lieu_id": place.source_id if place else None,
        "structure_id": str(session.organisation_id),
        "statut": _STATES[session.state],
        "debut": _local(session.starts_at, session),
        "fin": _local(session.ends_at, session),
        "fuseau": session.timezone,
        "titre": workshop.titles[i18n.SOURCE],
        "titres": {_tag(code): title for code, title in workshop.titles.items()},
        "theme": workshop.theme,
        "competences": workshop.skills,
        "niveau": workshop.level.value,
        "lecture": workshop.reading.value,
        "langue_animation": [_tag(one) for one in session.languages],
        "langues_interpretation": [_tag(one) for one in session.interpretation],
        "niveau_fr": workshop.french_level or None,
        "public": workshop.audience.value,
        "frais": "payant" if workshop.price else "gratuit",
        "frais_precisions": workshop.price or None,
        "accessibilite": workshop.access,
        "materiel": workshop.equipment,
        "mode": "en-presentiel" if place else "a-distance",
        "itinerance": session.stop_id is not None,
        "arret_id": str(session.stop_id) if session.stop_id else None,
        "places": session.capacity + session.allowance,
        "places_restantes": 0 if cancelled or session.waiting else max(seats.free(session), 0),
        "modalite_inscription": "utiliser-lien-mobilisation",
        "url": f"{url}/s/{session.code}",
        "date_maj": session.updated_at.replace(microsecond=0).isoformat().replace("+00:00", "Z"),
    }


def _local(moment: datetime, session: WorkshopSession) -> str:
    """With the offset of the wall clock there: exact, and readable as it stands."""
    return moment.astimezone(wall_clock.zone(session.timezone) or UTC).isoformat()


def _tag(code: str) -> str:
    known = i18n.languages().get(code)
    return known.tag if known else code


def csv_pieces(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Titles are what somebody typed: what a spreadsheet would take for a formula gets an apostrophe before it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(), lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: spreadsheets.harmless(_cell(value)) for name, value in row.items()})
        if text.tell() > 64_000:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def json_pieces(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """One session a line."""
    before = "[\n"
    for row in rows:
        yield (before + json.dumps(row, ensure_ascii=False)).encode()
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return _BETWEEN.join(value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value
