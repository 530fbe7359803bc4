"""The trainer's pages: the diagnostics, one of them, its poster."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Annotated

import segno
import sqlalchemy as sa
from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.diagnostics import reading, taking
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing import sharing, versions
from pathways.diagnostics.composing.selections import Selection, titles_of
from pathways.diagnostics.doors import OF
from pathways.diagnostics.models import DiagnosticState
from pathways.diagnostics.pages import screen as compose_screen
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
MOST_ROWS = 100
SAID = {
    "restored": D_("L'état choisi est revenu. L'état d'avant reste dans l'historique."),
    "copied": D_("Voici votre copie : changez-la comme vous voulez, l'original ne bouge pas."),
    "adopted": D_(
        "Voici votre copie. Les micro-compétences et les questions propres à l'autre structure sont copiées "
        "avec elle : elles sont maintenant aussi les vôtres."
    ),
    "version": D_(
        "Voici le brouillon de la nouvelle version. L'ancienne reste ouverte tant que vous ne la fermez pas."
    ),
    "incomplete": D_(
        "Voici le brouillon. Certaines micro-compétences de l'original n'existent plus dans le référentiel "
        "d'aujourd'hui : elles n'ont pas pu suivre."
    ),
    "erased": D_("Le brouillon est supprimé."),
    "closed": D_("L'ancienne version est fermée. Ses affiches mènent maintenant à celle-ci."),
}
"""What the page says after something was done, by the word in its address."""
STATES = {"running": D_("en cours"), "finished": D_("terminée"), "left": D_("arrêtée en route")}

DiagnosticsReader = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_READ))]
ComposerForm = Annotated[Member, Depends(RequiresForm(Permission.DIAGNOSTICS_COMPOSE, of=OF))]


@router.get("/diagnostics")
def diagnostics(
    request: Request, member: DiagnosticsReader, db: ReadDB, said: Annotated[Short, Query()] = ""
) -> Response:
    found = db.scalars(composing.list_for(member).limit(MOST_ROWS)).all()
    shared = db.scalar(sa.select(sa.func.count()).select_from(sharing.shared_with(member).subquery()))
    return render(
        request,
        "diagnostics.html",
        diagnostics=found,
        counts=reading.count_attempts(db, [one.id for one in found]),
        shared=shared or 0,
        most=MOST_ROWS,
        said=i18n.gettext(SAID.get(said, "")),
    )


@router.get("/diagnostics/{diagnostic_id}")
def diagnostic(
    request: Request,
    member: DiagnosticsReader,
    diagnostic_id: uuid.UUID,
    db: ReadDB,
    said: Annotated[Short, Query()] = "",
) -> Response:
    found = composing.get(db, member, diagnostic_id)
    if found.state is DiagnosticState.DRAFT and member.may(Permission.DIAGNOSTICS_COMPOSE):
        return compose_screen.opened(request, member, db, found, good=i18n.gettext(SAID.get(said, "")))
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
        extra_one_in=found.blueprint.get("extra_one_in", 0),
        rules=found.blueprint.get("rules") or asdict(selection.rules()),
        skills=titles_of(composing.ladders(db, found, archived=True), selection),
        rows=rows,
        counted=reading.count_attempts(db, [found.id]).get(found.id, (0, 0)),
        most=MOST_ROWS,
        url=f"{request.app.state.settings.url}/q/{found.code}",
        former=versions.former_of(db, found),
        followers=versions.followers_of(db, found),
        key=ids.random_id(),
        said=i18n.gettext(SAID.get(said, "")),
    )


@router.post("/diagnostics/{diagnostic_id}/close")
def close(member: ComposerForm, diagnostic_id: uuid.UUID, db: DB) -> Response:
    composing.close(db, member, diagnostic_id)
    return RedirectResponse(f"/diagnostics/{diagnostic_id}", 303)


@router.post("/diagnostics/{diagnostic_id}/close-former")
def close_former(member: ComposerForm, diagnostic_id: uuid.UUID, db: DB) -> Response:
    """Close what this one follows: its posters then lead here."""
    former = versions.former_of(db, composing.get(db, member, diagnostic_id))
    if former is None:
        raise Conflict(D_("Ce diagnostic ne suit aucun autre."))
    composing.close(db, member, former.id)
    return RedirectResponse(f"/diagnostics/{diagnostic_id}?said=closed", 303)


@router.get("/diagnostics/{diagnostic_id}/poster")
def poster(
    request: Request, member: DiagnosticsReader, diagnostic_id: uuid.UUID, db: ReadDB, settings: OwnSettings
) -> Response:
    """An A4 page: the square to scan, the code to type, an invitation in each language of the diagnostic."""
    found = composing.get(db, member, diagnostic_id)
    if found.code is None:
        raise NotFound(D_("Publiez d'abord ce diagnostic : son affiche porte le code."))
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
        successor=taking.successor_of(db, found) if found.state is DiagnosticState.CLOSED else None,
    )
