"""Random small structures with requirements, for hypothesis, and larger ones from a seed."""

import numpy as np
from hypothesis import strategies as st

from pathways.diagnostics.engine import (
    FIRST_NEAR,
    ItemModel,
    LevelSkill,
    LevelStrand,
    Outcome,
    Requirement,
    Structure,
)
from tests.diagnostics.engine.ladders import WHOLE

SKILLS = "ABCDEFGH"


@st.composite
def ladders(draw, *, most=6):
    """Ladders of one to three rungs, at most so many micro-skills in all."""
    left, strands = draw(st.integers(2, most)), []
    while left:
        rungs = draw(st.integers(1, min(3, left)))
        heights = sorted(draw(st.lists(st.integers(-18, 18), min_size=rungs, max_size=rungs, unique=True)))
        code = SKILLS[len(strands)]
        strands.append(
            LevelStrand(code, tuple(LevelSkill(f"{code}{r}", h / 10) for r, h in enumerate(heights, start=1)))
        )
        left -= rungs
    return tuple(strands)


@st.composite
def requirements(draw, strands, *, forest=False):
    """AND of OR groups that never go round: a micro-skill requires what comes before it in a random order of rungs."""
    order = draw(st.permutations([strand.code for strand in strands for _ in strand.skills]))
    seen, ranked = {}, []
    for code in order:
        seen[code] = seen.get(code, 0) + 1
        ranked.append(f"{code}{seen[code]}")
    found = []
    for place, skill in enumerate(ranked[1:], start=1):
        before = ranked[:place]
        if forest:
            if draw(st.booleans()):
                found.append(Requirement(skill, ((draw(st.sampled_from(before)),),), draw(leaks)))
            continue
        group = st.lists(st.sampled_from(before), min_size=1, max_size=3, unique=True).map(tuple)
        groups = draw(st.lists(group, max_size=3))
        if groups:
            found.append(Requirement(skill, tuple(groups), draw(leaks)))
    return tuple(found)


leaks = st.sampled_from([0.0, 0.02, 0.05, 0.3])


@st.composite
def questions(draw, strands, *, several=True):
    """One or two items per micro-skill, some of them in a testlet, some asking several micro-skills, some with partial
    credit.
    """
    skills = [code for strand in strands for code in strand.skill_codes]
    items = []
    for skill in skills:
        for number in range(draw(st.integers(1, 2))):
            also = ()
            if several and draw(st.integers(0, 3)) == 0:
                others = [code for code in skills if code != skill]
                also = tuple(draw(st.lists(st.sampled_from(others), max_size=2, unique=True)))
            guess = draw(st.sampled_from([0.05, 0.25, 0.5]))
            testlet = draw(st.sampled_from(["", "", "", "stem", "picture"]))
            near = draw(st.sampled_from([None, None, FIRST_NEAR, (0.1, 0.3)]))
            items.append(ItemModel(f"{skill}-{number}", skill, 0.1, guess, 0.03, 0.5, 30.0, also, testlet, near))
    return tuple(items)


@st.composite
def structures(draw, *, most=6, forest=False, several=True):
    strands = draw(ladders(most=most))
    return Structure(strands, draw(questions(strands, several=several)), draw(requirements(strands, forest=forest)))


def outcomes_of(item):
    """Everything that may come of an item."""
    return WHOLE if item.near is None else tuple(Outcome)


def thresholds_of(compiled):
    """Where the thresholds of gated micro-skills were moved to."""
    assert compiled.linked is not None
    return compiled.linked.thresholds


def skill(code, height=0.0):
    """A micro-skill of no strand."""
    return LevelStrand(code, (LevelSkill(code, height),))


def item(code, *skills, guess=0.25, testlet="", seconds=30.0):
    return ItemModel(code, skills[0], 0.1, guess, 0.03, 0.5, seconds, skills[1:], testlet)


def ladder(code, *heights):
    return LevelStrand(code, tuple(LevelSkill(f"{code}{rung}", h) for rung, h in enumerate(heights, start=1)))


def entangled():
    """Ladders with gates between them, a forest beside, a strand apart, questions on several micro-skills, testlets."""
    strands = (
        ladder("A", -1.0, 0.0, 1.0),
        ladder("B", -0.5, 0.5),
        ladder("C", -0.8, 0.3, 0.9),
        skill("D", -0.7),
        skill("E", 0.2),
        skill("F", 0.6),
        ladder("G", -0.4, 0.8),
        ladder("H", -0.9, 0.1, 1.1),
    )
    requirements = (
        Requirement("A3", (("B1",), ("C2", "B2"))),
        Requirement("B2", (("C1",),), 0.05),
        Requirement("C3", (("B1", "A2"),)),
        Requirement("E", (("D",),)),
        Requirement("F", (("E",),)),
        Requirement("G1", (("D",),)),
    )
    codes = [code for strand in strands for code in strand.skill_codes]
    items = [
        item(f"{code}-{n}", code, guess=g, seconds=25.0 + 7 * n) for code in codes for n, g in enumerate((0.2, 0.3))
    ]
    items += [
        item("A2+B1", "A2", "B1"),
        item("H1+H3", "H1", "H3"),
        item("F+C1", "C1", "F", testlet="map"),
        item("D-map", "D", testlet="map"),
        item("H2-map", "H2", testlet="map"),
    ]
    return Structure(strands, tuple(items), requirements)


def graph(count, *, seed=0, local=30, several=0.15, per_skill=2):
    """A prerequisite graph: micro-skills that require one of the ``local`` before them, some of them two or three.

    What is required is easier than what requires it.
    """
    rng = np.random.default_rng(seed)
    above = {}
    for one in range(count):
        wanted = 0 if rng.random() < 0.02 else 1 + (rng.random() < several) * int(rng.integers(1, 3))
        before = np.arange(max(0, one - local), one)
        above[one] = sorted(rng.choice(before, size=min(wanted, len(before)), replace=False).tolist())
    depth = {}
    for one in range(count):
        depth[one] = 1 + max((depth[other] for other in above[one]), default=-1)
    deepest = max(depth.values()) + 1
    strands = tuple(skill(f"S{one:04}", -1.7 + 3.4 * (depth[one] + rng.uniform(0, 0.9)) / deepest) for one in above)
    requirements = tuple(
        Requirement(f"S{one:04}", tuple((f"S{other:04}",) for other in others))
        for one, others in above.items()
        if others
    )
    items = tuple(
        item(
            f"S{one:04}-{number}",
            f"S{one:04}",
            guess=float(rng.uniform(0.05, 0.34)),
            seconds=float(rng.uniform(15, 60)),
        )
        for one in above
        for number in range(per_skill)
    )
    return Structure(strands, items, requirements)
