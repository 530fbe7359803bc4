"""Pages of whoever holds their address: no account, a long word in the link, the language of that person."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.web.dependencies import settings_of
from pathways.web.security import LANGUAGE_COOKIE

LANGUAGE_SECONDS = 30 * 86400
WITH_A_TOKEN = {"x-robots-tag": "noindex, nofollow"}
"""Beside what each answer carries (no copy in a cache, no address told to another site): whoever has the address holds
what is behind it, so no search engine may.
"""


def speak_as(request: Request, kept: str) -> str:
    """The language of somebody's own page: the one that is kept for them, unless the address asks for another."""
    asked = i18n.recognised(request.query_params.get("lang", ""))
    code = asked or (kept if kept in i18n.languages() else i18n.SOURCE)
    i18n.use(code)
    return code


def remember_language(response: Response, request: Request, code: str) -> None:
    response.set_cookie(
        LANGUAGE_COOKIE,
        code,
        max_age=LANGUAGE_SECONDS,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings_of(request).secure_cookies,
    )
