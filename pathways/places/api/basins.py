"""Living basins: sets of communes."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy.orm import Session

from pathways.permissions import Member, Permission
from pathways.places import basins
from pathways.places.api.writing import Key, done_once
from pathways.places.models import Basin
from pathways.places.schemas import BasinChange, BasinIn, BasinOut, BasinRows, Removed
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Line
from pathways.web.paging import Limit
from pathways.web.routing import Router

router = Router(tags=["places"], route_class=StrictRoute)

OF = {"basin_id": basins.get}
Reader = Annotated[Member, Depends(Requires(Permission.PLACES_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.TERRITORIES_WRITE, of=OF))]


@router.get("/basins", response_model=BasinRows, summary="Living basins, your own first")
def all_basins(
    member: Reader,
    db: ReadDB,
    q: Annotated[Line, Query()] = "",
    limit: Limit = 50,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> dict[str, Any]:
    found = basins.list_for(db, member, words=q, limit=limit + 1, offset=offset)
    return {"rows": [_row(one) for one in found[:limit]], "more": len(found) > limit}


@router.post("/basins", status_code=201, response_model=BasinOut, summary="Draw a basin")
def create(member: Writer, body: BasinIn, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        return _json(db, basins.create(db, member, name=body.name, codes=body.communes))

    return done_once(db, member, key, "create basin", body, act)


@router.get("/basins/{basin_id}", response_model=BasinOut, summary="One basin with its communes")
def basin(member: Reader, basin_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    return _json(db, basins.get(db, member, basin_id))


@router.put("/basins/{basin_id}", response_model=BasinOut, summary="Write a basin as it shall be")
def change(member: Writer, basin_id: uuid.UUID, body: BasinChange, db: DB, key: Key = "") -> dict[str, Any]:
    """409 if `version` is not the present one."""

    def act() -> dict[str, Any]:
        changed = basins.update(db, member, basin_id, name=body.name, codes=body.communes, version=body.version)
        return _json(db, changed)

    return done_once(db, member, key, "change basin", body, act, basin_id)


@router.delete("/basins/{basin_id}", response_model=Removed, summary="Remove a basin")
def delete(member: Writer, basin_id: uuid.UUID, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        basins.delete(db, member, basin_id)
        return {"removed": basin_id}

    return done_once(db, member, key, "remove basin", None, act, basin_id)


def _row(basin: Basin) -> dict[str, Any]:
    return {name: getattr(basin, name) for name in ("id", "system", "code", "name", "organisation_id", "version")}


def _json(db: Session, basin: Basin) -> dict[str, Any]:
    return _row(basin) | {"communes": list(basins.commune_codes(db, basin.id))}
