"""Clique trees: of the right width, and trees of cliques."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.diagnostics.engine import InvalidStructure, Population, Requirement, Structure, compile_structure
from pathways.diagnostics.engine.graphs import elimination
from pathways.diagnostics.engine.graphs.elimination import TooWide, clique_tree
from pathways.diagnostics.engine.graphs.tree import lay_out
from tests.diagnostics.engine.graphs.structures import entangled, graph, item, skill

GRID = [((r, c), (r + dr, c + dc)) for r, c in product(range(4), repeat=2) for dr, dc in ((0, 1), (1, 0))]


def numbered(edges, size=4):
    return [(a[0] * size + a[1], b[0] * size + b[1]) for a, b in edges if max(*a, *b) < size]


@pytest.mark.parametrize(
    ("count", "edges", "width"),
    [
        (1, [], 0),
        (3, [], 0),
        (5, [(0, 1), (1, 2), (1, 3), (3, 4)], 1),
        (5, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0)], 2),
        (16, numbered(GRID), 4),
        (6, list(combinations(range(6), 2)), 5),
        (60, [(0, one) for one in range(1, 60)], 1),
    ],
)
def test_the_width_of_known_graphs(count, edges, width):
    assert clique_tree([2] * count, edges).width([2] * count) == width


def test_variables_of_many_states_count_in_bits():
    assert clique_tree([8, 8], [(0, 1)]).width([8, 8]) == 5
    assert clique_tree([7, 2], [(0, 1)]).width([7, 2]) == 3


graphs = st.integers(2, 14).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(st.lists(st.integers(0, count - 1), min_size=2, max_size=3, unique=True).map(tuple), max_size=24),
    )
)


@settings(deadline=None, max_examples=200)
@given(graphs)
def test_every_factor_has_a_clique_and_cliques_with_a_variable_hang_together(drawn):
    count, scopes = drawn
    tree = clique_tree([2] * count, scopes)
    for scope in [*scopes, *((one,) for one in range(count))]:
        assert set(scope) <= set(tree.cliques[tree.holding(scope)])
    for a, b in combinations(map(set, tree.cliques), 2):
        assert not a <= b
        assert not b <= a
    for variable in range(count):
        holding = {at for at, clique in enumerate(tree.cliques) if variable in clique}
        reached, waiting = set(), [min(holding)]
        while waiting:
            one = waiting.pop()
            reached.add(one)
            waiting += (tree.links[one] & holding) - reached
        assert reached == holding


@settings(deadline=None, max_examples=100)
@given(graphs)
def test_every_variable_is_owned_once_and_every_message_arrives(drawn):
    count, scopes = drawn
    layout = lay_out(clique_tree([2] * count, scopes), [2] * count)
    assert sorted(variable for place in layout.cliques for variable in place.own) == list(range(count))
    assert len(layout.marginal) == sum(
        len(place.own) * 2 ** (len(place.own) + len(place.separator)) for place in layout.cliques
    )
    rows = np.arange(len(layout.clique_of_row) + 1)
    sent = {row for batch in layout.batches if batch.above for row in rows[batch.rows].tolist()}
    assert set(layout.below.ravel().tolist()) - {len(layout.clique_of_row)} == sent


def test_a_clique_beyond_the_limit_is_named():
    with pytest.raises(TooWide) as caught:
        clique_tree([2] * 20, list(combinations(range(20), 2)))
    assert len(caught.value.members) > elimination.WIDEST


def required(groups):
    """Micro-skills a to j, and one that requires each of these groups."""
    names = [chr(ord("a") + at) for at in range(10)]
    strands = [skill(name, -1.0 + at / 30) for at, name in enumerate(names)]
    requirements = []
    for at, group in enumerate(groups):
        strands.append(skill(f"X{at:02}", 1.0 + at / 30))
        requirements.append(Requirement(f"X{at:02}", tuple((name,) for name in group)))
    return Structure(tuple(strands), (item("q", "a"),), tuple(requirements))


FEW_POINTS = Population((0.7,), (1.0,), (0.0,), step=1.0)
PAIRS = list(combinations("abcdefghij", 2))


def test_too_entangled_requirements_are_refused_with_a_remedy_that_holds(monkeypatch):
    monkeypatch.setattr(elimination, "WIDEST", 8)
    structure = required(PAIRS)
    with pytest.raises(InvalidStructure, match="too entangled") as caught:
        compile_structure(structure, FEW_POINTS)
    words = str(caught.value)
    assert "'a'" in words
    said = {tuple(part.replace("'", "").split(" requires ")) for part in words.split("leave out that ")[1].split("; ")}
    assert said
    kept = []
    for one in structure.requirements:
        groups = tuple(group for group in one.groups if (one.skill, group[0]) not in said)
        kept += [Requirement(one.skill, groups)] if groups else []
    assert "as a beginning" not in words
    assert compile_structure(Structure(structure.strands, structure.items, tuple(kept)), FEW_POINTS).width == 8


def test_what_follows_from_other_requirements_is_the_first_to_leave_out(monkeypatch):
    monkeypatch.setattr(elimination, "WIDEST", 2)
    strands = tuple(skill(code, height / 10) for height, code in enumerate("abcde"))
    requirements = (
        Requirement("b", (("a",),)),
        Requirement("c", (("b",), ("a",))),
        Requirement("d", (("c",), ("b",), ("a",))),
        Requirement("e", (("d",), ("c",), ("b",), ("a",))),
    )
    with pytest.raises(InvalidStructure, match="too entangled") as caught:
        compile_structure(Structure(strands, (), requirements), FEW_POINTS)
    said = str(caught.value).split("leave out that ")[1].split("; ")
    assert said
    assert not {"'b' requires 'a'", "'c' requires 'b'", "'d' requires 'c'", "'e' requires 'd'"} & set(said)


def test_many_wide_cliques_together_are_too_much(monkeypatch):
    monkeypatch.setattr(elimination, "MOST_ENTRIES", 30)
    with pytest.raises(InvalidStructure, match="too entangled"):
        compile_structure(entangled())


def test_the_width_is_known_when_a_structure_is_compiled():
    assert compile_structure(graph(40, several=0.0)).width == 1
    assert 2 <= compile_structure(graph(40)).width <= 6
    assert compile_structure(Structure((skill("a"), skill("b")), ())).width == 0
