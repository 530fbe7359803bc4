"""Asking for badges by program: one's own requests, written, sent, taken back, appealed, renewed."""

from __future__ import annotations

import uuid
from typing import Any

from pathways.badges.api.doors import HolderMember, Key, OwnLinks, OwnSigner, acting, done_once, own_request, space_of
from pathways.badges.api.showing import request_row, request_whole
from pathways.badges.candidacy import requesting, requests
from pathways.badges.schemas import (
    AppealIn,
    AwardRequestIn,
    AwardRequestOut,
    AwardRequestWhole,
    AwardRequestWords,
)
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB
from pathways.web.routing import Router

router = Router(tags=["badges"], route_class=StrictRoute)


@router.get("/award-requests", response_model=list[AwardRequestOut], summary="What you asked for")
def listed(member: HolderMember, db: ReadDB) -> Any:
    holder = space_of(db, member)
    return [request_row(one) for one in requests.all_of(db, holder)] if holder else []


@router.post("/award-requests", status_code=201, response_model=AwardRequestWhole, summary="Ask for a badge")
def ask(member: HolderMember, body: AwardRequestIn, db: DB, links: OwnLinks, key: Key = "") -> Any:
    """Opens a request, which only you see until you send it. One that is open for the same badge is given back."""

    def act() -> dict[str, Any]:
        made = requesting.ask(
            db,
            acting(db, links, member),
            body.achievement_id,
            language=body.language,
            level=body.level,
            organisation_id=body.organisation_id,
        )
        return request_whole(db, made)

    return done_once(db, member, key, "ask for a badge", body, act)


@router.get("/award-requests/{request_id}", response_model=AwardRequestWhole, summary="One request, and how far it is")
def one(member: HolderMember, request_id: uuid.UUID, db: ReadDB) -> Any:
    return request_whole(db, own_request(db, member, request_id))


@router.put("/award-requests/{request_id}", response_model=AwardRequestWhole, summary="What you say of your practice")
def write(member: HolderMember, request_id: uuid.UUID, body: AwardRequestWords, db: DB, links: OwnLinks) -> Any:
    """409 if `version` is not the present one, or once it is sent."""
    holder = acting(db, links, member)
    written = requesting.write(db, holder, request_id, words=body.words, answers=body.answers, version=body.version)
    return request_whole(db, written)


@router.post("/award-requests/{request_id}/submission", response_model=AwardRequestWhole, summary="Send it")
def submit(member: HolderMember, request_id: uuid.UUID, db: DB, links: OwnLinks, signer: OwnSigner) -> Any:
    """422 names what is missing. Where no jury is asked for, the badge is issued at once. Sent twice, it is once."""
    return request_whole(db, requesting.submit(db, signer, acting(db, links, member), request_id))


@router.post("/award-requests/{request_id}/withdrawal", response_model=AwardRequestWhole, summary="Take it back")
def withdraw(member: HolderMember, request_id: uuid.UUID, db: DB, links: OwnLinks) -> Any:
    """What you gathered for it is erased at once."""
    requesting.withdraw(db, acting(db, links, member), request_id)
    return request_whole(db, own_request(db, member, request_id))


@router.post("/award-requests/{request_id}/appeal", response_model=AwardRequestWhole, summary="Let others decide")
def appeal(member: HolderMember, request_id: uuid.UUID, body: AppealIn, db: DB, links: OwnLinks) -> Any:
    """Once, within three months of a refusal."""
    return request_whole(db, requesting.appeal(db, acting(db, links, member), request_id, words=body.words))


@router.post(
    "/credentials/{credential_id}/renewal",
    status_code=201,
    response_model=AwardRequestWhole,
    summary="Ask for what follows a badge that runs out",
)
def renew(member: HolderMember, credential_id: uuid.UUID, db: DB, links: OwnLinks) -> Any:
    """By the lighter criteria that its achievement has for that."""
    return request_whole(db, requesting.renew(db, acting(db, links, member), credential_id))
