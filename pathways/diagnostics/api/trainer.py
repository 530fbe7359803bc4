"""The API for trainers' own tools: the same service functions as the pages."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends, Header, Path
from starlette.requests import Request

from pathways.diagnostics import quality, reading
from pathways.diagnostics.composing import auditing
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.doors import OF
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.diagnostics.schemas import (
    AttemptRow,
    AuditOut,
    DiagnosticChange,
    DiagnosticIn,
    DiagnosticOut,
    EstimateIn,
    QualityOut,
    ReferentialOut,
    SelectionIn,
    diagnostic_out,
)
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.referentials.models import Referential
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Short
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.presence import Presence
from pathways.web.routing import Router

router = Router(tags=["trainer"], route_class=StrictRoute)

ContentReader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]
DiagnosticsReader = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_READ))]
Composer = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_COMPOSE, of=OF))]
AttemptsReader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of=OF))]
OptionalKey = Annotated[
    uuid.UUID | None, Header(alias="Idempotency-Key", description="A UUID of yours: the same one gives the same draft.")
]


@router.get("/referentials", response_model=list[ReferentialOut], summary="All frameworks, latest number of each")
def referentials(member: ContentReader, db: ReadDB) -> list[dict[str, Any]]:
    return [_referential(one) for one in referentials_service.all_newest(db)]


@router.get("/referentials/{code}", response_model=ReferentialOut, summary="One framework")
def referential(member: ContentReader, code: Annotated[Short, Path()], db: ReadDB) -> dict[str, Any]:
    return _referential(referentials_service.latest(db, code))


@router.get("/diagnostics", response_model=PageOf[DiagnosticOut], summary="Diagnostics of the organisation")
def diagnostics(member: DiagnosticsReader, db: ReadDB, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    return page(
        db,
        composing.list_for(member),
        at=Diagnostic.created_at,
        key=Diagnostic.id,
        limit=limit,
        cursor=cursor,
        show=diagnostic_out,
    )


@router.post("/diagnostics", status_code=201, response_model=DiagnosticOut, summary="Compose a draft")
def create(member: Composer, body: DiagnosticIn, db: DB, key: OptionalKey = None) -> dict[str, Any]:
    """With a key, the same draft again; sent again with changes, the draft changes (its history keeps what it was)."""
    selection = selection_of(body.selection)
    made = composing.create(db, member, title=body.title, framework=body.referential, selection=selection, key=key)
    return diagnostic_out(made)


@router.post("/diagnostics/estimate", summary="How long and how sure, before composing")
def estimate(request: Request, member: Composer, body: EstimateIn, db: ReadDB) -> dict[str, Any]:
    """Some 200 simulated learners take this very selection; the seed is in the reply and gives the same again."""
    referential = composing.latest_ladders(db, member, body.referential)
    selection = composing.checked(referential, selection_of(body.selection))
    return composing.price(db, referential, selection, goes_on=Presence(request)).to_json()


@router.get("/diagnostics/{diagnostic_id}", response_model=DiagnosticOut, summary="One diagnostic")
def diagnostic(member: DiagnosticsReader, diagnostic_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    return diagnostic_out(composing.get(db, member, diagnostic_id))


@router.get("/diagnostics/{diagnostic_id}/quality", response_model=QualityOut, summary="Claimed against observed")
def how_far_believed(member: DiagnosticsReader, diagnostic_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    """What was foretold of extra questions, and how they were answered. Below ten, their number alone."""
    return quality.of(db, composing.get(db, member, diagnostic_id).id).to_json()


@router.put("/diagnostics/{diagnostic_id}", response_model=DiagnosticOut, summary="Change a draft")
def change(member: Composer, diagnostic_id: uuid.UUID, body: DiagnosticChange, db: DB) -> dict[str, Any]:
    changed = composing.update(
        db, member, diagnostic_id, title=body.title, selection=selection_of(body.selection), version=body.version
    )
    return diagnostic_out(changed)


@router.post(
    "/diagnostics/{diagnostic_id}/publish", response_model=DiagnosticOut, summary="Publish: frozen from then on"
)
def publish(member: Composer, diagnostic_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return diagnostic_out(composing.publish(db, member, diagnostic_id))


@router.post(
    "/diagnostics/{diagnostic_id}/close", response_model=DiagnosticOut, summary="Close: nobody starts any more"
)
def close(member: Composer, diagnostic_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return diagnostic_out(composing.close(db, member, diagnostic_id))


@router.get(
    "/diagnostics/{diagnostic_id}/audit", response_model=AuditOut, summary="What it can do, and what none could"
)
def audit(request: Request, member: DiagnosticsReader, diagnostic_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    """Simulated, ladder by ladder, beside the fewest questions of any test with the same items. It takes a second."""
    found = composing.get(db, member, diagnostic_id)
    return auditing.of(db, found, goes_on=Presence(request)).to_json()


@router.get("/diagnostics/{diagnostic_id}/attempts", response_model=PageOf[AttemptRow], summary="Who took it")
def attempts(
    member: AttemptsReader, diagnostic_id: uuid.UUID, db: ReadDB, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """Without names: there are none. One row links to `/attempts/{id}/profile`."""
    found = composing.get(db, member, diagnostic_id)
    return page(
        db,
        reading.attempts_of(found.id),
        at=Attempt.started_at,
        key=Attempt.id,
        limit=limit,
        cursor=cursor,
        show=_attempt,
    )


def selection_of(body: SelectionIn) -> Selection:
    return Selection.from_json(body.model_dump())


def _referential(one: Referential) -> dict[str, Any]:
    return {
        "code": one.code,
        "number": one.number,
        "version": one.version,
        "title": one.title,
        "audience": one.audience,
        "licence": one.licence,
        "strands": [
            {
                "code": strand.code,
                "domain": strand.domain,
                "title": strand.title,
                "titles": strand.titles,
                "skills": [
                    {
                        "code": skill.code,
                        "title": skill.title,
                        "titles": skill.titles,
                        "level": skill.level,
                        "device": skill.device,
                        "requires": skill.requires,
                        "aligned": skill.aligned,
                    }
                    for skill in strand.skills
                ],
            }
            for strand in one.strands
        ],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "id": attempt.id,
        "language": attempt.language,
        "state": reading.state_of(attempt),
        "stopped": attempt.stopped,
        "answered": attempt.answered,
        "started_at": attempt.started_at,
        "active_at": attempt.active_at,
    }
