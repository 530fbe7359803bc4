"""The public directory over 100,000 places and 200,000 sessions: every combination of what one can ask for."""

from __future__ import annotations

import http.client
import itertools
import random
import statistics
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.report import Figure, Section
from benchmarks.served import KINDS, prepared
from pathways import clock, ids
from pathways.database import Database
from pathways.people.models import Organisation
from pathways.places.models import Commune, Place, PlaceTrait, Postcode
from pathways.workshops.models import SessionState, SessionTrait, Workshop, WorkshopSession
from tests.slow.instance import Instance

SIZES = (1_000, 10_000, 100_000)
AIMS = {"SQLite": 0.150, "PostgreSQL": 0.100}
ROUNDS = 2
ASKED = 250
COMMUNES = 2_000
BATCH = 5_000
HOW = f"""\
Made-up places and twice as many sessions over a year: 15 % of them within 25 km of the middle of Paris, the others
spread over the country; needs, publics, languages and access from common (nine in ten) to rare (one in five thousand).
`pathways serve` runs in processes of its own; the time goes from the request for `/near` to the last byte of the page,
on one open connection. Asked for: {ASKED} of the combinations of nothing or one of where (Paris, a village; 5, 30,
60 km), need, public, language, access, free of charge, a day, drawn once and for all; each {ROUNDS} times, after one
that is not counted. How often a page asks the database does not depend on the rows: tests hold it to that
(`tests/directory/test_searching.py`)."""

# How often something is there, of a hundred thousand.
NEEDS = {"print": 40_000, "papers": 90_000, "learn": 60_000, "buy": 5_000, "connect": 70_000}
PUBLICS = {"seniors": 50_000, "young": 30_000, "women": 800}
LANGUAGES = {"fr": 95_000, "ar": 8_000, "en": 20_000, "ti": 100, "ps": 20}
ACCESS = {"wheelchair": 30_000, "sign_language": 300}
THEMES = {"email": 30_000, "sante": 20_000, "aide_aux_demarches_administratives": 30_000, "logement": 500}


@dataclass(frozen=True)
class Made:
    paris: str
    village: str


def measure() -> Section:
    return Section("The public directory", HOW, [figure for kind in KINDS for figure in _of(kind)])


def _of(kind: str) -> Iterator[Figure]:
    name = kind.partition(",")[0]
    for size in SIZES:
        with prepared(kind) as at:
            database = Database(at.url)
            with database.begin() as db:
                made = fill(db, size)
            settle(database)
            database.dispose()
            with Instance(at.folder / "instance", at.url, code=at.code) as instance:
                seconds = _times(instance.port, list(questions(made)))
        slowest = max(seconds, key=lambda path: statistics.median(seconds[path]))
        every = sorted(one for times in seconds.values() for one in times)
        p95, aim = every[int(0.95 * len(every))], AIMS[name] if size == SIZES[-1] else None
        yield Figure(
            f"{name}: {size:,} places, {2 * size:,} sessions, {len(seconds)} questions: p95 (median, slowest)",
            f"{1000 * p95:.0f} ms ({1000 * statistics.median(every):.0f}, {1000 * every[-1]:.0f})",
            f"<= {1000 * aim:.0f} ms" if aim else "",
            p95 <= aim if aim else None,
        )
        print(f"directory: {name} {size}: p95 {1000 * p95:.0f} ms; slowest {slowest}", flush=True)


def questions(made: Made) -> Iterator[str]:
    """Addresses: the product of some values of each field."""
    where = [("", ""), *itertools.product((made.paris, made.village), ("5", "30", "60"))]
    fields: list[tuple[str, tuple[str, ...]]] = [
        ("need", ("", "papers", "buy")),
        ("public", ("", "women")),
        ("language", ("", "fr", "ar", "ps")),
        ("access", ("", "wheelchair")),
        ("free", ("", "1")),
        ("day", ("", (clock.now().date() + timedelta(days=9)).isoformat())),
    ]
    every = list(itertools.product(where, *(given for _, given in fields)))
    for (place, km), *values in random.Random(8).sample(every, ASKED):
        given = {name: value for (name, _), value in zip(fields, values, strict=True) if value}
        if place:
            given |= {"where": place, "km": km}
        yield f"/near?{urlencode(given)}"


def _times(port: int, paths: list[str]) -> dict[str, list[float]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    seconds: dict[str, list[float]] = {path: [] for path in paths}
    for number in range(ROUNDS + 1):
        for path in paths:
            begun = time.perf_counter()
            connection.request("GET", path)
            reply = connection.getresponse()
            reply.read()
            assert reply.status == 200, f"{path}: {reply.status}"
            if number:
                seconds[path].append(time.perf_counter() - begun)
    return seconds


def settle(database: Database) -> None:
    """What PostgreSQL does by itself some minutes after so many new rows. SQLite knows no statistics, here as there."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))


def fill(db: Session, size: int) -> Made:
    chance = random.Random(5)
    organisation = Organisation(name="Une structure")
    db.add(organisation)
    db.flush()
    communes = _communes(db, chance)
    places, place_traits = [], []
    for number in range(size):
        commune = communes[0] if chance.random() < 0.15 else chance.choice(communes)
        at = _at(chance, commune)
        row = _place(number, organisation.id, commune) | {"latitude": at[0], "longitude": at[1]}
        places.append(row)
        traits = _drawn(chance, need=NEEDS, public=PUBLICS, language=LANGUAGES, access=ACCESS, fee={"free": 90_000})
        place_traits += [{"trait": trait, "place_id": row["id"]} for trait in traits]
    _insert(db, Place, places)
    _insert(db, PlaceTrait, place_traits)
    _sessions(db, chance, organisation.id, places)
    return Made("75056", communes[1]["code"])


def _sessions(db: Session, chance: random.Random, organisation_id: uuid.UUID, places: list[dict[str, Any]]) -> None:
    offers = [
        {
            "id": ids.new_id(),
            "organisation_id": organisation_id,
            "titles": {"fr": f"Atelier {number}", "ar": f"ورشة {number}"},
            "theme": chance.choice(list(THEMES)),
        }
        for number in range(len(places) // 20)
    ]
    _insert(db, Workshop, offers)
    now, sessions, traits = clock.now().replace(minute=0, second=0, microsecond=0), [], []
    for number in range(2 * len(places)):
        offer, place = chance.choice(offers), chance.choice(places)
        far = chance.random() < 0.03
        starts = now + timedelta(hours=chance.randrange(-24 * 60, 24 * 300))
        row = {
            "id": ids.new_id(),
            "workshop_id": offer["id"],
            "organisation_id": organisation_id,
            "code": f"S{number:08}",
            "place_id": None if far else place["id"],
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=2),
            "closes_at": starts,
            "state": SessionState.PUBLISHED if chance.random() < 0.95 else SessionState.CANCELLED,
            "capacity": 12,
            "booked": chance.randrange(13),
            "languages": ["fr"],
            "latitude": None if far else place["latitude"],
            "longitude": None if far else place["longitude"],
            "commune_code": None if far else place["commune_code"],
        }
        sessions.append(row)
        found = _drawn(chance, language=LANGUAGES, access=ACCESS, price={"free": 90_000})
        found |= {f"theme:{offer['theme']}", "reading:little"}
        found.add("audience:public" if chance.random() < 0.97 else "audience:professionals")
        traits += [{"trait": trait, "session_id": row["id"]} for trait in found]
    _insert(db, WorkshopSession, sessions)
    _insert(db, SessionTrait, traits)


def _communes(db: Session, chance: random.Random) -> list[dict[str, Any]]:
    rows = [
        {
            "code": "75056" if number == 0 else f"{number + 10000:05}",
            "name": "Paris" if number == 0 else f"Commune {number}",
            "sought": "paris" if number == 0 else f"commune {number}",
            "department": "75",
            "region": "11",
            "latitude": 48.8566 if number == 0 else chance.uniform(43.2, 50.8),
            "longitude": 2.3522 if number == 0 else chance.uniform(-1.5, 7.0),
        }
        for number in range(COMMUNES)
    ]
    db.execute(sa.delete(Postcode))
    db.execute(sa.delete(Commune))
    _insert(db, Commune, rows)
    _insert(db, Postcode, [{"postcode": row["code"], "commune_code": row["code"]} for row in rows])
    return rows


def _at(chance: random.Random, commune: dict[str, Any]) -> tuple[float, float]:
    spread = 0.12 if commune["code"] == "75056" else 0.03
    return commune["latitude"] + chance.gauss(0, spread), commune["longitude"] + chance.gauss(0, 1.5 * spread)


def _place(number: int, organisation_id: uuid.UUID, commune: dict[str, Any]) -> dict[str, Any]:
    identifier = ids.new_id()
    name = f"Espace {number * 7919 % 1_000_003}"
    return {
        "id": identifier,
        "organisation_id": organisation_id,
        "source_id": str(identifier),
        "name": name,
        "sought": f"{name.casefold()} {commune['sought']}",
        "address": f"{number % 90} rue de la Mairie",
        "postcode": commune["code"],
        "commune": commune["name"],
        "commune_code": commune["code"],
        "phone": "+33123456789",
        "hours": "Mo-Fr 09:00-12:00,14:00-17:00; PH off",
        "description": "Un lieu où l'on aide aux démarches en ligne. " * 8,
        "services": ["Aide aux démarches administratives", "Maîtrise des outils numériques du quotidien"],
        "languages": ["fr"],
        "updated_on": date(2026, 11, 1),
    }


def _drawn(chance: random.Random, **kinds: dict[str, int]) -> set[str]:
    return {
        f"{kind}:{value}"
        for kind, values in kinds.items()
        for value, often in values.items()
        if chance.random() * 100_000 < often
    }


def _insert(db: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), BATCH):
        db.execute(sa.insert(model), rows[start : start + BATCH])
