"""Places in and out of files on pages: a report first, then what it said; and the files to take away."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import Depends, File, Form, Query, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.places import exchange, importing, leaving
from pathways.places.exchange.sheets import Kind
from pathways.places.importing import Became, Report
from pathways.web.dependencies import ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/places")

Reader = Annotated[Member, Depends(Requires(Permission.PLACES_READ))]
Writer = Annotated[Member, Depends(Requires(Permission.PLACES_WRITE))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.PLACES_WRITE))]
Count = Annotated[int, Query(ge=0, le=1_000_000)]
LARGEST, MOST_FILES, MOST_SHOWN = 10_000_000, 3, 200
BECAME = {
    Became.NEW: (D_("nouveau"), D_("nouveaux")),
    Became.CHANGED: (D_("changé"), D_("changés")),
    Became.SAME: (D_("déjà là"), D_("déjà là")),
    Became.OLDER: (
        D_("plus ancien que votre fiche, laissé de côté"),
        D_("plus anciens que vos fiches, laissés de côté"),
    ),
    Became.REFUSED: (D_("à corriger"), D_("à corriger")),
}
"""What is said of one place, and of several."""
KINDS = {
    Kind.REFUSED: D_("À corriger : ces lieux ne sont pas pris"),
    Kind.DOUBTFUL: D_("À regarder : gardé tel quel, sans doute faux"),
    Kind.BESIDE: D_("Gardé à côté : nos fiches n'ont pas cette case"),
    Kind.CORRECTED: D_("Écrit comme le schéma le veut : rien n'est perdu"),
}
FORMATS = {
    exchange.Format.LAMEDNUM_CSV: D_("LaMednum 1.0.2, tableau CSV"),
    exchange.Format.LAMEDNUM_JSON: D_("LaMednum 1.0.2, JSON"),
    exchange.Format.DATA_INCLUSION: D_("data·inclusion v1 : structures et services"),
}
_AGAIN = D_("Le fichier n'a pas pu être relu. Choisissez-le encore une fois.")
_TOO_LARGE = D_("Au plus 10 Mo en tout, en trois fichiers. Rien n'a été changé.")


@router.get("/import")
def import_page(
    request: Request, member: Writer, new: Count = 0, changed: Count = 0, withdrawn: Count = 0, *, done: bool = False
) -> Response:
    return _page(request, done=(new, changed, withdrawn) if done else None)


async def _received(
    file: Annotated[list[UploadFile] | None, File()] = None, contents: Annotated[list[str] | None, Form()] = None
) -> list[exchange.Upload] | Invalid:
    """The files, or what is wrong with them: as they were chosen, or as the page of the report carries them."""
    try:
        if contents:
            return _unpacked(contents[:MOST_FILES])
        sent = [one for one in file or () if one.filename]
        found = [exchange.Upload(one.filename or "", await one.read(LARGEST + 1)) for one in sent[: MOST_FILES + 1]]
        if not found:
            return _wrong(D_("Choisissez un fichier."))
        if len(found) > MOST_FILES or sum(len(one.data) for one in found) > LARGEST:
            return _wrong(_TOO_LARGE)
    except Invalid as error:
        return error
    return found


@router.post("/import")
def import_files(
    request: Request,
    member: WriterForm,
    received: Annotated[list[exchange.Upload] | Invalid, Depends(_received)],
    db: ReadDB,
    *,
    seal: Annotated[Short, Form()] = "",
    withdraw: Annotated[bool, Form()] = False,
) -> Response:
    """What the files would do, and nothing changes. With the ``seal`` of such a report what it said is done, and
    pressed twice once: what is there already is not changed again.
    """
    if isinstance(received, Invalid):
        return _page(request, error=received)
    try:
        if seal:
            return _keep(request, member, received, seal, withdraw=withdraw)
        return _report(request, importing.plan(db, member, received), received)
    except Invalid as error:
        return _page(request, error=error)


@router.get("/export")
def export_page(
    request: Request,
    member: Reader,
    db: ReadDB,
    format: exchange.Format = exchange.Format.LAMEDNUM_CSV,  # noqa: A002 - as in the address
    *,
    everybody: Annotated[bool, Query(alias="all")] = False,
    vans: bool = False,
) -> Response:
    """What the files of a format lose, before somebody sends them on."""
    made = leaving.export(db, member, format, everybody=everybody, vans=vans)
    return render(
        request,
        "places-export.html",
        made=made,
        formats=FORMATS,
        format=format,
        everybody=everybody,
        vans=vans,
        most=MOST_SHOWN,
    )


@router.get("/export/{exchange_format}/{file_name}")
def export_file(
    member: Reader,
    db: ReadDB,
    exchange_format: exchange.Format,
    file_name: Short,
    *,
    everybody: Annotated[bool, Query(alias="all")] = False,
    vans: bool = False,
) -> Response:
    name, data, media = leaving.file(db, member, exchange_format, file_name, everybody=everybody, vans=vans)
    return Response(data, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'})


def _keep(
    request: Request, member: Member, received: Sequence[exchange.Upload], seal: str, *, withdraw: bool
) -> Response:
    """In a transaction of its own, since a report must not keep the one writer waiting."""
    with request.app.state.database.begin() as db:
        planned = importing.plan(db, member, received)
        is_idle = not (planned.counts[Became.NEW] or planned.counts[Became.CHANGED] or withdraw)
        if _seal(planned) != seal and not is_idle:
            return _report(request, planned, received, moved=True)
        done = importing.apply(db, member, received, withdraw_missing=withdraw)
    counts = f"new={done.counts[Became.NEW]}&changed={done.counts[Became.CHANGED]}&withdrawn={done.withdrawn}"
    return RedirectResponse(f"/places/import?done=true&{counts}", 303)


def _seal(report: Report) -> str:
    """What a report says: something else means that the places changed in between."""
    return ids.fingerprint(json.dumps(report.to_json(), sort_keys=True, default=str), 32)


def _report(request: Request, report: Report, received: Sequence[exchange.Upload], *, moved: bool = False) -> Response:
    grouped = {kind: [one for one in report.remarks if one.kind == kind] for kind in KINDS}
    return render(
        request,
        "places-import-report.html",
        report=report,
        grouped=grouped,
        kinds=KINDS,
        became=BECAME,
        names=[one.name for one in received],
        contents=[_packed(one) for one in received],
        seal=_seal(report),
        works=report.counts[Became.NEW] + report.counts[Became.CHANGED] > 0,
        moved=moved,
        format=FORMATS[exchange.Format(report.format)],
        most=MOST_SHOWN,
    )


def _page(request: Request, *, done: tuple[int, int, int] | None = None, error: Invalid | None = None) -> Response:
    said = i18n.sentence(error.message, error.values) if error else ""
    return render(request, "places-import.html", status=422 if error else 200, done=done, said=said)


def _wrong(message: str) -> Invalid:
    return Invalid(message, errors=[{"field": "file", "message": message}])


def _packed(upload: exchange.Upload) -> str:
    """A file as a text that a form can carry."""
    return f"{quote(upload.name[:200])}|{base64.urlsafe_b64encode(zlib.compress(upload.data, 6)).decode('ascii')}"


def _unpacked(texts: Sequence[str]) -> list[exchange.Upload]:
    """Everything in them is examined again, since a browser brought it."""
    found, left = [], LARGEST
    for text in texts:
        name, _, body = text.partition("|")
        try:
            unpacking = zlib.decompressobj()
            data = unpacking.decompress(base64.urlsafe_b64decode(body.encode("ascii")), left)
        except (ValueError, binascii.Error, zlib.error) as error:
            raise _wrong(_AGAIN) from error
        if not unpacking.eof:
            raise _wrong(_AGAIN)
        left -= len(data)
        found.append(exchange.Upload(unquote(name), data))
    return found
