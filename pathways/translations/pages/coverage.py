"""How much of the product exists in each language, side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.translations import coverage
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/translations")
Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]


@router.get("/coverage")
def coverage_page(
    request: Request,
    member: Reader,
    db: ReadDB,
    framework: Annotated[Short, Query()] = referentials_service.USUAL_FRAMEWORK,
) -> Response:
    rows = coverage.of(db, member, framework)
    return render(
        request,
        "translations-coverage.html",
        rows=rows,
        lacking=coverage.lacking(rows),
        framework=framework,
        frameworks=referentials_service.all_newest(db),
    )
