"""Requirements that are too entangled: which micro-skills, what to leave out, and how to say so.

Groups are left out one after the other, until what remains can be solved.  First those that follow from others: who
requires B, which requires A, need not require A.  Then, of the micro-skill of the clique with the most groups, the one
with the easiest member.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from pathways.diagnostics.engine.graphs.elimination import MOST_ENTRIES, WIDEST
from pathways.diagnostics.engine.graphs.requirements import Rung
from pathways.diagnostics.engine.graphs.ties import Ties
from pathways.diagnostics.engine.strands import LevelStrand, StrandModel

MOST: Final = 12
"""Groups that a message says to leave out."""
MOST_NAMED: Final = 20
"""Micro-skills that a message names."""

Group: TypeAlias = tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """Ties that are less entangled, and which groups of which micro-skills they lack.  ``entangled``: still so."""

    ties: Ties
    out: tuple[tuple[Rung, Group], ...]
    entangled: bool

    @property
    def lost(self) -> tuple[tuple[Rung, Group], ...]:
        """What was left out and does not follow, for certain, from what was kept."""
        return tuple(
            (own, group) for own, group in self.out if not any(_follows(self.ties, own, one) for one in group)
        )


def remedy(
    strands: Sequence[StrandModel],
    ties: Ties,
    clique: Sequence[Rung],
    clique_of: Callable[[Ties], Sequence[Rung]],
    *,
    most: int | None = None,
) -> Remedy:
    """Return ties without the groups that entangle them; no more than ``most`` are left out.  Where there is no such
    limit, groups go until nothing is entangled or no group is left.

    ``clique``: the micro-skills of the clique that is too wide; ``clique_of``: the same of other ties, empty if none is.
    """
    out: list[tuple[Rung, Group]] = []
    left, entangled = ties, clique
    while entangled and (most is None or len(out) < most):
        dropped = _next(strands, left, entangled)
        if dropped is None and most is None:  # the clique comes of gates around it
            dropped = _next(strands, left, left.rungs)
        if dropped is None:
            break
        out.append(dropped)
        left = _without(left, *dropped)
        entangled = clique_of(left)
    return Remedy(left, tuple(out), bool(entangled))


def advice(
    strands: Sequence[StrandModel],
    ties: Ties,
    clique: Sequence[Rung],
    clique_of: Callable[[Ties], Sequence[Rung]],
) -> str:
    """Return which micro-skills are too entangled, and what to leave out.

    ``clique``: those of the clique that is too wide; ``clique_of``: the same of other ties, empty if none is.
    """
    found = remedy(strands, ties, clique, clique_of, most=MOST)
    names = _listed([_code(strands, one) for one in clique])
    limits = f"width {WIDEST}, {MOST_ENTRIES:,} entries"
    said = f"requirements are too entangled for an exact answer (limit: {limits}) around {names}"
    if not found.out:
        return f"{said}: ask fewer of them together in one question"
    pairs = "; ".join(f"{_code(strands, own)} requires {_either(strands, group)}" for own, group in found.out)
    return f"{said}: {'leave out' if not found.entangled else 'as a beginning, leave out'} that {pairs}"


def _next(strands: Sequence[StrandModel], ties: Ties, clique: Sequence[Rung]) -> tuple[Rung, Group] | None:
    """Return the micro-skill and the group of it to leave out next."""
    near = [own for own in ties.gates if _ties_together(ties, own, set(clique))]
    for own in near:
        for group in ties.gates[own][0]:
            if any(_follows(ties, own, one) for one in group):
                return own, group
    if not near:
        return None
    own = max(near, key=lambda one: (len(ties.gates[one][0]), one))
    return own, min(ties.gates[own][0], key=lambda group: min(_threshold(strands, one) for one in group))


def _ties_together(ties: Ties, own: Rung, clique: set[Rung]) -> bool:
    """Whether what a micro-skill requires joins two of the clique."""
    members = {one for group in ties.gates[own][0] for one in group}
    return len(clique & (members | {own})) > 1


def _follows(ties: Ties, own: Rung, member: Rung) -> bool:
    """Whether the member is required, for certain, by something else that ``own`` requires."""
    waiting = [one for one in _certain(ties, own) if one != member]
    seen = set(waiting)
    for one in waiting:
        for other in _certain(ties, one):
            if other == member or other.implies(member):
                return True
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return False


def _certain(ties: Ties, one: Rung) -> list[Rung]:
    """Return what a micro-skill requires without alternative; on a ladder, with the rung below."""
    groups = ties.gates[one][0] if one in ties.gates else ()
    below = [replace(one, place=one.place - 1)] if one.ordered and one.place else []
    return [*(group[0] for group in groups if len(group) == 1), *below]


def _without(ties: Ties, own: Rung, group: Group) -> Ties:
    groups, leak = ties.gates[own]
    kept = tuple(one for one in groups if one != group)
    gates = {one: gate for one, gate in ties.gates.items() if one != own}
    return replace(ties, gates={**gates, own: (kept, leak)} if kept else gates)


def _code(strands: Sequence[StrandModel], one: Rung) -> str:
    return repr(strands[one.strand].skill_codes[one.place])


def _threshold(strands: Sequence[StrandModel], one: Rung) -> float:
    strand = strands[one.strand]
    return strand.skills[one.place].threshold if isinstance(strand, LevelStrand) else 0.0


def _either(strands: Sequence[StrandModel], group: Group) -> str:
    return " or ".join(_code(strands, one) for one in group)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
