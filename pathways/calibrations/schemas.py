"""JSON of the API about calibrations, in and out."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pathways.calibrations.deciding import LONGEST_REASON
from pathways.texts import clean

State = Literal["proposed", "accepted", "refused"]
FEW = "null where there are some, and fewer than ten."


class CalibrationRow(BaseModel):
    id: uuid.UUID
    state: State
    in_force: bool = Field(description="Diagnostics that are published now take its values.")
    answers: int | None = Field(description=f"That it was made from; {FEW}")
    diagnostic: str | None = Field(description="The code of the diagnostic whose questions alone it speaks of.")
    made_at: datetime
    decided_at: datetime | None


class CalibrationSideOut(BaseModel):
    """What the simulated people are asked, and what the diagnostic then says of them."""

    questions: float = Field(description="Asked of one person, on average.")
    minutes: float
    claimed: float = Field(description="The accuracy that profiles claim.")
    accuracy: float = Field(description="The share of micro-skills that they tell right.")
    accuracy_error: float = Field(description="Its standard error.")
    mastered_right: float | None = Field(
        description="Of the micro-skills called mastered, those that are; null where none is called so."
    )


class StyleOut(BaseModel):
    """One way in which the answers of a person come out."""

    share: float = Field(description="Of the people who answer so.")
    hole: float = Field(description="P(a micro-skill is not what the level reached says).")
    noise: float = Field(description="Share of answers that are turned at random, besides slips and guesses.")
    slope: float | None = Field(description="Where questions grow easier smoothly along a ladder, per SD; else null.")
    dont_know: bool = Field(description="Whether *I don't know* is said as often as the questions expect.")
    standard_errors: dict[str, float | None] = Field(
        default={}, description="Of what was found, by name; none of what is believed without answers."
    )


class CalibrationStylesOut(BaseModel):
    """How answers come out."""

    learned: bool = Field(description="Whether *before* was accepted earlier; else it is believed without answers.")
    before: list[StyleOut]
    after: list[StyleOut] = Field(description="What was found, the largest share first; empty: *before* stays.")


class CalibrationComparisonOut(BaseModel):
    """The same simulated people, drawn from the values after, take the questions twice."""

    people: int
    skills: int
    seed: int | None
    before: CalibrationSideOut
    after: CalibrationSideOut
    styles: CalibrationStylesOut | None = Field(description="null of a proposal made before styles were learned.")


class ItemValuesOut(BaseModel):
    slip: float
    guess: float
    dont_know_mastered: float = Field(description="P(*I don't know*) of somebody who has the micro-skill.")
    dont_know_not_mastered: float
    seconds: float
    threshold: float = Field(description="The place of its micro-skill on the ladder, in SD of the ability.")
    near_not_mastered: float | None = Field(
        default=None, description="P(nearly right) of a wrong answer without the micro-skill; null: no partial credit."
    )
    near_mastered: float | None = Field(default=None, description="The same of somebody who has the micro-skill.")


class ItemErrorsOut(BaseModel):
    """Standard errors of the values after; null where nothing was taken from answers."""

    slip: float | None = None
    guess: float | None = None
    dont_know_mastered: float | None = None
    dont_know_not_mastered: float | None = None
    threshold: float | None = None
    near_not_mastered: float | None = None
    near_mastered: float | None = None


class LanguageShiftOut(BaseModel):
    answers: int
    shift: float = Field(description="In logits; above 0: harder than in the language of reference.")
    standard_error: float


class ItemChangeOut(BaseModel):
    code: str
    skill: str
    stem: str = Field(description="The question in French, as it reads today.")
    change: float = Field(description="The most that the chance of any outcome changes, or the threshold.")
    answers: int | None = Field(description=f"Given to it; {FEW}")
    enough: bool = Field(description="Whether there were answers enough to take its own values from.")
    before: ItemValuesOut
    after: ItemValuesOut
    standard_errors: ItemErrorsOut
    languages: dict[str, LanguageShiftOut] = Field(description="Of the languages with ten answers or more.")
    findings: list[str] = Field(description="What a person should look at; see the health of the question.")


class CalibrationOut(CalibrationRow):
    framework: str
    outdated: bool = Field(description="Another one was accepted since it was made: it can only be refused.")
    may_decide: bool
    decided_by: str | None = Field(description="null for somebody of another organisation.")
    reason: str
    comparison: CalibrationComparisonOut
    items: list[ItemChangeOut] = Field(description="Every question, the largest change first.")


class ItemFitOut(BaseModel):
    """How its answers agree with everything else that the same people answered; null where the model has none."""

    right: float = Field(description="Share of right answers.")
    expected: float = Field(description="The share that the other answers of each person lead to expect.")
    discrimination: float | None = Field(description="Correlation of being right with the standing in all else.")
    log_loss: float | None = Field(description="Of predicting each answer from the others, in nats.")
    brier: float | None


class ItemFindingOut(BaseModel):
    """One thing that a person should look at."""

    kind: str
    language: str | None = None
    choice: str | None = Field(default=None, description="The answer that most choose, or that the best choose.")
    side: str | None = Field(default=None, description="Of a drift: harder or easier.")


class ItemHealthOut(BaseModel):
    """What the last calibration says of one question."""

    code: str
    framework: str
    calibration: uuid.UUID | None = Field(description="null where none was made with this question.")
    made_at: datetime | None
    answers: int | None = Field(description=f"Given to it; {FEW}")
    enough: bool = Field(description="Whether there are answers enough to say anything; else nothing is found.")
    drift_watched: bool = Field(description="Whether there was something accepted to drift from.")
    fit: ItemFitOut | None
    functioning: dict[str, str] = Field(
        description="Class of its differential functioning (A, B, C, or that there are too few answers) by language."
    )
    findings: list[ItemFindingOut]


class CalibrationDecisionIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    decision: Literal["accept", "refuse"]
    reason: Annotated[str, Field(max_length=LONGEST_REASON), AfterValidator(clean)] = Field(
        default="", description="Others read it. A refusal needs one.", examples=["Trop peu de personnes."]
    )
