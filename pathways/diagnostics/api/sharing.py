"""The API of what the composer knows beside choosing: goals, ready-made choices, copies, shares, versions, history."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Query
from pydantic import BaseModel, Field, StrictInt
from sqlalchemy.orm import Session

from pathways.diagnostics import compose_forms
from pathways.diagnostics.compose_forms import Composed
from pathways.diagnostics.composing import pricing, sharing, side_by_side, versions
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.selections import MOST_QUESTIONS, Selection
from pathways.diagnostics.doors import OF
from pathways.diagnostics.models import Diagnostic
from pathways.diagnostics.schemas import DiagnosticOut, Incoming, diagnostic_out
from pathways.permissions import Member, Permission
from pathways.referentials import situations as ready_made
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Line, Short
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.routing import Router

router = Router(tags=["trainer"], route_class=StrictRoute)
READABLE = {"diagnostic_id": sharing.readable}

ContentReader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]
DiagnosticsReader = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_READ, of=READABLE))]
OwnReader = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_READ, of=OF))]
Composer = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_COMPOSE, of=OF))]
Copier = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_COMPOSE, of=READABLE))]
RequiredKey = Annotated[
    uuid.UUID, Header(alias="Idempotency-Key", description="A UUID of yours: the same one gives the same draft.")
]


class SituationOut(BaseModel):
    code: str
    title: str
    words: str
    skills: list[str]
    questions: int | None
    minutes: int | None
    device: str
    flash: bool


class ReasonOut(BaseModel):
    skill: str
    wanted: str = Field(description="The title of what was found, if it names this micro-skill.")
    before: str = Field(description="The micro-skill that needs this one, if it is a prerequisite.")


class GoalOut(BaseModel):
    name: str = Field(examples=["goal:1f2e3d4c", "situation:papers", "skill:MEL-04"])
    title: str
    words: str = Field(description="The words of the question that it answers.")
    proposal: list[ReasonOut]
    unasked: list[str] = Field(description="Micro-skills that it would want, and that have no question yet.")


class CopyOut(BaseModel):
    diagnostic: DiagnosticOut
    lost: list[str] = Field(description="Micro-skills that today's referential does not know any more.")
    adopted: int = Field(description="The author's own micro-skills and questions that were copied with it.")


class SharedOut(BaseModel):
    """What another organisation may read: the definition and the price, never attempts."""

    id: uuid.UUID
    title: str
    owner: str
    referential: str
    state: str
    selection: dict[str, Any]
    estimate: dict[str, Any] | None
    created_at: datetime


class QuestionOut(BaseModel):
    code: str
    skill: str
    kind: str
    stem: str


class SharedWhole(SharedOut):
    questions: list[QuestionOut]


class ShareIn(Incoming):
    organisation: uuid.UUID | Literal["everybody"] = Field(
        description="One organisation of this server, or `everybody` on it.", examples=["everybody"]
    )

    def whom(self) -> uuid.UUID | None:
        return None if self.organisation == "everybody" else self.organisation


class ReaderOut(BaseModel):
    id: uuid.UUID
    name: str
    since: datetime


class OtherOut(BaseModel):
    id: uuid.UUID
    name: str


class SharesOut(BaseModel):
    everybody: bool
    organisations: list[ReaderOut]
    others: list[OtherOut] = Field(description="Whom it could be shared with.")


class PastOut(BaseModel):
    version: int
    title: str
    selection: dict[str, Any]
    edited_by: str = Field(description="Who changed it into what came next.")
    edited_at: datetime
    added: list[str] = Field(description="Micro-skills that this edit added.")
    dropped: list[str]


class RestoreIn(Incoming):
    to: StrictInt = Field(description="The version whose state comes back.")
    version: StrictInt = Field(description="The version that was read; another one is refused with 409.")


class SideOut(BaseModel):
    title: str
    skills: list[str]
    only: list[str] = Field(description="Micro-skills of this side that the other does not have.")
    unseen: list[str]
    price: dict[str, Any]


class PairOut(BaseModel):
    a: SideOut
    b: SideOut
    both: list[str]


@router.get("/situations", response_model=list[SituationOut], summary="Ready-made choices of micro-skills")
def situations(member: ContentReader, referential: Annotated[Short, Query()] = USUAL_FRAMEWORK) -> list[SituationOut]:
    return [
        SituationOut(**{name: getattr(one, name) for name in SituationOut.model_fields})
        for one in ready_made.situations(referential)
    ]


@router.get("/goals", response_model=list[GoalOut], summary="From plain words to micro-skills, with reasons")
def goals(
    member: ContentReader,
    db: ReadDB,
    words: Annotated[Line, Query()],
    referential: Annotated[Short, Query()] = USUAL_FRAMEWORK,
    questions: Annotated[int, Query(ge=1, le=MOST_QUESTIONS)] = 15,
) -> list[GoalOut]:
    """Empty where no word is known: `/situations` then gives something to start from."""
    ladders = composing.latest_ladders(db, member, referential)
    asked = pricing.count_questions(db, ladders).keys()
    selection = Selection(questions=questions)
    told = []
    for one in compose_forms.found(Composed(framework=referential, goal=words), ladders):
        proposed = compose_forms.proposal(selection, one, ladders, asked)
        told.append(
            GoalOut(
                name=one.code,
                title=one.title,
                words=one.words,
                proposal=[ReasonOut(skill=r.skill, wanted=r.wanted, before=r.before) for r in proposed.reasons],
                unasked=list(proposed.unasked),
            )
        )
    return told


@router.get("/diagnostics/shared", response_model=PageOf[SharedOut], summary="What other organisations share")
def shared(member: DiagnosticsReader, db: ReadDB, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    found = page(
        db,
        sharing.shared_with(member),
        at=Diagnostic.created_at,
        key=Diagnostic.id,
        limit=limit,
        cursor=cursor,
        show=lambda one: one,
    )
    owners = sharing.owners_of(db, found["rows"])
    return found | {"rows": [_shared(one, owners[one.organisation_id]) for one in found["rows"]]}


@router.get("/diagnostics/shared/{diagnostic_id}", response_model=SharedWhole, summary="One that is shared")
def shared_one(member: DiagnosticsReader, diagnostic_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    found = sharing.readable(db, member, diagnostic_id)
    questions = [
        {"code": one.code, "skill": one.skill, "kind": one.kind, "stem": one.segments["stem"]}
        for one in sharing.questions_of(db, found)
    ]
    owner = sharing.owners_of(db, [found])[found.organisation_id]
    return _shared(found, owner) | {"questions": questions}


@router.get("/diagnostics/{diagnostic_id}/compare", response_model=PairOut, summary="Beside another choice")
def compare(
    member: OwnReader, diagnostic_id: uuid.UUID, db: ReadDB, beside: Annotated[Short, Query()] = ""
) -> dict[str, Any]:
    """`beside`: the id of a diagnostic, or `situation:CODE`; left out, the version that this one follows, or itself."""
    found = composing.get(db, member, diagnostic_id)
    one = side_by_side.of_diagnostic(db, found)
    two = side_by_side.named(db, member, beside or str(found.follows_id or found.id))
    return {"a": _side(one, two), "b": _side(two, one), "both": [code for code in one.titles if code in two.titles]}


@router.post("/diagnostics/{diagnostic_id}/copy", status_code=201, response_model=CopyOut, summary="Copy as a draft")
def copy(member: Copier, diagnostic_id: uuid.UUID, db: DB, key: RequiredKey) -> dict[str, Any]:
    made = sharing.copy(db, member, diagnostic_id, key=key)
    return _made(db, made.diagnostic, made.lost, made.adopted)


@router.post(
    "/diagnostics/{diagnostic_id}/new-version",
    status_code=201,
    response_model=CopyOut,
    summary="The draft that will follow a published one",
)
def new_version(member: Composer, diagnostic_id: uuid.UUID, db: DB) -> dict[str, Any]:
    """Asked again, the same draft, as long as it is one."""
    made, lost = versions.succeed(db, member, diagnostic_id)
    return _made(db, made, lost)


@router.get("/diagnostics/{diagnostic_id}/shares", response_model=SharesOut, summary="Who may read and copy it")
def shares(member: Composer, diagnostic_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    return _shares(db, member, composing.get(db, member, diagnostic_id))


@router.post("/diagnostics/{diagnostic_id}/share", response_model=SharesOut, summary="Let others read and copy it")
def share(member: Composer, diagnostic_id: uuid.UUID, body: ShareIn, db: DB) -> dict[str, Any]:
    sharing.share(db, member, diagnostic_id, organisation_id=body.whom())
    return _shares(db, member, composing.get(db, member, diagnostic_id))


@router.post("/diagnostics/{diagnostic_id}/unshare", response_model=SharesOut, summary="Take that back")
def unshare(member: Composer, diagnostic_id: uuid.UUID, body: ShareIn, db: DB) -> dict[str, Any]:
    sharing.unshare(db, member, diagnostic_id, organisation_id=body.whom())
    return _shares(db, member, composing.get(db, member, diagnostic_id))


@router.get("/diagnostics/{diagnostic_id}/history", response_model=list[PastOut], summary="What a draft was before")
def history(member: OwnReader, diagnostic_id: uuid.UUID, db: ReadDB) -> list[PastOut]:
    """The state before each edit, the latest first."""
    found = composing.get(db, member, diagnostic_id)
    return [
        PastOut(
            version=one.before.version,
            title=one.before.title,
            selection=one.before.selection.to_json(),
            edited_by=one.before.by,
            edited_at=one.before.at,
            added=list(one.added),
            dropped=list(one.dropped),
        )
        for one in versions.changes(found, versions.history(db, found))
    ]


@router.post("/diagnostics/{diagnostic_id}/restore", response_model=DiagnosticOut, summary="Back to an earlier state")
def restore(member: Composer, diagnostic_id: uuid.UUID, body: RestoreIn, db: DB) -> dict[str, Any]:
    return diagnostic_out(versions.restore(db, member, diagnostic_id, to=body.to, version=body.version))


@router.delete("/diagnostics/{diagnostic_id}", status_code=204, summary="Delete a draft")
def erase(member: Composer, diagnostic_id: uuid.UUID, db: DB) -> None:
    composing.erase(db, member, diagnostic_id)


def _made(db: Session, made: Diagnostic, lost: tuple[str, ...], adopted: int = 0) -> dict[str, Any]:
    db.refresh(made, ["referential"])
    return {"diagnostic": diagnostic_out(made), "lost": list(lost), "adopted": adopted}


def _shares(db: Session, member: Member, diagnostic: Diagnostic) -> dict[str, Any]:
    readers = sharing.readers_of(db, diagnostic)
    names = {one.id for one in readers}
    return {
        "everybody": diagnostic.shared_with_all,
        "organisations": [{"id": one.id, "name": one.name, "since": one.since} for one in readers],
        "others": [{"id": one, "name": name} for one, name in sharing.others(db, member) if one not in names],
    }


def _shared(one: Diagnostic, owner: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "owner": owner,
        "referential": one.referential.code,
        "state": one.state.value,
        "selection": Selection.from_json(one.selection).to_json(),
        "estimate": one.estimate or None,
        "created_at": one.created_at,
    }


def _side(one: side_by_side.Side, other: side_by_side.Side) -> dict[str, Any]:
    return {
        "title": one.title,
        "skills": list(one.titles),
        "only": [code for code in one.titles if code not in other.titles],
        "unseen": list(one.unseen),
        "price": one.price,
    }
