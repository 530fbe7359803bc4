"""The trainer's pages about several people: who is at it now, the group, a sheet for a session, tables to keep."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.diagnostics import steering
from pathways.diagnostics.doors import OwnDoor
from pathways.insights import anonymity, exporting, group, heat, live, noting, periods, session, together, words
from pathways.insights.asking import ABOUT, Chosen, everybody, handed
from pathways.insights.group import SIGNS, Group, Wanted
from pathways.people.journal import Act
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
MOST_CELLS = 12_000
"""Cells of the map and its table: more would be no picture, and a slow page."""
SECONDS = 20
"""A page without scripts asks again after so many seconds; the script asks every five."""

AttemptsReader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of=ABOUT))]
ObserverForm = Annotated[Member, Depends(RequiresForm(Permission.ATTEMPTS_OBSERVE, of=ABOUT))]


@router.get("/diagnostics/{diagnostic_id}/live")
def now(
    request: Request,
    member: AttemptsReader,
    diagnostic_id: uuid.UUID,
    db: ReadDB,
    door: OwnDoor,
    wanted: Chosen,
    still: Annotated[Short, Query()] = "",
) -> Response:
    read = live.of(db, door, member, diagnostic_id, wanted)
    return render(request, "live.html", **_live(read, wanted), still=bool(still), seconds=SECONDS)


@router.get("/diagnostics/{diagnostic_id}/live/rows")
def rows(
    request: Request, member: AttemptsReader, diagnostic_id: uuid.UUID, db: ReadDB, door: OwnDoor, wanted: Chosen
) -> Response:
    """What the script of the page asks for every few seconds."""
    return render(request, "live-rows.html", **_live(live.of(db, door, member, diagnostic_id, wanted), wanted))


@router.post("/attempts/{attempt_id}/stop")
def stop(member: ObserverForm, attempt_id: uuid.UUID, db: DB, since: Annotated[Short, Form()] = "") -> Response:
    return _back(steering.stop(db, member, attempt_id).diagnostic_id, since)


@router.post("/attempts/{attempt_id}/lengthen")
def lengthen(
    member: ObserverForm,
    attempt_id: uuid.UUID,
    db: DB,
    door: OwnDoor,
    to: Annotated[int, Form(ge=1, le=1000)],
    since: Annotated[Short, Form()] = "",
) -> Response:
    return _back(steering.lengthen(db, door, member, attempt_id, to=to).diagnostic_id, since)


@router.get("/diagnostics/{diagnostic_id}/group")
def several(
    request: Request, member: AttemptsReader, diagnostic_id: uuid.UUID, db: ReadDB, door: OwnDoor, wanted: Chosen
) -> Response:
    """Everybody on one map, what they share, and what to do tomorrow."""
    read = group.of(db, door, member, diagnostic_id, wanted)
    return render(
        request,
        "group.html",
        group=read,
        diagnostic=read.diagnostic,
        wanted=wanted,
        query=_query(wanted),
        most=group.MOST,
        next_skills=together.next_skills(read),
        mistakes=together.mistakes(db, read),
        tables=together.seating(read),
        counts=list(zip(read.skills, read.counts().tolist(), strict=True)),
        words=words,
        signs=SIGNS,
        said={sign.value: i18n.gettext(said) for sign, said in words.SIGNS.items()},
        offered=_languages(read.blueprint.languages),
        least=anonymity.LEAST,
        most_rows=exporting.MOST_ROWS,
        **_map(read),
    )


@router.get("/diagnostics/{diagnostic_id}/session")
def sheet(
    request: Request,
    member: AttemptsReader,
    diagnostic_id: uuid.UUID,
    db: ReadDB,
    door: OwnDoor,
    wanted: Chosen,
    skill: Annotated[Short, Query()] = "",
) -> Response:
    """An A4 page for the one who holds the session."""
    read = group.of(db, door, member, diagnostic_id, wanted)
    return render(
        request,
        "session.html",
        diagnostic=read.diagnostic,
        session=session.of(db, read, skill),
        query=_query(wanted),
        words=words,
    )


@router.get("/diagnostics/{diagnostic_id}/attempts.{kind}")
def people_table(
    request: Request,
    member: AttemptsReader,
    diagnostic_id: uuid.UUID,
    kind: exporting.Kind,
    db: ReadDB,
    door: OwnDoor,
    wanted: Chosen,
) -> Response:
    """One row for each person, for the organisation itself."""
    table = exporting.inside(db, door, member, diagnostic_id, replace(wanted, most=exporting.MOST_ROWS))
    noting.exported(request.app.state.database, member, Act.ATTEMPTS_EXPORTED, diagnostic_id, table, kind)
    return handed(table, kind)


@router.get("/diagnostics/{diagnostic_id}/group.{kind}")
def group_table(
    request: Request, member: AttemptsReader, diagnostic_id: uuid.UUID, kind: exporting.Kind, db: ReadDB, door: OwnDoor
) -> Response:
    """Numbers by micro-skill, for somebody outside. It takes no choice of people."""
    everybody(request)
    table = exporting.outside(db, door, member, diagnostic_id)
    noting.exported(request.app.state.database, member, Act.GROUP_EXPORTED, diagnostic_id, table, kind)
    return handed(table, kind)


def _live(read: live.Live, wanted: Wanted) -> dict[str, Any]:
    return {
        "live": read,
        "diagnostic": read.diagnostic,
        "since": wanted.period.first.isoformat() if wanted.period.first else "",
        "words": words,
        "most": group.MOST,
    }


def _map(read: Group) -> dict[str, Any]:
    """The map and its table, in the order in which a block shows; as many people as make a page."""
    people, skills = read.by_ability()
    people = people[: max(1, MOST_CELLS // max(1, len(skills)))]
    signs = [[read.sign(row, place).value for row in people] for place in skills]
    return {
        "map": heat.drawn([read.skills[place].title for place in skills], signs),
        "columns": [read.skills[place] for place in skills],
        "lines": [(read.people[row], [line[at] for line in signs]) for at, row in enumerate(people)],
    }


def _languages(codes: tuple[str, ...]) -> list[i18n.Language]:
    return [one for code, one in i18n.languages().items() if code in codes]


def _query(wanted: Wanted) -> str:
    """The choice of people, for the links of a page."""
    period = wanted.period
    pairs = [
        ("since", period.first.isoformat() if period.first else ""),
        ("until", period.last.isoformat() if period.last else ""),
        ("language", wanted.language),
    ]
    return urlencode([(name, value) for name, value in pairs if value])


def _back(diagnostic_id: uuid.UUID, since: str) -> Response:
    day = periods.period(since).first
    return RedirectResponse(f"/diagnostics/{diagnostic_id}/live{f'?since={day}' if day else ''}", 303)
