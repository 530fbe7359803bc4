"""JSON of attendance, in and out."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pathways.web.fields import Line, Short, WrittenMoment
from pathways.workshops.attending.attendance import Given
from pathways.workshops.attending.signing import Sale
from pathways.workshops.models import LONGEST_DEVICE, MOST_PARTY, MOST_WALK_INS, Presence

MOST_ITEMS = 200
"""Of one request: a device that has more sends them in turns."""


def _in_this_century(moment: datetime) -> datetime:
    """A device whose clock was never set says 1970, and that can be corrected; the year 9999 cannot."""
    earliest, latest = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    return min(max(moment, earliest), latest)


Moment = Annotated[WrittenMoment, AfterValidator(_in_this_century)]
Sequence = Annotated[int, Field(ge=0, le=2**53, description="Rises with each item of this device.")]
Seen = Annotated[
    list[uuid.UUID], Field(max_length=50, description="The marks that the recorder had before their eyes: `marks`.")
]
Counts = Annotated[dict[Short, Annotated[int, Field(ge=0, le=MOST_WALK_INS)]], Field(max_length=10)]


class Incoming(BaseModel):
    """A body: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class PresenceIn(Incoming):
    """What was seen of one seat. `unsaid` takes back a mistake."""

    kind: Literal["presence"]
    id: uuid.UUID = Field(description="Yours: the same one again changes nothing.")
    session_id: uuid.UUID
    booking_id: uuid.UUID = Field(description="Or the id of a sale of this device.")
    seat: int = Field(default=1, ge=1, le=MOST_PARTY)
    presence: Presence
    minutes: int | None = Field(default=None, ge=0, le=1440, description="If it was not the whole session.")
    seen: Seen = []
    sequence: Sequence = 0
    recorded_at: Moment

    def given(self) -> Given:
        return Given(
            id=self.id,
            session_id=self.session_id,
            booking_id=self.booking_id,
            seat=self.seat,
            presence=self.presence,
            minutes=self.minutes,
            seen=tuple(self.seen),
            sequence=self.sequence,
            recorded_at=self.recorded_at,
        )


class WalkInsIn(Incoming):
    """How many came without a booking; and counts of the whole group, if somebody counted."""

    kind: Literal["walk_ins"]
    id: uuid.UUID
    session_id: uuid.UUID
    number: int = Field(ge=0, le=MOST_WALK_INS)
    known: Annotated[dict[Short, Counts], Field(max_length=3)] = Field(
        default={}, examples=[{"gender": {"feminin": 3}}]
    )
    seen: Seen = []
    sequence: Sequence = 0
    recorded_at: Moment

    def given(self) -> Given:
        return Given(
            id=self.id,
            session_id=self.session_id,
            walk_ins=self.number,
            known=self.known,
            seen=tuple(self.seen),
            sequence=self.sequence,
            recorded_at=self.recorded_at,
        )


class SaleIn(Incoming):
    """Seats that a van sold without network, out of those that were delegated to it."""

    kind: Literal["sale"]
    id: uuid.UUID
    session_id: uuid.UUID
    party: int = Field(default=1, ge=1, le=MOST_PARTY)
    language: Short = "fr"
    label: Annotated[Line, Field(max_length=30)] = ""
    sequence: Sequence = 0
    recorded_at: Moment

    def given(self) -> Sale:
        return Sale(self.id, self.session_id, self.party, self.language, self.label, self.sequence, self.recorded_at)


Item = Annotated[PresenceIn | WalkInsIn | SaleIn, Field(discriminator="kind")]


class SyncIn(Incoming):
    """What a device recorded, with or without network."""

    device: Annotated[Short, Field(min_length=1, max_length=LONGEST_DEVICE)] = Field(
        description="A random name that the device gave itself."
    )
    now: Moment = Field(description="The device's clock at this moment: how wrong it is is kept with each mark.")
    items: Annotated[list[Item], Field(max_length=MOST_ITEMS)]


class AnswerOut(BaseModel):
    id: uuid.UUID
    result: Literal["kept", "already", "conflict", "refused"]
    reason: str = Field(description="Of a refusal, for a person. It stands in nobody's way.")
    is_against_cancellation: bool = Field(description="They came, though their booking was cancelled: they came.")
    code: str = Field(description="Of the slip that a sale became.")


class SyncOut(BaseModel):
    received_at: datetime
    answers: list[AnswerOut]


class SeatOut(BaseModel):
    booking_id: uuid.UUID
    seat: int
    party: int
    label: str
    code: str
    presence: Presence
    minutes: int | None
    in_conflict: bool
    is_against_cancellation: bool
    marks: list[uuid.UUID] = Field(description="Send them as `seen` with a mark that replaces them.")


class GroupOut(BaseModel):
    number: int
    known: dict[str, dict[str, int]]
    in_conflict: bool
    marks: list[uuid.UUID]


class RegisterOut(BaseModel):
    session_id: uuid.UUID
    state: str
    title: str
    day: date
    hours: str
    place: str
    minutes: int
    starts_at: datetime
    ends_at: datetime
    seats: list[SeatOut]
    walk_ins: GroupOut
    van_seats: int = Field(description="Left of the seats delegated to a van.")


class DayOut(BaseModel):
    day: date
    taken_at: datetime
    expires_at: datetime = Field(description="Then a device forgets what it took along.")
    key: str = Field(description="A second key to what the device locks, for whoever forgets the PIN. Base64.")
    sessions: list[RegisterOut]


class VanOut(BaseModel):
    id: uuid.UUID
    name: str


class VansOut(BaseModel):
    tours: list[VanOut]


class RecordOut(BaseModel):
    session_id: uuid.UUID
    day: date
    minutes: int
    expected: int
    figures: dict[str, int]
    walk_ins: int
    known: dict[str, dict[str, int]]
    written_at: datetime


class ActivityOut(BaseModel):
    """In the vocabulary of the Coop. What nobody counted is `null`."""

    type: str
    date: date
    duree: int
    materiel: list[str]
    thematiques: list[str]
    titre: str
    niveau: str
    lieu: str
    participants: int
    inscrits_venus: int
    sans_reservation: int
    inscrits_absents: int
    inscrits_sans_pointage: int
    age: dict[str, int] | None
    gender: dict[str, int] | None
    status: dict[str, int] | None


class ActivitiesOut(BaseModel):
    activities: list[ActivityOut]
