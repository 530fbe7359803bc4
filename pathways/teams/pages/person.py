"""One person of the team at the desk: the row that they agreed to, their link, and their leaving."""

from __future__ import annotations

import uuid
from typing import Annotated
from urllib.parse import quote

from fastapi import Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n
from pathways.errors import Conflict, DomainError, Invalid
from pathways.permissions import Member
from pathways.settings import Settings
from pathways.teams import coverage, inviting, leads, noting, policies, posts, selecting, standings
from pathways.teams.links import InvitationLinks
from pathways.teams.models import Sharing, TeamMember
from pathways.teams.pages import words
from pathways.teams.pages.doors import OwnInvitations, Reader, WriterForm, join_url
from pathways.teams.pages.team import person_of
from pathways.web.dependencies import DB, OwnSettings, ReadDB
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.problems import STATUS
from pathways.web.routing import Router
from pathways.web.squares import square
from pathways.workshops import showing
from pathways.workshops.forms import Filled, Sent

router = Router()
Said = Annotated[Short, Query()]


@router.get("/team/members/{member_id}")
def person(
    request: Request,
    member: Reader,
    member_id: uuid.UUID,
    db: ReadDB,
    settings: OwnSettings,
    invitations: OwnInvitations,
    said: Said = "",
) -> Response:
    """That a row with something in it was opened is written down before it is shown."""
    found = inviting.get(db, member, member_id)
    if policies.shows(found):
        noting.opened(request.app.state.database, db, member, found)
    return _page(request, db, member, found, _filled(found), url=_url(settings, invitations, found), said=said)


@router.post("/team/members/{member_id}")
def change(
    request: Request,
    member: WriterForm,
    member_id: uuid.UUID,
    db: DB,
    settings: OwnSettings,
    invitations: OwnInvitations,
    sent: Sent,
) -> Response:
    form, version = person_of(sent), sent.number("version", 0)
    try:
        with db.begin_nested():
            sent.refuse()
            inviting.change(db, member, member_id, form, version=version)
    except (Conflict, Invalid) as error:
        if isinstance(error, Invalid):
            sent.take(error)
        found = inviting.get(db, member, member_id)
        return _page(request, db, member, found, sent, url=_url(settings, invitations, found), refused=error)
    return RedirectResponse(f"/team/members/{member_id}?said=kept", 303)


@router.post("/team/members/{member_id}/renew")
def renew(member: WriterForm, member_id: uuid.UUID, db: DB, invitations: OwnInvitations) -> Response:
    inviting.renew(db, invitations, member, member_id)
    return RedirectResponse(f"/team/members/{member_id}?said=renewed", 303)


@router.post("/team/members/{member_id}/leave")
def leave(member: WriterForm, member_id: uuid.UUID, db: DB, sure: Annotated[Short, Form()] = "") -> Response:
    if not sure:
        inviting.get(db, member, member_id)
        return RedirectResponse(f"/team/members/{member_id}", 303)
    inviting.part(db, member, member_id)
    return RedirectResponse("/team?said=left", 303)


@router.get("/team/members/{member_id}/renew")
@router.get("/team/members/{member_id}/leave")
def back(member: Reader, member_id: uuid.UUID, db: ReadDB) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    inviting.get(db, member, member_id)
    return RedirectResponse(f"/team/members/{member_id}", 303)


def _filled(found: TeamMember) -> Filled:
    fields = {"label": [found.label], "standing": [found.standing.value], "post": [found.post]}
    return Filled(fields | {"language": [found.language], "version": [str(found.version)]})


def _url(settings: Settings, invitations: InvitationLinks, found: TeamMember) -> str:
    """Of an invitation that waits for an answer; nothing else is the organisation's to hand out."""
    return join_url(settings, invitations, found) if found.sharing is Sharing.INVITED else ""


def _page(
    request: Request,
    db: Session,
    member: Member,
    found: TeamMember,
    filled: Filled,
    *,
    url: str,
    said: str = "",
    refused: DomainError | None = None,
) -> Response:
    team = selecting.of(db, member)
    board = standings.read(db, team, selecting.columns(db, team), [found])
    row = board.rows[0]
    now = clock.now()
    learns = [one.column.key for one in board.tallies if one.not_yet or one.confirm]
    invited = found.sharing is Sharing.INVITED
    return render(
        request,
        "team-person.html",
        status=STATUS[refused.kind] if refused else 200,
        person=found,
        row=row,
        lines=list(zip(board.columns, row.states, strict=True)) if row.states else [],
        badges=coverage.badge_lines(db, [found], now),
        leads={key: lead for key, lead in leads.of(db, member, learns, now).items() if lead.sessions or lead.badges},
        titles={one.key: one.title for one in board.columns},
        say=lambda session: showing.said_of(session, i18n.SOURCE),
        filled=filled,
        invited=invited,
        run_out=invited and found.link_expires_at <= now,
        url=url,
        qr=square(url) if url else "",
        message=quote(f"{i18n.gettext(words.INVITING, found.language)} {url}"),
        posts=posts.posts(),
        standings=words.STANDINGS,
        states=words.STATES,
        not_asked=words.NOT_ASKED,
        said=i18n.gettext(words.SAID.get(said, "")),
        wrong=i18n.sentence(refused.message, refused.values) if refused else "",
    )
