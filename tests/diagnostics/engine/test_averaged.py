"""A strand of several models: exact averaging through the interface of one."""

import pytest

from pathways.diagnostics.engine import InvalidStructure, LevelSkill, LevelStrand, Outcome, Structure, compile_structure
from pathways.diagnostics.engine import infer as infer_
from pathways.diagnostics.engine.averaged import AveragedStrand
from pathways.diagnostics.engine.continuous import ContinuousStrand
from pathways.diagnostics.engine.population import Population
from tests.diagnostics.engine.ladders import item, strand

SKILLS = (LevelSkill("C1", -0.5), LevelSkill("C2", 0.6))
LADDER, SMOOTH = LevelStrand("C", SKILLS), ContinuousStrand("C", SKILLS)
ITEMS = (item("q1", "C1"), item("q2", "C2"), item("q3", "C2", guess=0.1))
POPULATION = Population((0.7,), (1.0,), (0.0,))
ANSWERS = [("q1", Outcome.INCORRECT), ("q2", Outcome.CORRECT), ("q3", Outcome.CORRECT)]


def infer(model, answers=ANSWERS):
    return infer_(compile_structure(Structure((model,), ITEMS), POPULATION), answers)


def evidence(model):
    """P(answers) by the chain rule."""
    product = 1.0
    for count, (code, outcome) in enumerate(ANSWERS):
        product *= infer(model, ANSWERS[:count]).predicted(code)[outcome]
    return product


def test_a_model_counts_as_much_as_it_predicted():
    """The average is that of the models, weighted by prior weight times probability of the answers."""
    weights = [3.0 * evidence(LADDER), 1.0 * evidence(SMOOTH)]
    expected = (weights[0] * infer(LADDER).masteries + weights[1] * infer(SMOOTH).masteries) / sum(weights)
    found = infer(AveragedStrand((LADDER, SMOOTH), (3.0, 1.0)))
    assert found.masteries == pytest.approx(expected, abs=1e-9)


def test_a_model_alone_is_itself():
    found = infer(AveragedStrand((SMOOTH,), (0.2,)))
    assert found.masteries == pytest.approx(infer(SMOOTH).masteries, abs=1e-12)


def test_a_document_gives_an_equal_strand():
    readers = {"levels": LevelStrand.from_document, "continuous": ContinuousStrand.from_document}
    model = AveragedStrand((LADDER, SMOOTH), (0.75, 0.25))
    assert AveragedStrand.from_document(model.to_document(), lambda part: readers[part["model"]](part)) == model


@pytest.mark.parametrize(
    ("models", "weights", "message"),
    [
        ((), (), "0 models"),
        ((LADDER,), (0.5, 0.5), "1 models of a strand have 2 weights"),
        ((LADDER, SMOOTH), (1.0, 0.0), "not all positive"),
        ((LADDER, SMOOTH), (1.0, float("nan")), "not all positive"),
        ((LADDER, strand("C", -0.5, 0.6, 1.0)), (0.5, 0.5), "same micro-skills"),
        ((LADDER, LevelStrand("D", SKILLS)), (0.5, 0.5), "same micro-skills"),
    ],
)
def test_models_that_do_not_go_together_are_refused(models, weights, message):
    with pytest.raises(InvalidStructure, match=message):
        AveragedStrand(models, weights)
