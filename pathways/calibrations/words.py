"""What the pages of calibrations say in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale
from babel.numbers import format_decimal, format_percent

from pathways import i18n
from pathways.calibrations.service import LEAST, Health
from pathways.diagnostics.engine.calibration.functioning import LEAST_ANSWERS as CLASSED_FROM
from pathways.diagnostics.engine.calibration.health import LEAST_ANSWERS, Kind
from pathways.i18n import D_

STATES = {"proposed": D_("à décider"), "accepted": D_("acceptée"), "refused": D_("refusée")}
KINDS = {
    Kind.FEW: D_("pas assez de données"),
    Kind.TOO_EASY: D_("trop facile"),
    Kind.TOO_HARD: D_("trop difficile"),
    Kind.KEY_SUSPECT: D_("clé douteuse"),
    Kind.DISTRACTOR: D_("une mauvaise réponse choisie par la plupart"),
    Kind.LANGUAGE: D_("souvent pas comprise dans une langue"),
    Kind.FUNCTIONING: D_("pas aussi difficile dans toutes les langues"),
    Kind.POOR_FIT: D_("mal décrite par le modèle"),
    Kind.DRIFT: D_("a changé de difficulté"),
}
NOT_ENOUGH = D_("Pas assez de données.")
NOTHING = D_("Rien à signaler.")
VALUES = {
    "slip": D_("Étourderie"),
    "guess": D_("Hasard"),
    "dont_know_mastered": D_("« Je ne sais pas » de qui sait"),
    "dont_know_not_mastered": D_("« Je ne sais pas » de qui ne sait pas"),
    "near_not_mastered": D_("Presque juste, de qui se trompe sans savoir"),
    "near_mastered": D_("Presque juste, de qui se trompe en sachant"),
    "seconds": D_("Secondes"),
}
STEPS = D_("%(share)s des personnes répondent selon l'échelle, sans écart")
HOLES = D_("%(share)s des personnes répondent selon l'échelle, avec quelques écarts (%(hole)s)")
SLOPE = D_("%(share)s : les questions deviennent plus faciles peu à peu")
NOISE = D_("%(noise)s de réponses au hasard")
SILENT = D_("presque jamais « je ne sais pas »")
GRADES = {
    "few": D_("pas assez de données"),
    "A": D_("pas de différence qui compte"),
    "B": D_("différence moyenne"),
    "C": D_("grande différence"),
}
SIDES = {"harder": D_("plus difficile qu'avant"), "easier": D_("plus facile qu'avant")}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at: what it is, and ``(somebody should look, what was found)``."""

    name: str
    said: Sequence[tuple[bool, str]]


def checks(health: Health, texts: Mapping[str, str]) -> list[Check]:
    """Everything that is looked at, in the order of importance. ``texts``: French of each option."""
    return [
        _check(D_("Difficulté"), health, [_difficulty(one) for one in health.findings(Kind.TOO_EASY, Kind.TOO_HARD)]),
        _check(D_("Clé"), health, [_key(one, texts) for one in health.findings(Kind.KEY_SUSPECT)]),
        _check(D_("Mauvaises réponses"), health, [_chosen(one, texts) for one in health.findings(Kind.DISTRACTOR)]),
        _language_trouble(health),
        _functioning(health),
        _drift(health),
        _check(D_("Accord avec le modèle"), health, [_fit(one) for one in health.findings(Kind.POOR_FIT)]),
    ]


def _check(name: str, health: Health, found: Sequence[str]) -> Check:
    return _told(name, found, NOTHING if health.is_known else NOT_ENOUGH)


def _told(name: str, found: Sequence[str], otherwise: str) -> Check:
    """What was found, all of it odd; or why nothing is."""
    return Check(i18n.gettext(name), [(True, one) for one in found] or [(False, i18n.gettext(otherwise))])


def _difficulty(one: Mapping[str, Any]) -> str:
    easy = D_("Trop facile : %(share)s de réponses justes. Elle n'apprend presque rien.")
    hard = D_("Trop difficile : %(share)s de réponses justes.")
    is_easy = one["kind"] == Kind.TOO_EASY
    return i18n.gettext(easy if is_easy else hard) % {"share": per_cent(one["right"])}


def _key(one: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    if choice := one.get("choice"):
        said = D_("Ceux qui savent le plus choisissent une autre réponse : %(choice)s.")
        return i18n.gettext(said) % {"choice": texts.get(choice, choice)}
    return i18n.gettext(D_("Ceux qui savent le plus n'y répondent pas mieux que les autres."))


def _chosen(one: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    said = D_("%(share)s choisissent une mauvaise réponse : %(choice)s.")
    return i18n.gettext(said) % {"share": per_cent(one["chosen"]), "choice": texts.get(one["choice"], one["choice"])}


def _fit(one: Mapping[str, Any]) -> str:
    return i18n.gettext(D_("Les réponses s'écartent de la courbe (RMSD %(rmsd)s).")) % {"rmsd": decimal(one["rmsd"])}


def _language_trouble(health: Health) -> Check:
    said = D_("%(language)s : %(share)s de « je ne comprends pas » sur %(shown)s fois montrée.")
    found = [
        i18n.gettext(said)
        % {"language": language(one["language"]), "share": per_cent(one["not_understood"]), "shown": int(one["shown"])}
        for one in health.findings(Kind.LANGUAGE)
    ]
    shown = sum(health.found["outcomes"].values()) if health.found is not None else 0
    return _told(D_("Compréhension"), found, NOTHING if shown >= LEAST_ANSWERS else NOT_ENOUGH)


def _functioning(health: Health) -> Check:
    """The class of each language with its numbers; without 200 answers on either side there is none."""
    tests = {code: one["functioning"] for code, one in health.languages.items() if "functioning" in one}
    lines = [(test["class"] in {"B", "C"}, _classed(code, test)) for code, test in tests.items()]
    few = i18n.gettext(D_("Pas assez de données : il faut %(most)s réponses dans une langue, et autant en français."))
    return Check(i18n.gettext(D_("Équité entre les langues")), lines or [(False, few % {"most": CLASSED_FROM})])


def _classed(code: str, test: Mapping[str, Any]) -> str:
    (reference, focal), grade = test["answers"], GRADES[test["class"]]
    named = {"language": language(code), "grade": i18n.gettext(grade)}
    named |= {"focal": count(focal), "reference": count(reference)}
    if "delta" not in test:
        said = D_("%(language)s : %(grade)s (%(focal)s réponses, et %(reference)s dans la langue de référence).")
        return i18n.gettext(said) % named
    said = D_(
        "%(language)s : classe %(class)s, %(grade)s. Delta %(delta)s (de %(low)s à %(high)s) ; %(focal)s réponses, et "
        "%(reference)s dans la langue de référence."
    )
    numbers = {name: decimal(test[name]) for name in ("delta", "low", "high")}
    return i18n.gettext(said) % (named | numbers | {"class": test["class"]})


def _drift(health: Health) -> Check:
    if health.found is not None and not health.watches_drift:
        unknown = D_("Pas assez de données : une dérive se mesure à partir d'une proposition acceptée.")
        return _told(D_("Dérive"), [], unknown)
    said = D_("%(language)s : %(side)s (somme %(highest)s, alarme à %(alarm)s).")
    found = [
        i18n.gettext(said)
        % {
            "language": language(one["language"]),
            "side": i18n.gettext(side),
            "highest": decimal(one["highest"]),
            "alarm": decimal(one["alarm"]),
        }
        for one in health.findings(Kind.DRIFT)
        for side in (SIDES[one["side"]],)
    ]
    return _check(D_("Dérive"), health, found)


def answering(style: Mapping[str, Any]) -> str:
    """One way in which answers come out, in plain words, with the standard errors that are known."""
    said = SLOPE if style["slope"] is not None else HOLES if style["hole"] > 0.0 else STEPS
    named = {name: _about(style, name) for name in ("share", "hole", "noise")}
    parts = [said] + [NOISE] * (style["noise"] > 0.0) + [SILENT] * (not style["dont_know"])
    return " ; ".join(i18n.gettext(part) % named for part in parts)


def _about(style: Mapping[str, Any], name: str) -> str:
    """A share, and how far it may be from that. What is less than one in a hundred is told to a tenth."""
    error = style.get("standard_errors", {}).get(name)
    return " ± ".join(map(_finely, [style[name]] if error is None else [style[name], error]))


def _finely(share: float) -> str:
    return precisely(share) if 0.0 < share < 0.01 else per_cent(share)


def language(code: str) -> str:
    """The name of a language in itself; its code where it is not ours."""
    known = i18n.languages().get(code)
    return known.name if known is not None else code


def count(number: float) -> str:
    """A number of people or answers, not told under ten."""
    if 0 < number < LEAST:
        return i18n.gettext(D_("moins de %(least)s")) % {"least": LEAST}
    return str(int(number))


def per_cent(share: float) -> str:
    return format_percent(round(share, 2), locale=_locale())


def precisely(share: float) -> str:
    """A share to a tenth of a per cent."""
    return format_percent(share, format="0.0 %", locale=_locale())


def decimal(number: float) -> str:
    """Two decimals, as the language writes them."""
    return format_decimal(number, format="0.00", locale=_locale())


def whole(number: float) -> str:
    return format_decimal(round(number), locale=_locale())


def _locale() -> Locale:
    return Locale.parse(i18n.current().fmt)
