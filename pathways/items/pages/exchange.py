"""Questions in and out of spreadsheets on pages: a report first, then all or nothing; and the files to take away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Depends, File, Form, Query, UploadFile
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, spreadsheets
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.items import pictures
from pathways.items.asking import Framework
from pathways.items.downloads import Chosen, Format, download, export
from pathways.items.exchange import plan as exchange_plan
from pathways.items.exchange import service as exchange
from pathways.items.exchange.files import Sent, opened, packed, unpacked
from pathways.items.exchange.plan import MOST_ITEMS, Plan, Status
from pathways.items.pictures import Cleaned
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.web import pages
from pathways.web.dependencies import ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.routing import Router

router = Router(prefix="/items")

Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]
Writer = Annotated[Member, Depends(Requires(Permission.CONTENT_WRITE))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.CONTENT_WRITE))]
Count = Annotated[int, Query(ge=0, le=MOST_ITEMS)]
USUAL = referentials_service.USUAL_FRAMEWORK
MOST_PICTURES = 40
"""Beside one file."""
MOST_SHOWN = 200
"""Rows of each table of a report: whoever has more to correct begins with these."""
STATUSES = {
    Status.NEW: (D_("nouvelle"), D_("nouvelles")),
    Status.CHANGED: (D_("changée : nouvelle révision"), D_("changées : nouvelles révisions")),
    Status.TRANSLATED: (D_("traduction ajoutée ou changée"), D_("traductions ajoutées ou changées")),
    Status.SAME: (D_("déjà là"), D_("déjà là")),
    Status.WITHDRAWN: (D_("retirée, laissée de côté"), D_("retirées, laissées de côté")),
    Status.REFUSED: (D_("à corriger"), D_("à corriger")),
}
"""What is said of one row, and of several."""
_MOVED = D_(
    "Entre-temps, une collègue ou un collègue a changé vos questions. Voici ce que ferait le fichier maintenant."
)


def _done(
    new: Count = 0, changed: Count = 0, translated: Count = 0, same: Count = 0, *, done: bool = False
) -> dict[str, int] | None:
    """What the import did that has just ended."""
    return {"new": new, "changed": changed, "translated": translated, "same": same} if done else None


@router.get("/import")
def import_page(
    request: Request,
    member: Writer,
    db: ReadDB,
    done: Annotated[dict[str, int] | None, Depends(_done)],
    framework: Framework = USUAL,
) -> Response:
    return _page(request, db, framework, done=done)


@dataclass(frozen=True, slots=True)
class Received:
    """A file, and the pictures beside it by the names of their files."""

    sent: Sent
    pictures: Mapping[str, Cleaned] = field(default_factory=dict)


def _received(
    file: Annotated[UploadFile | None, File()] = None,
    pictures: Annotated[list[UploadFile] | None, File()] = None,
    contents: Annotated[str, Form()] = "",
) -> Received | Invalid:
    """The file, or what is wrong with it. Read before the database is asked for: on SQLite nobody else waits for it.
    ``contents`` is the file as the report's page carries it.
    """
    try:
        if contents:
            return Received(unpacked(contents))
        if file is None or not file.filename:
            raise _wrong("file", D_("Choisissez un fichier."))
        sent = opened(file.file.read(spreadsheets.LARGEST_FILE + 1), file.filename)
        return Received(sent, _cleaned([one for one in pictures or () if one.filename]))
    except Invalid as error:
        return error


def _cleaned(files: Sequence[UploadFile]) -> dict[str, Cleaned]:
    if len(files) > MOST_PICTURES:
        said = D_("%(most)s images au plus à la fois. Envoyez le fichier en plusieurs parties.")
        raise _wrong("pictures", said, most=MOST_PICTURES)
    found = {}
    for file in files:
        name = str(file.filename).replace("\\", "/").rsplit("/", 1)[-1]
        try:
            found[name] = pictures.cleaned(file.file.read(pictures.LARGEST + 1))
        except Invalid as error:
            said = i18n.sentence(error.message, error.values)
            raise _wrong("pictures", D_("%(name)s : %(said)s"), name=name[:60], said=said) from error
    return found


def _wrong(field: str, message: str, **values: object) -> Invalid:
    return Invalid(message, errors=[{"field": field, "message": i18n.sentence(message, values)}], **values)


@router.post("/import")
def import_file(
    request: Request,
    member: WriterForm,
    received: Annotated[Received | Invalid, Depends(_received)],
    db: ReadDB,
    *,
    seal: Annotated[Short, Form()] = "",
    framework: Annotated[Short, Form()] = USUAL,
    as_new: Annotated[bool, Form()] = False,
) -> Response:
    """What the file would do, row by row, and nothing changes. With the ``seal`` of such a report what it said is done,
    all or nothing, and pressed twice once.
    """
    try:
        if isinstance(received, Invalid):
            raise received
        sent = _with_pictures(request, received)
        if seal:
            return _keep(request, member, framework, sent, seal, as_new=as_new)
        planned = exchange_plan.plan(db, member, framework, sent, as_new=as_new)
    except Invalid as error:
        return _page(request, db, framework, as_new=as_new, error=error)
    return _report(request, planned, sent, as_new=as_new)


def _with_pictures(request: Request, received: Received) -> Sent:
    """The file, its pictures stored: a picture is named by its content and belongs to nothing until a question shows
    it, and the report's page need not carry it.
    """
    if not received.pictures:
        return received.sent
    with request.app.state.database.begin() as db:
        kept = {name: pictures.keep(db, picture).sha256 for name, picture in received.pictures.items()}
    return replace(received.sent, images=kept)


def _keep(request: Request, member: Member, framework: str, sent: Sent, seal: str, *, as_new: bool) -> Response:
    """In a transaction of its own, since a report must not keep the one writer waiting."""
    with request.app.state.database.begin() as db:
        planned = exchange_plan.plan(db, member, framework, sent, as_new=as_new, to_keep=True)
        if planned.errors or (planned.seal != seal and not planned.is_idle):
            return _report(request, planned, sent, as_new=as_new, moved=True)
        exchange.keep(db, member, framework, planned)
    counts = "&".join(f"{status.value}={planned.counts[status]}" for status in Status if status is not Status.REFUSED)
    return RedirectResponse(f"/items/import?done=true&framework={quote(planned.framework)}&{counts}", 303)


@router.get("/import/template.{format}")
def template(member: Reader, db: ReadDB, format: Literal["csv", "xlsx"]) -> Response:  # noqa: A002 - as in the address
    """A table to begin with: two questions of each kind."""
    return download(exchange.examples(db), format, "modele-questions")


@router.get("/export.{format}")
def export_file(
    request: Request,
    member: Reader,
    db: ReadDB,
    wanted: Chosen,
    format: Format,  # noqa: A002 - as in the address
    framework: Framework = USUAL,
) -> Response:
    """The questions of the list with their translations, as one file."""
    return export(request, db, member, framework, wanted, format)


def _page(
    request: Request,
    db: Session,
    framework: str,
    *,
    as_new: bool = False,
    error: Invalid | None = None,
    done: dict[str, int] | None = None,
) -> Response:
    return pages.render(
        request,
        "item-import.html",
        status=422 if error else 200,
        frameworks=referentials_service.all_newest(db),
        framework=framework,
        as_new=as_new,
        errors={entry["field"]: i18n.sentence(entry["message"], {}) for entry in error.errors} if error else {},
        done=done,
        most=MOST_ITEMS,
    )


def _report(request: Request, planned: Plan, sent: Sent, *, as_new: bool, moved: bool = False) -> Response:
    values: dict[str, Any] = {"moved": i18n.gettext(_MOVED) if moved else ""}
    return pages.render(
        request,
        "item-import-report.html",
        status=409 if moved else 422 if planned.errors else 200,
        planned=planned,
        name=sent.name,
        unread=sent.table.unread if sent.table else (),
        contents="" if planned.errors else packed(sent),
        as_new=as_new,
        statuses=STATUSES,
        most=MOST_SHOWN,
        **values,
    )
