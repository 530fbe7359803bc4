"""An organisation that offers workshops: members, places, workshops and sessions, by the services."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta
from typing import Any

from pathways import clock
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.places.models import Place, Room, Stop, Tour
from pathways.places.rules import Rule
from pathways.workshops.models import Means, MeansKind, Workshop, WorkshopSession
from pathways.workshops.scheduling import means, offers, sessions
from pathways.workshops.scheduling.means import MeansForm
from pathways.workshops.scheduling.offers import WorkshopForm
from pathways.workshops.scheduling.sessions import SessionForm


def member_of(db, *, organisation_id: uuid.UUID | None = None, role: Role = Role.TRAINER) -> Member:
    """A new member, of a new organisation if none is named."""
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    place = organisation_id or people.create_organisation(db, name="Espace numérique").id
    people.add_member(db, account_id=account.id, organisation_id=place, role=role)
    return Member(account.id, account.name, place, "Espace numérique", role, OF_ROLE[role])


def place_of(db, member: Member, **columns: Any) -> Place:
    usual = {"name": "Médiathèque", "postcode": "45000", "commune": "Orléans", "commune_code": "45234"}
    where = {"latitude": 47.9, "longitude": 1.9, "address": "1 place du Marché"}
    values = usual | where | {"sought": "mediatheque orleans", "source_id": uuid.uuid4().hex} | columns
    found = Place(organisation_id=member.organisation_id, updated_on=date(2026, 11, 1), **values)
    db.add(found)
    db.flush()
    return found


def room_of(db, place: Place, name: str = "Salle 1") -> Room:
    found = Room(place_id=place.id, name=name, seats=12)
    db.add(found)
    db.flush()
    return found


def stop_of(db, member: Member) -> Stop:
    """Of a van that comes every second Thursday."""
    van = place_of(db, member, name="Le bus numérique", is_mobile=True)
    tour = Tour(organisation_id=member.organisation_id, van_id=van.id, name="Bus de l'est")
    db.add(tour)
    db.flush()
    rule = Rule(date(2026, 12, 3), weeks=2).to_json()
    found = Stop(tour_id=tour.id, place_id=place_of(db, member).id, rule=rule, opens="14:00", closes="17:00")
    db.add(found)
    db.flush()
    return found


def workshop_of(db, member: Member, **values: Any) -> Workshop:
    form = WorkshopForm(
        **{"titles": {"fr": "Mes e-mails", "ti": "ኢመይለይ"}, "theme": "email", "languages": ("fr", "ti")} | values
    )
    return offers.create(db, member, form)


def interpreter_of(db, member: Member, **values: Any) -> Means:
    usual: dict[str, Any] = {"kind": MeansKind.INTERPRETER, "name": "Interprète tigrinya", "languages": ("ti",)}
    return means.create(db, member, MeansForm(**usual | values))


def form(day: date | None = None, starts: str = "14:00", ends: str = "16:00", **values: Any) -> SessionForm:
    """In a week, if no day is named."""
    when = day or (clock.now() + timedelta(days=7)).date()
    usual: dict[str, Any] = {"seats": 8}
    return SessionForm(day=when, starts=time.fromisoformat(starts), ends=time.fromisoformat(ends), **usual | values)


def session_of(
    db, member: Member, workshop: Workshop | None = None, *, publish: bool = True, **values: Any
) -> WorkshopSession:
    """In a week from two to four, published."""
    made = sessions.schedule(db, member, (workshop or workshop_of(db, member)).id, form(**values))
    return sessions.publish(db, member, made.id) if publish else made
