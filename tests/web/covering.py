"""Which poison goes through which door, where all through all would take too long: a covering array, computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import cycle
from typing import TypeVar

P = TypeVar("P")


def covering(
    kinds: Sequence[Hashable],
    classes: Iterable[Sequence[P]],
    *,
    turn: int = 0,
    but: Callable[[int, P], bool] = lambda _place, _poison: False,
) -> list[list[P]]:
    """The poisons that each place gets, the place number ``n`` being of the kind ``kinds[n]``.

    Each place gets at least one poison of every class, and each kind of place gets every poison: what is written for
    one place is met by every way of being wrong, what many places have in common by every poison there is. Of a class,
    a place gets what its kind has met least, so that a pair is missing only where others of the same kind and class
    stand for it. ``turn`` begins elsewhere in every class: on two databases with two turns, other pairs are met.
    ``but(place, poison)`` says which are no poison there.
    """
    turned = [[*one[turn % len(one) :], *one[: turn % len(one)]] for one in classes]
    poisons = [(which, number) for which, one in enumerate(turned) for number in range(len(one))]
    met: Counter[tuple[Hashable, tuple[int, int]]] = Counter()
    given: list[list[tuple[int, int]]] = [[] for _ in kinds]

    def give(place: int, poison: tuple[int, int]) -> None:
        given[place].append(poison)
        met[kinds[place], poison] += 1

    def honest(place: int, poison: tuple[int, int]) -> bool:
        return but(place, turned[poison[0]][poison[1]])

    for place, kind in enumerate(kinds):
        for which, one in enumerate(turned):
            left = [(which, number) for number in range(len(one)) if not honest(place, (which, number))]
            if left:
                give(place, min(left, key=lambda poison: met[kind, poison]))
    for kind in dict.fromkeys(kinds):
        places = [place for place, its in enumerate(kinds) if its == kind]
        following = cycle(places)
        for poison in poisons:
            if not met[kind, poison]:
                ready = (place for place, _ in zip(following, places, strict=False) if not honest(place, poison))
                if (place := next(ready, None)) is not None:
                    give(place, poison)
    return [[turned[which][number] for which, number in one] for one in given]
