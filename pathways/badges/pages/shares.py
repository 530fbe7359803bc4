"""Share links: how a holder makes and ends them, and the page that somebody sees who was given one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Form
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import clock, i18n
from pathways.badges.doors import WHY, OwnLinks, OwnSpace, OwnSpaceForm, Space, answer, back
from pathways.badges.holding import held, sharing
from pathways.badges.holding.contents import Contents
from pathways.badges.holding.sharing import ENDORSEMENTS, EVIDENCE, Wanted
from pathways.badges.holding.validity import COUNTS
from pathways.badges.issuing import witnessing
from pathways.badges.models import Endorsement, ShareLink
from pathways.badges.pages.badge_shown import Shown, all_shown, day, said_in
from pathways.badges.pages.holder_words import DAYS, SHOWN, WORDS
from pathways.badges.pages.plainly import in_plain, language_of
from pathways.errors import Conflict, Invalid
from pathways.web.dependencies import DB, OwnSettings, ReadDB, public
from pathways.web.fields import Pasted, Short
from pathways.web.pages import render
from pathways.web.private import WITH_A_TOKEN
from pathways.web.routing import Router
from pathways.web.squares import square

router = Router()
SHARED_WHY = "the holder gave the address of this page, and ends it when they want"


@dataclass(frozen=True, slots=True)
class Made:
    """A link as its holder sees it."""

    link: ShareLink
    url: str
    qr: Markup
    of: str
    """The name of the badge; empty for all of them."""
    of_language: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The form by which one is made, as it was typed."""

    badge: str = ""
    name: str = ""
    shows: tuple[str, ...] = ()
    days: str = "30"

    def wanted(self) -> Wanted:
        """``days`` that are none become 0, which no link lasts."""
        digits = self.days.translate(i18n.LATIN_DIGITS)
        days = int(digits) if digits.isascii() and digits.isdigit() else 0
        return Wanted(_identifier(self.badge), self.name, self.shows, days)


def _sent(
    badge: Annotated[Short, Form()] = "",
    name: Annotated[Pasted, Form()] = "",
    shows: Annotated[list[Short] | None, Form()] = None,
    days: Annotated[Short, Form()] = "30",
) -> Sent:
    return Sent(badge, name, tuple(shows or ()), days)


# --- the holder's side ----------------------------------------------------------------------------------------


@router.get("/h/{key}/share")
@public(WHY)
def share(request: Request, space: OwnSpace, db: ReadDB, links: OwnLinks, settings: OwnSettings) -> Response:
    """The links that are open, and the form for another. ``badge`` of the address is chosen in it already."""
    typed = Sent(badge=request.query_params.get("badge", "")[:40], name=space.holder.name)
    return _page(request, space, db, links, settings.url, typed)


@router.post("/h/{key}/new-link")
@public(WHY)
def make(
    request: Request,
    space: OwnSpaceForm,
    db: DB,
    links: OwnLinks,
    settings: OwnSettings,
    sent: Annotated[Sent, Depends(_sent)],
) -> Response:
    try:
        made = sharing.make(db, links, space.holder, sent.wanted())
    except (Invalid, Conflict) as error:
        return _page(request, space, db, links, settings.url, sent, wrong=error)
    return back(space, "/share", anchor=f"link-{made.id}")


@router.post("/h/{key}/share/{share_id}/withdraw")
@public(WHY)
def withdraw(share_id: uuid.UUID, space: OwnSpaceForm, db: DB) -> Response:
    sharing.withdraw(db, space.holder, share_id)
    return back(space, "/share")


@router.get("/h/{key}/new-link")
@router.get("/h/{key}/share/{share_id}/withdraw")
@public(WHY)
def to_links(space: OwnSpace) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return back(space, "/share")


def _page(
    request: Request,
    space: Space,
    db: Session,
    links: OwnLinks,
    url: str,
    typed: Sent,
    *,
    wrong: Invalid | Conflict | None = None,
) -> Response:
    badges, now = all_shown(held.all_of(db, space.holder)), clock.now()
    names = {one.credential.id: one for one in badges}
    live = [one for one in sharing.links_of(db, space.holder) if sharing.is_open(one, now)]
    return answer(
        request,
        "holder-share.html",
        space,
        status=(422 if isinstance(wrong, Invalid) else 409) if wrong else 200,
        **_plain(space.language),
        links=[_made(one, names, links, url) for one in live],
        badges=[one for one in badges if one.validity in COUNTS],
        typed=typed,
        lengths=DAYS,
        parts=SHOWN,
        day=day,
        said_in=said_in,
        wrong=i18n.sentence(wrong.message, wrong.values) if wrong else "",
        errors={one["field"]: one["message"] for one in getattr(wrong, "errors", ())},
    )


def _made(link: ShareLink, names: dict[uuid.UUID, Shown], links: OwnLinks, url: str) -> Made:
    address = f"{url}/share/{sharing.token_of(links, link)}"
    of = names.get(link.credential_id) if link.credential_id is not None else None
    return Made(link, address, square(address), of.name if of else "", of.credential.language if of else "")


# --- the page that is shared ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A badge on a shared page, with what the holder lets show of it."""

    shown: Shown
    contents: Contents
    endorsements: tuple[Endorsement, ...]
    shows_evidence: bool


@router.get("/share/{share_token}")
@public(SHARED_WHY)
def shared(request: Request, share_token: str, db: ReadDB, links: OwnLinks) -> Response:
    """Badges with the name that the holder chose, until they end it."""
    found = sharing.open_link(db, links, share_token)
    shows = found.link.shows
    said = witnessing.of_credentials(db, [one.id for one in found.credentials] if ENDORSEMENTS in shows else [])
    told = [
        Told(one, one.contents, tuple(said.get(one.credential.id, ())), EVIDENCE in shows)
        for one in all_shown(found.credentials)
    ]
    language = i18n.current().code
    response = render(
        request,
        "share.html",
        **_plain(language),
        name=found.link.name,
        told=told,
        closes=found.link.expires_at,
        day=day,
        said_in=said_in,
    )
    response.headers.update(WITH_A_TOKEN)
    return response


def _plain(code: str) -> dict[str, Any]:
    language = language_of(code)
    return {"plain": in_plain(WORDS, language), "spoken_in": language}


def _identifier(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return uuid.UUID(int=0)  # nobody's badge
