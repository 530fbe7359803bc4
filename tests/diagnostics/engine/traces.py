"""Golden traces: a sitting written down question by question, so that every implementation can replay it.

    python -m tests.diagnostics.engine.traces

writes the files of ``golden/`` again.  Do that only when the engine is meant to ask other questions, and
read the difference before keeping it: these files are the promise that the same answers lead to the same
next question in any process, on any computer, today and after the next change.

A trace holds the structure, population and rules it was recorded with, the outcomes that the learner gives
one after the other, and for each step the mastery after the answers so far and the question asked then.
"""

import json
from dataclasses import asdict
from itertools import cycle
from pathlib import Path

from pathways.diagnostics.engine import Population, StopRules, Structure, compile_structure, decide
from tests.diagnostics.engine.ladders import distinct, even, small

GOLDEN = Path(__file__).parent / "golden"
DECIMALS = 9

SCRIPTS = {
    "short-ladders-erratic": (
        small(),
        StopRules(accuracy=0.97, questions=10),
        ("incorrect", "correct", "not_understood", "dont_know", "correct", "not_tried"),
    ),
    "nothing-known": (even(3, rungs=4), StopRules(accuracy=0.95), ("dont_know",)),
    "everything-known": (even(3, rungs=4), StopRules(accuracy=0.95), ("correct",)),
    "equal-ladders-ties": (
        even(4, rungs=3),
        StopRules(questions=15),
        ("correct", "incorrect", "correct", "correct", "dont_know"),
    ),
    "words-not-understood": (
        even(2, rungs=3, guesses=(0.25, 0.25)),
        StopRules(accuracy=0.9, questions=8),
        ("not_understood", "not_understood", "correct"),
    ),
    "long-and-distinct": (
        distinct(5),
        StopRules(accuracy=0.99, questions=25),
        ("correct", "correct", "incorrect", "dont_know", "correct", "incorrect", "correct"),
    ),
    "out-of-time": (even(2, seconds=(20.0, 45.0)), StopRules(seconds=150.0), ("correct", "incorrect")),
}


def record(structure, population, rules, outcomes):
    """Return the steps of a sitting with these outcomes, repeated as long as it lasts."""
    compiled = compile_structure(structure, population)
    answers, left, spent, steps = [], set(compiled.item_codes), 0.0, []
    for outcome in cycle(outcomes):
        decision = decide(compiled, rules, answers, left, seconds_spent=spent)
        steps.append(
            {
                "mastery": {c: round(p, DECIMALS) for c, p in decision.posterior.mastery_by_skill().items()},
                "asked": decision.next_item,
                "information": decision.information,
                "seconds": decision.seconds,
                "stopped": decision.stopped,
                "outcome": None if decision.stopped else outcome,
            }
        )
        if decision.next_item is None:
            break
        answers.append((decision.next_item, outcome))
        left.discard(decision.next_item)
        spent += decision.seconds
    return steps


def replay(trace):
    """Return the steps that the engine takes today with the outcomes of a trace."""
    axes = (tuple(trace["population"][axis]) for axis in ("correlations", "spreads", "shifts"))
    correlations, spreads, shifts = axes
    return record(
        Structure.from_document(trace["structure"]),
        Population(correlations, spreads, shifts),
        StopRules(**trace["rules"]),
        trace["outcomes"],
    )


def main():
    for name, (structure, rules, outcomes) in SCRIPTS.items():
        population = Population()
        trace = {
            "structure": structure.to_document(),
            "population": asdict(population),
            "rules": asdict(rules),
            "outcomes": outcomes,
            "steps": record(structure, population, rules, outcomes),
        }
        (GOLDEN / f"{name}.json").write_text(json.dumps(trace, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
