"""Exchanges for programs: who asked, who would go with whom and why, and the tandems that were made."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from fastapi import Depends, Header
from pydantic import BaseModel, ConfigDict, Field

from pathways import i18n, ids
from pathways.idempotency import LONGEST_KEY, once, scope_of
from pathways.learning.exchanges import exchanging, meeting
from pathways.learning.exchanges.exchanging import Asked
from pathways.learning.models import ExchangeKind, ExchangeRequest, Tandem, TandemState
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Day, Line, Short
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.routing import Router

router = Router(tags=["tandems"], route_class=StrictRoute)
OF = {"tandem_id": meeting.get, "exchange_id": exchanging.request_for}
Holder = Annotated[Member, Depends(Requires(Permission.BOOKINGS_HOLD, of=OF))]
Codes = Annotated[list[Short], Field(min_length=1, max_length=exchanging.MOST_CHOSEN)]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", max_length=LONGEST_KEY, description="Yours: the same one again gives the same reply."
    ),
]


class ExchangeIn(BaseModel):
    """Somebody asks, at a desk: the rules were read to them in their language, and they agreed."""

    model_config = ConfigDict(extra="forbid")

    kind: ExchangeKind
    gives: Codes = Field(description="Languages, or themes of workshops.")
    seeks: Codes
    place: uuid.UUID | None = Field(default=None, description="Where they can come: of the organisation.")
    reads_in: Short = i18n.SOURCE
    label: Annotated[Line, Field(max_length=30)] = ""
    contact: Annotated[Line, Field(max_length=120)] = ""
    agreed: Annotated[bool, Field(strict=True, description="They agreed to the rules.")]
    file: uuid.UUID | None = Field(
        default=None, description="Theirs, if they have one: it is exported and erased with it."
    )


class ExchangeOut(BaseModel):
    id: str
    kind: ExchangeKind
    gives: list[str]
    seeks: list[str]
    place: str | None
    reads_in: str
    label: str
    state: str
    expires_at: datetime


class ExchangePairOut(BaseModel):
    first: str
    second: str
    both_ways: bool
    first_gains: list[str]
    second_gains: list[str]
    speak: list[str] = Field(description="Languages that both have.")
    same_place: bool
    km: int | None


class TandemIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first: uuid.UUID
    second: uuid.UUID
    place: uuid.UUID
    day: Day
    at: time = Field(description="On the clock of the place, which must be open then.")


class TandemActIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    act: Literal[
        "first_yes", "second_yes", "met", "first_end", "second_end", "end", "first_worry", "second_worry", "looked_into"
    ] = Field(
        description="A worry ends the tandem, or is said after its end; neither is proposed before it was looked into."
    )


class TandemOut(BaseModel):
    id: str
    first: str
    second: str
    place: str | None
    meets_at: datetime
    state: TandemState
    first_agreed: bool
    second_agreed: bool
    ended_by: str | None
    worry: bool = Field(description="Somebody said that something was wrong, and nobody looked into it yet.")
    worry_by: str | None = Field(description="Who said so last: `first` or `second`.")
    looked_into_at: datetime | None


@router.get("/tandems/requests", response_model=PageOf[ExchangeOut], summary="Who waits for an exchange")
def requests(member: Holder, db: ReadDB, limit: Limit = 50, cursor: Cursor = None) -> Any:
    """The last to ask first."""
    at, key = ExchangeRequest.consented_at, ExchangeRequest.id
    query = exchanging.waiting(member).order_by(at.desc(), key.desc())
    return page(db, query, at=at, key=key, limit=limit, cursor=cursor, show=_asked)


@router.post("/tandems/requests", status_code=201, response_model=ExchangeOut, summary="Write a request down")
def ask(member: Holder, body: ExchangeIn, db: DB, key: Key = "") -> Any:
    values = body.model_dump(exclude={"agreed", "place", "file"})
    asked = Asked(**values | {"kind": body.kind.value}, place_id=body.place, file_id=body.file)
    agreed = exchanging.rules_text(body.reads_in) if body.agreed and body.reads_in in i18n.languages() else ""

    def act() -> dict[str, Any]:
        made = exchanging.ask(
            db, member.organisation_id, asked, agreed=agreed, actor=member, key=key or ids.new_token()
        )
        return {"id": str(made.id)}

    answer, _ = once(db, scope_of(member.account_id, "ask exchange"), key, body.model_dump(mode="json"), act)
    return _asked(exchanging.request_for(db, member, uuid.UUID(answer["id"])))


@router.post("/tandems/requests/{exchange_id}/withdraw", response_model=ExchangeOut, summary="Take a request back")
def withdraw(member: Holder, exchange_id: uuid.UUID, db: DB) -> Any:
    """What was said of the person goes, and a tandem that they are in ends."""
    found = exchanging.request_for(db, member, exchange_id)
    meeting.withdraw(db, found)
    return _asked(found)


@router.get("/tandems/pairs", response_model=list[ExchangePairOut], summary="Who would go with whom, best first")
def pairs(member: Holder, db: ReadDB) -> Any:
    return [
        {
            "first": str(one.first.id),
            "second": str(one.second.id),
            "both_ways": one.fit.both_ways,
            "first_gains": list(one.fit.first_gains),
            "second_gains": list(one.fit.second_gains),
            "speak": list(one.fit.speak),
            "same_place": one.fit.same_place,
            "km": one.fit.km,
        }
        for one in meeting.pairs(db, exchanging.open_requests(db, member))
    ]


@router.get("/tandems", response_model=PageOf[TandemOut], summary="Tandems that run, and those that ended")
def tandems(member: Holder, db: ReadDB, limit: Limit = 50, cursor: Cursor = None) -> Any:
    """The last made first."""
    query = meeting.of_organisation(member).order_by(Tandem.made_at.desc(), Tandem.id.desc())
    return page(db, query, at=Tandem.made_at, key=Tandem.id, limit=limit, cursor=cursor, show=_told)


@router.post("/tandems", status_code=201, response_model=TandemOut, summary="Propose two people to each other")
def make(member: Holder, body: TandemIn, db: DB) -> Any:
    """With a first meeting. The same pair twice is one tandem."""
    day: date = body.day
    made = meeting.make(db, member, body.first, body.second, place_id=body.place, day=day, at=body.at)
    return _told(made)


@router.get("/tandems/{tandem_id}", response_model=TandemOut, summary="A tandem")
def one(member: Holder, tandem_id: uuid.UUID, db: ReadDB) -> Any:
    return _told(meeting.get(db, member, tandem_id))


@router.post("/tandems/{tandem_id}", response_model=TandemOut, summary="Somebody agreed, they met, it ends")
def change(member: Holder, tandem_id: uuid.UUID, body: TandemActIn, db: DB) -> Any:
    """The same twice changes nothing."""
    tandem = meeting.get(db, member, tandem_id)
    first, second = meeting.both(db, tandem)
    if body.act in {"first_yes", "second_yes"}:
        meeting.say_yes(db, tandem, first if body.act == "first_yes" else second)
    elif body.act == "met":
        meeting.met(db, tandem)
    elif body.act == "looked_into":
        meeting.looked_into(db, member, tandem)
    else:
        by, worry = meeting.ENDS[body.act]
        meeting.end(db, tandem, by=by, worry=worry)
    return _told(tandem)


def _asked(one: ExchangeRequest) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "kind": one.kind,
        "gives": one.gives,
        "seeks": one.seeks,
        "place": str(one.place_id) if one.place_id else None,
        "reads_in": one.reads_in,
        "label": one.label,
        "state": one.state,
        "expires_at": one.expires_at,
    }


def _told(one: Tandem) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "first": str(one.first_id),
        "second": str(one.second_id),
        "place": str(one.place_id) if one.place_id else None,
        "meets_at": one.meets_at,
        "state": one.state,
        "first_agreed": one.first_agreed_at is not None,
        "second_agreed": one.second_agreed_at is not None,
        "ended_by": one.ended_by,
        "worry": one.worry,
        "worry_by": one.worry_by,
        "looked_into_at": one.looked_into_at,
    }
