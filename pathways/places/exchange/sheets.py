"""A place as plain values on its way in or out, and what there is to say of it on the way. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Sheet = dict[str, Any]
"""Columns of a place by name."""

LISTS = (
    *("emails", "websites", "kinds", "services", "publics", "care", "fees", "programmes", "labels", "other_labels"),
    *("access", "support", "languages"),
)
TEXTS = (
    *("source", "source_id", "pivot", "name", "address", "address_more", "postcode", "commune", "phone"),
    *("booking_url", "accessibility_url", "hours", "summary", "description", "parent"),
)
COLUMNS = (*TEXTS, *LISTS, "commune_code", "latitude", "longitude", "is_mobile", "updated_on", "beside")
LIMITS = {
    "source": 100,
    "source_id": 200,
    "pivot": 14,
    "name": 150,
    "address": 200,
    "address_more": 200,
    "postcode": 5,
    "commune": 100,
    "phone": 20,
    "booking_url": 500,
    "accessibility_url": 500,
    "hours": 500,
    "summary": 280,
    "parent": 200,
    "description": 10_000,
}
"""Letters that a column holds."""


class Kind(enum.StrEnum):
    """What became of something that a file says."""

    REFUSED = "refused"
    """The whole row is not taken."""
    CORRECTED = "corrected"
    """Written as the schema wants it: nothing is lost."""
    BESIDE = "beside"
    """No column holds it; it is kept beside and leaves with a side-car."""
    DOUBTFUL = "doubtful"
    """Kept as it is, and probably wrong."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What there is to say of one cell."""

    line: int
    """As a spreadsheet numbers it; in JSON, the number of the object."""
    column: str
    """As the file calls it."""
    value: str
    kind: Kind
    message: str
    """A sentence for whoever keeps the file, in the language in use."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of a file."""

    line: int
    sheet: Sheet | None
    """``None`` where it is refused."""
    remarks: tuple[Remark, ...] = ()


def empty() -> Sheet:
    sheet: Sheet = dict.fromkeys(TEXTS, "") | {name: [] for name in LISTS}
    return sheet | {
        "commune_code": None,
        "latitude": None,
        "longitude": None,
        "is_mobile": False,
        "updated_on": date.min,
        "beside": {},
    }


def of_place(place: Any) -> Sheet:
    """The columns of a place. The centre of its commune is nothing that anybody wrote down as its own."""
    sheet = {name: getattr(place, name) for name in COLUMNS}
    if place.is_at_centre:
        sheet |= {"latitude": None, "longitude": None}
    return sheet


def beside_of(sheet: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """What only a file of this format said."""
    found = sheet["beside"].get(kind)
    return found if isinstance(found, dict) else {}
