"""Translations out to other tools and back: a report first, then all or nothing."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Depends, File, Form, Query, UploadFile
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.items import translating
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.translations import queue
from pathways.translations.asking import OwnPlace, Place, Translator, TranslatorForm
from pathways.translations.exchange import forms, leaving, plan, service, units
from pathways.translations.exchange.forms import Sent
from pathways.translations.exchange.held import Bringer
from pathways.translations.exchange.plan import Plan
from pathways.web import pages
from pathways.web.dependencies import ReadDB
from pathways.web.fields import Line, Short
from pathways.web.routing import Router

router = Router(prefix="/translations/files")
MOST_SHOWN = 200
_MOVED = D_("Entre-temps, quelqu'un a changé ces traductions. Voici ce que ferait le fichier maintenant.")
_NOT_READ = D_("Choisissez un fichier.")


@router.get("")
def files_page(
    request: Request,
    member: Translator,
    db: ReadDB,
    place: OwnPlace,
    done: Annotated[int, Query(ge=0, le=100_000)] = -1,
) -> Response:
    return _page(request, db, place, done=done)


@router.get("/export.{kind}")
def export(member: Translator, db: ReadDB, place: OwnPlace, kind: Literal["po", "xlf"]) -> Response:
    """Every question of a framework in one language, finished or not."""
    return download(db, member, place, kind)


def download(db: Session, member: Member, place: Place, kind: str) -> Response:
    language = translating.language_of(place.lang or queue.translated_languages()[0])
    file = leaving.file_of(db, Bringer.of(db, member), place.framework, language)
    name = f"{place.framework}-{i18n.language(language).tag}.{kind}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(forms.written(file, kind), media_type=forms.MEDIA_TYPES[kind], headers=headers)


def _received(
    file: Annotated[UploadFile | None, File()] = None,
    contents: Annotated[str, Form()] = "",
    name: Annotated[Line, Form()] = "",
) -> Sent | Invalid:
    """The file, or what is wrong with it; ``contents`` is the file as the report's page carries it."""
    try:
        if contents:
            return forms.unpacked(contents, name)
        if file is None or not file.filename:
            raise units.refused(_NOT_READ)
        return forms.opened(file.file.read(units.LARGEST_FILE + 1), file.filename)
    except Invalid as error:
        return error


@router.post("")
def import_file(
    request: Request,
    member: TranslatorForm,
    received: Annotated[Sent | Invalid, Depends(_received)],
    db: ReadDB,
    *,
    framework: Annotated[Short, Form()] = USUAL_FRAMEWORK,
    lang: Annotated[Short, Form()] = "",
    seal: Annotated[Short, Form()] = "",
) -> Response:
    """What the file would do, and nothing changes. With the ``seal`` of such a report what it said is done, all or
    nothing, and pressed twice once.
    """
    place = Place(framework, lang)
    try:
        if isinstance(received, Invalid):
            raise received
        if seal:
            return _keep(request, member, place, received, seal)
        language = translating.language_of(lang)
        planned = plan.plan(db, Bringer.of(db, member), framework, language, received)
    except Invalid as error:
        return _page(request, db, place, error=error)
    return _report(request, planned, received)


def _keep(request: Request, member: Member, place: Place, sent: Sent, seal: str) -> Response:
    """In a transaction of its own, since a report must not keep the one writer waiting."""
    with request.app.state.database.begin() as db:
        bringer = Bringer.of(db, member)
        language = translating.language_of(place.lang)
        planned = plan.plan(db, bringer, place.framework, language, sent, to_keep=True)
        if planned.errors or (planned.seal != seal and not planned.is_idle):
            return _report(request, planned, sent, moved=True)
        service.keep(db, bringer, planned)
    done = sum(planned.counts[status] for status in plan.DOING)
    asked = {"framework": place.framework, "lang": i18n.language(language).tag, "done": done}
    return RedirectResponse(f"/translations/files?{urlencode(asked)}", 303)


def _page(request: Request, db: Session, place: Place, *, error: Invalid | None = None, done: int = -1) -> Response:
    return pages.render(
        request,
        "translations-files.html",
        status=422 if error else 200,
        frameworks=referentials_service.all_newest(db),
        framework=place.framework,
        lang=i18n.recognised(place.lang) if place.lang else "",
        targets=[i18n.language(code) for code in queue.translated_languages()],
        error=i18n.sentence(error.message, error.values) if error else "",
        done=done,
    )


def _report(request: Request, planned: Plan, sent: Sent, *, moved: bool = False) -> Response:
    return pages.render(
        request,
        "translations-report.html",
        status=409 if moved else 422 if planned.errors else 200,
        planned=planned,
        target=i18n.language(planned.language),
        name=sent.name,
        contents="" if planned.errors else forms.packed(sent),
        moved=_MOVED if moved else "",
        statuses=plan.STATUSES,
        most=MOST_SHOWN,
    )
