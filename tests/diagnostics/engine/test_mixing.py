"""Inference over styles, against every style, state and set of holes counted one after the other."""

from dataclasses import replace
from functools import cache
from itertools import product
from math import log2
from statistics import NormalDist

import numpy as np
import pytest

from pathways.diagnostics.engine import (
    EVIDENCE,
    InvalidStructure,
    Outcome,
    Population,
    Structure,
    UnknownItem,
    UnknownOutcome,
    compile_structure,
)
from pathways.diagnostics.engine.continuous import ContinuousStrand
from pathways.diagnostics.engine.graphs.requirements import Requirement
from pathways.diagnostics.engine.mixing import infer_mixture
from pathways.diagnostics.engine.mixture import mix
from pathways.diagnostics.engine.selection import information
from pathways.diagnostics.engine.styles import FIRST_STYLES, Style
from tests.diagnostics.engine.brute_force import Enumeration
from tests.diagnostics.engine.ladders import distinct, item, small, strand
from tests.diagnostics.engine.plainly import infer

POPULATION = Population((0.6, 0.9), (0.7, 1.3), (-1.2, 0.0))
STYLES = (
    Style(0.3, hole=0.04),
    Style(0.2, hole=0.15, noise=0.1, dont_know=False),
    Style(0.35, slope=1.6),
    Style(0.15, noise=0.05),
)
WITH_STEM = Structure(
    small().strands,
    (*small().items, *(replace(item(f"{skill}-c", skill), testlet="picture") for skill in ("A1", "A2"))),
)
ANSWERS = [
    ("A1-a", Outcome.INCORRECT),
    ("A3-a", Outcome.CORRECT),
    ("A1-b", Outcome.INCORRECT),
    ("A3-b", Outcome.CORRECT),
    ("B1-a", Outcome.DONT_KNOW),
    ("C1-b", Outcome.CORRECT),
    ("A2-a", Outcome.DONT_KNOW),
    ("C1-a", Outcome.CORRECT),
]


def smooth(model, threshold, thresholds, state, slope):
    """P(outcome) without steps: the mean over equally likely positions between two thresholds."""
    normal = NormalDist()
    edges = [0.0, *(normal.cdf(one) for one in thresholds), 1.0]
    low, high = edges[state], edges[state + 1]
    total = np.zeros(3)
    for n in range(15):
        position = normal.inv_cdf(low + (high - low) * (n + 0.5) / 15)
        height = 1 / (1 + 3 ** (-1) * np.exp(-slope * (position - threshold)))
        right = model.guess + (1 - model.slip / 2 - model.guess) * height
        skip = model.dont_know_not_mastered + (model.dont_know_mastered - model.dont_know_not_mastered) * height
        cells = np.clip([(1 - skip) * right, (1 - skip) * (1 - right), skip], 0.005, 0.995)
        total += cells / cells.sum() / 15
    return total


class Everything:
    """P(style, state, masteries | answers) of a small structure, by loops."""

    def __init__(self, structure, styles, population):
        self.structure = structure
        self.responses = cache(self._responses)
        plain = Enumeration(structure, population)
        self.models = {model.code: model for model in structure.items}
        skills = structure.skill_codes
        whole = sum(style.share for style in styles)
        self.worlds = []
        for style, (state, chance) in product(styles, plain.prior.items()):
            ladder = [float(state[k] >= rung) for k, rung in (plain.place[skill] for skill in skills)]
            for real in product((0.0, 1.0), repeat=len(skills)):
                wrong = sum(a != b for a, b in zip(ladder, real, strict=True))
                holes = style.hole**wrong * (1 - style.hole) ** (len(skills) - wrong)
                if holes > 0.0:
                    masters = dict(zip(skills, real, strict=True))
                    self.worlds.append((style, state, masters, style.share / whole * chance * holes))
        self.place = plain.place
        self.thresholds = [[skill.threshold for skill in one.skills] for one in structure.strands]

    def response(self, world, code):
        style, state, masters, _ = world
        model = self.models[code]
        if style.slope is not None:
            k, rung = self.place[model.skill]
            return smooth(model, self.thresholds[k][rung - 1], self.thresholds[k], state[k], style.slope)
        return style.response(model)[int(masters[model.skill])]

    def _responses(self, code):
        return np.array([self.response(world, code) for world in self.worlds])

    def posterior(self, answers, *, temperature=1.0):
        weights = np.array([world[3] for world in self.worlds])
        for code, outcome in answers:
            weights = weights * self.responses(code)[:, EVIDENCE.index(outcome)] ** (1 / temperature)
        return weights / weights.sum()

    def masteries(self, answers, **how):
        chance = self.posterior(answers, **how)
        return [
            sum(p * world[2][skill] for p, world in zip(chance, self.worlds, strict=True))
            for skill in self.structure.skill_codes
        ]

    def told(self, answers, code):
        """P(outcome) of a question, and the bits it promises about style, state and the micro-skill."""
        chance, rows = self.posterior(answers), self.responses(code)
        outcome = chance @ rows
        bits = sum(-p * log2(p) for p in outcome) + chance @ (rows * np.log2(rows)).sum(axis=1)
        return outcome, bits


@pytest.fixture(scope="module")
def everything():
    return Everything(small(), STYLES, POPULATION)


@pytest.fixture(scope="module")
def mixture():
    return mix(compile_structure(small(), POPULATION), STYLES)


@pytest.mark.parametrize("count", range(len(ANSWERS) + 1))
def test_masteries_are_those_of_everything_counted(everything, mixture, count):
    found = infer_mixture(mixture, ANSWERS[:count])
    assert found.masteries == pytest.approx(everything.masteries(ANSWERS[:count]), abs=1e-9, rel=0)


@pytest.mark.parametrize("count", [0, 3, len(ANSWERS)])
def test_predictions_and_bits_are_those_of_everything_counted(everything, mixture, count):
    found = infer_mixture(mixture, ANSWERS[:count])
    bits = dict(zip(mixture.compiled.item_codes, found.information().tolist(), strict=True))
    for code in ("A1-a", "A2-a", "A3-b", "B1-b", "C1-c"):
        outcome, expected = everything.told(ANSWERS[:count], code)
        assert list(found.predicted(code).values()) == pytest.approx(outcome, abs=1e-9, rel=0)
        assert bits[code] == pytest.approx(expected, abs=2e-9, rel=0)


def test_shares_are_those_of_everything_counted(everything, mixture):
    chance = everything.posterior(ANSWERS)
    expected = [
        sum(p for p, world in zip(chance, everything.worlds, strict=True) if world[0] is style)
        for style in mixture.styles
    ]
    assert infer_mixture(mixture, ANSWERS).shares == pytest.approx(expected, abs=1e-9, rel=0)


def test_tempered_answers_weigh_less(everything, mixture):
    found = infer_mixture(mix(mixture.compiled, STYLES, temperature=1.4), ANSWERS)
    assert found.masteries == pytest.approx(everything.masteries(ANSWERS, temperature=1.4), abs=1e-9, rel=0)


@pytest.mark.parametrize("count", [0, 1, 12, 40])
def test_one_plain_style_is_plain_inference(count):
    compiled = compile_structure(distinct(9, rungs=4), POPULATION)
    rng = np.random.default_rng(3)
    answers = [(code, EVIDENCE[rng.integers(3)]) for code in rng.permutation(compiled.item_codes)[:count].tolist()]
    found, plain = infer_mixture(mix(compiled, [Style(1.0)]), answers), infer(compiled, answers)
    assert found.masteries == pytest.approx(plain.masteries, abs=1e-12, rel=0)
    assert found.information() == pytest.approx(information(compiled, plain.states)[0], abs=1e-9, rel=0)


def test_two_answers_about_one_stem_count_once():
    answers = [("A1-c", Outcome.CORRECT), ("A2-c", Outcome.CORRECT), ("A3-a", Outcome.INCORRECT)]
    compiled = compile_structure(WITH_STEM, POPULATION)
    found = infer_mixture(mix(compiled, [Style(1.0)]), answers)
    assert found.masteries == pytest.approx(infer(compiled, answers).masteries, abs=1e-12, rel=0)


def test_the_order_of_answers_does_not_matter(mixture):
    forward, backward = infer_mixture(mixture, ANSWERS), infer_mixture(mixture, ANSWERS[::-1])
    assert np.array_equal(forward.masteries, backward.masteries)
    assert np.array_equal(forward.information(), backward.information())


def test_not_understood_changes_nothing(mixture):
    more = [*ANSWERS, ("C1-c", Outcome.NOT_UNDERSTOOD)]
    assert np.array_equal(infer_mixture(mixture, more).masteries, infer_mixture(mixture, ANSWERS).masteries)


def test_on_a_continuous_strand_a_style_is_the_habit_of_saying_dont_know():
    curve = ContinuousStrand("C", strand("C", -0.5, 0.6).skills)
    items = (item("q1", "C1"), item("q2", "C2"))
    silent = tuple(replace(one, dont_know_mastered=0.01, dont_know_not_mastered=0.01) for one in items)
    answers = [("q1", Outcome.CORRECT), ("q2", Outcome.INCORRECT)]
    mixture = mix(compile_structure(Structure((curve,), items), POPULATION), [Style(1.0, hole=0.1, dont_know=False)])
    plain = infer(compile_structure(Structure((curve,), silent), POPULATION), answers)
    assert infer_mixture(mixture, answers).masteries == pytest.approx(plain.masteries, abs=1e-12, rel=0)


def test_many_contradicting_answers_do_not_underflow():
    compiled = compile_structure(distinct(40, rungs=6, per_skill=2), Population())
    answers = [(code, EVIDENCE[n % 2]) for n, code in enumerate(compiled.item_codes)]
    found = infer_mixture(mix(compiled, FIRST_STYLES), answers)
    assert np.isfinite(found.masteries).all()
    assert found.shares.sum() == pytest.approx(1.0)


def test_a_hole_is_found_where_a_ladder_would_overrule_it():
    """Two wrong answers on the easiest rung, right ones above it."""
    compiled = compile_structure(small(), POPULATION)
    answers = [
        ("A1-a", Outcome.INCORRECT),
        ("A1-b", Outcome.INCORRECT),
        ("A3-a", Outcome.CORRECT),
        ("A2-a", Outcome.CORRECT),
    ]
    ladder = infer_mixture(mix(compiled, [Style(1.0)]), answers).mastery_by_skill()
    holed = infer_mixture(mix(compiled, [Style(1.0, hole=0.1)]), answers).mastery_by_skill()
    assert ladder["A1"] >= ladder["A2"]
    assert holed["A1"] < holed["A2"]


def test_claims_shrink_when_it_is_unknown_how_answers_come_out():
    compiled = compile_structure(distinct(6, rungs=6), POPULATION)
    answers = [(code, Outcome.CORRECT) for code in compiled.item_codes[::7]]
    plain, unsure = infer(compiled, answers).masteries, infer_mixture(mix(compiled, FIRST_STYLES), answers).masteries
    certainty = [np.maximum(found, 1 - found).mean() for found in (plain, unsure)]
    assert certainty[1] < certainty[0] - 0.01


def test_unknown_codes_and_empty_mixtures_are_refused(mixture):
    with pytest.raises(UnknownItem):
        infer_mixture(mixture, [("nothing", Outcome.CORRECT)])
    with pytest.raises(UnknownOutcome):
        infer_mixture(mixture, [("A1-a", "perhaps")])
    with pytest.raises(UnknownItem):
        infer_mixture(mixture, []).predicted("nothing")
    with pytest.raises(InvalidStructure):
        mix(mixture.compiled, [])
    with pytest.raises(InvalidStructure):
        mix(mixture.compiled, STYLES, temperature=0.9)


def test_requirements_between_strands_are_kept():
    """With one plain style it is plain inference, whatever ties strands together; with holes it claims less."""
    structure = Structure(
        (strand("A", -0.5, 0.5), strand("B", 0.2), strand("C", -0.1)),
        tuple(item(f"q{skill}", skill) for skill in ("A1", "A2", "B1", "C1")),
        (Requirement("B1", (("A1",),)), Requirement("C1", (("A2", "B1"),))),
    )
    compiled = compile_structure(structure, POPULATION)
    answers = [("qC1", Outcome.CORRECT), ("qA1", Outcome.INCORRECT), ("qB1", Outcome.DONT_KNOW)]
    for count in range(4):
        found, plain = infer_mixture(mix(compiled, [Style(1.0)]), answers[:count]), infer(compiled, answers[:count])
        assert found.masteries == pytest.approx(plain.masteries, abs=1e-12, rel=0)
    holed = infer_mixture(mix(compiled, [Style(1.0, hole=0.2)]), [("qC1", Outcome.CORRECT)]).mastery_by_skill()
    assert holed["A1"] < infer(compiled, [("qC1", Outcome.CORRECT)]).mastery("A1")
