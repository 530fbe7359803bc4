"""When a simulated sitting ends: the rules of a diagnostic, or those that were asked for and no other."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pathways.diagnostics.engine import Circumstances, Compiled, Decision, Stop, StopRules, decide
from pathways.diagnostics.engine.circumstances import USUAL

NONE: Final = "none"
MOST_QUESTIONS: Final = 1_000_000
MOST_MINUTES: Final = 100_000.0
NEVER: Final = 10 * MOST_QUESTIONS
"""A least number of questions that nobody reaches: it switches precision and decision off."""


class WrongStop(ValueError):
    """A ``--stop`` that says nothing; the French sentence says what does."""


@dataclass(frozen=True, slots=True)
class Stops:
    """The engine's rules. ``when_decided``: whether a sitting ends once every micro-skill is decided."""

    rules: StopRules
    when_decided: bool = True

    def decide(
        self,
        compiled: Compiled,
        answers: Sequence[tuple[str, str]],
        candidates: Collection[str],
        seconds: float,
        circumstances: Circumstances = USUAL,
    ) -> Decision:
        """The engine's decision under these rules."""
        decision = decide(compiled, self.rules, answers, candidates, seconds_spent=seconds, circumstances=circumstances)
        if decision.stopped is Stop.ALL_DECIDED and not self.when_decided:
            # The engine has no switch for this rule alone. It was asked for a precision that is not reached yet.
            rules = replace(self.rules, accuracy=None, least_questions=NEVER)
            return decide(compiled, rules, answers, candidates, seconds_spent=seconds, circumstances=circumstances)
        return decision

    def limited(self, questions: int, seconds: float) -> bool:
        """Whether the most questions or the most seconds are reached, whatever is believed."""
        too_many = self.rules.questions is not None and questions >= self.rules.questions
        return too_many or (self.rules.seconds is not None and seconds >= self.rules.seconds)


def stops_of(words: Sequence[str]) -> Stops:
    """Return the rules of ``none``, ``accuracy=.9``, ``questions=12``, ``minutes=10``: those named and no other.

    Without any, a sitting goes on until nothing is left to ask, however little it would tell. Raises
    :class:`WrongStop`.
    """
    accuracy: float | None = None
    questions: int | None = None
    seconds: float | None = None
    seen: set[str] = set()
    for word in words:
        name, _, value = word.strip().partition("=")
        if name in seen:
            raise WrongStop(f"--stop {name} est donné deux fois")
        seen.add(name)
        if name == "accuracy":
            accuracy = _number(word, value, 0.0, 1.0)
        elif name == "questions":
            questions = int(_number(word, value, 1, MOST_QUESTIONS, whole=True))
        elif name == "minutes":
            seconds = 60.0 * _number(word, value, 0.0, MOST_MINUTES)
        elif word.strip() != NONE:
            expected = "attendu none, accuracy=0.9, questions=12 ou minutes=10"
            raise WrongStop(f"--stop {word[:40]} : {expected}")
    least = 0 if accuracy is not None else NEVER
    rules = StopRules(accuracy, questions, seconds, least_questions=least, least_information=0.0)
    return Stops(rules, when_decided=False)


def _number(word: str, value: str, above: float, most: float, *, whole: bool = False) -> float:
    """A number of ]above, most], or of [above, most] when it must be whole."""
    try:
        number = float(value.strip().replace(",", "."))
    except ValueError:
        number = math.nan
    right = above <= number <= most and number == int(number) if whole else above < number <= most
    if not right:
        kind = f"un nombre entier de {above:.15g}" if whole else f"un nombre au-dessus de {above:.15g}, jusqu'"
        raise WrongStop(f"--stop {word[:40]} : attendu {kind} à {most:.15g}".replace("jusqu' à", "jusqu'à"))
    return number
