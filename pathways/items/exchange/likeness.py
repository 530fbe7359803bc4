"""Which of many texts say nearly the same, without comparing each with each. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from pathways.items.flaws import NEAR_DUPLICATE, overlap, tokens_of

Named = tuple[str, Mapping[str, str]]
"""A name, and the segments that it has."""


class Likeness:
    """``held`` are the texts that are there; ``fresh`` ones are compared with those and with the fresh ones before."""

    def __init__(self, held: Sequence[Named], fresh: Sequence[Named]) -> None:
        self.names = [name for name, _ in (*held, *fresh)]
        self.tokens = [tokens_of(" ".join(segments.values())) for _, segments in (*held, *fresh)]
        self.first = len(held)
        self.usual = Counter(token for tokens in self.tokens for token in tokens)

    def near(self) -> list[list[str]]:
        """For each fresh text the names of those that say nearly the same, the nearest first.

        Two sets that share more than a share *t* of their tokens share at least one of the rarest ``n - ⌈t n⌉ + 1`` of
        each (prefix filtering; Chaudhuri, Ganti and Kaushik 2006), so that only those need be looked up.
        """
        index: dict[str, list[int]] = {}
        found: list[list[str]] = []
        for number, tokens in enumerate(self.tokens):
            rare = self._rarest(tokens)
            if number >= self.first:
                found.append(self._near(tokens, {other for token in rare for other in index.get(token, ())}))
            for token in rare:
                index.setdefault(token, []).append(number)
        return found

    def _rarest(self, tokens: frozenset[str]) -> list[str]:
        kept = len(tokens) - math.ceil(NEAR_DUPLICATE * len(tokens)) + 1
        return sorted(tokens, key=lambda token: (self.usual[token], token))[:kept]

    def _near(self, tokens: frozenset[str], others: set[int]) -> list[str]:
        shared = sorted((-overlap(tokens, self.tokens[other]), self.names[other]) for other in others)
        return [name for share, name in shared if -share > NEAR_DUPLICATE]
