"""What is needed for goals where no prerequisite leaves a choice: the goals, and what is under them.

It is unique, and found in linear time: down from the goals, and no further than what is taken as mastered.
"""

from __future__ import annotations

from collections.abc import Collection

from pathways.learning.planner.problem import Problem


def under(problem: Problem, wanted: Collection[str], skipped: Collection[str]) -> list[str]:
    """``wanted`` and all that is needed for it, prerequisites first, cut at what is ``skipped``."""
    found = set(wanted)
    for code in reversed(problem.needed):
        if code in found and code not in skipped:
            found.update(one for group in problem.skills[code].requires for one in group)
    return [code for code in problem.needed if code in found]
