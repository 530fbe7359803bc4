"""The engine knows strands by ``StrandModel`` alone: a continuous strand goes through it beside a ladder."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest

from pathways.diagnostics.engine import (
    Outcome,
    Population,
    StopRules,
    Structure,
    compile_structure,
    decide,
    infer,
    simulate,
)
from tests.diagnostics.engine.ladders import item, strand

ETA = np.linspace(-3.0, 3.0, 13)


@dataclass(frozen=True)
class ContinuousStrand:
    """A latent position on a grid; items are logistic in it, and mastery is a cut with a soft edge."""

    code: str
    cuts: tuple[float, ...]

    @property
    def skill_codes(self):
        return tuple(f"{self.code}{rung}" for rung in range(1, len(self.cuts) + 1))

    def prior(self, grid):
        away = ETA[:, None] - grid.correlation * grid.ability
        density = np.maximum(np.exp(-0.5 * away**2 / (1.0 - grid.correlation**2)), 1e-9)
        return density / density.sum(axis=0)

    def mastery(self):
        step = ETA[1] - ETA[0]
        return np.clip((ETA - np.array(self.cuts)[:, None]) / step + 0.5, 0.0, 1.0)

    def responses(self, items):
        cut = dict(zip(self.skill_codes, self.cuts, strict=True))
        rows = []
        for asked in items:
            known = 1.0 / (1.0 + np.exp(-2.5 * (ETA - cut[asked.skill])))
            not_mastered, mastered = asked.response()
            rows.append(np.outer(not_mastered, 1.0 - known) + np.outer(mastered, known))
        return np.array(rows)

    def to_document(self):
        return {"model": "continuous", "code": self.code, "cuts": list(self.cuts)}


MIXED = Structure(
    (ContinuousStrand("C", (-0.5, 0.5, 1.5)), strand("L", -0.4, 0.8)),
    tuple(item(f"q{skill}", skill) for skill in ("C1", "C2", "C3", "L1", "L2")),
)
POPULATION = Population((0.6, 0.8), (1.0,), (0.0,))
ANSWERS = [("qC2", Outcome.CORRECT), ("qL1", Outcome.CORRECT), ("qC3", Outcome.INCORRECT)]


def enumerated(answers):
    """P(mastered) by summing over every point and every pair of states."""
    grid = POPULATION.grid()
    continuous, ladder = MIXED.strands
    tables = [s.prior(grid) for s in (continuous, ladder)]
    responses = [s.responses([i for i in MIXED.items if i.skill in s.skill_codes]) for s in MIXED.strands]
    order = [Outcome.CORRECT, Outcome.INCORRECT, Outcome.DONT_KNOW]
    joint = np.zeros((len(ETA), 3))
    for q, (c, m) in product(range(grid.weight.size), np.ndindex(joint.shape)):
        likelihood = 1.0
        for code, outcome in answers:
            side, state = (0, c) if code[1] == "C" else (1, m)
            likelihood *= responses[side][int(code[2]) - 1, order.index(outcome), state]
        joint[c, m] += grid.weight[q] * tables[0][c, q] * tables[1][m, q] * likelihood
    joint /= joint.sum()
    found = np.concatenate([continuous.mastery() @ joint.sum(axis=1), ladder.mastery() @ joint.sum(axis=0)])
    return dict(zip(MIXED.skill_codes, found.tolist(), strict=True))


@pytest.mark.parametrize("count", range(len(ANSWERS) + 1))
def test_inference_is_exact_with_any_model(count):
    compiled = compile_structure(MIXED, POPULATION)
    found = infer(compiled, ANSWERS[:count]).mastery_by_skill()
    assert found == pytest.approx(enumerated(ANSWERS[:count]), abs=1e-9, rel=0)


def test_selection_and_simulation_take_any_model():
    compiled = compile_structure(MIXED, POPULATION)
    assert decide(compiled, StopRules(), ANSWERS, ["qC1", "qL2"]).next_item in {"qC1", "qL2"}
    found = simulate(compiled, StopRules(questions=5), learners=20, seed=1)
    assert found.claimed_accuracy > found.curve[0].certainty
