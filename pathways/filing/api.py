"""Learners' files over the API: the same service functions as the pages."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends, Query

from pathways import ids
from pathways.diagnostics.doors import OF, OwnDoor
from pathways.filing import erasing, exporting, service
from pathways.filing.schemas import (
    FilingIn,
    LearnerChange,
    LearnerOut,
    LearnerRow,
    ReceiptOut,
    RenewalIn,
    ResumeCodeOut,
)
from pathways.people import files, journal
from pathways.people.journal import Act
from pathways.people.models import LearnerFile
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Line
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.routing import Router

router = Router(tags=["learners"], route_class=StrictRoute)

Keeper = Annotated[Member, Depends(Requires(Permission.FILES_KEEP))]
AttemptKeeper = Annotated[Member, Depends(Requires(Permission.FILES_KEEP, of=OF))]


@router.get("/learners", response_model=PageOf[LearnerRow], summary="Files of people who come back")
def learners(
    member: Keeper, db: ReadDB, q: Annotated[Line, Query()] = "", limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """Those whose label holds every word of `q`, the latest active first."""
    return page(
        db,
        files.matching(member, q),
        at=LearnerFile.active_at,
        key=LearnerFile.id,
        limit=limit,
        cursor=cursor,
        show=LearnerRow.model_validate,
    )


@router.get("/learners/{file_id}", summary="One file")
def learner(member: Keeper, db: DB, file_id: uuid.UUID) -> LearnerOut:
    file = files.get(db, member, file_id)
    if not journal.noted_lately(db, member, Act.FILE_OPENED, [file.id]):
        journal.note(db, member, Act.FILE_OPENED, about_id=file.id)
    return LearnerOut.of_file(file, service.attempts_in(db, file.id))


@router.patch("/learners/{file_id}", summary="Change label and note")
def change(member: Keeper, db: DB, file_id: uuid.UUID, body: LearnerChange) -> LearnerOut:
    """What is left out stays as it is. The same body twice changes it once."""
    kept = files.get(db, member, file_id)
    changed = files.change(
        db,
        member,
        file_id,
        label=kept.label if body.label is None else body.label,
        note=kept.note if body.note is None else body.note,
        version=body.version,
    )
    return LearnerOut.of_file(changed, service.attempts_in(db, file_id))


@router.delete("/learners/{file_id}", summary="Erase everything about one person")
def erase(member: Keeper, db: DB, file_id: uuid.UUID) -> ReceiptOut:
    """Attempts, answers, receptions, label and note, at once and for good. Sent twice, it gives the same receipt."""
    return ReceiptOut.of(erasing.erase(db, member, file_id))


@router.get("/learners/{file_id}/export", summary="Everything about one person")
def export(member: Keeper, db: DB, door: OwnDoor, file_id: uuid.UUID) -> dict[str, Any]:
    """For the person who asks for it. That it was exported stands in the journal."""
    return exporting.to_json(exporting.held(db, door, member, file_id))


@router.put("/attempts/{attempt_id}/file", summary="Put an attempt into a file")
def attach(member: AttemptKeeper, db: DB, attempt_id: uuid.UUID, body: FilingIn) -> LearnerOut:
    file = service.attach(db, member, attempt_id, file_id=body.file_id, label=body.label)
    db.flush()
    return LearnerOut.of_file(file, service.attempts_in(db, file.id))


@router.delete("/attempts/{attempt_id}/file", status_code=204, summary="Take an attempt out of its file")
def detach(member: AttemptKeeper, db: DB, attempt_id: uuid.UUID) -> None:
    """It is anonymous again. A file that it leaves empty is erased."""
    service.detach(db, member, attempt_id)


@router.post("/attempts/{attempt_id}/resume-code", summary="Hand out a new resume code")
def renew(member: AttemptKeeper, db: DB, door: OwnDoor, attempt_id: uuid.UUID, body: RenewalIn) -> ResumeCodeOut:
    """The one before opens nothing any more. Only for an attempt in a file."""
    attempt = service.renew_code(db, door, member, attempt_id, number=body.number)
    return ResumeCodeOut(resume_code=ids.readable(door.resume_code(attempt)))
