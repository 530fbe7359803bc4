"""JSON of places, houses, tours and basins, in and out."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints

from pathways.places.equipment import EQUIPMENT
from pathways.texts import clean
from pathways.web.fields import Day, Line, Short

Url = Annotated[str, StringConstraints(max_length=500), AfterValidator(clean)]
Prose = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(clean)]
Hours = Annotated[str, StringConstraints(max_length=500), AfterValidator(clean)]
Words = Annotated[list[Line], Field(max_length=100)]
Codes = Annotated[list[Short], Field(max_length=30)]
Few = Annotated[list[Line], Field(max_length=10)]
_LAMEDNUM = "Exact words of LaMednum 1.0.2."
_EQUIPMENT = f"Of {', '.join(EQUIPMENT)}."


class Incoming(BaseModel):
    """A body: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class PlaceWords(BaseModel):
    """What a sheet says, coming in and going out."""

    name: Line
    address: Line = ""
    address_more: Line = ""
    postcode: Short
    commune: Line
    commune_code: Short | None = Field(default=None, description="INSEE; found from the postcode and the name.")
    latitude: float | None = Field(default=None, description="Without coordinates: the centre of the commune.")
    longitude: float | None = None
    phone: Short = ""
    emails: Few = []
    websites: Annotated[list[Url], Field(max_length=10)] = []
    booking_url: Url = ""
    accessibility_url: Url = Field(default="", description="Its sheet on acceslibre.")
    hours: Hours = Field(default="", examples=["Mo-Fr 09:00-12:00,14:00-17:00; PH off"])
    summary: Annotated[Prose, Field(max_length=280)] = ""
    description: Prose = ""
    pivot: Short = Field(default="", description="SIRET, RNA or RIDET.")
    parent: Line = ""
    is_mobile: bool = False
    kinds: Words = Field(default=[], description=_LAMEDNUM)
    services: Words = Field(default=[], description=_LAMEDNUM)
    publics: Words = Field(default=[], description=_LAMEDNUM)
    care: Words = Field(default=[], description=_LAMEDNUM)
    fees: Words = Field(default=[], description=_LAMEDNUM)
    programmes: Words = Field(default=[], description=_LAMEDNUM)
    labels: Words = Field(default=[], description=_LAMEDNUM)
    other_labels: Few = []
    access: Words = Field(default=[], description=_LAMEDNUM)
    support: Words = Field(default=[], description=_LAMEDNUM)
    languages: Codes = Field(default=[], description="Languages in which one is helped there.", examples=[["fr", "ti"]])


class PlaceIn(PlaceWords, Incoming):
    """A new sheet, in the directory at once."""


class PlaceChange(PlaceIn):
    """The whole sheet as it shall be."""

    version: StrictInt = Field(description="The version that was read; another one is refused with 409.")


class PlaceOut(PlaceWords):
    id: uuid.UUID
    organisation_id: uuid.UUID
    is_at_centre: bool = Field(description="The coordinates are those of the commune's centre.")
    source: str
    source_id: str
    updated_on: date = Field(description="When somebody last vouched for it.")
    withdrawn: bool
    version: StrictInt
    updated_at: datetime


class RoomIn(Incoming):
    name: Line
    seats: StrictInt = 0
    equipment: Codes = Field(default=[], description=_EQUIPMENT)
    step_free: bool = False


class RoomChange(RoomIn):
    version: StrictInt


class RoomOut(BaseModel):
    id: uuid.UUID
    place_id: uuid.UUID
    name: str
    seats: StrictInt
    equipment: list[str]
    step_free: bool
    version: StrictInt


class TenantIn(Incoming):
    """A structure of this server, or one by its name alone."""

    name: Line = ""
    organisation_id: uuid.UUID | None = None
    services: Words = Field(default=[], description=_LAMEDNUM)
    hours: Hours = ""


class TenantChange(TenantIn):
    version: Short = Field(description="The version that was read; another one is refused with 409.")


class TenantOut(BaseModel):
    id: uuid.UUID
    place_id: uuid.UUID
    name: str
    organisation_id: uuid.UUID | None
    services: list[str]
    hours: str
    version: str = Field(description="Send it with a change.")


class Removed(BaseModel):
    removed: uuid.UUID


class TourIn(Incoming):
    name: Line
    van_id: uuid.UUID = Field(description="A place of yours with `is_mobile`.")


class TourChange(Incoming):
    name: Line | None = None
    ended: bool | None = None
    version: StrictInt


class StopIn(Incoming):
    """Every `weeks` weeks from `first` on, counted in days: the number of a week in its year means nothing here."""

    place_id: uuid.UUID
    first: Day
    weeks: StrictInt = Field(default=1, ge=1, le=8)
    until: Day | None = None
    on_holidays: bool = False
    opens: Short = Field(examples=["14:00"], description="By the clock of the place, winter and summer.")
    closes: Short = Field(examples=["16:00"])
    seats: StrictInt = 0
    equipment: Codes = Field(default=[], description=_EQUIPMENT)
    note: Line = ""


class StopChange(StopIn):
    version: StrictInt = Field(description="The tour's.")


class StopOut(BaseModel):
    id: uuid.UUID
    place_id: uuid.UUID
    first: date
    weeks: StrictInt
    until: date | None
    on_holidays: bool
    without: list[date]
    extra: list[date]
    area: str = Field(description="Whose public holidays.", examples=["FR", "FR-57"])
    opens: str
    closes: str
    timezone: str
    seats: StrictInt
    equipment: list[str]
    note: str


class TourOut(BaseModel):
    id: uuid.UUID
    organisation_id: uuid.UUID
    van_id: uuid.UUID
    name: str
    version: StrictInt
    ended: bool
    stops: list[StopOut]


class DayIn(Incoming):
    day: Day
    act: Literal["skip", "restore", "add", "instead"]
    other_id: uuid.UUID | None = Field(default=None, description="With `instead`: the stop where it comes that day.")


class OccurrenceOut(BaseModel):
    stop_id: uuid.UUID
    place_id: uuid.UUID
    place: str
    day: date
    starts_at: datetime
    ends_at: datetime
    seats: StrictInt


class OccurrencesOut(BaseModel):
    occurrences: list[OccurrenceOut]


class BasinIn(Incoming):
    """A set of communes, by their INSEE codes."""

    name: Line
    communes: Annotated[list[Short], Field(min_length=1, max_length=2_000, examples=[["45234", "45147"]])]


class BasinChange(BasinIn):
    version: StrictInt


class BasinRow(BaseModel):
    id: uuid.UUID
    system: str = Field(description="`BV2022`, `ZE2020`, or `own`.")
    code: str
    name: str
    organisation_id: uuid.UUID | None = Field(description="Who may edit it; nobody may those of everybody.")
    version: StrictInt


class BasinRows(BaseModel):
    rows: list[BasinRow]
    more: bool


class BasinOut(BasinRow):
    communes: list[str]


class RemarkOut(BaseModel):
    line: int
    column: str
    value: str
    kind: str = Field(description="`refused`, `doubtful`, `beside` or `corrected`.")
    message: str


class RowOut(BaseModel):
    line: int
    id: str = Field(description="In the file.")
    name: str
    became: str = Field(description="`new`, `changed`, `older` or `refused`; what stays the same is only counted.")
    changed: list[str]


class MissingOut(BaseModel):
    id: uuid.UUID
    source_id: str
    name: str


class ReportOut(BaseModel):
    """What the files did, or with `dry_run` would do. Lists are cut at 500, counts are whole."""

    format: str
    written: bool
    counts: dict[str, int]
    remark_counts: dict[str, int]
    remarks: list[RemarkOut]
    rows: list[RowOut]
    missing: list[MissingOut]
    missing_count: int
    withdrawn: int


class LossOut(BaseModel):
    id: str
    name: str
    column: str
    message: str


class ExportOut(BaseModel):
    format: str
    places: int
    files: list[str]
    losses: list[LossOut] = Field(description="What is lost without the side-car; at most 500.")
