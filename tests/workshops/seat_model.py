"""A simple model of a session: everybody in lists, and at each moment the question who may have what."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pathways.workshops.models import QuotaKind
from pathways.workshops.seating.deadlines import offer_ends
from tests.workshops.seating import NOON

GENERAL = "everybody"
TIGRINYA, PRESCRIBERS = "ti", "prescribers"
KINDS = {TIGRINYA: (QuotaKind.LANGUAGE, "ti"), PRESCRIBERS: (QuotaKind.PRESCRIBERS, "")}


@dataclass
class Person:
    """A party of the model, and where it stands."""

    key: uuid.UUID
    size: int
    language: str
    prescribed: bool
    state: str
    pot: str = ""
    until: datetime | None = None
    number: int = 0
    lapsed: int = 0
    since: datetime = NOON

    @property
    def pots(self) -> list[str]:
        own = ([TIGRINYA] if self.language == "ti" else []) + ([PRESCRIBERS] if self.prescribed else [])
        return [*own, GENERAL]


@dataclass
class Model:
    capacity: int
    strict: bool
    starts_at: datetime
    kept: dict[str, tuple[int, datetime | None]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    """Of the quotas, as they are tried: by their ids, which the model is told."""
    booked: dict[uuid.UUID, Person] = field(default_factory=dict)
    """Bookings and holds: ``confirmed``, ``held`` or gone."""
    listed: dict[uuid.UUID, Person] = field(default_factory=dict)
    numbers: int = 0

    def taken(self, pot: str) -> int:
        here = [one for one in self.booked.values() if one.state in {"confirmed", "held"} and one.pot == pot]
        offers = [one for one in self.listed.values() if one.state == "offered" and one.pot == pot]
        return sum(one.size for one in here + offers)

    def free(self, pot: str) -> int:
        if pot in self.kept:
            return self.kept[pot][0] - self.taken(pot)
        if pot != GENERAL:
            return 0  # it was given up: what it sold counts among everybody's
        given_up = sum(self.taken(one) for one in KINDS if one not in self.kept)
        return self.capacity - sum(size for size, _ in self.kept.values()) - self.taken(GENERAL) - given_up

    def pots_of(self, one: Person) -> list[str]:
        own = [pot for pot in self.order if pot in one.pots and pot in self.kept]
        return [*own, GENERAL]

    def largest(self, one: Person) -> int:
        """The most seats that they may ever have together."""
        lasting = sum(size for size, until in self.kept.values() if until is None)
        return max([self.capacity - lasting, *(self.kept[pot][0] for pot in self.pots_of(one) if pot in self.kept)])

    def passes(self, now: datetime) -> None:
        """What ran out by now, then who is next."""
        for one in self.booked.values():
            if one.state == "held" and one.until is not None and one.until <= now:
                one.state = "lapsed"
        lapsed = [one for one in self.listed.values() if one.state == "offered" and one.until and one.until <= now]
        for one in sorted(lapsed, key=lambda one: one.number):
            one.lapsed += 1
            one.state = "expired" if one.lapsed == 3 else "waiting"
            if one.lapsed == 2:
                self.numbers = one.number = max(two.number for two in self.listed.values()) + 1
        for pot in list(self.kept):
            until = self.kept[pot][1]
            if until is not None and until <= now:
                del self.kept[pot]

    def promotes(self, now: datetime) -> set[str]:
        """Offer what fits; returns the pots that somebody waits for."""
        shut: set[str] = set()
        ends = offer_ends(now, starts_at=self.starts_at, closes_at=self.starts_at, timezone="Europe/Paris")
        if ends is None:
            return shut
        line = sorted((one for one in self.listed.values() if one.state == "waiting"), key=lambda one: one.number)
        for one in line:
            if one.size > self.largest(one):
                continue  # there were more seats when they came
            pot = next((pot for pot in self.pots_of(one) if pot not in shut and self.free(pot) >= one.size), None)
            if pot is not None:
                one.state, one.pot, one.until = "offered", pot, ends
            elif self.strict or now - one.since >= timedelta(days=7):
                shut |= set(self.pots_of(one))
        return shut

    def seat_for(self, one: Person, now: datetime) -> str | None:
        """The pot that somebody who asks now gets, if any."""
        self.passes(now)
        shut = self.promotes(now)
        return next((pot for pot in self.pots_of(one) if pot not in shut and self.free(pot) >= one.size), None)
