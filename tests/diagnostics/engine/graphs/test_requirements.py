"""What requirements may say, what they say twice, and their documents."""

import json
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.diagnostics.engine import InvalidStructure, Requirement, Structure, UnknownSkill
from pathways.diagnostics.engine.graphs.requirements import Rung, cycle, simplified
from tests.diagnostics.engine.graphs.structures import entangled, item, ladder, skill, structures
from tests.diagnostics.engine.ladders import small


@pytest.mark.parametrize(
    ("groups", "leak", "words"),
    [
        ((), 0.02, "empty group"),
        ((("A",), ()), 0.02, "empty group"),
        ((("A", "A"),), 0.02, "'A' twice"),
        ((("A",),), 1.0, "leak"),
        ((("A",),), -0.1, "leak"),
        ((("A",),), float("nan"), "leak"),
    ],
)
def test_an_impossible_requirement_is_refused(groups, leak, words):
    with pytest.raises(InvalidStructure, match=words):
        Requirement("S", groups, leak)


STRANDS = (ladder("A", -1.0, 0.0, 1.0), ladder("B", -0.5, 0.5), skill("C"))


@pytest.mark.parametrize(
    ("requirements", "words"),
    [
        ((Requirement("C", (("C",),)),), "cycle: C → C"),
        ((Requirement("A1", (("B2",),)), Requirement("B1", (("A1",),))), "cycle: A1 → B2 → B1 → A1"),
        ((Requirement("A1", (("A3",),)),), "cycle: A1 → A3 → A2 → A1"),
        ((Requirement("C", (("B1", "A2"),)), Requirement("A1", (("C",),))), "cycle: A1 → C → A2 → A1"),
        ((Requirement("C", (("A1",),)), Requirement("C", (("B1",),))), "more than one requirement of C"),
    ],
)
def test_requirements_that_contradict_each_other_are_refused(requirements, words):
    with pytest.raises(InvalidStructure, match=words):
        Structure(STRANDS, (), requirements)


@pytest.mark.parametrize("requirement", [Requirement("Z", (("A1",),)), Requirement("C", (("A1", "Z"),))])
def test_a_requirement_on_nothing_is_refused(requirement):
    with pytest.raises(UnknownSkill, match="'Z'"):
        Structure(STRANDS, (), (requirement,))


def test_a_question_on_nothing_or_twice_on_the_same_is_refused():
    with pytest.raises(UnknownSkill, match="'q' measures 'Z'"):
        Structure(STRANDS, (item("q", "A1", "Z"),))
    with pytest.raises(InvalidStructure, match="names a micro-skill twice"):
        item("q", "A1", "B1", "A1")


@settings(deadline=None)
@given(st.integers(0, 9), st.integers(1, 9), st.permutations(range(10)))
def test_a_cycle_is_found_wherever_it_is(start, length, names):
    chain = {str(names[at]): [str(names[at + 1])] for at in range(9)}
    assert cycle(chain) == ()
    end = min(start + length, 9)
    chain.setdefault(str(names[end]), []).append(str(names[start]))
    found = cycle(chain)
    assert found[0] == found[-1]
    assert sorted(found[:-1]) == sorted(str(names[at]) for at in range(start, end + 1))
    assert all(after in chain[before] for before, after in pairwise(found))


def test_a_long_chain_is_no_cycle_and_no_recursion():
    assert cycle({str(at): [str(at + 1)] for at in range(20_000)}) == ()


rungs = st.builds(Rung, st.integers(0, 2), st.integers(0, 2), ordered=st.just(value=True))


@settings(deadline=None, max_examples=300)
@given(rungs, st.lists(st.lists(rungs, min_size=1, max_size=3, unique=True), max_size=4))
def test_simplified_groups_hold_for_the_same_profiles(own, groups):
    less = simplified(own, groups)
    assert sum(map(len, less)) <= sum(map(len, groups))
    for states in product(range(4), repeat=3):
        if states[own.strand] >= own.place:  # the rung below is mastered: elsewhere the gate is not looked at
            mastered = [[states[one.strand] > one.place for one in group] for group in groups]
            left = [[states[one.strand] > one.place for one in group] for group in less]
            assert all(map(any, mastered)) == all(map(any, left))


def test_what_follows_from_a_leaky_requirement_only_stays():
    """A requires B, which requires C: that A requires C, too, is no repetition, since both leak."""
    a, b = Rung(0, 0, ordered=True), Rung(1, 0, ordered=True)
    c = Rung(2, 0, ordered=True)
    assert simplified(a, [[b], [c]]) == ((b,), (c,))
    assert simplified(a, [[b, c], [b]]) == ((b,),)


@settings(deadline=None, max_examples=40)
@given(structures())
def test_a_structure_survives_json(structure):
    document = json.loads(json.dumps(structure.to_document()))
    assert Structure.from_document(document) == structure
    assert Structure.from_document(document).to_document() == structure.to_document()


def test_a_structure_without_anything_new_is_written_as_before():
    document = small().to_document()
    assert document["format"] == "structure-1"
    assert set(document) == {"format", "strands", "items"}
    assert "also" not in document["items"][0]
    assert "testlet" not in document["items"][0]
    assert entangled().to_document()["format"] == "structure-2"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.pop("requirements"), "lacks 'requirements'"),
        (lambda d: d.update(format="structure-1"), "unknown key 'requirements'"),
        (lambda d: d.update(format="structure-3"), "not a document of format"),
        (lambda d: d["requirements"].append("A1"), "a requirement is no object"),
        (lambda d: d["requirements"][0].pop("leak"), "a requirement lacks 'leak'"),
        (lambda d: d["requirements"][0].update(leak="x"), "the leak of what 'A3' requires is no number"),
        (lambda d: d["requirements"][0].update(groups={}), "'groups' of what 'A3' requires is no list"),
        (lambda d: d["requirements"][0]["groups"].append("A1"), "a group of what 'A3' requires is no list"),
        (lambda d: d["requirements"][0]["groups"].append([1]), "a member of what 'A3' requires is no text"),
        (lambda d: d["items"][0].pop("also"), "lacks 'also'"),
        (lambda d: d["items"][0].update(also="A2"), "'also' of item 'A1-0' is no list"),
        (lambda d: d["items"][0].update(testlet=3), "'testlet' of item 'A1-0' is no text"),
    ],
)
def test_a_broken_document_is_refused_by_name(change, words):
    document = entangled().to_document()
    change(document)
    with pytest.raises(InvalidStructure, match=words):
        Structure.from_document(document)
