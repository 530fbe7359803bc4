"""The learner's door of the API: no account, one token for one attempt."""

from __future__ import annotations

import json
import uuid
from typing import Annotated, Any

from fastapi import Body, Header, Response
from starlette.requests import Request

from pathways import i18n, ids
from pathways.diagnostics import reading, taking, unclear
from pathways.diagnostics.bearing import CurrentLearner, CurrentReader
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.doors import OwnDoor
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.schemas import AnswerIn, AttemptIn, AttemptOut, ProfileOut, ResumeIn, Step, UnclearIn, UndoIn
from pathways.diagnostics.taking import Door
from pathways.errors import Invalid
from pathways.i18n import N_
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, Address, ReadDB, public
from pathways.web.routing import Router

router = Router(prefix="/attempts", tags=["learner"], route_class=StrictRoute)
RequiredKey = Annotated[
    uuid.UUID, Header(alias="Idempotency-Key", description="A UUID of yours: the same one gives the same reply.")
]
OptionalKey = Annotated[
    uuid.UUID | None, Header(alias="Idempotency-Key", description="A UUID of yours: the same one gives the same reply.")
]


@router.post("", status_code=201, response_model=AttemptOut, summary="Start a diagnostic")
@public("anybody who holds the code of a poster may start")
def start(body: AttemptIn, db: DB, door: OwnDoor, address: Address, key: OptionalKey = None) -> Response:
    """Begin the diagnostic of a code in one of its languages. The token opens this attempt and nothing else."""
    language = i18n.recognised(body.language) or ""
    attempt, blueprint = taking.start(
        db,
        door,
        code=body.code,
        language=language,
        address=address,
        key=str(key) if key else None,
        unusable=body.unusable,
    )
    return _json(_opened(door, attempt, blueprint), 201)


@router.post("/resume", response_model=AttemptOut, summary="Go on with a resume code")
@public("anybody who holds a resume code may go on; wrong ones are counted")
def resume(body: ResumeIn, db: DB, door: OwnDoor, address: Address) -> Response:
    """Open an attempt again with the code that its learner wrote down."""
    attempt = taking.resume(db, door, code=body.code, address=address)
    return _json(_opened(door, attempt, taking.blueprint_of(db, door, attempt.diagnostic_id)))


@router.get("/{attempt_id}", response_model=Step, summary="The question on the screen")
def current(learner: CurrentLearner, db: ReadDB, door: OwnDoor) -> Response:
    attempt = taking.get(db, learner.attempt_id)
    return _json(taking.reply_of(attempt, taking.blueprint_of(db, door, attempt.diagnostic_id)))


@router.post("/{attempt_id}/answers", response_model=Step, summary="Answer")
def answer(learner: CurrentLearner, body: AnswerIn, key: RequiredKey, db: DB, door: OwnDoor) -> Response:
    """Answer the question on the screen. The same key gives the same reply, byte for byte; the same key with another
    body is refused (422); an item that is not on the screen is refused (409).
    """
    if body.outcome in {None, "answered"} and body.response is None:
        raise Invalid(
            N_("Il manque quelque chose ici."),
            errors=[{"field": "response", "message": N_("Il manque quelque chose ici.")}],
        )
    reply = taking.answer(
        db,
        door,
        learner.attempt_id,
        key=str(key),
        item=body.item,
        outcome=body.outcome,
        response=body.response,
    )
    return Response(reply, media_type="application/json")


@router.post("/{attempt_id}/undo", response_model=Step, summary="Take the last answer back")
def undo(learner: CurrentLearner, db: DB, door: OwnDoor, body: Annotated[UndoIn | None, Body()] = None) -> Response:
    """The last answer is superseded, not deleted, and its question is asked again."""
    attempt = taking.undo(db, door, learner.attempt_id, item=body.item if body else None)
    return _json(taking.reply_of(attempt, taking.blueprint_of(db, door, attempt.diagnostic_id)))


@router.post("/{attempt_id}/unclear", status_code=204, summary="Say that a sentence is not clear")
def say_unclear(learner: CurrentLearner, body: UnclearIn, db: DB, door: OwnDoor) -> None:
    """Counted once for each learner and sentence, and linked to nobody. Nothing that was answered changes."""
    unclear.say(db, door, learner.attempt_id, item=body.item, segment=body.segment)


@router.post("/{attempt_id}/leave", response_model=Step, summary="Stop here")
def leave(learner: CurrentLearner, db: DB, door: OwnDoor) -> Response:
    """What is known so far stays valid."""
    attempt = taking.leave(db, learner.attempt_id)
    return _json(taking.reply_of(attempt, taking.blueprint_of(db, door, attempt.diagnostic_id)))


@router.delete("/{attempt_id}", status_code=204, summary="Erase everything")
def erase(request: Request, learner: CurrentLearner, db: DB) -> None:
    """Erase the attempt, its answers and all that is linked to it, at once and for good."""
    taking.erase(db, learner.attempt_id, before=request.app.state.leave)


@router.get("/{attempt_id}/profile", response_model=ProfileOut, summary="The profile so far")
def profile(request: Request, reader: CurrentReader, attempt_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> Response:
    """Per micro-skill: its label, the probability behind it, whether it was asked or deduced. Language trouble is
    apart and never lowers a skill. Opens with the attempt's token, or to a trainer of its organisation, whose journal
    notes it.
    """
    if isinstance(reader, Member):
        attempt, _ = reading.attempt_for(db, reader, attempt_id)
        journal.note_opened(request.app.state.database, db, reader, Act.PROFILE_OPENED, [attempt.id])
        return _json(reading.profile(db, door, attempt).to_json())
    return _json(reading.profile(db, door, taking.get(db, reader.attempt_id)).to_json())


def _opened(door: Door, attempt: Attempt, blueprint: Blueprint) -> dict[str, Any]:
    return {
        "id": str(attempt.id),
        "token": door.token(attempt.id),
        "language": attempt.language,
        "resume_code": ids.readable(door.resume_code(attempt)),
    } | taking.reply_of(attempt, blueprint)


def _json(body: dict[str, Any], status: int = 200) -> Response:
    """JSON written once and the same way everywhere, so that equal replies are equal bytes."""
    return Response(json.dumps(body, ensure_ascii=False, separators=(",", ":")), status, media_type="application/json")
