"""The words of a pathway: ways, reasons, minutes and dates, in the reader's language and in French. Minutes are said
with their range, in time of a person's life; nothing here is a share or a mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pathways import i18n
from pathways.i18n import N_
from pathways.learning import events
from pathways.learning.models import Device, PathwayEvent, StepKind, Way
from pathways.referentials.models import MicroSkill

WAYS = {
    Way.QUICKEST: N_("Le plus court"),
    Way.TOGETHER: N_("Avec des gens"),
    Way.OWN_PACE: N_("À mon rythme"),
    Way.MIXED: N_("Un peu de tout"),
}
MEANT = {
    Way.QUICKEST: N_("Ce qui demande le moins de temps."),
    Way.TOGETHER: N_("Des ateliers, et des personnes qui vous aident."),
    Way.OWN_PACE: N_("Seul, à l'heure que vous voulez."),
    Way.MIXED: "",
}
KINDS = {
    StepKind.LEARN: N_("Apprendre"),
    StepKind.CHECK: N_("Une question"),
    StepKind.ATTEND: N_("Un atelier"),
    StepKind.OWN: N_("De votre médiateur"),
}
WITH_SOMEBODY = N_("Avec un médiateur : demandez à l'accueil.")
WITH_A_COLLEAGUE = N_("Avec un collègue ou un formateur : demandez-lui.")
DEVICES = {
    Device.ANY: N_("Téléphone ou ordinateur"),
    Device.PHONE: N_("Téléphone seulement"),
    Device.COMPUTER: N_("Ordinateur seulement"),
}
REPLANNED = {
    "reaches_more": N_("Votre parcours a changé : vous pouvez aller plus loin."),
    "saves": N_("Votre parcours a changé : ce chemin est plus court."),
    "must": N_("Votre parcours a changé : une étape n'était plus possible."),
}
_NEEDED = N_("Il le faut pour : %(what)s")
_REASONS = {
    "wanted": N_("C'est dans votre but."),
    "probably_known": N_("Vous le savez sans doute : une question pour vérifier."),
    "may_be_known": N_("Vous le savez peut-être : une question pour vérifier."),
    "you_said": N_("Vous dites que vous savez : une question pour vérifier."),
    "several_at_once": N_("On y apprend plusieurs choses en une fois."),
    "kept": N_("Vous ou votre médiateur l'avez choisi."),
    "proposed": N_("Vous ou votre médiateur l'avez choisi."),
}
_AND = N_("%(one)s et %(other)s")
_ABOUT = N_("Environ %(about)s. Au moins %(least)s, au plus %(most)s.")
_UNTIL = N_("Entre le %(first)s et le %(last)s, à votre rythme.")
_AROUND = N_("Fini vers le %(day)s, à votre rythme.")
_OVERFLOWS_MINUTES = 100
"""From here on, hours are said."""
_MANY = 100
"""Half an hour more or less is said in the form of large numbers."""


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence in the reader's language, and in French."""

    own: str
    french: str


def told(message: str, language: str, own: Mapping[str, object], french: Mapping[str, object]) -> Told:
    """A sentence whose places are filled with other words in each language."""
    return Told(i18n.sentence(message, own, language), message % french if french else message)


def say(message: str, language: str) -> Told:
    return told(message, language, {}, {})


def named(ways: Sequence[Way], language: str) -> Told:
    """One way, or several that are the same."""
    found, *others = (say(WAYS[one], language) for one in ways)
    for other in others:
        own, french = ({"one": a, "other": b} for a, b in ((found.own, other.own), (found.french, other.french)))
        found = told(_AND, language, own, french)
    return found


def amount(minutes: float, language: str, *, hours: bool | None = None) -> str:
    """``45 min``, ``3 h``: as exact as anybody can promise. ``hours``: whether to count in them, whatever it is."""
    if not (minutes >= _OVERFLOWS_MINUTES if hours is None else hours):
        whole = max(5, 5 * round(minutes / 5))
        return i18n.ngettext("%(number)s min", "%(number)s min", whole, language) % {"number": whole}
    count = max(0.5, round(minutes / 30) / 2) if minutes < 600 else round(minutes / 60)
    number = f"{count:g}".replace(".", ",") if i18n.language(language).code == i18n.SOURCE else f"{count:g}"
    few = int(count) if count == int(count) else _MANY
    return i18n.ngettext("%(number)s h", "%(number)s h", few, language) % {"number": number}


def lasts(mean: float, low: float, high: float, language: str) -> Told:
    """How long it takes: about, at least, at most, in one unit; one number where they are the same."""
    hours = mean >= _OVERFLOWS_MINUTES
    places = {"about": mean, "least": low, "most": high}
    said = {
        code: {name: amount(one, code, hours=hours) for name, one in places.items()} for code in (language, i18n.SOURCE)
    }
    if len(set(said[i18n.SOURCE].values())) == 1:
        return Told(said[language]["about"], said[i18n.SOURCE]["about"])
    return told(_ABOUT, language, said[language], said[i18n.SOURCE])


def ends(first: date, last: date, language: str) -> Told:
    """Between which days it is over; the day, where it is one."""
    own, french = ([i18n.say_date(day, code) for day in (first, last)] for code in (language, i18n.SOURCE))
    if first == last:
        return told(_AROUND, language, {"day": own[0]}, {"day": french[0]})
    return told(_UNTIL, language, {"first": own[0], "last": own[1]}, {"first": french[0], "last": french[1]})


def with_somebody(readers: str) -> str:
    """Whom to ask where nothing else teaches a micro-skill, as a msgid. ``readers``: of the framework; practised ones
    are mediators and volunteers, who sit at the desk themselves.
    """
    return WITH_A_COLLEAGUE if readers == "practised" else WITH_SOMEBODY


def reasons(why: Sequence[Mapping[str, Any]], skills: Mapping[str, MicroSkill], language: str) -> list[Told]:
    """Why a step is there; what nobody has words for is left out."""
    found = []
    for reason in why:
        word = reason.get("because")
        if word == "needed_for":
            needing = next((skills[code] for code in reason.get("skills", ()) if code in skills), None)
            if needing is not None:
                own = needing.title_in(language) or needing.title
                found.append(told(_NEEDED, language, {"what": own}, {"what": needing.title}))
        elif word in _REASONS:
            found.append(say(_REASONS[word], language))
    return list(dict.fromkeys(found))


def replanned(happened: PathwayEvent | None) -> str:
    """What changed since, and why, as a msgid; empty where nothing did."""
    if happened is None or happened.kind != events.REPLANNED:
        return ""
    return REPLANNED.get(str(happened.details.get("change")), "")
