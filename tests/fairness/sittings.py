"""Made-up people in front of fourteen questions, in two languages."""

from __future__ import annotations

import numpy as np

from pathways.diagnostics.engine import LevelSkill, LevelStrand, Structure, first_model
from pathways.fairness.matching import Answers
from pathways.fairness.screening import Compared

STRANDS = {"A": (-1.0, 0.0, 1.0), "B": (-0.7, 0.7), "C": (-0.7, 0.7)}
ITEMS = 14


def structure() -> Structure:
    strands, items = [], []
    for code, heights in STRANDS.items():
        skills = tuple(LevelSkill(f"{code}{rung}", height) for rung, height in enumerate(heights))
        strands.append(LevelStrand(code, skills))
        for skill in skills:
            for options in (3, 4):
                name = f"{skill.code}-{options}"
                items.append(first_model(name, skill.code, kind="choice", words=20, options=options))
    return Structure(tuple(strands), tuple(items))


def answered(rng: np.random.Generator, *, people: int, gap: float, harder: np.ndarray | None = None) -> Compared:
    """Half of the people read French; the others are ``gap`` weaker and find items ``harder`` [I] by so many logits.
    Items stand in the order of their codes, as in ``compiled.item_codes``.
    """
    group = np.repeat([0, 1], people // 2)
    heights = np.array([height for own in STRANDS.values() for height in own for _ in range(2)])
    strand = np.array([number for number, own in enumerate(STRANDS.values()) for _ in range(2 * len(own))])
    ability = 0.8 * rng.standard_normal((people, 1)) + 0.6 * rng.standard_normal((people, len(STRANDS)))
    knows = 1.0 / (1.0 + np.exp(-2.0 * (ability[:, strand] - gap * group[:, None] - heights)))
    right = 0.15 + 0.75 * knows
    odds = right / (1.0 - right) * np.exp(-(harder if harder is not None else 0.0) * group[:, None])
    outcome = np.where(rng.random(right.shape) < odds / (1.0 + odds), 0, np.where(rng.random(right.shape) < 0.6, 1, 2))
    person = np.repeat(np.arange(people), ITEMS)
    item = np.tile(np.arange(ITEMS), people)
    return Compared(Answers(people, person, item, outcome.ravel()), group, np.ones(people * ITEMS, dtype=bool))
