"""Simulated sittings: the same as ``decide`` step by step, and honest about what they claim."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from pathways.diagnostics.engine import Stop, StopRules, compile_structure, decide, simulate, simulation
from pathways.diagnostics.engine.circumstances import Circumstances
from pathways.diagnostics.engine.stopping import STOPS
from tests.diagnostics.engine.ladders import distinct, even, small

RULES = StopRules(accuracy=0.95, questions=12, seconds=420.0)


@pytest.mark.parametrize("structure", [small(), distinct(6, rungs=4), even(5)], ids=["small", "distinct", "even"])
def test_every_learner_is_asked_what_decide_would_ask(structure):
    compiled = compile_structure(structure)
    learners = simulation.draw(compiled, 25, 12, np.random.default_rng(4))
    learners = replace(learners, pace=0.5 * learners.pace)
    sittings = simulation.sit(compiled, RULES, learners)
    assert len(set(sittings.stops.tolist())) > 1
    for learner in range(25):
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
        assert sittings.seconds[learner] == pytest.approx(spent)


@pytest.mark.parametrize("most", [1, 2])
def test_every_learner_is_asked_what_decide_would_ask_of_few_on_a_strand(most):
    compiled = compile_structure(distinct(4, rungs=3))
    learners = simulation.draw(compiled, 12, 12, np.random.default_rng(4))
    rules = StopRules(questions=12, least_information=0.0)
    sittings = simulation.sit(compiled, rules, learners, most=most)
    chosen = Circumstances(most_per_strand=most)
    for learner in range(12):
        answers = sittings.answers(compiled, learner)
        assert max(Counter(item[:4] for item, _ in answers).values()) <= most
        left = set(compiled.item_codes)
        for count, (asked, _) in enumerate([*answers, (None, None)]):
            assert decide(compiled, rules, answers[:count], left, circumstances=chosen).next_item == asked
            left.discard(asked)


def test_blocks_change_nothing(monkeypatch):
    compiled = compile_structure(small())
    learners = simulation.draw(compiled, 30, 12, np.random.default_rng(5))
    whole = simulation.sit(compiled, RULES, learners)
    monkeypatch.setattr(simulation, "BLOCK_BYTES", 7 * compiled.prior.shape[0] * compiled.weights.nbytes)
    parts = simulation.sit(compiled, RULES, learners)
    assert (parts.items == whole.items).all()
    assert (parts.stops == whole.stops).all()
    assert parts.mastery == pytest.approx(whole.mastery, abs=1e-12, rel=0)


def test_the_same_seed_gives_the_same_estimate():
    compiled = compile_structure(small())
    assert simulate(compiled, RULES, seed=5) == simulate(compiled, RULES, seed=5)
    assert simulate(compiled, RULES, seed=5) != simulate(compiled, RULES, seed=6)


def test_an_estimate_adds_up():
    compiled = compile_structure(even(4))
    rules = StopRules(accuracy=0.9, questions=15)
    found = simulate(compiled, rules, learners=300, seed=1)
    assert found.learners == 300
    assert found.questions.p10 <= found.questions.mean <= found.questions.p90 <= 15
    assert found.minutes.p10 < found.minutes.mean < found.minutes.p90
    assert sum(found.stops.values()) == pytest.approx(1.0)
    assert set(found.stops) == set(Stop)
    assert [point.questions for point in found.curve] == list(range(len(found.curve)))
    assert found.curve[-1].certainty == pytest.approx(found.claimed_accuracy)
    assert found.curve[-1].accuracy == pytest.approx(found.true_accuracy)
    assert found.curve[-1].undecided / 24 == pytest.approx(1.0 - found.decided_share)
    assert found.curve[-1].certainty > found.curve[0].certainty + 0.1
    assert [skill.skill for skill in found.skills] == list(compiled.skill_codes)
    assert np.mean([s.undecided for s in found.skills]) == pytest.approx(1.0 - found.decided_share)


def test_expected_time_is_the_time_of_the_items():
    compiled = compile_structure(even(4, seconds=(40.0,)))
    found = simulate(compiled, StopRules(questions=10, least_information=0.0), learners=400, seed=2)
    assert found.minutes.mean == pytest.approx(found.questions.mean * 40.0 / 60.0, rel=0.03)


def test_a_skill_without_items_is_never_asked():
    found = simulate(compile_structure(small()), RULES, seed=3)
    never = {skill.skill: skill.never_asked for skill in found.skills}
    assert never["B2"] == 1.0
    assert min(never.values()) < 0.5


def test_a_simulation_needs_learners():
    with pytest.raises(ValueError, match="0 learners"):
        simulate(compile_structure(small()), RULES, learners=0, seed=1)


def test_learners_of_the_model_are_claimed_as_they_are():
    """Drawn from the prior, claims are true at every length, also where a rule stops early."""
    found = simulate(compile_structure(even(6)), StopRules(accuracy=0.93, questions=30), learners=600, seed=8)
    for point in found.curve:
        assert point.certainty == pytest.approx(point.accuracy, abs=0.02)


def ladder_states(compiled, eta):
    """States [N, K] of learners whose latent position in each strand is ``eta`` [N, K]."""
    heights = [np.array([skill.threshold for skill in s.skills]) for s in compiled.structure.strands]
    return np.stack([(eta[:, k, None] > h).sum(axis=1) for k, h in enumerate(heights)], axis=1)


POPULATIONS = {
    "evenly from beginner to expert": lambda rng, n: (rng.uniform(-2.0, 2.0, n), None),
    "correlation .5": lambda rng, n: (rng.standard_normal(n), 0.5),
    "correlation .7": lambda rng, n: (rng.standard_normal(n), 0.7),
    "correlation .9": lambda rng, n: (rng.standard_normal(n), 0.9),
    "all beginners": lambda rng, n: (rng.normal(-1.5, 0.4, n), 0.9),
}


@pytest.mark.parametrize("name", POPULATIONS)
def test_no_population_is_misread(name):
    """After 20 questions the profile claims what is true, whoever the learners are."""
    rng = np.random.default_rng(21)
    compiled = compile_structure(even(10))
    ability, rho = POPULATIONS[name](rng, 150)
    scatter = rng.standard_normal((150, 10))
    if rho is None:
        eta = ability[:, None] + 0.5 * scatter
    else:
        eta = rho * ability[:, None] + np.sqrt(1.0 - rho**2) * scatter
    learners = simulation.with_chance(ladder_states(compiled, eta), 20, rng)
    sittings = simulation.sit(compiled, StopRules(questions=20, least_information=0.0), learners)
    assert abs(sittings.certainty[:, 20].mean() - sittings.accuracy[:, 20].mean()) <= 0.03
