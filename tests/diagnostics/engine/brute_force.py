"""The definition of the model, enumerated: every setting, every ability, every profile, one after the other.

Written from the formulas with loops and plain floats, sharing no code with the engine beyond the documents
that describe structure and population.
"""

from itertools import product
from math import exp, log2, prod, sqrt
from statistics import NormalDist

OUTCOMES = ("correct", "incorrect", "dont_know")
ANSWERS = (*OUTCOMES, "partly")
STEPS = [0.3 * step for step in range(-10, 11)]
DENSITY = [exp(-step * step / 2) for step in STEPS]


def response(item, *, mastered):
    """P(outcome) of a real answer in one class, clipped to [.005, .995] and normalised."""
    skip = item["dont_know_mastered"] if mastered else item["dont_know_not_mastered"]
    right = 1 - item["slip"] if mastered else item["guess"]
    raw = [(1 - skip) * right, (1 - skip) * (1 - right), skip]
    clipped = [min(max(value, 0.005), 0.995) for value in raw]
    return dict(zip(OUTCOMES, (value / sum(clipped) for value in clipped), strict=True))


def likelihood(item, outcome, *, mastered):
    """P(outcome) in one class; of an item with partial credit, wrong answers are near or far."""
    chance, near = response(item, mastered=mastered), item.get("near")
    if near is None or outcome in ("correct", "dont_know"):
        return chance[outcome]
    share = min(max(near[mastered], 0.005), 0.995)
    return chance["incorrect"] * (share if outcome == "partly" else 1 - share)


def state_prior(strand, rho, spread, ability):
    """P(number of micro-skills mastered), floored at 1e-12."""
    scale = sqrt(1 - rho * rho)
    at_least = [1.0]
    at_least += [NormalDist().cdf((rho * ability - spread * s["threshold"]) / scale) for s in strand["skills"]]
    at_least.append(0.0)
    raw = [max(at_least[m] - at_least[m + 1], 1e-12) for m in range(len(at_least) - 1)]
    return [value / sum(raw) for value in raw]


class Enumeration:
    """All profiles of a small structure, with their probabilities given answers."""

    def __init__(self, structure, population):
        self.document = structure.to_document()
        self.population = population
        self.items = {item["code"]: item for item in self.document["items"]}
        self.place = {
            skill["code"]: (k, rung)
            for k, strand in enumerate(self.document["strands"])
            for rung, skill in enumerate(strand["skills"], start=1)
        }
        self.profiles = list(product(*(range(len(strand["skills"]) + 1) for strand in self.document["strands"])))
        self.prior = self._prior()

    def _prior(self):
        axes = self.population.correlations, self.population.spreads, self.population.shifts
        settings = list(product(*axes))
        total = dict.fromkeys(self.profiles, 0.0)
        for rho, spread, shift in settings:
            for step, density in zip(STEPS, DENSITY, strict=True):
                tables = [state_prior(s, rho, spread, shift + step) for s in self.document["strands"]]
                weight = density / sum(DENSITY) / len(settings)
                for profile in self.profiles:
                    total[profile] += weight * prod(t[m] for t, m in zip(tables, profile, strict=True))
        return total

    def outcome(self, item, profile):
        """P(outcome | profile) of an item."""
        strand, rung = self.place[self.items[item]["skill"]]
        return response(self.items[item], mastered=profile[strand] >= rung)

    def answered(self, item, outcome, profile):
        """P(an answer with evidence | profile)."""
        strand, rung = self.place[self.items[item]["skill"]]
        return likelihood(self.items[item], outcome, mastered=profile[strand] >= rung)

    def profile_probabilities(self, answers):
        """P(profile | answers)."""
        joint = dict(self.prior)
        for item, outcome in answers:
            if outcome in ANSWERS:
                joint = {profile: p * self.answered(item, outcome, profile) for profile, p in joint.items()}
                total = sum(joint.values())
                joint = {profile: p / total for profile, p in joint.items()}
        return joint

    def mastery(self, answers):
        """P(mastered | answers) by micro-skill."""
        posterior = self.profile_probabilities(answers)
        return {
            code: sum(p for profile, p in posterior.items() if profile[strand] >= rung)
            for code, (strand, rung) in self.place.items()
        }

    def predicted(self, answers, item):
        """P(outcome of the item | answers)."""
        posterior = self.profile_probabilities(answers)
        return {y: sum(p * self.outcome(item, prof)[y] for prof, p in posterior.items()) for y in OUTCOMES}

    def information(self, answers, item):
        """Mutual information of the item's outcome and the whole profile, bits."""
        posterior = self.profile_probabilities(answers)
        marginal = self.predicted(answers, item)
        return sum(
            p * q * log2(q / marginal[y])
            for profile, p in posterior.items()
            for y, q in self.outcome(item, profile).items()
            if p > 0.0
        )
