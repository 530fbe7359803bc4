"""The official code of territories: loading what is shipped, finding a commune by what somebody types, and the communes
of an area.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import i18n, spreadsheets
from pathways.database import insert_for
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.places.models import BasinCommune, Commune, Place, Postcode, Territory, TerritoryKind, TerritoryRelease
from pathways.settings import resource

COMMUNES, TERRITORIES, RELEASE = "communes.csv", "territories.csv", "release"
MOST_FOUND = 50
LONGEST_SOUGHT = 100
_AT_ONCE = 2000
_ABBREVIATED = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_LATITUDES, _LONGITUDES = ("latitude", "lat"), ("longitude", "lon", "long", "lng")
_Value = TypeVar("_Value")
_CODES = ("code_commune_insee", "code_insee", "insee_com", "codgeo", "code")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody looks: a commune, or a postcode that several communes share."""

    kind: str
    """``commune`` or ``postcode``."""
    code: str
    name: str
    department: str
    postcodes: tuple[str, ...]
    latitude: float | None
    longitude: float | None
    approximate: bool = False
    """Whether the coordinates are a mean of what is known around, not those of its centre."""


def flat_name(text: str) -> str:
    """A name as it is looked for: without accents, case, dashes and apostrophes, ``St`` as ``saint``."""
    words = re.sub(r"[^a-z0-9]+", " ", i18n.folded(text).replace("œ", "oe").replace("æ", "ae")).split()
    return " ".join(_ABBREVIATED.get(word, word) for word in words)


# --- loading ---------------------------------------------------------------------------------------------------


def load(db: Session, folder: Path | None = None) -> int:
    """Bring the tables to the shipped release; returns how many communes were written: none where it is there. What an
    operator imported (centres, basins) stays.
    """
    folder = folder or resource("referentials") / "territories"
    release = (folder / RELEASE).read_text("utf-8").strip()
    known = db.get(TerritoryRelease, "official")
    if known is not None and known.version == release:
        return 0
    region_of = _load_areas(db, folder / TERRITORIES)
    with (folder / COMMUNES).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    for some in in_batches(rows):
        _upsert_communes(db, [_commune(row, region_of) for row in some])
    _drop_vanished(db, {row["code"] for row in rows})
    db.execute(sa.delete(Postcode))
    codes = [{"postcode": code, "commune_code": row["code"]} for row in rows for code in row["postcodes"].split("|")]
    for some in in_batches(one for one in codes if one["postcode"]):
        db.execute(sa.insert(Postcode), some)
    db.merge(TerritoryRelease(name="official", version=release))
    db.flush()
    if db.get_bind().dialect.name == "postgresql":  # until it has looked, it takes minutes to find a postcode
        db.execute(sa.text("ANALYZE territory, commune, postcode"))
    return len(rows)


def _load_areas(db: Session, path: Path) -> dict[str, str]:
    """Write regions, departments and EPCI anew; returns the region of each department."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    db.execute(sa.delete(Territory))
    for some in in_batches(rows):
        values = [{"kind": TerritoryKind(row["kind"]), "code": row["code"], "name": row["name"]} for row in some]
        db.execute(sa.insert(Territory), values)
    return {row["code"]: row["region"] for row in rows if row["kind"] == TerritoryKind.DEPARTMENT}


def _commune(row: dict[str, str], region_of: dict[str, str]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "name": row["name"],
        "sought": flat_name(row["name"]),
        "department": row["department"],
        "region": region_of[row["department"]],
        "epci": row["epci"] or None,
        "population": int(row["population"]) if row["population"] else None,
        "latitude": float(row["latitude"]) if row["latitude"] else None,
        "longitude": float(row["longitude"]) if row["longitude"] else None,
    }


def _upsert_communes(db: Session, values: list[dict[str, Any]]) -> None:
    statement = insert_for(db)(Commune)
    fresh = {
        name: statement.excluded[name] for name in ("name", "sought", "department", "region", "epci", "population")
    }
    kept = {name: sa.func.coalesce(getattr(Commune, name), statement.excluded[name]) for name in _AXES}
    statement = statement.on_conflict_do_update(index_elements=[Commune.code], set_=fresh | kept)
    db.connection().execute(statement, values)  # not the session, which would send one after the other


_AXES = ("latitude", "longitude")


def _drop_vanished(db: Session, codes: set[str]) -> None:
    """Communes that were merged away; one that a basin still names stays until somebody edits that basin."""
    held = set(db.scalars(sa.select(BasinCommune.commune_code).distinct()))
    gone = set(db.scalars(sa.select(Commune.code))) - codes - held
    for some in in_batches(sorted(gone)):
        db.execute(sa.delete(Postcode).where(Postcode.commune_code.in_(some)))
        db.execute(sa.delete(Commune).where(Commune.code.in_(some)))


def load_centres(db: Session, data: bytes, name: str) -> int:
    """Take the centres of communes from a table with a code, a latitude and a longitude (the file of La Poste, or of
    geo.api.gouv.fr); returns how many communes got one. All or nothing; raises :class:`Invalid`.
    """
    table = spreadsheets.read(data, name, most_rows=60_000)
    header = [i18n.folded(one).strip().replace(" ", "_") for one in table.header]
    columns = [next((header.index(one) for one in names if one in header), -1) for names in _CENTRE_COLUMNS]
    if -1 in columns:
        raise Invalid(D_("Il faut les colonnes code_insee, latitude et longitude."))
    found: dict[str, dict[str, Any]] = {}
    errors = []
    for row in table.rows:
        code, latitude, longitude = (row.cells[column].strip() for column in columns)
        if not latitude and not longitude:
            continue
        try:
            north, east = float(latitude.replace(",", ".")), float(longitude.replace(",", "."))
        except ValueError:
            north, east = 99.0, 0.0
        if not (-90 <= north <= 90 and -180 <= east <= 180):  # no number at all neither
            said = i18n.sentence(D_("Ligne %(line)s : ces coordonnées n'existent pas."), {"line": row.line})
            errors.append({"field": "file", "message": said})
        found[code.zfill(5)] = {"code_": code.zfill(5), "latitude": north, "longitude": east}
    if errors:
        raise Invalid(D_("Le fichier a des erreurs. Rien n'a été gardé."), errors=errors[:MOST_FOUND])
    update = (
        sa.update(Commune.__table__)  # pyright: ignore[reportArgumentType] - a table, whatever the stubs call it
        .where(Commune.code == sa.bindparam("code_"))
        .values(latitude=sa.bindparam("latitude"), longitude=sa.bindparam("longitude"))
    )
    known = set(db.scalars(sa.select(Commune.code)))
    kept = [one for code, one in found.items() if code in known]
    for some in in_batches(kept):
        db.connection().execute(update, some)
    return len(kept)


_CENTRE_COLUMNS = (_CODES, _LATITUDES, _LONGITUDES)


# --- finding ---------------------------------------------------------------------------------------------------


def find(db: Session, text: str, *, limit: int = 8) -> list[Spot]:
    """What somebody means who types ``45000``, ``450``, ``orle``, ``St Jean`` or ``45000 Orléans``: the best first, by
    how the name begins and then by inhabitants. Nothing for what means nothing.
    """
    limit = min(limit, MOST_FOUND)
    words = flat_name(text[:LONGEST_SOUGHT].translate(i18n.LATIN_DIGITS)).split()
    digits = next((word for word in words if word.isdigit() and 2 <= len(word) <= 5), "")
    name = " ".join(word for word in words if word != digits)
    if not digits and len(name) < 2:
        return []
    communes = _by_postcode(db, digits, name, limit) if digits else _by_name(db, name, limit)
    spots = _located(db, communes)
    shared = _shared(digits, spots) if len(digits) == 5 and len(spots) > 1 and not name else []
    return [*shared, *spots][:limit]


def spot_of(db: Session, code: str) -> Spot | None:
    """The commune of a code."""
    commune = db.get(Commune, code)
    return None if commune is None else _located(db, [commune])[0]


def spots_of(db: Session, codes: Iterable[str]) -> dict[str, Spot]:
    """The communes of several codes, in a number of queries that does not grow with them."""
    known = db.scalars(sa.select(Commune).where(Commune.code.in_(set(codes)))).all()
    return {one.code: one for one in _located(db, known)} if known else {}


def communes_of(db: Session, kind: TerritoryKind | str, code: str) -> Sequence[Commune]:
    """The communes of a region, a department or an EPCI, by name; none where the code means nothing."""
    column = {
        TerritoryKind.REGION: Commune.region,
        TerritoryKind.DEPARTMENT: Commune.department,
        TerritoryKind.EPCI: Commune.epci,
    }[TerritoryKind(kind)]
    return db.scalars(sa.select(Commune).where(column == code).order_by(Commune.sought, Commune.code)).all()


def _begins(db: Session, name: str) -> sa.ColumnElement[bool]:
    """Whether a name begins so, in the form that the index of each database answers. ``name`` is letters and digits."""
    if db.get_bind().dialect.name == "sqlite":
        return Commune.sought.op("GLOB")(f"{name}*")
    return Commune.sought.like(f"{name}%")


def _inside(db: Session, name: str) -> sa.ColumnElement[bool]:
    """Whether a later word of a name begins so: the index is read from end to end, never the table."""
    position = sa.func.instr if db.get_bind().dialect.name == "sqlite" else sa.func.strpos
    return position(Commune.sought, f" {name}") > 0


def _by_name(db: Session, name: str, limit: int) -> Sequence[Commune]:
    best = (Commune.sought != name, sa.func.coalesce(Commune.population, 0).desc(), Commune.code)
    first = db.scalars(sa.select(Commune).where(_begins(db, name)).order_by(*best).limit(limit)).all()
    if len(first) >= limit or len(name) < 3:
        return first
    inside = sa.select(Commune.code).where(_inside(db, name), Commune.code.not_in([one.code for one in first]))
    query = sa.select(Commune).where(Commune.code.in_(inside)).order_by(*best[1:])
    rest = db.scalars(query.limit(limit - len(first))).all()
    return [*first, *rest]


def _by_postcode(db: Session, digits: str, name: str, limit: int) -> Sequence[Commune]:
    """Digits compare alike everywhere, so a range is what begins so."""
    with_it = sa.select(Postcode.commune_code).where(
        Postcode.postcode == digits
        if len(digits) == 5
        else sa.and_(Postcode.postcode >= digits, Postcode.postcode < f"{digits}:")
    )
    query = sa.select(Commune).where(Commune.code.in_(with_it))
    if name:
        query = query.where(sa.or_(_begins(db, name), _inside(db, name)))
    largest = sa.func.coalesce(Commune.population, 0).desc()
    return db.scalars(query.order_by(largest, Commune.code).limit(limit)).all()


def _shared(digits: str, spots: Sequence[Spot]) -> list[Spot]:
    known = [(one.latitude, one.longitude) for one in spots if one.latitude is not None and one.longitude is not None]
    north, east = _mean(known)
    return [Spot("postcode", digits, digits, spots[0].department, (digits,), north, east, approximate=True)]


def _located(db: Session, communes: Sequence[Commune]) -> list[Spot]:
    """The communes as spots, with their postcodes; one whose centre nobody knows stands where its places stand, else in
    the middle of what its postcode or its EPCI holds.
    """
    codes = [one.code for one in communes]
    pairs = db.execute(
        sa.select(Postcode.commune_code, Postcode.postcode)
        .where(Postcode.commune_code.in_(codes))
        .order_by(Postcode.postcode)
    ).all()
    postcodes: dict[str, list[str]] = defaultdict(list)
    for code, postcode in pairs:
        postcodes[code].append(postcode)
    spots = [
        Spot("commune", one.code, one.name, one.department, tuple(postcodes[one.code]), one.latitude, one.longitude)
        for one in communes
    ]
    lost = [one for one in communes if one.latitude is None]
    guessed = _guessed(db, lost, postcodes) if lost else {}
    return [
        replace(one, latitude=guessed[one.code][0], longitude=guessed[one.code][1], approximate=True)
        if one.code in guessed
        else one
        for one in spots
    ]


def _guessed(db: Session, lost: Sequence[Commune], postcodes: dict[str, list[str]]) -> dict[str, tuple[float, float]]:
    here = [one.code for one in lost]
    around = list(chain.from_iterable(postcodes[code] for code in here))
    epcis = [one.epci for one in lost if one.epci]
    of_places = _means(db, Place.commune_code, Place, Place.commune_code.in_(here), Place.withdrawn_at.is_(None))
    of_post = _means(
        db, Postcode.postcode, Commune, Postcode.postcode.in_(around), Postcode.commune_code == Commune.code
    )
    by_post = _means(db, Place.postcode, Place, Place.postcode.in_(around), Place.withdrawn_at.is_(None))
    of_epci = _means(db, Commune.epci, Commune, Commune.epci.in_(epcis))
    found = {}
    for one in lost:
        mine = postcodes[one.code]
        tries = chain(
            [of_places.get(one.code)],
            (of_post.get(code) for code in mine),
            (by_post.get(code) for code in mine),
            [of_epci.get(one.epci or "")],
        )
        if spot := next((spot for spot in tries if spot), None):
            found[one.code] = spot
    return found


def _means(
    db: Session, key: Any, of: type[Place | Commune], *conditions: sa.ColumnElement[bool]
) -> dict[str, tuple[float, float]]:
    query = sa.select(key, sa.func.avg(of.latitude), sa.func.avg(of.longitude)).where(*conditions)
    rows = db.execute(query.where(of.latitude.is_not(None), of.longitude.is_not(None)).group_by(key)).all()
    return {code: (north, east) for code, north, east in rows}


def _mean(points: Iterable[tuple[float, float]]) -> tuple[float, float] | tuple[None, None]:
    known = list(points)
    if not known:
        return None, None
    return sum(one[0] for one in known) / len(known), sum(one[1] for one in known) / len(known)


def in_batches(values: Iterable[_Value], size: int = _AT_ONCE) -> Iterator[list[_Value]]:
    """Lists of at most ``size``: what one statement carries."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
