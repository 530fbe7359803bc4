"""The diagnosis engine: pure arithmetic, numbers and documents in, numbers and documents out.

    structure = Structure.from_document(document)
    compiled = compile_structure(structure)              once, when a diagnostic is published
    decide(compiled, rules, answers, candidates)         at every question
    infer(compiled, answers).mastery_by_skill()          for the profile
    masteries(compiled, answers of each learner)         for a group
    believe(compiled, sittings)                          for somebody who comes back
    simulate(compiled, rules, seed=1)                    before publishing

A structure is made of strands and items (``strands``, ``items``), in a population (``population``).  Micro-skills may
require others of any strand (``graphs``).  A
belief is a pure function of structure and answers (``inference``): the posterior under the items' own parameters
(``posterior``), or under several styles of answering (``styles``, ``mixing``).  It feeds the choice of the next
question (``selection``, in the order of ``eligibility``), the rules that stop (``stopping``) and the words of the
profile (``labels``).  ``pace``, ``understanding``, ``exposure`` and ``families`` bear on the choice alone.
"""

from pathways.diagnostics.engine.belief import Belief
from pathways.diagnostics.engine.carrying import Carried, Sitting, believe
from pathways.diagnostics.engine.circumstances import Circumstances
from pathways.diagnostics.engine.compilation import Compiled, compile_structure
from pathways.diagnostics.engine.errors import Abandoned, InvalidStructure, UnknownItem, UnknownOutcome, UnknownSkill
from pathways.diagnostics.engine.graphs.bands import BandedPopulation
from pathways.diagnostics.engine.graphs.requirements import LEAK, Requirement
from pathways.diagnostics.engine.graphs.thresholds import ShareOutOfReach
from pathways.diagnostics.engine.inference import foretold, infer
from pathways.diagnostics.engine.items import (
    FIRST_NEAR,
    ItemModel,
    expected_seconds,
    first_guess,
    first_model,
    first_near,
)
from pathways.diagnostics.engine.labels import CERTAINTY, Label, label
from pathways.diagnostics.engine.outcomes import ANSWERS, EVIDENCE, Outcome, carries_evidence
from pathways.diagnostics.engine.population import Population
from pathways.diagnostics.engine.posterior import Posterior
from pathways.diagnostics.engine.session import Decision, decide
from pathways.diagnostics.engine.several import masteries
from pathways.diagnostics.engine.simulation import CurvePoint, Estimate, SkillEstimate, Spread, simulate
from pathways.diagnostics.engine.stopping import Stop, StopRules
from pathways.diagnostics.engine.strands import (
    LevelSkill,
    LevelStrand,
    StrandModel,
    threshold_of_share,
    thresholds,
)
from pathways.diagnostics.engine.structure import Structure
from pathways.diagnostics.engine.styles import FIRST_STYLES, KNOWN_STYLES, Style, with_habit
from pathways.diagnostics.engine.width import Narrowed, entries, narrowed

__all__ = [
    "ANSWERS",
    "CERTAINTY",
    "EVIDENCE",
    "FIRST_NEAR",
    "FIRST_STYLES",
    "KNOWN_STYLES",
    "LEAK",
    "Abandoned",
    "BandedPopulation",
    "Belief",
    "Carried",
    "Circumstances",
    "Compiled",
    "CurvePoint",
    "Decision",
    "Estimate",
    "InvalidStructure",
    "ItemModel",
    "Label",
    "LevelSkill",
    "LevelStrand",
    "Narrowed",
    "Outcome",
    "Population",
    "Posterior",
    "Requirement",
    "ShareOutOfReach",
    "Sitting",
    "SkillEstimate",
    "Spread",
    "Stop",
    "StopRules",
    "StrandModel",
    "Structure",
    "Style",
    "UnknownItem",
    "UnknownOutcome",
    "UnknownSkill",
    "believe",
    "carries_evidence",
    "compile_structure",
    "decide",
    "entries",
    "expected_seconds",
    "first_guess",
    "first_model",
    "first_near",
    "foretold",
    "infer",
    "label",
    "masteries",
    "narrowed",
    "simulate",
    "threshold_of_share",
    "thresholds",
    "with_habit",
]
