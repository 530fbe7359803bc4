"""What a session is searched by: one row per trait, made from it and its workshop whenever either is kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.places.models import Place
from pathways.workshops.models import SessionTrait, Workshop, WorkshopSession

LONGEST = 80


def of(session: WorkshopSession, workshop: Workshop) -> set[str]:
    """``language:``, ``theme:``, ``reading:``, ``audience:``, ``level:``, ``access:``, ``equipment:``, ``french:``,
    ``skill:framework:CODE``, and ``price:free``, ``mode:remote`` or ``mode:place``.
    """
    found = {f"language:{code}" for code in (*session.languages, *session.interpretation)}
    found |= {f"access:{one}" for one in workshop.access} | {f"equipment:{one}" for one in workshop.equipment}
    found |= {f"skill:{code}" for code in workshop.skills}
    found |= {f"theme:{workshop.theme}", f"reading:{workshop.reading.value}", f"audience:{workshop.audience.value}"}
    found |= {f"level:{workshop.level.value}", f"mode:{'place' if session.place_id else 'remote'}"}
    found |= {f"french:{workshop.french_level}"} if workshop.french_level else set()
    return {trait[:LONGEST] for trait in found | ({"price:free"} if not workshop.price else set())}


def keep(db: Session, found: Iterable[tuple[WorkshopSession, Workshop]]) -> None:
    """Write what is missing and take away what no longer holds: most writes of a session change no trait."""
    wanted = {session.id: of(session, workshop) for session, workshop in found}
    there: dict[uuid.UUID, set[str]] = {one: set() for one in wanted}
    query = sa.select(SessionTrait.session_id, SessionTrait.trait).where(SessionTrait.session_id.in_(wanted))
    for session_id, trait in db.execute(query):
        there[session_id].add(trait)
    new = [
        {"session_id": one, "trait": trait} for one, traits in wanted.items() for trait in sorted(traits - there[one])
    ]
    if new:
        db.execute(sa.insert(SessionTrait), new)
    for one, traits in wanted.items():
        if gone := there[one] - traits:
            db.execute(sa.delete(SessionTrait).where(SessionTrait.session_id == one, SessionTrait.trait.in_(gone)))


def follow_places(db: Session) -> None:
    """Coming sessions stand where their places stand now: a place may have been put right since. One statement."""
    where = (Place.latitude, Place.longitude, Place.commune_code)
    moved = sa.or_(
        WorkshopSession.latitude.is_distinct_from(Place.latitude),
        WorkshopSession.longitude.is_distinct_from(Place.longitude),
        WorkshopSession.commune_code.is_distinct_from(Place.commune_code),
    )
    db.execute(
        sa.update(WorkshopSession)
        .where(WorkshopSession.place_id == Place.id, WorkshopSession.ends_at > clock.now(), moved)
        .values({column.key: column for column in where}),
        execution_options={"synchronize_session": False},
    )
