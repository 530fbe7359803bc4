"""A session in the words that people read: whatever shows one (a public page, a slip, a poster, a calendar) says the
same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pathways import i18n
from pathways.i18n import N_
from pathways.places.models import Place, Room
from pathways.workshops import themes, tongues, wall_clock
from pathways.workshops.models import Level, Reading, Workshop, WorkshopSession
from pathways.workshops.themes import Theme
from pathways.workshops.tongues import Tongue

# What learners read, as msgids: for ``two()`` in templates and for ``i18n.gettext``.
READINGS = {
    Reading.NONE: N_("Pas besoin de savoir lire."),
    Reading.LITTLE: N_("Il faut lire un peu."),
    Reading.EASY: N_("Il faut lire des textes simples."),
}
LEVELS = {
    Level.BEGINNER: N_("Pour débuter"),
    Level.INTERMEDIATE: N_("Pour continuer"),
    Level.ADVANCED: N_("Pour aller plus loin"),
}
ACCESS = {
    "wheelchair": N_("Accessible en fauteuil roulant"),
    "hearing_loop": N_("Boucle pour appareils auditifs"),
    "sign_language": N_("Langue des signes"),
    "childcare": N_("Les enfants sont gardés"),
}
EQUIPMENT = {
    "computer": N_("Un ordinateur est prêté."),
    "tablet": N_("Une tablette est prêtée."),
    "phone": N_("Un téléphone est prêté."),
    "own_phone": N_("Venez avec votre téléphone."),
    "own_computer": N_("Venez avec votre ordinateur."),
}


@dataclass(frozen=True, slots=True)
class Text:
    """A text of somebody's typing in the language of the reader, or else in French."""

    text: str
    language: str
    """The code of the language it is in."""

    @property
    def own(self) -> i18n.Language:
        return i18n.language(self.language)


@dataclass(frozen=True, slots=True)
class Said:
    """What pages show of a session, in one language and in French."""

    title: Text
    title_french: str
    description: Text
    description_french: str
    theme: Theme
    day: str
    day_french: str
    hours: str
    """``14:00 – 16:00`` by the clock on the wall of its place, Latin digits, from left to right."""
    timezone: str
    """Empty where it is that of metropolitan France, which need not be said."""
    languages: list[Tongue]
    interpretation: list[Tongue]
    place: Place | None
    room: Room | None
    address: str
    """In one line; empty at a distance."""
    is_remote: bool
    reading: str
    level: str
    access: list[str]
    equipment: list[str]
    """The last four are msgids."""
    price: str
    """As typed, in French; empty: free."""
    french_level: str
    date: date
    """By the clock on the wall."""


def said_of(session: WorkshopSession, language: str) -> Said:
    """``session`` with its workshop, place and room, which are loaded where they are not yet."""
    workshop, place = session.workshop, session.place
    starts = wall_clock.local(session.starts_at, session.timezone)
    ends = wall_clock.local(session.ends_at, session.timezone)
    return Said(
        title=title_of(workshop, language),
        title_french=workshop.titles[i18n.SOURCE],
        description=_text(workshop.descriptions, language),
        description_french=workshop.descriptions.get(i18n.SOURCE, ""),
        theme=themes.theme(workshop.theme),
        day=i18n.say_date(starts.day, language),
        day_french=i18n.say_date(starts.day, i18n.SOURCE),
        hours=f"{starts} – {ends}",
        timezone="" if session.timezone == "Europe/Paris" else session.timezone,
        languages=tongues.named(session.languages),
        interpretation=tongues.named(session.interpretation),
        place=place,
        room=session.room,
        address=address_of(place) if place else "",
        is_remote=place is None,
        reading=READINGS[workshop.reading],
        level=LEVELS[workshop.level],
        access=[ACCESS[one] for one in workshop.access if one in ACCESS],
        equipment=[EQUIPMENT[one] for one in workshop.equipment if one in EQUIPMENT],
        price=workshop.price,
        french_level=workshop.french_level,
        date=starts.day,
    )


def title_of(workshop: Workshop, language: str) -> Text:
    """In that language or one of its fallbacks, else in French."""
    return _text(workshop.titles, language)


def address_of(place: Place) -> str:
    town = f"{place.postcode} {place.commune}".strip()
    return ", ".join(part for part in (place.address, place.address_more, town) if part)


def _text(texts: dict[str, Any], language: str) -> Text:
    spoken = i18n.languages().get(language)
    for code in (language, *(spoken.fallback if spoken else ()), i18n.SOURCE):
        if texts.get(code):
            return Text(texts[code], code)
    return Text("", i18n.SOURCE)
