"""The definition of the model with requirements, enumerated: every point of ability, every profile, in plain floats.

Only the thresholds of gated rungs are taken from what was compiled; ``shares`` says whether they are right.
"""

from collections import Counter
from itertools import pairwise, product
from math import erfc, exp, log, log2, prod, sqrt

from tests.diagnostics.engine.brute_force import ANSWERS, OUTCOMES, likelihood, response

LEAST = 1e-12


def normal_cdf(value):
    return 0.5 * erfc(-value / sqrt(2))


class Profiles:
    """All profiles of a small structure of ladders, and their probabilities given answers."""

    def __init__(self, structure, population, thresholds):
        self.document = structure.to_document()
        self.items = {item["code"]: item for item in self.document["items"]}
        self.required = {one["skill"]: one for one in self.document.get("requirements", ())}
        self.thresholds = thresholds
        self.strands = [[skill["code"] for skill in strand["skills"]] for strand in self.document["strands"]]
        self.height = {s["code"]: s["threshold"] for strand in self.document["strands"] for s in strand["skills"]}
        self.place = {code: (k, rung) for k, codes in enumerate(self.strands) for rung, code in enumerate(codes, 1)}
        self.profiles = list(product(*(range(len(codes) + 1) for codes in self.strands)))
        grid = population.grid()
        axes = (grid.ability, grid.correlation, grid.spread, grid.weight)
        self.points = list(zip(*(axis.tolist() for axis in axes), strict=True))
        self.prior = {}
        for at, point in enumerate(self.points):
            chances = [self.chances(codes, point) for codes in self.strands]
            for profile in self.profiles:
                self.prior[at, profile] = point[3] * self.of_profile(profile, chances)

    def chances(self, codes, point):
        """P(rung | rung below), where its groups hold and where they do not, of each rung of a ladder."""
        ability, rho, spread, _ = point
        scale = sqrt(1 - rho * rho)

        def reached(threshold):
            return normal_cdf((rho * ability - spread * threshold) / scale)

        at_least = [1.0, *(reached(self.height[code]) for code in codes), 0.0]
        states = [max(a - b, LEAST) for a, b in pairwise(at_least)]
        states = [value / sum(states) for value in states]
        at_least = [sum(states[rung:]) for rung in range(len(states))]
        found = []
        for rung, code in enumerate(codes):
            if code in self.thresholds:
                open_ = reached(self.thresholds[code]) / at_least[rung]
                open_ = min(max(open_, LEAST), 1 - LEAST)
                found.append((open_, min(open_, self.required[code]["leak"])))
            else:
                found.append((at_least[rung + 1] / at_least[rung],) * 2)
        return found

    def holds(self, code, profile):
        return all(
            any(profile[self.place[one][0]] >= self.place[one][1] for one in group)
            for group in self.required[code]["groups"]
        )

    def of_profile(self, profile, chances):
        """P(profile | point)."""
        total = 1.0
        for codes, state, of_rung in zip(self.strands, profile, chances, strict=True):
            for rung in range(min(state + 1, len(codes))):
                code = codes[rung]
                shut = code in self.thresholds and not self.holds(code, profile)
                chance = of_rung[rung][shut]
                total *= chance if rung < state else 1 - chance
        return total

    def mastered(self, item, profile):
        skills = (item["skill"], *item.get("also", ()))
        return all(profile[self.place[code][0]] >= self.place[code][1] for code in skills)

    def joint(self, answers):
        """P(point, profile | answers); answers to one testlet count as one."""
        answers = [(self.items[pair[0]], pair[1]) for pair in answers if pair[1] in ANSWERS]
        testlets = [item.get("testlet", "") for item, _ in answers]
        found = {}
        for (at, profile), prior in self.prior.items():
            chances = [likelihood(i, outcome, mastered=self.mastered(i, profile)) for i, outcome in answers]
            found[at, profile] = prior * prod(
                value ** (1 / testlets.count(testlet) if testlet else 1)
                for value, testlet in zip(chances, testlets, strict=True)
            )
        total = sum(found.values())
        return {key: value / total for key, value in found.items()}

    def mastery(self, answers):
        joint = self.joint(answers)
        return {
            code: sum(p for (_, profile), p in joint.items() if profile[k] >= rung)
            for code, (k, rung) in self.place.items()
        }

    def mastery_after(self, answers):
        """``mastery`` where likelihoods leave what floats hold: in logarithms, without testlets."""
        counts = Counter(answers)
        logs = {}
        for (at, profile), prior in self.prior.items():
            if prior > 0.0:
                rows = (
                    (response(self.items[c], mastered=self.mastered(self.items[c], profile))[y], n)
                    for (c, y), n in counts.items()
                )
                logs[at, profile] = log(prior) + sum(n * log(value) for value, n in rows)
        most = max(logs.values())
        joint = {key: exp(value - most) for key, value in logs.items()}
        total = sum(joint.values())
        return {
            code: sum(p for (_, profile), p in joint.items() if profile[k] >= rung) / total
            for code, (k, rung) in self.place.items()
        }

    def information(self, answers, item):
        """Mutual information of the item's outcome and the whole profile, bits."""
        item = self.items[item]
        p = sum(p for (_, profile), p in self.joint(answers).items() if self.mastered(item, profile))
        mastered, not_mastered = response(item, mastered=True), response(item, mastered=False)
        outcome = [p * mastered[y] + (1 - p) * not_mastered[y] for y in OUTCOMES]
        entropy = -sum(q * log2(q) for q in outcome)
        for weight, row in ((p, mastered), (1 - p, not_mastered)):
            entropy += weight * sum(q * log2(q) for q in row.values())
        return entropy
