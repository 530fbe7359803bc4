"""An area that somebody plans for: a region, a department, an EPCI or a basin, by one key for all of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.places import basins, territories
from pathways.places.models import Basin, BasinCommune, Commune, Place, Territory, TerritoryKind

BASIN = "basin"
MOST = 60
"""Areas that are compared at once: those around one organisation are far fewer."""


@dataclass(frozen=True, slots=True)
class Area:
    key: str
    """``department:45``, ``epci:244500468``, ``region:24`` or ``basin:`` and its id."""
    name: str
    communes: frozenset[str]
    is_drawn: bool = False
    """An organisation chose its communes one by one: what is told of it can be compared with any other choice."""


def find(db: Session, member: Member, key: str) -> Area:
    """Raises :class:`NotFound` for a key that names nothing, or a basin that another organisation drew for itself."""
    kind, _, code = key.partition(":")
    if kind == BASIN:
        try:
            basin = basins.get(db, member, uuid.UUID(code))
        except ValueError as error:
            raise NotFound(D_("Ce territoire n'existe pas.")) from error
        return Area(key, basin.name, frozenset(basins.commune_codes(db, basin.id)), _is_drawn(basin))
    if kind not in set(TerritoryKind):
        raise NotFound(D_("Ce territoire n'existe pas."))
    known = db.get(Territory, (TerritoryKind(kind), code))
    communes = frozenset(one.code for one in territories.communes_of(db, TerritoryKind(kind), code))
    if known is None and not communes:  # one without a name of its own is still where its communes are
        raise NotFound(D_("Ce territoire n'existe pas."))
    return Area(key, known.name if known else code, communes)


def around(db: Session, member: Member) -> list[Area]:
    """The areas in which the organisation has places, the smallest kind last: what a coordinator looks at. A fixed
    number of queries.
    """
    own = sa.select(Place.commune_code).where(
        Place.organisation_id == member.organisation_id, Place.withdrawn_at.is_(None)
    )
    here = db.scalars(sa.select(Commune).where(Commune.code.in_(own))).all()
    keys = [
        *((TerritoryKind.REGION, one.region) for one in here),
        *((TerritoryKind.DEPARTMENT, one.department) for one in here),
        *((TerritoryKind.EPCI, one.epci) for one in here if one.epci),
    ]
    official = _official(db, list(dict.fromkeys(keys))[:MOST])
    return official + _basins(db, member, [one.code for one in here])


def _official(db: Session, keys: Sequence[tuple[TerritoryKind, str]]) -> list[Area]:
    if not keys:
        return []
    names = {
        (one.kind, one.code): one.name
        for one in db.scalars(sa.select(Territory).where(sa.tuple_(Territory.kind, Territory.code).in_(keys)))
    }
    columns = {kind: getattr(Commune, kind.value) for kind in TerritoryKind}
    within: dict[tuple[TerritoryKind, str], set[str]] = {key: set() for key in keys}
    for kind, column in columns.items():
        codes = [code for one, code in keys if one is kind]
        for code, area in db.execute(sa.select(Commune.code, column).where(column.in_(codes))):
            within[kind, area].add(code)
    return [Area(f"{kind}:{code}", names.get((kind, code), code), frozenset(within[kind, code])) for kind, code in keys]


def _basins(db: Session, member: Member, communes: Sequence[str]) -> list[Area]:
    touching = sa.select(BasinCommune.basin_id).where(BasinCommune.commune_code.in_(communes))
    query = sa.select(Basin).where(basins.visible(member), Basin.id.in_(touching)).order_by(Basin.name).limit(MOST)
    found = db.scalars(query).all()
    within: dict[uuid.UUID, set[str]] = {one.id: set() for one in found}
    rows = sa.select(BasinCommune.basin_id, BasinCommune.commune_code).where(BasinCommune.basin_id.in_(within))
    for basin_id, code in db.execute(rows):
        within[basin_id].add(code)
    return [Area(f"{BASIN}:{one.id}", one.name, frozenset(within[one.id]), _is_drawn(one)) for one in found]


def _is_drawn(basin: Basin) -> bool:
    return basin.organisation_id is not None
