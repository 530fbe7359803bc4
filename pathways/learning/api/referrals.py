"""Referrals for programs: what was sent and received, the answer to one, and its end. The person's yes is given on a
screen that the person reads, never here.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request

from pathways import ids
from pathways.diagnostics import reading
from pathways.diagnostics.doors import OF as OF_ATTEMPTS
from pathways.idempotency import LONGEST_KEY, once, scope_of
from pathways.learning.models import Referral, ReferralState
from pathways.learning.referrals import referred, referring
from pathways.learning.referrals.referred import Seen, Side
from pathways.learning.referrals.referring import Asked
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member, Permission
from pathways.texts import clean
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires
from pathways.web.fields import Line, Short
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.routing import Router
from pathways.workshops.codes import Codes

router = Router(tags=["referrals"], route_class=StrictRoute)
OF = {"referral_id": referred.get, "attempt_id": OF_ATTEMPTS["attempt_id"]}
Holder = Annotated[Member, Depends(Requires(Permission.RECEPTIONS_HOLD, of=OF))]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", max_length=LONGEST_KEY, description="Yours: the same one again gives the same reply."
    ),
]


Words = Annotated[
    str, StringConstraints(max_length=300), AfterValidator(clean), Field(max_length=referred.FIELDS["words"])
]
"""As long as at the desk."""


class ReferralIn(BaseModel):
    """The least that the other side needs: all but the need may stay empty."""

    model_config = ConfigDict(extra="forbid")

    need: Short = Field(description="`literacy`, `french`, `rights`, `equipment`, `digital` or `support`.")
    organisation: uuid.UUID | None = Field(default=None, description="Of this server; or else:")
    place: uuid.UUID | None = Field(default=None, description="Of the directory, to which the person takes a slip.")
    words: Words = ""
    language: Short = ""
    help: Annotated[Line, Field(max_length=120)] = ""
    contact: Annotated[Line, Field(max_length=120)] = ""
    when: Annotated[Line, Field(max_length=120)] = ""


class ReferralAnswerIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    accepted: Annotated[bool, Field(strict=True)]
    reason: Words = Field(default="", description="Of a refusal.")


class ReferralEndIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    outcome: Literal["done", "goes_on", "not_come", "other"]
    reason: Words = ""


class ReferralOut(BaseModel):
    id: str
    side: Literal["sender", "receiver"]
    state: ReferralState
    need: str = Field(description="Empty once the person took their consent back.")
    sender: str
    receiver: str
    on_paper: bool
    reason: str
    outcome: str
    sent_at: datetime
    consented_at: datetime | None
    changed_at: datetime
    expires_at: datetime


class ReferralSheetOut(ReferralOut):
    sheet: dict[str, str] = Field(description="Empty where it is closed to this side.")


@router.get("/referrals", response_model=PageOf[ReferralOut], summary="Referrals that were sent, or received")
def listed(
    member: Holder,
    db: ReadDB,
    side: Annotated[Literal["sender", "receiver"], Query(description="Which of both this organisation is.")],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """The latest changed first. The sheets are read one by one, since each reading is written down."""
    which = Side(side)
    found = page(
        db,
        referred.of_side(member, which),
        at=Referral.changed_at,
        key=Referral.id,
        limit=limit,
        cursor=cursor,
        show=lambda row: row,
    )
    return {"rows": [_told(one) for one in referred.all_seen_by(db, found["rows"], which)], "next": found["next"]}


@router.get("/referrals/{referral_id}", response_model=ReferralSheetOut, summary="A referral with its sheet")
def one(request: Request, member: Holder, referral_id: uuid.UUID, db: ReadDB) -> Any:
    """That it was read is written in the journal of the organisation that reads."""
    referral, side = referred.get(db, member, referral_id)
    journal.note_opened(request.app.state.database, db, member, Act.REFERRAL_OPENED, [referral.id])
    seen = referred.seen_by(db, referral, side)
    return _told(seen) | {"sheet": dict(seen.sheet)}


class ReferralProposedOut(BaseModel):
    id: str
    state: ReferralState
    code: str
    url: str = Field(description="Where the person reads the sheet in their language, and says yes or no.")


@router.post(
    "/attempts/{attempt_id}/referrals", status_code=201, response_model=ReferralProposedOut, summary="Write a referral"
)
def write(member: Holder, attempt_id: uuid.UUID, body: ReferralIn, db: DB, settings: OwnSettings, key: Key = "") -> Any:
    """It is not sent before the person agreed, at ``url`` or on their own page."""
    attempt, _ = reading.attempt_for(db, member, attempt_id)
    values = body.model_dump(exclude={"organisation", "place"})
    asked = Asked(**values, to_organisation_id=body.organisation, place_id=body.place)
    codes = Codes(settings.secret)

    def act() -> dict[str, Any]:
        made = referring.propose(db, codes, member, attempt, asked, key=f"{attempt_id} {key or ids.new_token()}")
        return {"id": str(made.id)}  # and nothing that opens it

    scope, wanted = scope_of(member.account_id, "write referral"), [str(attempt_id), body.model_dump(mode="json")]
    answer, _ = once(db, scope, key, wanted, act)
    made, _ = referred.get(db, member, uuid.UUID(answer["id"]))
    token = codes.token_of(made.id)
    code = ids.readable(codes.code_of(made.id))
    return {"id": str(made.id), "state": made.state, "code": code, "url": f"{settings.url}/r/{token}"}


@router.post("/referrals/{referral_id}/answer", response_model=ReferralOut, summary="Accept or decline a referral")
def answer(member: Holder, referral_id: uuid.UUID, body: ReferralAnswerIn, db: DB) -> Any:
    """For the organisation that receives it. The same answer twice changes nothing."""
    found = referring.answer(db, member, referral_id, accepted=body.accepted, reason=body.reason)
    return _told(referred.seen_by(db, found, Side.RECEIVER))


@router.post("/referrals/{referral_id}/end", response_model=ReferralOut, summary="Say how a referral ended")
def end(member: Holder, referral_id: uuid.UUID, body: ReferralEndIn, db: DB) -> Any:
    found = referring.end(db, member, referral_id, outcome=body.outcome, reason=body.reason)
    return _told(referred.seen_by(db, found, referred.get(db, member, referral_id)[1]))


def _told(one: Seen) -> dict[str, Any]:
    referral = one.referral
    return {
        "id": str(referral.id),
        "side": one.side.value,
        "state": referral.state,
        "need": referral.need,
        "sender": one.sender,
        "receiver": one.receiver,
        "on_paper": one.is_on_paper,
        "reason": referral.reason,
        "outcome": referral.outcome,
        "sent_at": referral.sent_at,
        "consented_at": referral.consented_at,
        "changed_at": referral.changed_at,
        "expires_at": referral.expires_at,
    }
