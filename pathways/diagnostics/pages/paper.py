"""The pages of paper forms: printing one, typing what was ticked on a sheet, correcting what was typed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import segno
from fastapi import Depends, Form, Path, Query
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.diagnostics import taking
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.doors import OF, OwnDoor
from pathways.diagnostics.paper import service as paper
from pathways.diagnostics.paper.letters import LETTERS, PRINTABLE, split
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.errors import Conflict, DomainError, Invalid, NotFound, Reused
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires, RequiresForm
from pathways.web.fields import Line, Pasted, Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
MOST_QUESTIONS = 60

Reader = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_READ, of=OF))]
ReaderForm = Annotated[Member, Depends(RequiresForm(Permission.DIAGNOSTICS_READ, of=OF))]
Typist = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_OBSERVE, of=OF))]
TypistForm = Annotated[Member, Depends(RequiresForm(Permission.ATTEMPTS_OBSERVE, of=OF))]
FormCode = Annotated[Short, Path()]
Words = Annotated[list[Short], Form(max_length=MOST_QUESTIONS)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The fields of the typing page as they stand: whatever is wrong, all of them come back."""

    key: uuid.UUID
    words: Sequence[str] = ()
    line: str = ""
    label: str = ""
    whole: bool = False

    @property
    def missing(self) -> list[int]:
        """The questions whose field was left empty, to be looked at again on the sheet; nothing once all is said."""
        left = () if self.whole or self.line else self.words
        return [number for number, word in enumerate(left, 1) if not word]


def _sheet(
    key: Annotated[uuid.UUID, Form()],
    words: Words = [],  # noqa: B006 - FastAPI copies it
    line: Annotated[Line, Form()] = "",
    label: Annotated[Pasted, Form()] = "",
    whole: Annotated[Short, Form()] = "",
) -> Sheet:
    return Sheet(key, words, line, label, bool(whole))


@router.get("/diagnostics/{diagnostic_id}/paper")
def languages(request: Request, member: Reader, diagnostic_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> Response:
    """The languages in which a diagnostic can be printed, and the forms that were."""
    diagnostic = composing.get(db, member, diagnostic_id)
    if diagnostic.code is None:
        raise NotFound(D_("Publiez d'abord ce diagnostic : une feuille est liée à ce qui ne change plus."))
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    left_out = [body for body in blueprint.bodies.values() if body["kind"] not in PRINTABLE]
    return render(
        request,
        "paper-languages.html",
        diagnostic=diagnostic,
        offered=[(one, len(paper.chosen_items(blueprint, one.code))) for one in blueprint.offered()],
        forms=paper.forms_of(db, diagnostic.id),
        left_out=left_out,
    )


@router.post("/diagnostics/{diagnostic_id}/paper")
def make(
    member: ReaderForm, diagnostic_id: uuid.UUID, db: DB, door: OwnDoor, language: Annotated[Short, Form()]
) -> Response:
    form = paper.make(db, door, member, diagnostic_id, language=language)
    return RedirectResponse(f"/paper/{form.row.code}/print", 303)


@router.get("/paper/{form_code}/print")
def printed(
    request: Request, member: Reader, form_code: FormCode, db: ReadDB, door: OwnDoor, settings: OwnSettings
) -> Response:
    """The sheets of the learner: pictures, boxes, both languages, the code on each of them; no key."""
    form = paper.find(db, door, member, form_code)
    i18n.use(form.row.language)
    return render(
        request,
        "paper-print.html",
        form=form,
        shown=[form.blueprint.shown(question.code, form.row.language) for question in form.questions],
        letters=LETTERS,
        qr=_qr(f"{settings.url}/paper/{form.row.code}"),
        display="both",
    )


@router.get("/paper/{form_code}/grid")
def grid(
    request: Request,
    member: Reader,
    form_code: FormCode,
    db: ReadDB,
    door: OwnDoor,
    key: Annotated[Short, Query()] = "",
) -> Response:
    """The grid of the mediator: what was ticked, question by question; with ``key``, what is right too."""
    form = paper.find(db, door, member, form_code)
    return render(
        request,
        "paper-grid.html",
        form=form,
        language_of_form=i18n.languages()[form.row.language],
        keys=paper.keys_of(form) if key else {},
    )


@router.get("/paper")
def ask_code(request: Request, member: Typist, code: Annotated[Line, Query()] = "") -> Response:
    """Where the code of a sheet is typed."""
    wanted = ids.normalised(code)[:40]
    if wanted:
        return RedirectResponse(f"/paper/{wanted}", 303)
    return render(request, "paper-code.html", typed=code, said="")


@router.get("/paper/{form_code}")
def typing(
    request: Request,
    member: Typist,
    form_code: FormCode,
    db: ReadDB,
    door: OwnDoor,
    saved: Annotated[uuid.UUID | None, Query()] = None,
) -> Response:
    """Ready for a sheet: one field a question, or one line for all of them."""
    try:
        form = paper.find(db, door, member, form_code)
    except DomainError as error:
        status = 404 if isinstance(error, NotFound) else 422
        return render(
            request, "paper-code.html", typed=form_code, said=i18n.sentence(error.message, error.values), status=status
        )
    return _typing(request, form, saved=saved)


@router.post("/paper/{form_code}")
def enter(
    request: Request,
    member: TypistForm,
    form_code: FormCode,
    db: DB,
    door: OwnDoor,
    sheet: Annotated[Sheet, Depends(_sheet)],
) -> Response:
    """Record a sheet, then be ready for the next one. What is missing is asked for once; a dash says *not answered*."""
    form = paper.find(db, door, member, form_code)
    try:
        with db.begin_nested():
            if sheet.line:  # from now on the fields count: what is put right there is not undone by the line
                sheet = replace(sheet, words=split(form.questions, sheet.line), line="")
            paper.read(form, sheet.words)
            if sheet.missing:
                return _typing(request, form, sheet, status=422)
            attempt = paper.enter(db, door, member, form_code, words=sheet.words, key=str(sheet.key), label=sheet.label)
    except Invalid as error:
        return _typing(request, form, sheet, wrong=error, status=422)
    except Reused:
        earlier = paper.recorded(db, form, str(sheet.key))
        fresh = replace(sheet, key=ids.random_id())
        return _typing(request, form, fresh, earlier=earlier and earlier.id, status=409)
    return RedirectResponse(f"/paper/{form.row.code}?saved={attempt.id}", 303)


@router.get("/paper/attempts/{attempt_id}")
def typed(request: Request, member: Typist, attempt_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> Response:
    """What was typed of a sheet, to be put right."""
    return _correcting(request, db, door, member, attempt_id)


@router.post("/paper/attempts/{attempt_id}")
def correct(
    request: Request,
    member: TypistForm,
    attempt_id: uuid.UUID,
    db: DB,
    door: OwnDoor,
    seen: Annotated[int, Form(ge=0)],
    words: Words = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    try:
        with db.begin_nested():
            paper.correct(db, door, member, attempt_id, words=words, seen=seen)
    except (Conflict, Invalid) as error:
        return _correcting(request, db, door, member, attempt_id, words=words, wrong=error)
    return RedirectResponse(f"/profiles/{attempt_id}", 303)


def _typing(
    request: Request,
    form: paper.Form,
    sheet: Sheet | None = None,
    *,
    wrong: DomainError | None = None,
    saved: uuid.UUID | None = None,
    earlier: uuid.UUID | None = None,
    status: int = 200,
) -> Response:
    sheet = sheet or Sheet(ids.random_id())
    return render(
        request,
        "paper-typing.html",
        status=status,
        form=form,
        language_of_form=i18n.languages()[form.row.language],
        sheet=sheet,
        words=[*sheet.words, *[""] * len(form.questions)],
        missing=sheet.missing,
        said=i18n.sentence(wrong.message, wrong.values) if wrong else "",
        errors=_errors(wrong),
        saved=(saved, pseudonym(saved)) if saved else None,
        earlier=(earlier, pseudonym(earlier)) if earlier else None,
    )


def _correcting(
    request: Request,
    db: Session,
    door: taking.Door,
    member: Member,
    attempt_id: uuid.UUID,
    *,
    words: Sequence[str] = (),
    wrong: DomainError | None = None,
) -> Response:
    form, attempt, answers = paper.of_attempt(db, door, member, attempt_id)
    kept = paper.words_of(form, answers)
    return render(
        request,
        "paper-correct.html",
        status=200 if wrong is None else 409 if isinstance(wrong, Conflict) else 422,
        form=form,
        attempt=attempt,
        pseudonym=pseudonym(attempt.id),
        kept=kept,
        words=[*words, *kept[len(words) :]],
        seen=len(answers),
        said=i18n.sentence(wrong.message, wrong.values) if wrong else "",
        errors=_errors(wrong),
    )


def _errors(wrong: DomainError | None) -> dict[str, str]:
    return (
        {one["field"]: i18n.sentence(one["message"], {}) for one in wrong.errors} if isinstance(wrong, Invalid) else {}
    )


def _qr(url: str) -> Markup:
    drawn = segno.make(url, error="m").svg_inline(
        omitsize=True, border=1, dark="#000", light="#fff", svgclass="qr", lineclass=None, title="QR"
    )
    return Markup(drawn)  # noqa: S704 - drawn here, from our own address
