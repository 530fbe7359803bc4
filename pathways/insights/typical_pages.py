"""The typical journey, for those who train mediators and for elected officials: on screen, on paper, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.i18n import D_
from pathways.insights import anonymity, typical, typical_charts, words
from pathways.insights.asking import everybody, handed
from pathways.insights.exporting import Kind, Table
from pathways.insights.typical import Cell, Typical, Wait
from pathways.insights.typical_charts import Bars, Boxes
from pathways.permissions import Member, Permission
from pathways.spreadsheets import Row
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
Planner = Annotated[Member, Depends(Requires(Permission.TERRITORIES_READ))]
HEADER = (D_("tableau"), D_("case"), D_("personnes"), D_("jours : un quart"), D_("la moitié"), D_("trois quarts"))


@dataclass(frozen=True, slots=True)
class Picture:
    """One question, its picture and the same as a table."""

    title: str
    rows: Sequence[tuple[str, str, str]]
    """(key, title, number of people in words)"""
    drawn: Bars


@dataclass(frozen=True, slots=True)
class Waits:
    title: str
    rows: Sequence[tuple[str, Wait]]
    drawn: Boxes


@router.get("/journeys")
def journeys(request: Request, member: Planner, db: ReadDB) -> Response:
    """Of one's organisation, everybody: it takes no choice of days or of people."""
    found = typical.of(db, member)
    return render(
        request,
        "typical.html",
        typical=found,
        pictures=_pictures(found),
        waits=_waits(found),
        least=anonymity.LEAST,
        quiet=typical.QUIET.days,
    )


@router.get("/journeys.{kind}")
def table(request: Request, member: Planner, kind: Kind, db: ReadDB) -> Response:
    """The same numbers, as a table that may leave the organisation."""
    everybody(request)
    found = typical.of(db, member)
    rows: list[Row] = []
    for title, cells, said in _groups(found):
        rows += [[title, said(one.key), one.at_least or anonymity.in_words(0), None, None, None] for one in cells]
    for title, waits, said in _wait_groups(found):
        rows += [[title, said(one.key), one.at_least, one.low, one.middle, one.high] for one in waits]
    return handed(
        Table(
            name="pathways-journeys",
            title=i18n.gettext(D_("Cheminement type")),
            header=[i18n.gettext(one) for one in HEADER],
            rows=rows,
            people=found.people,
        ),
        kind,
    )


def _groups(found: Typical) -> list[tuple[str, Sequence[Cell], Callable[[str], str]]]:
    """Each question about people: its title, its cells, and how a cell is called."""
    return [
        (i18n.gettext(D_("Jusqu'où l'on va")), found.reached, _named(typical.REACHED)),
        (i18n.gettext(D_("Où l'on s'arrête")), found.stopped_at, _named(typical.STOPPED_AT)),
        (i18n.gettext(D_("Quelle manière on choisit")), found.ways, _named(typical.WAYS)),
        (i18n.gettext(D_("Quels buts")), found.goals, lambda key: key),
        (i18n.gettext(D_("Dans quelle langue")), found.languages, words.language),
        (i18n.gettext(D_("Sur liste d'attente, sans place, par langue")), found.unseated, words.language),
    ]


def _wait_groups(found: Typical) -> list[tuple[str, Sequence[Wait], Callable[[str], str]]]:
    return [
        (i18n.gettext(D_("Ce qu'on attend")), found.waits, _named(typical.WAITED)),
        (i18n.gettext(D_("Attendre une séance, par langue")), found.seats, words.language),
        (i18n.gettext(D_("Attendre une place sur liste d'attente, par langue")), found.queued, words.language),
    ]


def _named(said: Mapping[str, str]) -> Callable[[str], str]:
    return lambda key: i18n.gettext(said[key])


def _pictures(found: Typical) -> list[Picture]:
    shown = []
    for title, cells, said in _groups(found):
        rows = [(one.key, said(one.key), anonymity.in_words(one.at_least)) for one in cells]
        drawn = [(name, one.at_least, told) for (_, name, told), one in zip(rows, cells, strict=True)]
        shown.append(Picture(title, rows, typical_charts.bars(drawn)))
    return shown


def _waits(found: Typical) -> list[Waits]:
    shown = []
    for title, waits, said in _wait_groups(found):
        rows = [(said(one.key), one) for one in waits]
        drawn = [(name, one.low, one.middle, one.high, _days(one)) for name, one in rows]
        shown.append(Waits(title, rows, typical_charts.boxes(drawn)))
    return shown


def _days(one: Wait) -> str:
    if one.low == one.high:
        return i18n.sentence(D_("%(number)s jours"), {"number": one.low})
    return i18n.sentence(D_("%(low)s à %(high)s jours"), {"low": one.low, "high": one.high})
