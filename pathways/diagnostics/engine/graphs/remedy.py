"""Requirements that are too entangled: which micro-skills, what to leave out, and how to say so.

For ``advice``, groups are left out one after the other, until what remains can be solved or ``MOST`` are.  First those
that follow from others: who requires B, which requires A, need not require A.  Then, of the micro-skill of the clique
with the most groups, the one with the easiest member.

Where a program decides, ``as_many`` goes the other way: from ladders alone, groups come back one after the other, each
if what there is by then stays narrow.  It ends where none of those that are missing can come back, and keeps more.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
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


def advice(
    strands: Sequence[StrandModel],
    ties: Ties,
    clique: Sequence[Rung],
    clique_of: Callable[[Ties], Sequence[Rung]],
) -> str:
    """Return which micro-skills are too entangled, and what to leave out.

    ``clique``: those of the clique that is too wide; ``clique_of``: the same of other ties, empty if none is.
    """
    out: list[tuple[Rung, Group]] = []
    left, entangled = ties, clique
    while entangled and len(out) < MOST:
        dropped = _next(strands, left, entangled)
        if dropped is None:
            break
        out.append(dropped)
        left = _without(left, *dropped)
        entangled = clique_of(left)
    names = _listed([_code(strands, one) for one in clique])
    limits = f"width {WIDEST}, {MOST_ENTRIES:,} entries"
    said = f"requirements are too entangled for an exact answer (limit: {limits}) around {names}"
    if not out:
        return f"{said}: ask fewer of them together in one question"
    pairs = "; ".join(f"{_code(strands, own)} requires {_either(strands, group)}" for own, group in out)
    return f"{said}: {'leave out' if not entangled else 'as a beginning, leave out'} that {pairs}"


def as_many(
    strands: Sequence[StrandModel], ties: Ties, is_narrow: Callable[[Ties], bool]
) -> tuple[Ties, list[tuple[Rung, Group]]]:
    """Return ties with as many groups as stay narrow, and the groups that are lost: left out, and not following, for
    certain, from those that were kept.

    Requirements without alternative come first, and those of easier micro-skills before those of harder ones.
    """
    if is_narrow(ties):
        return ties, []
    waiting = [(own, group) for own, (groups, _) in ties.gates.items() for group in groups]
    waiting.sort(key=lambda pair: (len(pair[1]) > 1, _threshold(strands, pair[0]), pair))
    kept, lost = replace(ties, gates={}), list[tuple[Rung, Group]]()
    for own, group in waiting:
        if any(_follows(kept, own, one) for one in group):
            continue
        more = _with(kept, own, group, ties.gates[own][1])
        if is_narrow(more):
            kept = more
        else:
            lost.append((own, group))
    return kept, [(own, group) for own, group in lost if not any(_follows(kept, own, one) for one in group)]


def _next(strands: Sequence[StrandModel], ties: Ties, clique: Sequence[Rung]) -> tuple[Rung, Group] | None:
    """Return the micro-skill and the group of it to leave out next."""
    near = [own for own in ties.gates if _ties_together(ties, own, set(clique))]
    for own in near:
        for group in ties.gates[own][0]:
            if len(group) == 1 and _follows(ties, own, group[0]):
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


def _with(ties: Ties, own: Rung, group: Group, leak: float) -> Ties:
    groups, _ = ties.gates.get(own, ((), leak))
    return replace(ties, gates={**ties.gates, own: ((*groups, group), leak)})


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
