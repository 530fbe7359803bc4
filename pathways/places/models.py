"""Places and what they hold, vans' tours, and the territories in which people look for them."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pathways import clock, ids
from pathways.database import Base
from pathways.people.models import Organisation

LONGEST_NAME = 150
"""Letters of a place's name, as data.inclusion bounds it."""


class Commune(Base):
    """A commune of the official code. Coordinates are those of its centre, where they are known."""

    __tablename__ = "commune"
    __table_args__ = (
        sa.Index("ix_commune_sought", "sought", "code", postgresql_ops={"sought": "varchar_pattern_ops"}),
    )

    code: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    """INSEE: ``2A004`` is one, so no number."""
    name: Mapped[str] = mapped_column(sa.String(100))
    sought: Mapped[str] = mapped_column(sa.String(120))
    """The name without accents, case and dashes, to be found by."""
    department: Mapped[str] = mapped_column(sa.String(3), index=True)
    region: Mapped[str] = mapped_column(sa.String(3), index=True)
    """Two digits, or three where a territory overseas is its own region: ``987``."""
    epci: Mapped[str | None] = mapped_column(sa.String(9), index=True)
    population: Mapped[int | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class Postcode(Base):
    """A postcode serves several communes, and a commune has several postcodes."""

    __tablename__ = "postcode"

    postcode: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    commune_code: Mapped[str] = mapped_column(sa.ForeignKey(Commune.code), primary_key=True, index=True)


class TerritoryKind(enum.StrEnum):
    REGION = "region"
    DEPARTMENT = "department"
    EPCI = "epci"


class Territory(Base):
    """An area of the official code above the commune, by its own code."""

    __tablename__ = "territory"

    kind: Mapped[TerritoryKind] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(9), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(150))


class TerritoryRelease(Base):
    """Which shipped release of the official code is in the tables: a start that finds its own there reads no file."""

    __tablename__ = "territory_release"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    version: Mapped[str] = mapped_column(sa.String(64))


class Basin(Base):
    """A set of communes among which people really move: the living basins of INSEE, or one that a network draws."""

    __tablename__ = "basin"
    __table_args__ = (sa.UniqueConstraint("system", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    system: Mapped[str] = mapped_column(sa.String(40))
    """Where the set comes from: ``BV2022``, ``ZE2020``, or ``own``."""
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(150))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    """Who may edit it; ``None`` for those that an operator imported for everybody."""
    version: Mapped[int] = mapped_column(default=1)


class BasinCommune(Base):
    __tablename__ = "basin_commune"

    basin_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Basin.id, ondelete="CASCADE"), primary_key=True)
    commune_code: Mapped[str] = mapped_column(sa.ForeignKey(Commune.code), primary_key=True, index=True)


class Place(Base):
    """Where mediation happens. Its columns hold the union of what LaMednum 1.0.2 and data.inclusion v1 say of a place,
    in the words of LaMednum (see ``referentials/places/``); what only one file knew stays in ``beside``.
    """

    __tablename__ = "place"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "source", "source_id"),
        sa.Index(  # whole for what the directory asks: a search among thousands reads it alone
            "ix_place_where",
            "latitude",
            "longitude",
            "withdrawn_at",
            "id",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    """Who keeps the sheet of it."""
    source: Mapped[str] = mapped_column(sa.String(100), default="")
    source_id: Mapped[str] = mapped_column(sa.String(200))
    """The identifier in the file it came from; its own id for a place made here."""
    pivot: Mapped[str] = mapped_column(sa.String(14), default="")
    """SIRET, RNA or RIDET."""
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    sought: Mapped[str] = mapped_column(sa.String(300), index=True)
    """Name and commune without accents and case, to be found by."""
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    address_more: Mapped[str] = mapped_column(sa.String(200), default="")
    postcode: Mapped[str] = mapped_column(sa.String(5), index=True)
    commune: Mapped[str] = mapped_column(sa.String(100))
    commune_code: Mapped[str | None] = mapped_column(sa.String(5), index=True)
    """INSEE. No foreign key: a file may name a commune that this server does not know."""
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    is_at_centre: Mapped[bool] = mapped_column(default=False)
    """Nobody gave coordinates: these are those of its commune's centre, to be found by, and none to hand on."""
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    emails: Mapped[list[str]] = mapped_column(default=list)
    websites: Mapped[list[str]] = mapped_column(default=list)
    booking_url: Mapped[str] = mapped_column(sa.String(500), default="")
    """Where this place takes appointments, elsewhere."""
    accessibility_url: Mapped[str] = mapped_column(sa.String(500), default="")
    """Its sheet on acceslibre."""
    hours: Mapped[str] = mapped_column(sa.String(500), default="")
    """OSM syntax."""
    summary: Mapped[str] = mapped_column(sa.String(280), default="")
    description: Mapped[str] = mapped_column(sa.Text, default="")
    is_mobile: Mapped[bool] = mapped_column(default=False)
    """A van: where it stands is said by its tour."""
    parent: Mapped[str] = mapped_column(sa.String(200), default="")
    kinds: Mapped[list[str]] = mapped_column(default=list)
    services: Mapped[list[str]] = mapped_column(default=list)
    publics: Mapped[list[str]] = mapped_column(default=list)
    care: Mapped[list[str]] = mapped_column(default=list)
    """``prise_en_charge_specifique``"""
    fees: Mapped[list[str]] = mapped_column(default=list)
    programmes: Mapped[list[str]] = mapped_column(default=list)
    labels: Mapped[list[str]] = mapped_column(default=list)
    other_labels: Mapped[list[str]] = mapped_column(default=list)
    access: Mapped[list[str]] = mapped_column(default=list)
    """``modalites_acces``"""
    support: Mapped[list[str]] = mapped_column(default=list)
    """``modalites_accompagnement``"""
    languages: Mapped[list[str]] = mapped_column(default=list)
    """Languages in which one is helped there, as codes: no exchange format has a field for it."""
    beside: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What a file said that no column holds, by format, so that it leaves as it came."""
    updated_on: Mapped[date]
    """``date_maj``: when somebody last vouched for it."""
    version: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]
    """No longer in the directory; what happened there is still told."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class PlaceTrait(Base):
    """What a place is searched by, one row per value: made from its lists whenever it is kept."""

    __tablename__ = "place_trait"

    trait: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    """``need:papers``, ``public:seniors``, ``language:ti``, ``access:wheelchair`` ..."""
    place_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Place.id, ondelete="CASCADE"), primary_key=True, index=True
    )


class Room(Base):
    """A room of a place, where a session can be held."""

    __tablename__ = "room"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    place_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Place.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    seats: Mapped[int] = mapped_column(default=0)
    equipment: Mapped[list[str]] = mapped_column(default=list)
    step_free: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class Tenant(Base):
    """A structure that receives people inside a place: a house of digital holds several."""

    __tablename__ = "tenant"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    place_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Place.id, ondelete="CASCADE"), index=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    """``None`` for one that is not on this server; its name then stands alone."""
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    services: Mapped[list[str]] = mapped_column(default=list)
    hours: Mapped[str] = mapped_column(sa.String(500), default="")


class Tour(Base):
    """A van's round. The van itself is a place of its own (``is_mobile``); where it stands on a day is computed."""

    __tablename__ = "tour"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    van_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Place.id), index=True)
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    version: Mapped[int] = mapped_column(default=1)
    ended_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


class Stop(Base):
    """One stop of a tour: a place, a time of day, and a rule that says on which days."""

    __tablename__ = "stop"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    tour_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Tour.id, ondelete="CASCADE"), index=True)
    place_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Place.id), index=True)
    rule: Mapped[dict[str, Any]]
    """``places.rules.Rule`` as JSON: first day, every n weeks, until, days left out and added, public holidays."""
    opens: Mapped[str] = mapped_column(sa.String(5))
    """``14:00`` on the clock of ``timezone``, winter and summer."""
    closes: Mapped[str] = mapped_column(sa.String(5))
    timezone: Mapped[str] = mapped_column(sa.String(40), default="Europe/Paris")
    seats: Mapped[int] = mapped_column(default=0)
    equipment: Mapped[list[str]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    """*On the square, in front of the town hall.*"""

    tour: Mapped[Tour] = relationship(viewonly=True)
    place: Mapped[Place] = relationship(viewonly=True)
