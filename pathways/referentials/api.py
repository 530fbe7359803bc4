"""Own ladders in the API: the same service functions as the pages."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Query

from pathways.permissions import Member, Permission
from pathways.referentials import own, service
from pathways.referentials.models import Strand
from pathways.referentials.own import Rung
from pathways.referentials.schemas import LadderChange, LadderIn, LadderOut
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Short
from pathways.web.routing import Router

router = Router(tags=["trainer"], route_class=StrictRoute)

Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]
Writer = Annotated[Member, Depends(Requires(Permission.CONTENT_WRITE))]


@router.get("/ladders", response_model=list[LadderOut], summary="The organisation's own ladders")
def ladders(
    member: Reader, db: ReadDB, framework: Annotated[Short, Query()] = service.USUAL_FRAMEWORK
) -> list[dict[str, Any]]:
    return [_as_json(one) for one in own.all_of(db, member, framework)]


@router.post("/ladders", status_code=201, response_model=LadderOut, summary="Make an own ladder")
def create(member: Writer, body: LadderIn, db: DB) -> dict[str, Any]:
    return _as_json(own.create(db, member, framework=body.framework, title=body.title, key=body.key))


@router.get("/ladders/{ladder_id}", response_model=LadderOut, summary="One own ladder")
def ladder(member: Reader, ladder_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    return _as_json(own.get(db, member, ladder_id))


@router.put("/ladders/{ladder_id}", response_model=LadderOut, summary="Write an own ladder as it shall be")
def change(member: Writer, ladder_id: uuid.UUID, body: LadderChange, db: DB) -> dict[str, Any]:
    """Micro-skills in their order, the easiest first; one that is left out is archived. 409 if `version` is not the
    present one.
    """
    rungs = [
        Rung(one.title, one.level, one.code, one.device, tuple(tuple(group) for group in one.requires), one.archived)
        for one in body.skills
    ]
    return _as_json(
        own.change(
            db,
            member,
            ladder_id,
            version=body.version,
            title=body.title,
            description=body.description,
            rungs=rungs,
        )
    )


@router.post("/ladders/{ladder_id}/archive", response_model=LadderOut, summary="Offer an own ladder no more")
def archive(member: Writer, ladder_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return _as_json(own.archive(db, member, ladder_id, archived=True))


@router.post("/ladders/{ladder_id}/bring-back", response_model=LadderOut, summary="Offer an own ladder again")
def bring_back(member: Writer, ladder_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return _as_json(own.archive(db, member, ladder_id, archived=False))


def _as_json(strand: Strand) -> dict[str, Any]:
    return {
        "id": strand.id,
        "code": strand.code,
        "framework": strand.framework,
        "title": strand.title,
        "description": strand.description,
        "version": strand.version,
        "archived": strand.archived_at is not None,
        "skills": [asdict(rung) for rung in own.rungs_of(strand)],
    }
