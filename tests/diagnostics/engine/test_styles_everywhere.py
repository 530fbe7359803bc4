"""With styles of answering, whatever reads answers says the same: of one learner, of many, over several sittings."""

from dataclasses import replace

import numpy as np
import pytest

from pathways.diagnostics.engine import (
    EVIDENCE,
    FIRST_NEAR,
    FIRST_STYLES,
    KNOWN_STYLES,
    InvalidStructure,
    Outcome,
    Population,
    Requirement,
    Sitting,
    StopRules,
    Structure,
    Style,
    believe,
    compile_structure,
    decide,
    infer,
    masteries,
    simulate,
    simulation,
)
from pathways.diagnostics.engine.continuous import ContinuousStrand
from pathways.diagnostics.engine.mixing import Mixed, infer_mixture
from pathways.diagnostics.engine.mixture import mix
from pathways.diagnostics.engine.stopping import STOPS
from tests.diagnostics.engine.ladders import distinct, even, item, small, strand

TIED = Structure(
    (strand("A", -0.5, 0.5), strand("B", 0.2), strand("C", -0.1), strand("D", 0.0, 0.7)),
    (
        *(item(f"q{skill}", skill) for skill in ("A1", "A2", "B1", "C1", "D1", "D2")),
        replace(item("both", "A2"), also=("B1",)),
        *(replace(item(f"s{skill}", skill), testlet="stem") for skill in ("A1", "D2")),
    ),
    (Requirement("B1", (("A1",),)), Requirement("C1", (("A2", "B1"),))),
    FIRST_STYLES,
)
SMOOTH = Structure(
    (*small().strands, ContinuousStrand("E", strand("E", -0.5, 0.6).skills)),
    (*small().items, item("E1-a", "E1"), item("E2-a", "E2")),
)
WORLDS = {
    "ladders": replace(distinct(7, rungs=4), styles=FIRST_STYLES),
    "small": replace(small(), styles=(Style(0.5, hole=0.1), Style(0.2, noise=0.1), Style(0.3, slope=1.2))),
    "tied": TIED,
    "with a continuous strand": replace(SMOOTH, styles=KNOWN_STYLES),
}


def with_credit(structure):
    """Every other item with partial credit."""
    nears = (None, FIRST_NEAR)
    return replace(structure, items=tuple(replace(one, near=nears[n % 2]) for n, one in enumerate(structure.items)))


WORLDS |= {f"{name}, partial credit": with_credit(structure) for name, structure in WORLDS.items()}
RULES = StopRules(accuracy=0.9, questions=12, seconds=420.0)


def answered(compiled, seed, most=25):
    """Answers of somebody who taps at random, some of them to the same question again."""
    rng = np.random.default_rng(seed)
    codes = rng.choice(compiled.item_codes, size=rng.integers(most + 1)).tolist()
    answers = [(code, EVIDENCE[rng.integers(3)]) for code in codes]
    if not compiled.near_rows:
        return answers
    partly = {("incorrect", True): Outcome.PARTLY}
    return [(code, partly.get((y, code in compiled.near_rows and rng.random() < 0.5), y)) for code, y in answers]


@pytest.fixture(scope="module", params=WORLDS)
def compiled(request):
    return compile_structure(WORLDS[request.param])


def test_infer_is_the_mixture_of_the_structure(compiled):
    answers = answered(compiled, 3)
    found = infer(compiled, answers)
    assert isinstance(found, Mixed)
    expected = infer_mixture(mix(compiled, compiled.structure.styles), answers)
    assert np.array_equal(found.masteries, expected.masteries)
    assert np.array_equal(found.information(), expected.information())


def test_many_learners_are_what_each_of_them_is(compiled):
    learners = [answered(compiled, seed) for seed in range(70)]
    expected = np.array([infer(compiled, answers).masteries for answers in learners])
    assert masteries(compiled, learners) == pytest.approx(expected, abs=1e-12, rel=0)


def test_one_sitting_is_what_infer_says(compiled):
    for seed in range(6):
        answers = answered(compiled, seed)
        expected = infer(compiled, answers).masteries
        assert believe(compiled, [Sitting(answers)]).masteries() == pytest.approx(expected, abs=1e-12, rel=0)


@pytest.mark.parametrize("world", ["ladders", "ladders, partial credit"])
def test_one_sitting_in_two_pieces_is_what_infer_says(world):
    """Of one micro-skill, a hole is one hole in both pieces."""
    compiled = compile_structure(WORLDS[world])
    for seed in range(4):
        first, second = answered(compiled, seed), answered(compiled, seed + 50)
        expected = infer(compiled, [*first, *second]).masteries
        found = believe(compiled, [Sitting(first), Sitting(second, 0.2)]).masteries()
        assert found == pytest.approx(expected, abs=1e-12, rel=0)


def test_simulated_learners_are_asked_what_decide_would_ask(compiled):
    learners = simulation.draw(compiled, 12, 12, np.random.default_rng(4))
    sittings = simulation.sit(compiled, RULES, learners)
    for learner in range(12):
        answers, left, spent = sittings.answers(compiled, learner), set(compiled.item_codes), 0.0
        for count, (asked, _) in enumerate(answers):
            decision = decide(compiled, RULES, answers[:count], left, seconds_spent=spent)
            assert decision.next_item == asked
            claimed = sittings.certainty[learner, count]
            assert decision.posterior.expected_accuracy() == pytest.approx(claimed, abs=1e-12, rel=0)
            left.discard(asked)
            spent += decision.seconds * learners.pace[learner, count]
        last = decide(compiled, RULES, answers, left, seconds_spent=spent)
        assert last.stopped == STOPS[sittings.stops[learner]]
        assert last.posterior.masteries == pytest.approx(sittings.mastery[learner], abs=1e-12, rel=0)


def test_the_first_question_is_easy_if_one_is(compiled):
    belief = infer(compiled, [])
    decision = decide(compiled, RULES, [], compiled.item_codes)
    assert decision.next_item is not None
    right = belief.predicted(decision.next_item)[Outcome.CORRECT]
    assert right == pytest.approx(belief.right()[compiled.item_index[decision.next_item]], abs=1e-12)
    assert right >= 0.7 or belief.right().max() < 0.7


def test_simulated_learners_answer_in_their_styles_and_are_claimed_as_they_are():
    compiled = compile_structure(replace(even(6, guesses=(0.05, 0.25)), styles=FIRST_STYLES))
    found = simulate(compiled, StopRules(questions=15), learners=600, seed=8)
    for point in found.curve:
        assert point.certainty == pytest.approx(point.accuracy, abs=0.02)
    learners = simulation.draw(compiled, 4000, 1, np.random.default_rng(1))
    assert compiled.mixture is not None
    assert learners.styles is not None
    assert learners.turned is not None
    truth = simulation.true_mastery(compiled, learners.states) ^ learners.turned
    assert truth.mean(axis=0) == pytest.approx(infer(compiled, []).masteries, abs=0.03)
    assert np.bincount(learners.styles) / 4000 == pytest.approx(compiled.mixture.shares, abs=0.03)


def test_simulated_wrong_answers_come_near_as_often_as_the_class_of_each_learner_says():
    structure = with_credit(replace(even(3, rungs=3, guesses=(0.25, 0.3)), styles=(Style(0.5, noise=0.1), Style(0.5))))
    compiled = compile_structure(structure)
    learners = simulation.draw(compiled, 7000, 9, np.random.default_rng(2))
    sittings = simulation.sit(compiled, StopRules(questions=9, least_information=0.0), learners)
    truth = simulation.true_mastery(compiled, learners.states)
    items = {one.code: one for one in structure.items}
    counts = np.zeros((2, 2, 2))
    for learner, own in enumerate(learners.styles if learners.styles is not None else ()):
        for code, outcome in sittings.answers(compiled, learner):
            one = items[code]
            if one.near is not None and outcome in {Outcome.PARTLY, Outcome.INCORRECT}:
                mastered = int(truth[learner, compiled.skill_index[one.skill]])
                counts[own, mastered, int(outcome == Outcome.PARTLY)] += 1
    share, wrong = counts[:, :, 1] / counts.sum(axis=2), counts.sum(axis=2)
    assert (wrong > 300).all()
    expected = np.array([[0.35 + 0.1 * 0.65, 0.9 * 0.75], [0.35, 0.75]])
    assert (np.abs(share - expected) < 3.0 * np.sqrt(expected * (1.0 - expected) / wrong)).all()


def test_drawn_profiles_are_as_frequent_as_they_are_believed(compiled):
    sittings = [Sitting(answered(compiled, 1)), Sitting(answered(compiled, 2, most=6), 100.0)]
    belief = believe(compiled, sittings, days=50.0)
    assert belief.drawn(20_000, seed=3).mean(axis=0) == pytest.approx(belief.masteries(), abs=0.015)
    assert sum(one.weight for one in belief.components) == pytest.approx(1.0)


def test_a_style_without_holes_is_carried_like_no_style():
    """The account of plain answers, given as a style, is exactly what it is without."""
    population = Population((0.7,), (1.0,), (0.0,))
    plain = compile_structure(small(), population)
    styled = compile_structure(replace(small(), styles=(Style(1.0),)), population)
    sittings = [
        Sitting([("A1-a", "correct"), ("B1-a", "incorrect")]),
        Sitting([("A3-a", "correct"), ("C1-a", "dont_know")], 40.0, {"B1": 0.8}),
    ]
    expected = believe(plain, sittings, days=90.0, learnt={"A2": 0.5}).mastery_by_skill()
    found = believe(styled, sittings, days=90.0, learnt={"A2": 0.5}).mastery_by_skill()
    assert found == pytest.approx(expected, abs=1e-12, rel=0)


def test_what_was_learnt_since_is_no_hole_any_more():
    compiled = compile_structure(replace(small(), styles=(Style(1.0, hole=0.2),)))
    wrong = [Sitting([("A1-a", "incorrect"), ("A1-b", "incorrect"), ("A3-b", "correct"), ("A3-a", "correct")])]
    before = believe(compiled, wrong).mastery_by_skill()["A1"]
    after = believe(compiled, wrong, learnt={"A1": 0.95}).mastery_by_skill()["A1"]
    assert before < 0.3
    assert after > 0.6


def test_a_structure_with_styles_is_a_document_and_back():
    structure = replace(small(), styles=FIRST_STYLES)
    document = structure.to_document()
    assert document["format"] == "structure-2"
    assert document["styles"][0].keys() == {"share", "hole", "noise", "slope", "dont_know"}
    assert Structure.from_document(document) == structure
    assert "styles" not in TIED_PLAIN.to_document()
    assert Structure.from_document(TIED_PLAIN.to_document()) == TIED_PLAIN
    assert small().to_document()["format"] == "structure-1"


TIED_PLAIN = replace(TIED, styles=())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"share": "much"}, "share of a style"),
        ({"dont_know": 1}, "neither true nor false"),
        ({"slope": True}, "slope of a style"),
        ({"hole": 0.7}, "holes of 0.7"),
        ({"colour": 1}, "unknown key"),
    ],
)
def test_a_wrong_style_is_named(change, said):
    document = replace(small(), styles=(Style(1.0),)).to_document()
    document["styles"][0] |= change
    with pytest.raises(InvalidStructure, match=said):
        Structure.from_document(document)


def test_styles_are_not_for_the_first_format():
    document = small().to_document() | {"styles": []}
    with pytest.raises(InvalidStructure, match="styles"):
        Structure.from_document(document)


def test_ability_is_averaged_over_styles(compiled):
    low, high = (
        infer(compiled, [(code, outcome) for code in compiled.item_codes]).ability()[0]
        for outcome in (Outcome.INCORRECT, Outcome.CORRECT)
    )
    assert low < infer(compiled, []).ability()[0] < high
