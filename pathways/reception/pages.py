"""The desk's pages: its home, the context sheet, one reception, the sheet that the person takes home."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n, ids
from pathways.diagnostics import modalities, reading, taking
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.doors import (
    DESK_IDLE,
    HolderOfCookie,
    OwnDoor,
    forget,
    forget_person,
    hand_over,
    is_at_desk,
)
from pathways.diagnostics.keys import Door
from pathways.diagnostics.models import Attempt, Diagnostic, DiagnosticState
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.errors import Conflict, DomainError, Gone, Invalid, NotFound
from pathways.i18n import D_
from pathways.people import habits, journal
from pathways.people.days import PARIS
from pathways.people.journal import Act
from pathways.people.models import LearnerFile
from pathways.permissions import Member, Permission
from pathways.reception import ready_made, service
from pathways.reception.appointments import Appointment
from pathways.reception.forms import SheetForm, appointment_form, sheet_form
from pathways.reception.models import Reception
from pathways.reception.service import Received
from pathways.reception.sheet import QUESTIONS, Sheet
from pathways.reception.summary import summary
from pathways.web.dependencies import DB, Identified, ReadDB, Requires, RequiresForm, public
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.private import remember_language
from pathways.web.routing import Router
from pathways.web.squares import square

router = Router()
RECENT, MOST_DIAGNOSTICS = 6, 100
SAID = {"closed": D_("Cet accueil est terminé : rien ne s'en affiche plus ici.")}
OF = {"reception_id": service.get}
_LEFT_AFTER = D_("%(number)s réponse, arrêté ici"), D_("%(number)s réponses, arrêté ici")
_DONE_AFTER = D_("%(number)s réponse, fini"), D_("%(number)s réponses, fini")
Holder = Annotated[Member, Depends(Requires(Permission.RECEPTIONS_HOLD, of=OF))]
HolderForm = Annotated[Member, Depends(RequiresForm(Permission.RECEPTIONS_HOLD, of=OF))]


@router.get("/")
@public("the front door: learners type a code here, members see their desk")
def home(request: Request, member: Identified, db: ReadDB, said: Annotated[str, Query(max_length=10)] = "") -> Response:
    if member is None:
        response = render(request, "front.html", said="", typed="")
        if asked := i18n.recognised(request.query_params.get("lang", "")):
            remember_language(response, request, asked)
        return response
    if not member.may(Permission.DIAGNOSTICS_READ):
        return RedirectResponse("/bookings/search" if member.may(Permission.BOOKINGS_MAKE) else "/account", 303)
    diagnostics = db.scalars(composing.list_for(member).limit(RECENT)).all()
    receives = member.may(Permission.RECEPTIONS_HOLD)
    return render(
        request,
        "desk-home.html",
        diagnostics=diagnostics,
        counts=reading.count_attempts(db, [one.id for one in diagnostics]),
        receives=receives,
        received=service.received_on(db, member, service.today()) if receives else [],
        left_open=service.left_open(db, member) if receives else None,
        referral_news=request.app.state.referral_news(db, member) if receives else 0,
        tandem_worries=request.app.state.tandem_worries(db, member),
        said=i18n.gettext(SAID.get(said, "")),
        name_of=name_of,
        where_of=where_of,
        hour_of=hour_of,
    )


@router.get("/receptions/new")
def new(member: Holder) -> Response:
    """A blank sheet at an address of its own. Nothing is stored until something is sent."""
    return RedirectResponse(f"/receptions/{ids.new_id()}", 303)


@router.get("/receptions/{reception_id}")
def reception(request: Request, member: Holder, reception_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> Response:
    """The context sheet before the questions; where the person is, and what comes next, once they have begun."""
    found = service.find(db, member, reception_id)
    if found is None:
        return _sheet_page(request, member, db, reception_id, Sheet())
    if found.closed_at is not None:
        return _ended()
    if found.attempt_id is None:
        return _sheet_page(request, member, db, reception_id, Sheet.of(found.context, found.language))
    return _reception_page(request, member, db, door, found)


@router.post("/receptions/{reception_id}")
def receive(
    request: Request,
    member: HolderForm,
    reception_id: uuid.UUID,
    form: Annotated[SheetForm, Depends(sheet_form)],
    db: DB,
    door: OwnDoor,
) -> Response:
    """One form, several buttons: keep, look for a file, begin. Whatever is wrong, everything typed comes back."""
    try:
        with db.begin_nested():
            if form.choice is None:
                service.keep(db, member, reception_id, form.sheet)
                return RedirectResponse(f"/receptions/{reception_id}{'#known' if form.searches else ''}", 303)
            _, attempt = service.start(
                db, door, member, reception_id, sheet=form.sheet, choice=form.choice, here=form.sheet.here
            )
    except Gone:
        return _ended()
    except Invalid as error:
        return _sheet_page(request, member, db, reception_id, form.sheet, form=form, said=_said(error), status=422)
    return _opened(request, door, attempt, reception_id)


@router.post("/receptions/{reception_id}/here")
def here(request: Request, member: HolderForm, reception_id: uuid.UUID, db: DB, door: OwnDoor) -> Response:
    """At the desk, read aloud."""
    try:
        attempt = service.take_here(db, member, reception_id)
    except Gone:
        return _ended()
    return _opened(request, door, attempt, reception_id)


@router.post("/receptions/{reception_id}/open")
def open_again(request: Request, member: HolderForm, reception_id: uuid.UUID, db: DB, door: OwnDoor) -> Response:
    """From home: what was locked, left open by a browser that died, or shut too early."""
    return _opened(request, door, service.open_again(db, member, reception_id), reception_id)


@router.post("/receptions/{reception_id}/phone")
def phone(request: Request, member: HolderForm, reception_id: uuid.UUID, db: DB, door: OwnDoor) -> Response:
    try:
        service.take_to_phone(db, member, reception_id)
    except Gone:
        return _ended()
    response = RedirectResponse(f"/receptions/{reception_id}", 303)
    forget_person(response)
    return response


@router.post("/receptions/{reception_id}/next")
def next_person(member: HolderForm, reception_id: uuid.UUID, db: DB) -> Response:
    """Also from a sheet of which nothing was stored."""
    if service.find(db, member, reception_id) is not None:
        with suppress(NotFound):  # its learner erases it at this very moment
            service.next_person(db, member, reception_id)
    return _blank()


@router.post("/t/{attempt_id}/done")
def done(request: Request, learner: HolderOfCookie, db: DB) -> Response:
    """Forget the attempt on this device, which somebody else will hold next. Nothing is erased. At a desk, the next
    person is there already.
    """
    if is_at_desk(request):
        service.next_after(db, learner.attempt_id)
        return _blank()
    response = RedirectResponse("/", 303)
    forget(response)
    return response


@router.post("/receptions/{reception_id}/appointment")
def appointment(
    request: Request,
    member: HolderForm,
    reception_id: uuid.UUID,
    typed: Annotated[Appointment, Depends(appointment_form)],
    db: DB,
    door: OwnDoor,
    seen: Annotated[Short, Form()] = "",
) -> Response:
    try:
        with db.begin_nested():
            service.agree(db, member, reception_id, appointment=typed, seen=seen)
    except Gone:
        return _ended()
    except (Conflict, Invalid) as error:
        found = service.get(db, member, reception_id)
        return _reception_page(request, member, db, door, found, typed=typed, wrong=error)
    return RedirectResponse(f"/receptions/{reception_id}#appointment", 303)


@router.get("/receptions/{reception_id}/appointment")
@router.get("/receptions/{reception_id}/here")
@router.get("/receptions/{reception_id}/open")
@router.get("/receptions/{reception_id}/phone")
@router.get("/receptions/{reception_id}/next")
def back(member: Holder, reception_id: uuid.UUID) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return RedirectResponse(f"/receptions/{reception_id}", 303)


@router.get("/receptions/{reception_id}/sheet")
def paper(request: Request, member: Holder, reception_id: uuid.UUID, db: DB, door: OwnDoor) -> Response:
    """What the person takes home: an A4 page in their language and in French."""
    found = service.get(db, member, reception_id)
    if found.closed_at is not None:
        return _ended()
    if found.attempt_id is None:
        raise NotFound(D_("Les questions n'ont pas encore commencé."))
    attempt = taking.get(db, found.attempt_id)
    if not journal.noted_lately(db, member, Act.PROFILE_OPENED, [attempt.id]):
        journal.note(db, member, Act.PROFILE_OPENED, about_id=attempt.id)
    profile = reading.profile(db, door, attempt)
    code = door.resume_code(attempt)
    i18n.use(attempt.language)
    return render(
        request,
        "reception-paper.html",
        reception_id=reception_id,
        by_sign=profile.by_sign(),
        answered=len(profile.answers),
        step=_step(profile),
        appointment=Appointment.of(found.appointment),
        resume_code=ids.readable(code),
        qr=square(_resume_url(request, code)),
        organisation=member.organisation_name,
        day=i18n.say_date(found.started_at.astimezone(PARIS).date(), attempt.language),
        day_in_french=i18n.say_date(found.started_at.astimezone(PARIS).date(), i18n.SOURCE),
    )


def name_of(row: Received) -> str:
    """The label that a mediator chose, or a name that tells nothing: also for whoever has left, since the next person
    may look at this very screen.
    """
    if row.label and row.closed_at is None:
        return row.label
    return pseudonym(row.attempt_id) if row.attempt_id else i18n.gettext(D_("Fiche d'accueil"))


def where_of(row: Received | Attempt) -> str:
    if row.answered is None:
        return i18n.gettext(D_("pas encore commencé"))
    if row.stopped is None:
        return i18n.sentence(D_("question %(number)s"), {"number": row.answered + 1})
    one, many = _LEFT_AFTER if row.stopped == taking.LEFT else _DONE_AFTER
    return i18n.sentence(many if row.answered > 1 else one, {"number": row.answered})


def hour_of(row: Received) -> str:
    return row.started_at.astimezone(PARIS).strftime("%H:%M")


def _ended() -> Response:
    return RedirectResponse("/?said=closed", 303)


def _blank() -> Response:
    response = RedirectResponse("/receptions/new", 303)
    forget_person(response)
    return response


def _opened(request: Request, door: Door, attempt: Attempt, reception_id: uuid.UUID) -> Response:
    """To the question, without the trial one: the mediator explains; or to the square that the phone scans."""
    if not attempt.at_desk:
        return RedirectResponse(f"/receptions/{reception_id}", 303)
    response = RedirectResponse(f"/t/{attempt.id}", 303)
    hand_over(response, request, door, attempt)
    return response


def _sheet_page(
    request: Request,
    member: Member,
    db: Session,
    reception_id: uuid.UUID,
    sheet: Sheet,
    *,
    form: SheetForm | None = None,
    said: str = "",
    status: int = 200,
) -> Response:
    offered = habits.get(db, member).languages or list(i18n.languages())
    published = (
        sa.select(Diagnostic.id, Diagnostic.title)
        .where(Diagnostic.organisation_id == member.organisation_id, Diagnostic.state == DiagnosticState.PUBLISHED)
        .where(Diagnostic.situation.is_(None))
        .order_by(Diagnostic.published_at.desc(), Diagnostic.id.desc())
        .limit(MOST_DIAGNOSTICS)
    )
    return render(
        request,
        "reception-sheet.html",
        status=status,
        reception_id=reception_id,
        sheet=sheet,
        questions=QUESTIONS,
        without=[(one.value, text) for one, text in modalities.WITHOUT.items()],
        offered=[one for code, one in i18n.languages().items() if code in offered],
        situations=ready_made.offered(),
        diagnostics=db.execute(published).all(),
        chosen=str(form.choice.diagnostic_id) if form and form.choice and form.choice.diagnostic_id else "",
        here=sheet.here,
        known=service.known_files(db, member, sheet),
        keeps_files=member.may(Permission.FILES_KEEP),
        since=_since,
        said=said,
    )


def _reception_page(
    request: Request,
    member: Member,
    db: Session,
    door: Door,
    found: Reception,
    *,
    typed: Appointment | None = None,
    wrong: Conflict | Invalid | None = None,
) -> Response:
    assert found.attempt_id is not None
    attempt = taking.get(db, found.attempt_id)
    diagnostic = db.get_one(Diagnostic, attempt.diagnostic_id)
    profile = reading.profile(db, door, attempt)
    file = db.get(LearnerFile, attempt.file_id) if attempt.file_id and member.may(Permission.FILES_KEEP) else None
    kept, proposed = Appointment.of(found.appointment), habits.of(habits.get(db, member))
    code = door.resume_code(attempt)
    return render(
        request,
        "reception.html",
        status=200 if wrong is None else 409 if isinstance(wrong, Conflict) else 422,
        reception_id=found.id,
        attempt=attempt,
        diagnostic=diagnostic,
        name=file.label if file else pseudonym(attempt.id),
        file_id=file.id if file else "",
        where=where_of(attempt),
        locked=attempt.at_desk and attempt.active_at < clock.now() - DESK_IDLE,
        read_in=i18n.language(attempt.language),
        step=_step(profile),
        is_told=profile.is_told,
        kept=kept,
        typed=typed or (kept if kept.day else Appointment(place=proposed.place, words=proposed.words)),
        seen=service.version_of(found),
        today=service.today().isoformat(),
        report=summary(found, profile, place=proposed.place or member.organisation_name).text(),
        said=_said(wrong) if wrong else "",
        errors={one["field"]: i18n.sentence(one["message"], {}) for one in getattr(wrong, "errors", [])},
        resume_code=ids.readable(code),
        qr=square(_resume_url(request, code)) if not attempt.at_desk and attempt.stopped is None else "",
        url=_resume_url(request, code),
        reachable=request.app.state.settings.reachable_by_phones,
    )


def _step(profile: reading.Profile) -> Any:
    """The one next step, if anything is known at all."""
    return profile.within_reach[0].skill if profile.within_reach and profile.is_told else None


def _since(file: LearnerFile) -> str:
    days = (service.today() - file.active_at.astimezone(PARIS).date()).days
    if days <= 1:
        return i18n.gettext(D_("aujourd'hui") if days <= 0 else D_("hier"))
    return i18n.sentence(D_("il y a %(number)s jours"), {"number": days})


def _said(error: DomainError) -> str:
    return i18n.sentence(error.message, error.values)


def _resume_url(request: Request, code: str) -> str:
    return f"{request.app.state.settings.url}/resume?code={code}"
