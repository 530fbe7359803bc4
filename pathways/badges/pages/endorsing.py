"""An invitation to endorse somebody, in the hands of whoever has seen them at work: who asks, for which badge, a few
questions. Signed in, or with a space of their own, they are counted; without, the jury reads it. By the same link they
take it back, whenever they want.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from fastapi import Depends, Path
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n
from pathways.badges.candidacy import acquaintance, conflicts, endorsing, requests, standing
from pathways.badges.candidacy.acquaintance import Actor
from pathways.badges.candidacy.conflicts import SENTENCES, Act
from pathways.badges.candidacy.endorsing import Said
from pathways.badges.doors import OwnLinks, OwnSigner
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.models import (
    AwardRequest,
    Endorsement,
    EndorsementInvitation,
    EndorsementState,
    Holder,
    Issuer,
)
from pathways.badges.pages.candidate_forms import Sent, Typed
from pathways.diagnostics.doors import remember
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import N_
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm, public
from pathways.web.pages import render
from pathways.web.private import WITH_A_TOKEN
from pathways.web.problems import STATUS
from pathways.web.routing import Router
from pathways.web.security import LANGUAGE_COOKIE

router = Router()
WHY = "whoever holds the link of an invitation is asked what they have seen"
Token = Annotated[str, Path(max_length=200)]
Endorser = Annotated[Member, Depends(Requires(Permission.BADGES_HOLD))]
EndorserForm = Annotated[Member, Depends(RequiresForm(Permission.BADGES_HOLD))]
NO_SPACE = N_("Ce lien n'ouvre aucun espace. Laissez la case vide pour répondre sans espace.")


@dataclass(frozen=True, slots=True)
class Given:
    """What was said by a link, once it was."""

    endorsement: Endorsement
    request: AwardRequest

    @property
    def stands(self) -> bool:
        return self.endorsement.state is EndorsementState.GIVEN


# --- what is asked --------------------------------------------------------------------------------------------


@router.get("/endorse/{endorse_token}")
@public(WHY)
def asked(request: Request, endorse_token: Token, db: ReadDB, links: OwnLinks) -> Response:
    """Who asks, for what, and the ways to answer; afterwards, the way to take it back."""
    given = _given(db, links, endorse_token)
    if given is not None:
        return _page(request, "endorse-given.html", endorse_token, db, given.request, given=given)
    _, found = endorsing.invited(db, links, endorse_token)
    return _page(request, "endorse.html", endorse_token, db, found)


@router.get("/endorse/{endorse_token}/open")
@public(WHY)
def ask_anybody(request: Request, endorse_token: Token, db: ReadDB, links: OwnLinks) -> Response:
    """The form for whoever has no account."""
    if _given(db, links, endorse_token) is not None:
        return _back(endorse_token)
    return _Form(request, endorse_token, "open").page(db, links, Typed())


@router.post("/endorse/{endorse_token}/open")
@public(WHY)
def said_by_anybody(request: Request, endorse_token: Token, sent: Sent, db: DB, links: OwnLinks) -> Response:
    """Whoever pastes the link of their own space is known by it, and counted."""
    form = _Form(request, endorse_token, "open")
    try:
        by = _space(db, links, sent.get("space"))
    except NotFound:
        sent.errors["space"] = i18n.gettext(NO_SPACE)
        return form.page(db, links, sent, status=422)
    return form.said(sent, db, links, by)


@router.get("/endorse/{endorse_token}/account")
def ask_member(request: Request, member: Endorser, endorse_token: Token, db: ReadDB, links: OwnLinks) -> Response:
    """The form for somebody with an account. Why they may not is said before they write."""
    if _given(db, links, endorse_token) is not None:
        return _back(endorse_token)
    return _Form(request, endorse_token, "account", member).page(db, links, Typed())


@router.post("/endorse/{endorse_token}/account")
def said_by_member(
    request: Request, member: EndorserForm, endorse_token: Token, sent: Sent, db: DB, links: OwnLinks
) -> Response:
    return _Form(request, endorse_token, "account", member).said(sent, db, links, member)


@router.post("/endorse/{endorse_token}/back")
@public(WHY)
def take_back(endorse_token: Token, db: DB, links: OwnLinks, signer: OwnSigner) -> Response:
    """Also once a badge stands on it."""
    endorsing.take_back_by_link(db, signer, links, endorse_token)
    return _back(endorse_token)


@router.get("/endorse/{endorse_token}/back")
@public(WHY)
def back(endorse_token: Token) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return _back(endorse_token)


# --- inside ---------------------------------------------------------------------------------------------------


def _given(db: Session, links: Links, token: str) -> Given | None:
    query = (
        sa.select(Endorsement)
        .join(EndorsementInvitation, EndorsementInvitation.id == Endorsement.invitation_id)
        .where(EndorsementInvitation.token_digest == links.digest_of(token))
    )
    found = db.scalar(query)
    if found is None:
        return None
    return Given(found, db.get_one(AwardRequest, found.request_id, options=requests.whole()))


def _space(db: Session, links: Links, pasted: str) -> Holder | None:
    """Of the private link that was pasted, or of its token alone."""
    if not pasted:
        return None
    path = urlsplit(pasted.strip()).path.rstrip("/")
    token = path.partition("/h/")[2].partition("/")[0] or path.rpartition("/")[2]
    return holders.by_token(db, links, token)


@dataclass(frozen=True, slots=True)
class _Form:
    """Which form of an invitation somebody has before them."""

    request: Request
    token: str
    way: str
    """``account`` or ``open``."""
    member: Member | None = None

    def said(self, sent: Typed, db: Session, links: Links, by: Member | Holder | None) -> Response:
        """Endorse the candidate with what was written; what is refused comes back with it."""
        if _given(db, links, self.token) is not None:
            return _back(self.token)
        _, found = endorsing.invited(db, links, self.token)
        questions = standing.demand_for(found).definition.endorser_questions
        answers = {one: sent.get(f"answer-{number}") for number, one in enumerate(questions)}
        said = Said(sent.get("comment"), sent.get("role"), {one: text for one, text in answers.items() if text})
        try:
            with db.begin_nested():
                endorsing.endorse(db, links, self.token, said, by=by)
        except (Invalid, Conflict, Forbidden) as error:
            return self.page(db, links, sent.refused(self.way, error), status=STATUS[error.kind])
        return _back(self.token)

    def page(self, db: Session, links: Links, typed: Typed, *, status: int = 200) -> Response:
        _, found = endorsing.invited(db, links, self.token)
        return _page(
            self.request,
            "endorse-form.html",
            self.token,
            db,
            found,
            status=status,
            way=self.way,
            typed=typed,
            against=_against(db, self.member, found) if self.member is not None else "",
            questions=standing.demand_for(found).definition.endorser_questions,
            most=endorsing,
        )


def _against(db: Session, member: Member, found: AwardRequest) -> str:
    """Why they may not, as a msgid; empty: they may."""
    actor: Actor = acquaintance.actor_of(db, member)
    known = acquaintance.between(db, actor, found, clock.now())
    grounds = conflicts.grounds(Act.ENDORSE, known)
    return SENTENCES[grounds[0]] if grounds else ""


def _page(
    request: Request, template: str, token: str, db: Session, found: AwardRequest, *, status: int = 200, **values: Any
) -> Response:
    """Whoever has the address may answer by it, so no search engine may have it."""
    demand = standing.demand_for(found)
    version = found.achievement_version
    response = render(
        request,
        template,
        status=status,
        **values
        | {
            "base": f"/endorse/{token}",
            "asked": found,
            "candidate": found.holder.name,
            "texts": demand.definition.texts_in(i18n.current().code),
            "read_in": "en" if i18n.current().code == "en" and "en" in demand.definition.texts else i18n.SOURCE,
            "level": found.level or (1 if demand.definition.levels else 0),
            "version": version,
            "achievement": version.achievement,
            "network": db.get_one(Issuer, found.issuer_id),
        },
    )
    response.headers.update(WITH_A_TOKEN)
    if chosen := i18n.recognised(request.query_params.get("lang", "")):
        remember(response, request, LANGUAGE_COOKIE, chosen, "/")
    return response


def _back(token: str) -> Response:
    return RedirectResponse(f"/endorse/{token}", 303)
