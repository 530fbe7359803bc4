"""Numbers that may leave an organisation: what they say concerns ten people or nobody. Pure; the reasons are in
``docs/decisions/``.
"""

from __future__ import annotations

from collections.abc import Sequence

from pathways import i18n
from pathways.i18n import D_

LEAST = 10
"""People behind any number that leaves."""
FEW = D_("moins de %(least)s (ou masqué)")
TOO_FEW = D_("Il faut au moins %(least)s personnes qui ont fini : en dessous, un chiffre parlerait de quelqu'un.")


def whole_tens(people: int) -> int:
    """How many of so many people are counted: whole groups of ten, the first that came."""
    return people - people % LEAST


def told(cells: Sequence[int]) -> list[int]:
    """What may be said of people sorted into disjoint cells: for each, how many there are *at least*, a multiple of
    ten; 0 says nothing. The sum of ``cells`` must be a multiple of ten (:func:`whole_tens`).

    Rounding down alone would tell everything where all cells are whole tens: they would add up to the total. Then the
    largest (the first of equals) is told lower by ten, so that at least ten people are in no number, and whoever adds
    up and subtracts cannot tell where they are.
    """
    if sum(cells) % LEAST:
        raise ValueError("only whole groups of ten people are counted")
    lower = [whole_tens(cell) for cell in cells]
    if sum(lower) == sum(cells) and sum(cells):
        lower[lower.index(max(lower))] -= LEAST
    return lower


def in_words(least: int) -> str:
    return i18n.sentence(D_("au moins %(least)s"), {"least": least}) if least else i18n.sentence(FEW, {"least": LEAST})
