"""The fields of data.inclusion v1 and what each may hold, checked strictly: the national models ignore a field that
they do not know, and accept any telephone. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from pathways.places import vocabularies
from pathways.places.exchange import cleaning

Check = Callable[[Any], bool]


def _matching(pattern: str) -> Check:
    compiled = re.compile(rf"(?:{pattern})\Z")
    return lambda value: isinstance(value, str) and compiled.match(value) is not None


def _letters(least: int = 0, most: int = 100_000) -> Check:
    return lambda value: isinstance(value, str) and least <= len(value) <= most


def _number(least: float, most: float) -> Check:
    return lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most


def _day(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return date.fromisoformat(value) >= date(2000, 1, 1)
    except ValueError:
        return False


def _url(value: Any) -> bool:
    return isinstance(value, str) and cleaning.link(value) == value


def _email(value: Any) -> bool:
    return isinstance(value, str) and cleaning.emails(value) == ([value], [])


def _weeks(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


_TEXT = _letters(1)
_COMMON: dict[str, Check] = {
    "source": _TEXT,
    "id": _TEXT,
    "nom": _letters(3, 150),
    "date_maj": _day,
    "description": _letters(5, 10_000),
    "lien_source": _url,
    "commune": _TEXT,
    "code_postal": _matching(r"\d{5}"),
    "code_insee": _matching(r"\w{5}"),
    "adresse": _TEXT,
    "complement_adresse": _TEXT,
    "longitude": _number(-180, 180),
    "latitude": _number(-90, 90),
    "telephone": _TEXT,
    "courriel": _email,
    "horaires_accueil": _TEXT,
}
STRUCTURE: dict[str, Check] = _COMMON | {
    "siret": _matching(r"\d{14}"),
    "site_web": _url,
    "accessibilite_lieu": _url,
}
SERVICE: dict[str, Check] = _COMMON | {
    "structure_id": _TEXT,
    "frais_precisions": _TEXT,
    "publics_precisions": _TEXT,
    "conditions_acces": _TEXT,
    "contact_nom_prenom": _TEXT,
    "lien_mobilisation": _url,
    "mobilisation_precisions": _TEXT,
    "volume_horaire_hebdomadaire": _number(0, 168),
    "nombre_semaines": _weeks,
}
ONE_OF = frozenset({"type", "frais"})
SEVERAL_OF = frozenset({"thematiques", "publics", "modes_accueil", "modes_mobilisation", "mobilisable_par"})
NETWORKS, ZONES = "reseaux_porteurs", "zone_eligibilite"
EVERYBODY = "tous-publics"
_ZONE = _matching(r"france|\d{9}|99[0-5]\d{2}|\w{5}|\w{2,3}")
REQUIRED_STRUCTURE = ("source", "id", "nom", "date_maj")
REQUIRED_SERVICE = ("source", "structure_id", "id", "nom", "description", "date_maj")


def regular(doc: Mapping[str, Any], *, service: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the schema takes of a document, and what it does not, by field: unknown fields, values that it has no word
    for. An empty field is in neither.
    """
    checks = SERVICE if service else STRUCTURE
    kept: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in doc.items():
        if value is None or value in ("", []):
            continue
        if name in checks:
            (kept if checks[name](value) else rest)[name] = value
        elif (service and name in ONE_OF) and isinstance(value, str):
            (kept if value in vocabularies.data_inclusion()[name] else rest)[name] = value
        elif (service and name in SEVERAL_OF | {ZONES}) or (not service and name == NETWORKS):
            good, bad = _split(name, value)
            if good:
                kept[name] = good
            if bad:
                rest[name] = bad
        else:
            rest[name] = value
    return kept, rest


def _split(name: str, value: Any) -> tuple[list[str], list[Any]]:
    """The values of a list that the schema knows, each once and in order, and the other ones."""
    if not isinstance(value, list):
        return [], [value]
    known = vocabularies.data_inclusion().get(name, {})
    good = [one for one in value if isinstance(one, str) and (_ZONE(one) if name == ZONES else one in known)]
    bad = [one for one in value if one not in good]
    if name == "publics" and EVERYBODY in good and len(set(good)) > 1:
        return [EVERYBODY], [*bad, *[one for one in good if one != EVERYBODY]]
    return list(dict.fromkeys(good)), bad
