"""Finding a session for somebody else, among those of every organisation: where a social worker's day here begins."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.permissions import Member, Permission
from pathways.places import territories
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.fields import Short
from pathways.web.pages import desk_language, render
from pathways.web.routing import Router
from pathways.workshops import themes, tongues
from pathways.workshops.pages.desk_booking import title_of, when_of
from pathways.workshops.seating import seats, seeking
from pathways.workshops.seating.seeking import Sought

router = Router()
Maker = Annotated[Member, Depends(Requires(Permission.BOOKINGS_MAKE))]
FARTHEST_KM = 200


@router.get("/bookings/search")
def search(
    request: Request,
    member: Maker,
    db: ReadDB,
    language: Annotated[Short, Query()] = "",
    theme: Annotated[Short, Query()] = "",
    near: Annotated[str, Query(max_length=80)] = "",
    km: Annotated[str, Query(max_length=5)] = "",
    file: Annotated[Short, Query()] = "",
) -> Response:
    """By language, theme and distance. What the address carries of a person (their language, their file) goes along to
    the form.
    """
    spots = territories.find(db, near, limit=2) if near.strip() else []
    spot = next((one for one in spots if one.latitude is not None), None)
    sought = Sought(
        language=language if language in tongues.tongues() else "",
        theme=theme if theme in themes.themes() else "",
        latitude=spot.latitude if spot else None,
        longitude=spot.longitude if spot else None,
        km=min(max(int(km), 1), FARTHEST_KM) if km.isascii() and km.isdigit() else seeking.WITHIN_KM,
    )
    found, spoken = seeking.search(db, sought), desk_language(request)
    heard = [code for one in found for code in (*one.session.languages, *one.session.interpretation)]
    passed_on = urlencode({name: text for name, text in (("language", sought.language), ("file", file)) if text})
    return render(
        request,
        "bookings-search.html",
        rows=[
            {
                "session": one.session,
                "title": title_of(one.session),
                "when": when_of(one.session, spoken),
                "place": one.session.place.name if one.session.place else "",
                "town": one.session.place.commune if one.session.place else "",
                "km": one.km,
                "languages": tongues.named([*one.session.languages, *one.session.interpretation]),
                "free": 0 if one.session.waiting else max(seats.free(one.session), 0),
                "kept": one.session.reserved,
            }
            for one in found
        ],
        sought=sought,
        near=near,
        spots=spots,
        unknown=bool(near.strip()) and spot is None,
        file=file,
        passed_on=f"?{passed_on}" if passed_on else "",
        tongues=tongues.named(dict.fromkeys([*i18n.languages(), *sorted(heard), *filter(None, [sought.language])])),
        themes=list(themes.themes().values()),
    )
