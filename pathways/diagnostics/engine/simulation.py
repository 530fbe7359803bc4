"""How long a diagnostic takes and how sure it ends, from simulated learners, before anyone sits it.

All learners advance one question at a time, in blocks, through the same arithmetic as ``infer`` and
``decide``.  They are drawn from the prior of the structure's population, each in one of its styles of answering,
so the estimate says what the diagnostic does if the model is right; it is no evidence that the model is right.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from pathways.diagnostics.engine.answering import PARTLY, Learners, answers
from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.belief import DECIMALS
from pathways.diagnostics.engine.blocks import Block, opening
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled
from pathways.diagnostics.engine.eligibility import worth
from pathways.diagnostics.engine.errors import Abandoned
from pathways.diagnostics.engine.holes import rungs_of_ladders
from pathways.diagnostics.engine.labels import CERTAINTY
from pathways.diagnostics.engine.near import FAR, NEAR
from pathways.diagnostics.engine.outcomes import ANSWERS, WRONG, Outcome
from pathways.diagnostics.engine.selection import choose, easy_start
from pathways.diagnostics.engine.stopping import STOPS, Stop, StopRules, certainty_of, stop_reasons

GoesOn: TypeAlias = Callable[[], bool]
"""Asked before each question of a block: whether somebody still wants the result."""

TIME_LOG_SD: Final = 0.5
BLOCK_BYTES: Final = 64_000_000
"""Normalisers of one block of learners; blocks bound the memory and change no result."""
GRAPH_BYTES: Final = 12_000_000
"""The same where requirements tie strands together: a block is read many times, so it has to fit into a cache."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, and the values that one learner in ten stays below and above."""

    mean: float
    p10: float
    p90: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Means over the learners after at most so many questions (those who stopped keep their last values)."""

    questions: int
    certainty: float
    """Expected accuracy: the share of micro-skills that the profile claims to classify right."""
    accuracy: float
    """Share of micro-skills classified right in truth."""
    undecided: float
    """Number of undecided micro-skills."""


@dataclass(frozen=True, slots=True)
class SkillEstimate:
    """Shares of the learners who were never asked about a micro-skill, and who end undecided on it."""

    skill: str
    never_asked: float
    undecided: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What to expect of a diagnostic.

    With 200 learners ``true_accuracy`` is known to about .02 either way and ``claimed_accuracy`` to .005;
    over many learners the two agree, since the learners are drawn from the model.
    """

    learners: int
    questions: Spread
    minutes: Spread
    claimed_accuracy: float
    true_accuracy: float
    decided_share: float
    curve: tuple[CurvePoint, ...]
    stops: dict[Stop, float]
    skills: tuple[SkillEstimate, ...]


@dataclass(frozen=True, slots=True)
class Sittings:
    """What N learners did.  T is the most questions; -1 where nothing was asked.

    ``items`` [N, T] positions in ``item_codes``; ``outcomes`` [N, T] positions in ``ANSWERS``; after each
    number of questions ``certainty``, ``accuracy`` (claimed, true) and ``undecided`` (a share), [N, T + 1];
    at the end ``mastery`` [N, S], whether it is ``right`` [N, S], and ``questions``, ``seconds``, ``stops`` (positions
    in ``STOPS``), [N].
    """

    items: Integers
    outcomes: Integers
    certainty: Floats
    accuracy: Floats
    undecided: Floats
    mastery: Floats
    right: Booleans
    questions: Integers
    seconds: Floats
    stops: Integers

    @classmethod
    def blank(cls, learners: int, questions: int, skills: int) -> "Sittings":
        """Return sittings to be filled in."""
        nothing = np.full((learners, questions), -1, dtype=np.intp)
        certainty, accuracy, undecided = np.zeros((3, learners, questions + 1))
        none = np.zeros(learners, dtype=np.intp)
        return cls(
            items=nothing,
            outcomes=nothing.copy(),
            certainty=certainty,
            accuracy=accuracy,
            undecided=undecided,
            mastery=np.zeros((learners, skills)),
            right=np.zeros((learners, skills), dtype=np.bool_),
            questions=none,
            seconds=np.zeros(learners),
            stops=none - 1,
        )

    def record(self, who: Integers, asked: int, mastery: Floats, truth: Booleans) -> None:
        """Write what is believed [N, S] of the learners ``who`` [N] after so many questions.

        It is written for all later counts too, so that learners who stop keep their last values.
        """
        sure = certainty_of(mastery)
        right = (mastery.round(DECIMALS) >= 0.5) == truth
        self.certainty[who, asked:] = sure.mean(axis=1, keepdims=True)
        self.accuracy[who, asked:] = right.mean(axis=1, keepdims=True)
        self.undecided[who, asked:] = (sure.round(DECIMALS) < CERTAINTY).mean(axis=1, keepdims=True)
        self.mastery[who], self.right[who] = mastery, right

    def answers(self, compiled: Compiled, learner: int) -> list[tuple[str, Outcome]]:
        """Return the answers of one learner as ``decide`` takes them."""
        count = int(self.questions[learner])
        pairs = zip(self.items[learner, :count], self.outcomes[learner, :count], strict=True)
        return [(compiled.item_codes[item], ANSWERS[outcome]) for item, outcome in pairs]


def simulate(
    compiled: Compiled, rules: StopRules, *, learners: int = 200, seed: int, goes_on: GoesOn = lambda: True
) -> Estimate:
    """Return what to expect of the diagnostic, from so many learners drawn from its population.

    The same seed gives the same estimate.  Time grows with learners x questions x size, so a caller that
    serves others sets ``rules.questions``.  Raises ``ValueError`` when there is no learner, and ``Abandoned`` once
    ``goes_on`` says no.
    """
    if learners < 1:
        raise ValueError(f"{learners} learners show nothing")
    drawn = draw(compiled, learners, longest(compiled, rules), np.random.default_rng(seed))
    return estimate(compiled, sit(compiled, rules, drawn, goes_on))


def longest(compiled: Compiled, rules: StopRules) -> int:
    """Return the most questions that a sitting can have."""
    items = len(compiled.item_codes) - len(compiled.testlets) + len(set(compiled.testlets.values()))
    return items if rules.questions is None else min(rules.questions, items)


def draw(compiled: Compiled, learners: int, questions: int, rng: np.random.Generator) -> Learners:
    """Draw learners from the population: a point of the grid each, then every strand's state given it; strands that
    requirements tie together, those that others require first.
    """
    points = rng.choice(compiled.weights.size, size=learners, p=compiled.weights)
    states = np.empty((learners, len(compiled.prior)), dtype=np.intp)
    for strand in compiled.free.tolist():
        below = np.cumsum(compiled.prior[strand][:, points], axis=0)
        states[:, strand] = (rng.random(learners) * below[-1] >= below).sum(axis=0)
    if compiled.linked is not None:
        linked = compiled.linked
        states[:, linked.rows] = linked.draw(linked.untouched(), np.zeros_like(points), points, rng)
    drawn = with_chance(states, questions, rng)
    mixture = compiled.mixture
    if mixture is None:
        return drawn
    styles = rng.choice(mixture.shares.size, size=learners, p=mixture.shares)
    thrown = rng.random((learners, len(compiled.skill_codes)))
    return replace(drawn, styles=styles, turned=thrown < mixture.holes[styles, None] * rungs_of_ladders(compiled))


def with_chance(states: Integers, questions: int, rng: np.random.Generator) -> Learners:
    """Return learners with these true states [N, K], ready for so many questions.

    Times are log-normal around the expected time of the item (van der Linden 2006), log-sd .5, mean 1.
    """
    shape = (len(states), questions)
    chance = rng.random(shape)
    pace = np.exp(TIME_LOG_SD * rng.standard_normal(shape) - 0.5 * TIME_LOG_SD**2)
    return Learners(states, chance, pace)


def sit(compiled: Compiled, rules: StopRules, learners: Learners, goes_on: GoesOn = lambda: True) -> Sittings:
    """Let the learners take the diagnostic, every item allowed once, and return what happened.

    Raises ``Abandoned`` once ``goes_on`` says no.
    """
    size = block_size(compiled)
    learners = replace(learners, states=with_together(compiled, learners.states))
    starts = range(0, len(learners.states), size)
    blocks = [_sit_block(compiled, rules, learners.between(start, start + size), goes_on) for start in starts]
    return Sittings(*(np.concatenate([getattr(b, name) for b in blocks]) for name in Sittings.__slots__))


def block_size(compiled: Compiled) -> int:
    """Return how many learners advance together."""
    styles = max(1, len(compiled.structure.styles))
    if compiled.linked is None:
        return max(1, BLOCK_BYTES // (styles * compiled.prior.shape[0] * compiled.weights.nbytes))
    return max(1, GRAPH_BYTES // (styles * (len(compiled.free) + compiled.linked.entries) * compiled.weights.nbytes))


def with_together(compiled: Compiled, states: Integers) -> Integers:
    """Return true states of all strands, [N, K], from those of the structure's own: questions on several micro-skills
    have a strand of their own, and are answered as by somebody who masters all of them or not.
    """
    together = () if compiled.linked is None else compiled.linked.together
    own = len(compiled.prior) - len(together)
    if states.shape[1] > own or not together:
        return states
    all_of = [
        np.all([compiled.mastery[one.strand, states[:, one.strand], one.place] > 0.5 for one in skills], axis=0)
        for skills in together
    ]
    return np.concatenate([states, np.stack(all_of, axis=1).astype(np.intp)], axis=1)


@dataclass(slots=True)
class _Sitters:
    """The N learners of a block who are still answering; ``who`` [N] are their rows."""

    who: Integers
    block: Block
    unasked: Booleans  # [N, I]
    seconds: Floats  # [N]

    @classmethod
    def opening(cls, compiled: Compiled, learners: int) -> "_Sitters":
        """Return all of them before the first question."""
        unasked = np.ones((learners, len(compiled.item_codes)), dtype=np.bool_)
        return cls(np.arange(learners), opening(compiled, learners), unasked, np.zeros(learners))

    def keep(self, staying: Booleans) -> None:
        """Let the others leave."""
        self.who, self.unasked, self.seconds = self.who[staying], self.unasked[staying], self.seconds[staying]
        self.block.keep(staying)


def _sit_block(compiled: Compiled, rules: StopRules, learners: Learners, goes_on: GoesOn) -> Sittings:
    count, most = learners.chance.shape
    truth = true_mastery(compiled, learners.states)
    truth = truth if learners.turned is None else truth ^ learners.turned
    sittings = Sittings.blank(count, most, truth.shape[1])
    sitters = _Sitters.opening(compiled, count)
    for asked in range(most + 1):
        if not goes_on():
            raise Abandoned
        mastery, bits = sitters.block.believed()
        sittings.record(sitters.who, asked, mastery, truth[sitters.who])
        allowed = sitters.unasked & worth(rules, bits, compiled.seconds, questions=asked)
        reasons = stop_reasons(
            rules,
            mastery,
            started=np.full(len(sitters.who), asked > 0),
            can_gain=np.logical_or.reduce(allowed, axis=1),
            questions=np.full(len(sitters.who), asked),
            seconds=sitters.seconds,
        )
        staying = reasons < 0
        leaving = sitters.who[~staying]
        sittings.stops[leaving], sittings.questions[leaving] = reasons[~staying], asked
        sittings.seconds[leaving] = sitters.seconds[~staying]
        if not staying.any():
            break
        if asked == 0:
            allowed = easy_start(sitters.block.right(), allowed)
        chosen = choose(compiled, bits, allowed)[staying]
        sitters.keep(staying)
        sittings.items[sitters.who, asked] = chosen
        sittings.outcomes[sitters.who, asked] = _answer(compiled, sitters, learners, asked, chosen)
    return sittings


def _answer(compiled: Compiled, sitters: _Sitters, learners: Learners, asked: int, chosen: Integers) -> Integers:
    """Let each learner of the block answer the item chosen; update the block and return the outcomes."""
    outcome = answers(compiled, learners, sitters.who, asked, chosen)
    partly = outcome == PARTLY

    sitters.unasked[np.arange(len(chosen)), chosen] = False
    if compiled.testlets:
        testlet = compiled.testlet_of_item[chosen][:, None]
        sitters.unasked &= (testlet < 0) | (testlet != compiled.testlet_of_item)
    sitters.seconds += compiled.seconds[chosen] * learners.pace[sitters.who, asked]
    sitters.block.add(compiled.slots[chosen] * OUTCOMES + np.where(partly, WRONG, outcome))
    credited = compiled.near_of_item[chosen]
    told = np.flatnonzero((credited >= 0) & ((outcome == WRONG) | partly))
    if told.size:
        sitters.block.add_of(told, credited[told] + np.where(partly[told], NEAR, FAR))
    return outcome


def estimate(compiled: Compiled, sittings: Sittings) -> Estimate:
    """Sum up sittings."""
    skills = len(compiled.skill_codes)
    means = (sittings.certainty, sittings.accuracy, skills * sittings.undecided)
    by_count = zip(*(values.mean(axis=0).tolist() for values in means), strict=True)
    curve = tuple(CurvePoint(count, *point) for count, point in enumerate(by_count))
    last = curve[-1]
    return Estimate(
        learners=len(sittings.items),
        questions=_spread(sittings.questions),
        minutes=_spread(sittings.seconds / 60.0),
        claimed_accuracy=last.certainty,
        true_accuracy=last.accuracy,
        decided_share=1.0 - last.undecided / skills,
        curve=curve[: int(sittings.questions.max()) + 1],
        stops={stop: float((sittings.stops == place).mean()) for place, stop in enumerate(STOPS)},
        skills=_by_skill(compiled, sittings),
    )


def true_mastery(compiled: Compiled, states: Integers) -> Booleans:
    """Return which micro-skills learners in these states master, shape [N, S] from [N, K]."""
    by_strand = compiled.mastery[np.arange(states.shape[1]), states]
    return by_strand.reshape(len(states), -1)[:, compiled.skill_places] > 0.5


def _by_skill(compiled: Compiled, sittings: Sittings) -> tuple[SkillEstimate, ...]:
    of_item = np.zeros((len(compiled.item_codes), len(compiled.skill_codes)), dtype=np.bool_)
    for item in compiled.structure.items:
        of_item[compiled.item_index[item.code], [compiled.skill_index[skill] for skill in item.skills]] = True
    asked = np.zeros(sittings.mastery.shape, dtype=np.bool_)
    for items in sittings.items.T:
        asked[items >= 0] |= of_item[items[items >= 0]]
    never = (1.0 - asked.mean(axis=0)).tolist()
    undecided = (certainty_of(sittings.mastery).round(DECIMALS) < CERTAINTY).mean(axis=0).tolist()
    return tuple(map(SkillEstimate, compiled.skill_codes, never, undecided))


def _spread(values: Floats | Integers) -> Spread:
    p10, p90 = np.quantile(values, [0.1, 0.9]).tolist()
    return Spread(float(np.mean(values)), p10, p90)
