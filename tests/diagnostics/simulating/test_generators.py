"""People made up: each generator does what its letter says, and none is what the engine believes."""

from __future__ import annotations

import numpy as np
import pytest

from pathways.diagnostics.engine import Structure
from pathways.diagnostics.simulating.bank import Bank
from pathways.diagnostics.simulating.generators import GENERATORS, GeneratedLearners
from pathways.diagnostics.simulating.learners import Change, Learner
from pathways.diagnostics.simulating.populations import other_graph, satisfied, usual
from tests.diagnostics.simulating.banks import bank, ladders

pytestmark = pytest.mark.slow  # thousands of people

PEOPLE = 400


def a_bank() -> Bank:
    return bank(ladders(6, 4, 3)).without_dont_know()


def made(name: str, count: int = PEOPLE, structure: Structure | None = None, seed: int = 11) -> GeneratedLearners:
    return GeneratedLearners(name, structure or a_bank().structure, seed, count)


def known_of(one: Learner | Change) -> frozenset[str]:
    assert one.mastered is not None
    return one.mastered


def masteries(learners, structure: Structure | None = None):
    codes = (structure or a_bank().structure).skill_codes
    return np.array([[code in known_of(one) for code in codes] for one in learners])


def rightness(learners, *, mastered: bool) -> float:
    """Share of right answers among items whose micro-skill is mastered, or is not."""
    right = [
        outcome == "correct"
        for one in learners
        for item, outcome in one.answers.items()
        if (item.split("-")[0] in known_of(one)) == mastered
    ]
    return float(np.mean(right))


@pytest.mark.parametrize("name", GENERATORS)
def test_a_learner_is_the_same_among_few_and_among_many(name):
    few, many = made(name, 3), made(name, 20)
    assert [few[place].to_document() for place in range(3)] == [one.to_document() for one in many[:3]]
    assert many[-1] == many[19]
    assert len({str(one.answers) for one in many}) == 20
    assert made(name, 3, seed=12)[0] != few[0]


@pytest.mark.parametrize("name", GENERATORS)
def test_everybody_answers_everything_and_the_truth_is_known(name):
    codes = {item.code for item in a_bank().structure.items}
    for one in made(name, 5):
        assert set(one.answers) == codes
        assert known_of(one) <= set(a_bank().structure.skill_codes)


def test_an_unknown_generator_is_none():
    with pytest.raises(ValueError, match="no generator"):
        made("Z")


@pytest.mark.parametrize("name", ["A", "B", "D", "E", "F", "G"])
def test_ladders_hold_where_nothing_is_said_against_it(name):
    known = masteries(made(name)).reshape(PEOPLE, 6, 4)
    assert (known[:, :, :-1] >= known[:, :, 1:]).all()


def test_as_many_master_a_skill_as_the_bank_says_on_average():
    found = [masteries(made("A", 200, seed=seed)).reshape(200, 6, 4).mean(axis=(0, 1)) for seed in range(8)]
    assert np.mean(found, axis=0) == pytest.approx([0.945, 0.703, 0.297, 0.055], abs=0.04)


def test_strands_hang_together():
    levels = masteries(made("A", 800)).reshape(800, 6, 4).sum(axis=2)
    between = np.corrcoef(levels.T)[np.triu_indices(6, 1)]
    assert 0.3 < between.mean() < 0.6


def test_a_slips_and_guesses_otherwise_than_the_bank_says():
    learners = made("A")
    assert rightness(learners, mastered=True) == pytest.approx(0.9, abs=0.02)
    assert rightness(learners, mastered=False) == pytest.approx(0.17, abs=0.02)
    world = learners.items
    assert np.std(world.slip) > 0.03
    assert np.abs(world.slip - 0.1).min() > 0.0


def test_b_answers_three_freshitems_of_four_just_above_the_height_of_a_skill():
    learners, right = made("B", 600), []
    for number, learner in enumerate(learners, 1):
        for skill in np.flatnonzero(np.abs(learners.person(number).margins) < 0.1):
            own = np.flatnonzero((learners.items.needs == skill).all(axis=1))
            right += [learner.answers[learners.items.codes[item]] == "correct" for item in own]
    assert len(right) > 1000
    assert np.mean(right) == pytest.approx(0.17 + (0.97 - 0.17) * 0.75, abs=0.04)


def test_b_is_the_surer_the_better():
    sure = [rightness(made("B"), mastered=known) for known in (True, False)]
    assert sure[0] > 0.9
    assert sure[1] > 0.25, "somebody just below the height is often right"


def test_c_has_holes_and_c1_fewer():
    known = {name: masteries(made(name)).reshape(PEOPLE, 6, 4) for name in ("A", "C1", "C")}
    holes = {name: float((one[:, :, :-1] < one[:, :, 1:]).mean()) for name, one in known.items()}
    assert holes["A"] == 0.0
    assert 0.01 < holes["C1"] < holes["C"]


def test_c_turns_round_five_to_fifteen_in_a_hundred():
    learners = made("C")
    turned = [learners.person(number).turned.mean() for number in range(1, 300)]
    assert np.mean(turned) == pytest.approx(0.1, abs=0.015)


def test_d_tires_after_twenty_questions_and_only_by_losing():
    learners = made("D", 60)
    changes = [change for one in learners for change in one.later]
    assert min(change.after for change in changes) == 21
    assert max(change.after for change in changes) <= 40
    assert {outcome for change in changes for outcome in change.answers.values()} == {"incorrect"}
    spoilt = [(sum(len(change.answers) for change in one.later), 3 * len(known_of(one))) for one in learners]
    lost = np.sum(spoilt, axis=0)[0] / np.sum(spoilt, axis=0)[1]
    assert lost == pytest.approx(0.2, abs=0.04), "the slip has risen by .2 in the end"


def test_d2_has_one_in_twenty_who_tap():
    learners = made("D2", 1000)
    able = [one for one in learners if len(known_of(one)) > 12]
    right = np.array([rightness([one], mastered=True) for one in able])
    assert 0.02 < (right < 0.5).mean() < 0.09
    assert (right[right >= 0.5] > 0.6).all()


def test_e_hasitems_that_measure_something_else():
    world = made("E", 1, bank(ladders(10, 5, 4)).structure).items
    place = {code: number for number, code in enumerate(bank(ladders(10, 5, 4)).structure.skill_codes)}
    wrong = [own[0] != place[code.split("-")[0]] for code, own in zip(world.codes, world.needs, strict=True)]
    assert 0.01 < np.mean(wrong) < 0.1


def test_f_learns_one_thing_in_fifty_questions():
    learners = made("F", 300)
    items = len(learners[0].answers)
    assert np.mean([len(one.later) for one in learners]) == pytest.approx(0.02 * items, rel=0.2)
    for one in learners:
        known = known_of(one)
        for change in one.later:
            assert len(known_of(change)) == len(known) + 1
            assert known_of(change) > known
            known = known_of(change)


def test_g_has_readers_of_another_language_and_a_tenth_that_they_do_not_understand():
    learners = made("G", 600)
    lost = np.array([np.mean([out == "not_understood" for out in one.answers.values()]) for one in learners])
    assert 0.35 < (lost > 0).mean() < 0.55
    assert lost[lost > 0].mean() == pytest.approx(0.11, abs=0.03)


def test_g_shifts_a_third_of_theitems_to_and_fro():
    shift = made("G", 1, bank(ladders(10, 5, 4)).structure).items.shift
    assert set(shift.tolist()) == {0.0, 0.6, -0.6}
    assert (shift != 0).mean() == pytest.approx(0.3, abs=0.08)


def required() -> Structure:
    document = {
        "skills": [
            *({"code": f"r{n}", "level": 1} for n in range(3)),
            {"code": "either", "level": 2, "requires": [["r0", "r1"]]},
            {"code": "both", "level": 3, "requires": [["either"], ["r2"]]},
        ],
        "items": [{"code": f"q{n}", "skill": code} for n, code in enumerate(["r0", "r1", "r2", "either", "both"])],
    }
    return bank(document).without_dont_know().structure


@pytest.mark.parametrize("name", ["A", "B", "D"])
def test_prerequisites_hold_and_shares_stay_what_the_bank_says(name):
    structure = required()
    known = np.concatenate([masteries(made(name, 150, structure, seed), structure) for seed in range(12)])
    r0, r1, r2, either, both = known.T
    assert not (either & ~(r0 | r1)).any()
    assert not (both & ~(either & r2)).any()
    assert known.mean(axis=0) == pytest.approx([0.945, 0.945, 0.945, 0.5, 0.055], abs=0.06)


def test_h_has_another_graph_than_the_bank():
    structure = bank(ladders(20, 5, 1)).structure
    told, true = usual(structure, np.random.default_rng(1)), other_graph(structure, np.random.default_rng(1))
    edges = [(mine, own) for mine, own in zip(told.groups, true.groups, strict=True) if mine]
    assert 0.03 < np.mean([mine != own for mine, own in edges]) < 0.2
    people = true.margins(true.positions(np.random.default_rng(2), 500), np.random.default_rng(3)) > 0
    loose = [float((people[:, skill] & ~satisfied(people, own)).mean()) for skill, own in enumerate(true.groups) if own]
    assert 0.0 < np.mean(loose) < 0.03, "a leak, and no more"


def test_dont_know_is_said_where_it_is_offered():
    learners = made("A", 300, bank(ladders(6, 4, 3)).structure)
    said = [
        (outcome == "dont_know", item[:2] in known_of(one)) for one in learners for item, outcome in one.answers.items()
    ]
    by_mastery = {known: np.mean([silent for silent, mastered in said if mastered == known]) for known in (True, False)}
    assert by_mastery[True] == pytest.approx(0.03, abs=0.01)
    assert by_mastery[False] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("name", GENERATORS)
def test_partial_credit_parts_wrong_answers_and_changes_nothing_else(name):
    plain = bank(ladders(4, 3, 2)).structure
    credited = bank(ladders(4, 3, 2, near=[0.2, 0.9])).structure
    whole = {"partly": "incorrect"}
    for before, after in zip(made(name, 30, plain), made(name, 30, credited), strict=True):
        assert {item: whole.get(y, y) for item, y in after.answers.items()} == before.answers
        assert after.mastered == before.mastered


@pytest.mark.parametrize(("name", "shares"), [("A", (0.2, 0.9)), ("D", (0.2, 0.9)), ("H", (0.2, 0.9))])
def test_wrong_answers_come_near_as_often_as_the_class_says(name, shares):
    structure = bank(ladders(6, 4, 3, near=[0.2, 0.9], slip=0.3)).without_dont_know().structure
    counts = np.zeros((2, 2))
    for one in made(name, 300, structure):
        for item, outcome in one.answers.items():
            if outcome in {"partly", "incorrect"}:
                counts[int(item.split("-")[0] in known_of(one)), int(outcome == "partly")] += 1
    assert (counts[:, 1] / counts.sum(axis=1)).tolist() == pytest.approx(shares, abs=0.02)
