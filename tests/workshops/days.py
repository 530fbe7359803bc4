"""A session with people in it, and somebody who records who came: as plain functions."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.places.models import Place
from pathways.workshops.attending.attendance import Given
from pathways.workshops.codes import Codes
from pathways.workshops.models import (
    Booking,
    BookingState,
    Presence,
    QuotaKind,
    SeatQuota,
    SessionState,
    Via,
    Workshop,
    WorkshopSession,
)

CODES = Codes(b"a secret for tests, thirty-two bytes or more")


def a_member(db: Session, *, organisation_id: uuid.UUID | None = None, role: Role = Role.TRAINER) -> Member:
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    place = organisation_id or people.create_organisation(db, name="Espace numérique").id
    people.add_member(db, account_id=account.id, organisation_id=place, role=role)
    return Member(account.id, account.name, place, "Espace numérique", role, OF_ROLE[role])


def a_session(
    db: Session, organisation_id: uuid.UUID, *, starts_at: datetime | None = None, minutes: int = 120, **changed: Any
) -> WorkshopSession:
    """Published, an hour ago unless said otherwise."""
    workshop = Workshop(
        organisation_id=organisation_id, titles={"fr": "Les e-mails"}, theme="email", equipment=["computer"]
    )
    place = Place(
        organisation_id=organisation_id,
        source_id=uuid.uuid4().hex,
        name="Médiathèque",
        sought="mediatheque",
        postcode="45000",
        commune="Orléans",
        updated_on=clock.now().date(),
    )
    db.add_all([workshop, place])
    db.flush()
    starts = starts_at or clock.now() - timedelta(hours=1)
    values: dict[str, Any] = {
        "workshop_id": workshop.id,
        "organisation_id": organisation_id,
        "code": ids.new_code(7),
        "place_id": place.id,
        "starts_at": starts,
        "ends_at": starts + timedelta(minutes=minutes),
        "closes_at": starts,
        "languages": ["fr"],
        "state": SessionState.PUBLISHED,
        "capacity": 12,
        "booked": 0,
        "reserved": 0,
    }
    session = WorkshopSession(**values | changed)
    db.add(session)
    db.flush()
    return session


def a_booking(db: Session, session: WorkshopSession, label: str = "Une", **changed: Any) -> Booking:
    booking_id = ids.random_id()
    values: dict[str, Any] = {
        "id": booking_id,
        "session_id": session.id,
        "state": BookingState.CONFIRMED,
        "language": "fr",
        "label": label,
        "via": Via.DESK,
        "party": 1,
        "organisation_id": session.organisation_id,
        **CODES.digests_of(booking_id),
    }
    booking = Booking(**values | changed)
    db.add(booking)
    session.booked += booking.party
    db.flush()
    return booking


def a_quota(db: Session, session: WorkshopSession, seats: int) -> SeatQuota:
    """Seats delegated to a van."""
    quota = SeatQuota(session_id=session.id, kind=QuotaKind.VAN, capacity=seats)
    db.add(quota)
    session.reserved += seats
    db.flush()
    return quota


def a_mark(booking: Booking, presence: str = "present", **changed: Any) -> Given:
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "session_id": booking.session_id,
        "booking_id": booking.id,
        "seat": 1,
        "presence": Presence(presence),
        "recorded_at": clock.now(),
    }
    return Given(**values | changed)


def a_count(session: WorkshopSession, number: int, **changed: Any) -> Given:
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "session_id": session.id,
        "walk_ins": number,
        "recorded_at": clock.now(),
    }
    return Given(**values | changed)
