"""The API of paper forms: the same service functions as the pages."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import Depends, Header, Path
from pydantic import BaseModel, Field

from pathways.diagnostics.doors import OF, OwnDoor
from pathways.diagnostics.paper import service as paper
from pathways.diagnostics.paper.service import Form
from pathways.diagnostics.schemas import Incoming
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Line, Short
from pathways.web.routing import Router

router = Router(tags=["paper"], route_class=StrictRoute)

Reader = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_READ, of=OF))]
Typist = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_OBSERVE, of=OF))]
FormCode = Annotated[Short, Path()]
Words = Annotated[
    list[Short],
    Field(
        max_length=60,
        description="One word a question: letters of ticked boxes, numbers of an order from top to bottom, "
        "`0` does not know, `?` did not understand, `-` or empty not answered.",
        examples=[["A", "C", "0", "BAC", "?"]],
    ),
]


class PaperFormIn(Incoming):
    language: Short = Field(examples=["ar"])


class QuestionOut(BaseModel):
    number: int
    item: str
    kind: str
    boxes: list[str] = Field(description="Ids of options from top to bottom: the first is A (or the first to number).")
    targets: list[str] = Field(description="What is to be matched: the first is A.")


class PaperFormOut(BaseModel):
    code: str
    diagnostic_id: uuid.UUID
    language: str
    questions: list[QuestionOut]

    @classmethod
    def of(cls, form: Form) -> PaperFormOut:
        questions = [
            QuestionOut(number=one.number, item=one.code, kind=one.kind, boxes=[*one.boxes], targets=[*one.targets])
            for one in form.questions
        ]
        return cls(
            code=form.row.code, diagnostic_id=form.diagnostic.id, language=form.row.language, questions=questions
        )


class SheetIn(Incoming):
    words: Words
    label: Line = ""


class SheetOut(BaseModel):
    attempt_id: uuid.UUID
    words: list[str]
    seen: int = Field(description="Send it back with a correction: another number means that somebody else corrected.")


class CorrectionIn(Incoming):
    words: Words
    seen: Annotated[int, Field(ge=0)]


@router.post("/diagnostics/{diagnostic_id}/paper-forms", summary="The paper form of a diagnostic in a language")
def make(member: Reader, diagnostic_id: uuid.UUID, body: PaperFormIn, db: DB, door: OwnDoor) -> PaperFormOut:
    """Asked for again, it is the same one."""
    return PaperFormOut.of(paper.make(db, door, member, diagnostic_id, language=body.language))


@router.get("/paper-forms/{form_code}", summary="One paper form")
def form(member: Reader, form_code: FormCode, db: ReadDB, door: OwnDoor) -> PaperFormOut:
    return PaperFormOut.of(paper.find(db, door, member, form_code))


@router.post("/paper-forms/{form_code}/sheets", status_code=201, summary="Record what was ticked on a sheet")
def enter(
    member: Typist,
    form_code: FormCode,
    body: SheetIn,
    db: DB,
    door: OwnDoor,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=50)],
) -> SheetOut:
    """The same key records once; with other answers it is refused."""
    attempt = paper.enter(db, door, member, form_code, words=body.words, key=idempotency_key, label=body.label)
    return _sheet(db, door, member, attempt.id)


@router.get("/attempts/{attempt_id}/sheet", summary="What was typed of a sheet")
def sheet(member: Typist, attempt_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> SheetOut:
    return _sheet(db, door, member, attempt_id)


@router.put("/attempts/{attempt_id}/sheet", summary="Correct what was typed of a sheet")
def correct(member: Typist, attempt_id: uuid.UUID, body: CorrectionIn, db: DB, door: OwnDoor) -> SheetOut:
    """What was typed first stays, superseded."""
    paper.correct(db, door, member, attempt_id, words=body.words, seen=body.seen)
    return _sheet(db, door, member, attempt_id)


def _sheet(db: ReadDB, door: OwnDoor, member: Member, attempt_id: uuid.UUID) -> SheetOut:
    form, attempt, answers = paper.of_attempt(db, door, member, attempt_id)
    return SheetOut(attempt_id=attempt.id, words=paper.words_of(form, answers), seen=len(answers))
