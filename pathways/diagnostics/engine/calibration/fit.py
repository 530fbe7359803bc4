"""How well curves and answers agree."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration.residuals import RIGHT, Residuals

STRATA: Final = 8
POOR_FIT: Final = 0.12
"""An RMSD from which a curve does not describe its answers (the mark of international surveys)."""


@dataclass(frozen=True, slots=True)
class ItemFit:
    """Of one item in one language, or in all.

    ``answers``, ``right``: counts.  ``expected``: right answers expected given the other answers of each sitting.
    ``rmsd``: between the curve and expected shares of right answers by node, ``None`` where the curve has two nodes and
    nothing to disagree with.  ``discrimination``: correlation of being right with the standing in everything else.
    ``log_loss`` (nats per answer) and ``brier``: of predicting each answer from the others.
    """

    answers: float
    right: float
    expected: float
    rmsd: float | None
    discrimination: float | None
    log_loss: float | None
    brier: float | None


def rmsd(counts: Floats, chance: Floats) -> Floats:
    """Return sqrt(sum_g f(g) (observed(g) - model(g))^2) of each variant, [V]; f: its people by node.

    ``counts`` [V, Y, G] are expected answers, ``chance`` [V, Y, G] the curves.  It is 0 for a variant without answers.
    """
    people = counts.sum(axis=1)
    whole = people.sum(axis=1)
    observed = counts[:, RIGHT] / np.maximum(people, np.finfo(float).tiny)
    apart = (people * (observed - chance[:, RIGHT]) ** 2).sum(axis=1) / np.maximum(whole, np.finfo(float).tiny)
    return np.sqrt(apart)


def item_fit(by_standing: Floats, losses: Floats, rmsd_of: float | None) -> ItemFit:
    """Return the fit from sums of one or more variants: ``by_standing`` [B, 3] and ``losses`` [2]."""
    right, answers, expected = by_standing.sum(axis=0).tolist()
    if not answers:
        return ItemFit(0.0, 0.0, 0.0, None, None, None, None)
    log_loss, brier = (losses / answers).tolist()
    return ItemFit(answers, right, expected, rmsd_of, discrimination(by_standing), log_loss, brier)


def discrimination(by_standing: Floats) -> float | None:
    """Return the correlation of being right with standing, from counts [B, 3]; ``None`` where one is constant."""
    right, people = by_standing[:, 0], by_standing[:, 1]
    total = people.sum()
    place = np.arange(len(people)) - (people @ np.arange(len(people))) / total
    share = right.sum() / total
    spread = (people @ place**2) * share * (1.0 - share) * total
    return float((right @ place) / np.sqrt(spread)) if spread > 1e-12 else None


def stratified(by_standing: Floats, count: int = STRATA) -> Floats:
    """Return the sums in ``count`` strata of about equal numbers of people, [count, ...], from bins [B, ..., 3].

    Bins are kept whole: a stratum may be empty.
    """
    people = by_standing[..., 1].reshape(len(by_standing), -1).sum(axis=1)
    middle = (np.cumsum(people) - people / 2.0) / max(float(people.sum()), 1.0)
    stratum = np.minimum((middle * count).astype(np.intp), count - 1)
    strata = np.zeros((count, *by_standing.shape[1:]))
    np.add.at(strata, stratum, by_standing)
    return strata


def overall(sums: Residuals) -> tuple[float, float]:
    """Return log loss (nats) and Brier score per answer, each answer predicted from the others of its sitting."""
    answers = max(float(sums.by_standing[..., 1].sum()), 1.0)
    log_loss, brier = (sums.losses.sum(axis=0) / answers).tolist()
    return log_loss, brier
