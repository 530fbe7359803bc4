"""The API about several people: the same services as the pages."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from pathways.diagnostics import reading, steering
from pathways.diagnostics.doors import OwnDoor
from pathways.diagnostics.models import Attempt
from pathways.insights import comparing, coordination, exporting, group, live, noting, together
from pathways.insights.asking import ABOUT, Chosen, everybody, handed
from pathways.insights.group import SIGNS, Group, Person
from pathways.insights.schemas import (
    ComparisonOut,
    GroupOut,
    LengthenIn,
    LiveOut,
    MistakeOut,
    NextSkillOut,
    SteeredOut,
)
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.routing import Router

router = Router(tags=["trainer"], route_class=StrictRoute)

AttemptsReader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of=ABOUT))]
Observer = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_OBSERVE, of=ABOUT))]


@router.get("/diagnostics/{diagnostic_id}/group", response_model=GroupOut, summary="Everybody, by micro-skill")
def several(
    member: AttemptsReader, diagnostic_id: uuid.UUID, db: ReadDB, door: OwnDoor, wanted: Chosen
) -> dict[str, Any]:
    read = group.of(db, door, member, diagnostic_id, wanted)
    return {
        "people": [_signs(read, number) for number in range(len(read.people))],
        "skills": [
            {"code": skill.code, "title": skill.title, "people": dict(zip(SIGNS, numbers, strict=True))}
            for skill, numbers in zip(read.skills, read.counts().tolist(), strict=True)
        ],
        "attempts": read.found,
        "silent": read.silent,
    }


@router.get("/diagnostics/{diagnostic_id}/live", response_model=LiveOut, summary="Who is at it today")
def now(member: AttemptsReader, diagnostic_id: uuid.UUID, db: ReadDB, door: OwnDoor, wanted: Chosen) -> dict[str, Any]:
    read = live.of(db, door, member, diagnostic_id, wanted)
    return {"rows": [_live(one) for one in read.rows], "attempts": read.found}


@router.get(
    "/diagnostics/{diagnostic_id}/mistakes", response_model=list[MistakeOut], summary="What wrong answers reveal"
)
def mistakes(
    member: AttemptsReader, diagnostic_id: uuid.UUID, db: ReadDB, door: OwnDoor, wanted: Chosen
) -> list[dict[str, Any]]:
    """What most people share first; people count, not answers."""
    read = group.of(db, door, member, diagnostic_id, wanted)
    return [
        {"skill": one.skill.code, "text": one.text, "people": [_person(person) for person in one.people]}
        for one in together.mistakes(db, read)
    ]


@router.get(
    "/diagnostics/{diagnostic_id}/next-skills",
    response_model=list[NextSkillOut],
    summary="Steps that most share",
)
def next_skills(
    member: AttemptsReader, diagnostic_id: uuid.UUID, db: ReadDB, door: OwnDoor, wanted: Chosen
) -> list[dict[str, Any]]:
    read = group.of(db, door, member, diagnostic_id, wanted)
    return [
        {
            "skill": one.skill.code,
            "title": one.skill.title,
            "people": [_person(person) for person in one.ready],
            "to_confirm": one.to_confirm,
        }
        for one in together.next_skills(read)
    ]


@router.get("/diagnostics/{diagnostic_id}/attempts.{kind}", summary="One row for each person, CSV or XLSX")
def people_table(
    request: Request,
    member: AttemptsReader,
    diagnostic_id: uuid.UUID,
    kind: exporting.Kind,
    db: ReadDB,
    door: OwnDoor,
    wanted: Chosen,
) -> Response:
    """For the organisation alone; noted in its journal."""
    table = exporting.inside(db, door, member, diagnostic_id, replace(wanted, most=exporting.MOST_ROWS))
    noting.exported(request.app.state.database, member, Act.ATTEMPTS_EXPORTED, diagnostic_id, table, kind)
    return handed(table, kind)


@router.get("/diagnostics/{diagnostic_id}/group.{kind}", summary="Numbers that may leave the organisation, CSV or XLSX")
def group_table(
    request: Request, member: AttemptsReader, diagnostic_id: uuid.UUID, kind: exporting.Kind, db: ReadDB, door: OwnDoor
) -> Response:
    """No number speaks of fewer than ten people, and none follows from the others. It takes no choice of people."""
    everybody(request)
    table = exporting.outside(db, door, member, diagnostic_id)
    noting.exported(request.app.state.database, member, Act.GROUP_EXPORTED, diagnostic_id, table, kind)
    return handed(table, kind)


@router.post("/attempts/{attempt_id}/stop", response_model=SteeredOut, summary="End it here (a member)")
def stop(member: Observer, attempt_id: uuid.UUID, db: DB) -> dict[str, Any]:
    """What was answered stays valid. Sent twice, it changes nothing."""
    return _steered(steering.stop(db, member, attempt_id))


@router.post("/attempts/{attempt_id}/lengthen", response_model=SteeredOut, summary="A few questions more (a member)")
def lengthen(member: Observer, attempt_id: uuid.UUID, body: LengthenIn, db: DB, door: OwnDoor) -> dict[str, Any]:
    """At most five from where the learner is; one that is over goes on."""
    return _steered(steering.lengthen(db, door, member, attempt_id, to=body.to))


@router.get(
    "/attempts/{attempt_id}/compare/{other_id}", response_model=ComparisonOut, summary="Two attempts, before and after"
)
def compare(
    request: Request, member: AttemptsReader, attempt_id: uuid.UUID, other_id: uuid.UUID, db: ReadDB, door: OwnDoor
) -> dict[str, Any]:
    compared = comparing.of(db, door, member, attempt_id, other_id)
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [attempt_id, other_id])
    return {
        "before": compared.before.id,
        "after": compared.after.id,
        "started_at": (compared.before.started_at, compared.after.started_at),
        "same_file": compared.same_file,
        "skills": [
            {
                "code": one.skill.code,
                "title": one.skill.title,
                "before": one.before,
                "after": one.after,
                "change": one.change,
            }
            for one in compared.skills
        ],
    }


def _person(person: Person) -> dict[str, Any]:
    return {"attempt": person.attempt.id, "name": person.name, "language": person.attempt.language}


def _signs(read: Group, number: int) -> dict[str, Any]:
    person = read.people[number]
    return _person(person) | {
        "state": reading.state_of(person.attempt),
        "not_understood": person.lost,
        "signs": {skill.code: read.sign(number, place) for place, skill in enumerate(read.skills)},
        "within_reach": [skill.code for place, skill in enumerate(read.skills) if read.ready[number, place]],
    }


def _live(one: live.Row) -> dict[str, Any]:
    return {
        "attempt": one.attempt.id,
        "name": one.name,
        "language": one.attempt.language,
        "state": reading.state_of(one.attempt),
        "question": one.question,
        "at_most": one.at_most,
        "idle_seconds": round(one.idle_seconds, 1),
        "still": one.still,
        "not_understood": one.lost,
        "not_understood_in_a_row": one.in_a_row,
        "needs_somebody": one.needs_somebody,
        "longer_to": one.longer_to,
    }


def _steered(attempt: Attempt) -> dict[str, Any]:
    return {
        "attempt": attempt.id,
        "state": reading.state_of(attempt),
        "answered": attempt.answered,
        "longer_to": attempt.longer_to,
    }


@router.get("/territories", summary="The coordinator's sheet of an area")
def territory(
    member: Annotated[Member, Depends(Requires(Permission.TERRITORIES_READ))],
    db: ReadDB,
    door: OwnDoor,
    area: Annotated[str, Query(max_length=60)] = "",
) -> dict[str, Any]:
    """``area`` is ``department:45``, ``region:24``, ``epci:...`` or ``basin:`` and its id. Numbers of people below ten
    are not told; gaps are *at least*, in whole tens.
    """
    return dict(coordination.to_json(coordination.sheet(db, door, member, area)))
