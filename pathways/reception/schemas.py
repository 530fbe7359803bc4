"""JSON of receptions, in and out."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pathways.diagnostics.schemas import Unusable
from pathways.web.fields import Line, Short

State = Literal["sheet", "running", "over"]


class Incoming(BaseModel):
    """A body: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class ReceptionIn(Incoming):
    """Somebody who stands at the desk. With ``situation`` or ``diagnostic_id`` the questions begin."""

    id: uuid.UUID = Field(description="Yours: the same one again changes nothing that has begun.")
    language: Short = Field(default="fr", examples=["ar"])
    context: Annotated[dict[Short, Short], Field(max_length=10)] = Field(
        default={}, examples=[{"need": "papers", "device": "phone"}]
    )
    label: Line = Field(default="", description="Needs `files:keep`; it never leaves the organisation.")
    file_id: uuid.UUID | None = Field(default=None, description="The file of somebody who was here before.")
    unusable: Unusable = Field(default=[], description="What questions may not take of this person.")
    situation: Short = Field(default="", examples=["phone"])
    diagnostic_id: uuid.UUID | None = None
    where: Literal["here", "phone"] = Field(default="phone", description="Read aloud at the desk, or on their phone.")


class AppointmentOut(BaseModel):
    date: str = Field(examples=["2026-12-03"])
    time: str = Field(examples=["14:30"])
    place: str
    words: str
    version: str = Field(description="Send it with a change.")


class AppointmentChange(Incoming):
    """The next appointment. Without date and time there is none."""

    date: Short = Field(default="", examples=["2026-12-03"])
    time: Short = Field(default="", examples=["14:30"])
    place: Line = ""
    words: Line = ""
    version: Short = Field(description="The version that was read; another one is refused with 409.")


class ReceptionOut(BaseModel):
    id: uuid.UUID
    language: str
    state: State
    attempt_id: uuid.UUID | None
    resume_code: str | None = Field(description="Opens the questions on a phone.")
    started_at: datetime
    closed_at: datetime | None


class ReceptionRow(BaseModel):
    id: uuid.UUID
    language: str
    state: State
    attempt_id: uuid.UUID | None
    diagnostic: str | None
    answered: int | None
    label: str | None
    started_at: datetime
    closed_at: datetime | None


class ReceptionsOut(BaseModel):
    receptions: list[ReceptionRow]


class SummaryOut(BaseModel):
    """In the vocabulary of the Coop de la médiation numérique."""

    type: Literal["individuel"]
    date: str
    minutes: int
    equipment: list[str]
    themes: list[str]
    level: Literal["debutant", "intermediaire", "avance"] | None
    place: str
    text: str = Field(description="To be pasted.")


def state_of(*, attempt_id: uuid.UUID | None, stopped: str | None) -> State:
    if attempt_id is None:
        return "sheet"
    return "running" if stopped is None else "over"


def appointment_json(kept: dict[str, Any], version: str) -> dict[str, Any]:
    return {name: kept.get(name, "") for name in ("date", "time", "place", "words")} | {"version": version}
