"""Sums over forests and clique trees: in any order, of any number of answers, of many learners at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.diagnostics.engine import (
    EVIDENCE,
    Outcome,
    Population,
    Requirement,
    Structure,
    compile_structure,
    masteries,
)
from pathways.diagnostics.engine.graphs import forest, propagation, tree
from tests.diagnostics.engine.graphs.enumeration import Profiles
from tests.diagnostics.engine.graphs.structures import (
    entangled,
    graph,
    item,
    ladder,
    outcomes_of,
    skill,
    structures,
    thresholds_of,
)
from tests.diagnostics.engine.ladders import WHOLE
from tests.diagnostics.engine.plainly import infer

NARROW = Population((0.7,), (1.0,), (0.0,))
ENTANGLED = compile_structure(entangled(), NARROW)

answers = st.lists(st.tuples(st.sampled_from(ENTANGLED.item_codes), st.sampled_from(WHOLE)), max_size=25)
quick = settings(deadline=None, max_examples=50)


@quick
@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_not_one_bit(given_answers, random):
    shuffled = list(given_answers)
    random.shuffle(shuffled)
    assert (infer(ENTANGLED, given_answers).states == infer(ENTANGLED, shuffled).states).all()


@quick
@given(answers)
def test_probabilities_are_probabilities(given_answers):
    posterior = infer(ENTANGLED, given_answers)
    assert posterior.states.sum(axis=2) == pytest.approx(1.0, abs=1e-12)
    assert posterior.states.min() >= 0.0
    assert posterior.weights.sum() == pytest.approx(1.0, abs=1e-12)
    for strand in ENTANGLED.structure.strands:
        along = [posterior.mastery(code) for code in strand.skill_codes]
        assert sorted(along, reverse=True) == pytest.approx(along, abs=1e-12)


@settings(deadline=None, max_examples=80)
@given(structures(most=8), st.data())
def test_a_right_answer_never_lowers_mastery_of_its_skills(structure, data):
    compiled = compile_structure(structure, NARROW)
    pairs = [(one.code, outcome) for one in structure.items for outcome in outcomes_of(one)]
    before = data.draw(st.lists(st.sampled_from(pairs), max_size=8))
    asked = data.draw(st.sampled_from(structure.items))
    if asked.testlet and any(compiled.testlets.get(code) == compiled.testlets[asked.code] for code, _ in before):
        return  # then it is no further answer
    found = infer(compiled, before).mastery_by_skill()
    after = infer(compiled, [*before, (asked.code, Outcome.CORRECT)]).mastery_by_skill()
    assert all(after[code] >= found[code] - 1e-12 for code in asked.skills)


@quick
@given(st.lists(answers, min_size=1, max_size=5))
def test_learners_of_a_block_are_the_same_as_one_by_one(several):
    one_by_one = np.array([infer(ENTANGLED, own).masteries for own in several])
    assert masteries(ENTANGLED, several) == pytest.approx(one_by_one, abs=1e-12, rel=0)


@quick
@given(answers)
def test_in_logarithms_the_same_comes_out(given_answers):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(propagation, "FAR", 1.0)
        patch.setattr(forest, "FAR", 1.0)
        in_logarithms = infer(ENTANGLED, given_answers)
    assert in_logarithms.masteries == pytest.approx(infer(ENTANGLED, given_answers).masteries, abs=1e-12, rel=0)
    assert in_logarithms.weights == pytest.approx(infer(ENTANGLED, given_answers).weights, abs=1e-12, rel=0)


@pytest.mark.parametrize("several", [0.0, 0.3])
def test_relays_change_nothing(several, monkeypatch):
    structure = graph(60, seed=2, local=60, several=several)
    star = [
        Requirement(one.skill, (*one.groups, ("S0000",)) if several else (("S0000",),))
        for one in structure.requirements
    ]
    structure = Structure(
        structure.strands, structure.items, tuple(one for one in star if one.groups[0] != one.groups[-1] or not several)
    )
    plain = compile_structure(structure, NARROW)
    monkeypatch.setattr(tree, "MANY", 2)
    relayed = compile_structure(structure, NARROW)
    codes = [(code, "correct" if at % 3 else "incorrect") for at, code in enumerate(plain.item_codes[::4])]
    assert infer(relayed, codes).masteries == pytest.approx(infer(plain, codes).masteries, abs=1e-12, rel=0)


ONE_ABOVE = Structure(
    (skill("P", 0.0), *(skill(f"Q{at}", 0.5) for at in range(3)), ladder("L", -0.5, 0.5)),
    tuple(item(code, code) for code in ("P", "Q0", "Q1", "Q2", "L1", "L2")),
    tuple(Requirement(code, (("P",),)) for code in ("Q0", "Q1", "Q2", "L1")),
)
TWO_ABOVE = Structure(
    ONE_ABOVE.strands,
    ONE_ABOVE.items,
    (*ONE_ABOVE.requirements[1:], Requirement("Q0", (("P",), ("L1",), ("Q2", "Q1")), 0.0)),
)


@pytest.mark.parametrize("structure", [ONE_ABOVE, TWO_ABOVE], ids=["forest", "tree"])
@pytest.mark.parametrize(
    "pattern",
    [
        [("P", "incorrect"), ("Q0", "correct"), ("Q1", "correct"), ("Q2", "correct")],
        [("P", "correct"), ("Q0", "incorrect"), ("L1", "incorrect"), ("L2", "correct")],
        [("P", "dont_know"), ("L2", "correct"), ("Q2", "dont_know")],
        [("L1", "incorrect"), ("L2", "correct")],
    ],
)
def test_hundreds_of_contradictory_answers_stay_exact(structure, pattern):
    """The likelihoods are far outside of what doubles hold; logarithms of plain sums say what is right."""
    compiled = compile_structure(structure, NARROW)
    assert compiled.linked is not None
    assert (compiled.linked.tree is None) == (structure is ONE_ABOVE)
    truth = Profiles(structure, NARROW, thresholds_of(compiled))
    for times in (1, 60, 400):
        wanted = truth.mastery_after(pattern * times)
        assert infer(compiled, pattern * times).mastery_by_skill() == pytest.approx(wanted, abs=1e-9, rel=0)


@pytest.mark.slow
@pytest.mark.parametrize("several", [0.0, 0.05])
def test_five_hundred_answers_on_two_thousand_micro_skills_do_not_underflow(several):
    structure = graph(2000, local=12, several=several)
    compiled = compile_structure(structure, NARROW)
    rng = np.random.default_rng(5)
    codes = rng.choice(compiled.item_codes, 500, replace=False).tolist()
    for outcomes in (("correct",), ("incorrect",), ("correct", "incorrect", "dont_know")):
        given_answers = [(code, outcomes[rng.integers(len(outcomes))]) for code in codes]
        posterior = infer(compiled, given_answers)
        assert posterior.states.sum(axis=2) == pytest.approx(1.0, abs=1e-9)
        assert posterior.weights.sum() == pytest.approx(1.0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(propagation, "FAR", 1.0)
            patch.setattr(forest, "FAR", 1.0)
            assert infer(compiled, given_answers).masteries == pytest.approx(posterior.masteries, abs=1e-9)


def test_before_any_answer_a_ladder_without_gates_is_what_it_was():
    alone = compile_structure(Structure(ENTANGLED.structure.strands, ()), NARROW)
    for code in ("A1", "A2", "B1", "C1", "C2", "D", "H1", "H2", "H3"):
        assert infer(ENTANGLED, []).mastery(code) == pytest.approx(infer(alone, []).mastery(code), abs=1e-14)


def test_one_answer_tells_what_requires_and_what_is_required():
    structure = Structure(
        (skill("A", 0.0), skill("B", 0.5), skill("Z", 0.5)),
        (item("a", "A"), item("b", "B")),
        (Requirement("B", (("A",),)),),
    )
    compiled = compile_structure(structure)
    before = infer(compiled, []).mastery_by_skill()
    right = infer(compiled, [("b", EVIDENCE[0])]).mastery_by_skill()
    assert right["A"] > before["A"] + 0.2
    assert right["A"] > right["B"]
    wrong = infer(compiled, [("a", EVIDENCE[1])]).mastery_by_skill()
    assert wrong["B"] < before["B"] - 0.1
    assert before["Z"] - wrong["Z"] < before["B"] - wrong["B"]
