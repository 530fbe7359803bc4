"""Places on their way out in a file: which ones, and with the days on which vans stand there."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.places import exchange, itinerary, service
from pathways.places.exchange.sheets import COLUMNS
from pathways.places.models import Place, Stop, Tour
from pathways.places.place_forms import LONGEST_HOURS

MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
MOST = 20_000
"""Places in one file: all of France has about as many."""


def export(
    db: Session, member: Member, format_: exchange.Format, *, everybody: bool = False, vans: bool = False
) -> exchange.Export:
    """One's own places that are in the directory, or everybody's, as the files of a format."""
    query = service.matching(member, everybody=everybody).where(Place.withdrawn_at.is_(None))
    places: Sequence[Any] = db.scalars(query.order_by(Place.sought, Place.id).limit(MOST)).all()
    return exchange.write(format_, with_vans(db, places) if vans else places)


def file(
    db: Session, member: Member, format_: exchange.Format, name: str, *, everybody: bool = False, vans: bool = False
) -> tuple[str, bytes, str]:
    """One file of an export: its name, what is in it, and what kind of file it is."""
    files = export(db, member, format_, everybody=everybody, vans=vans).files
    if name not in files:
        raise NotFound(D_("Ce fichier n'existe pas."))
    return name, files[name], MEDIA[name.rsplit(".", 1)[-1]]


def with_vans(db: Session, places: Iterable[Any]) -> list[Any]:
    """The same places; where vans stop, and no other hours are known, their dated hours stand. A rhythm is never
    written as a parity of weeks: after a week 53 it would be the wrong one.
    """
    found = list(places)
    known = _hours(db)
    return [_timed(one, known[one.id]) if not one.hours and one.id in known else one for one in found]


def _hours(db: Session) -> dict[uuid.UUID, str]:
    """By place, and by van."""
    running = sa.select(Stop, Tour.van_id).join(Tour, Tour.id == Stop.tour_id).where(Tour.ended_at.is_(None))
    parts: dict[uuid.UUID, list[str]] = {}
    for stop, van_id in db.execute(running.options(selectinload(Stop.place)).order_by(Stop.opens, Stop.id)):
        if text := itinerary.hours_of(stop, service.today()):
            parts.setdefault(stop.place_id, []).append(text)
            parts.setdefault(van_id, []).append(text)
    whole = {one: ", ".join(texts) for one, texts in parts.items()}
    return {one: text for one, text in whole.items() if len(text) <= LONGEST_HOURS}


def _timed(place: Any, hours: str) -> Any:
    """A place as the formats read it, with other hours; the row itself stays as it is."""
    return SimpleNamespace(
        **{name: getattr(place, name) for name in (*COLUMNS, "id", "is_at_centre")} | {"hours": hours}
    )
