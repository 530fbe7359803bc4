"""One sheet for a basin, a department or a region: what people lack and wish, what is offered, what to open next.

It shows nobody's people to anybody: gaps are counted over the organisations that have a place here and told by
:mod:`anonymity` (at least, in whole tens), wishes by :mod:`pathways.workshops.wishes` (nothing below three), seats are
what everybody may read in the directory. A number of people below ten is not told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import clock
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.diagnostics.reading import Sign
from pathways.diagnostics.taking import Door
from pathways.insights import anonymity, exporting, group
from pathways.insights.group import SIGNS, Wanted
from pathways.permissions import Member
from pathways.places import areas
from pathways.places.areas import Area
from pathways.places.models import Place, Stop, Tour
from pathways.workshops import wishes
from pathways.workshops.models import SessionState, WorkshopSession
from pathways.workshops.wishes import Demand

MOST_DIAGNOSTICS, MOST_GAPS, MOST_ROWS = 24, 12, 60
BEFORE, AHEAD = timedelta(days=90), timedelta(days=60)
"""How far back seats are counted, and how far ahead."""
THIN = 3
"""A session is thin below one seat in so many."""
_LEARN = SIGNS.index(Sign.LEARN)


@dataclass(frozen=True, slots=True)
class Gap:
    """A micro-skill that people around here lack."""

    code: str
    """``framework:CODE``"""
    title: str
    at_least: int
    """People, in whole tens."""
    taught: int
    """Coming sessions of the area that teach it."""


@dataclass(frozen=True, slots=True)
class SeatsOf:
    """The seats of a language of facilitation, over the months of the sheet."""

    language: str
    sessions: int
    offered: int
    taken: int | None
    """``None``: fewer than ten people."""


@dataclass(frozen=True, slots=True)
class Sheet:
    area: Area
    gaps: Sequence[Gap]
    wished: Sequence[Demand]
    unmet: Sequence[Demand]
    """Those of which no coming session of the area is: what to open next."""
    seats: Sequence[SeatsOf]
    places: int
    vans: int
    stops: Sequence[Stop]
    coming: int
    thin: Sequence[WorkshopSession]
    """Coming sessions with more than two thirds of their seats free: to be told of, or opened to another structure."""


def sheet(db: Session, door: Door, member: Member, key: str) -> Sheet:
    """The sheet of an area. A fixed number of queries, and a few for each diagnostic (:data:`MOST_DIAGNOSTICS`)."""
    area, now = areas.find(db, member, key), clock.now()
    around = {one.key: one for one in areas.around(db, member)} | {area.key: area}
    sessions = _sessions(db, area, now)
    coming = [one for one in sessions if one.starts_at > now and one.state is SessionState.PUBLISHED]
    wished = [one for one in wishes.demand(db, list(around.values())) if one.area.key == area.key]
    offered = {(tongue, one.workshop.theme) for one in coming for tongue in _spoken(one)}
    stops = _stops(db, area)
    return Sheet(
        area=area,
        gaps=_gaps(db, door, area, coming),
        wished=wished,
        unmet=[one for one in wished if (one.language, one.theme) not in offered],
        seats=_seats(sessions),
        places=_places(db, area, mobile=False),
        vans=len({one.tour_id for one in stops}),
        stops=stops,
        coming=len(coming),
        thin=[one for one in coming if _is_thin(one)][:MOST_ROWS],
    )


def _sessions(db: Session, area: Area, now: datetime) -> Sequence[WorkshopSession]:
    query = (
        sa.select(WorkshopSession)
        .options(joinedload(WorkshopSession.workshop), joinedload(WorkshopSession.place))
        .where(WorkshopSession.commune_code.in_(area.communes))
        .where(WorkshopSession.starts_at > now - BEFORE, WorkshopSession.starts_at < now + AHEAD)
        .where(WorkshopSession.state.in_([SessionState.PUBLISHED, SessionState.CLOSED]))
    )
    return db.scalars(query.order_by(WorkshopSession.starts_at, WorkshopSession.id)).all()


def _spoken(one: WorkshopSession) -> set[str]:
    return {*one.languages, *one.interpretation}


def _is_thin(one: WorkshopSession) -> bool:
    return (one.booked + one.held) * THIN < one.capacity


def _seats(sessions: Sequence[WorkshopSession]) -> list[SeatsOf]:
    number, offered, taken = Counter[str](), Counter[str](), Counter[str]()
    for one in sessions:
        for tongue in _spoken(one):
            number[tongue] += 1
            offered[tongue] += one.capacity + one.allowance
            taken[tongue] += one.booked
    return [
        SeatsOf(tongue, number[tongue], offered[tongue], taken[tongue] if taken[tongue] >= anonymity.LEAST else None)
        for tongue in sorted(number, key=lambda tongue: (-offered[tongue], tongue))
    ]


def _places(db: Session, area: Area, *, mobile: bool) -> int:
    query = sa.select(sa.func.count()).select_from(Place).where(Place.commune_code.in_(area.communes))
    return db.scalar(query.where(Place.withdrawn_at.is_(None), Place.is_mobile.is_(mobile))) or 0


def _stops(db: Session, area: Area) -> Sequence[Stop]:
    query = (
        sa.select(Stop)
        .options(joinedload(Stop.tour), joinedload(Stop.place))
        .join(Place, Place.id == Stop.place_id)
        .join(Tour, Tour.id == Stop.tour_id)
        .where(Place.commune_code.in_(area.communes), Tour.ended_at.is_(None))
    )
    return db.scalars(query.order_by(Place.commune, Stop.id).limit(MOST_ROWS)).all()


def _gaps(db: Session, door: Door, area: Area, coming: Sequence[WorkshopSession]) -> list[Gap]:
    """Over the diagnostics of the organisations that have a place here: each tells whole tens, or nothing."""
    least, titles = Counter[str](), dict[str, str]()
    for diagnostic in _diagnostics(db, area.communes):
        read = group.read(db, door, diagnostic, Wanted(most=exporting.MOST_ROWS, earliest=True))
        counted = exporting.finished(read)
        framework = diagnostic.referential.code
        for place, skill in enumerate(read.skills if counted else ()):
            cells = [int((read.signs[counted, place] == number).sum()) for number in range(len(SIGNS))]
            code = f"{framework}:{skill.code}"
            least[code] += anonymity.told(cells)[_LEARN]
            titles[code] = skill.title
    taught = Counter(code for one in coming for code in one.workshop.skills)
    return [Gap(code, titles[code], many, taught[code]) for code, many in least.most_common(MOST_GAPS) if many]


def _diagnostics(db: Session, communes: Collection[str]) -> Sequence[Diagnostic]:
    here = sa.select(Place.organisation_id).where(Place.commune_code.in_(communes), Place.withdrawn_at.is_(None))
    query = (
        sa.select(Diagnostic)
        .options(joinedload(Diagnostic.referential))
        .where(
            Diagnostic.organisation_id.in_(here),
            Diagnostic.state != DiagnosticState.DRAFT,
            composing.is_listed(),
        )
    )
    return db.scalars(query.order_by(Diagnostic.published_at.desc()).limit(MOST_DIAGNOSTICS)).all()


def to_json(sheet: Sheet) -> Mapping[str, object]:
    """As ``GET /api/v1/territories`` gives it."""
    return {
        "area": {"key": sheet.area.key, "name": sheet.area.name},
        "gaps": [
            {"skill": one.code, "title": one.title, "at_least": one.at_least, "sessions": one.taught}
            for one in sheet.gaps
        ],
        "wishes": [
            {
                "language": one.language,
                "theme": one.theme,
                "people": one.exact,
                "at_least": wishes.EXACT if one.many else wishes.FEWEST,
                "met": one not in sheet.unmet,
            }
            for one in sheet.wished
        ],
        "seats": [
            {"language": one.language, "sessions": one.sessions, "offered": one.offered, "taken": one.taken}
            for one in sheet.seats
        ],
        "places": sheet.places,
        "tours": sheet.vans,
        "coming_sessions": sheet.coming,
        "thin_sessions": [str(one.id) for one in sheet.thin],
    }
