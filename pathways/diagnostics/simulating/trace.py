"""The trace of sittings: JSON Lines, one before the first question and one after each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pathways.diagnostics.simulating.sittings import Sitting


def lines(sitting: Sitting, skills: Sequence[str]) -> bytes:
    """Return the lines of one learner, UTF-8, each ended. Floats are written so that reading gives the same float.

    ``{"learner", "n", "item", "outcome", "mastery": {SKILL: p}}``; ``item`` and ``outcome`` are null before the first
    question (``n`` 0); the last line has ``"stopped"`` too.
    """
    last = len(sitting.items)
    written = []
    for n, mastery in enumerate(sitting.mastery):
        line: dict[str, Any] = {
            "learner": sitting.learner.id,
            "n": n,
            "item": sitting.items[n - 1] if n else None,
            "outcome": sitting.outcomes[n - 1] if n else None,
            "mastery": dict(zip(skills, mastery.tolist(), strict=True)),
        }
        if n == last:
            line["stopped"] = sitting.stopped
        written.append(json.dumps(line, ensure_ascii=False))
    return ("\n".join(written) + "\n").encode()
