"""How far a diagnostic may be believed: what it claimed of extra questions against how they were answered.

Nothing here is about a person: sums over everybody who was asked one (``predictions``).  Fewer than ten are told as a
number alone, and no group of predictions is told that has fewer.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from pathways.diagnostics import predictions
from pathways.diagnostics.models import PredictionCount

LEAST = 10
"""Predictions below which nothing but their number is told, of all together and of each group."""
ENOUGH = 50
"""From here on it is said in words how the claims held: with fewer, chance alone makes them look good or bad."""
Z = 1.959963984540054
"""Of intervals: 95 times in a hundred."""


@dataclass(frozen=True, slots=True)
class Range:
    """An estimate with the bounds between which it lies 95 times in a hundred."""

    mean: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        return {"mean": round(self.mean, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of about the same P(correct): ``start`` to ``end``."""

    start: float
    end: float
    number: int
    claimed: float
    """Mean of the predicted P(correct)."""
    observed: Range
    """Share of right answers (Wilson)."""

    @property
    def holds(self) -> bool:
        return self.observed.low <= self.claimed <= self.observed.high


@dataclass(frozen=True, slots=True)
class Quality:
    """``number`` of predictions; the rest is ``None`` and empty below :data:`LEAST`."""

    number: int
    claimed: float | None = None
    observed: Range | None = None
    log_loss: Range | None = None
    """Mean of -log P(what happened), in nats; .693 is what knowing nothing gives."""
    brier: Range | None = None
    """Mean of (P(correct) - right)^2; .25 is what knowing nothing gives."""
    error: float | None = None
    """Mean distance between claimed and observed, over ``bins``."""
    bins: tuple[Bin, ...] = ()

    @property
    def is_enough(self) -> bool:
        return self.number >= ENOUGH

    @property
    def verdict(self) -> str:
        """``few``, ``holds``, ``too_sure`` (fewer right answers than claimed), ``too_shy``."""
        if self.claimed is None or self.observed is None or not self.is_enough:
            return "few"
        if self.claimed > self.observed.high:
            return "too_sure"
        return "too_shy" if self.claimed < self.observed.low else "holds"

    def to_json(self) -> dict[str, Any]:
        return {
            "predictions": self.number,
            "enough": ENOUGH,
            "verdict": self.verdict,
            "claimed": None if self.claimed is None else round(self.claimed, 4),
            "observed": self.observed and self.observed.to_json(),
            "log_loss": self.log_loss and self.log_loss.to_json(),
            "brier": self.brier and self.brier.to_json(),
            "calibration_error": None if self.error is None else round(self.error, 4),
            "curve": [
                {
                    "from": one.start,
                    "to": one.end,
                    "predictions": one.number,
                    "claimed": round(one.claimed, 4),
                    "observed": one.observed.to_json(),
                }
                for one in self.bins
            ],
        }


def of(db: Session, diagnostic_id: uuid.UUID) -> Quality:
    return told(predictions.read(db, diagnostic_id))


def told(rows: Sequence[PredictionCount]) -> Quality:
    """What the sums of one diagnostic say."""
    number = sum(one.number for one in rows)
    if number < LEAST:
        return Quality(number)
    correct, claimed = sum(one.correct for one in rows), sum(one.predicted for one in rows)
    bins = tuple(map(_bin, _grouped(rows)))
    return Quality(
        number=number,
        claimed=claimed / number,
        observed=wilson(correct, number),
        log_loss=_mean(sum(one.log_loss for one in rows), sum(one.log_loss_squares for one in rows), number),
        brier=_mean(sum(one.brier for one in rows), sum(one.brier_squares for one in rows), number),
        error=sum(one.number * abs(one.claimed - one.observed.mean) for one in bins) / number,
        bins=bins,
    )


def wilson(successes: int, number: int) -> Range:
    """Return a share with its 95 % interval (Wilson 1927), which stays inside [0, 1] and is none too narrow."""
    share, spread = successes / number, Z**2 / number
    centre = (share + spread / 2.0) / (1.0 + spread)
    half = Z / (1.0 + spread) * math.sqrt(share * (1.0 - share) / number + spread / (4.0 * number))
    return Range(share, max(centre - half, 0.0), min(centre + half, 1.0))


def _mean(total: float, squares: float, number: int) -> Range:
    """A mean with its normal interval; scores are never negative."""
    mean = total / number
    variance = max(squares / number - mean**2, 0.0) * number / (number - 1)
    half = Z * math.sqrt(variance / number)
    return Range(mean, max(mean - half, 0.0), mean + half)


def _grouped(rows: Sequence[PredictionCount]) -> list[list[PredictionCount]]:
    """Neighbouring tenths together until each group has enough: what is told of one can be told apart in none."""
    groups: list[list[PredictionCount]] = [[]]
    for one in rows:
        if sum(row.number for row in groups[-1]) >= LEAST:
            groups.append([])
        groups[-1].append(one)
    if len(groups) > 1 and sum(row.number for row in groups[-1]) < LEAST:
        rest = groups.pop()
        groups[-1].extend(rest)
    return groups


def _bin(rows: Sequence[PredictionCount]) -> Bin:
    number = sum(one.number for one in rows)
    return Bin(
        start=rows[0].decile / predictions.DECILES,
        end=(rows[-1].decile + 1) / predictions.DECILES,
        number=number,
        claimed=sum(one.predicted for one in rows) / number,
        observed=wilson(sum(one.correct for one in rows), number),
    )
