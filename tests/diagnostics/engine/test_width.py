"""The width of a structure is known before its tables are, and what is left out makes it narrow enough."""

import pytest
from hypothesis import given, settings

from pathways.diagnostics.engine import Population, Structure, compile_structure, entries, narrowed
from tests.diagnostics.engine.graphs.structures import entangled, graph, skill, structures

FEW_POINTS = Population((0.7,), (1.0,), (0.0,), step=1.0)


@settings(deadline=None, max_examples=60)
@given(structures())
def test_entries_are_those_of_the_tables(structure):
    linked = compile_structure(structure, FEW_POINTS).linked
    assert entries(structure) == (0 if linked is None else linked.entries)


def test_nothing_is_left_out_of_what_is_narrow_enough():
    structure = entangled()
    found = narrowed(structure, entries(structure))
    assert found.structure == structure
    assert not found.lost


@pytest.mark.parametrize("most", [600, 300])
def test_a_wide_graph_loses_as_few_as_it_must(most):
    structure = graph(80, several=0.6, seed=2)
    assert entries(structure) > most
    found = narrowed(structure, most)
    assert found.lost
    assert entries(found.structure) <= most
    kept = sum(len(one.groups) for one in found.structure.requirements)
    assert kept > len(structure.skill_codes) / 2
    linked = compile_structure(found.structure, FEW_POINTS).linked
    assert linked is not None
    assert linked.entries == entries(found.structure)


def test_strands_alone_have_no_entries():
    structure = Structure((skill("a"), skill("b")), ())
    assert entries(structure) == 0
    assert narrowed(structure, 0).structure == structure
