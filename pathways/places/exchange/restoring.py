"""What a side-car knows better of a place, taken only where it passes what every other file and every form passes: it
comes from outside, too. Pure.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from pathways import i18n
from pathways.i18n import D_
from pathways.places import vocabularies
from pathways.places.exchange import cleaning, data_inclusion, lamednum
from pathways.places.exchange.sheets import LIMITS, LISTS, Kind, Remark, Sheet

Check = Callable[[Any], bool]
_OLDEST = date(2000, 1, 1)
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?\Z")
_COMMUNE = re.compile(r"[0-9A-Za-z]{5}\Z")
_SPACES = "\u00a0\u202f\u200c\u200d"
_NOT_TAKEN = D_("le fichier d'accompagnement dit ici ce que personne ne peut écrire : laissé de côté")
_COORDINATES = ("latitude", "longitude")


def restored(sheet: Sheet, columns: Mapping[str, Any], line: int, today: date) -> tuple[Sheet, tuple[Remark, ...]]:
    """A sheet with what the side-car says of it, and what there is to say of that. Whose sheet it is stands in the file
    alone: only a sheet that left under our own id, since another one had its name, gets its name back.
    """
    said = {name: value for name, value in columns.items() if _may_stand(name, value, sheet)}
    if "updated_on" in said:
        said["updated_on"] = min(today, date.fromisoformat(said["updated_on"]))
    whole = sheet | said
    if not _somewhere(whole["latitude"], whole["longitude"]):
        for name in _COORDINATES:
            said.pop(name, None)
    left_out = [name for name, value in columns.items() if name not in said and value != sheet[name]]
    message = i18n.gettext(_NOT_TAKEN)
    remarks = tuple(Remark(line, name, str(columns[name])[:200], Kind.DOUBTFUL, message) for name in left_out)
    return sheet | said, remarks


def _may_stand(name: str, value: Any, sheet: Sheet) -> bool:
    if name == "source":
        return False
    if name == "source_id":
        return _is_ours(sheet["source_id"]) and bool(value) and _shown(value)
    if name == "updated_on":
        return date.fromisoformat(value) >= _OLDEST
    if name in LISTS:
        return all(map(_CHECKS.get(name) or _exact(name), value))
    return _CHECKS.get(name, _shown)(value) and len(value if isinstance(value, str) else "") <= LIMITS.get(name, 5)


def _is_ours(name: str) -> bool:
    """Whether this is how we name the second of two places of one name."""
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False


def _shown(value: str) -> bool:
    """Whether it is one line that a page may show."""
    return all(sign.isprintable() or sign in _SPACES for sign in value)


def _link(value: str) -> bool:
    return value.startswith(("http://", "https://")) and _shown(value) and not re.search(r"[\s<>\"]", value)


def _exact(column: str) -> Check:
    return lambda value: vocabularies.vocabularies()[column].exact(value) is not None


def _beside(value: Mapping[str, Any]) -> bool:
    """Whether it is what reading a file keeps beside a sheet."""
    if not set(value) <= {lamednum.KEY, data_inclusion.KEY} or not all(isinstance(one, dict) for one in value.values()):
        return False
    came = value.get(data_inclusion.KEY)
    return came is None or (isinstance(came.get("structure"), dict) and isinstance(came.get("services"), list))


def _somewhere(north: Any, east: Any) -> bool:
    """Both coordinates on this earth and not in the sea off Ghana, or none."""
    if north is None or east is None:
        return north is east
    if isinstance(north, bool) or isinstance(east, bool):
        return False
    return -90 <= north <= 90 and -180 <= east <= 180 and not north == east == 0


_CHECKS: dict[str, Check] = {
    "name": lambda value: bool(value.strip()) and _shown(value),
    "commune": lambda value: bool(value.strip()) and _shown(value),
    "postcode": lambda value: cleaning.POSTCODE.match(value) is not None,
    "pivot": lambda value: not value or cleaning.PIVOT.match(value) is not None,
    "phone": lambda value: not value or cleaning.PHONE.match(value) is not None,
    "booking_url": lambda value: not value or _link(value),
    "accessibility_url": lambda value: not value or _link(value),
    "description": lambda value: all(map(_shown, re.split(r"[\n\t]|\r\n", value))),
    "emails": lambda value: cleaning.emails(value) == ([value], []) and _shown(value),
    "websites": _link,
    "other_labels": _shown,
    "languages": lambda value: value in i18n.languages() or _LANGUAGE.match(value) is not None,
    "commune_code": lambda value: value is None or _COMMUNE.match(value) is not None,
    "latitude": lambda _: True,  # judged together
    "longitude": lambda _: True,
    "is_mobile": lambda value: isinstance(value, bool),
    "beside": _beside,
}
