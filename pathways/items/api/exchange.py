"""Questions in and out of files, for programs: the same report, the same all or nothing as the pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from pathways.items.downloads import Chosen, Format, export
from pathways.items.exchange import plan as exchange_plan
from pathways.items.exchange import service as exchange
from pathways.items.exchange.files import Sent, opened
from pathways.items.exchange.plan import Plan, Status
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Line, Short
from pathways.web.routing import Router

router = Router(tags=["items"])

Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]
Writer = Annotated[Member, Depends(Requires(Permission.CONTENT_WRITE))]
Framework = Annotated[Short, Query()]
MOST_TOLD = 500
"""Errors, and warnings, of one reply."""


class ToldOut(BaseModel):
    line: int
    column: str
    message: str


class RowOut(BaseModel):
    line: int
    code: str
    status: Status


class ReportOut(BaseModel):
    """What the file does, or with `dry_run` would do."""

    dry_run: bool
    counts: dict[str, int]
    errors: list[ToldOut]
    warnings: list[ToldOut]
    items: list[RowOut]


async def _received(request: Request, name: Annotated[Line, Query()] = "") -> tuple[bytes, str]:
    if request.headers.get("content-type", "").casefold().startswith("multipart/form-data"):
        async with request.form() as form:
            file = form.get("file")
            return (await file.read(), name or file.filename or "") if isinstance(file, UploadFile) else (b"", name)
    return await request.body(), name


def _sent(received: Annotated[tuple[bytes, str], Depends(_received)]) -> Sent:
    """Read before the database is asked for: on SQLite nobody else waits for it."""
    return opened(*received)


_FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FORM: dict[str, Any] = {"schema": {"type": "object", "properties": {"file": _FILE["schema"]}, "required": ["file"]}}


@router.post(
    "/items/import",
    response_model=ReportOut,
    summary="Import questions from a file, all or nothing",
    openapi_extra={"requestBody": {"content": {"multipart/form-data": _FORM, "application/octet-stream": _FILE}}},
)
def import_items(
    member: Writer,
    sent: Annotated[Sent, Depends(_sent)],
    db: DB,
    *,
    framework: Framework = referentials_service.USUAL_FRAMEWORK,
    dry_run: bool = False,
    as_new: bool = False,
) -> dict[str, Any]:
    """CSV, XLSX or YAML, as a form's `file` or as the body itself with `?name=questions.xlsx`. With `dry_run` nothing
    changes, and errors are in the report; without it a file with any error is refused whole. The same file twice is
    imported once. `as_new`: the codes in it are another organisation's.
    """
    planned = exchange_plan.plan(db, member, framework, sent, as_new=as_new, to_keep=not dry_run)
    if not dry_run:
        exchange.keep(db, member, framework, planned)
    return _report(planned, dry_run=dry_run)


@router.get("/items/export", summary="Questions as a file", response_class=Response)
def export_items(
    request: Request,
    member: Reader,
    db: ReadDB,
    wanted: Chosen,
    format: Format = "yaml",  # noqa: A002 - as in the address
    framework: Framework = referentials_service.USUAL_FRAMEWORK,
) -> Response:
    """The organisation's own ones; with any filter of `/items` those of that list, shipped ones too."""
    return export(request, db, member, framework, wanted, format)


def _report(planned: Plan, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "counts": {status.value: number for status, number in planned.counts.items()},
        "errors": [asdict(one) for one in planned.errors[:MOST_TOLD]],
        "warnings": [asdict(one) for one in planned.warnings[:MOST_TOLD]],
        "items": [{"line": row.draft.line, "code": row.code, "status": row.status} for row in planned.rows],
    }
