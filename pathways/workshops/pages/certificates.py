"""What a person takes away: how long they took part, in their language and in French."""

from __future__ import annotations

import uuid

from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n, ids
from pathways.web.dependencies import ReadDB, public
from pathways.web.pages import render
from pathways.web.private import WITH_A_TOKEN, speak_as
from pathways.web.routing import Router
from pathways.workshops import showing
from pathways.workshops.attending import certificates, closing
from pathways.workshops.attending.certificates import Certificate
from pathways.workshops.codes import Codes
from pathways.workshops.pages.attendance import Recorder
from pathways.workshops.pages.booking_doors import OwnCodes
from pathways.workshops.seating import booking

router = Router()


@router.get("/sessions/{session_id}/attendance/certificates/{booking_id}")
def certificate(
    request: Request, member: Recorder, session_id: uuid.UUID, booking_id: uuid.UUID, db: ReadDB, codes: OwnCodes
) -> Response:
    found = certificates.certificate_for(db, member, session_id, booking_id)
    i18n.use(found.booking.language if found.booking.language in i18n.languages() else i18n.SOURCE)
    return _certificate(request, found, codes, back=f"/sessions/{session_id}/attendance")


@router.get("/b/{slip_token}/certificate")
@public("whoever holds the link of a slip holds the slip")
def own_certificate(request: Request, slip_token: str, db: ReadDB, codes: OwnCodes) -> Response:
    found = certificates.certificate(db, booking.of_token(db, codes, slip_token))
    speak_as(request, found.booking.language)
    response = _certificate(request, found, codes, back=f"/b/{slip_token}")
    response.headers.update(WITH_A_TOKEN)
    return response


def _certificate(request: Request, found: Certificate, codes: Codes, *, back: str) -> Response:
    language = i18n.current().code
    return render(
        request,
        "certificate.html",
        told=showing.said_of(found.session, language),
        organisation=found.organisation,
        label=found.booking.label,
        code=ids.readable(codes.code_of(found.booking.id)),
        minutes=found.minutes,
        place=closing.place_of(found.session),
        hours=_hours,
        back=back,
    )


def _hours(minutes: int) -> str:
    """``2 h 05``, in signs that every form of every country shows."""
    return f"{minutes // 60} h {minutes % 60:02}" if minutes >= 60 else f"{minutes} min"
