"""The bank of resources at the desk: what a structure may propose, its own ones, and files in and out."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import quote

import sqlalchemy as sa
from fastapi import Depends, File, Form, Query, UploadFile
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n, ids, spreadsheets
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.items.exchange.files import Sent as SentFile
from pathways.items.exchange.files import opened, packed, unpacked
from pathways.learning.models import Device, LinkState, Resource, ResourceKind
from pathways.learning.pages.resource_forms import Fields, Sent, fields_of
from pathways.learning.practice import loading as practices
from pathways.learning.resources import exchange, importing, service
from pathways.learning.resources.importing import MOST_ROWS, Plan, Status
from pathways.learning.resources.service import Asked
from pathways.people.models import Organisation
from pathways.permissions import Member, Permission
from pathways.places import service as places_service
from pathways.referentials import service as referentials_service
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Line, Short
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.workshops.models import Reading

router = Router(prefix="/resources")
OF = {"resource_id": service.get}
Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.CONTENT_WRITE, of=OF))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.CONTENT_WRITE, of=OF))]
Typed = Annotated[Line, Query()]
Count = Annotated[int, Query(ge=0, le=MOST_ROWS)]
Page = Annotated[int, Query(ge=1, le=100)]
ON_A_PAGE, MOST_SHOWN = 60, 200
KINDS = {
    ResourceKind.PAGE: D_("Page ou fiche"),
    ResourceKind.VIDEO: D_("Vidéo"),
    ResourceKind.EXERCISE: D_("Exercice"),
    ResourceKind.HELP: D_("Aide individuelle"),
    ResourceKind.EXCHANGE: D_("Échange entre pairs"),
    ResourceKind.EVENT: D_("Événement"),
}
READINGS = {
    Reading.NONE: D_("sans savoir lire"),
    Reading.LITTLE: D_("en lisant un peu"),
    Reading.EASY: D_("en lisant des textes simples"),
}
DEVICES = {Device.ANY: D_("tous"), Device.PHONE: D_("téléphone"), Device.COMPUTER: D_("ordinateur")}
LEVELS = {"discover": D_("découvrir"), "practise": D_("s'exercer"), "master": D_("maîtriser")}
ORIGINS = {"own": D_("Les nôtres"), "shipped": D_("Livrées avec le référentiel"), "shared": D_("D'autres structures")}
LINKS = {
    LinkState.UNKNOWN: D_("lien pas encore vérifié"),
    LinkState.THERE: D_("lien vérifié"),
    LinkState.MOVED: D_("l'adresse a changé"),
    LinkState.LOST: D_("lien perdu"),
}
STATUSES = {
    Status.NEW: (D_("nouvelle"), D_("nouvelles")),
    Status.CHANGED: (D_("changée"), D_("changées")),
    Status.SAME: (D_("déjà là"), D_("déjà là")),
    Status.REFUSED: (D_("à corriger"), D_("à corriger")),
}
"""What is said of one row, and of several."""
_MOVED = D_("Entre-temps, vos ressources ont changé. Voici ce que ferait le fichier maintenant.")


@dataclass(frozen=True, slots=True)
class Filters:
    framework: str
    asked: Asked

    def address(self, path: str, **changes: str) -> str:
        """The same filter elsewhere."""
        asked = self.asked
        values = {"framework": self.framework, "q": asked.words, "skill": asked.skill, "language": asked.language}
        values |= {"kind": asked.kind or "", "reading": asked.reading or "", "device": asked.device or ""}
        values |= {"origin": asked.origin, "archived": "true" if asked.archived else ""} | changes
        return path + "?" + "&".join(f"{name}={quote(value)}" for name, value in values.items() if value)


def _filters(  # noqa: PLR0913 - as many as the form of the list has
    framework: Typed = "",
    q: Typed = "",
    skill: Typed = "",
    language: Typed = "",
    kind: Typed = "",
    reading: Typed = "",
    device: Typed = "",
    origin: Typed = "",
    *,
    archived: bool = False,
) -> Filters:
    """A word that means nothing filters nothing: an old link still shows a list."""
    asked = Asked(
        words=q,
        skill=skill,
        language=language if language in i18n.languages() else "",
        kind=ResourceKind(kind) if kind in set(ResourceKind) else None,
        reading=Reading(reading) if reading in set(Reading) else None,
        device=Device(device) if device in set(Device) - {Device.ANY} else None,
        origin=origin if origin in ORIGINS else "",
        archived=archived,
    )
    return Filters(framework or referentials_service.USUAL_FRAMEWORK, asked)


Wanted = Annotated[Filters, Depends(_filters)]


@router.get("")
def bank(request: Request, member: Reader, db: ReadDB, wanted: Wanted, page: Page = 1) -> Response:
    referential = referentials_service.latest(db, wanted.framework)
    found = service.list_for(db, member, referential.code, wanted.asked)
    shown = found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    return render(
        request,
        "resource-list.html",
        referential=referential,
        frameworks=referentials_service.all_newest(db),
        wanted=wanted,
        found=[(one, service.origin_of(member, one), service.speaks(one)) for one in shown],
        number=len(found),
        page=page,
        more=len(found) > page * ON_A_PAGE,
        skills={skill.code: skill.title for strand in referential.strands for skill in strand.skills},
        owners=_owners(db, shown),
        may_write=member.may(Permission.CONTENT_WRITE),
        **_words(),
    )


@router.get("/new")
def new(request: Request, member: Writer, db: ReadDB, framework: Typed = "") -> Response:
    given = {"framework": framework, "key": str(ids.random_id()), "is_online": "on", "languages": "fr"}
    given |= {"checked_on": clock.now().date().isoformat()}
    return _page(request, member, db, Fields({name: [value] for name, value in given.items()}))


@router.post("/new")
def create(request: Request, member: WriterForm, fields: Sent, db: DB) -> Response:
    try:
        with db.begin_nested():
            made = service.create(
                db, member, fields.document(), framework=fields.framework, key=_key(fields.get("key"))
            )
    except Invalid as error:
        return _page(request, member, db, fields.wrong(error), status=422)
    return RedirectResponse(f"/resources/{made.id}", 303)


@router.get("/import")
def import_page(
    request: Request,
    member: Writer,
    db: ReadDB,
    framework: Typed = "",
    new: Count = 0,
    changed: Count = 0,
    *,
    done: bool = False,
) -> Response:
    return _import_page(request, db, framework, done=(new, changed) if done else None)


def _received(
    file: Annotated[UploadFile | None, File()] = None, contents: Annotated[str, Form()] = ""
) -> SentFile | Invalid:
    """The file, or what is wrong with it. ``contents`` is the file as the report's page carries it."""
    try:
        if contents:
            return unpacked(contents)
        if file is None or not file.filename:
            return Invalid(D_("Choisissez un fichier."))
        return opened(file.file.read(spreadsheets.LARGEST_FILE + 1), file.filename)
    except Invalid as error:
        return error


@router.post("/import")
def import_file(
    request: Request,
    member: WriterForm,
    received: Annotated[SentFile | Invalid, Depends(_received)],
    db: ReadDB,
    seal: Annotated[Short, Form()] = "",
    framework: Annotated[Short, Form()] = referentials_service.USUAL_FRAMEWORK,
) -> Response:
    """What the file would do, row by row, and nothing changes. With the ``seal`` of such a report what it said is done,
    all or nothing, and pressed twice once.
    """
    try:
        if isinstance(received, Invalid):
            raise received
        if seal:
            return _keep(request, member, framework, received, seal)
        return _report(request, importing.plan(db, member, framework, received), received)
    except Invalid as error:
        return _import_page(request, db, framework, error=error)


@router.get("/export.{format}")
def export_file(
    member: Reader,
    db: ReadDB,
    wanted: Wanted,
    format: Literal["csv", "yaml"],  # noqa: A002 - as in the address
) -> Response:
    """The resources of the list, as one file."""
    referential = referentials_service.latest(db, wanted.framework)
    found = service.list_for(db, member, referential.code, wanted.asked)
    written = [(one.code, service.document_of(one)) for one in found]
    body = exchange.csv_of(written) if format == "csv" else exchange.yaml_of(written)
    media = spreadsheets.CSV if format == "csv" else "application/yaml"
    headers = {"content-disposition": f'attachment; filename="ressources.{format}"'}
    return Response(body, media_type=media, headers=headers)


@router.get("/export")
def export_page(member: Reader, wanted: Wanted) -> Response:
    """An address that people try: the list, where the files are."""
    return RedirectResponse(f"{wanted.address('/resources')}#files", 303)


@router.get("/{resource_id}")
def resource(request: Request, member: Reader, resource_id: uuid.UUID, db: ReadDB) -> Response:
    found = service.get(db, member, resource_id)
    return _page(request, member, db, fields_of(found), found)


@router.post("/{resource_id}")
def change(request: Request, member: WriterForm, resource_id: uuid.UUID, fields: Sent, db: DB) -> Response:
    found = service.get(db, member, resource_id)
    fields.values["framework"] = [found.framework]
    try:
        with db.begin_nested():
            service.change(db, member, resource_id, fields.document(), version=_number(fields.get("version")))
    except Conflict as error:
        fields.values["version"] = [str(found.version)]  # to be kept on purpose over the colleague's
        fields.said, fields.theirs = i18n.sentence(error.message, error.values), found
        return _page(request, member, db, fields, found, status=409)
    except Invalid as error:
        return _page(request, member, db, fields.wrong(error), found, status=422)
    return RedirectResponse(f"/resources/{resource_id}", 303)


@router.post("/{resource_id}/share")
def share(request: Request, member: WriterForm, resource_id: uuid.UUID, db: DB) -> Response:
    try:
        with db.begin_nested():
            service.share(db, member, resource_id, shared=True)
    except Invalid as error:
        found = service.get(db, member, resource_id)
        return _page(request, member, db, fields_of(found).wrong(error), found, status=422)
    return RedirectResponse(f"/resources/{resource_id}", 303)


@router.post("/{resource_id}/unshare")
def unshare(member: WriterForm, resource_id: uuid.UUID, db: DB) -> Response:
    service.share(db, member, resource_id, shared=False)
    return RedirectResponse(f"/resources/{resource_id}", 303)


@router.post("/{resource_id}/archive")
def archive(member: WriterForm, resource_id: uuid.UUID, db: DB) -> Response:
    service.archive(db, member, resource_id, archived=True)
    return RedirectResponse(f"/resources/{resource_id}", 303)


@router.post("/{resource_id}/bring-back")
def bring_back(member: WriterForm, resource_id: uuid.UUID, db: DB) -> Response:
    service.archive(db, member, resource_id, archived=False)
    return RedirectResponse(f"/resources/{resource_id}", 303)


@router.post("/{resource_id}/copy")
def copy(member: WriterForm, resource_id: uuid.UUID, db: DB, key: Annotated[Short, Form()] = "") -> Response:
    made = service.copy(db, member, resource_id, key=_key(key))
    return RedirectResponse(f"/resources/{made.id}", 303)


def _page(
    request: Request, member: Member, db: Session, fields: Fields, found: Resource | None = None, *, status: int = 200
) -> Response:
    known = service.bank_of(db, member, fields.framework)
    is_own = found is None or found.organisation_id == member.organisation_id
    return render(
        request,
        "resource-one.html",
        status=status,
        resource=found,
        fields=fields,
        errors=fields.errors,
        ladders=known.ladders,
        is_own=is_own,
        may_write=member.may(Permission.CONTENT_WRITE),
        owners=_owners(db, [found] if found is not None else []),
        speaks=service.speaks(found) if found is not None else [],
        places=places_service.choices(db, member),
        place=places_service.get(db, member, found.place_id) if found is not None and found.place_id else None,
        practices=[(one.document.code, one.document.title) for one in practices.practices(known.ladders.code)],
        others=[one for code, one in i18n.languages().items() if code != i18n.SOURCE],
        copy_key=str(ids.random_id()),
        **_words(),
    )


def _words() -> dict[str, Any]:
    words: dict[str, Any] = {"kinds": KINDS, "readings": READINGS, "devices": DEVICES}
    return words | {"levels": LEVELS, "links": LINKS, "origins": ORIGINS}


def _keep(request: Request, member: Member, framework: str, sent: SentFile, seal: str) -> Response:
    """In a transaction of its own, since a report must not keep the one writer waiting."""
    with request.app.state.database.begin() as db:
        planned = importing.plan(db, member, framework, sent, to_keep=True)
        if planned.errors or (planned.seal != seal and not planned.is_idle):
            return _report(request, planned, sent, moved=True)
        importing.keep(db, member, planned)
    counts = f"new={planned.counts[Status.NEW]}&changed={planned.counts[Status.CHANGED]}"
    return RedirectResponse(f"/resources/import?done=true&framework={quote(planned.framework)}&{counts}", 303)


def _report(request: Request, planned: Plan, sent: SentFile, *, moved: bool = False) -> Response:
    return render(
        request,
        "resource-import-report.html",
        status=409 if moved else 422 if planned.errors else 200,
        planned=planned,
        name=sent.name,
        contents="" if planned.errors else packed(sent),
        moved=i18n.gettext(_MOVED) if moved else "",
        statuses=STATUSES,
        most=MOST_SHOWN,
    )


def _import_page(
    request: Request,
    db: Session,
    framework: str,
    *,
    done: tuple[int, int] | None = None,
    error: Invalid | None = None,
) -> Response:
    referential = referentials_service.latest(db, framework or referentials_service.USUAL_FRAMEWORK)
    return render(
        request,
        "resource-import.html",
        status=422 if error else 200,
        referential=referential,
        frameworks=referentials_service.all_newest(db),
        columns=exchange.columns(),
        done=done,
        said=i18n.sentence(error.message, error.values) if error else "",
        most=MOST_ROWS,
    )


def _owners(db: Session, found: Sequence[Resource]) -> dict[uuid.UUID, str]:
    """The names of the organisations whose resources these are."""
    wanted = {one.organisation_id for one in found if one.organisation_id is not None}
    if not wanted:
        return {}
    query = sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))
    return {row[0]: row[1] for row in db.execute(query)}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
