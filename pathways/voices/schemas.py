"""JSON of voices, in and out."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pathways.web.fields import Line, Short

VoiceState = Literal["invited", "open", "closed", "withdrawn"]
SoundState = Literal["draft", "own", "reviewed", "rejected"]


class Incoming(BaseModel):
    """A body: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class VoiceIn(Incoming):
    """A link for one speaker."""

    key: uuid.UUID = Field(description="Yours: the same one again gives the same link.")
    language: Short = Field(examples=["ps"])


class VoiceOut(BaseModel):
    id: uuid.UUID
    diagnostic_id: uuid.UUID
    language: str
    state: VoiceState
    made_at: datetime
    expires_at: datetime
    licence: str
    credit: str = Field(description="How the speaker wants to be thanked, if at all.")
    recorded: int
    texts: int


class VoiceOpened(VoiceOut):
    url: str = Field(description="For the speaker alone. It is told here and nowhere else.")


class VoicesOut(BaseModel):
    voices: list[VoiceOut]


class ReadingOut(BaseModel):
    id: uuid.UUID
    url: str
    seconds: float
    state: SoundState
    reason: str
    created_at: datetime


class TextOut(BaseModel):
    fingerprint: str = Field(description="Names the text where a sound is sent.")
    item: str
    segment: str
    text: str
    french: str
    reading: ReadingOut | None


class TextsOut(BaseModel):
    texts: list[TextOut]


class WaitingReading(ReadingOut):
    language: str
    text: str
    french: str
    origin: str
    own: bool = Field(description="Whether you asked for it: then somebody else decides.")


class WaitingOut(BaseModel):
    recordings: list[WaitingReading]
    more: bool


class DecisionIn(Incoming):
    decision: Literal["approve", "reject"]
    reason: Line = Field(default="", description="What is wrong with it; needed to send it back.")
    seen: SoundState = Field(description="The state that was read; another one is refused with 409.")
