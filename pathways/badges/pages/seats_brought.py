"""Seats in a holder's space, so that the hours of their sessions count: brought from the slip, whose link proves whose
seat it is. Once the session has begun, and not before: a seat that can still be moved or given away is nobody's hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Path
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock
from pathways.badges.candidacy.sessions import TOOK_PLACE
from pathways.badges.doors import ME, OwnLinks
from pathways.badges.holding import holders
from pathways.badges.models import HolderBooking
from pathways.badges.pages.results_brought import NEW, NO_SPACE, OWN, token_in
from pathways.badges.pages.session_badges import OwnCodes
from pathways.diagnostics.doors import is_at_desk
from pathways.errors import Conflict, NotFound
from pathways.i18n import N_
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm, public, settings_of
from pathways.web.fields import Pasted, Short
from pathways.web.pages import render
from pathways.web.private import WITH_A_TOKEN, speak_as
from pathways.web.routing import Router
from pathways.web.squares import square
from pathways.workshops import showing
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, BookingState, WorkshopSession
from pathways.workshops.seating import booking as bookings
from pathways.workshops.seating import seeking

router = Router()
WHY = "whoever holds the link of a slip holds the slip, and what it counts for"
Token = Annotated[str, Path(max_length=200)]
Holding = Annotated[Member, Depends(Requires(Permission.BADGES_HOLD))]
HoldingForm = Annotated[Member, Depends(RequiresForm(Permission.BADGES_HOLD))]


@dataclass(frozen=True, slots=True)
class _Slip:
    """A slip in somebody's hands."""

    token: str
    booking: Booking
    session: WorkshopSession
    language: str

    @property
    def path(self) -> str:
        return f"/b/{self.token}"

    @property
    def counts(self) -> bool:
        """Whether its seat may be brought: it is confirmed, in a session that has begun and was not called off."""
        has_begun = self.session.state in TOOK_PLACE and self.session.starts_at <= clock.now()
        return has_begun and self.booking.state is BookingState.CONFIRMED


@router.get("/b/{slip_token}/badges")
@public(WHY)
def ask_where(request: Request, slip_token: Token, db: ReadDB, codes: OwnCodes) -> Response:
    """Into which space: that of an account, a new one, or one that there is."""
    slip = _find(request, db, codes, slip_token)
    return _where(request, db, slip) if slip.counts else RedirectResponse(slip.path, 303)


@router.post("/b/{slip_token}/badges")
@public(WHY)
def bring(
    request: Request,
    slip_token: Token,
    db: DB,
    codes: OwnCodes,
    links: OwnLinks,
    space: Annotated[Short, Form()] = "",
    link: Annotated[Pasted, Form()] = "",
) -> Response:
    slip = _find(request, db, codes, slip_token)
    if not slip.counts:
        return RedirectResponse(slip.path, 303)
    if is_at_desk(request):
        return _where(request, db, slip, status=409)
    if space not in (NEW, OWN):
        return _where(request, db, slip, wrong=N_("Cochez une case."), status=422)
    try:
        with db.begin_nested():  # a space that nothing comes into is not made: pressing twice makes one
            if space == NEW:
                holder, token = holders.create(db, links, language=slip.booking.language)
            else:
                token = token_in(link)
                holder = holders.by_token(db, links, token)
            holders.bring_booking(db, holder, slip.booking.id)
    except NotFound:
        return _where(request, db, slip, wrong=NO_SPACE, typed=link, status=404)
    except Conflict as error:
        # who asks for a new space twice is told where the first one is, and not that it is another person's
        return _where(request, db, slip, wrong="" if space == NEW else error.message, status=409)
    return RedirectResponse(f"/h/{token}{'?new=1' if space == NEW else '/history'}", 303)


@router.get("/b/{slip_token}/badges/account")
def ask_member(request: Request, member: Holding, slip_token: Token, db: ReadDB, codes: OwnCodes) -> Response:
    """Into the space of the account that is signed in: by a form of its own, that no other site can send."""
    slip = _find(request, db, codes, slip_token)
    return _where(request, db, slip, signed_in=True) if slip.counts else RedirectResponse(slip.path, 303)


@router.post("/b/{slip_token}/badges/account")
def bring_as_member(
    request: Request, member: HoldingForm, slip_token: Token, db: DB, codes: OwnCodes, links: OwnLinks
) -> Response:
    slip = _find(request, db, codes, slip_token)
    if not slip.counts:
        return RedirectResponse(slip.path, 303)
    if is_at_desk(request):
        return _where(request, db, slip, status=409)
    try:
        with db.begin_nested():
            holder = holders.for_account(db, links, member, language=slip.language)
            holders.bring_booking(db, holder, slip.booking.id)
    except Conflict as error:
        return _where(request, db, slip, wrong=error.message, status=409)
    return RedirectResponse(f"/h/{ME}/history", 303)


# --- inside ---------------------------------------------------------------------------------------------------


def _find(request: Request, db: Session, codes: Codes, token: str) -> _Slip:
    """Raises :class:`NotFound` for a link that opens no slip, or opens none any more: its seat was given away."""
    found = bookings.of_token(db, codes, token)
    session = seeking.by_ids(db, [found.session_id])[found.session_id]
    return _Slip(token, found, session, speak_as(request, found.language))


def _where(
    request: Request,
    db: Session,
    slip: _Slip,
    *,
    signed_in: bool = False,
    wrong: str = "",
    typed: str = "",
    status: int = 200,
) -> Response:
    """Not at a mediator's desk: the space would be of whoever sits there, or its link stay for the next person. There,
    the page shows its own address to the person's telephone.
    """
    response = render(
        request,
        "seat-to-badges.html",
        status=status,
        base=slip.path,
        said=showing.said_of(slip.session, slip.language),
        at_desk=is_at_desk(request),
        qr=square(f"{settings_of(request).url}{slip.path}/badges") if is_at_desk(request) else Markup(),
        signed_in=signed_in,
        is_brought=db.get(HolderBooking, slip.booking.id) is not None,
        wrong=wrong,
        typed=typed,
    )
    response.headers.update(WITH_A_TOKEN)
    return response
