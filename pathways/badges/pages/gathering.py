"""What a candidate gathers on the page of a request: evidence, links for who endorses them, what others attested."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import clock, i18n, throttle
from pathways.badges.candidacy import attesting, endorsing, evidence, requests
from pathways.badges.candidacy.evidence import For
from pathways.badges.doors import WHY, OwnLinks, OwnSpace, OwnSpaceForm, Space, answer, back
from pathways.badges.holding.links import Opens
from pathways.badges.models import EndorsementInvitation, Evidence
from pathways.badges.pages.candidacy import acted
from pathways.badges.pages.candidate_forms import Offered, Sent, SentWithFile
from pathways.badges.pages.evidence_files import handed_over
from pathways.badges.pages.plainly import language_of
from pathways.badges.pages.request_shown import in_plain_all
from pathways.errors import NotFound
from pathways.web.dependencies import DB, Address, OwnSettings, ReadDB, public
from pathways.web.routing import Router
from pathways.web.squares import square

router = Router()
MOST_SENT, WITHIN_MINUTES = 60, 60
"""Files that one network address may send into spaces without account: a room of candidates, and no script that fills
the database, since anybody opens as many spaces as they want.
"""


# --- evidence -------------------------------------------------------------------------------------------------


# `offered` stands before `space`: a picture is written anew before the writer's turn is taken.
@router.post("/h/{key}/requests/{request_id}/evidence")
@public(WHY)
def add(
    request: Request,
    request_id: uuid.UUID,
    offered: SentWithFile,
    space: OwnSpaceForm,
    db: DB,
    settings: OwnSettings,
    address: Address,
) -> Response:
    def act() -> str:
        if offered.file is not None and not space.is_signed_in:
            bucket = throttle.bucket(settings.secret, "evidence", address)
            throttle.count_within(db, bucket, limit=MOST_SENT, minutes=WITHIN_MINUTES)
        _added(db, space, request_id, offered)
        return "added"

    return acted(request, space, db, request_id, offered.typed, "evidence", act, anchor="evidence")


@router.get("/h/{key}/requests/{request_id}/evidence/{evidence_id}")
@public(WHY)
def read(space: OwnSpace, request_id: uuid.UUID, evidence_id: uuid.UUID, db: ReadDB) -> Response:
    found, file = evidence.own(db, space.holder, evidence_id)
    if found.request_id != request_id:
        raise NotFound(evidence.NOT_THERE)
    return handed_over(found, file)


@router.post("/h/{key}/requests/{request_id}/evidence/{evidence_id}/remove")
@public(WHY)
def remove(
    request: Request, request_id: uuid.UUID, evidence_id: uuid.UUID, sent: Sent, space: OwnSpaceForm, db: DB
) -> Response:
    def act() -> str:
        evidence.remove(db, space.holder, evidence_id)
        return "removed"

    return acted(request, space, db, request_id, sent, "evidence", act, anchor="evidence")


# --- those who endorse ----------------------------------------------------------------------------------------


@router.post("/h/{key}/requests/{request_id}/invitations")
@public(WHY)
def invite(
    request: Request, request_id: uuid.UUID, sent: Sent, space: OwnSpaceForm, db: DB, links: OwnLinks
) -> Response:
    """A link for one person; the next page shows it. ``act``: the button."""
    if sent.get("act") != "invite":
        return back(space, f"/requests/{request_id}")
    made: list[uuid.UUID] = []

    def act() -> str:
        made.append(endorsing.invite(db, links, space.holder, request_id, label=sent.get("label"))[0].id)
        return "kept"

    response = acted(request, space, db, request_id, sent, "invitation", act)
    return back(space, f"/requests/{request_id}/invitations/{made[0]}") if made else response


@router.get("/h/{key}/requests/{request_id}/invitations/{invited_id}")
@public(WHY)
def invited(
    request: Request,
    space: OwnSpace,
    request_id: uuid.UUID,
    invited_id: uuid.UUID,
    db: ReadDB,
    links: OwnLinks,
    settings: OwnSettings,
) -> Response:
    """The link, to be sent or scanned. One that opens nothing any more leads back."""
    found = _own(db, space, request_id, invited_id)
    if not endorsing.is_open(found, clock.now()):
        return back(space, f"/requests/{request_id}")
    language = language_of(space.language)
    url = f"{settings.url}/endorse/{links.token_of(Opens.ENDORSEMENT, found.id)}"
    values = {"invitation": found, "asked": requests.own(db, space.holder, request_id), "url": url, "qr": square(url)}
    values["day"] = i18n.say_date(found.expires_at.astimezone(clock.PARIS).date(), language)
    return answer(request, "request-invitation.html", space, spoken_in=language, **values, **in_plain_all(language))


@router.post("/h/{key}/requests/{request_id}/invitations/{invited_id}/withdraw")
@public(WHY)
def close(
    request: Request, request_id: uuid.UUID, invited_id: uuid.UUID, sent: Sent, space: OwnSpaceForm, db: DB
) -> Response:
    def act() -> str:
        endorsing.withdraw_invitation(db, space.holder, _own(db, space, request_id, invited_id).id)
        return "withdrawn-link"

    return acted(request, space, db, request_id, sent, "invitation", act, anchor="endorsements")


# --- what others attested -------------------------------------------------------------------------------------


@router.post("/h/{key}/requests/{request_id}/attested")
@public(WHY)
def declare(request: Request, request_id: uuid.UUID, sent: Sent, space: OwnSpaceForm, db: DB) -> Response:
    def act() -> str:
        requests.own(db, space.holder, request_id)
        kind, _, code = sent.get("attested").partition(":")
        attesting.declare(
            db,
            space.holder,
            kind=kind,
            code=code,
            title=sent.get("attested-title"),
            reference=sent.get("reference"),
            valid_until=sent.day("until"),
        )
        return "declared"

    return acted(request, space, db, request_id, sent, "attested", act, anchor="attested")


@router.post("/h/{key}/requests/{request_id}/attested/{attested_id}/remove")
@public(WHY)
def forget(
    request: Request, request_id: uuid.UUID, attested_id: uuid.UUID, sent: Sent, space: OwnSpaceForm, db: DB
) -> Response:
    def act() -> str:
        attesting.remove(db, space.holder, attested_id)
        return "removed"

    return acted(request, space, db, request_id, sent, "attested", act, anchor="attested")


@router.get("/h/{key}/requests/{request_id}/evidence/{evidence_id}/remove")
@router.get("/h/{key}/requests/{request_id}/invitations/{invited_id}/withdraw")
@router.get("/h/{key}/requests/{request_id}/attested/{attested_id}/remove")
@public(WHY)
def back_to_request(space: OwnSpace, request_id: uuid.UUID) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return back(space, f"/requests/{request_id}")


# --- inside ---------------------------------------------------------------------------------------------------


def _added(db: Session, space: Space, request_id: uuid.UUID, offered: Offered) -> Evidence:
    """A file, a link or a text, for a piece of the portfolio or for the whole."""
    requests.own(db, space.holder, request_id)  # to anybody else it does not exist, whatever is wrong with the file
    typed, piece = offered.typed, offered.typed.get("piece")
    use = For(piece, is_piece=bool(piece))
    if offered.refused is not None:
        raise offered.refused
    if offered.file is not None:
        return evidence.add_file(db, space.holder, request_id, title=typed.get("title"), file=offered.file, use=use)
    if typed.get("kind") == "link":
        return evidence.add_link(db, space.holder, request_id, title=typed.get("title"), url=typed.get("url"), use=use)
    return evidence.add_text(db, space.holder, request_id, title=typed.get("title"), text=typed.get("text"), use=use)


def _own(db: Session, space: Space, request_id: uuid.UUID, invited_id: uuid.UUID) -> EndorsementInvitation:
    requests.own(db, space.holder, request_id)
    found = db.get(EndorsementInvitation, invited_id)
    if found is None or found.request_id != request_id:
        raise NotFound(endorsing.GONE)
    return found
