"""The desk: messages that could not leave, and when people are reminded."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from fastapi import Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.web import pages
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires, RequiresForm
from pathways.web.routing import Router
from pathways.workshops.models import NoticeKind
from pathways.workshops.notifying import undelivered

router = Router(prefix="/notices")
OF = {"notice_id": undelivered.get}
Holder = Annotated[Member, Depends(Requires(Permission.BOOKINGS_HOLD, of=OF))]
HolderForm = Annotated[Member, Depends(RequiresForm(Permission.BOOKINGS_HOLD, of=OF))]
_REMINDER = D_("Rappel")
KINDS = {
    NoticeKind.BOOKED: D_("Réservation"),
    NoticeKind.REMINDER_WEEK: _REMINDER,
    NoticeKind.REMINDER_DAYS: _REMINDER,
    NoticeKind.REMINDER_HOURS: _REMINDER,
    NoticeKind.CHANGED: D_("Heure ou lieu changé"),
    NoticeKind.MOVED: D_("Autre date"),
    NoticeKind.WITHDRAWN: D_("Réservation annulée"),
    NoticeKind.CANCELLED: D_("Séance annulée"),
    NoticeKind.OFFERED: D_("Place proposée"),
    NoticeKind.LAPSED: D_("Proposition terminée"),
    NoticeKind.WISHED: D_("Atelier ouvert pour un souhait"),
}


@router.get("")
def all_failed(request: Request, member: Holder, db: ReadDB, settings: OwnSettings) -> Response:
    return pages.render(
        request,
        "notices.html",
        failed=undelivered.failed(db, member),
        kinds={kind: i18n.gettext(said) for kind, said in KINDS.items()},
        habit=undelivered.habit_of(db, member.organisation_id),
        mail=bool(settings.mail_url),
        sms=bool(settings.sms_url),
    )


@router.post("/habit")
def keep_habit(
    member: HolderForm,
    db: DB,
    *,
    whole: Annotated[Literal["1"], Form()],
    week: Annotated[bool, Form()] = False,
    hours: Annotated[bool, Form()] = False,
) -> Response:
    """``whole``: a form of nothing is no wish to be reminded of nothing."""
    del whole
    undelivered.keep_habit(db, member, week_before=week, hours_before=hours)
    return RedirectResponse("/notices", 303)


@router.post("/{notice_id}/retry")
def retry(member: HolderForm, notice_id: uuid.UUID, db: DB) -> Response:
    undelivered.retry(db, member, notice_id)
    return RedirectResponse("/notices", 303)


@router.post("/{notice_id}/by-hand")
def by_hand(member: HolderForm, notice_id: uuid.UUID, db: DB) -> Response:
    undelivered.by_hand(db, member, notice_id)
    return RedirectResponse("/notices", 303)
