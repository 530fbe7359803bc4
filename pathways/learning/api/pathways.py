"""Pathways that were chosen, and what is said of their steps: by the person with the token of their attempt, and by
those who help.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Header, Query
from sqlalchemy.orm import Session
from starlette.requests import Request

from pathways import clock, ids
from pathways.diagnostics import reading, taking
from pathways.diagnostics.bearing import CurrentHelper, CurrentLearner, CurrentReader
from pathways.diagnostics.doors import OwnDoor
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.diagnostics.schemas import AttemptOut
from pathways.diagnostics.taking import Door
from pathways.errors import NotFound
from pathways.i18n import D_, N_
from pathways.idempotency import once, scope_of
from pathways.learning import checking, choosing, following, goals
from pathways.learning.api import pace
from pathways.learning.journeys import history
from pathways.learning.models import Pathway, PathwayState, Step, StepState
from pathways.learning.schemas import ChoiceIn, ConcludedOut, MarkIn, PathwayOut, pathway_json
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Learner, Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.routing import Router

router = Router(tags=["pathways"], route_class=StrictRoute)
MARKS: dict[str, Callable[..., bool]] = {
    "done": following.done,
    "known": following.already_known,
    "too_hard": following.too_hard,
    "refused": following.refuse,
}


def _step_of(db: Session, member: Member, step_id: uuid.UUID) -> Step:
    """A step of a pathway of the member's organisation; any other does not exist."""
    found = db.get(Step, step_id)
    pathway = db.get(Pathway, found.pathway_id) if found is not None else None
    if found is None or pathway is None or pathway.organisation_id != member.organisation_id:
        raise NotFound(D_("Cette étape n'existe pas."))
    return found


OF = {"pathway_id": following.pathway_for, "step_id": _step_of}
Reader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of=OF))]
Helper = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_OBSERVE, of=OF))]
Key = Annotated[
    uuid.UUID, Header(alias="Idempotency-Key", description="A UUID of yours: the same one gives the same reply.")
]


# --- of an attempt -----------------------------------------------------------------------------------------


@router.get("/attempts/{attempt_id}/pathways", response_model=list[PathwayOut], summary="The pathways of a person")
def of_attempt(request: Request, reader: CurrentReader, attempt_id: uuid.UUID, db: ReadDB) -> list[dict[str, Any]]:
    """The latest first. Opens with the attempt's token, or to a trainer of its organisation, whose journal notes it."""
    attempt = _attempt(db, reader, attempt_id)
    if isinstance(reader, Member):
        journal.note_opened(request.app.state.database, db, reader, Act.PROFILE_OPENED, [attempt.id])
    own = isinstance(reader, Learner)
    return [pathway_json(one, following.steps_of(db, one), own=own) for one in history.pathways_of(db, attempt)]


@router.post(
    "/attempts/{attempt_id}/pathways", status_code=201, response_model=PathwayOut, summary="Take a way to goals"
)
def choose(
    request: Request, helper: CurrentHelper, attempt_id: uuid.UUID, body: ChoiceIn, key: Key, db: DB, door: OwnDoor
) -> dict[str, Any]:
    """The person takes it, or somebody who helps does for them. It puts an end to the pathway of before. Sent again
    with the same key, it gives the same pathway. Refused (409) before the questions are over.
    """
    attempt = _attempt(db, helper, attempt_id)
    pace.count(request, db, helper)
    organisation_id = db.get_one(Diagnostic, attempt.diagnostic_id).organisation_id

    def act() -> dict[str, Any]:
        chosen = choosing.choose(
            db,
            door,
            attempt,
            framework=choosing.framework_of(db, attempt),
            goals=[goals.visible(db, organisation_id, one) for one in dict.fromkeys(body.goals)],
            limits=body.limits.limits(),
            way=body.way,
            reason=body.reason,
            key=str(key),
        )
        return {"id": str(chosen.id)}

    answer, _ = once(db, scope_of(attempt.id, "choose pathway"), str(key), body.model_dump(mode="json"), act)
    made = db.get_one(Pathway, uuid.UUID(answer["id"]))
    return pathway_json(made, following.steps_of(db, made), own=isinstance(helper, Learner))


@router.post(
    "/attempts/{attempt_id}/steps/{step_id}", response_model=PathwayOut, summary="Say what one thinks of a step"
)
def mark_own(
    helper: CurrentHelper,
    attempt_id: uuid.UUID,
    step_id: uuid.UUID,
    body: MarkIn,
    key: Key,
    db: DB,
    door: OwnDoor,
) -> dict[str, Any]:
    """`done`, `known` (already), `too_hard` or `refused`. The answer is the pathway that follows from it. The same key
    counts once; a step that is over is refused (409), and so is `done` of a question.
    """
    attempt = _attempt(db, helper, attempt_id)
    step = db.get(Step, step_id)
    pathway = next((one for one in history.pathways_of(db, attempt) if step and one.id == step.pathway_id), None)
    if step is None or pathway is None:
        raise NotFound(N_("Cette étape n'existe plus."))
    return _marked(db, door, pathway, step, body, key, own=isinstance(helper, Learner))


@router.post(
    "/attempts/{attempt_id}/steps/{step_id}/check", status_code=201, response_model=AttemptOut, summary="Begin a check"
)
def check(learner: CurrentLearner, step_id: uuid.UUID, db: DB, door: OwnDoor) -> dict[str, Any]:
    """One or two questions about a step. They are answered as any others, at `POST /attempts/{id}/answers` with the id
    and the token of this reply; then `POST /attempts/{attempt_id}/pathways/conclude` says what came of them. Refused
    (409) where no question can be asked in the person's language.
    """
    pathway = _current(db, taking.get(db, learner.attempt_id))
    asked = checking.of_step(db, door, pathway, following.step_for(db, pathway, step_id))
    opened = {"id": asked.id, "token": door.token(asked.id), "language": asked.language}
    opened["resume_code"] = ids.readable(door.resume_code(asked))
    return opened | taking.reply_of(asked, taking.blueprint_of(db, door, asked.diagnostic_id))


@router.post("/attempts/{attempt_id}/pathways/conclude", response_model=ConcludedOut, summary="After a check")
def conclude(learner: CurrentLearner, db: DB, door: OwnDoor) -> dict[str, Any]:
    """Whether one more question is asked (`more`), and the pathway that follows from the answers. Twice changes
    nothing.
    """
    pathway = _current(db, taking.get(db, learner.attempt_id))
    following.hold(db, pathway)
    more = False
    if pathway.check_id is not None:
        asked = taking.held(db, pathway.check_id)
        more = asked.stopped is None or checking.conclude(db, door, pathway, asked)
    return {"more": more, "pathway": pathway_json(pathway, following.steps_of(db, pathway), own=True)}


@router.post("/attempts/{attempt_id}/pathways/stop", status_code=204, summary="Want no more of it")
def stop_own(helper: CurrentHelper, attempt_id: uuid.UUID, db: DB) -> None:
    """What was learnt stays known. Twice changes nothing."""
    pathway = choosing.current(db, _attempt(db, helper, attempt_id))
    if pathway is not None:
        choosing.stop(db, pathway, clock.now())


# --- of an organisation ------------------------------------------------------------------------------------


@router.get("/pathways", response_model=PageOf[PathwayOut], summary="People on a pathway")
def list_pathways(
    request: Request,
    member: Reader,
    db: ReadDB,
    limit: Limit = 50,
    cursor: Cursor = None,
    state: Annotated[PathwayState | None, Query(description="Of this state alone.")] = None,
) -> dict[str, Any]:
    """Of one's organisation, the latest chosen first. The journal notes each page, with how many it told of."""
    query = sa.select(Pathway).where(Pathway.organisation_id == member.organisation_id)
    if state is not None:
        query = query.where(Pathway.state == state)
    found = page(
        db,
        query.order_by(Pathway.chosen_at.desc(), Pathway.id.desc()),
        at=Pathway.chosen_at,
        key=Pathway.id,
        limit=limit,
        cursor=cursor,
        show=lambda one: one,
    )
    journal.note_listed(request.app.state.database, member, Act.PATHWAYS_LISTED, len(found["rows"]))
    steps = _steps(db, [one.id for one in found["rows"]])
    return found | {"rows": [pathway_json(one, steps.get(one.id, []), own=False) for one in found["rows"]]}


@router.get("/pathways/{pathway_id}", response_model=PathwayOut, summary="One pathway")
def one_pathway(request: Request, member: Reader, pathway_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    """That it was opened is noted in the journal, as for a profile."""
    found = following.pathway_for(db, member, pathway_id)
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [found.attempt_id])
    return pathway_json(found, following.steps_of(db, found), own=False)


@router.post("/pathways/{pathway_id}/refresh", response_model=PathwayOut, summary="Plan anew with what is known today")
def refresh(request: Request, member: Helper, pathway_id: uuid.UUID, db: DB, door: OwnDoor) -> dict[str, Any]:
    """It changes only where the change is worth it. Twice changes nothing."""
    found = following.pathway_for(db, member, pathway_id)
    pace.count(request, db, member)
    following.refresh(db, door, found)
    return pathway_json(found, following.steps_of(db, found), own=False)


@router.post("/steps/{step_id}", response_model=PathwayOut, summary="Say what somebody thinks of a step")
def mark(member: Helper, step_id: uuid.UUID, body: MarkIn, key: Key, db: DB, door: OwnDoor) -> dict[str, Any]:
    """As the person does with `POST /attempts/{attempt_id}/steps/{step_id}`: for whoever sits beside them."""
    step = _step_of(db, member, step_id)
    return _marked(db, door, db.get_one(Pathway, step.pathway_id), step, body, key, own=False)


def _attempt(db: Session, reader: Learner | Member, attempt_id: uuid.UUID) -> Attempt:
    if isinstance(reader, Member):
        return reading.attempt_for(db, reader, attempt_id)[0]
    return taking.get(db, reader.attempt_id)


def _current(db: Session, attempt: Attempt) -> Pathway:
    found = choosing.current(db, attempt)
    if found is None:
        raise NotFound(N_("Ce parcours est terminé."))
    return found


def _marked(
    db: Session, door: Door, pathway: Pathway, step: Step, body: MarkIn, key: uuid.UUID, *, own: bool
) -> dict[str, Any]:
    MARKS[body.mark](db, door, pathway, step, key=str(key))
    return pathway_json(pathway, following.steps_of(db, pathway), own=own)


def _steps(db: Session, pathway_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[Step]]:
    query = sa.select(Step).where(
        Step.pathway_id.in_(pathway_ids), Step.state.not_in([StepState.GONE, StepState.REFUSED])
    )
    found: dict[uuid.UUID, list[Step]] = {}
    for one in db.scalars(query.order_by(Step.position, Step.created_at, Step.id)):
        found.setdefault(one.pathway_id, []).append(one)
    return found
