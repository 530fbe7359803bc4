"""After a session, at the desk: badges for those who came and want one, and a slip for each to take home."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Query
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n, ids
from pathways.badges.candidacy import batch, standing
from pathways.badges.candidacy.batch import Outcome, Result, Slip
from pathways.badges.criteria import wording
from pathways.badges.doors import OwnLinks, OwnSigner
from pathways.badges.issuing import naming, networks, offering
from pathways.badges.models import AchievementVersion
from pathways.badges.pages.network_doors import Said, Sent, page
from pathways.errors import Conflict, DomainError, Invalid, NotFound
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.settings import Settings
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires, RequiresForm
from pathways.web.pages import render
from pathways.web.private import WITH_A_TOKEN
from pathways.web.routing import Router
from pathways.web.squares import square
from pathways.workshops.attending import attendance
from pathways.workshops.codes import Codes
from pathways.workshops.forms import Filled, identifier
from pathways.workshops.models import Booking
from pathways.workshops.showing import said_of

router = Router()


async def _codes(settings: OwnSettings) -> Codes:
    """Awaits nothing: a plain function would be handed to a thread."""
    return Codes(settings.secret)


OwnCodes = Annotated[Codes, Depends(_codes)]
OF = {"session_id": attendance.held}
Issuer = Annotated[Member, Depends(Requires(Permission.BADGES_ISSUE, of=OF))]
IssuerForm = Annotated[Member, Depends(RequiresForm(Permission.BADGES_ISSUE, of=OF))]
OUTCOMES = {
    Outcome.ISSUED: D_("badge délivré"),
    Outcome.HELD: D_("l'avait déjà"),
    Outcome.MISSING: D_("pas encore"),
}


@dataclass(frozen=True, slots=True)
class _Done:
    """What a page tells of what was sent."""

    said: str = ""
    filled: Filled = field(default_factory=Filled)
    refused: DomainError | None = None
    results: Sequence[Result] = ()


@router.get("/sessions/{session_id}/badges")
def choose(
    request: Request,
    member: Issuer,
    session_id: uuid.UUID,
    db: ReadDB,
    codes: OwnCodes,
    achievement: Annotated[uuid.UUID | None, Query()] = None,
    said: Said = "",
) -> Response:
    return _page(request, db, member, codes, session_id, achievement, _Done(said))


@router.post("/sessions/{session_id}/badges")
def issue(
    request: Request,
    member: IssuerForm,
    session_id: uuid.UUID,
    db: DB,
    codes: OwnCodes,
    links: OwnLinks,
    signer: OwnSigner,
    sent: Sent,
) -> Response:
    """For each who was ticked: a badge, or what is missing. Sent twice, it is done once."""
    achievement_id = sent.identifier("achievement")
    if achievement_id is None:
        raise NotFound(offering.NOT_THERE)
    chosen = [one for text in sent.all("bookings") if (one := identifier(text)) is not None]
    try:
        with db.begin_nested():
            results = batch.issue(db, signer, links, member, session_id, achievement_id, chosen)
    except (Conflict, Invalid) as error:
        done = _Done(filled=sent, refused=error)
        return _page(request, db, member, codes, session_id, achievement_id, done)
    if all(one.outcome is not Outcome.MISSING for one in results):
        return RedirectResponse(f"/sessions/{session_id}/badges?achievement={achievement_id}&said=issued", 303)
    done = _Done(filled=sent, results=results)
    return _page(request, db, member, codes, session_id, achievement_id, done)


@router.get("/sessions/{session_id}/badges/slips")
def slips(
    request: Request,
    member: Issuer,
    session_id: uuid.UUID,
    db: ReadDB,
    codes: OwnCodes,
    links: OwnLinks,
    settings: OwnSettings,
    achievement: Annotated[uuid.UUID, Query()],
) -> Response:
    """A sheet to cut: for each person the badge, and the square that opens their space. The link of a space that its
    holder uses already is on nobody's paper.
    """
    version = _version(batch.offered(db, member), achievement)
    if version is None:
        raise NotFound(offering.NOT_THERE)
    found = batch.slips(db, links, member, session_id, version)
    response = render(
        request,
        "session-badge-slips.html",
        slips=[(one, _square(settings, one), _code(codes, one.booking)) for one in found],
        picture=_picture(db, version),
        texts=offering.definition_of(version).texts_in,
        network=version.achievement.issuer,
        back=f"/sessions/{session_id}/badges?achievement={achievement}",
        spoken_by=_language,
    )
    response.headers.update(WITH_A_TOKEN)
    return response


# --- inside ---------------------------------------------------------------------------------------------------


def _page(
    request: Request,
    db: Session,
    member: Member,
    codes: Codes,
    session_id: uuid.UUID,
    achievement_id: uuid.UUID | None,
    done: _Done,
) -> Response:
    session = attendance.held(db, member, session_id)
    offered = batch.offered(db, member)
    version = _version(offered, achievement_id) or (offered[0] if offered else None)
    language = standing.words_in(i18n.current().code)
    found = batch.participants(db, member, session_id, version)
    return page(
        request,
        "session-badges.html",
        said=done.said,
        filled=done.filled,
        refused=done.refused,
        session=session,
        told=said_of(session, i18n.SOURCE),
        is_over=session.ends_at <= clock.now(),
        network=networks.kept_by(db, member),
        offered=[(one, offering.definition_of(one).texts["fr"].name) for one in offered],
        version=version,
        picture=_picture(db, version) if version else Markup(""),
        needed=_needed(db, version) if version else None,
        spoken_in=language,
        people=[(one, _code(codes, one.booking)) for one in found],
        came=sum(one.came for one in found),
        is_issued=any(one.credential is not None for one in found),
        results=done.results,
        outcomes=OUTCOMES,
        code_of=lambda booking: _code(codes, booking),
    )


def _code(codes: Codes, booking: Booking) -> str:
    """As it stands on the slip of the seat."""
    return ids.readable(codes.code_of(booking.id))


def _version(offered: Sequence[AchievementVersion], achievement_id: uuid.UUID | None) -> AchievementVersion | None:
    return next((one for one in offered if one.achievement_id == achievement_id), None)


def _needed(db: Session, version: AchievementVersion) -> wording.Line:
    node, language = offering.definition_of(version).node, standing.words_in(i18n.current().code)
    return wording.needed(node, language, naming.names_for(db, [node], language))


def _picture(db: Session, version: AchievementVersion) -> Markup:
    level = 1 if offering.definition_of(version).levels else 0
    return Markup(offering.picture_of(db, version.id, level).svg)  # noqa: S704 - an SVG that we drew and kept


def _square(settings: Settings, slip: Slip) -> Markup:
    """The QR code of the private link; empty where the space is the person's own."""
    return square(f"{settings.url}/h/{slip.token}") if slip.token else Markup("")


def _language(slip: Slip) -> i18n.Language:
    """In which a slip is read: that of the seat."""
    code = slip.booking.language
    return i18n.language(code if code in i18n.languages() else i18n.SOURCE)
