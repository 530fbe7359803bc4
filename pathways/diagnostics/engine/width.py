"""How wide the sums of a structure are, known before any table is built, and what it lets go beyond a limit.

An exact sum costs what its tables hold: 2^width entries for the widest clique, at each point of the ability grid.
Beyond a limit, groups of requirements are left out, as ``graphs.remedy`` says; what remains is summed exactly.  Whoever
leaves them out has to say so: micro-skills then say less of each other than they could.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from pathways.diagnostics.engine.graphs.linking import entangled
from pathways.diagnostics.engine.graphs.linking import entries as entries_of
from pathways.diagnostics.engine.graphs.remedy import as_many
from pathways.diagnostics.engine.graphs.requirements import Requirement, Rung
from pathways.diagnostics.engine.graphs.ties import Ties
from pathways.diagnostics.engine.structure import Structure


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A structure that is narrow enough.  ``lost``: micro-skills with a group of theirs that was left out and does not
    follow, for certain, from what was kept.
    """

    structure: Structure
    lost: tuple[tuple[str, tuple[str, ...]], ...] = ()


def entries(structure: Structure) -> int:
    """Return how many numbers are worked with for each learner at each point of the grid; 0 where nothing ties.

    Raises ``InvalidStructure`` where there is no sum of reasonable width at all.
    """
    ties = Ties.of(structure.strands, structure.items, structure.requirements)
    return entries_of(structure.strands, ties) if ties.strands else 0


def narrowed(structure: Structure, most: int) -> Narrowed:
    """Return the structure with as many requirements as ``most`` entries can hold; forests it holds at any length.

    Requirements that ladders imply are gone from it, whatever the limit.
    """
    strands = structure.strands
    ties = Ties.of(strands, structure.items, structure.requirements)
    left, missing = as_many(strands, ties, lambda one: not one.strands or not entangled(strands, one, most=most))
    codes = {one: _code(structure, one) for own, (groups, _) in ties.gates.items() for one in (own, *sum(groups, ()))}
    kept = tuple(
        Requirement(codes[own], tuple(tuple(codes[one] for one in group) for group in groups), leak)
        for own, (groups, leak) in sorted(left.gates.items())
    )
    lost: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for own, group in missing:
        lost[codes[own]].append(tuple(codes[one] for one in group))
    told = tuple((skill, group) for skill in structure.skill_codes for group in lost.get(skill, ()))
    return Narrowed(replace(structure, requirements=kept), told)


def _code(structure: Structure, one: Rung) -> str:
    return structure.strands[one.strand].skill_codes[one.place]
