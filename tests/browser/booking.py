"""A session in front of people, for the browser: made by the services, in the server's own database."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pathways import clock
from pathways.people import service as people
from pathways.permissions import Role
from pathways.workshops.codes import Codes
from pathways.workshops.models import Reading, WorkshopSession
from pathways.workshops.seating import booking, waiting
from pathways.workshops.seating.booking import Wanted
from tests.browser.server import SECRET, Server
from tests.workshops import offering

CODES = Codes(SECRET.encode())
TITLES = {
    "fr": "Écrire un e-mail et envoyer un document",
    "ar": "كتابة بريد إلكتروني وإرسال مستند",
    "fa_AF": "نوشتن ایمیل و فرستادن سند",
    "ti": "ኢመይል ምጽሓፍን ሰነድ ምስዳድን",
}


@dataclass(frozen=True, slots=True)
class Offered:
    organisation_id: uuid.UUID
    session_id: uuid.UUID
    code: str
    full: str
    """The code of a session without a seat left, in which somebody waits."""


def offer(server: Server) -> Offered:
    """A workshop in Dari and French in a week, another date of it, and one that is full."""
    with server.database.begin() as db:
        member = offering.member_of(db)
        place = offering.place_of(db, member, name="Médiathèque de l'Argonne")
        room = offering.room_of(db, place)
        workshop = offering.workshop_of(
            db,
            member,
            titles=TITLES,
            languages=("fr", "fa_AF"),
            reading=Reading.NONE,
            access=("wheelchair",),
            equipment=("own_phone", "computer"),
        )
        spoken: dict[str, Any] = {"languages": ("fa_AF", "fr"), "interpretation": ("ti", "ar")}
        session = offering.session_of(db, member, workshop, room_id=room.id, seats=60, **spoken)
        later = (clock.now() + timedelta(days=14)).date()
        offering.session_of(db, member, workshop, room_id=room.id, day=later, **spoken)
        last = (clock.now() + timedelta(days=21)).date()
        full = offering.session_of(db, member, workshop, room_id=room.id, day=last, seats=1, **spoken)
        booking.book(db, CODES, full.id, Wanted())
        return Offered(member.organisation_id, session.id, session.code, full.code)


def slip(server: Server, offered: Offered, language: str) -> str:
    """The path of a new slip of three people."""
    with server.database.begin() as db:
        wanted = Wanted(party=3, language=language, label="A.", needs=("interpreter", "wheelchair"))
        return f"/b/{booking.book(db, CODES, offered.session_id, wanted).token}"


def place_in_line(server: Server, offered: Offered, language: str) -> str:
    with server.database.begin() as db:
        session_id = db.query(WorkshopSession.id).filter_by(code=offered.full).scalar()
        return f"/w/{waiting.join(db, CODES, session_id, Wanted(language=language)).token}"


def sign_in(server: Server, organisation_id: uuid.UUID, role: Role = Role.TRAINER) -> str:
    """The path of a one-time link of a new member."""
    with server.database.begin() as db:
        account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
        people.add_member(db, account_id=account.id, organisation_id=organisation_id, role=role)
        token = people.one_time_link(db, account_id=account.id, organisation_id=organisation_id)
        return f"/sign-in/link/{token}"
