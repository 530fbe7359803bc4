"""Places in and out of files, for programs: the same reports as the pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from pathways import ids
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.idempotency import once, scope_of
from pathways.permissions import Member, Permission
from pathways.places import exchange, importing, leaving
from pathways.places.api.writing import Key
from pathways.places.schemas import ExportOut, ReportOut
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Line, Short
from pathways.web.routing import Router

router = Router(tags=["places"])

Reader = Annotated[Member, Depends(Requires(Permission.PLACES_READ))]
Writer = Annotated[Member, Depends(Requires(Permission.PLACES_WRITE))]
MOST_FILES = 3
_FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FILES: dict[str, Any] = {"type": "array", "items": _FILE["schema"], "maxItems": MOST_FILES}
_FORM: dict[str, Any] = {"schema": {"type": "object", "properties": {"file": _FILES}, "required": ["file"]}}


async def _received(request: Request, name: Annotated[Line, Query()] = "") -> list[exchange.Upload]:
    """Read before the database is asked for: on SQLite nobody else waits for it."""
    if request.headers.get("content-type", "").casefold().startswith("multipart/form-data"):
        async with request.form() as form:
            files = [one for one in form.getlist("file") if isinstance(one, UploadFile)][:MOST_FILES]
            found = [exchange.Upload(one.filename or "", await one.read()) for one in files]
    else:
        body = await request.body()
        found = [exchange.Upload(name, body)] if body else []
    if not found:
        said = D_("Choisissez un fichier.")
        raise Invalid(said, errors=[{"field": "file", "message": said}])
    return found


@router.post(
    "/places/import",
    response_model=ReportOut,
    summary="Take places out of files",
    openapi_extra={"requestBody": {"content": {"multipart/form-data": _FORM, "application/octet-stream": _FILE}}},
)
def import_places(
    member: Writer,
    received: Annotated[list[exchange.Upload], Depends(_received)],
    db: DB,
    key: Key = "",
    *,
    dry_run: bool = False,
    withdraw_missing: bool = False,
) -> dict[str, Any]:
    """LaMednum (CSV, XLSX, JSON) or data.inclusion (structures, services), with the side-car or without: as `file`, up
    to three of them, or as the body itself with `?name=lieux.csv`. With `dry_run` nothing changes. Rows that are
    refused are left out, the others are kept; the same file twice changes nothing.
    """

    def act() -> dict[str, Any]:
        if dry_run:
            return importing.plan(db, member, received).to_json()
        return importing.apply(db, member, received, withdraw_missing=withdraw_missing).to_json()

    asked = {"files": [(one.name, ids.digest(one.data.hex())) for one in received]}
    scope = scope_of(member.account_id, f"places {member.organisation_id.hex[-8:]}")
    answer, _ = once(db, scope, key, asked | {"dry_run": dry_run, "withdraw": withdraw_missing}, act)
    return answer


@router.get("/places/export", response_model=ExportOut, summary="What an export loses, and its files")
def export_places(
    member: Reader,
    db: ReadDB,
    format: exchange.Format = exchange.Format.LAMEDNUM_CSV,  # noqa: A002 - as in the address
    *,
    everybody: Annotated[bool, Query(alias="all")] = False,
    vans: Annotated[bool, Query(description="With the dated days of vans, where no other hours are known.")] = False,
) -> dict[str, Any]:
    made = leaving.export(db, member, format, everybody=everybody, vans=vans)
    losses = [
        {"id": one.id, "name": one.name, "column": one.column, "message": one.said()}
        for one in made.losses[: importing.MOST_TOLD]
    ]
    return {"format": format, "places": made.places, "files": list(made.files), "losses": losses}


@router.get("/places/export/{exchange_format}/{file_name}", summary="One file of an export", response_class=Response)
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
