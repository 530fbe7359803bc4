"""The first screen: who is in the team, what each agreed to show, what is missing and where that leads. Useful on a
telephone, for twelve volunteers, without any badge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n, ids
from pathways.badges.issuing import networks
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.teams import inviting, leads, noting, policies, posts, selecting, standings
from pathways.teams.inviting import PersonForm
from pathways.teams.leads import Lead
from pathways.teams.models import Sharing, Standing
from pathways.teams.pages import words
from pathways.teams.pages.doors import OwnInvitations, Reader, WriterForm
from pathways.teams.standings import Board, State, Tally
from pathways.web.dependencies import DB, ReadDB
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.workshops import showing
from pathways.workshops.forms import Filled, Sent

router = Router()
Said = Annotated[Short, Query()]


@dataclass(frozen=True, slots=True)
class Gap:
    """A skill that nobody has, or one person alone, and where that leads."""

    tally: Tally
    lead: Lead


@router.get("/team")
def team(request: Request, member: Reader, db: ReadDB, order: Said = "", said: Said = "") -> Response:
    board = standings.board(db, member, by_arrival=order == "arrival")
    noting.listed(request.app.state.database, db, member, board.answering)
    return _page(request, db, member, board, Filled(), order=order, said=said)


@router.post("/team/members")
def add(request: Request, member: WriterForm, db: DB, invitations: OwnInvitations, sent: Sent) -> Response:
    form = person_of(sent)
    try:
        with db.begin_nested():
            sent.refuse()
            made = inviting.add(db, invitations, member, form, key=sent.get("key") or str(ids.new_id()))
    except Invalid as error:
        sent.take(error)
        return _page(request, db, member, standings.board(db, member), sent, status=422)
    return RedirectResponse(f"/team/members/{made.id}?said=added", 303)


@router.get("/team/members")
@router.get("/team/ask")
@router.get("/team/network")
def back(member: Reader) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return RedirectResponse("/team", 303)


@router.post("/team/ask")
def ask(member: WriterForm, db: DB, skill: Annotated[Short, Form()] = "") -> Response:
    """Propose the questions to those who show this skill without having it yet, or have not answered anything."""
    board = standings.board(db, member)
    tally = next((one for one in board.tallies if one.column.key == skill), None)
    able = {one.id for one in tally.can} if tally else set()
    asked = [one.member.id for one in board.rows if policies.shows(one.member) and one.member.id not in able]
    inviting.ask(db, member, asked)
    return RedirectResponse(f"/team?said={'asked' if asked else 'nobody'}", 303)


@router.post("/team/network")
def be_counted(member: WriterForm, db: DB, counted: Annotated[Short, Form()] = "") -> Response:
    selecting.be_counted(db, member, counted=counted == "yes")
    return RedirectResponse(f"/team?said={'counted' if counted == 'yes' else 'uncounted'}", 303)


def person_of(sent: Filled) -> PersonForm:
    """The fields that describe somebody."""
    return PersonForm(
        label=sent.get("label"),
        standing=sent.choice("standing", Standing, Standing.VOLUNTEER),
        post=sent.get("post"),
        language=sent.get("language") or i18n.SOURCE,
    )


def _page(
    request: Request,
    db: Session,
    member: Member,
    board: Board,
    filled: Filled,
    *,
    order: str = "",
    said: str = "",
    status: int = 200,
) -> Response:
    now = clock.now()
    gaps = board.gaps if board.answering else []
    found = leads.of(db, member, [one.column.key for one in gaps], now)
    coming = leads.next_session(db, member, board.team.framework, now)
    return render(
        request,
        "team.html",
        status=status,
        board=board,
        gaps=[Gap(one, found[one.column.key]) for one in gaps],
        coming=(coming, showing.said_of(coming, i18n.SOURCE)) if coming else None,
        say=lambda session: showing.said_of(session, i18n.SOURCE),
        filled=filled,
        key=filled.get("key") or str(ids.random_id()),
        order="arrival" if order == "arrival" else "label",
        posts=posts.posts(),
        post_of=posts.post,
        standings=words.STANDINGS,
        states=words.STATES,
        every_state=tuple(State),
        not_asked=words.NOT_ASKED,
        keeps_network=networks.kept_by(db, member) is not None,
        waiting=sum(one.sharing is Sharing.INVITED for one in board.members),
        said=i18n.gettext(words.SAID.get(said, "")),
        wrong=i18n.gettext(D_("Quelque chose manque ou ne va pas.")) if filled.errors else "",
    )
