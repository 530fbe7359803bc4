"""Bookings and places in a waiting list, in JSON."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from pathways import ids
from pathways.web.fields import Line, Short
from pathways.workshops.codes import Codes
from pathways.workshops.models import MOST_PARTY, Booking, BookingState, Channel, Via, WaitingState, WaitlistEntry
from pathways.workshops.seating.asking import LONGEST_CONTACT, MOST_NEEDS, Wanted
from pathways.workshops.seating.seats import Standing


class PartyIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    party: Annotated[int, Field(ge=1, le=MOST_PARTY, description="Seats, all or none.")] = 1
    language: Annotated[Short, Field(description="Of the slip and of every message.")] = "fr"
    needs: Annotated[list[Short], Field(max_length=MOST_NEEDS)] = []
    label: Annotated[Line, Field(description="A first name or an initial, if somebody gave one.")] = ""
    channel: Channel = Channel.NONE
    contact: Annotated[str, Field(max_length=LONGEST_CONTACT)] = ""

    def wanted(self, file_id: uuid.UUID | None = None) -> Wanted:
        return Wanted(self.party, self.language, tuple(self.needs), self.label, self.channel, self.contact, file_id)


class PublicBookingIn(PartyIn):
    hold: Annotated[bool, Field(description="Keep the seats for ten minutes, while a form is filled in.")] = False


class BookingIn(PublicBookingIn):
    session_id: uuid.UUID
    file_id: Annotated[uuid.UUID | None, Field(description="The file of somebody whom the desk accompanies.")] = None


class WaitingIn(PartyIn):
    session_id: uuid.UUID


class MoveIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    session_id: uuid.UUID


class TransferIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    label: Line = ""


class BookingOut(BaseModel):
    id: uuid.UUID
    session_id: uuid.UUID
    state: BookingState
    party: int
    language: str
    needs: list[str]
    label: str
    channel: Channel
    via: Via
    lapses_at: datetime | None
    moved_to_id: uuid.UUID | None
    sequence: int
    created_at: datetime
    updated_at: datetime
    code: Annotated[str | None, Field(description="What the holder of the slip may type or say.")]
    url: Annotated[str | None, Field(description="The slip itself.")]


class EntryOut(BaseModel):
    id: uuid.UUID
    session_id: uuid.UUID
    state: WaitingState
    party: int
    language: str
    needs: list[str]
    label: str
    channel: Channel
    ahead: Annotated[int, Field(description="How many parties come before.")]
    offer_until: datetime | None
    booking_id: uuid.UUID | None
    created_at: datetime
    updated_at: datetime
    code: str
    url: str


class AvailabilityOut(BaseModel):
    session_id: uuid.UUID
    standing: Standing
    capacity: int
    free: Annotated[int, Field(description="Seats for everybody.")]
    kept: Annotated[int, Field(description="Seats kept for some: a language, an interpreter, prescribers, a partner.")]
    waiting: int


def booking_json(one: Booking, codes: Codes, url: str) -> dict[str, Any]:
    opens = not one.code_digest.startswith("none")
    return {
        "id": one.id,
        "session_id": one.session_id,
        "state": one.state,
        "party": one.party,
        "language": one.language,
        "needs": one.needs,
        "label": one.label,
        "channel": one.channel,
        "via": one.via,
        "lapses_at": one.lapses_at,
        "moved_to_id": one.moved_to_id,
        "sequence": one.sequence,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "code": ids.readable(codes.code_of(one.id)) if opens else None,
        "url": f"{url}/b/{codes.token_of(one.id)}" if opens else None,
    }


def entry_json(one: WaitlistEntry, codes: Codes, url: str, *, ahead: int, offered: Booking | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "session_id": one.session_id,
        "state": one.state,
        "party": one.party,
        "language": one.language,
        "needs": one.needs,
        "label": one.label,
        "channel": one.channel,
        "ahead": ahead,
        "offer_until": offered.lapses_at if offered else None,
        "booking_id": one.booking_id if one.state is WaitingState.ACCEPTED else None,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "code": ids.readable(codes.code_of(one.id)),
        "url": f"{url}/w/{codes.token_of(one.id)}",
    }
