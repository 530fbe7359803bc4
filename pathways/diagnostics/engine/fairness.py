"""Whether a question is harder in one language than in French for people who can do the same.

Differential item functioning: people of two groups are compared within strata of what their other answers
say of them (``strata``), so that a true difference between the groups is not taken for a difficulty of the
text.  Two tests look at each question: Mantel-Haenszel (one difference, the same for everybody) and a
logistic regression (also one that changes with ability).  What is flagged is flagged for a person to look
at; nothing here decides about a text.

Group 0 is the reference (French), group 1 the focal one (the language that is looked at).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import erfc, exp, inf, log, sqrt
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers

ETS_SCALE: Final = -2.35
"""Delta = -2.35 ln(alpha): the scale of the Educational Testing Service (Holland & Thayer 1988)."""
NORMAL_95: Final = 1.959963984540054
MODERATE: Final = 1.0
"""|Delta| from which a significant difference is class B (Zieky 1993)."""
LARGE: Final = 1.5
"""The same for class C."""
STRATA: Final = 8
_STEPS: Final = 40
_EVEN: Final = 1e-10


class Grade(StrEnum):
    """What is said of one question in one language."""

    FEW = "few"
    """Too few answers for any word."""
    WATCH = "watch"
    """Too few for a class, and looking unlike French: a person should read it."""
    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class MantelHaenszel:
    """``alpha``: common odds ratio, reference over focal; ``delta`` and its 95 % interval ``low``..``high`` on
    the scale of ETS, negative where the question is harder for the focal group; ``chi_square`` on 1 df; ``p``.
    """

    alpha: float
    delta: float
    low: float
    high: float
    chi_square: float
    p: float


@dataclass(frozen=True, slots=True)
class Regression:
    """``chi_square``: likelihood ratio on 2 df of group and interaction; ``p``; ``effect``: what the two add to
    the R2 of Nagelkerke (from .035 moderate, from .070 large: Jodoin & Gierl 2001).
    """

    chi_square: float
    p: float
    effect: float


def strata(matching: Floats, count: int = STRATA) -> Integers:
    """Return the stratum 0..count - 1 of each person, shape [N]: quantiles of the matching variable, all people
    together.  People with the same value share a stratum, so that there may be fewer.
    """
    edges = np.unique(np.quantile(matching, np.linspace(0.0, 1.0, count + 1)[1:-1]))
    found: Integers = np.searchsorted(edges, matching, side="right").astype(np.intp)
    return found


def tables(right: Booleans, group: Integers, stratum: Integers) -> Floats:
    """Return the counts of each stratum, shape [S, 2 groups, 2: right, wrong], from arrays of shape [N]."""
    counts = np.zeros((int(stratum.max(initial=-1)) + 1, 2, 2))
    np.add.at(counts, (stratum, group, np.where(right, 0, 1)), 1.0)
    return counts


def mantel_haenszel(counts: Floats) -> MantelHaenszel | None:
    """Return the test of Mantel & Haenszel (1959) over tables [S, 2, 2], or ``None`` where no stratum compares.

    With A, B right and wrong of the reference group, C, D of the focal one, N of the stratum, n_R, n_F the
    sizes of the groups and m_1, m_0 the totals of right and wrong:

        alpha = sum(A D / N) / sum(B C / N)            Delta = -2.35 ln alpha
        chi2  = (|sum A - sum E| - 1/2)^2 / sum V      E = n_R m_1 / N, V = n_R n_F m_1 m_0 / (N^2 (N - 1))

    The variance of ln alpha is that of Robins, Breslow & Greenland (1986): with P = (A + D) / N,
    Q = (B + C) / N, R = A D / N and S = B C / N,

        sum(P R) / (2 R.^2) + sum(P S + Q R) / (2 R. S.) + sum(Q S) / (2 S.^2)

    Where R. or S. is 0, 1/2 is added to each cell of the strata that compare, for the odds ratio alone.
    """
    counts = counts[(counts.sum(axis=2) > 0).all(axis=1) & (counts.sum(axis=1) > 0).all(axis=1)]
    if not len(counts):
        return None
    chi_square = _chi_square(counts)
    if min(_cross(counts)) == 0.0:
        counts = counts + 0.5
    a, b, c, d = (counts[:, 0, 0], counts[:, 0, 1], counts[:, 1, 0], counts[:, 1, 1])
    n = a + b + c + d
    r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    sum_r, sum_s = float(r.sum()), float(s.sum())
    alpha = sum_r / sum_s
    variance = (
        float((p * r).sum()) / (2 * sum_r**2)
        + float((p * s + q * r).sum()) / (2 * sum_r * sum_s)
        + float((q * s).sum()) / (2 * sum_s**2)
    )
    delta, reach = ETS_SCALE * log(alpha), abs(ETS_SCALE) * NORMAL_95 * sqrt(variance)
    return MantelHaenszel(alpha, delta, delta - reach, delta + reach, chi_square, tail(chi_square, 1))


def _cross(counts: Floats) -> tuple[float, float]:
    n = counts.sum(axis=(1, 2))
    return (
        float((counts[:, 0, 0] * counts[:, 1, 1] / n).sum()),
        float((counts[:, 0, 1] * counts[:, 1, 0] / n).sum()),
    )


def _chi_square(counts: Floats) -> float:
    n = counts.sum(axis=(1, 2))
    groups, totals = counts.sum(axis=2), counts.sum(axis=1)
    expected = groups[:, 0] * totals[:, 0] / n
    variance = float((groups.prod(axis=1) * totals.prod(axis=1) / (n**2 * (n - 1.0))).sum())
    apart = max(abs(float((counts[:, 0, 0] - expected).sum())) - 0.5, 0.0)
    return apart**2 / variance


def tail(chi_square: float, freedom: int) -> float:
    """Return P(X > chi_square) for 1 or 2 degrees of freedom, in closed form: erfc(sqrt(x/2)), exp(-x/2)."""
    if freedom not in {1, 2}:
        raise ValueError(f"{freedom} degrees of freedom are not needed here")
    return erfc(sqrt(chi_square / 2.0)) if freedom == 1 else exp(-chi_square / 2.0)


def regression(right: Booleans, group: Integers, matching: Floats) -> Regression:
    """Return the logistic regression of Swaminathan & Rogers (1990), all arguments of shape [N].

        logit P(right) = b0 + b1 T + b2 G + b3 T G      against      logit P(right) = b0 + b1 T

    twice the difference of the log-likelihoods is a chi-square on 2 df.  R2 of Nagelkerke (1991), with L0 the
    likelihood of the constant alone: (1 - (L0 / L)^(2/N)) / (1 - L0^(2/N)).
    """
    y, t, g = right.astype(np.float64), _standardised(matching), group.astype(np.float64)
    ones = np.ones_like(t)
    nothing = _log_likelihood(np.stack([ones], axis=1), y)
    small = _log_likelihood(np.stack([ones, t], axis=1), y)
    large = _log_likelihood(np.stack([ones, t, g, t * g], axis=1), y)
    chi_square = max(2.0 * (large - small), 0.0)
    most = 1.0 - exp(2.0 * nothing / len(y))
    added = exp(2.0 * (nothing - small) / len(y)) - exp(2.0 * (nothing - large) / len(y))
    return Regression(chi_square, tail(chi_square, 2), max(added, 0.0) / most if most > 0.0 else 0.0)


def _standardised(values: Floats) -> Floats:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > _EVEN else np.zeros_like(values)


def _log_likelihood(design: Floats, y: Floats) -> float:
    """Return the greatest log-likelihood, by Newton's method; where right and wrong answers are told apart without
    error it has no greatest value, and what forty steps reach is within a millionth of its bound.
    """
    weights = np.zeros(design.shape[1])
    best = -inf
    for _ in range(_STEPS):
        odds = design @ weights
        reached = float((y * odds - np.logaddexp(0.0, odds)).sum())
        if reached - best < 1e-9 * (1.0 + abs(reached)):
            return max(reached, best)
        best = reached
        chance = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
        curvature = (design * (chance * (1.0 - chance))[:, None]).T @ design
        step = np.linalg.lstsq(curvature, design.T @ (y - chance), rcond=None)[0]
        weights = weights + np.clip(step, -5.0, 5.0)
    return best


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for testing many questions at once (Benjamini & Hochberg 1995): of the i-th smallest of
    m, the least of p_j m / j over j >= i.  Below .05: at most one in twenty of what is flagged is flagged wrongly.
    """
    order = np.argsort(np.asarray(p_values), kind="stable")
    ranked = np.asarray(p_values, dtype=np.float64)[order] * len(p_values) / np.arange(1, len(p_values) + 1)
    kept = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    back = np.empty_like(kept)
    back[order] = kept
    return [float(one) for one in back]


def grade(delta: float, p: float, *, alpha: float) -> Grade:
    """Return the class of ETS: A below 1 or not significant, C from 1.5, B between.  ``p``: adjusted."""
    if p >= alpha or abs(delta) < MODERATE:
        return Grade.A
    return Grade.C if abs(delta) >= LARGE else Grade.B


def choice_rates(counts: Mapping[str, tuple[int, int]]) -> dict[str, tuple[float, float, float]]:
    """Return of each answer ``{name: (share in French, share in the language, difference)}`` from its counts in both;
    a language without answers has shares of 0.
    """
    french, other = (max(sum(both[side] for both in counts.values()), 1) for side in (0, 1))
    return {
        name: (first / french, second / other, second / other - first / french)
        for name, (first, second) in counts.items()
    }
