"""What a sheet says, in the words and the order in which people read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pathways import i18n
from pathways.i18n import D_
from pathways.places import hours
from pathways.places.place_forms import LISTS, PlaceForm, choices

LABELS = {
    "name": D_("Nom du lieu"),
    "kinds": D_("Type de structure"),
    "is_mobile": D_("Ce lieu se déplace (bus, camion)"),
    "parent": D_("Structure dont il dépend"),
    "pivot": D_("SIRET, RNA ou RIDET"),
    "summary": D_("En une ou deux phrases"),
    "description": D_("Présentation"),
    "address": D_("Adresse"),
    "address_more": D_("Complément d'adresse"),
    "postcode": D_("Code postal"),
    "commune": D_("Commune"),
    "latitude": D_("Latitude"),
    "longitude": D_("Longitude"),
    "hours": D_("Horaires"),
    "access": D_("Comment venir"),
    "support": D_("Comment on y est aidé"),
    "phone": D_("Téléphone"),
    "emails": D_("Adresses électroniques"),
    "websites": D_("Sites"),
    "booking_url": D_("Prise de rendez-vous en ligne"),
    "accessibility_url": D_("Fiche Acceslibre"),
    "services": D_("Services"),
    "fees": D_("Prix"),
    "programmes": D_("Programmes nationaux"),
    "labels": D_("Formations et labels"),
    "other_labels": D_("Autres formations et labels"),
    "publics": D_("Publics à qui le lieu s'adresse"),
    "care": D_("Publics accueillis avec un soin particulier"),
    "languages": D_("Langues dans lesquelles on y est aidé"),
}
GROUPS = (
    ("what", D_("Quoi"), ("name", "summary", "description", "is_mobile", "kinds", "parent", "pivot")),
    ("where", D_("Où"), ("address", "address_more", "postcode", "commune", "latitude", "longitude")),
    ("when", D_("Quand"), ("hours",)),
    ("services", D_("Ce qu'on y trouve"), ("services", "fees", "support")),
    ("how", D_("Comment"), ("access", "phone", "emails", "websites", "booking_url", "accessibility_url")),
    ("who", D_("Pour qui"), ("publics", "care", "languages")),
    ("labels", D_("Labels"), ("programmes", "labels", "other_labels")),
)
_YES = D_("Oui")


@dataclass(frozen=True, slots=True)
class Said:
    """One column of a sheet, as it is read."""

    column: str
    label: str
    """A msgid."""
    values: Sequence[str]
    is_french: bool
    """Words of a French vocabulary, on a page in whatever language."""


def sheet(form: PlaceForm) -> list[tuple[str, str, list[Said]]]:
    """The groups of a sheet with what they say; what nobody wrote is left out."""
    groups = []
    for code, title, columns in GROUPS:
        said = [_said(form, column) for column in columns]
        if told := [one for one in said if one.values]:
            groups.append((code, title, told))
    return groups


def differences(mine: PlaceForm, theirs: PlaceForm) -> list[Said]:
    """What a colleague wrote differently."""
    return [_said(theirs, column) for column in LABELS if getattr(mine, column) != getattr(theirs, column)]


def hours_in_words(text: str) -> list[str]:
    """In the language in use. What cannot be read is shown as it is."""
    return hours.said(text, i18n.current().code) if text else []


def _said(form: PlaceForm, column: str) -> Said:
    value = getattr(form, column)
    if column in LISTS:
        labels = choices(column)
        return Said(column, LABELS[column], [str(labels.get(one, one)) for one in value], is_french=True)
    if column == "languages":
        values = [str(i18n.language(one).name) if one in i18n.languages() else str(one) for one in value]
        return Said(column, LABELS[column], values, is_french=False)
    if column == "is_mobile":
        return Said(column, LABELS[column], [i18n.gettext(_YES)] if value else [], is_french=False)
    if isinstance(value, tuple):
        return Said(column, LABELS[column], list(value), is_french=False)
    text = "" if value is None else str(value)
    return Said(column, LABELS[column], [text] if text else [], is_french=False)
