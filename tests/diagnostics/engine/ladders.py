"""Structures for the tests of the engine, from plain numbers."""

import numpy as np

from pathways.diagnostics.engine import ItemModel, LevelSkill, LevelStrand, Outcome, Structure, thresholds

WHOLE = tuple(outcome for outcome in Outcome if outcome is not Outcome.PARTLY)
"""All that may come of an item without partial credit."""


def strand(code, *heights):
    return LevelStrand(code, tuple(LevelSkill(f"{code}{rung}", h) for rung, h in enumerate(heights, start=1)))


def item(code, skill, *, slip=0.1, guess=0.25, dont_know=(0.03, 0.5), seconds=30.0):
    return ItemModel(code, skill, slip, guess, dont_know[0], dont_know[1], seconds)


def small():
    """Three ladders of unequal length, ten items, one micro-skill without any."""
    return Structure(
        (strand("A", -0.8, 0.1, 1.2), strand("B", -0.3, 0.9), strand("C", 0.4)),
        (
            item("A1-a", "A1", guess=0.33),
            item("A1-b", "A1", slip=0.05, guess=0.05, seconds=55.0),
            item("A2-a", "A2"),
            item("A3-a", "A3", slip=0.2, dont_know=(0.1, 0.3)),
            item("A3-b", "A3", guess=0.5, seconds=12.0),
            item("B1-a", "B1", slip=0.0, guess=0.0, dont_know=(0.0, 0.0)),
            item("B1-b", "B1"),
            item("C1-a", "C1", guess=0.05, dont_know=(0.03, 0.7)),
            item("C1-b", "C1"),
            item("C1-c", "C1", slip=0.15, seconds=90.0),
        ),
    )


def even(strands, *, rungs=6, guesses=(0.05, 0.25, 0.33), seconds=(30.0,)):
    """Equal ladders, evenly from easiest to hardest, one item per rung and guess."""
    heights = thresholds(range(1, rungs + 1), rungs)
    ladders = tuple(strand(f"S{k:02}-", *heights) for k in range(strands))
    skills = [skill for ladder in ladders for skill in ladder.skill_codes]
    items = tuple(
        item(f"{skill}-{v}", skill, guess=guess, seconds=seconds[(s + v) % len(seconds)])
        for s, skill in enumerate(skills)
        for v, guess in enumerate(guesses)
    )
    return Structure(ladders, items)


def distinct(strands, *, rungs=6, per_skill=3, seed=1):
    """Ladders and items all different from each other."""
    rng = np.random.default_rng(seed)
    ladders, items = [], []
    for k in range(strands):
        heights = np.sort(rng.normal(size=rungs)) + 1e-3 * np.arange(rungs)
        ladders.append(strand(f"S{k:03}-", *heights.tolist()))
        items += [
            item(
                f"{skill}-{v}",
                skill,
                slip=float(rng.uniform(0.05, 0.15)),
                guess=float(rng.uniform(0.05, 0.34)),
                seconds=float(rng.uniform(15.0, 60.0)),
            )
            for skill in ladders[-1].skill_codes
            for v in range(per_skill)
        ]
    return Structure(tuple(ladders), tuple(items))
