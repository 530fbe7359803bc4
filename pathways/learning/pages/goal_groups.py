"""Goals as a small screen shows them: the likeliest first, the others folded by domain of life, each with its picture.
Nothing is left out, and no order is a judgement: a search finds all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pathways.diagnostics.engine import Label
from pathways.i18n import N_
from pathways.learning.knowing import Knowledge
from pathways.learning.models import Goal
from pathways.workshops.themes import WORDS, themes

FIRST = 6
"""Shown at once."""
FEW = 9
"""Up to so many, nothing is folded."""
DOMAINS: Mapping[str, tuple[str, ...]] = {
    "aide_aux_demarches_administratives": ("permit", "family-benefits", "taxes", "house", "stamp"),
    "travail_formation": ("job", "monthly", "cv", "certificate"),
    "sante": ("doctor", "health"),
    "famille_scolarite": ("school", "notebook", "video"),
    "prendre_en_main_du_materiel": ("phone", "computer", "settings"),
    "gere_ses_contenus_numeriques": ("letter", "scan"),
    "banque_et_achats_en_ligne": ("bank", "basket", "bulb"),
    "securite_numerique": ("shield", "card", "lock", "key"),
    "transports_mobilite": ("ticket",),
}
"""``{theme of workshops: pictures of goals}``: whoever draws a goal says what part of life it is of."""
ELSE = N_("Autre chose")
NEEDS: Mapping[str, tuple[str, ...]] = {
    "papers": ("aide_aux_demarches_administratives",),
    "device": ("prendre_en_main_du_materiel",),
    "contact": ("famille_scolarite", "gere_ses_contenus_numeriques"),
    "work": ("travail_formation",),
}
"""``{what somebody said at the reception that they came for: domains}``"""


@dataclass(frozen=True, slots=True)
class Group:
    word: str
    """A msgid."""
    picture: str
    """Of ``pictograms.html``."""
    goals: tuple[Goal, ...]


def domain_of(goal: Goal) -> str:
    """The theme that a goal belongs to; empty: none that we know."""
    return next((theme for theme, pictures in DOMAINS.items() if goal.picture in pictures), "")


def likeliest(goals: Sequence[Goal], knowledge: Knowledge | None, need: str = "") -> list[Goal]:
    """The structure's own ones; then what answers to what they came for, what the result says they lack, and the given
    order; last what they can do already.
    """
    wanted = NEEDS.get(need, ())

    def place(one: Goal) -> tuple[bool, bool, bool, float]:
        is_shipped = one.organisation_id is None
        return _is_known(one, knowledge), is_shipped, domain_of(one) not in wanted, _met(one, knowledge)

    return sorted(goals, key=place)


def grouped(goals: Sequence[Goal]) -> list[Group]:
    """By domain of life, in the order of the domains; what has none comes last."""
    found: dict[str, list[Goal]] = {}
    for one in goals:
        found.setdefault(domain_of(one), []).append(one)
    groups = [Group(WORDS[theme], themes()[theme].picture, tuple(found[theme])) for theme in DOMAINS if theme in found]
    return [*groups, Group(ELSE, "list", tuple(found[""]))] if "" in found else groups


def _is_known(goal: Goal, knowledge: Knowledge | None) -> bool:
    """Whether the result says that they master all of it."""
    if knowledge is None:
        return False
    labels = {knowledge.label(code) for code in goal.weights if code in knowledge.skills}
    return labels == {Label.MASTERED}


def _met(goal: Goal, knowledge: Knowledge | None) -> float:
    """Below 0: the share of what it needs that they were asked about and do not master. Of a certification, which needs
    nearly everything, that says nothing.
    """
    if knowledge is None or goal.certification:
        return 0.0
    lacking = sum(
        weight
        for code, weight in goal.weights.items()
        if knowledge.asked.get(code) and knowledge.label(code) is not Label.MASTERED
    )
    return -round(lacking / sum(goal.weights.values()), 2)
