"""People who answer, with everything about them and the items known."""

from dataclasses import dataclass, replace

import numpy as np

from pathways.diagnostics.engine import ItemModel, LevelSkill, LevelStrand, thresholds
from pathways.diagnostics.engine.calibration import em, first_values, irt
from pathways.diagnostics.engine.calibration.answers import ABSENT, Block, collapsed, from_cells, monolingual


@dataclass(frozen=True, eq=False)
class Test:
    """An ordinary test: slope and difficulty of each item, ends of its curve, and who answered what."""

    __test__ = False

    slope: np.ndarray
    difficulty: np.ndarray
    ability: np.ndarray
    cells: np.ndarray


def answered(learners, items, *, seed, kept=1.0, guess=0.0, slip=0.0, slopes=None, difficulties=None, shift=0.0):
    """Right (0) or wrong (1) answers, or none, of people N(shift, 1)."""
    rng = np.random.default_rng(seed)
    slope = np.exp(rng.normal(0.2, 0.3, items)) if slopes is None else np.broadcast_to(slopes, items).astype(float)
    difficulty = rng.normal(0.0, 1.0, items) if difficulties is None else np.asarray(difficulties, dtype=float)
    ability = rng.normal(shift, 1.0, learners)
    chance = guess + (1.0 - slip - guess) / (1.0 + np.exp(-slope * (ability[:, None] - difficulty)))
    cells = (rng.random(chance.shape) > chance).astype(np.int8)
    cells[rng.random(chance.shape) > kept] = ABSENT
    return Test(slope, difficulty, ability, cells)


def codes(count):
    return tuple(f"q{number:03}" for number in range(count))


def block_of_cells(cells):
    return from_cells(cells[(cells != ABSENT).any(axis=1)])


def model_of(kind, cells, variants=None):
    variants = variants or monolingual(codes(cells.shape[1]))
    model = irt.ability_model(kind, variants, int((cells != ABSENT).sum(axis=1).max()))
    right = variants.by_item((cells == 0).sum(axis=0).astype(float))
    answers = variants.by_item((cells != ABSENT).sum(axis=0).astype(float))
    return model, irt.start_of(model, right, answers)


def solved(kind, cells, **settings):
    """Model and solution of an ordinary test."""
    model, start = model_of(kind, cells)
    block = collapsed(block_of_cells(cells))
    return model, em.solve(model, start, lambda one: model.expect(one, block), **settings)


def slopes_and_difficulties(model, parameters):
    items, _, _ = model.layout.unpacked(parameters)
    return items[:, 0], -items[:, 1] / items[:, 0]


@dataclass(frozen=True, eq=False)
class Ladders:
    """Ladders whose thresholds an author guessed, two-class items, and who answered what."""

    strands: tuple[LevelStrand, ...]
    items: dict[str, ItemModel]
    order: tuple[str, ...]
    thresholds: np.ndarray
    slip: np.ndarray
    guess: np.ndarray
    cells: np.ndarray
    mastered: np.ndarray

    @property
    def block(self) -> Block:
        return from_cells(self.cells)

    def partly_right(self, low, high, *, credited, outcomes=3, seed=1):
        """The same people, some of whose wrong answers to the items ``credited`` come near."""
        near = np.random.default_rng(seed).random(self.cells.shape) < np.where(self.mastered, high, low)
        return replace(self, cells=np.where((self.cells == 1) & near & credited, outcomes, self.cells).astype(np.int8))

    def model(self, kind, *, outcomes=3, variants=None, credited=None):
        return first_values.joint_model(
            kind,
            [(one,) for one in self.strands],
            self.items,
            variants or monolingual(self.order),
            outcomes=outcomes,
            most_answers=int((self.cells != ABSENT).sum(axis=1).max()),
            credited=credited,
        )


def ladders_answered(
    learners, strands, *, seed, rungs=4, per_rung=2, asked=None, dont_know=0.4, correlation=0.7, shift=0.0
):
    """``asked`` random items a person (all if not given)."""
    rng = np.random.default_rng(seed)
    true = np.sort(
        np.array([thresholds(range(1, rungs + 1), rungs)] * strands) + rng.normal(0, 0.3, (strands, rungs)), 1
    )
    expert = np.sort(true + rng.normal(0.0, 0.25, true.shape), axis=1) + 1e-3 * np.arange(rungs)
    ladders = tuple(
        LevelStrand(f"s{k:02}", tuple(LevelSkill(f"s{k:02}.{m}", float(expert[k, m])) for m in range(rungs)))
        for k in range(strands)
    )
    items = {
        f"{skill}.{n}": ItemModel(f"{skill}.{n}", skill, 0.1, 0.25, 0.03, 0.5, 40.0)
        for ladder in ladders
        for skill in ladder.skill_codes
        for n in range(per_rung)
    }
    order = first_values.in_order([(one,) for one in ladders], items)
    strand_of = np.array([int(code[1:3]) for code in order])
    rung_of = np.array([int(code.split(".")[1]) for code in order])
    slip, guess = rng.beta(4, 36, len(order)), rng.beta(6, 24, len(order))
    own = np.sqrt(1.0 - correlation**2) * rng.normal(size=(learners, strands))
    position = correlation * (rng.normal(size=(learners, 1)) + shift) + own
    mastered = position[:, strand_of] > true[strand_of, rung_of]
    cells = (rng.random(mastered.shape) > np.where(mastered, 1.0 - slip, guess)).astype(np.int8)
    if dont_know:
        cells[rng.random(mastered.shape) < np.where(mastered, 0.03, dont_know)] = 2
    if asked is not None:
        kept = np.argsort(rng.random(mastered.shape), axis=1) < asked
        cells[~kept] = ABSENT
    return Ladders(ladders, items, order, true, slip, guess, cells, mastered)


def rmse(found, true):
    return float(np.sqrt(np.mean((np.asarray(found) - np.asarray(true)) ** 2)))


def known(estimate):
    """Value and error of an estimate that has both."""
    assert estimate.value is not None
    assert estimate.error is not None
    return estimate.value, estimate.error


def z_of(estimate, true):
    """How many of its errors an estimate is off."""
    value, error = known(estimate)
    return (value - true) / error
