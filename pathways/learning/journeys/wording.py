"""A journey in words: one for each thing that happens, to the person and to those who help, day after day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sqlalchemy.orm import Session

from pathways import i18n
from pathways.clock import PARIS
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.reading import Sign
from pathways.diagnostics.taking import Door
from pathways.i18n import D_, N_
from pathways.learning import events
from pathways.learning.journeys import happenings, history
from pathways.learning.journeys.happenings import Entry
from pathways.learning.journeys.history import Journey

Pair = tuple[str | None, str]
"""Words in a language, if there are any, and in French."""
STEPS = frozenset({events.DONE, events.KNOWN, events.TOO_HARD, events.REFUSED})

SAID: Final = {
    happenings.DIAGNOSTIC: N_("Vous avez répondu à des questions"),
    happenings.CHECK: N_("Vous avez vérifié ce que vous savez"),
    happenings.REFERRAL: N_("Une autre structure peut vous aider"),
    happenings.EXCHANGE: N_("Vous avez demandé un échange"),
    events.CHOSEN: N_("Vous avez choisi votre parcours"),
    events.DONE: N_("Vous avez fini une étape"),
    events.TOO_HARD: N_("C'était trop difficile : nous cherchons autre chose"),
    events.KNOWN: N_("Vous avez dit : je sais déjà"),
    events.REFUSED: N_("Vous n'avez pas voulu de cette étape"),
    events.ATTENDED: N_("Vous êtes venu à l'atelier"),
    events.REPLANNED: N_("Votre parcours a changé"),
    events.ADJUSTED: N_("Votre parcours a changé"),
    events.NOTED: N_("Un mot de votre médiateur"),
    events.PROPOSED: N_("Une place vous est proposée"),
    events.REACHED: N_("Vous êtes arrivé au bout du parcours"),
    events.STOPPED: N_("Vous avez arrêté ce parcours"),
}
"""To the person. What is not here is not told to them: it is in the list of their steps already."""
TOLD: Final = {
    happenings.DIAGNOSTIC: D_("Diagnostic"),
    happenings.CHECK: D_("Vérification"),
    happenings.REFERRAL: D_("Orientation"),
    happenings.EXCHANGE: D_("Demande d'échange"),
    events.CHOSEN: D_("Parcours choisi"),
    events.DONE: D_("Étape faite"),
    events.TOO_HARD: D_("Dit trop difficile"),
    events.KNOWN: D_("Dit déjà su"),
    events.REFUSED: D_("Étape refusée"),
    events.ATTENDED: D_("Venu à l'atelier"),
    events.REPLANNED: D_("Parcours recalculé"),
    events.ADJUSTED: D_("Parcours ajusté par l'équipe"),
    events.NOTED: D_("Mot de l'équipe"),
    events.PROPOSED: D_("Place proposée"),
    events.ANSWERED: D_("Réponse à une place proposée"),
    events.REACHED: D_("Buts atteints"),
    events.STOPPED: D_("Parcours arrêté"),
}
SIGNS: Final = {
    Sign.CAN: D_("sait faire"),
    Sign.LEARN: D_("à apprendre"),
    Sign.CONFIRM: D_("à confirmer"),
    Sign.UNSEEN: D_("pas vu"),
}
OWN_SIGNS: Final = {
    Sign.CAN: N_("Vous savez faire"),
    Sign.LEARN: N_("À apprendre"),
    Sign.CONFIRM: N_("À confirmer ensemble"),
    Sign.UNSEEN: N_("Pas vu cette fois"),
}
STATES: Final = {
    "proposed": D_("proposée"),
    "sent": D_("envoyée"),
    "accepted": D_("acceptée"),
    "declined": D_("refusée"),
    "ended": D_("terminée"),
    "withdrawn": D_("retirée par la personne"),
    "open": D_("en attente"),
    "matched": D_("binôme proposé"),
    "agreed": D_("acceptée des deux côtés"),
    "met": D_("rencontre faite"),
}


def by_day(found: Journey) -> list[tuple[Pair, list[Entry]]]:
    """Entries that the person is told, day after day: ``((day in their language, in French), entries)``. A pathway that
    changed several times on one day is said once, and so are steps of which the same was said one after the other.
    """
    by_day: dict[Any, list[Entry]] = {}
    for one in found.entries:
        if one.kind in SAID:
            by_day.setdefault(one.at.astimezone(PARIS).date(), []).append(one)
    own = i18n.current().code
    return [
        ((i18n.say_date(day, own), i18n.say_date(day, i18n.SOURCE)), _once(entries)) for day, entries in by_day.items()
    ]


def _once(entries: list[Entry]) -> list[Entry]:
    quiet = {events.REPLANNED, events.ADJUSTED}
    last = max((place for place, one in enumerate(entries) if one.kind in quiet), default=-1)
    told: list[Entry] = []
    for place, one in enumerate(entries):
        if one.kind in quiet and place != last:
            continue
        if told and one.kind in STEPS and told[-1].kind == one.kind and not (one.titles or told[-1].titles):
            together = tuple(dict.fromkeys([*told[-1].skills, *one.skills]))
            told[-1] = replace(told[-1], skills=together)
        else:
            told.append(one)
    return told


def kept(db: Session, door: Door, attempt: Attempt) -> list[tuple[Pair, list[tuple[str, list[Pair]]]]]:
    """What somebody takes away of their journey, in the language in use: ``(day, [(what happened, about what)])``;
    nothing for who never went on from their result.
    """
    found = history.journey(db, door, attempt)
    if all(one.kind == happenings.DIAGNOSTIC for one in found.entries):
        return []
    return [
        (day, [(SAID[one.kind], _about(one, attempt.language)) for one in entries]) for day, entries in by_day(found)
    ]


def _about(one: Entry, language: str) -> list[Pair]:
    if one.kind == events.CHOSEN:
        return [(goal.get("titles", {}).get(language), goal["title"]) for goal in one.details["goals"]]
    own: list[Pair] = [(one.title_in(language), one.title)] if one.title else []
    return own + [(skill.title_in(language), skill.title) for skill in one.skills]
