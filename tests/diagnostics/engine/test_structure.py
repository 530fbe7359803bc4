"""Structures, strands and their documents: nothing is lost, and what contradicts itself is refused."""

import json
from dataclasses import replace

import pytest

from pathways.diagnostics.engine import (
    InvalidStructure,
    LevelSkill,
    LevelStrand,
    Population,
    Structure,
    UnknownSkill,
    compile_structure,
    threshold_of_share,
    thresholds,
)
from tests.diagnostics.engine.ladders import distinct, item, small, strand


@pytest.mark.parametrize("structure", [small(), distinct(3)])
def test_a_structure_survives_json(structure):
    document = json.loads(json.dumps(structure.to_document()))
    assert Structure.from_document(document) == structure
    assert Structure.from_document(document).to_document() == structure.to_document()


@pytest.mark.parametrize(
    ("strands", "items", "error", "words"),
    [
        ((), (), InvalidStructure, "needs a strand"),
        ((strand("A", 0.0), strand("A", 1.0)), (), InvalidStructure, "strand codes are met twice: A"),
        (
            (strand("A", 0.0), LevelStrand("B", (LevelSkill("A1", 0.0),))),
            (),
            InvalidStructure,
            "micro-skill codes are met twice: A1",
        ),
        (
            (strand("A", 0.0),),
            (item("q", "A1"), item("q", "A1")),
            InvalidStructure,
            "item codes are met twice: q",
        ),
        ((strand("A", 0.0),), (item("q", "Z9"),), UnknownSkill, "'q' measures 'Z9'"),
    ],
)
def test_a_structure_that_contradicts_itself_is_refused(strands, items, error, words):
    with pytest.raises(error, match=words):
        Structure(strands, items)


@pytest.mark.parametrize("heights", [(0.0, 0.0), (1.0, 0.5), (0.0, float("nan")), (float("inf"),), ()])
def test_thresholds_must_rise(heights):
    with pytest.raises(InvalidStructure):
        strand("A", *heights)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(format="structure-0"), "format"),
        (lambda d: d.pop("items"), "lacks 'items'"),
        (lambda d: d["items"][0].pop("slip"), "lacks 'slip'"),
        (lambda d: d["items"][0].update(slip="0.1"), "'slip' of item 'A1-a' is no number: '0.1'"),
        (lambda d: d["items"][0].update(slip=None), "is no number: None"),
        (lambda d: d["items"][0].update(slip=True), "is no number: True"),
        (lambda d: d["items"][0].update(skill=4), "'skill' of item 'A1-a' is no text: 4"),
        (lambda d: d["items"][0].update(slips=0.1), "unknown key 'slips'"),
        (lambda d: d.update(items="A1-a"), "'items' of the document is no list"),
        (lambda d: d.update(items=["A1-a"]), "an item is no object"),
        (lambda d: d["strands"][0].update(model="circle"), "no known model"),
        (lambda d: d["strands"].append("A"), r"no known model .*: 'A'"),
        (lambda d: d["strands"][0].update(skills={}), "is no list"),
        (lambda d: d["strands"][0]["skills"][0].pop("threshold"), "lacks 'threshold'"),
        (lambda d: d["strands"][0]["skills"][0].update(threshold=9.0), "does not rise"),
    ],
)
def test_a_broken_document_is_refused_by_name(change, words):
    document = small().to_document()
    change(document)
    with pytest.raises(InvalidStructure, match=words):
        Structure.from_document(document)


@pytest.mark.parametrize("document", [None, [], "structure", {}])
def test_something_else_is_no_document(document):
    with pytest.raises(InvalidStructure, match="not a document"):
        Structure.from_document(document)


@pytest.mark.parametrize(
    "change",
    [
        {"code": ""},
        {"slip": -0.1},
        {"slip": 1.5},
        {"guess": float("nan")},
        {"dont_know_mastered": 2.0},
        {"seconds": 0.0},
        {"seconds": float("inf")},
        {"slip": 0.8, "guess": 0.9, "dont_know_not_mastered": 0.0},
    ],
)
def test_an_impossible_item_is_refused(change):
    with pytest.raises(InvalidStructure):
        replace(item("q", "A1"), **change)


def test_compiled_arrays_cannot_be_changed_and_do_not_depend_on_the_order_of_items():
    structure = small()
    compiled = compile_structure(structure)
    turned = compile_structure(Structure(structure.strands, structure.items[::-1]))
    for name, value in vars(compiled).items():
        if hasattr(value, "flags"):
            assert not value.flags.writeable, name
            assert (value == getattr(turned, name)).all(), name


def test_one_rung_per_level_is_evenly_spread_over_the_range():
    assert thresholds([1, 2, 3], 3) == pytest.approx((-1.6, 0.0, 1.6))
    assert thresholds(range(1, 9), 8) == pytest.approx([-1.6 + 3.2 * level / 7 for level in range(8)])


def test_rungs_that_share_a_level_stay_in_its_band():
    shared = thresholds([1, 1, 2, 2, 2, 3, 3], 3)
    assert shared == pytest.approx((-1.6, -1.2, -0.8 / 1.5, 0.0, 0.8 / 1.5, 1.2, 1.6))
    assert thresholds([2, 2], 3) == pytest.approx((-0.4, 0.4))
    assert thresholds([1, 1], 1) == pytest.approx((-0.8, 0.8))
    assert thresholds([], 3) == ()


@pytest.mark.parametrize("highest", [1, 2, 3, 8])
def test_thresholds_always_rise_within_the_range(highest):
    for copies in (1, 2, 5, 9):
        levels = [level for level in range(1, highest + 1) for _ in range(copies)]
        found = thresholds(levels, highest)
        assert len(found) == len(levels)
        assert found[0] >= -1.6 - 1e-12 and found[-1] <= 1.6 + 1e-12  # noqa: PT018
        strand("A", *found)


@pytest.mark.parametrize(("levels", "highest"), [([2, 1], 3), ([0, 1], 3), ([1, 4], 3)])
def test_levels_that_fall_or_leave_the_scale_are_refused(levels, highest):
    with pytest.raises(InvalidStructure):
        thresholds(levels, highest)


def test_a_share_gives_the_threshold_that_gives_the_share_back():
    assert threshold_of_share(0.5) == pytest.approx(0.0)
    assert threshold_of_share(0.9) == pytest.approx(-1.2815515655446004)
    for share in (0.0, 1.0, float("nan")):
        with pytest.raises(InvalidStructure):
            threshold_of_share(share)


@pytest.mark.parametrize(
    "axes",
    [
        {"correlations": ()},
        {"correlations": (0.0,)},
        {"correlations": (1.0,)},
        {"spreads": (0.0,)},
        {"shifts": ()},
    ],
)
def test_an_impossible_population_is_refused(axes):
    with pytest.raises(InvalidStructure):
        Population(**axes)


def test_settings_that_share_a_point_share_it_exactly():
    grid = Population().grid()
    assert grid.weight.size == 4 * 3 * 29
    assert grid.weight.sum() == pytest.approx(1.0, abs=1e-12)
    apart = Population(shifts=(-1.25, 0.0, 1.25)).grid()
    assert apart.weight.size == 4 * 3 * 3 * 21
