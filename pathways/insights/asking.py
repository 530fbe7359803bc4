"""What the routes about several people ask for: whom, and how a table is handed over."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from pathways.diagnostics import reading
from pathways.diagnostics.doors import OF
from pathways.errors import Invalid
from pathways.insights import exporting, periods
from pathways.insights.exporting import Kind, Table
from pathways.insights.group import Wanted
from pathways.web.fields import Short

ABOUT = {**OF, "other_id": reading.attempt_for}
"""How what a path names is found, for a member."""


def _wanted(
    since: Annotated[Short, Query(description="A day in Paris, `2026-11-26`.")] = "",
    until: Annotated[Short, Query()] = "",
    language: Annotated[Short, Query()] = "",
) -> Wanted:
    return Wanted(periods.period(since, until), language)


Chosen = Annotated[Wanted, Depends(_wanted)]


def everybody(request: Request) -> None:
    """What may leave is about everybody: a choice that is sent is refused, not ignored."""
    if request.query_params:
        raise Invalid(exporting.NO_CHOICE)


def handed(table: Table, kind: Kind) -> Response:
    body, media_type = exporting.written(table, kind)
    disposition = f'attachment; filename="{table.name}.{kind}"'
    return Response(body, media_type=media_type, headers={"content-disposition": disposition})
