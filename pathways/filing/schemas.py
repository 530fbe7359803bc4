"""Learners' files in JSON."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints

from pathways.filing.erasing import Receipt
from pathways.filing.service import Filed
from pathways.people.models import LearnerFile
from pathways.texts import clean
from pathways.web.fields import Line

Note = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(clean)]


class State(enum.StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    LEFT = "left"


class Incoming(BaseModel):
    """A body: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class LearnerChange(Incoming):
    """What is left out stays as it is."""

    label: Line | None = None
    note: Note | None = None
    version: StrictInt = Field(description="The version that was read; another one is refused with 409.")


class FilingIn(Incoming):
    """A known file, or the label of a new one."""

    file_id: uuid.UUID | None = None
    label: Line = ""


class RenewalIn(Incoming):
    number: StrictInt = Field(ge=1, description="1 for the first new code: sent twice, the code is renewed once.")


class LearnerRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    label: str
    created_at: datetime
    active_at: datetime


class FiledOut(BaseModel):
    id: uuid.UUID
    diagnostic: str
    diagnostic_id: uuid.UUID
    language: str
    state: State
    started_at: datetime
    active_at: datetime

    @classmethod
    def of(cls, one: Filed) -> FiledOut:
        return cls(
            id=one.attempt.id,
            diagnostic=one.title,
            diagnostic_id=one.attempt.diagnostic_id,
            language=one.attempt.language,
            state=State(one.state),
            started_at=one.attempt.started_at,
            active_at=one.attempt.active_at,
        )


class LearnerOut(LearnerRow):
    note: str
    version: int
    attempts: list[FiledOut]

    @classmethod
    def of_file(cls, file: LearnerFile, filed: list[Filed]) -> LearnerOut:
        row = LearnerRow.model_validate(file).model_dump()
        return cls(**row, note=file.note, version=file.version, attempts=[FiledOut.of(one) for one in filed])


class ReceiptOut(BaseModel):
    """What was erased, in counts. `number` is that of the journal's entry."""

    number: uuid.UUID
    organisation: str
    erased_at: datetime
    attempts: int
    answers: int
    receptions: int
    notes: int
    pathways: int
    referrals: int
    exchanges: int

    @classmethod
    def of(cls, one: Receipt) -> ReceiptOut:
        return cls(
            number=one.number,
            organisation=one.organisation,
            erased_at=one.erased_at,
            attempts=one.counts.attempts,
            answers=one.counts.answers,
            receptions=one.counts.receptions,
            notes=one.counts.notes,
            pathways=one.counts.pathways,
            referrals=one.counts.referrals,
            exchanges=one.counts.exchanges,
        )


class ResumeCodeOut(BaseModel):
    resume_code: str
