"""The answers of the directory as JSON."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from pathways.directory import words
from pathways.directory.asking import DISTANCES, LONGEST_WHERE, MOST_PAGES, USUAL_KM
from pathways.web.fields import Day
from pathways.workshops.models import Audience
from pathways.workshops.seating.seats import Standing


class DirectoryIn(BaseModel):
    """What the directory is asked. Empty values ask for nothing."""

    model_config = ConfigDict(extra="forbid")

    need: str = Field("", max_length=20, description=f"One of {', '.join(words.NEEDS)}.")
    where: str = Field("", max_length=LONGEST_WHERE, description="A commune or a postcode, as people type.")
    spot: str = Field("", pattern=r"^(\d[\dAB]\d{3})?$", description="The INSEE code of a commune.")
    km: int = Field(USUAL_KM, description=f"One of {', '.join(map(str, DISTANCES))}.")
    public: str = Field("", max_length=20, description=f"One of {', '.join(words.PUBLICS)}.")
    language: str = Field("", max_length=20, description="Places that help in it, sessions in it.")
    day: Day | None = Field(None, description="Sessions of that day, by the clock of Paris.")
    access: list[str] = Field([], max_length=2, description=f"Any of {', '.join(words.ACCESS)}.")
    free: bool = False
    theme: str = Field("", max_length=60)
    audience: Audience = Audience.PUBLIC
    page: int = Field(1, ge=1, le=MOST_PAGES)


class SpotOut(BaseModel):
    code: str = Field(description="INSEE code of the commune, or the postcode.")
    name: str
    department: str
    latitude: float | None
    longitude: float | None
    approximate: bool = Field(description="The middle of what is known around, not the commune's own centre.")


class DirectoryPlaceOut(BaseModel):
    id: uuid.UUID
    name: str
    address: str
    postcode: str
    commune: str
    commune_code: str | None
    latitude: float | None
    longitude: float | None
    km: float | None = Field(description="As the crow flies from the spot.")
    phone: str
    hours: str = Field(description="OpenStreetMap syntax.")
    needs: list[str]
    languages: list[str]
    is_mobile: bool
    updated_on: date
    url: str


class DirectorySessionOut(BaseModel):
    id: uuid.UUID
    code: str
    title: str
    title_language: str
    title_french: str
    theme: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    languages: list[str]
    interpretation: list[str]
    place_id: uuid.UUID | None = Field(description="Null: at a distance.")
    commune: str | None
    km: float | None
    price: str = Field(description="Empty: free.")
    seats: int
    free_seats: int
    standing: Standing
    url: str


class DirectoryOut(BaseModel):
    spot: SpotOut | None = Field(description="What was understood of `where`.")
    others: list[SpotOut] = Field(description="What else it may mean; ask again with `spot`.")
    unknown: bool = Field(description="Nothing known is called so, and nothing was searched.")
    places: list[DirectoryPlaceOut]
    sessions: list[DirectorySessionOut] | None = Field(description="Null: no workshop meets this need.")
    more_places: bool
    more_sessions: bool
