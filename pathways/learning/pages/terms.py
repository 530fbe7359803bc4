"""Hours of paths: what the structure's funder counts, the sheet of one path to sign, the table of all of them."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.diagnostics.models import Attempt
from pathways.errors import Conflict, DomainError, Invalid
from pathways.i18n import D_
from pathways.learning.hours import attesting
from pathways.learning.hours.attesting import Hours, Line, Terms
from pathways.learning.models import Pathway, Resource
from pathways.people import journal
from pathways.people.journal import Act
from pathways.people.models import Organisation
from pathways.permissions import Member, Permission
from pathways.spreadsheets import CSV
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.problems import STATUS
from pathways.web.routing import Router
from pathways.workshops.attending.activity import Period
from pathways.workshops.attending.certificates import PRESENCES
from pathways.workshops.forms import Filled, Sent

_EUROS = re.compile(r"-?[0-9]{1,5}(?:\.[0-9]{1,2})?", re.ASCII)
router = Router()
OF = {"pathway_id": attesting.get}
Reader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_OBSERVE, of=OF))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.ATTEMPTS_OBSERVE, of=OF))]
Typed = Annotated[Short, Query()]
USUAL_DAYS = 91
SAID = {"kept": D_("C'est enregistré."), "corrected": D_("La ligne est ajoutée.")}


@router.get("/paths/terms")
def terms(request: Request, member: Writer, db: ReadDB, said: Annotated[Short, Query()] = "") -> Response:
    kept = attesting.terms_of(db, member.organisation_id)
    filled = Filled(
        {
            "funder": [kept.funder],
            "rate": ["" if kept.cents_an_hour is None else _euros(kept.cents_an_hour)],
            "own": ["1" if kept.counts_own_work else ""],
            "insertion": ["1" if kept.insertion_hours else ""],
            "version": [str(kept.version)],
        }
    )
    return _terms(request, filled, said=i18n.gettext(SAID.get(said, "")))


@router.post("/paths/terms")
def set_terms(request: Request, member: WriterForm, db: DB, sent: Sent) -> Response:
    try:
        with db.begin_nested():
            cents, version = _cents(sent), sent.number("version", -1)
            sent.refuse()
            wanted = Terms(sent.get("funder"), cents, bool(sent.get("own")), bool(sent.get("insertion")), version)
            attesting.set_terms(db, member, wanted)
    except (Conflict, Invalid) as error:
        if isinstance(error, Invalid):
            sent.take(error)
        return _terms(request, sent, refused=error)
    return RedirectResponse("/paths/terms?said=kept", 303)


@router.get("/paths/hours.csv")
def table(request: Request, member: Reader, db: ReadDB, first: Typed = "", last: Typed = "") -> Response:
    """Every path of the structure, for whoever pays. That it was taken out is written down first."""
    made, number = attesting.table(db, member, _period(first, last))
    with request.app.state.database.begin() as writing:
        journal.note(writing, member, Act.HOURS_EXPORTED, paths=number)
    return Response(made, media_type=CSV, headers={"content-disposition": 'attachment; filename="heures.csv"'})


@router.get("/paths/{pathway_id}/attestation")
def attestation(
    request: Request, member: Reader, pathway_id: uuid.UUID, db: ReadDB, first: Typed = "", last: Typed = ""
) -> Response:
    """The sheet: in French, with the person's language for what is theirs. Some days of it, where days are named."""
    pathway = attesting.get(db, member, pathway_id)
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [pathway.attempt_id])
    period = _period(first, last) if first or last else None
    hours = attesting.hours(db, pathway, period)
    attempt = db.get_one(Attempt, pathway.attempt_id)
    language = attempt.language if attempt.language in i18n.languages() else i18n.SOURCE
    i18n.use(language)
    return render(
        request,
        "attestation.html",
        display="both",
        hours=hours,
        pathway=pathway,
        period=period,
        organisation=db.get_one(Organisation, pathway.organisation_id).name,
        presences=PRESENCES,
        titles=_titles(db, hours, language),
        names=attesting.names(db, hours.corrections),
        said_time=said_time,
        euros=_amount,
        today=attesting.today(),
    )


@router.get("/paths/{pathway_id}/corrections")
def corrections(
    request: Request, member: Writer, pathway_id: uuid.UUID, db: ReadDB, said: Annotated[Short, Query()] = ""
) -> Response:
    pathway = attesting.get(db, member, pathway_id)
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [pathway.attempt_id])
    return _corrections(request, db, pathway, Filled(), said=i18n.gettext(SAID.get(said, "")))


@router.post("/paths/{pathway_id}/corrections")
def correct(request: Request, member: WriterForm, pathway_id: uuid.UUID, db: DB, sent: Sent) -> Response:
    """Another line: nothing that was written goes."""
    pathway = attesting.get(db, member, pathway_id)
    try:
        with db.begin_nested():
            attesting.correct(db, member, pathway_id, _line(sent), key=sent.get("key") or str(ids.new_id()))
    except Invalid as error:
        sent.take(error)
        return _corrections(request, db, pathway, sent, refused=error)
    return RedirectResponse(f"/paths/{pathway_id}/corrections?said=corrected", 303)


def _line(sent: Filled) -> Line:
    day, minutes = sent.day("day"), sent.number("minutes", 0)
    if day is None:
        sent.wrong("day", D_("Choisissez le jour."))
    sent.refuse()
    assert day is not None
    return Line(day, -minutes if sent.get("sign") == "less" else minutes, sent.get("reason"), bool(sent.get("own")))


def _corrections(
    request: Request,
    db: Session,
    pathway: Pathway,
    filled: Filled,
    *,
    said: str = "",
    refused: DomainError | None = None,
) -> Response:
    lines = attesting.hours(db, pathway).corrections
    return render(
        request,
        "attestation-corrections.html",
        status=STATUS[refused.kind] if refused else 200,
        pathway=pathway,
        corrections=lines,
        names=attesting.names(db, lines),
        said_time=said_time,
        filled=filled,
        key=filled.get("key") or str(ids.new_id()),
        said=said,
        wrong=i18n.sentence(refused.message, refused.values) if refused else "",
    )


def _terms(request: Request, filled: Filled, *, said: str = "", refused: DomainError | None = None) -> Response:
    today = attesting.today()
    return render(
        request,
        "terms.html",
        status=STATUS[refused.kind] if refused else 200,
        filled=filled,
        said=said,
        wrong=i18n.sentence(refused.message, refused.values) if refused else "",
        first=today - timedelta(days=USUAL_DAYS),
        last=today,
        longest=attesting.LONGEST_FUNDER,
    )


def said_time(minutes: int) -> str:
    """``2 h 05``, in signs that every form of every country shows; less than nothing with its sign."""
    sign, whole = ("−" if minutes < 0 else ""), abs(minutes)
    return f"{sign}{whole // 60} h {whole % 60:02}" if whole >= 60 else f"{sign}{whole} min"


def _titles(db: Session, hours: Hours, language: str) -> dict[uuid.UUID, tuple[str | None, str]]:
    """Of each step done alone: its title in the person's language, where there is one, and in French."""
    named = {one.step.resource_id for one in hours.own if one.step.resource_id}
    resources = {one.id: one for one in db.scalars(sa.select(Resource).where(Resource.id.in_(named)))}
    found: dict[uuid.UUID, tuple[str | None, str]] = {}
    for work in hours.own:
        resource = resources.get(work.step.resource_id) if work.step.resource_id else None
        french = resource.title if resource else work.step.title
        own = str(resource.titles[language]) if resource and resource.titles.get(language) else None
        found[work.step.id] = (own, french)
    return found


def _cents(sent: Filled) -> int | None:
    """``27,50`` euros; ``None`` where nothing is written."""
    text = sent.get("rate").translate(i18n.LATIN_DIGITS).replace(",", ".").replace("€", "").strip()
    if not text:
        return None
    if not _EUROS.fullmatch(text):
        sent.wrong("rate", D_("Un montant en euros : 27,50."))
        return None
    return int(Decimal(text) * 100)


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}"


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _period(first: str, last: str) -> Period:
    """The days that were asked for; the last three months, if none are."""
    try:
        ends = date.fromisoformat(last) if last else attesting.today()
        begins = date.fromisoformat(first) if first else ends - timedelta(days=USUAL_DAYS)
    except (ValueError, OverflowError) as error:
        raise Invalid(D_("La date s'écrit ainsi : 2026-12-03.")) from error
    return Period(begins, ends).checked()
