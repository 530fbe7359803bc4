"""What sittings say about a diagnostic: length, accuracy, honesty, exposure.

Shares of micro-skills are means over learners and micro-skills. What needs the truth is of the learners whose truth is
known, and ``None`` where there is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from pathways.diagnostics.engine import CERTAINTY
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.belief import DECIMALS
from pathways.diagnostics.simulating.sittings import Sitting

BINS: Final = 10
"""Equal bins of P(mastered) for the calibration error."""
TARGETS: Final = (0.85, 0.9, 0.95)
"""Shares of micro-skills classified right, for which questions and seconds are told."""
ALIKE: Final = 1e-12
"""Shares of micro-skills that differ by less are the same."""
QUANTILES: Final = {"min": 0.0, "p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9, "max": 1.0}


@dataclass(frozen=True, eq=False, slots=True)
class Outline:
    """What the summary needs of one sitting; small enough to be sent between processes.

    ``claimed`` [n + 1]: mean of max(p, 1 - p) over micro-skills before the first question and after each; ``right``
    [n + 1]: share classified right, or ``None``. At the end: ``labels``, how many micro-skills are called mastered and
    not mastered; ``labels_right``, how many of them rightly; ``bins`` [10, 3]: number, sum of p, number mastered.
    ``clock`` [n + 1]: seconds before the first question and after each.
    """

    items: tuple[str, ...]
    seconds: float
    stopped: str
    claimed: Floats
    right: Floats | None
    labels: tuple[int, int]
    labels_right: tuple[int, int]
    bins: Floats | None
    clock: Floats


def outline(sitting: Sitting) -> Outline:
    """Return what the summary needs of a sitting."""
    mastery = np.array(sitting.mastery)
    last = mastery[-1]
    called = last.round(DECIMALS) >= CERTAINTY, (1.0 - last).round(DECIMALS) >= CERTAINTY
    truth = np.array(sitting.truth) if sitting.truth else None
    known = None if truth is None else truth[-1]
    rightly = (0, 0) if known is None else (int((called[0] & known).sum()), int((called[1] & ~known).sum()))
    return Outline(
        items=tuple(sitting.items),
        seconds=sitting.seconds,
        stopped=sitting.stopped,
        claimed=np.maximum(mastery, 1.0 - mastery).mean(axis=1),
        right=None if truth is None else ((mastery.round(DECIMALS) >= 0.5) == truth).mean(axis=1),
        labels=(int(called[0].sum()), int(called[1].sum())),
        labels_right=rightly,
        bins=None if known is None else _bins(last, known),
        clock=np.array(sitting.clock),
    )


def _bins(mastery: Floats, truth: Any) -> Floats:
    place = np.minimum((mastery * BINS).astype(np.intp), BINS - 1)
    columns = [np.bincount(place, weights, BINS) for weights in (np.ones(len(mastery)), mastery, truth)]
    return np.array(columns, dtype=np.float64).T


@dataclass
class Summary:
    """Sums over sittings, learner after learner; :meth:`to_document` makes means of them."""

    skills: int
    items: Sequence[str]
    questions: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    stopped: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    claimed: list[Floats] = field(default_factory=list)
    right: list[Floats] = field(default_factory=list)
    clock: list[Floats] = field(default_factory=list)
    claimed_known: list[Floats] = field(default_factory=list)
    labels: list[int] = field(default_factory=lambda: [0, 0])
    labels_known: list[int] = field(default_factory=lambda: [0, 0])
    labels_right: list[int] = field(default_factory=lambda: [0, 0])
    bins: Floats = field(default_factory=lambda: np.zeros((BINS, 3)))

    def add(self, one: Outline) -> None:
        """Count one sitting in."""
        self.questions.append(len(one.items))
        self.seconds.append(one.seconds)
        self.stopped[one.stopped] += 1
        self.asked.update(one.items)
        self.claimed.append(one.claimed)
        _add(self.labels, one.labels)
        if one.right is not None and one.bins is not None:
            self.right.append(one.right)
            self.clock.append(one.clock)
            self.claimed_known.append(one.claimed)
            self.bins += one.bins
            _add(self.labels_known, one.labels)
            _add(self.labels_right, one.labels_right)

    def to_document(self) -> dict[str, Any]:
        """Return every figure, as ``--json`` writes it. There must be a sitting."""
        learners, known = len(self.questions), len(self.right)
        ends = np.array([values[-1] for values in self.claimed])
        right = np.array([values[-1] for values in self.right])
        claimed = np.array([values[-1] for values in self.claimed_known])
        return {
            "learners": learners,
            "known_truth": known,
            "skills": self.skills,
            "items": len(self.items),
            "questions": _spread(self.questions),
            "seconds": _spread(self.seconds),
            "stopped": {reason: count / learners for reason, count in sorted(self.stopped.items())},
            "claimed_accuracy": float(ends.mean()),
            "accuracy": float(right.mean()) if known else None,
            "accuracy_interval": _interval(right),
            "claimed_minus_true": float((claimed - right).mean()) if known else None,
            "exact_profiles": float((right == 1.0).mean()) if known else None,
            "calibration_error": self._calibration_error(),
            "undecided": 1.0 - sum(self.labels) / (learners * self.skills),
            "mastered": _labels(self.labels[0], self.labels_known[0], self.labels_right[0]),
            "not_mastered": _labels(self.labels[1], self.labels_known[1], self.labels_right[1]),
            "exposure": self._exposure(),
            "reached": self._reached() if known else None,
            "curve": self._curve(),
        }

    def _calibration_error(self) -> float | None:
        """ECE of mastery: sum over bins of n_b/n |mean p - share mastered|."""
        if not self.right:
            return None
        return float(np.abs(self.bins[:, 1] - self.bins[:, 2]).sum() / self.bins[:, 0].sum())

    def _exposure(self) -> dict[str, Any]:
        """``max``: share of learners who met the most used item. ``overlap``: items that two learners have in common,
        over the mean length of their sittings, on average over pairs.
        """
        counts = np.array([self.asked[code] for code in self.items], dtype=np.float64)
        learners, total = len(self.questions), counts.sum()
        pairs = (learners - 1) * total
        return {
            "max": float(counts.max() / learners),
            "overlap": float((counts * (counts - 1.0)).sum() / pairs) if pairs else None,
            "never_used": int((counts == 0).sum()),
        }

    def _reached(self) -> list[dict[str, Any]]:
        """After how many questions, and after how many seconds, the mean share classified right reaches each of some
        targets for the first time; ``None`` where it never does. Who stopped before keeps what was right then.
        """
        by_question = _kept(self.right, max(map(len, self.right)) - 1)
        moments = np.concatenate([clock[1:] for clock in self.clock])
        order = np.argsort(moments, kind="stable")
        rises = np.concatenate([np.diff(right) for right in self.right])[order]
        by_moment = by_question[0] + np.cumsum(rises) / len(self.right)
        return [
            {
                "accuracy": target,
                "questions": _first(by_question, np.arange(len(by_question)), target),
                "seconds": _first(np.append(by_question[0], by_moment), np.append(0.0, moments[order]), target),
            }
            for target in TARGETS
        ]

    def _curve(self) -> list[dict[str, Any]]:
        """Means after so many questions; who stopped before keeps what was believed then."""
        longest = max(self.questions)
        claimed, right = _kept(self.claimed, longest), _kept(self.right, longest)
        over = np.cumsum(np.bincount(self.questions, minlength=longest + 1))
        return [
            {
                "n": n,
                "asking": 1.0 - float(over[n - 1]) / len(self.questions) if n else 1.0,
                "claimed_accuracy": float(claimed[n]),
                "accuracy": float(right[n]) if self.right else None,
            }
            for n in range(longest + 1)
        ]


def _first(values: Floats, places: Any, target: float) -> float | None:
    """Return the place of the first value that reaches the target, interpolated from the one before."""
    above = np.flatnonzero(values.round(DECIMALS) >= target)
    if not above.size:
        return None
    first = int(above[0])
    if first == 0:
        return float(places[0])
    share = (target - values[first - 1]) / (values[first] - values[first - 1])
    return float(places[first - 1] + share * (places[first] - places[first - 1]))


def _add(sums: list[int], values: tuple[int, int]) -> None:
    for place, value in enumerate(values):
        sums[place] += value


def _kept(rows: Sequence[Floats], longest: int) -> Floats:
    """Return the mean of rows of several lengths, each continued by its last value."""
    rises = np.zeros(longest + 1)
    for row in rows:
        rises[: len(row)] += np.diff(row, prepend=0.0)
    mean: Floats = np.cumsum(rises) / max(len(rows), 1)
    return mean


def _spread(values: Sequence[float]) -> dict[str, float]:
    quantiles = np.quantile(values, list(QUANTILES.values())).tolist()
    return {"mean": float(np.mean(values)), **dict(zip(QUANTILES, quantiles, strict=True))}


def _interval(values: Floats) -> list[float] | None:
    """95 % interval of a mean over learners.

    Where all of n are alike they have no spread, and the mean is not certain for that: it is off by no more than the
    share of others among people of whom n in a row are alike with a chance of 5 %.
    """
    if len(values) < 2:
        return None
    half = 1.96 * float(values.std(ddof=1)) / float(np.sqrt(len(values)))
    if np.ptp(values) < ALIKE:
        half = 1.0 - float(0.05 ** (1.0 / len(values)))
    return [max(0.0, float(values.mean()) - half), min(1.0, float(values.mean()) + half)]


def _labels(count: int, known: int, right: int) -> dict[str, Any]:
    return {"count": count, "known": known, "right": right / known if known else None}
