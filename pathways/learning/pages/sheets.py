"""A sheet for anybody: one page in the reader's language and in French, to read, to print, to fold into a pocket."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.diagnostics.doors import remember
from pathways.learning.models import Resource
from pathways.learning.pages import ways_back
from pathways.learning.practice import loading
from pathways.learning.practice.loading import Practice
from pathways.learning.resources import service, showing
from pathways.web.dependencies import ReadDB, public
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.web.security import LANGUAGE_COOKIE

router = Router()
WHY = "a sheet shows nothing of anybody"
Back = Annotated[str, Query(max_length=800)]
"""Where a person came from on their pathway."""


@router.get("/sheets/{sheet_code}")
@public(WHY)
def sheet(request: Request, sheet_code: str, db: ReadDB, back: Back = "") -> Response:
    return _page(request, "sheet.html", sheet_code, db, back)


@router.get("/sheets/{sheet_code}/card")
@public(WHY)
def card(request: Request, sheet_code: str, db: ReadDB, back: Back = "") -> Response:
    """The same in eight fields, on one sheet of paper that is folded into a small card."""
    return _page(request, "sheet-card.html", sheet_code, db, back)


@router.get("/sheets/{sheet_code}/language")
@public(WHY)
def languages(request: Request, sheet_code: str, db: ReadDB, back: Back = "") -> Response:
    found = service.of_code(db, sheet_code)
    offered, base = list(i18n.languages().values()), f"/sheets/{found.code}/language"
    query = ways_back.with_back("", ways_back.to_pathway(back))
    return render(request, "wall.html", offered=offered, base=base, chosen=i18n.current().code, query=query)


@router.get("/sheets/{sheet_code}/language/{tag}")
@public(WHY)
def read_in(request: Request, sheet_code: str, tag: str, back: Back = "") -> Response:
    to = f"/sheets/{quote(sheet_code[:64], safe='')}"
    response = RedirectResponse(ways_back.with_back(to, ways_back.to_pathway(back)), 303)
    if language := i18n.recognised(tag):
        remember(response, request, LANGUAGE_COOKIE, language, "/")
    return response


def _page(request: Request, template: str, sheet_code: str, db: ReadDB, back: str) -> Response:
    if asked := i18n.recognised(request.query_params.get("lang", "")):
        i18n.use(asked)
    found = service.of_code(db, sheet_code)
    return render(
        request,
        template,
        sheet=showing.sheet_of(found, i18n.current().code),
        back=ways_back.to_pathway(back),
        practices=_practices(found),
        unread=showing.NOT_READ_OVER,
    )


def _practices(sheet: Resource) -> list[Practice]:
    """What it can be tried out with: the exercise that goes with it, then others of the same micro-skills."""
    taught = [one["skill"] for one in sheet.teaches]
    return loading.trying(sheet.framework, taught, first=sheet.practice)
