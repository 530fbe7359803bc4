"""``requires`` of a bank: AND of OR groups of micro-skills, without cycles, ladders included; and the order that it
tells of micro-skills without a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import Final

from pathways.diagnostics.engine import LevelSkill, LevelStrand, Requirement
from pathways.diagnostics.engine.strands import HIGHEST_THRESHOLD, LOWEST_THRESHOLD
from pathways.diagnostics.simulating.problems import Problems, below, found, shown

MOST_GROUPS: Final = 100
MOST_MEMBERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Requires:
    """What a micro-skill was written to require; ``path``: of the micro-skill, inside the file."""

    skill: str
    path: str
    written: object


def required(problems: Problems, asked: Iterable[Requires], strands: Sequence[LevelStrand]) -> tuple[Requirement, ...]:
    """Return the requirements between micro-skills, and note what is wrong with them.

    A group with a lower rung of the same ladder is left out: the ladder says it already.
    """
    rank = {code: (strand.code, place) for strand in strands for place, code in enumerate(strand.skill_codes)}
    asked = list(asked)
    known = {one.skill for one in asked}
    groups = {one.skill: _groups(problems, one, known) for one in asked if one.written is not None}
    paths = {one.skill: below(one.path, "requires") for one in asked}
    for cycle in _cycles(_edges(groups, strands)):
        named = " → ".join(shown(code) for code in (*cycle, cycle[0]))
        path = next(paths[code] for code in cycle if code in groups)
        problems.add(path, f"des prérequis en rond : {named}")
    kept: list[Requirement] = []
    for skill, own in groups.items():
        across = tuple(group for group in own if not any(_lower(rank, member, skill) for member in group))
        if across:
            kept.append(Requirement(skill, across))
    return tuple(kept)


def in_order(
    strands: Sequence[LevelStrand], requirements: Iterable[Requirement], unplaced: AbstractSet[str]
) -> list[LevelStrand]:
    """Return the ladders with the ``unplaced`` micro-skills, each alone on its own, where their prerequisites say.

    One with h of its kind below it and d above, along the longest chains, stands where it would on a ladder of all of
    these: otherwise half of the people would master it, and all that it requires, and exactly the same people. Of a
    group, what is lowest is enough. There must be no cycle.
    """
    groups = {one.skill: one.groups for one in requirements if one.skill in unplaced}
    needed = {skill: [own for group in groups[skill] if unplaced >= (own := set(group))] for skill in groups}
    order = [*TopologicalSorter({skill: set().union(*own) for skill, own in needed.items()}).static_order()]
    below: dict[str, int] = {}
    for skill in order:
        below[skill] = max((1 + min(map(below.__getitem__, group)) for group in needed.get(skill, ())), default=0)
    above = dict.fromkeys(order, 0)
    for skill in reversed(order):
        for group in needed.get(skill, ()):
            lowest = min(map(below.__getitem__, group))
            for member in group:
                if below[member] == lowest:
                    above[member] = max(above[member], above[skill] + 1)
    return [_standing(one, below, above) if one.skill_codes[0] in below else one for one in strands]


def _standing(strand: LevelStrand, below: Mapping[str, int], above: Mapping[str, int]) -> LevelStrand:
    """A ladder of one rung in its place among those below and above."""
    (code,) = strand.skill_codes
    rise = (below[code] + 0.5) / (below[code] + above[code] + 1)
    place = LOWEST_THRESHOLD + (HIGHEST_THRESHOLD - LOWEST_THRESHOLD) * rise
    return LevelStrand(strand.code, (LevelSkill(code, place),))


def _groups(problems: Problems, one: Requires, known: set[str]) -> list[tuple[str, ...]]:
    path = below(one.path, "requires")
    listed = problems.listed(one.written, path, "groupes", most=MOST_GROUPS, least=0)
    groups: list[tuple[str, ...]] = []
    for number, group in enumerate(listed):
        place = below(path, number)
        if isinstance(group, str):
            problems.add(place, f'attendu un groupe, une liste comme ["A", "B"], trouvé {found(group)}')
            continue
        members = problems.listed(group, place, "micro-compétences", most=MOST_MEMBERS)
        if group is None:
            problems.add(place, "attendu une liste de micro-compétences, trouvé null")
        codes = [_member(problems, code, below(place, spot), one.skill, known) for spot, code in enumerate(members)]
        if codes and None not in codes:
            groups.append(tuple(dict.fromkeys(code for code in codes if code is not None)))
    return groups


def _member(problems: Problems, value: object, path: str, skill: str, known: set[str]) -> str | None:
    code = problems.text(value, path, "le code d'une micro-compétence")
    if code is None:
        if value is None:
            problems.add(path, "attendu le code d'une micro-compétence, trouvé null")
    elif code == skill:
        problems.add(path, f"{shown(code)} ne peut pas être son propre prérequis")
    elif code not in known:
        problems.add(path, f"aucune micro-compétence n'a le code {shown(code)}")
    else:
        return code
    return None


def _lower(rank: Mapping[str, tuple[str, int]], member: str, skill: str) -> bool:
    if member not in rank or skill not in rank:  # a ladder that was refused
        return False
    (strand, place), (own, height) = rank[member], rank[skill]
    return strand == own and place < height


def _edges(groups: Mapping[str, Sequence[Sequence[str]]], strands: Iterable[LevelStrand]) -> dict[str, list[str]]:
    """What each micro-skill stands on: its groups' members, and the rung below."""
    edges = {skill: [member for group in own for member in group] for skill, own in groups.items()}
    for strand in strands:
        for lower, upper in pairwise(strand.skill_codes):
            edges.setdefault(upper, []).append(lower)
    return edges


def _cycles(edges: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Return cycles of which every one has an edge that no other has; none where there is none.

    Depth first without recursion, since a chain may be thousands long.
    """
    cycles: list[tuple[str, ...]] = []
    finished: set[str] = set()
    for start in edges:
        if start in finished:
            continue
        path, place = [start], {start: 0}
        waiting = [iter(edges[start])]
        while waiting:
            following = next(waiting[-1], None)
            if following is None:
                waiting.pop()
                done = path.pop()
                del place[done]
                finished.add(done)
            elif following in place:
                cycles.append(tuple(path[place[following] :]))
            elif following not in finished:
                place[following] = len(path)
                path.append(following)
                waiting.append(iter(edges.get(following, ())))
    return cycles
