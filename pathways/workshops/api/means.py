"""People, rooms, vans and devices for an organisation's own tools, and when they are free."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query

from pathways import clock
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import AnyMoment
from pathways.web.routing import Router
from pathways.workshops.api.once import Key, done_once
from pathways.workshops.scheduling import engaging, means
from pathways.workshops.schemas import (
    BindingOut,
    FreeOut,
    MeansChange,
    MeansIn,
    MeansOut,
    binding_json,
    means_json,
)

router = Router(prefix="/means", tags=["means"], route_class=StrictRoute)
OF = {"means_id": means.get}
Reader = Annotated[Member, Depends(Requires(Permission.WORKSHOPS_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.WORKSHOPS_WRITE, of=OF))]
Start = Annotated[AnyMoment | None, Query(description="Without a zone: in UTC. Left out: now.")]
End = Annotated[AnyMoment | None, Query(description="Left out: four weeks after the start.")]
MOST_ROWS = 500
LONGEST, USUAL = timedelta(days=366), timedelta(weeks=4)


@router.get("", response_model=list[MeansOut], summary="One's own, and what others lend")
def list_means(
    member: Reader,
    db: ReadDB,
    archived: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query's yes or no
) -> list[dict[str, Any]]:
    found = db.scalars(means.list_for(member, archived=archived).limit(MOST_ROWS))
    return [means_json(one, member.organisation_id) for one in found]


@router.get("/free", response_model=list[FreeOut], summary="What is free between two moments")
def free(member: Reader, db: ReadDB, start: Start = None, end: End = None) -> list[dict[str, Any]]:
    found = engaging.free_between(db, member, *_stretch(start, end))
    return [means_json(one, member.organisation_id) | {"free": number} for one, number in found]


@router.post("", status_code=201, response_model=MeansOut, summary="Add one")
def create(member: Writer, body: MeansIn, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        return means_json(means.create(db, member, body.form()), member.organisation_id)

    return done_once(db, member, key, "means", body, act)


@router.get("/{means_id}", response_model=MeansOut, summary="One of them")
def one_means(member: Reader, means_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    return means_json(means.get(db, member, means_id), member.organisation_id)


@router.put("/{means_id}", response_model=MeansOut, summary="Write it as it shall be")
def update(member: Writer, means_id: uuid.UUID, body: MeansChange, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        found = means.update(db, member, means_id, body.form(), version=body.version)
        return means_json(found, member.organisation_id)

    return done_once(db, member, key, "change means", body, act, means_id)


@router.post("/{means_id}/archive", response_model=MeansOut, summary="Offer it no more")
def archive(member: Writer, means_id: uuid.UUID, db: DB) -> dict[str, Any]:
    """What binds it stays; the address of its calendar is dead. Twice changes nothing."""
    return means_json(means.archive(db, member, means_id), member.organisation_id)


@router.post("/{means_id}/restore", response_model=MeansOut, summary="Offer it again")
def restore(member: Writer, means_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return means_json(means.archive(db, member, means_id, archived=False), member.organisation_id)


@router.get("/{means_id}/bindings", response_model=list[BindingOut], summary="What binds it")
def bindings(
    member: Reader, means_id: uuid.UUID, db: ReadDB, start: Start = None, end: End = None
) -> list[dict[str, Any]]:
    found = means.get(db, member, means_id)
    held = engaging.bindings(db, [found.id], *_stretch(start, end))
    return [binding_json(one, member.organisation_id) for one in held]


def _stretch(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    since = _aware(start) if start is not None else clock.now()
    until = _aware(end) if end is not None else since + USUAL
    if not since < until <= since + LONGEST:
        said = D_("La fin doit venir après le début, à un an au plus.")
        raise Invalid(said, errors=[{"field": "end", "message": said}])
    return since, until


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
