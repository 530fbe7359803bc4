"""Before and after, side by side: the same simulated people, who are as the answers say, take the diagnostic twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from pathways.diagnostics.engine import ANSWERS, Outcome, Structure, compile_structure
from pathways.diagnostics.engine.simulation import draw, true_mastery
from pathways.diagnostics.engine.stopping import StopRules
from pathways.diagnostics.simulating.learners import Learner
from pathways.diagnostics.simulating.sittings import Room, Task
from pathways.diagnostics.simulating.stops import Stops
from pathways.diagnostics.simulating.summary import Outline, outline

PEOPLE: Final = 200
DIGITS: Final = 4
ENGINE: Final = "engine"


def compare(
    before: Structure, after: Structure, rules: StopRules, *, people: int = PEOPLE, seed: int
) -> dict[str, Any]:
    """Return what a diagnostic of these questions costs and gives with the values before and after.

    The people are drawn from ``after``, and give the same answers to both.  Of each: mean number of questions and of
    minutes, ``claimed`` (the accuracy that the profiles claim) and ``accuracy`` (the share of micro-skills told
    right), with the standard error of the latter, and ``mastered_right``: the share of the micro-skills called
    mastered that are, ``None`` where none is called so.
    """
    learners = answering(after, people, seed)
    sides = {"before": before, "after": after}
    found = {name: _told(structure, rules, learners, seed) for name, structure in sides.items()}
    return {"people": people, "seed": seed, "rules": asdict(rules), "skills": len(after.skill_codes), **found}


def answering(structure: Structure, people: int, seed: int) -> list[Learner]:
    """Return people drawn from a structure, each with an answer to every item."""
    rng = np.random.default_rng(seed)
    compiled = compile_structure(structure)
    mastered = true_mastery(compiled, draw(compiled, people, 1, rng).states)
    place = {code: number for number, code in enumerate(compiled.skill_codes)}
    chance = rng.random((people, len(structure.items)))
    outcomes = np.empty(chance.shape, dtype=np.intp)
    for number, item in enumerate(structure.items):
        known = mastered[:, [place[code] for code in item.skills]].all(axis=1).astype(np.intp)
        right, answered = np.cumsum(item.response(), axis=1)[known, :-1].T
        drawn = chance[:, number]
        outcomes[:, number] = (drawn >= right).astype(np.intp) + (drawn >= answered)
        if item.near is not None:  # among the numbers that make an answer wrong, each is as likely as any other
            wrong = (drawn >= right) & (drawn < answered)
            near = drawn - right < np.array(item.near)[known] * (answered - right)
            outcomes[wrong & near, number] = ANSWERS.index(Outcome.PARTLY)
    codes = [item.code for item in structure.items]
    return [
        Learner(
            number,
            {code: ANSWERS[outcome].value for code, outcome in zip(codes, outcomes[number].tolist(), strict=True)},
            frozenset(code for code in compiled.skill_codes if mastered[number, place[code]]),
        )
        for number in range(people)
    ]


def _told(structure: Structure, rules: StopRules, learners: Sequence[Learner], seed: int) -> dict[str, float | None]:
    room = Room(Task(structure, {}, ENGINE, Stops(rules), seed))
    outlines: list[Outline] = [outline(room.sit(learner)) for learner in learners]
    right = np.array([0.0 if one.right is None else one.right[-1] for one in outlines])
    called = sum(one.labels[0] for one in outlines)
    rightly = sum(one.labels_right[0] for one in outlines)
    found = {
        "questions": float(np.mean([len(one.items) for one in outlines])),
        "minutes": float(np.mean([one.seconds for one in outlines])) / 60.0,
        "claimed": float(np.mean([one.claimed[-1] for one in outlines])),
        "accuracy": float(right.mean()),
        "accuracy_error": float(right.std(ddof=1) / np.sqrt(len(right))) if len(right) > 1 else 0.0,
    }
    return {name: round(value, DIGITS) for name, value in found.items()} | {
        "mastered_right": round(rightly / called, DIGITS) if called else None
    }
