"""``requires`` of a bank: AND of OR groups of micro-skills, without cycles, ladders included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pathways.diagnostics.engine import LevelStrand, Requirement
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
