"""The trainer's pages, in French: home, composer, one diagnostic, poster, list of attempts, one profile."""

from __future__ import annotations

import csv
import io
import uuid
from dataclasses import asdict, replace
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form, Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.diagnostics import composing, reading
from pathways.diagnostics.compose_forms import Composed, composed, step
from pathways.diagnostics.composing import Selection
from pathways.diagnostics.doors import OF, OwnDoor
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.diagnostics.reading import Sign
from pathways.errors import Conflict, DomainError, Invalid, NotFound
from pathways.items import service as items_service
from pathways.items.presenting import in_words
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import Ladders
from pathways.web.dependencies import DB, Identified, OwnSettings, ReadDB, Requires, RequiresForm, public
from pathways.web.fields import Short
from pathways.web.pages import render

router = APIRouter()
MOST_ROWS = 100
MOST_CSV_ROWS = 20_000
STATES = {"running": "en cours", "finished": "terminée", "left": "arrêtée en route"}

DiagnosticsReader = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_READ))]
Composer = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_COMPOSE, of=OF))]
ComposerForm = Annotated[Member, Depends(RequiresForm(Permission.DIAGNOSTICS_COMPOSE, of=OF))]
AttemptsReader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of=OF))]
ObserverForm = Annotated[Member, Depends(RequiresForm(Permission.ATTEMPTS_OBSERVE, of=OF))]


@router.get("/")
@public("the front door: learners type a code here, members see their desk")
def home(request: Request, member: Identified, db: ReadDB) -> Response:
    if member is None:
        return render(request, "front.html")
    if not member.may(Permission.DIAGNOSTICS_READ):
        return RedirectResponse("/account", 303)
    diagnostics = db.scalars(composing.list_for(member).limit(6)).all()
    counts = reading.count_attempts(db, [one.id for one in diagnostics])
    return render(request, "desk-home.html", diagnostics=diagnostics, counts=counts)


@router.get("/diagnostics")
def diagnostics(request: Request, member: DiagnosticsReader, db: ReadDB) -> Response:
    found = db.scalars(composing.list_for(member).limit(MOST_ROWS)).all()
    return render(
        request,
        "diagnostics.html",
        diagnostics=found,
        counts=reading.count_attempts(db, [one.id for one in found]),
        most=MOST_ROWS,
    )


@router.get("/diagnostics/new")
def new(request: Request, member: Composer, db: ReadDB, framework: Annotated[Short, Query()] = "") -> Response:
    known = [one.code for one in referentials_service.all_newest(db)]
    if not known:
        raise NotFound("Aucun référentiel n'est chargé sur ce serveur.")
    chosen = next((code for code in (framework, referentials_service.USUAL_FRAMEWORK) if code in known), known[0])
    blank = Composed(framework=chosen, selection=Selection(languages=tuple(i18n.languages())))
    return _composer(request, member, db, blank)


@router.post("/diagnostics/new")
def compose(request: Request, member: ComposerForm, fields: Annotated[Composed, Depends(composed)], db: DB) -> Response:
    """One form, several buttons: search, add a whole ladder, look at the price, keep, publish."""
    return _composed(request, member, fields, db)


@router.post("/diagnostics/new/price")
def price_of_new(
    request: Request, member: ComposerForm, fields: Annotated[Composed, Depends(composed)], db: ReadDB
) -> Response:
    """The composer as it stands, for its script: a simulation must not hold the one writer's turn on SQLite."""
    return _composer(request, member, db, fields)


@router.post("/diagnostics/{diagnostic_id}/price")
def price_of(
    request: Request,
    member: ComposerForm,
    diagnostic_id: uuid.UUID,
    fields: Annotated[Composed, Depends(composed)],
    db: ReadDB,
) -> Response:
    return _composer(request, member, db, fields, diagnostic=composing.get(db, member, diagnostic_id))


@router.get("/diagnostics/{diagnostic_id}")
def diagnostic(request: Request, member: DiagnosticsReader, diagnostic_id: uuid.UUID, db: ReadDB) -> Response:
    found = composing.get(db, member, diagnostic_id)
    if found.state is DiagnosticState.DRAFT and member.may(Permission.DIAGNOSTICS_COMPOSE):
        referential = composing.ladders(db, found)
        kept = Composed(
            framework=referential.code,
            title=found.title,
            selection=Selection.from_json(found.selection),
            version=found.version,
        )
        return _composer(request, member, db, kept, diagnostic=found)
    rows = []
    if member.may(Permission.ATTEMPTS_READ):
        latest = db.scalars(reading.attempts_of(found.id).limit(MOST_ROWS))
        rows = [(one, STATES[reading.state_of(one)]) for one in latest]
    selection = Selection.from_json(found.selection)
    return render(
        request,
        "diagnostic.html",
        diagnostic=found,
        selection=selection,
        rules=found.blueprint.get("rules") or asdict(selection.rules()),
        skills=_titles(composing.ladders(db, found, archived=True), selection),
        rows=rows,
        counted=reading.count_attempts(db, [found.id]).get(found.id, (0, 0)),
        most=MOST_ROWS,
        url=f"{request.app.state.settings.url}/q/{found.code}",
    )


@router.post("/diagnostics/{diagnostic_id}")
def recompose(
    request: Request,
    member: ComposerForm,
    diagnostic_id: uuid.UUID,
    fields: Annotated[Composed, Depends(composed)],
    db: DB,
) -> Response:
    return _composed(request, member, fields, db, diagnostic=composing.get(db, member, diagnostic_id))


@router.post("/diagnostics/{diagnostic_id}/close")
def close(member: ComposerForm, diagnostic_id: uuid.UUID, db: DB) -> Response:
    composing.close(db, member, diagnostic_id)
    return RedirectResponse(f"/diagnostics/{diagnostic_id}", 303)


@router.get("/diagnostics/{diagnostic_id}/poster")
def poster(
    request: Request, member: DiagnosticsReader, diagnostic_id: uuid.UUID, db: ReadDB, settings: OwnSettings
) -> Response:
    """An A4 page: the square to scan, the code to type, an invitation in each language of the diagnostic."""
    found = composing.get(db, member, diagnostic_id)
    if found.code is None:
        raise NotFound("Publiez d'abord ce diagnostic : son affiche porte le code.")
    url = f"{settings.url}/q/{found.code}"
    languages = [one for code, one in i18n.languages().items() if code in found.blueprint["languages"]]
    return render(
        request,
        "poster.html",
        diagnostic=found,
        url=url,
        qr=segno.make(url, error="m").svg_inline(
            omitsize=True, border=2, dark="#000", light="#fff", svgclass="qr", lineclass=None, title="QR"
        ),
        languages=[
            (one, i18n.gettext("Répondez à quelques questions sur votre téléphone", one.code)) for one in languages
        ],
        minutes=composing.minutes_of(found),
        reachable=settings.reachable_by_phones,
    )


@router.get("/diagnostics/{diagnostic_id}/attempts.csv")
def attempts_csv(member: AttemptsReader, diagnostic_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> Response:
    """One line per attempt with the label of each micro-skill. For a spreadsheet: semicolons, UTF-8 with its mark."""
    found = composing.get(db, member, diagnostic_id)
    if found.state is DiagnosticState.DRAFT:
        raise NotFound("Publiez d'abord ce diagnostic.")
    skills = found.blueprint["structure"]["strands"]
    codes = [skill["code"] for strand in skills for skill in strand["skills"]]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["passation", "langue", "etat", "reponses", "non_compris", "commence", *codes])
    attempts = db.scalars(reading.attempts_of(found.id).limit(MOST_CSV_ROWS)).all()
    for attempt, labels, lost in reading.labels_of(db, door, attempts):
        started = attempt.started_at.strftime("%Y-%m-%d %H:%M")
        writer.writerow(
            [
                str(attempt.id),
                attempt.language,
                STATES[reading.state_of(attempt)],
                attempt.answered,
                lost,
                started,
                *(labels[code] for code in codes),
            ]
        )
    name = f"pathways-{found.code}.csv"
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@router.get("/profiles/{attempt_id}")
def profile(request: Request, member: AttemptsReader, attempt_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> Response:
    attempt, found = reading.attempt_for(db, member, attempt_id)
    read = reading.profile(db, door, attempt)
    observed = [code for code, body in read.blueprint.bodies.items() if body["kind"] == "observed"]
    return render(
        request,
        "profile.html",
        profile=read,
        attempt=attempt,
        diagnostic=found,
        state=STATES[reading.state_of(attempt)],
        strands=[
            (strand, [one for one in read.skills if one.skill.strand_id == strand.id])
            for strand in read.referential.strands
        ],
        confirm=read.with_sign(Sign.CONFIRM),
        observed=[(code, read.blueprint.bodies[code]) for code in observed],
        seen={one.item: one for one in read.answers if one.observed_by},
        words={one.id: in_words(read.blueprint.bodies[one.item], one.response) for one in read.answers},
        key=str(ids.random_id()),
        spoken=i18n.languages().get(attempt.language),
    )


@router.post("/profiles/{attempt_id}/observations")
def observe(
    member: ObserverForm,
    attempt_id: uuid.UUID,
    db: DB,
    door: OwnDoor,
    item: Annotated[Short, Form()],
    result: Annotated[Short, Form()],
    key: Annotated[uuid.UUID, Form()],
) -> Response:
    """What the mediator saw of a gesture joins the answers of the learner."""
    reading.observe(db, door, member, attempt_id, item=item, result=result, key=str(key))
    return RedirectResponse(f"/profiles/{attempt_id}#observer", 303)


@router.get("/items/{code}")
def item(
    request: Request,
    member: Annotated[Member, Depends(Requires(Permission.CONTENT_READ))],
    code: Annotated[Short, Path()],
    db: ReadDB,
    framework: Annotated[Short, Query()] = referentials_service.USUAL_FRAMEWORK,
) -> Response:
    """A question as it stands, with its key, what each wrong answer reveals and the state of its translations."""
    revision = items_service.current_revision(db, framework, code, organisation_id=member.organisation_id)
    return render(request, "item.html", revision=revision, languages=i18n.languages())


def _composed(
    request: Request, member: Member, fields: Composed, db: Session, *, diagnostic: Diagnostic | None = None
) -> Response:
    """What the pressed button asks for; whatever is wrong is said on the page, with every choice still there."""
    referential = composing.latest_ladders(db, member, fields.framework)
    fields = step(fields, referential)
    if fields.action not in {"keep", "publish"}:
        return _composer(request, member, db, fields, diagnostic=diagnostic)
    try:
        with db.begin_nested():
            kept = _keep(db, member, fields, diagnostic)
            if fields.action == "publish":
                composing.publish(db, member, kept.id)
    except Conflict as error:
        if diagnostic is not None:
            db.refresh(diagnostic)
            if diagnostic.state is DiagnosticState.DRAFT:
                # The trainer's own choices stay on the screen, to be kept on purpose over the colleague's.
                fields = replace(fields, version=diagnostic.version)
        return _composer(request, member, db, fields, diagnostic=diagnostic, said=str(error), status=409)
    except DomainError as error:
        return _composer(request, member, db, fields, diagnostic=diagnostic, said=str(error), status=422)
    return RedirectResponse(f"/diagnostics/{kept.id}", 303)


def _keep(db: Session, member: Member, fields: Composed, diagnostic: Diagnostic | None) -> Diagnostic:
    title, selection = fields.title, fields.selection
    if diagnostic is None:
        return composing.create(db, member, title=title, framework=fields.framework, selection=selection)
    return composing.update(db, member, diagnostic.id, title=title, selection=selection, version=fields.version)


def _composer(
    request: Request,
    member: Member,
    db: Session,
    fields: Composed,
    *,
    diagnostic: Diagnostic | None = None,
    said: str = "",
    status: int = 200,
) -> Response:
    referential = (
        composing.ladders(db, diagnostic) if diagnostic else composing.latest_ladders(db, member, fields.framework)
    )
    price, wrong = None, ""
    try:
        price = composing.price(db, referential, composing.checked(referential, fields.selection))
    except Invalid as error:
        wrong = error.message
    found = {
        skill.code
        for skill in referentials_service.matching(
            referential,
            words=fields.words,
            domain=fields.domain,
            level=fields.level,
            without_device=fields.selection.without_device,
        )
    }
    counts: dict[str, int] = {}
    for revision in items_service.current_revisions(db, referential.code, organisation_id=member.organisation_id):
        counts[revision.skill] = counts.get(revision.skill, 0) + (revision.kind != "observed")
    return render(
        request,
        "compose.html",
        status=status,
        diagnostic=diagnostic,
        referential=referential,
        referentials=referentials_service.all_newest(db),
        fields=fields,
        price=price,
        said=said or wrong,
        found=found,
        counts=counts,
        chosen=set(fields.selection.skills),
        skills=referentials_service.skills_of(referential),
        sources=i18n.languages(),
    )


def _titles(referential: Ladders, selection: Selection) -> list[tuple[str, list[str]]]:
    chosen = set(selection.skills)
    rows = [(one.title, [skill.title for skill in one.skills if skill.code in chosen]) for one in referential.strands]
    return [(title, skills) for title, skills in rows if skills]
