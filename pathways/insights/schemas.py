"""JSON of the API about several people, in and out."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, StrictInt

from pathways.diagnostics.schemas import Incoming
from pathways.insights.comparing import Change

SignName = Literal["can", "learn", "confirm", "unseen"]
State = Literal["running", "finished", "left"]


class PersonOut(BaseModel):
    attempt: uuid.UUID
    name: str = Field(description="The label of the file, or a pseudonym.", examples=["Mésange 42"])
    language: str


class PersonSigns(PersonOut):
    state: State
    not_understood: int
    signs: dict[str, SignName] = Field(description="By micro-skill. `confirm`: asked, not sure. `unseen`: not asked.")
    within_reach: list[str] = Field(description="Micro-skills that this person is ready to learn, or to confirm.")


class SkillCounts(BaseModel):
    code: str
    title: str
    people: dict[SignName, int]


class GroupOut(BaseModel):
    people: list[PersonSigns]
    skills: list[SkillCounts]
    attempts: int = Field(description="Attempts in the period. The latest 300 are read.")
    silent: int = Field(description="Attempts without any answer yet.")


class LiveRow(PersonOut):
    state: State
    question: int
    at_most: int
    idle_seconds: float
    still: bool = Field(description="Running, and without an answer for five minutes.")
    not_understood: int
    not_understood_in_a_row: bool = Field(description="The last two answers.")
    needs_somebody: bool
    longer_to: int = Field(description="What to send to `lengthen`.")


class LiveOut(BaseModel):
    rows: list[LiveRow]
    attempts: int


class MistakeOut(BaseModel):
    skill: str
    text: str = Field(examples=["croit que le nom affiché prouve qui écrit"])
    people: list[PersonOut]


class NextSkillOut(BaseModel):
    skill: str
    title: str
    people: list[PersonOut]
    to_confirm: int = Field(description="Of them, those of whom it is not sure that they lack it.")


class LengthenIn(Incoming):
    to: StrictInt = Field(ge=1, le=1000, description="`longer_to` of the live view: sent twice, it adds once.")


class SteeredOut(BaseModel):
    attempt: uuid.UUID
    state: State
    answered: int
    longer_to: int | None


class ComparedSkill(BaseModel):
    code: str
    title: str
    before: SignName | None
    after: SignName | None
    change: Change


class ComparisonOut(BaseModel):
    before: uuid.UUID
    after: uuid.UUID
    started_at: tuple[datetime, datetime]
    same_file: bool
    skills: list[ComparedSkill]
