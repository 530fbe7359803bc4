"""Workshops and their series for an organisation's own tools: the same service functions as the pages."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends, Query

from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Short
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.routing import Router
from pathways.workshops.api.once import Key, done_once
from pathways.workshops.models import Workshop
from pathways.workshops.scheduling import offers, sessions
from pathways.workshops.scheduling import series as all_series
from pathways.workshops.scheduling.series import Made
from pathways.workshops.schemas import (
    EndIn,
    SeriesIn,
    SeriesOut,
    WorkshopChange,
    WorkshopIn,
    WorkshopOut,
    series_json,
    workshop_json,
)

router = Router(tags=["workshops"], route_class=StrictRoute)
OF = {"workshop_id": offers.get, "series_id": all_series.get}
Reader = Annotated[Member, Depends(Requires(Permission.WORKSHOPS_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.WORKSHOPS_WRITE, of=OF))]


@router.get("/workshops", response_model=PageOf[WorkshopOut], summary="What the organisation offers")
def list_workshops(
    member: Reader,
    db: ReadDB,
    limit: Limit = 50,
    cursor: Cursor = None,
    theme: Annotated[Short, Query()] = "",
    archived: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query's yes or no
) -> dict[str, Any]:
    """The newest first."""
    query = offers.list_for(member, archived=archived, theme=theme)
    at, key = Workshop.created_at, Workshop.id
    return page(db, query, at=at, key=key, limit=limit, cursor=cursor, show=workshop_json)


@router.post("/workshops", status_code=201, response_model=WorkshopOut, summary="Offer a workshop")
def create(member: Writer, body: WorkshopIn, db: DB, key: Key = "") -> dict[str, Any]:
    return done_once(db, member, key, "workshop", body, lambda: workshop_json(offers.create(db, member, body.form())))


@router.get("/workshops/{workshop_id}", response_model=WorkshopOut, summary="One workshop")
def workshop(member: Reader, workshop_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    return workshop_json(offers.get(db, member, workshop_id))


@router.put("/workshops/{workshop_id}", response_model=WorkshopOut, summary="Write a workshop as it shall be")
def update(member: Writer, workshop_id: uuid.UUID, body: WorkshopChange, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        found = offers.update(db, member, workshop_id, body.form(), version=body.version)
        sessions.save_traits_of_workshop(db, found)
        return workshop_json(found)

    return done_once(db, member, key, "change workshop", body, act, workshop_id)


@router.post("/workshops/{workshop_id}/archive", response_model=WorkshopOut, summary="Offer it no more")
def archive(member: Writer, workshop_id: uuid.UUID, db: DB) -> dict[str, Any]:
    """What is planned takes place. Twice changes nothing."""
    return workshop_json(offers.archive(db, member, workshop_id))


@router.post("/workshops/{workshop_id}/restore", response_model=WorkshopOut, summary="Offer it again")
def restore(member: Writer, workshop_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return workshop_json(offers.archive(db, member, workshop_id, archived=False))


@router.get("/workshops/{workshop_id}/series", response_model=list[SeriesOut], summary="Its series")
def series_of(member: Reader, workshop_id: uuid.UUID, db: ReadDB) -> list[dict[str, Any]]:
    """Those that go on first."""
    found = all_series.of_workshop(db, offers.get(db, member, workshop_id).id)
    return [series_json(one, Made()) for one in found]


@router.post("/workshops/{workshop_id}/series", status_code=201, response_model=SeriesOut, summary="Repeat a session")
def repeat(member: Writer, workshop_id: uuid.UUID, body: SeriesIn, db: DB, key: Key = "") -> dict[str, Any]:
    """Its sessions are made nine months ahead, and further as time goes on, under identifiers that stay."""

    def act() -> dict[str, Any]:
        return series_json(*all_series.create(db, member, workshop_id, body.rule.rule(), body.template()))

    return done_once(db, member, key, "series", body, act, workshop_id)


@router.get("/series/{series_id}", response_model=SeriesOut, summary="One series")
def series(member: Reader, series_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    """``sessions`` of one that has ended: those that stay planned."""
    found = all_series.get(db, member, series_id)
    return series_json(found, Made(all_series.staying(db, found)))


@router.post("/series/{series_id}/end", response_model=SeriesOut, summary="Repeat it no more")
def end(member: Writer, series_id: uuid.UUID, body: EndIn, db: DB, key: Key = "") -> dict[str, Any]:
    """Cancels nothing: the answer says what stays planned after the last day."""

    def act() -> dict[str, Any]:
        stays = all_series.end(db, member, series_id, last=body.last)
        return series_json(all_series.get(db, member, series_id), Made(stays))

    return done_once(db, member, key, "end series", body, act, series_id)
