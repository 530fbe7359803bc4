"""Anybody has a badge verified: a file, a text, a link; ours or of another issuer. Nothing of it is kept."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any

from babel.numbers import get_decimal_symbol
from fastapi import Depends, File, Form, Query, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from pathways import clock, i18n
from pathways.badges.verifying import words
from pathways.badges.verifying.issuers import site
from pathways.badges.verifying.limits import Limits
from pathways.badges.verifying.plain_json import LARGEST
from pathways.badges.verifying.reading import LONGEST_LINK
from pathways.badges.verifying.verdict import UNREADABLE, Overall, State, Verdict
from pathways.badges.verifying.verifier import Verifier
from pathways.diagnostics.doors import remember
from pathways.web.dependencies import Address, OwnSettings, public
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.web.security import LANGUAGE_COOKIE

router = Router()
WHY = "anybody who was given a badge may have it verified"
LONGEST_EMAIL = 254
SIGNS = {Overall.VALID: "can", Overall.NOT_VALID: "no", Overall.UNKNOWN: "confirm"}
"""Shapes that stand beside the word and its colour."""
PLACES = {
    "results": ("name", "value", "lowest", "highest", "required"),
    "alignments": ("name", "framework", "code"),
    "evidence": ("name", "genre", "narrative"),
}
"""What is shown of each of several; each may be empty."""
_DECIMAL = re.compile(r"-?\d{1,12}\.\d{1,6}", re.ASCII)
STATES = {State.YES: "can", State.NO: "no", State.UNKNOWN: "confirm"}


@dataclass(frozen=True, slots=True)
class Given:
    """What came with the form."""

    data: bytes
    email: str


@dataclass(frozen=True, slots=True)
class ShownEndorsement:
    verdict: Verdict
    sign: str
    sentence: str


@router.get("/verify")
@public(WHY)
def verify_page(request: Request, link: Annotated[str, Query(max_length=LONGEST_LINK)] = "") -> Response:
    """The form. ``link`` stands in it already; nothing is asked of anybody before somebody presses the button."""
    spoken_in = words.language_of(i18n.current().code)
    shown = link if link.isprintable() else ""
    return _page(request, "verify.html", link=shown, spoken_in=spoken_in, page=words.page(spoken_in))


async def _given(
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
) -> Given:
    """The file, if there is one, else the text. One byte more than may be is enough to say that it is too large."""
    data = await file.read(LARGEST + 1) if file is not None else b""
    return Given(data or text.encode("utf-8", "replace"), email.strip()[:LONGEST_EMAIL])


@router.post("/verify")
@public(WHY)
def verify(
    request: Request, given: Annotated[Given, Depends(_given)], settings: OwnSettings, address: Address
) -> Response:
    """The verdict, or why there is none (422). It is shown where it was asked for: it has no address, since nothing is
    kept.
    """
    limits = Limits(request.app.state.database, settings.secret, address)
    limits.count()
    verifier: Verifier = request.app.state.verifier
    verdict = verifier.verify(given.data, email=given.email, may_ask=limits.may_ask)
    limits.tell(verdict)
    return _page(request, "verify-result.html", status=422 if verdict.kind == UNREADABLE else 200, **_shown(verdict))


def _shown(verdict: Verdict) -> dict[str, Any]:
    language = words.language_of(i18n.current().code)
    return {
        "verdict": verdict,
        "word": words.OVERALL[verdict.overall],
        "sign": SIGNS[verdict.overall],
        "tone": verdict.overall.value,
        "spoken_in": language,
        "summary": words.summary(verdict, language),
        "lines": words.lines(verdict, language),
        "states": STATES,
        "unchecked": words.unchecked(verdict, language),
        "says": _said(verdict.says, language),
        "who": {"name": "", "domain": ""} | verdict.says.get("issuer", {}),
        "endorsements": [
            ShownEndorsement(one, SIGNS[one.overall], words.endorsement(one, language)) for one in verdict.endorsements
        ],
        "page": words.page(language),
        "criteria_link": url
        if verdict.overall is Overall.VALID and (url := verdict.says.get("criteria_url")) and site(url)
        else "",
        "said_in": _tag(verdict.says.get("language", "")),
        "technical": json.dumps(verdict.to_json(), ensure_ascii=False, indent=1),
        "today": words.day(clock.now().isoformat(), language),
    }


def _said(says: Any, language: str) -> dict[str, Any]:
    """What the file says, with something in each place that the page asks for."""
    shown = {name: says.get(name, "") for name in ("name", "description", "criteria", "narrative", "comment")}
    listed = {name: [dict.fromkeys(places, "") | one for one in says.get(name, [])] for name, places in PLACES.items()}
    listed["results"] = [{place: _numeral(said, language) for place, said in one.items()} for one in listed["results"]]
    return shown | listed | {"awarded": words.day(says.get("awarded", ""), language), "types": says.get("types", [])}


def _numeral(said: str, language: str) -> str:
    """A decimal as the reader writes it (*3,4* in French); the file and the technical detail keep the point."""
    return said.replace(".", get_decimal_symbol(language)) if _DECIMAL.fullmatch(said) else said


def _tag(code: str) -> str:
    """The language that a badge says to be in, if it is one of ours; empty for *unknown*."""
    known = i18n.recognised(code)
    return i18n.language(known).tag if known else ""


def _page(request: Request, template: str, **values: Any) -> Response:
    response = render(request, template, **values)
    if asked := i18n.recognised(request.query_params.get("lang", "")):
        remember(response, request, LANGUAGE_COOKIE, asked, "/")
    return response
