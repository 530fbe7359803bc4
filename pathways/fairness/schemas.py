"""JSON of the API about fairness, in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pathways.fairness.service import Decision

Grade = Literal["few", "watch", "A", "B", "C"]


class FlaggedOut(BaseModel):
    code: str
    skill: str
    grade: Grade
    delta: float | None = Field(description="On the scale of ETS; negative: harder in the language than in French.")
    reference: int = Field(description="Answers in French.")
    focal: int = Field(description="Answers in the language.")
    own: bool
    kept: bool
    withdrawn: bool


class TroubledOut(BaseModel):
    code: str
    not_understood: float = Field(description="Share of `not_understood`, over all organisations.")
    shown: int


class LanguageOut(BaseModel):
    language: str
    flagged: list[FlaggedOut]
    to_read_again: list[TroubledOut]
    judged: int = Field(description="Questions with a class.")
    few: int = Field(description="Questions with too few answers for one.")
    needed: int | None = Field(description="Answers that the nearest of those still lacks.")


class FairnessOut(BaseModel):
    framework: str
    languages: list[LanguageOut]


class OptionOut(BaseModel):
    name: str
    french: float
    language: float
    difference: float


class EventOut(BaseModel):
    act: Literal["kept", "withdrawn", "restored"]
    by: str | None
    at: datetime
    reason: str


class ItemFairnessOut(BaseModel):
    code: str
    language: str
    grade: Grade
    delta: float | None
    interval: tuple[float, float] | None = Field(description="95 % interval of `delta`.")
    reference: int
    focal: int
    needed: dict[Literal["french", "language"], int] = Field(description="Answers that are missing for a class.")
    options: list[OptionOut]
    not_understood: float | None = Field(description="Share, over all organisations; null under ten showings.")
    shown: int
    served: bool
    seen: str = Field(description="To be sent back with a decision.")
    may_decide: bool
    events: list[EventOut]


class DecisionIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    decision: Decision
    reason: Annotated[str, Field(max_length=500)]
    seen: Annotated[str, Field(max_length=100)]
