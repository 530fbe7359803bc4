"""What a badge says was measured: how many of the micro-skills it asks for are believed to be mastered, and between
which bounds. Drawn from what is believed of all of them together, since they hang together.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from pathways.badges.formats.results import Measure
from pathways.badges.holding import results
from pathways.badges.holding.results import Read
from pathways.diagnostics.engine import Outcome, Sitting, believe

DRAWS, SEED = 1000, 11
"""Whole profiles that are drawn; always the same ones, so that the same answers say the same."""
LOW, HIGH = 0.05, 0.95


def measured(reads: Sequence[Read], skills: Sequence[str]) -> Measure | None:
    """The number of ``skills`` (``framework:CODE``) that are mastered: its mean, standard deviation, 5 % and 95 %
    quantiles over draws of the posterior (``diagnostics.engine.carrying``), and how many questions were answered about
    them directly. Each counts by the newest attempt in which it was measured, as for the criteria. ``None`` for a
    holder who brought no result about any. ``reads``: all that one holder brought.
    """
    by_attempt = {one.taken.attempt_id: one for one in reads}
    known = {key: one for theirs in results.measures(reads).values() for key, one in theirs.items()}
    found = [
        known[framework, code]
        for framework, _, code in (key.partition(":") for key in skills)
        if (framework, code) in known
    ]
    if not found:
        return None
    codes: dict[uuid.UUID, list[str]] = defaultdict(list)
    for one in found:
        codes[one.attempt_id].append(one.skill)
    counts = sum(_counts(by_attempt[attempt_id], some) for attempt_id, some in codes.items())
    low, high = np.quantile(counts, (LOW, HIGH), method="lower")
    return Measure(
        level=f"{np.mean(counts):.1f}",
        standard_error=f"{np.std(counts):.1f}",
        low=f"{low:.0f}",
        high=f"{high:.0f}",
        questions=sum(one.answers for one in found),
        instrument=", ".join(dict.fromkeys(f"{one.framework} {one.version} ({one.fingerprint[:12]})" for one in found)),
    )


def _counts(one: Read, codes: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """How many of ``codes`` are mastered in each of the drawn profiles, shape [DRAWS]."""
    evidence = [(given.item, Outcome(given.outcome)) for given in one.answers]
    belief = believe(one.compiled, [Sitting(evidence)])
    places = [one.compiled.skill_codes.index(code) for code in codes]
    return belief.drawn(DRAWS, SEED)[:, places].sum(axis=1, dtype=np.int64)
