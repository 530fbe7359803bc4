"""People who keep places, and places to keep."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.changes import Change
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.places import service, tours
from pathways.places.models import Commune, Place, Postcode, Tour
from pathways.places.place_forms import PlaceForm
from pathways.places.tours import StopForm
from pathways.workshops import themes
from pathways.workshops.models import Workshop, WorkshopSession

THURSDAY = date(2026, 12, 3)


def member(db: Session, *, role: Role = Role.COORDINATOR, name: str = "Une structure") -> Member:
    """Somebody of a new organisation."""
    organisation = people.create_organisation(db, name=name)
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne", is_operator=False)
    return Member(account.id, "Une personne", organisation.id, organisation.name, role, OF_ROLE[role])


def commune(db: Session, code: str, name: str, postcode: str, *, at: tuple[float, float] | None = None) -> None:
    """A commune as the shipped table would hold it, whether or not it does."""
    row = db.get(Commune, code) or Commune(code=code, department=code[:2], region="24", sought=name.casefold())
    row.name, (row.latitude, row.longitude) = name, at or (None, None)
    db.add(row)
    db.flush()
    if db.get(Postcode, (postcode, code)) is None:
        db.add(Postcode(postcode=postcode, commune_code=code))
    db.flush()


def form(name: str = "Médiathèque", **other: Any) -> PlaceForm:
    fields: dict[str, Any] = {"name": name, "postcode": "99123", "commune": "Ailleurs"}
    return PlaceForm(**(fields | other))


def place(db: Session, who: Member, name: str = "Médiathèque", **other: Any) -> Place:
    return service.create(db, who, form(name, **other))


def tour(db: Session, who: Member) -> Tour:
    van = place(db, who, "Le bus", is_mobile=True)
    return tours.create(db, who, van_id=van.id, name="Tournée du jeudi")


def stop(place: Place, **other: Any) -> StopForm:
    usual: dict[str, Any] = {"place_id": place.id, "first": THURSDAY, "weeks": 2, "opens": "14:00", "closes": "16:00"}
    return StopForm(**(usual | other))


def acts(db: Session, who: Member, kind: str) -> list[str]:
    """What the feed of an organisation says of one kind, in order."""
    found = sa.select(Change.act).where(Change.organisation_id == who.organisation_id, Change.kind == kind)
    return list(db.scalars(found.order_by(Change.id)))


def session(db: Session, organisation_id: uuid.UUID, where: Place, *, days: int = 3, **other: Any) -> None:
    """A session of a workshop in a place, so many days from now."""
    workshop = Workshop(organisation_id=organisation_id, titles={"fr": "Atelier"}, theme=next(iter(themes.themes())))
    db.add(workshop)
    db.flush()
    starts = clock.now() + timedelta(days=days)
    usual: dict[str, Any] = {"code": uuid.uuid4().hex[:8], "place_id": where.id, "capacity": 8}
    usual |= {"starts_at": starts, "ends_at": starts + timedelta(hours=2), "closes_at": starts}
    db.add(WorkshopSession(workshop_id=workshop.id, organisation_id=organisation_id, **(usual | other)))
    db.flush()
