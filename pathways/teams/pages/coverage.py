"""The coverage map on screen, on paper and as a table; and what a network sees of it, in numbers."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from pathways import clock
from pathways.insights import anonymity
from pathways.insights.asking import everybody, handed
from pathways.insights.exporting import Kind
from pathways.teams import coverage, exporting, network, noting, posts
from pathways.teams.pages import words
from pathways.teams.pages.doors import Reader
from pathways.teams.standings import State
from pathways.web.dependencies import ReadDB
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()


@router.get("/team/coverage")
def coverage_map(request: Request, member: Reader, db: ReadDB, order: Annotated[Short, Query()] = "") -> Response:
    """One page to read and one A4 sheet to print."""
    now = clock.now()
    found = coverage.of(db, member, now, by_arrival=order == "arrival")
    noting.listed(request.app.state.database, db, member, found.board.answering)
    return render(
        request,
        "team-coverage.html",
        found=found,
        board=found.board,
        posts=posts.posts(),
        post_of=posts.post,
        standings=words.STANDINGS,
        states=words.STATES,
        every_state=tuple(State),
        not_asked=words.NOT_ASKED,
        order="arrival" if order == "arrival" else "label",
        days=coverage.SOON.days,
        today=now,
    )


@router.get("/team/coverage.{kind}")
def table(request: Request, member: Reader, kind: Kind, db: ReadDB) -> Response:
    """The same, with labels: for the organisation itself. Each time, it is noted in the journal."""
    made = exporting.table(coverage.of(db, member, clock.now()))
    noting.exported(request.app.state.database, member, made.people, kind)
    return handed(made, kind)


@router.get("/network/coverage")
def network_coverage(request: Request, member: Reader, db: ReadDB) -> Response:
    """For the organisation that keeps a network; to any other it does not exist."""
    found = network.of(db, member, clock.now())
    return render(
        request,
        "team-network.html",
        found=found,
        in_words=anonymity.in_words,
        every_state=tuple(State),
        states=words.STATES,
        least=anonymity.LEAST,
        organisations=network.LEAST_ORGANISATIONS,
        days=coverage.SOON.days,
    )


@router.get("/network/coverage.{kind}")
def network_table(request: Request, member: Reader, kind: Kind, db: ReadDB) -> Response:
    everybody(request)
    return handed(exporting.network_table(network.of(db, member, clock.now())), kind)
