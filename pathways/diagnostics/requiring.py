"""What the chosen micro-skills require of each other, as the engine counts it: from what a framework states. Pure.

A framework states prerequisites between all its micro-skills, a diagnostic has a few of them. A prerequisite that is
not among these stands for what it requires itself, and so on: nobody masters it without. Where one of a group would do
and a member of it requires nothing that is chosen, the group says nothing: that member may be mastered elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from pathways.diagnostics.engine import Narrowed, Requirement, Structure, narrowed
from pathways.diagnostics.engine.graphs.requirements import cycle
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.referentials.ladders import Ladders

MOST_ENTRIES: Final = 300
"""Of the tables of a diagnostic, at each point of the ability grid: the next question comes at once (decision 28)."""
LEAK: Final = 0.05
"""P(mastered) at most without what is required: more than the engine's own, since nobody has measured these."""
MOST_GROUPS: Final = 60
"""That one micro-skill gets when its prerequisites are followed through; the longest are dropped first."""

_ROUND: Final = D_("Des prérequis tournent en rond : %(codes)s. Corrigez-les dans « Nos micro-compétences ».")

Group = frozenset[str]
Stated = Mapping[str, Sequence[Sequence[str]]]
"""``{micro-skill: AND of OR groups}``"""


def tied(ladders: Ladders, structure: Structure) -> Narrowed:
    """The structure with the requirements that can be summed exactly, quickly enough, and what was left out for that.

    Raises :class:`Invalid` where prerequisites go round in a cycle, alone or with a ladder.
    """
    stated = {code: skill.requires for code, skill in ladders.skills.items()}
    requirements = required(stated, structure.skill_codes)
    needed = structure.needed()
    for one in requirements:
        needed[one.skill] = [*needed[one.skill], *one.members]
    _refuse(cycle(needed))
    tying = tuple(item for item in structure.items if item.also)
    found = _narrowed(replace(structure, items=tying, requirements=requirements))
    return Narrowed(replace(structure, requirements=found.structure.requirements), found.lost)


def required(stated: Stated, chosen: Collection[str]) -> tuple[Requirement, ...]:
    """What each of the ``chosen`` requires of the others, in their order. Raises :class:`Invalid` for a cycle."""
    _refuse(cycle({code: [one for group in groups for one in group] for code, groups in stated.items()}))
    through = _Through(stated, frozenset(chosen))
    order = {code: place for place, code in enumerate(chosen)}
    found = []
    for code in chosen:
        groups = sorted(tuple(sorted(group, key=order.__getitem__)) for group in through.of(code))
        if groups:
            groups.sort(key=lambda group: [order[one] for one in group])
            found.append(Requirement(code, tuple(groups), LEAK))
    return tuple(found)


@lru_cache(maxsize=16)
def _narrowed(structure: Structure) -> Narrowed:
    """The estimate of a choice and its publication, one after the other, ask the same."""
    return narrowed(structure, MOST_ENTRIES)


def _refuse(codes: Sequence[str]) -> None:
    if codes:
        raise Invalid(_ROUND, codes=" → ".join(codes))


@dataclass(frozen=True, slots=True)
class _Through:
    """Follows prerequisites through what is not among the ``chosen``."""

    stated: Stated
    chosen: frozenset[str]
    known: dict[str, tuple[Group, ...]] = field(default_factory=dict)

    def of(self, code: str) -> tuple[Group, ...]:
        """The groups of chosen micro-skills that ``code`` requires; none that another implies."""
        if code not in self.known:
            groups = [group for stated in self.stated.get(code, ()) for group in self._instead(stated)]
            self.known[code] = _least(groups)
        return self.known[code]

    def _instead(self, members: Sequence[str]) -> Sequence[Group]:
        """What stands for one group: of members that are not chosen, every way to take one of what each requires."""
        ways = [(frozenset([one]),) if one in self.chosen else self.of(one) for one in dict.fromkeys(members)]
        found: tuple[Group, ...] = (frozenset(),)
        for groups in ways:
            found = _least(one | other for one in found for other in groups)
        return found


def _least(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Without groups that contain another one: they say less."""
    kept: list[Group] = []
    for group in sorted(set(groups), key=lambda one: (len(one), sorted(one))):
        if not any(one <= group for one in kept):
            kept.append(group)
        if len(kept) == MOST_GROUPS:
            break
    return tuple(kept)
