"""What a person's life leaves for learning: minutes, days, a device, reading, distance. Theirs to say and to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from pathways.errors import Invalid
from pathways.i18n import N_
from pathways.learning.models import Device
from pathways.learning.planner import problem as planner

USUAL_MINUTES, MOST_MINUTES = 60, 40 * 60
"""A week: proposed, and at most."""
USUAL_SITTING, SHORTEST_SITTING, LONGEST_SITTING = 30, 10, 240
USUAL_KM, MOST_KM = 15, 100
LONGEST_DAYS = 2 * 366
"""Within which a deadline must lie."""


@dataclass(frozen=True, slots=True)
class Limits:
    minutes_a_week: int | None = USUAL_MINUTES
    until: date | None = None
    weekdays: tuple[int, ...] = ()
    """Days of the week that are possible, Monday 0; empty for all of them."""
    device: Device = Device.ANY
    """``phone`` or ``computer``: they have nothing else at hand."""
    no_reading: bool = False
    commune: str | None = None
    """INSEE code of where they start from; ``None`` where nobody asked."""
    km: int = USUAL_KM
    sitting: int = USUAL_SITTING
    """Minutes that they can stay with it at once."""

    def to_json(self) -> dict[str, Any]:
        values = asdict(self)
        return values | {"until": self.until.isoformat() if self.until else None, "weekdays": list(self.weekdays)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Limits:
        """As they were stored. What a later version added has its usual value."""
        known = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        if known.get("until"):
            known["until"] = date.fromisoformat(known["until"])
        known["weekdays"] = tuple(known.get("weekdays", ()))
        known["device"] = Device(known.get("device", Device.ANY))
        return cls(**known)

    def still(self, today: date) -> Limits:
        """As they hold from ``today`` on: a day that has come is no limit any more. Who is late goes on."""
        return replace(self, until=None) if self.is_past(today) else self

    def is_past(self, today: date) -> bool:
        """Whether the day has come before which it was to be done."""
        return self.until is not None and self.until <= today

    def planned(self, today: date) -> planner.Limits:
        """As the planner counts them, from ``today`` on."""
        days = None if self.until is None else float(max((self.until - today).days, 0))
        minutes = None if self.minutes_a_week is None else float(self.minutes_a_week)
        return planner.Limits(minutes, days)


def checked(limits: Limits, today: date) -> Limits:
    """The same, or :class:`Invalid` with what is wrong, field by field."""
    wrong = []
    if limits.minutes_a_week is not None and not 5 <= limits.minutes_a_week <= MOST_MINUTES:
        wrong.append({"field": "minutes_a_week", "message": N_("Entre 5 minutes et 40 heures par semaine.")})
    if limits.until is not None and not 1 <= (limits.until - today).days <= LONGEST_DAYS:
        wrong.append({"field": "until", "message": N_("Choisissez une date dans les deux ans qui viennent.")})
    if any(not 0 <= day <= 6 for day in limits.weekdays):
        wrong.append({"field": "weekdays", "message": N_("Ce jour n'existe pas.")})
    if not SHORTEST_SITTING <= limits.sitting <= LONGEST_SITTING:
        wrong.append({"field": "sitting", "message": N_("Entre 10 minutes et 4 heures à la fois.")})
    if not 1 <= limits.km <= MOST_KM:
        wrong.append({"field": "km", "message": N_("Entre 1 et 100 kilomètres.")})
    if wrong:
        raise Invalid(wrong[0]["message"], errors=wrong)
    return replace(limits, weekdays=tuple(sorted(set(limits.weekdays))))
