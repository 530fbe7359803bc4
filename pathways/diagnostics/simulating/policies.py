"""Which question comes next: the engine's choice, and choices to hold it against.

All but ``pix-like`` (:mod:`pathways.diagnostics.simulating.pix_like`) share the engine's inference and stop rules, so
that what differs between them is the choice alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import numpy as np

from pathways.diagnostics.engine import Circumstances, Compiled, Decision, Stop, foretold, infer
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.belief import DECIMALS
from pathways.diagnostics.engine.circumstances import USUAL
from pathways.diagnostics.engine.exposure import drawn
from pathways.diagnostics.engine.selection import LOADING_SECONDS
from pathways.diagnostics.simulating.stops import Stops

PIX_LIKE: Final = "pix-like"
ENGINES: Final = ("engine", "bits")
"""Choices of the engine, per second or without time: both may be varied."""
POLICIES: Final = (*ENGINES, "random", "half", "fixed", PIX_LIKE)

FORM_LENGTH: Final = 120
"""A fixed form is chosen greedily up to here; what comes later goes by its worth at that point."""
FORM_SITTINGS: Final = 64
"""Sittings drawn from the prior predictive, over which the worth of the next item of a form is averaged."""

Answers = Sequence[tuple[str, str]]
Choose = Callable[[Decision, Collection[str]], str]
"""From the engine's decision, which is not to stop, and the items that may be asked, to the next item."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next item, or why there is none; and P(mastered) [S] as it is believed before it."""

    item: str | None
    stopped: str | None
    mastery: Floats


class Asking(Protocol):
    """A policy in the course of one sitting."""

    def step(self, answers: Answers, candidates: Collection[str], seconds: float) -> Step:
        """Return what comes after these answers (in order), among the candidates, after so many seconds."""
        ...


class Policy(Protocol):
    """A rule that chooses questions."""

    def open(self, learner: str) -> Asking:
        """Begin a sitting of a learner, whose key seeds whatever is left to chance."""
        ...


@dataclass(frozen=True)
class Inferring:
    """A policy with the engine's inference and stop rules; ``chooser`` makes the choice for each learner.

    ``circumstances``: of a learner who gave so many answers; the engine's own choice takes them into account.
    """

    compiled: Compiled
    stops: Stops
    chooser: Callable[[str], Choose]
    circumstances: Callable[[str, int], Circumstances] = lambda _learner, _count: USUAL

    def open(self, learner: str) -> Asking:
        return _Sitting(self.compiled, self.stops, self.chooser(learner), partial(self.circumstances, learner))


@dataclass(frozen=True)
class _Sitting:
    compiled: Compiled
    stops: Stops
    choose: Choose
    circumstances: Callable[[int], Circumstances]

    def step(self, answers: Answers, candidates: Collection[str], seconds: float) -> Step:
        circumstances = self.circumstances(len(answers))
        decision = self.stops.decide(self.compiled, answers, candidates, seconds, circumstances)
        item = self.choose(decision, candidates) if decision.stopped is None else None
        stopped: Stop | None = decision.stopped
        return Step(item, stopped and stopped.value, decision.posterior.masteries)


def engine_chooser(_learner: str) -> Choose:
    """What the engine asks."""
    return lambda decision, _candidates: decision.next_item or ""


def engine_circumstances(
    compiled: Compiled, seed: int, *, timed: bool, varied: bool
) -> Callable[[str, int], Circumstances]:
    """What the engine's choice takes into account: whether items take different times (``timed``), and a drawn number
    of each learner's own for each question (``varied``), so that nearly equal questions take turns.
    """
    alike = None if timed else np.full(len(compiled.item_codes), compiled.seconds.mean())

    def of_learner(learner: str, count: int) -> Circumstances:
        return Circumstances(seconds=alike, number=drawn(f"{seed}\x1f{learner}", count) if varied else None)

    return of_learner


def random_chooser(compiled: Compiled, seed: int) -> Callable[[str], Choose]:
    """Any item, in an order of each learner's own."""

    def for_learner(learner: str) -> Choose:
        order = chance(seed, "random", learner).permutation(len(compiled.item_codes))
        rank = dict(zip(compiled.item_codes, order.tolist(), strict=True))
        return lambda _decision, candidates: min(candidates, key=rank.__getitem__)

    return for_learner


def half_chooser(compiled: Compiled) -> Callable[[str], Choose]:
    """An item of the micro-skill whose P(mastered) is nearest one half; the least code among equals.

    Of an item on several micro-skills, the least probable counts.
    """
    items = sorted(compiled.structure.items, key=lambda item: item.code)
    most = max(len(item.skills) for item in items)
    named = [(*item.skills, *[item.skill] * (most - len(item.skills))) for item in items]
    needs = np.array([[compiled.skill_index[code] for code in own] for own in named], dtype=np.intp)

    def choose(decision: Decision, candidates: Collection[str]) -> str:
        far = np.abs(decision.posterior.masteries[needs].min(axis=1) - 0.5).round(DECIMALS)
        among = np.sort(np.fromiter(map(compiled.item_index.__getitem__, candidates), np.intp, len(candidates)))
        return compiled.item_codes[among[far[among].argmin()]]

    return lambda _learner: choose


def fixed_chooser(form: Sequence[str]) -> Callable[[str], Choose]:
    """The same order for everybody; items that a learner has no answer for are left out."""
    rank = {code: place for place, code in enumerate(form)}
    return lambda _learner: lambda _decision, candidates: min(candidates, key=rank.__getitem__)


def fixed_form(compiled: Compiled, seed: int, length: int | None = None) -> tuple[str, ...]:
    """Return all items in the order of the best fixed form that a greedy choice on the prior predictive finds.

    Each next item is the one that promises most bits per expected second, as the engine counts them, on average over
    sittings drawn from the prior predictive: people of the population answer the form so far. ``length``: how many
    items will be asked at most. Items of a testlet that is in the form already come last.
    """
    codes = compiled.item_codes
    testlet = {item.code: item.testlet for item in compiled.structure.items}
    sittings: list[list[tuple[str, str]]] = [[] for _ in range(FORM_SITTINGS)]
    rng = chance(seed, "fixed", "")
    score = np.zeros(len(codes))
    form: list[str] = []
    left = set(codes)
    shut: set[str] = set()
    for _ in range(min(len(codes), FORM_LENGTH, length or len(codes))):
        believed = [infer(compiled, answers) for answers in sittings]
        bits = np.mean([one.information() for one in believed], axis=0)
        score = (bits / (compiled.seconds + LOADING_SECONDS)).round(DECIMALS)
        open_ = [code for code in left if not testlet[code] or testlet[code] not in shut]
        if not open_:
            break
        chosen = min(open_, key=lambda code: (-score[compiled.item_index[code]], code))
        form.append(chosen)
        left.discard(chosen)
        shut.add(testlet[chosen])
        for posterior, answers in zip(believed, sittings, strict=True):
            outcomes = foretold(posterior, answers, chosen)
            drawn = int(np.searchsorted(np.cumsum(list(outcomes.values())), rng.random()))
            answers.append((chosen, list(outcomes)[min(drawn, len(outcomes) - 1)]))
    rest = sorted(left, key=lambda code: (testlet[code] in shut - {""}, -score[compiled.item_index[code]], code))
    return (*form, *rest)


def chance(seed: int, purpose: str, learner: str) -> np.random.Generator:
    """Return random numbers of one learner: the same whoever sits before, beside or in another process."""
    digest = hashlib.sha256(f"{purpose}\x1f{learner}".encode()).digest()
    return np.random.default_rng([seed, *np.frombuffer(digest[:16], dtype="<u4").tolist()])
