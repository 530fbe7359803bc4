"""The door of a holder's space, ``/h/{key}``: the token of its private link, or ``me`` for whoever is signed in.

A form of ``me`` carries the token of its session, as each form of a member does. A form behind a private link is
protected by the link itself, which no other site knows, and by the guard against other sites (``web.security``).

Every endpoint of the space is ``@public(WHY)`` and asks for :data:`OwnSpace` to look, for :data:`OwnSpaceForm` to act.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Form, Path
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import Holder
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, Identified, OwnSettings, ReadDB, Requires, RequiresForm, settings_of
from pathways.web.pages import render
from pathways.web.private import WITH_A_TOKEN

WHY = "whoever holds the private link of a space opens it; of `me`, whoever is signed in opens their own"
ME = "me"
LONGEST_KEY = 80
SEEN_EVERY = timedelta(days=1)
"""A look is written down as often as that, and no oftener."""
_SIGNED_IN = Requires(Permission.BADGES_HOLD)
_BY_FORM = RequiresForm(Permission.BADGES_HOLD)
Key = Annotated[str, Path(max_length=LONGEST_KEY)]


@dataclass(frozen=True, slots=True)
class Space:
    """An open space, and by which address it was opened."""

    holder: Holder
    key: str
    """The token of its link, or ``me``."""
    language: str
    """In which it is read this time."""

    @property
    def base(self) -> str:
        """What its addresses begin with."""
        return f"/h/{self.key}"

    @property
    def is_signed_in(self) -> bool:
        """Whether an account opened it; its forms then carry the token of the session."""
        return self.key == ME


async def _links(settings: OwnSettings) -> Links:
    """Awaits nothing: a plain function would be handed to a thread."""
    return Links(settings.secret)


async def _signer(settings: OwnSettings) -> Signer:
    return Signer.of(settings)


OwnLinks = Annotated[Links, Depends(_links)]
OwnSigner = Annotated[Signer, Depends(_signer)]


def _looked_into(key: Key, request: Request, member: Identified, db: ReadDB, links: OwnLinks) -> Space:
    """To look. That somebody was there is written down once a day, so that a space that is looked into is kept."""
    holder = _of(_SIGNED_IN(request, member), request, db, links) if key == ME else holders.by_token(db, links, key)
    if clock.now() - holder.active_at > SEEN_EVERY:
        with request.app.state.database.begin() as writing:
            holders.visited(writing.get_one(Holder, holder.id))
    return _space(request, holder, key)


def _acted_in(
    key: Key, request: Request, member: Identified, db: DB, links: OwnLinks, csrf: Annotated[str, Form()] = ""
) -> Space:
    """To act."""
    if key == ME:
        holder = holders.for_account(db, links, _BY_FORM(request, member, csrf), language=i18n.current().code)
    else:
        holder = holders.by_token(db, links, key)
    holders.visited(holder)
    return _space(request, holder, key)


def _of(member: Member, request: Request, db: Session, links: Links) -> Holder:
    """The space of an account; made, in a transaction of its own, when it is first looked into."""
    found = db.scalar(sa.select(Holder).filter_by(account_id=member.account_id))
    if found is None:
        db.rollback()  # what it saw so far did not have the space
        with request.app.state.database.begin() as writing:
            holders.for_account(writing, links, member, language=i18n.current().code)
        found = holders.for_account(db, links, member)
    return found


def _space(request: Request, holder: Holder, key: str) -> Space:
    asked = i18n.recognised(request.query_params.get("lang", ""))
    kept = holder.language if holder.language in i18n.languages() else i18n.SOURCE
    return Space(holder, key, asked or kept)


async def _seen(space: Annotated[Space, Depends(_looked_into)]) -> Space:
    """Not a plain function: the language that one sets in its thread does not reach the endpoint."""
    i18n.use(space.language)
    return space


async def _acting(space: Annotated[Space, Depends(_acted_in)]) -> Space:
    i18n.use(space.language)
    return space


OwnSpace = Annotated[Space, Depends(_seen)]
OwnSpaceForm = Annotated[Space, Depends(_acting)]


def answer(request: Request, template: str, space: Space, *, status: int = 200, **values: Any) -> Response:
    """A page of the space. Its templates extend ``holder-page.html``, and begin each form with ``{{ guard() }}`` of
    ``holder-macros.html``.
    """
    response = render(request, template, status=status, space=space, base=space.base, **values)
    response.headers.update(WITH_A_TOKEN)
    return response


def back(space: Space, path: str = "", *, anchor: str = "") -> Response:
    """After a form was sent: to look at what came of it."""
    return RedirectResponse(f"{space.base}{path}{f'#{anchor}' if anchor else ''}", 303)


def url_of(request: Request, links: Links, holder: Holder) -> str:
    """The private link of a space, as it is copied or scanned."""
    return f"{settings_of(request).url}/h/{holders.token_of(links, holder)}"
