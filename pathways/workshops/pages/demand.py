"""The desk: what people wish around the organisation's places, and a session opened for it in three clicks."""

from __future__ import annotations

import uuid
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import ids
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.places import areas
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.routing import Router
from pathways.workshops import forms, themes, tongues, wishes
from pathways.workshops.forms import Filled, Sent
from pathways.workshops.models import Workshop
from pathways.workshops.pages import desk
from pathways.workshops.pages.desk import Writer, WriterForm
from pathways.workshops.scheduling import offers, sessions, venues

router = Router()
_NO_OFFER = D_("Choisissez un atelier, ou créez-en un.")
Planner = Annotated[Member, Depends(Requires(Permission.TERRITORIES_READ))]
Words = Annotated[str, Query(max_length=60)]


@router.get("/wishes")
def demand(request: Request, member: Planner, db: ReadDB) -> Response:
    """Areas around the organisation's places, each with what is wished there."""
    around = areas.around(db, member)
    rows = [
        {
            "one": one,
            "theme": themes.theme(one.theme),
            "tongue": tongues.named([one.language])[0],
            "open": "/wishes/open?" + urlencode({"area": one.area.key, "language": one.language, "theme": one.theme}),
        }
        for one in wishes.demand(db, around)
    ]
    return desk.page(request, "wishes.html", rows=rows, areas=around, fewest=wishes.FEWEST, exact=wishes.EXACT)


@router.get("/wishes/open")
def ask(
    request: Request, member: Writer, db: ReadDB, area: Words = "", language: Words = "", theme: Words = ""
) -> Response:
    """A form with all that the wish says filled in: left are the offer, the day and the place."""
    found = _offers(db, member, theme)
    filled = Filled(
        {
            "area": [area],
            "language": [language],
            "theme": [theme],
            "starts": ["14:00"],
            "seats": [str(found[0].seats if found else 8)],
            "key": [str(ids.new_id())],
        }
    )
    return _form(request, db, member, filled)


@router.post("/wishes/open")
def open_session(request: Request, member: WriterForm, db: DB, filled: Sent) -> Response:
    """Scheduled, published, and its seats kept for those who wished it, in one act."""
    area = areas.find(db, member, filled.get("area"))
    language, theme = filled.get("language"), filled.get("theme")
    try:
        workshop = offers.get(db, member, _chosen(filled))
        filled.fields["languages"] = [language]
        form = forms.session_of(filled, minutes=workshop.minutes)
        with db.begin_nested():
            made = sessions.schedule(db, member, workshop.id, form, id=filled.identifier("key"))
            sessions.publish(db, member, made.id)
            wishes.answer(db, made, language=language, theme=theme, communes=area.communes)
    except (Invalid, Conflict) as refused:
        return _form(request, db, member, filled, refused=refused)
    return RedirectResponse(f"/sessions/{made.id}?said=published", 303)


def _chosen(filled: Filled) -> uuid.UUID:
    found = filled.identifier("workshop")
    if found is None:
        filled.wrong("workshop", _NO_OFFER)
    filled.refuse()
    assert found is not None
    return found


def _form(
    request: Request, db: Session, member: Member, filled: Filled, *, refused: Invalid | Conflict | None = None
) -> Response:
    area = areas.find(db, member, filled.get("area"))
    theme, language = filled.get("theme"), filled.get("language")
    return desk.page(
        request,
        "wishes-open.html",
        refused=refused,
        filled=filled,
        area=area,
        theme=themes.theme(theme),
        tongue=tongues.named([language])[0],
        offers=_offers(db, member, theme),
        choices=venues.offered(db, member),
    )


def _offers(db: Session, member: Member, theme: str) -> list[Workshop]:
    """Those of the theme first: another may do as well."""
    found = db.scalars(offers.list_for(member)).all()
    return sorted(found, key=lambda one: one.theme != theme)
