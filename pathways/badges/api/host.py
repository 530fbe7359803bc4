"""The host side of the Open Badges 3.0 API, read only: what somebody's own badges are, for a wallet that holds their
personal token. Shapes and paths are those of the specification (1EdTech Open Badges 3.0, section "API"): lists go by
``limit`` and ``offset``, errors are ``Imsx_StatusInfo``.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import Depends, Query
from fastapi.exceptions import RequestValidationError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pathways import __version__, i18n
from pathways.badges.api.doors import space_of
from pathways.badges.formats.documents import CONTEXT
from pathways.badges.models import Credential, Holder
from pathways.errors import DomainError
from pathways.i18n import N_
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import OwnSettings, ReadDB, Requires, public
from pathways.web.fields import Moment
from pathways.web.pages import static
from pathways.web.problems import STATUS
from pathways.web.routing import Router

BASE = "/ims/ob/v3p0"
MOST = 200
"""Badges in one answer."""
_MINOR = {401: "unauthorizedrequest", 403: "forbidden", 404: "not_found", 422: "invalid_query_parameter"}
_MINOR |= {429: "server_busy", 503: "server_busy"}


class HostRoute(StrictRoute):
    """Refusals are said as the specification says them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except DomainError as error:
                return _refusal(STATUS[error.kind], i18n.sentence(error.message, error.values))
            except RequestValidationError:
                return _refusal(422, i18n.gettext(N_("Cette valeur n'est pas valable.")))

        return handled


router = Router(prefix=BASE, route_class=HostRoute, tags=["Open Badges 3.0 host"])
Owner = Annotated[Member, Depends(Requires(Permission.BADGES_HOLD))]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/credentials", summary="The badges of whoever's token it is")
def credentials(
    member: Owner,
    db: ReadDB,
    settings: OwnSettings,
    limit: Limit = 50,
    offset: Offset = 0,
    since: Annotated[Moment | None, Query(description="Only those that were issued after that moment.")] = None,
) -> Response:
    """Each badge byte for byte as it was signed; those that are revoked too, since the status list says so. The oldest
    first, so that a part stays what it is while badges are added.
    """
    holder = space_of(db, member)
    found, total = _issued(db, holder, since, limit, offset) if holder else ([], 0)
    body = b'{"credential":[' + b",".join(one.document for one in found) + b"]}"
    asked = {"since": since.isoformat()} if since else {}
    links = _links(f"{settings.url}{BASE}/credentials", asked, total=total, limit=limit, offset=offset)
    return Response(body, headers={"x-total-count": str(total), "link": links}, media_type="application/json")


@router.get("/profile", summary="Whose badges they are")
def profile(member: Owner, db: ReadDB) -> Response:
    """An identifier of this server alone, and the name that the person wants on what they share; nothing else."""
    holder = space_of(db, member)
    subject = holder.id if holder else member.account_id
    document: dict[str, Any] = {"@context": list(CONTEXT[:2]), "id": f"urn:uuid:{subject}", "type": ["Profile"]}
    if holder and holder.name:
        document["name"] = holder.name
    return JSONResponse(document)


@router.get("/discovery", summary="What this host can do")
@public("a wallet asks what a host can do before anybody signs in")
def discovery(settings: OwnSettings) -> Response:
    """The service description, an OpenAPI document. There is no OAuth here: a person makes a personal token at their
    account and gives it to their wallet.
    """
    server = f"{settings.url}{BASE}"
    return JSONResponse(
        {
            "openapi": "3.0.1",
            "info": {
                "title": "pathways",
                "description": "Open Badges 3.0, host, read only.",
                "version": __version__,
                "termsOfService": f"{settings.url}/confidentialite",
                "x-imssf-privacyPolicyUrl": f"{settings.url}/confidentialite",
                "x-imssf-image": f"{settings.url}{static('icon.svg')}",
            },
            "servers": [{"url": server}],
            "paths": {
                f"/{name}": {"get": {"summary": said, "responses": {"200": {"description": "OK"}}}}
                for name, said in (("credentials", "Badges"), ("profile", "Their holder"), ("discovery", "This"))
            },
            "components": {
                "securitySchemes": {
                    "PersonalToken": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": f"A personal token with the scope {Permission.BADGES_HOLD.value}, "
                        f"made at {settings.url}/account.",
                    }
                }
            },
            "security": [{"PersonalToken": []}],
        },
    )


# --- inside ---------------------------------------------------------------------------------------------------


def _issued(
    db: Session, holder: Holder, since: datetime | None, limit: int, offset: int
) -> tuple[Sequence[Credential], int]:
    """Those that were not erased, and how many there are."""
    theirs = sa.and_(Credential.holder_id == holder.id, Credential.document != b"")
    if since is not None:
        theirs = sa.and_(theirs, Credential.issued_at > since)
    total = db.scalar(sa.select(sa.func.count()).select_from(Credential).where(theirs)) or 0
    query = sa.select(Credential).where(theirs).order_by(Credential.issued_at, Credential.id)
    return db.scalars(query.offset(offset).limit(limit)).all(), total


def _links(address: str, asked: dict[str, str], *, total: int, limit: int, offset: int) -> str:
    """``Link`` (RFC 8288): the parts of the list around this one."""
    last = max(0, (total - 1) // limit * limit)
    parts = {"first": 0, "last": last}
    if offset + limit < total:
        parts["next"] = offset + limit
    if offset:
        parts["prev"] = max(0, offset - limit)
    return ", ".join(
        f'<{address}?{urlencode({"limit": limit, "offset": start} | asked)}>; rel="{name}"'
        for name, start in parts.items()
    )


def _refusal(status: int, said: str) -> Response:
    minor = {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": _MINOR.get(status, "unknown")}
    body = {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": said,
        "imsx_codeMinor": {"imsx_codeMinorField": [minor]},
    }
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse(body, 400 if status == 422 else status, headers)
