"""Partial credit under styles of answering, enumerated: every style, every state, every set of holes."""

from collections import Counter
from itertools import product
from statistics import NormalDist

import numpy as np

from pathways.diagnostics.engine import EVIDENCE, Outcome
from tests.diagnostics.engine.brute_force import ANSWERS
from tests.diagnostics.engine.graphs.enumeration import Profiles
from tests.diagnostics.engine.test_mixing import Everything, smooth


class Shares(Everything):
    """``Everything`` with partial credit: of each style and class, the share of wrong answers that comes near."""

    def share(self, world, code):
        style, state, masters, _ = world
        low, high = self.models[code].near
        k, rung = self.place[self.models[code].skill]
        if style.slope is not None:
            heights = rises(self.thresholds[k], rung - 1, state[k], style.slope)
            return np.mean([np.clip(low + (high - low) * height, 0.005, 0.995) for height in heights])
        low, high = low + style.noise * (1 - low), (1 - style.noise) * high
        if high < low:
            low = high = (low + high) / 2
        return np.clip(high if masters[self.models[code].skill] else low, 0.005, 0.995)

    def posterior(self, answers, *, temperature=1.0):
        weights = np.array([world[3] for world in self.worlds])
        for code, outcome in answers:
            partly = outcome == Outcome.PARTLY
            index = EVIDENCE.index(Outcome.INCORRECT if partly else outcome)
            chance = self.responses(code)[:, index]
            if self.models[code].near is not None and index == 1:
                share = np.array([self.share(world, code) for world in self.worlds])
                chance = chance * (share if partly else 1 - share)
            weights = weights * chance ** (1 / temperature)
        return weights / weights.sum()


def rises(thresholds, rung, state, slope):
    """Heights of the curve of a rung at fifteen equally likely positions between two thresholds."""
    normal = NormalDist()
    edges = [0.0, *(normal.cdf(one) for one in thresholds), 1.0]
    low, high = edges[state], edges[state + 1]
    positions = [normal.inv_cdf(low + (high - low) * (n + 0.5) / 15) for n in range(15)]
    return [1 / (1 + np.exp(-slope * (position - thresholds[rung])) / 3) for position in positions]


class Tied:
    """Styles over a structure with requirements, questions on several micro-skills and testlets: by loops."""

    def __init__(self, structure, styles, population, thresholds):
        self.structure, self.styles = structure, styles
        profiles = Profiles(structure, population, thresholds)
        self.place, self.prior = profiles.place, Counter()
        for (_, profile), p in profiles.prior.items():
            self.prior[profile] += p
        self.heights = [[skill.threshold for skill in one.skills] for one in structure.strands]
        self.models = {one.code: one for one in structure.items}

    def asked(self, model):
        """Of several rungs of a ladder, the highest stands for all."""
        highest = {}
        for ladder, rung in (self.place[skill] for skill in model.skills):
            highest[ladder] = max(rung, highest.get(ladder, 0))
        return sorted(highest.items())

    def chance(self, style, model, mastered, outcome):
        row = style.response(model)[int(mastered)]
        return parted(model, row, noisy(style, model.near)[int(mastered)] if model.near else None, outcome)

    def smooth(self, style, model, rung, ladder, state, outcome):
        row = smooth(model, self.heights[ladder][rung - 1], self.heights[ladder], state, style.slope)
        heights = rises(self.heights[ladder], rung - 1, state, style.slope)
        low, high = model.near or (0.0, 0.0)
        return parted(model, row, np.mean([low + (high - low) * height for height in heights]), outcome)

    def masteries(self, answers):
        told = [(self.models[code], outcome) for code, outcome in answers if outcome in ANSWERS]
        testlets = Counter(model.testlet for model, _ in told)
        skills, whole, found = self.structure.skill_codes, 0.0, np.zeros(len(self.structure.skill_codes))
        for style, (profile, prior) in product(self.styles, self.prior.items()):
            weight = style.share * prior
            rungs = {place: np.ones(2) for place in self.place.values()}
            for model, outcome in told:
                power = 1 / testlets[model.testlet] if model.testlet else 1
                (ladder, rung), *others = asked = self.asked(model)
                if others:
                    mastered = all(profile[k] >= one for k, one in asked)
                    weight *= self.chance(style, model, mastered, outcome) ** power
                elif style.slope is not None:
                    weight *= self.smooth(style, model, rung, ladder, profile[ladder], outcome) ** power
                else:
                    rungs[ladder, rung] *= [self.chance(style, model, x, outcome) ** power for x in (0, 1)]
            real = []
            for ladder, rung in (self.place[skill] for skill in skills):
                chance = 1 - style.hole if profile[ladder] >= rung else style.hole
                both = np.array([1 - chance, chance]) * rungs[ladder, rung]
                weight *= both.sum()
                real.append(both[1] / both.sum())
            whole += weight
            found += weight * np.array(real)
        return found / whole


def parted(model, row, share, outcome):
    if model.near is None or outcome in {"correct", "dont_know"}:
        return row[ANSWERS.index(outcome)]
    return row[1] * (share if outcome == "partly" else 1 - share)


def noisy(style, near):
    low, high = near[0] + style.noise * (1 - near[0]), (1 - style.noise) * near[1]
    return (low, high) if low <= high else ((low + high) / 2,) * 2
