"""*We led this session together*: one tap, from a list of one's own or from the page of the session."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n
from pathways.badges.candidacy import co_leading
from pathways.badges.candidacy.co_leading import CoLed
from pathways.badges.pages.candidate_forms import Sent
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.workshops.models import WorkshopSession

router = Router()
Leader = Annotated[Member, Depends(Requires(Permission.BADGES_HOLD))]
LeaderForm = Annotated[Member, Depends(RequiresForm(Permission.BADGES_HOLD))]
PATH = "/h/me/co-led"
NOWHERE = uuid.UUID(int=0)
SAID = {
    "endorsed": D_("C'est confirmé : cette séance compte pour la personne qui l'a animée avec vous."),
    "taken-back": D_("C'est retiré."),
}


@router.get(PATH)
def listed(request: Request, member: Leader, db: ReadDB, said: Annotated[Short, Query()] = "") -> Response:
    """Sessions of the last year that the member led with somebody."""
    found = co_leading.co_led(db, member)
    return render(request, "co-led.html", found=found, said=i18n.gettext(SAID.get(said, "")))


@router.post(PATH)
def say(member: LeaderForm, sent: Sent, db: DB) -> Response:
    """``session``, ``account`` (who led it with them), ``act``: ``take-back``, or else they say so."""
    session_id, account_id = sent.identifier("session") or NOWHERE, sent.identifier("account") or NOWHERE
    taken_back = sent.get("act") == "take-back"
    if taken_back:
        co_leading.take_session_back(db, member, session_id, account_id)
    else:
        co_leading.endorse_session(db, member, session_id, account_id)
    if sent.get("back") == "session":
        return RedirectResponse(f"/sessions/{session_id}#co-led", 303)
    return RedirectResponse(f"{PATH}?said={'taken-back' if taken_back else 'endorsed'}", 303)


def of_session(db: Session, member: Member, session: WorkshopSession) -> Sequence[CoLed]:
    """With whom the member led this one; for its page at the desk (``app.state.co_led``)."""
    if session.ends_at > clock.now() or not member.may(Permission.BADGES_HOLD):
        return ()
    return [one for one in co_leading.co_led(db, member) if one.session.id == session.id]
