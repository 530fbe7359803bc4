"""How few questions any test with these items could do with: what a trainer may compare a diagnostic with.

A question tells at most the capacity of its response (Shannon 1948; computed as Blahut and Arimoto 1972 do), and a
profile that is right about all but a share D of the micro-skills needs the bits

    B(D) = max { H(X) - S h(D),  H(X) - K Hgeo(D S / K) }          for S micro-skills in K strands

since e rungs too many or too few are e wrong micro-skills, and of all distributions with that mean |e| the two-sided
geometric has the most entropy.  No policy, whatever it looks ahead, is right about a share 1 - D of the micro-skills
with fewer questions than those of the greatest capacities that sum to B(D), nor with fewer on average when it stops
where it likes: the bound is convex in D.  All of it is as true as the model is.
"""

from dataclasses import dataclass
from math import log2, sqrt
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled
from pathways.diagnostics.engine.errors import InvalidStructure
from pathways.diagnostics.engine.near import NEAR

MOST_PROFILES: Final = 4096
"""Up to so many, the entropy of the profile is summed and not drawn."""
DRAWN_PROFILES: Final = 2000
DRAWN_AT_ONCE: Final = 250

ROUNDS: Final = 500
CLOSE_ENOUGH: Final = 1e-6
_IMPOSSIBLE: Final = -700.0


@dataclass(frozen=True, slots=True)
class LowerBound:
    """What the best of tests would need.

    ``entropy``: bits of the profile before any answer, known to ``standard_error`` (0 where it was summed);
    ``bits``: how many of them the accuracy needs; ``questions``: the least number that can tell so much, ``None``
    when all items together cannot.  ``mean_questions``: the same of a test that stops where it likes, whose mean need
    not be whole: what so many of the best items tell, in proportion in between, is concave in their number, so that
    (Jensen 1906) no spread of lengths tells more than the same number for everybody.
    """

    entropy: float
    standard_error: float
    bits: float
    questions: int | None
    mean_questions: float | None


def lower_bound(compiled: Compiled, accuracy: float, rng: np.random.Generator) -> LowerBound:
    """Return the fewest questions of any test with these items that is right about this share of the micro-skills.

    Of a testlet one item counts, the best.  Two standard errors of a drawn entropy are taken off first.
    Raises ``InvalidStructure`` for an accuracy outside [.5, 1].
    """
    if not 0.5 <= accuracy <= 1.0:
        raise InvalidStructure(f"an accuracy of {accuracy} is not between one half and one")
    entropy, error = profile_entropy(compiled, rng)
    bits = bits_needed(entropy - 2.0 * error, len(compiled.skill_codes), len(compiled.structure.strands), accuracy)
    told = np.cumsum(np.sort(_of_testlets(compiled, capacities(compiled)))[::-1])
    enough = int(np.searchsorted(told, bits - 1e-12)) + 1
    if bits == 0.0:
        return LowerBound(entropy, error, bits, 0, 0.0)
    if enough > len(told):
        return LowerBound(entropy, error, bits, None, None)
    before = float(told[enough - 2]) if enough > 1 else 0.0
    part = (bits - before) / (float(told[enough - 1]) - before)
    return LowerBound(entropy, error, bits, enough, enough - 1 + min(max(part, 0.0), 1.0))


def bits_needed(entropy: float, skills: int, strands: int, accuracy: float) -> float:
    """Return the bits B(D) that a profile of this entropy needs, at least 0; D is one less the accuracy."""
    wrong = 1.0 - accuracy
    by_skill = skills * _entropy_of_share(wrong)
    by_strand = strands * _entropy_of_steps(wrong * skills / strands)
    return max(entropy - by_skill, entropy - by_strand, 0.0)


def _entropy_of_share(share: float) -> float:
    if share <= 0.0 or share >= 1.0:
        return 0.0
    return -share * log2(share) - (1.0 - share) * log2(1.0 - share)


def _entropy_of_steps(mean: float) -> float:
    """Return the entropy of a two-sided geometric number whose mean size is ``mean``, in bits."""
    if mean <= 0.0:
        return 0.0
    ratio = mean / (sqrt(1.0 + mean * mean) + 1.0)  # (sqrt(1 + x^2) - 1) / x without cancellation
    return -log2((1.0 - ratio) / (1.0 + ratio)) - mean * log2(ratio)


def channel_capacity(response: Floats) -> Floats:
    """Return the most bits that an outcome can tell of the state, [I], from P(outcome | state), [I, Y, G].

    Found from above: what is returned is never below the capacity, and above it by at most 1e-6 where 500 rounds of
    the iteration suffice.
    """
    logs = np.where(response > 0.0, np.log2(np.maximum(response, 1e-300)), 0.0)
    inputs = np.full((len(response), response.shape[2]), 1.0 / response.shape[2])
    least = np.full(len(response), np.inf)
    for _ in range(ROUNDS):
        outcome = np.maximum(response @ inputs[:, :, None], 1e-300)
        divergence = (response * (logs - np.log2(outcome))).sum(axis=1)
        above = divergence.max(axis=1)
        least = np.minimum(least, above)
        if (above - (inputs * divergence).sum(axis=1)).max() < CLOSE_ENOUGH:
            break
        inputs *= np.exp2(divergence - above[:, None])
        inputs /= inputs.sum(axis=1, keepdims=True)
    return np.maximum(least, 0.0)


def capacities(compiled: Compiled) -> Floats:
    """Return the capacity of every item in bits, [I], in the order of ``item_codes``.

    An item with partial credit has one outcome more: what it can tell is more than what it promises (``near``).
    """
    states = compiled.log_response.shape[1]
    response = np.exp(compiled.log_response).reshape(-1, OUTCOMES, states)
    found = _of_responses(response[compiled.slots])
    credited = np.flatnonzero(compiled.near_of_item >= 0)
    if credited.size:
        right, wrong, unknown = response[compiled.slots[credited]].swapaxes(0, 1)
        near = response[compiled.near_of_item[credited] // OUTCOMES, NEAR]
        found[credited] = _of_responses(np.stack([right, wrong * near, wrong * (1.0 - near), unknown], axis=1))
    return found


def _of_responses(response: Floats) -> Floats:
    """Return the capacities of P(outcome | state), [I, Y, G]: of two states where no item knows more than two."""
    ends = response[:, :, [0, -1]]
    two_classes = (
        np.minimum(np.abs(response - ends[:, :, :1]), np.abs(response - ends[:, :, 1:])).max(axis=(1, 2)) == 0.0
    )
    found = np.empty(len(response))
    for chosen, table in ((two_classes, ends), (~two_classes, response)):
        if chosen.any():
            found[chosen] = channel_capacity(table[chosen])
    return found


def _of_testlets(compiled: Compiled, found: Floats) -> Floats:
    """Return the capacities [I] with 0 for items that are not the best of their testlet."""
    testlet = {item.code: item.testlet for item in compiled.structure.items if item.testlet}
    best: dict[str, int] = {}
    kept = found.copy()
    for place in np.argsort(-found, kind="stable").tolist():
        name = testlet.get(compiled.item_codes[place])
        if name is not None and best.setdefault(name, place) != place:
            kept[place] = 0.0
    return kept


def profile_entropy(
    compiled: Compiled, rng: np.random.Generator, *, drawn: int = DRAWN_PROFILES
) -> tuple[float, float]:
    """Return the entropy of the profile before any answer, in bits, and its standard error.

    Summed when strands are few and short, otherwise the mean of -log2 P over so many profiles drawn from the model.
    """
    tables = _rung_tables(compiled)
    if compiled.linked is None and np.prod([float(len(table)) for table in tables]) <= MOST_PROFILES:
        joint = np.ones((1, compiled.weights.size))
        for table in tables:
            joint = (joint[:, None] * table).reshape(-1, compiled.weights.size)
        chance = joint @ compiled.weights
        chance = chance[chance > 0.0]
        return float(-(chance * np.log2(chance)).sum()), 0.0
    bits = []
    for start in range(0, drawn, DRAWN_AT_ONCE):
        points = rng.choice(compiled.weights.size, size=min(DRAWN_AT_ONCE, drawn - start), p=compiled.weights)
        bits.append(_surprise(compiled, tables, points, rng))
    all_bits = np.concatenate(bits)
    return float(all_bits.mean()), float(all_bits.std(ddof=1) / sqrt(len(all_bits)))


def _rung_tables(compiled: Compiled) -> list[Floats]:
    """Return P(so many micro-skills mastered | point of the grid), [S + 1, Q], of each strand that nothing ties."""
    free = range(len(compiled.prior)) if compiled.linked is None else compiled.linked.free.tolist()
    tables = []
    for row in free:
        rungs = len(compiled.structure.strands[row].skill_codes)
        at_least = np.ones((rungs + 2, compiled.weights.size))
        at_least[1:-1] = compiled.mastery[row, :, :rungs].T @ compiled.prior[row]
        at_least[-1] = 0.0
        tables.append(np.maximum(at_least[:-1] - at_least[1:], 0.0))
    return tables


def _surprise(compiled: Compiled, tables: list[Floats], points: Integers, rng: np.random.Generator) -> Floats:
    """Draw a profile at each of the points and return its -log2 P, [N]."""
    total = np.zeros((len(points), compiled.weights.size))
    for table in tables:
        below = np.cumsum(table[:, points], axis=0)
        mastered = (rng.random(len(points)) * below[-1] >= below).sum(axis=0)
        total += np.log(np.maximum(table[mastered], 1e-300))
    linked = compiled.linked
    if linked is not None:
        states = linked.draw(linked.untouched(), np.zeros_like(points), points, rng)
        certain = np.full((*states.shape, compiled.prior.shape[1]), _IMPOSSIBLE)
        np.put_along_axis(certain, states[:, :, None], 0.0, axis=2)
        total += linked.up(certain).log_total
    most = total.max(axis=1)
    return -(most + np.log(np.exp(total - most[:, None]) @ compiled.weights)) / np.log(2.0)
