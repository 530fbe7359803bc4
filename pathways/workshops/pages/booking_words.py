"""The words of a session, a slip and a place in the waiting list that ``showing`` does not have: msgids, said in the
templates in two languages.
"""

from __future__ import annotations

from pathways.i18n import N_
from pathways.workshops.models import BookingState, Reading, WaitingRule, WorkshopSession
from pathways.workshops.seating.seats import Standing
from pathways.workshops.showing import ACCESS, EQUIPMENT, READINGS

SOME_FRENCH = N_("Il faut parler un peu français.")
NEEDS = {
    "interpreter": ("interpreter", N_("Un interprète")),
    "no_reading": ("no_reading", N_("Je ne lis pas")),
    "wheelchair": ("wheelchair", N_("Un fauteuil roulant")),
}
"""What one may ask for when booking: a picture and a few words. Somebody prepares it."""
PICTURES = {"hearing_loop": "ear", "sign_language": "hands", "childcare": "child", "wheelchair": "wheelchair"}
CLOSED = {
    Standing.FULL: N_("C'est complet."),
    Standing.LOCKED: N_("Il est trop tard pour réserver ici. Demandez à l'accueil."),
    Standing.RUNNING: N_("Il est trop tard pour réserver ici. Demandez à l'accueil."),
    Standing.OVER: N_("Cet atelier est passé."),
    Standing.CANCELLED: N_("Cet atelier est annulé."),
    Standing.DRAFT: N_("Cet atelier est passé."),
}
"""Why a session cannot be booked here."""
_CANCELLED_FIRST = N_("Si votre atelier a été annulé, vous passez d'abord.")
_SOME_HOURS = N_("Elle est gardée quelques heures pour vous. À la fin, juste avant l'atelier, elle est à qui vient.")
RULE = {
    WaitingRule.STRICT: (
        N_("La personne qui attend depuis le plus longtemps a la première place libre."),
        _SOME_HOURS,
        _CANCELLED_FIRST,
    ),
    WaitingRule.BEST_FIT: (
        N_("La personne qui attend depuis le plus longtemps a la première place libre."),
        _SOME_HOURS,
        N_("S'il n'y a pas assez de places pour un groupe, un groupe plus petit peut passer. Après une semaine, non."),
        _CANCELLED_FIRST,
    ),
}
"""How places that come free are given (``fitting``, ``waiting``): published before anybody queues."""
GONE = {
    BookingState.CANCELLED_BY_PERSON: N_("Cette réservation est annulée."),
    BookingState.CANCELLED_BY_STRUCTURE: N_("Cet atelier est annulé."),
    BookingState.MOVED: N_("Cette réservation a changé de date."),
    BookingState.LAPSED: N_("Cette place n'est plus gardée pour vous."),
}
"""Of a slip that lets nobody in any more."""


def facts_of(session: WorkshopSession) -> list[tuple[str, str]]:
    """What else one wants to know before coming: pictures and msgids, the reading asked first."""
    workshop = session.workshop
    facts = [("no_reading" if workshop.reading is Reading.NONE else "reading", READINGS[workshop.reading])]
    if workshop.french_level:
        facts.append(("language", SOME_FRENCH))
    facts += [(PICTURES[one], ACCESS[one]) for one in workshop.access if one in ACCESS]
    return facts + things_of(session)


def things_of(session: WorkshopSession) -> list[tuple[str, str]]:
    """What is lent, and what to bring: also on the slip."""
    kinds = {"phone": "bring", "own_phone": "bring"}
    return [(kinds.get(one, "screen"), EQUIPMENT[one]) for one in session.workshop.equipment if one in EQUIPMENT]
