"""People of two languages in front of fourteen questions, in a world that the engine does not know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pathways.diagnostics.engine import (
    Compiled,
    LevelSkill,
    LevelStrand,
    StopRules,
    Structure,
    first_model,
)
from pathways.diagnostics.engine.compilation import OUTCOMES
from pathways.diagnostics.engine.posterior import (
    ability_weights,
    likelihood,
    mastery_of,
    normalisers,
    touched_states,
)
from pathways.diagnostics.engine.selection import chance_of_right, choose, easy_start, information
from pathways.diagnostics.engine.stopping import stop_reasons
from pathways.fairness.matching import Answers
from pathways.fairness.screening import Compared

LADDERS = {"A": 3, "B": 2, "C": 2}
MOST_PEOPLE = 2400
RULES = StopRules(accuracy=0.95, questions=12, least_questions=8)


@dataclass(frozen=True)
class World:
    """True items: position [I], slope, guess, slip, strand."""

    place: np.ndarray
    slope: np.ndarray
    guess: np.ndarray
    slip: np.ndarray
    strand: np.ndarray


@dataclass(frozen=True)
class Sittings:
    """``order`` [N, T]: items in the order asked, -1 at the end; ``outcome`` [N, I]: what each would be answered."""

    order: np.ndarray
    outcome: np.ndarray

    def exposure(self) -> np.ndarray:
        items = range(self.outcome.shape[1])
        return np.array([(self.order == item).any(axis=1).mean() for item in items])

    def first(self, people: int) -> Sittings:
        return Sittings(self.order[:people], self.outcome[:people])

    def until(self, item: int, answers: int) -> Sittings | None:
        """The first people, up to the one who gives the last of so many answers to an item."""
        asked = np.flatnonzero((self.order == item).any(axis=1))
        return self.first(int(asked[answers - 1]) + 1) if len(asked) >= answers else None


def structure() -> Structure:
    strands, items = [], []
    for code, rungs in LADDERS.items():
        heights = np.linspace(-1.0, 1.0, rungs) if rungs > 2 else np.array([-0.7, 0.7])
        skills = tuple(LevelSkill(f"{code}{rung}", float(height)) for rung, height in enumerate(heights))
        strands.append(LevelStrand(code, skills))
        for skill in skills:
            for options in (3, 4):
                name = f"{skill.code}-{options}"
                items.append(first_model(name, skill.code, kind="choice", words=25, options=options))
    return Structure(tuple(strands), tuple(items))


def world(compiled: Compiled, rng: np.random.Generator) -> World:
    strands = [strand for strand in compiled.structure.strands if isinstance(strand, LevelStrand)]
    height = {skill.code: skill.threshold for strand in strands for skill in strand.skills}
    item_of = {item.code: item for item in compiled.structure.items}
    items = [item_of[code] for code in compiled.item_codes]
    count = len(items)
    return World(
        place=np.array([height[item.skill] for item in items]) + rng.normal(0.0, 0.3, count),
        slope=1.7 * np.exp(rng.normal(0.0, 0.25, count)),
        guess=np.array([item.guess for item in items]) * rng.uniform(0.6, 1.0, count),
        slip=rng.uniform(0.02, 0.1, count),
        strand=np.array([list(LADDERS).index(item.skill[0]) for item in items]),
    )


def sat(
    compiled: Compiled, true: World, gap: float, harder: np.ndarray, how: str, rng: np.random.Generator
) -> Sittings:
    """A language: its people are ``gap`` weaker, its items ``harder`` [I] by so many logits."""
    ability = 0.75 * rng.standard_normal((MOST_PEOPLE, 1))
    position = ability + np.sqrt(1 - 0.75**2) * rng.standard_normal((MOST_PEOPLE, len(LADDERS))) - gap
    knows = 1.0 / (1.0 + np.exp(-true.slope * (position[:, true.strand] - true.place)))
    silent = 0.45 - 0.42 * knows
    right = (1.0 - silent) * (true.guess + (1.0 - true.slip - true.guess) * knows)
    odds = right / (1.0 - right) * np.exp(-harder)
    changed = odds / (1.0 + odds)
    silent *= (1.0 - changed) / (1.0 - right)  # the right answers that are lost become wrong ones or silence alike
    drawn = rng.random(right.shape)
    outcome = np.where(drawn < changed, 0, np.where(drawn < 1.0 - silent, 1, 2))
    every = np.tile(np.arange(len(true.place)), (MOST_PEOPLE, 1))
    return Sittings(adaptive(compiled, outcome) if how == "adaptive" else rng.permuted(every, axis=1), outcome)


def adaptive(compiled: Compiled, outcome: np.ndarray) -> np.ndarray:
    """What the engine asks of people who would answer so, [N, T]."""
    people, longest = len(outcome), RULES.questions or 0
    order = np.full((people, longest), -1)
    logs = np.zeros((people, *compiled.prior.shape[:2]))
    unasked = np.ones(outcome.shape, dtype=bool)
    here = np.arange(people)
    for turn in range(longest):
        evidence = likelihood(logs[here]).swapaxes(0, 1)
        normaliser = normalisers(evidence, compiled.prior)
        weights = ability_weights(compiled.weights, normaliser)
        states = touched_states(evidence, compiled.prior, weights, normaliser).swapaxes(0, 1)
        bits = information(compiled, states)
        allowed = unasked[here] & (bits >= RULES.least_information)
        stays = _stays(compiled, states, allowed, turn)
        if turn == 0:
            allowed = easy_start(chance_of_right(compiled, states), allowed)
        if not stays.any():
            break
        item, here = choose(compiled, bits, allowed)[stays], here[stays]
        order[here, turn], unasked[here, item] = item, False
        row = compiled.slots[item] * OUTCOMES + outcome[here, item]
        logs[here, row // compiled.rows_per_strand] += compiled.log_response[row]
    return order


def _stays(compiled: Compiled, states: np.ndarray, allowed: np.ndarray, turn: int) -> np.ndarray:
    count = len(states)
    reasons = stop_reasons(
        RULES,
        mastery_of(compiled, states),
        started=np.full(count, turn > 0),
        can_gain=np.logical_or.reduce(allowed, axis=1),
        questions=np.full(count, turn),
        seconds=np.zeros(count),
    )
    return reasons < 0


def compared(french: Sittings, other: Sittings) -> Compared:
    order = np.concatenate([french.order, other.order])
    outcome = np.concatenate([french.outcome, other.outcome])
    person, turn = np.nonzero(order >= 0)
    item = order[person, turn]
    answers = Answers(len(order), person, item, outcome[person, item])
    group = np.repeat([0, 1], [len(french.order), len(other.order)])
    return Compared(answers, group, np.ones(len(item), dtype=bool))
