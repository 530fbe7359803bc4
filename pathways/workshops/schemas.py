"""Workshops, sessions, series and means in JSON."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints

from pathways.places.rules import MOST_WEEKS, Rule
from pathways.texts import clean
from pathways.web.fields import Day, Line, Moment, Short
from pathways.workshops.models import (
    Audience,
    Level,
    Means,
    MeansKind,
    QuotaKind,
    Reading,
    SeatQuota,
    Series,
    SessionState,
    WaitingRule,
    Workshop,
    WorkshopSession,
)
from pathways.workshops.scheduling.engaging import Binding, Bound
from pathways.workshops.scheduling.means import MeansForm
from pathways.workshops.scheduling.offers import LONGEST_DESCRIPTION, WorkshopForm
from pathways.workshops.scheduling.series import Made, Template
from pathways.workshops.scheduling.sessions import LONGEST_URL, SessionForm
from pathways.workshops.seating.seats import Share

Paragraphs = Annotated[str, StringConstraints(max_length=LONGEST_DESCRIPTION), AfterValidator(clean)]
Address = Annotated[str, StringConstraints(max_length=LONGEST_URL), AfterValidator(clean)]
Codes = Annotated[list[Short], Field(max_length=40)]
Version = Annotated[StrictInt, Field(description="The version that was read; another one is refused with 409.")]


class Incoming(BaseModel):
    """A body: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


# --- workshops -----------------------------------------------------------------------------------------------


class WorkshopIn(Incoming):
    titles: Annotated[dict[Short, Line], Field(max_length=40)] = Field(examples=[{"fr": "Mes e-mails", "ti": "ኢመይለይ"}])
    descriptions: Annotated[dict[Short, Paragraphs], Field(max_length=40)] = {}
    theme: Short = Field(description="A theme of the Coop de la médiation numérique.", examples=["email"])
    audience: Audience = Audience.PUBLIC
    skills: Codes = Field(default=[], examples=[["inclusion-numerique:MEL-03"]])
    level: Level = Level.BEGINNER
    reading: Reading = Reading.LITTLE
    languages: Codes = ["fr"]
    french_level: Short = Field(default="", description="CEFR; empty where no French is asked.")
    equipment: Codes = []
    price: Line = Field(default="", description="In words, in French; empty: free.")
    access: Codes = []
    seats: StrictInt = 8
    minutes: StrictInt = 120

    def form(self) -> WorkshopForm:
        values: dict[str, Any] = {}
        for name, value in self.model_dump(exclude={"version"}).items():
            values[name] = tuple(value) if isinstance(value, list) else value
        return WorkshopForm(**values)


class WorkshopChange(WorkshopIn):
    version: Version


class WorkshopOut(BaseModel):
    id: uuid.UUID
    titles: dict[str, str]
    descriptions: dict[str, str]
    theme: str
    audience: Audience
    skills: list[str]
    level: Level
    reading: Reading
    languages: list[str]
    french_level: str
    equipment: list[str]
    price: str
    access: list[str]
    seats: StrictInt
    minutes: StrictInt
    version: StrictInt
    archived_at: datetime | None
    updated_at: datetime


def workshop_json(one: Workshop) -> dict[str, Any]:
    return {name: getattr(one, name) for name in WorkshopOut.model_fields}


# --- sessions ------------------------------------------------------------------------------------------------


class BoundIn(Incoming):
    means_id: uuid.UUID
    units: Annotated[int, Field(ge=1, le=200)] = 1


class TimesIn(Incoming):
    """What each session has, and what a series repeats."""

    starts: time = Field(description="By the clock on the wall, winter and summer.", examples=["14:00"])
    ends: time = Field(examples=["16:00"])
    timezone: Short = "Europe/Paris"
    place_id: uuid.UUID | None = Field(default=None, description="Without place, room and stop: at a distance.")
    room_id: uuid.UUID | None = None
    stop_id: uuid.UUID | None = None
    meeting_url: Address = ""
    languages: Codes = Field(default=[], description="None: those of the workshop.")
    interpretation: Codes = []
    seats: StrictInt
    closes_hours: StrictInt = Field(default=0, description="Hours before the start after which only the desk books.")
    waiting_rule: WaitingRule = WaitingRule.STRICT
    means: Annotated[list[BoundIn], Field(max_length=40)] = Field(
        default=[], description="Beside the room or the van, which are bound by themselves."
    )
    before_minutes: StrictInt = 0
    after_minutes: StrictInt = 0

    def form_on(self, day: date) -> SessionForm:
        return SessionForm(
            day=day,
            starts=self.starts.replace(tzinfo=None),
            ends=self.ends.replace(tzinfo=None),
            seats=self.seats,
            timezone=self.timezone,
            place_id=self.place_id,
            room_id=self.room_id,
            stop_id=self.stop_id,
            meeting_url=self.meeting_url,
            languages=tuple(self.languages),
            interpretation=tuple(self.interpretation),
            closes_hours=self.closes_hours,
            waiting_rule=self.waiting_rule,
            means=tuple(Bound(one.means_id, one.units) for one in self.means),
            before_minutes=self.before_minutes,
            after_minutes=self.after_minutes,
        )


class SessionIn(TimesIn):
    day: Day
    publish: bool = False

    def form(self) -> SessionForm:
        return self.form_on(self.day)


class SessionChange(TimesIn):
    """The whole session as it shall be. Whoever holds a seat is told of another time or place."""

    day: Day
    version: Version
    reason: Line = Field(default="", description="Asked where the number of seats of a published session changes.")

    def form(self) -> SessionForm:
        return self.form_on(self.day)


class ReasonIn(Incoming):
    reason: Line


class DayIn(Incoming):
    day: Day


class SeatsIn(Incoming):
    """Leave out what does not change."""

    capacity: StrictInt | None = None
    allowance: StrictInt | None = Field(default=None, description="Seats beyond the capacity.")
    reason: Line


class ShareIn(Incoming):
    """Seats kept for some. Of a kind with a value: a language, an organisation's id, a tour's id."""

    kind: QuotaKind
    value: Short = ""
    capacity: StrictInt
    until: Moment | None = Field(default=None, description="Then the unsold ones are everybody's.")
    funder: Annotated[Line, Field(max_length=100)] = ""

    def share(self) -> Share:
        return Share(self.kind, self.value, self.capacity, self.until, self.funder)


class SharesIn(Incoming):
    quotas: Annotated[list[ShareIn], Field(max_length=40)]


class QuotaOut(BaseModel):
    kind: QuotaKind
    value: str
    funder: str
    capacity: StrictInt
    booked: int
    held: int
    until: datetime | None
    released_at: datetime | None


class SessionOut(BaseModel):
    id: uuid.UUID
    workshop_id: uuid.UUID
    organisation_id: uuid.UUID
    series_id: uuid.UUID | None
    occurs_on: date | None
    code: str
    url: str = Field(description="The page that everybody sees, and where booking starts.")
    state: SessionState
    starts_at: datetime
    ends_at: datetime
    timezone: str
    closes_at: datetime
    place_id: uuid.UUID | None
    room_id: uuid.UUID | None
    stop_id: uuid.UUID | None
    latitude: float | None
    longitude: float | None
    commune_code: str | None
    languages: list[str]
    interpretation: list[str]
    capacity: StrictInt
    allowance: StrictInt
    booked: int
    held: int
    reserved: int
    waiting: int
    waiting_rule: WaitingRule
    reason: str
    version: StrictInt
    updated_at: datetime


class SessionWhole(SessionOut):
    meeting_url: str
    means: list[BoundIn]
    quotas: list[QuotaOut] = Field(description="A partner sees its own share alone.")


def session_json(one: WorkshopSession, url: str) -> dict[str, Any]:
    names = SessionOut.model_fields.keys() - {"url"}
    return {name: getattr(one, name) for name in names} | {"url": f"{url}/s/{one.code}"}


def quota_json(one: SeatQuota) -> dict[str, Any]:
    return {name: getattr(one, name) for name in QuotaOut.model_fields}


# --- series --------------------------------------------------------------------------------------------------


class RuleIn(Incoming):
    first: Day
    weeks: Annotated[int, Field(ge=1, le=MOST_WEEKS)] = 1
    until: Day | None = None
    without: Annotated[list[Day], Field(max_length=200)] = []
    extra: Annotated[list[Day], Field(max_length=200)] = Field(default=[], description="Even on a public holiday.")
    on_holidays: bool = False
    area: Short = Field(default="FR", description="Whose public holidays: `FR`, `FR-57`, `FR-6AE`, `FR-971` ...")

    def rule(self) -> Rule:
        return Rule(
            self.first,
            self.weeks,
            self.until,
            frozenset(self.without),
            frozenset(self.extra),
            on_holidays=self.on_holidays,
            area=self.area,
        )


class SeriesIn(Incoming):
    rule: RuleIn
    session: TimesIn
    publish: bool = False

    def template(self) -> Template:
        return Template(self.session.form_on(self.rule.first), self.publish)


class EndIn(Incoming):
    last: Day = Field(description="The last day on which a session is held.")


class TroubleOut(BaseModel):
    session_id: uuid.UUID
    detail: str = Field(description="Why something it wants could not be bound: it is a draft.")


class SeriesOut(BaseModel):
    id: uuid.UUID
    workshop_id: uuid.UUID
    rule: dict[str, Any]
    made_until: date | None
    ended_at: datetime | None
    version: StrictInt
    sessions: list[uuid.UUID] = Field(description="What this act made; of an end, what stays planned after it.")
    troubles: list[TroubleOut]


def series_json(one: Series, made: Made) -> dict[str, Any]:
    names = SeriesOut.model_fields.keys() - {"sessions", "troubles"}
    troubles = [{"session_id": key, "detail": str(error)} for key, error in made.troubles.items()]
    return {name: getattr(one, name) for name in names} | {
        "sessions": [session.id for session in made.sessions],
        "troubles": troubles,
    }


# --- means ---------------------------------------------------------------------------------------------------


class MeansIn(Incoming):
    kind: MeansKind
    name: Line
    account_id: uuid.UUID | None = None
    room_id: uuid.UUID | None = None
    tour_id: uuid.UUID | None = None
    languages: Codes = []
    remote: bool = False
    units: StrictInt = 1
    shared: bool = Field(default=False, description="Other organisations of this server may bind it.")

    def form(self) -> MeansForm:
        return MeansForm(**self.model_dump(exclude={"languages", "version"}), languages=tuple(self.languages))


class MeansChange(MeansIn):
    version: Version


class MeansOut(BaseModel):
    id: uuid.UUID
    organisation_id: uuid.UUID
    kind: MeansKind
    name: str
    account_id: uuid.UUID | None = Field(description="Of one's own organisation alone.")
    room_id: uuid.UUID | None
    tour_id: uuid.UUID | None
    languages: list[str]
    remote: bool
    units: StrictInt
    shared: bool
    version: StrictInt
    archived_at: datetime | None


class FreeOut(MeansOut):
    free: int


class BindingOut(BaseModel):
    session_id: uuid.UUID | None = Field(description="Of one's own organisation alone.")
    starts_at: datetime = Field(description="Travel and preparation included.")
    ends_at: datetime
    units: StrictInt


def means_json(one: Means, organisation_id: uuid.UUID) -> dict[str, Any]:
    found = {name: getattr(one, name) for name in MeansOut.model_fields}
    return found if one.organisation_id == organisation_id else found | {"account_id": None}


def binding_json(one: Binding, organisation_id: uuid.UUID) -> dict[str, Any]:
    own = one.session.organisation_id == organisation_id
    return {
        "session_id": one.session.id if own else None,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "units": one.units,
    }
