"""A place as somebody writes it, made regular and checked field by field."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pathways import i18n
from pathways.i18n import D_
from pathways.places import hours, vocabularies
from pathways.places.models import LONGEST_NAME

Wrong = list[tuple[str, str]]
LONGEST_TEXT, LONGEST_SUMMARY, LONGEST_URL, LONGEST_HOURS, MOST_ENTRIES = 10_000, 280, 500, 500, 10
_PIVOT = re.compile(r"[A-Za-z0-9]{9,14}")
_POSTCODE = re.compile(r"\d{5}", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>(),;:\"\\]+@[^\s@<>(),;:\"\\.]+(\.[^\s@<>(),;:\"\\.]+)+")
_URL = re.compile(r"https?://[^\s<>\"]+\.[^\s<>\"]+")
_PHONE = re.compile(r"\+(33|590|594|262|596|269|687|689|508|681)\d{6,9}", re.ASCII)
_ABROAD = {
    **dict.fromkeys(("0590", "0690", "0691"), "+590"),
    **dict.fromkeys(("0594", "0694"), "+594"),
    **dict.fromkeys(("0262", "0692", "0693", "0269", "0639"), "+262"),
    **dict.fromkeys(("0596", "0696", "0697"), "+596"),
}
"""Overseas numbers begin like any other one, and are called from abroad by another country code."""
LISTS = ("kinds", "services", "publics", "care", "fees", "programmes", "labels", "access", "support")
"""Columns that hold exact words of LaMednum."""


@dataclass(frozen=True, slots=True)
class PlaceForm:
    """What somebody says of a place. Lists hold the exact words of LaMednum, languages are codes."""

    name: str
    postcode: str
    commune: str
    commune_code: str | None = None
    address: str = ""
    address_more: str = ""
    latitude: float | None = None
    longitude: float | None = None
    phone: str = ""
    emails: tuple[str, ...] = ()
    websites: tuple[str, ...] = ()
    booking_url: str = ""
    accessibility_url: str = ""
    hours: str = ""
    summary: str = ""
    description: str = ""
    pivot: str = ""
    parent: str = ""
    is_mobile: bool = False
    kinds: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    publics: tuple[str, ...] = ()
    care: tuple[str, ...] = ()
    fees: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    other_labels: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


def regular(form: PlaceForm) -> PlaceForm:
    """Numbers and addresses as the exchange formats write them."""
    return replace(
        form,
        phone=phone_of(form.phone),
        websites=tuple(map(_url, form.websites)),
        booking_url=_url(form.booking_url),
        accessibility_url=_url(form.accessibility_url),
        pivot="".join(form.pivot.split()),
    )


def phone_of(text: str) -> str:
    """``02 47 00 00 00`` as ``+33247000000``; what is no French number stays as it was typed."""
    digits = re.sub(r"[\s.\-()/]", "", text)
    digits = "+" + digits.removeprefix("00") if digits.startswith("00") else digits
    if digits.isascii() and digits.isdigit() and len(digits) == 10 and digits.startswith("0"):
        digits = _ABROAD.get(digits[:4], "+33") + digits[1:]
    return digits if _PHONE.fullmatch(digits) else text


def _url(text: str) -> str:
    return f"https://{text}" if text and "://" not in text and "." in text else text


def faults(form: PlaceForm) -> Wrong:
    """What is wrong with a regular form, by field, said in the reader's language."""
    return _words(form) + _contacts(form) + _where(form) + _values(form)


def _words(form: PlaceForm) -> Wrong:
    wrong: Wrong = []
    if not 3 <= len(form.name) <= LONGEST_NAME:
        wrong.append(("name", i18n.gettext(D_("Un nom de 3 à 150 lettres."))))
    if len(form.summary) > LONGEST_SUMMARY:
        wrong.append(("summary", i18n.gettext(D_("280 lettres au plus : le reste va dans la présentation."))))
    if len(form.description) > LONGEST_TEXT:
        wrong.append(("description", i18n.gettext(D_("10 000 lettres au plus."))))
    if len(form.hours) > LONGEST_HOURS:
        wrong.append(("hours", i18n.gettext(D_("500 lettres au plus."))))
    elif form.hours and (problem := hours.problem(form.hours)):
        wrong.append(("hours", problem))
    if form.pivot and not _PIVOT.fullmatch(form.pivot):
        wrong.append(("pivot", i18n.gettext(D_("Un SIRET, un RNA ou un RIDET : de 9 à 14 chiffres ou lettres."))))
    return wrong


def _contacts(form: PlaceForm) -> Wrong:
    wrong: Wrong = []
    if form.phone and not _PHONE.fullmatch(form.phone):
        wrong.append(("phone", i18n.gettext(D_("Un seul numéro français, par exemple 02 47 00 00 00."))))
    if len(form.emails) > MOST_ENTRIES or any(not _EMAIL.fullmatch(one) for one in form.emails):
        wrong.append(("emails", i18n.gettext(D_("Une adresse par ligne, par exemple accueil@exemple.fr."))))
    links = {"websites": form.websites, "booking_url": (form.booking_url,)}
    for name, urls in (links | {"accessibility_url": (form.accessibility_url,)}).items():
        if len(urls) > MOST_ENTRIES or any(one and (len(one) > LONGEST_URL or not _URL.fullmatch(one)) for one in urls):
            wrong.append((name, i18n.gettext(D_("Une adresse qui commence par https://."))))
    return wrong


def _where(form: PlaceForm) -> Wrong:
    wrong: Wrong = []
    if not _POSTCODE.fullmatch(form.postcode):
        wrong.append(("postcode", i18n.gettext(D_("Cinq chiffres."))))
    if not 1 <= len(form.commune) <= 100:
        wrong.append(("commune", i18n.gettext(D_("Le nom de la commune."))))
    if (form.latitude is None) != (form.longitude is None):
        wrong.append(("latitude", i18n.gettext(D_("Les deux coordonnées, ou aucune."))))
    elif form.latitude is not None and form.longitude is not None:
        if not (-90 <= form.latitude <= 90 and -180 <= form.longitude <= 180):
            wrong.append(("latitude", i18n.gettext(D_("Une latitude de -90 à 90, une longitude de -180 à 180."))))
        elif form.latitude == form.longitude == 0:
            wrong.append(("latitude", i18n.gettext(D_("Au point 0, 0 il n'y a que la mer."))))
    return wrong


def _values(form: PlaceForm) -> Wrong:
    wrong: Wrong = []
    for name in LISTS:
        if strangers := [one for one in getattr(form, name) if one not in choices(name)]:
            said = D_("« %(value)s » n'est pas dans la liste.")
            wrong.append((name, i18n.sentence(said, {"value": strangers[0][:80]})))
    if strangers := [one for one in form.languages if one not in i18n.languages()]:
        said = D_("« %(value)s » n'est pas dans la liste.")
        wrong.append(("languages", i18n.sentence(said, {"value": strangers[0][:80]})))
    if len(form.other_labels) > MOST_ENTRIES:
        wrong.append(("other_labels", i18n.gettext(D_("Au plus dix lignes."))))
    return wrong


def choices(name: str) -> dict[str, str]:
    """What a list may hold: the exact words of LaMednum, each with the label that people read."""
    return {value.exact: value.label for value in vocabularies.vocabularies()[name].values}
