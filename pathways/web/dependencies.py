"""What a route asks for by its signature: a database session, who is asking, the settings."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, Form
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from sqlalchemy.orm import Session
from starlette.requests import Request

from pathways import i18n, ids
from pathways.database import IDENTIFIERS, READERS, WRITERS
from pathways.errors import Forbidden, NotFound, Unauthenticated
from pathways.i18n import D_, N_
from pathways.permissions import Member, Permission
from pathways.settings import Settings
from pathways.web.pages import desk_language


def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _writing(request: Request) -> Iterator[Session]:
    with request.app.state.database.begin() as db:
        yield db


def _reading(request: Request) -> Iterator[Session]:
    with request.app.state.database.read() as db:
        yield db


# scope="function": the commit happens before the answer leaves, or a failed commit would be told as a success.
# max_concurrency: see pathways.database.WRITERS. One alias each, since each Depends() counts for itself.
DB = Annotated[Session, Depends(_writing, scope="function", max_concurrency=WRITERS)]
ReadDB = Annotated[Session, Depends(_reading, scope="function", max_concurrency=READERS)]


async def _settings(request: Request) -> Settings:
    """Awaits nothing: FastAPI hands a plain function to a thread, which costs more than these few lines do."""
    return settings_of(request)


OwnSettings = Annotated[Settings, Depends(_settings)]


def _identified(request: Request, later: BackgroundTasks) -> Member | None:
    """Who is signed in, by cookie or personal token. The application registers how (``people`` is above ``web``);
    what it leaves in ``request.state.later`` is done once the answer has left.
    """
    request.state.later = later
    member: Member | None = request.app.state.identify(request)
    request.state.member = member
    return member


async def _spoken_to(
    request: Request, member: Annotated[Member | None, Depends(_identified, max_concurrency=IDENTIFIERS)]
) -> Member | None:
    """A member is answered in the language of the desk. Not a plain function: what that one sets in its thread does not
    reach the endpoint.
    """
    if member is not None and member.session_id is not None:
        i18n.use(desk_language(request))
    return member


Identified = Annotated[Member | None, Depends(_spoken_to)]


Finder = Callable[[Session, Member, uuid.UUID], object]
"""Finds something by its identifier among what a member may know of; raises :class:`NotFound` otherwise."""


class Requires(SecurityBase):
    """A dependency that gives the member who asks, if they hold ``permission``. A test reads it off every route, and
    the OpenAPI document says that it takes a token.

    ``of`` names the path parameters that the permission is about, and how each is found: whoever lacks the permission
    is told so only of what they may know to exist (404 before 403).
    """

    model = HTTPBearer(description="The personal token of a member who holds the permission that this needs.")
    scheme_name = "member"

    def __init__(self, permission: Permission, *, of: Mapping[str, Finder] | None = None) -> None:
        self.permission = permission
        self.of = dict(of or {})

    def __call__(self, request: Request, member: Identified) -> Member:
        if member is None:
            raise Unauthenticated(N_("Il faut se connecter."))
        if not member.may(self.permission):
            self._must_exist(request, member)
            raise Forbidden(N_("Vous n'avez pas accès à cette page."))
        return member

    def _must_exist(self, request: Request, member: Member) -> None:
        for name in self.of.keys() & request.path_params.keys():
            try:
                identifier = uuid.UUID(request.path_params[name])
            except ValueError as error:
                raise NotFound(N_("Cette page n'existe pas.")) from error
            with request.app.state.database.read() as db:
                self.of[name](db, member, identifier)


class RequiresForm(Requires):
    """The same for a form of ours: it must carry the token that was written into the page of this very session."""

    def __call__(self, request: Request, member: Identified, csrf: Annotated[str, Form()] = "") -> Member:  # type: ignore[override]
        member = super().__call__(request, member)
        expected = csrf_token(request, member)
        if not expected or not hmac.compare_digest(csrf.encode(), expected.encode()):  # a personal token has no pages
            raise Forbidden(D_("Ce formulaire a expiré. Revenez en arrière, rechargez la page et recommencez."))
        return member


def csrf_token(request: Request, member: Member | None) -> str:
    if member is None or member.session_id is None:
        return ""
    return ids.signed(settings_of(request).secret, "csrf", str(member.session_id)).hex()


async def address_of(request: Request) -> str:
    """The network address that asks (the proxy's word for it is believed only from ``PATHWAYS_PROXIES``)."""
    return request.client.host if request.client else "unknown"


Address = Annotated[str, Depends(address_of)]


def public(reason: str) -> Any:
    """Mark an endpoint that needs no permission, and say why. A test fails for a route that has neither."""

    def mark(endpoint: Any) -> Any:
        endpoint.public_because = reason
        return endpoint

    return mark
