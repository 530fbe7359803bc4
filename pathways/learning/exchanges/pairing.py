"""How well two people who asked for an exchange go together, and why. Pure: what each said in, points and words out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

BOTH_WAYS, ONE_WAY, SPEAK, SAME_PLACE, NEAR, FAR = 6.0, 3.0, 2.0, 2.0, 1.0, -2.0
NEAR_KM, FAR_KM = 10, 30
"""Between the places where each can come."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one of them said. Languages and themes are codes of two kinds that never look alike."""

    kind: str
    gives: Collection[str]
    seeks: Collection[str]
    speaks: Collection[str]
    """Languages in which they can talk to the other: the one they read in, and those that they give."""
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """Two people: ``points`` order pairs and are shown to nobody; ``why`` is."""

    points: float
    first_gains: tuple[str, ...]
    """What the second gives of what the first seeks."""
    second_gains: tuple[str, ...]
    speak: tuple[str, ...]
    """Languages that both have: none is no obstacle between people who want to learn each other's."""
    same_place: bool
    km: int | None

    @property
    def both_ways(self) -> bool:
        return bool(self.first_gains and self.second_gains)


def fit(first: Wish, second: Wish, *, km: float | None = None) -> Fit | None:
    """``None`` where neither gives anything that the other seeks, or one wants another kind of exchange.

    A pair where both learn comes before any where one does, whatever the place: an exchange that goes one way is help.
    """
    if first.kind != second.kind:
        return None
    first_gains = tuple(sorted(set(first.seeks) & set(second.gives)))
    second_gains = tuple(sorted(set(second.seeks) & set(first.gives)))
    if not first_gains and not second_gains:
        return None
    speak = tuple(sorted(set(first.speaks) & set(second.speaks)))
    same = first.place is not None and first.place == second.place
    points = 2 * BOTH_WAYS if first_gains and second_gains else ONE_WAY
    points += SPEAK if speak else 0.0
    points += SAME_PLACE if same else _near(km)
    return Fit(points, first_gains, second_gains, speak, same, None if km is None else round(km))


def ranked(fits: Sequence[tuple[Fit, str]]) -> list[tuple[Fit, str]]:
    """Best first; of equal ones, in the order of their names, so that a page does not jump about."""
    return sorted(fits, key=lambda pair: (-pair[0].points, pair[1]))


def _near(km: float | None) -> float:
    if km is None:
        return 0.0
    if km <= NEAR_KM:
        return NEAR
    return FAR if km > FAR_KM else 0.0
