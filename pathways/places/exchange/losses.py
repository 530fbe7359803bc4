"""What a file does not carry of a place, found by reading back what was written: nothing can be forgotten here. And the
side-car, a file beside it that carries exactly that. Pure.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.places.exchange.sheets import COLUMNS, LIMITS, LISTS, Sheet

SIDE_CAR, VERSION = "pathways-side-car", 1
FRENCH = {
    "source": "source",
    "source_id": "id",
    "pivot": "pivot",
    "name": "nom",
    "address": "adresse",
    "address_more": "complement_adresse",
    "postcode": "code_postal",
    "commune": "commune",
    "phone": "telephone",
    "booking_url": "prise_rdv",
    "accessibility_url": "fiche_acces_libre",
    "hours": "horaires",
    "summary": "presentation_resume",
    "description": "presentation_detail",
    "parent": "structure_parente",
    "emails": "courriels",
    "websites": "site_web",
    "kinds": "typologie",
    "services": "services",
    "publics": "publics_specifiquement_adresses",
    "care": "prise_en_charge_specifique",
    "fees": "frais_a_charge",
    "programmes": "dispositif_programmes_nationaux",
    "labels": "formations_labels",
    "other_labels": "autres_formations_labels",
    "access": "modalites_acces",
    "support": "modalites_accompagnement",
    "languages": "langues",
    "commune_code": "code_insee",
    "latitude": "latitude",
    "longitude": "longitude",
    "is_mobile": "itinerance",
    "updated_on": "date_maj",
    "beside": "autres données du fichier d'origine",
}
"""Our columns as a French reader of files knows them."""


class How(enum.StrEnum):
    LOST = "lost"
    CHANGED = "changed"
    FILLED = "filled"
    """The format wants something where there is nothing."""
    IN_WORDS = "in_words"
    """Only a sentence says it, which no program reads."""


SAID = {
    How.LOST: D_("%(column)s : perdu (%(was)s)"),
    How.CHANGED: D_("%(column)s : « %(was)s » devient « %(becomes)s »"),
    How.FILLED: D_("%(column)s : vide, rempli par « %(becomes)s », que le format exige"),
    How.IN_WORDS: D_("%(column)s : dit en toutes lettres seulement (%(was)s)"),
}


@dataclass(frozen=True, slots=True)
class Loss:
    """What became of one column of one place in one file."""

    id: str
    """Of the place, in that file."""
    name: str
    column: str
    how: How
    was: str
    becomes: str

    def said(self) -> str:
        values = {"column": FRENCH[self.column], "was": self.was, "becomes": self.becomes}
        return i18n.sentence(SAID[self.how], values)

    def to_json(self) -> dict[str, str]:
        return {
            "id": self.id,
            "nom": self.name,
            "champ": FRENCH[self.column],
            "sort": self.how.value,
            "avant": self.was,
            "devient": self.becomes,
            "phrase": self.said(),
        }


def of(file_id: str, sheet: Sheet, back: Sheet, *, in_words: frozenset[str] = frozenset()) -> list[Loss]:
    """Everything that differs between a sheet and what its file says of it. The order of a list means nothing."""
    found = []
    for column in COLUMNS:
        was, becomes = sheet[column], back[column]
        if _same(column, was, becomes) and not (column in in_words and was):
            continue
        how = _how(was, becomes)
        if column in in_words and how != How.FILLED:
            how = How.IN_WORDS
        found.append(Loss(file_id, sheet["name"], column, how, _shown(was), _shown(becomes)))
    return found


def _same(column: str, was: Any, becomes: Any) -> bool:
    return set(was) == set(becomes) if column in LISTS else was == becomes


def _how(was: Any, becomes: Any) -> How:
    if was in _NOTHING:
        return How.FILLED
    return How.LOST if becomes in _NOTHING else How.CHANGED


_NOTHING: tuple[Any, ...] = (None, "", [], {}, False)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " | ".join(value)
    if isinstance(value, dict):
        return ", ".join(sorted({name for part in value.values() if isinstance(part, dict) for name in part}))
    if isinstance(value, bool):
        return "Itinérant" if value else "Fixe"
    return "" if value is None else str(value)[:300]


# --- the side-car ----------------------------------------------------------------------------------------------


def entry(file_id: str, source: str, sheet: Sheet, back: Sheet, more: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the side-car says of a place: each column that does not come back, exactly, and what else there is to know
    of it (``niveaux``, ``seances``). Nothing for a place that the file carries whole.
    """
    columns = {name: _plain(sheet[name]) for name in COLUMNS if sheet[name] != back[name]}
    said = {name: value for name, value in more.items() if value}
    if not columns and not said:
        return None
    languages = {"langues": sheet["languages"]} if sheet["languages"] else {}
    return {"id": file_id, "source": source, **languages, **said, "colonnes": columns}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def read(document: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """What a side-car says, by source and identifier in the file that it goes with. Raises :class:`Invalid`."""
    if document.get("version") != VERSION or not isinstance(document.get("lieux"), list):
        raise Invalid(D_("Ce fichier d'accompagnement n'est pas d'une version connue."))
    found = {}
    for one in document["lieux"]:
        columns = one.get("colonnes") if isinstance(one, dict) else None
        if not isinstance(columns, dict) or not isinstance(one.get("id"), str) or not _sound(columns):
            raise Invalid(D_("Le fichier d'accompagnement est abîmé."))
        found[str(one.get("source", "")), one["id"]] = columns
    return found


def _sound(columns: Mapping[str, Any]) -> bool:
    """Whether each column holds the kind of thing that it can hold; what it says is looked at in ``restoring``."""
    return all(name in COLUMNS and _fits(name, value) for name, value in columns.items())


def _fits(name: str, value: Any) -> bool:
    if name in LISTS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    kinds: dict[str, tuple[type, ...]] = {
        "latitude": (int, float, type(None)),
        "longitude": (int, float, type(None)),
        "is_mobile": (bool,),
        "beside": (dict,),
        "commune_code": (str, type(None)),
    }
    if name == "updated_on":
        try:
            return bool(date.fromisoformat(value))
        except (TypeError, ValueError):
            return False
    return isinstance(value, kinds.get(name, (str,))) and _bounded(name, value)


def _bounded(name: str, value: Any) -> bool:
    return not isinstance(value, str) or len(value) <= LIMITS.get(name, 5)


def document(entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"format": SIDE_CAR, "version": VERSION, "lieux": list(entries)}
