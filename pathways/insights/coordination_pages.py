"""The coordinator's sheet, on screen and on paper, and the same for a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from pathways.diagnostics.doors import OwnDoor
from pathways.insights import anonymity, coordination
from pathways.insights.coordination import Sheet
from pathways.permissions import Member, Permission
from pathways.places import areas
from pathways.places.areas import Area
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.workshops import showing, themes, tongues, wishes
from pathways.workshops.wishes import Demand

router = Router()
Planner = Annotated[Member, Depends(Requires(Permission.TERRITORIES_READ))]
Key = Annotated[str, Query(max_length=60)]


@router.get("/territories")
def sheet(request: Request, member: Planner, db: ReadDB, door: OwnDoor, area: Key = "") -> Response:
    """Without an area, the department of the organisation's first place."""
    around = areas.around(db, member)
    chosen = area or _first(around)
    found = coordination.sheet(db, door, member, chosen) if chosen else None
    return render(
        request,
        "coordination.html",
        areas=around,
        sheet=found,
        wished=[_wish(found, one) for one in found.wished] if found else [],
        seats=[(tongues.named([one.language])[0], one) for one in found.seats] if found else [],
        thin=[(one, showing.said_of(one, "fr")) for one in found.thin] if found else [],
        least=anonymity.LEAST,
        exact=wishes.EXACT,
        fewest=wishes.FEWEST,
    )


def _first(around: list[Area]) -> str:
    departments = [one.key for one in around if one.key.startswith("department:")]
    return (departments or [one.key for one in around] or [""])[0]


def _wish(found: Sheet, one: Demand) -> Mapping[str, object]:
    asked = {"area": one.area.key, "language": one.language, "theme": one.theme}
    return {
        "one": one,
        "tongue": tongues.named([one.language])[0],
        "theme": themes.theme(one.theme),
        "met": one not in found.unmet,
        "open": f"/wishes/open?{urlencode(asked)}",
    }
