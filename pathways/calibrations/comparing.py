"""Before and after, side by side: the same simulated people, who are as the answers say, take the diagnostic twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import numpy as np

from pathways.diagnostics.engine import ANSWERS, Structure, Style, compile_structure
from pathways.diagnostics.engine.answering import answers
from pathways.diagnostics.engine.simulation import draw, true_mastery, with_together
from pathways.diagnostics.engine.stopping import StopRules
from pathways.diagnostics.simulating.learners import Learner
from pathways.diagnostics.simulating.sittings import Room, Task
from pathways.diagnostics.simulating.stops import Stops
from pathways.diagnostics.simulating.summary import Outline, outline

PEOPLE: Final = 200
DIGITS: Final = 4
ENGINE: Final = "engine"


def compare(
    before: Structure,
    after: Structure,
    rules: StopRules,
    *,
    styles: Sequence[Style] = (),
    most_per_strand: int | None = None,
    people: int = PEOPLE,
    seed: int,
) -> dict[str, Any]:
    """Return what a diagnostic of these questions costs and gives with the values before and after.

    The people are drawn from ``after``, and give the same answers to both: each in one of ``styles``, as answers come
    out, whatever either side believes of it; without any, as the items say.  They are asked ``most_per_strand``
    questions on one ladder at most.  Of each side: mean number of questions and of minutes, ``claimed`` (the accuracy
    that the profiles claim) and ``accuracy`` (the share of micro-skills told right), with the standard error of the
    latter, and ``mastered_right``: the share of the micro-skills called mastered that are, ``None`` where none is
    called so.
    """
    learners = answering(replace(after, styles=tuple(styles)), people, seed)
    sides = {"before": before, "after": after}
    tasks = {
        name: Task(structure, {}, ENGINE, Stops(rules), seed, most_per_strand=most_per_strand)
        for name, structure in sides.items()
    }
    found = {name: _told(task, learners) for name, task in tasks.items()}
    return {"people": people, "seed": seed, "rules": asdict(rules), "skills": len(after.skill_codes), **found}


def answering(structure: Structure, people: int, seed: int) -> list[Learner]:
    """Return people drawn from a structure, each with an answer to every item, in one of its styles."""
    compiled = compile_structure(structure)
    drawn = draw(compiled, people, len(compiled.item_codes), np.random.default_rng(seed))
    mastered = true_mastery(compiled, drawn.states)
    if drawn.turned is not None:
        mastered = mastered ^ drawn.turned
    sitting = replace(drawn, states=with_together(compiled, drawn.states))
    everybody = np.arange(people)
    outcomes = np.array(
        [
            answers(compiled, sitting, everybody, place, np.full(people, place))
            for place in range(len(compiled.item_codes))
        ]
    )
    return [
        Learner(
            number,
            {code: ANSWERS[outcome].value for code, outcome in zip(compiled.item_codes, own.tolist(), strict=True)},
            frozenset(code for code, there in zip(compiled.skill_codes, known, strict=True) if there),
        )
        for number, (own, known) in enumerate(zip(outcomes.T, mastered, strict=True))
    ]


def _told(task: Task, learners: Sequence[Learner]) -> dict[str, float | None]:
    room = Room(task)
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
