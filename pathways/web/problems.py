"""Errors as people and programs read them: RFC 9457 under ``/api/``, pages elsewhere. Knows the status codes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import sqlalchemy.exc
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pathways import i18n
from pathways.errors import DomainError, TooMany, Unauthenticated
from pathways.i18n import D_, N_
from pathways.web import pages

log = logging.getLogger(__name__)

STATUS = {
    "not-found": 404,
    "unauthenticated": 401,
    "forbidden": 403,
    "forbidden-origin": 403,
    "conflict": 409,
    "full": 409,
    "overtaking": 409,
    "locked": 409,
    "gone": 410,
    "idempotency-key-reused": 422,
    "too-many": 429,
    "too-large": 413,
    "invalid": 422,
    "method-not-allowed": 405,
    "machine-unreachable": 503,
    "busy": 503,
    "internal": 500,
}
TITLES = {
    "not-found": N_("Cette page n'existe pas."),
    "unauthenticated": N_("Il faut se connecter."),
    "forbidden": N_("Vous n'avez pas accès à cette page."),
    "forbidden-origin": N_("Cette demande vient d'un autre site. Elle est refusée."),
    "conflict": N_("Cela a changé entre-temps."),
    "full": N_("Il n'y a plus de place."),
    "overtaking": N_("D'autres personnes attendent déjà une place."),
    "locked": N_("Il est trop tard pour réserver ici."),
    "gone": N_("Ce n'est plus ouvert."),
    "idempotency-key-reused": N_("Cette demande a déjà servi pour autre chose."),
    "too-many": N_("Trop d'essais. Attendez quelques minutes, puis recommencez."),
    "too-large": N_("C'est trop long ou trop lourd."),
    "invalid": N_("Quelque chose manque ou n'est pas valable."),
    "method-not-allowed": N_("Cette page n'existe pas."),
    "machine-unreachable": D_("La traduction automatique ne répond pas."),
    "busy": N_("Beaucoup de monde en ce moment. Réessayez dans un instant. Rien n'est perdu."),
    "internal": N_("Quelque chose s'est mal passé chez nous. Réessayez. Rien n'est perdu."),
}
FIELD_MESSAGES = {
    "missing": N_("Il manque quelque chose ici."),
    "string_too_long": N_("C'est trop long."),
    "too_long": N_("C'est trop long."),
    "forbidden_character": N_("Un caractère ne peut pas être gardé."),
}
MOST_FIELD_ERRORS = 20
_OF_STATUS = {400: "invalid", 401: "unauthenticated", 403: "forbidden", 404: "not-found", 405: "method-not-allowed"}
_OF_STATUS |= {409: "conflict", 413: "too-large", 422: "invalid", 429: "too-many", 503: "busy"}


def install(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(sqlalchemy.exc.OperationalError, _busy)
    app.add_exception_handler(sqlalchemy.exc.TimeoutError, _busy)


def refusal(
    request: Request,
    status: int,
    kind: str,
    *,
    detail: str = "",
    values: Mapping[str, object] | None = None,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The one shape of an error, as JSON for programs and as a page for people, in the reader's language.

    ``detail`` is a msgid, its places filled from ``values``.
    """
    title = i18n.gettext(TITLES[kind])
    if request.scope["path"].startswith("/api/"):
        body: dict[str, Any] = {
            "type": f"urn:pathways:problem:{kind}",
            "title": title,
            "status": status,
            "detail": i18n.sentence(detail, values or {}) if detail else title,
            "instance": quote(request.scope["path"][:200]),
        }
        if errors:
            body["errors"] = errors
        headers = {"content-language": i18n.current().tag} | (headers or {})
        return JSONResponse(body, status, headers, media_type="application/problem+json")
    response = pages.error(request, status=status, title=TITLES[kind], detail=detail, values=values or {})
    response.headers.update(headers or {})
    return response


def _domain(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    if isinstance(error, Unauthenticated) and not request.scope["path"].startswith("/api/") and request.method == "GET":
        return RedirectResponse(f"/sign-in?next={quote(request.scope['path'])}", 303)
    fields = [entry | {"message": i18n.sentence(entry["message"], {})} for entry in getattr(error, "errors", [])]
    headers = {"retry-after": str(error.seconds)} if isinstance(error, TooMany) else None
    if isinstance(error, Unauthenticated):
        headers = {"www-authenticate": "Bearer"}
    return refusal(
        request,
        STATUS[error.kind],
        error.kind,
        detail=error.message,
        values=error.values,
        errors=fields,
        headers=headers,
    )


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(entry["loc"][:1] == ("path",) for entry in found):
        return refusal(request, 404, "not-found")
    fields = [
        {
            "field": ".".join(str(part)[:40] for part in entry["loc"][1:6]),
            "code": str(entry["type"]),
            "message": i18n.gettext(FIELD_MESSAGES.get(entry["type"], N_("Cette valeur n'est pas valable."))),
        }
        for entry in found[:MOST_FIELD_ERRORS]
    ]
    return refusal(request, 422, "invalid", errors=fields)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _OF_STATUS.get(error.status_code, "invalid" if error.status_code < 500 else "internal")
    detail, values = getattr(error, "sentence", ""), getattr(error, "values", {})
    return refusal(request, error.status_code, kind, detail=detail, values=values, headers=dict(error.headers or {}))


def _busy(request: Request, error: Exception) -> Response:
    log.error("database: %s", type(error).__name__, exc_info=error)
    return refusal(request, 503, "busy", headers={"retry-after": "2"})
