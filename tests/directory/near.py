"""A directory to search in: places and sessions by chance, and a plain search through all of them to compare with."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pathways import clock, ids
from pathways.directory.searching import Wanted
from pathways.places import geometry
from pathways.places.models import Place, PlaceTrait
from pathways.workshops.models import SessionState, SessionTrait, Workshop, WorkshopSession
from tests.workshops import offering

TRAITS = {"need:papers": 0.7, "need:buy": 0.1, "language:ti": 0.05, "public:seniors": 0.4, "access:wheelchair": 0.3}
SPOT = (47.9, 1.9)


@dataclass
class Drawn:
    """What was made, to be searched by eye."""

    places: list[tuple[Any, set[str]]] = field(default_factory=list)
    sessions: list[tuple[Any, set[str]]] = field(default_factory=list)

    def near(self, wanted: Wanted) -> list[uuid.UUID]:
        found = [
            (_far(row, wanted), row["sought"], row["id"])
            for row, traits in self.places
            if not row["withdrawn_at"] and _fits(traits, wanted) and _inside(row, wanted)
        ]
        found.sort(key=lambda one: (one[0], one[2].hex) if wanted.around else (one[1], one[2].hex))
        return [one[2] for one in found][wanted.offset : wanted.offset + wanted.limit + 1]

    def soon(self, wanted: Wanted, *, remote: bool = False) -> list[uuid.UUID]:
        found = [
            row
            for row, traits in self.sessions
            if row["state"] is SessionState.PUBLISHED
            and _fits(traits, wanted)
            and (row["place_id"] is None if remote else _inside(row, wanted))
            and (wanted.start is None or row["starts_at"] >= wanted.start)
            and (wanted.end is None or row["starts_at"] < wanted.end)
        ]
        found.sort(key=lambda row: (row["starts_at"], row["id"].hex))
        return [row["id"] for row in found][wanted.offset : wanted.offset + wanted.limit + 1]


def _fits(traits: set[str], wanted: Wanted) -> bool:
    return all(traits & set(group) for group in wanted.groups)


def _inside(row: dict[str, Any], wanted: Wanted) -> bool:
    return wanted.around is None or (row["latitude"] is not None and _far(row, wanted) <= wanted.around.km)


def _far(row: dict[str, Any], wanted: Wanted) -> float:
    around = wanted.around
    if around is None or row["latitude"] is None:
        return 1e9
    return geometry.distance_km(around.latitude, around.longitude, row["latitude"], row["longitude"])


def drawn(db, *, places: int = 150, seed: int = 3) -> Drawn:
    chance, member, now = random.Random(seed), offering.member_of(db), clock.now().replace(microsecond=0)
    made = Drawn()
    offer = Workshop(organisation_id=member.organisation_id, titles={"fr": "Atelier"}, theme="email")
    db.add(offer)
    db.flush()
    for number in range(places):
        known = chance.random() < 0.95
        key = ids.new_id()
        row = {
            "id": key,
            "organisation_id": member.organisation_id,
            "source_id": key.hex,
            "name": f"Lieu {number}",
            "sought": f"lieu {chance.randrange(10_000):05}",
            "postcode": "45000",
            "commune": "Orléans",
            "updated_on": date(2026, 11, 1),
            "latitude": SPOT[0] + chance.gauss(0, 0.2) if known else None,
            "longitude": SPOT[1] + chance.gauss(0, 0.3) if known else None,
            "withdrawn_at": now if chance.random() < 0.1 else None,
        }
        made.places.append((row, _some(chance)))
    for number in range(2 * places):
        place = chance.choice(made.places)[0] if chance.random() < 0.8 else None
        starts = now + timedelta(hours=chance.randrange(-200, 2000), seconds=number)
        row = {
            "id": ids.new_id(),
            "workshop_id": offer.id,
            "organisation_id": member.organisation_id,
            "code": f"Z{seed:02}{number:05}",
            "place_id": place["id"] if place else None,
            "latitude": place["latitude"] if place else None,
            "longitude": place["longitude"] if place else None,
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=2),
            "closes_at": starts,
            "state": chance.choice([SessionState.PUBLISHED] * 8 + [SessionState.DRAFT, SessionState.CANCELLED]),
            "capacity": 8,
        }
        made.sessions.append((row, _some(chance)))
    _insert(db, Place, PlaceTrait, "place_id", made.places)
    _insert(db, WorkshopSession, SessionTrait, "session_id", made.sessions)
    return made


def _some(chance: random.Random) -> set[str]:
    return {trait for trait, share in TRAITS.items() if chance.random() < share}


def _insert(db, model, trait, owner: str, rows: list[tuple[dict[str, Any], set[str]]]) -> None:
    db.execute(sa.insert(model), [row for row, _ in rows])
    db.execute(sa.insert(trait), [{"trait": one, owner: row["id"]} for row, traits in rows for one in traits])


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=clock.PARIS)
