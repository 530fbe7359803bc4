"""JSON of the diagnostics API, in and out."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt

from pathways.diagnostics.composing import selections
from pathways.diagnostics.composing.selections import Selection
from pathways.diagnostics.modalities import Modality
from pathways.diagnostics.models import Diagnostic
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.web.fields import Line, Short

Outcome = Literal["answered", "dont_know", "not_understood"]
Stopped = Literal["precise_enough", "all_decided", "nothing_to_gain", "longest", "left", "ended", "paper"]
Response = (
    Annotated[str, Field(max_length=500)]
    | Annotated[list[Short], Field(max_length=20)]
    | Annotated[dict[Short, Short], Field(max_length=20)]
)


Unusable = Annotated[list[Modality], Field(max_length=len(Modality))]


class Incoming(BaseModel):
    """A body: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class AttemptIn(Incoming):
    code: Short = Field(examples=["7HQ4WM"])
    language: Annotated[str, Field(max_length=20)] = Field(examples=["ar"])
    unusable: Unusable = Field(
        default=[],
        description="What questions may not take of this person. `reading`: only what can be heard whole.",
    )


class AnswerIn(Incoming):
    item: Short = Field(examples=["SEC-02-a"])
    outcome: Outcome | None = Field(
        default=None, description="May be left out with a `response`, which implies `answered`."
    )
    response: Response | None = Field(
        default=None,
        description="An option id, a list of ids, an ordered list of ids, an object of pairs or a text, by kind. "
        "Only with `answered`.",
        examples=["delete"],
    )


class ResumeIn(Incoming):
    code: Short = Field(examples=["CQ7P-4HXJ"])


class UndoIn(Incoming):
    item: Short | None = Field(
        default=None, description="The item whose answer is taken back: sent twice, only one answer is taken back."
    )


class UnclearIn(Incoming):
    item: Short = Field(examples=["SEC-02-a"])
    segment: Annotated[Line, Field(max_length=80)] = Field(
        default="stem", description="Which of its texts: `stem`, `options.link`", examples=["stem"]
    )


class Progress(BaseModel):
    answered: int = Field(examples=[3])
    at_most: int = Field(examples=[12])


class ItemOut(BaseModel):
    """A question as one learner sees it. The answer key is never in it."""

    model_config = ConfigDict(extra="allow")

    id: str
    kind: Literal["choice", "choices", "pictures", "zone", "order", "match", "text"]
    texts: dict[str, dict[str, Any]]
    translation: str | None = Field(description="State of the translation shown; null in French alone.")
    options: list[dict[str, Any]]
    media: list[dict[str, Any]]


class Step(BaseModel):
    """What comes next. Exactly one of ``item`` and ``stopped`` is null."""

    item: ItemOut | None
    stopped: Stopped | None
    progress: Progress


class AttemptOut(Step):
    id: uuid.UUID
    token: str = Field(description="Opens this attempt: `Authorization: Bearer TOKEN`. It is not shown again.")
    language: str
    resume_code: str


class SkillOut(BaseModel):
    code: str
    title: str
    label: Literal["mastered", "not_mastered", "undecided", "not_assessable"]
    mastery: float
    asked: int
    deduced: bool


class ProfileOut(BaseModel):
    skills: list[SkillOut]
    language: dict[str, Any]
    unusable: list[Modality] = Field(description="What was said at the start not to be usable.")
    within_reach: list[str]
    stopped: Stopped | None


class SelectionIn(Incoming):
    skills: Annotated[list[Short], Field(max_length=200)] = Field(examples=[["MEL-03", "MEL-04", "SEC-02"]])
    languages: Annotated[list[Short], Field(max_length=40)] = Field(default=["fr"], examples=[["fr", "ar"]])
    least_state: Literal["machine", "draft", "reviewed", "verified"] = "draft"
    without_device: Literal["", "phone", "computer"] = ""
    accuracy: StrictFloat | None = 0.95
    at_least: StrictInt | None = Field(
        default=None, description="Questions asked before it may be precise enough; null: one per micro-skill, up to 8."
    )
    questions: StrictInt | None = 15
    minutes: StrictInt | None = None
    french_for_missing: StrictBool = False
    varied: StrictBool = Field(default=True, description="Two people see different ones of the good questions.")
    extra_one_in: StrictInt = Field(
        default_factory=lambda: selections.EXTRA_ONE_IN,
        description="One attempt in so many is asked an extra question that counts for nothing, to see how well "
        "answers are foretold; 0: none. Usually 3.",
    )
    most_per_strand: StrictInt | None = Field(
        default=None, description="Questions about one ladder at most; null: as many as are worth asking."
    )


class DiagnosticIn(Incoming):
    title: Line = Field(examples=["Avant l'atelier courriel"])
    referential: Short = Field(default=USUAL_FRAMEWORK)
    selection: SelectionIn


class DiagnosticChange(Incoming):
    title: Line
    selection: SelectionIn
    version: StrictInt = Field(description="The version that was read; another one is refused with 409.")


class EstimateIn(Incoming):
    referential: Short = USUAL_FRAMEWORK
    selection: SelectionIn


class DiagnosticOut(BaseModel):
    id: uuid.UUID
    title: str
    state: Literal["draft", "published", "closed"]
    code: str | None
    referential: str
    referential_number: int
    selection: dict[str, Any]
    estimate: dict[str, Any] | None
    version: int
    follows: uuid.UUID | None = Field(description="The published one that it is a new version of.")
    shared_with_all: bool
    created_at: datetime
    published_at: datetime | None
    closed_at: datetime | None


class RangeOut(BaseModel):
    """An estimate, and the bounds between which it lies 95 times in a hundred."""

    mean: float
    low: float
    high: float


class QualityBin(BaseModel):
    """Predictions of about the same probability; each tells of ten or more."""

    start: float = Field(alias="from")
    end: float = Field(alias="to")
    predictions: int
    claimed: float
    observed: RangeOut


class QualityOut(BaseModel):
    """Figures are null below ten predictions."""

    predictions: int
    enough: int = Field(description="From so many on there is a verdict.", examples=[50])
    verdict: Literal["few", "holds", "too_sure", "too_shy"]
    claimed: float | None = Field(description="Mean of the predicted P(correct).")
    observed: RangeOut | None = Field(description="Share of right answers (Wilson).")
    log_loss: RangeOut | None = Field(description="In nats; 0.693 is what knowing nothing gives.")
    brier: RangeOut | None = Field(description="0.25 is what knowing nothing gives.")
    calibration_error: float | None
    curve: list[QualityBin]


class AttemptRow(BaseModel):
    id: uuid.UUID
    language: str
    state: Literal["running", "finished", "left"]
    stopped: Stopped | None
    answered: int
    started_at: datetime
    active_at: datetime


class SpreadOut(BaseModel):
    mean: float
    p10: float
    p90: float


class BoundOut(BaseModel):
    accuracy: float = Field(description="What it is about: the accuracy reached, less two standard errors.")
    mean_questions: float | None = Field(
        description="No test with these items that is as often right asks fewer on average; null: all cannot tell it."
    )
    questions: int | None = Field(description="The same of a test of one length for everybody.")
    bits: float = Field(description="What an answer sheet must tell of the profile for that accuracy.")
    entropy: float = Field(description="Bits of the profile before any answer.")
    standard_error: float


class LadderAuditOut(BaseModel):
    strand: str
    skills: int
    items: int
    questions: float = Field(description="Asked of one person, on average.")
    claimed_accuracy: float
    true_accuracy: float
    undecided: float


class ItemUseOut(BaseModel):
    item: str
    share: float = Field(description="Of the simulated people, those who are asked it.")


class AuditOut(BaseModel):
    diagnostic: uuid.UUID
    learners: int
    seed: int
    questions: SpreadOut
    minutes: SpreadOut
    claimed_accuracy: float
    true_accuracy: float
    undecided_share: float
    bound: BoundOut
    strands: list[LadderAuditOut]
    few_questions: list[str] = Field(description="Micro-skills with fewer than two items on a screen.")
    never_asked: list[str]
    uses: list[ItemUseOut] = Field(description="Every item, the most asked first.")


class ReferentialOut(BaseModel):
    code: str
    number: int
    version: str
    title: str
    audience: str
    licence: str
    strands: list[dict[str, Any]]


def diagnostic_out(one: Diagnostic) -> dict[str, Any]:
    """The values of a :class:`DiagnosticOut`."""
    return {
        "id": one.id,
        "title": one.title,
        "state": one.state.value,
        "code": one.code,
        "referential": one.referential.code,
        "referential_number": one.referential.number,
        "selection": Selection.from_json(one.selection).to_json(),
        "estimate": one.estimate or None,
        "version": one.version,
        "follows": one.follows_id,
        "shared_with_all": one.shared_with_all,
        "created_at": one.created_at,
        "published_at": one.published_at,
        "closed_at": one.closed_at,
    }
