"""Why an aim was missed, where somebody has found out: said beside the figure, and only as long as it is missed."""

from __future__ import annotations

_STYLES = (
    "every answer is weighed under several styles of answering (decision 27), where one way alone takes what the row"
    " below says"
)
_ONE_BADGE = (
    "some thirty statements through the ORM are half of it, what was measured (a thousand profiles drawn under six"
    " styles) a fifth, names, document and signature another"
)

REASONS: dict[str, str] = {
    "next question, ladders": _STYLES,
    "next question, forest": (
        "after an answer the whole forest is summed anew, level after level (some forty), at 59 points of ability and"
        " spread, and under several styles of answering"
    ),
    "one step, 1,000 items: catsim": "held against the engine with several styles of answering; a row tells one",
    "next question, prerequisite graph of 300": "on 59 points of ability and spread instead of the propagation's 21",
    "PostgreSQL, two processes: answers per second": (
        "half of an answer is the engine, which sums a forest under several styles of answering (decision 27)"
    ),
    "SQLite, one process: one badge": _ONE_BADGE,
    "PostgreSQL, two processes: one badge": _ONE_BADGE,
    "PostgreSQL, two processes: badges issued": (
        "five kilobytes for each badge travel to the other program, and PyLD's pace varies by half within one run"
    ),
    "questions to the rule's accuracy, up to 20 micro-skills": (
        "of four strands of five the rule asks nine questions, and the engine that is told the true population eight"
    ),
    "questions to the rule's accuracy, above 20 micro-skills, largest": (
        "two banks of 50 at a guess of .10, whose intervals hold .65; the oracle needs .61 and .65"
    ),
    "seconds to 90 %": ".651, and its interval holds the aim",
    "questions of the engine over those of the oracle": (
        "at a guess of .25 the accuracy of the rule is reached after a fifth of its questions, where the population is"
        " most of what is known"
    ),
}
"""By how the name of a figure begins."""


def reason_of(what: str) -> str:
    """Return the reason as it follows the word *missed*, nothing where none is known."""
    known = next((why for begin, why in REASONS.items() if what.startswith(begin)), "")
    return f": {known}" if known else ""
