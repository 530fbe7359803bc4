"""From a compiled structure and several styles of answering to arrays: one more leading axis, C styles.

Prior, ability grid and layout of ``Compiled`` are shared; responses are not.  Rows that are no ladder (continuous
strands, micro-skills that one question asks together) have neither holes nor steps to smooth: there a style is noise
and the habit of saying "I don't know".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any, Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled
from pathways.diagnostics.engine.errors import InvalidStructure
from pathways.diagnostics.engine.items import ItemModel
from pathways.diagnostics.engine.near import given_wrong, near_model
from pathways.diagnostics.engine.strands import LevelStrand
from pathways.diagnostics.engine.styles import Style, smooth_near, smooth_responses

NO_STEP: Final = 0


@dataclass(frozen=True, eq=False)
class Mixture:
    """Read-only arrays of a compiled structure under C styles; other sizes as in ``Compiled``.

    Styles with holes come first: ``holed`` of them.  *Told* is what an item is expected to tell: P(outcome) of the
    three outcomes, then their entropy in bits.

    ``shares``        [C]             belief in each style before any answer
    ``holes``         [C]             chance of a hole in a ladder
    ``log_response``  [C, K J Y, G]   log P(outcome | style, state) over the temperature, without holes; rows as in
                                      ``Compiled``, those of how near wrong answers come among them
    ``readout``       [K, C G, 4 J + M]  told of each slot, then P(micro-skill mastered), under a style in a state,
                                      holes included
    ``told_places``   [K J, 4]        where what is told of each slot lies in the flattened [K, 4 J + M] of a learner
    ``item_places``   [4, I]          the same of each item
    ``skill_places``  [S]             where P(mastered) of each micro-skill lies there
    ``difference``    [K J, C', 4]    told of somebody who masters, less told of somebody who does not, where holes are
    ``steps``         [K J]           first state in which the rung of the slot is mastered; 0 where there is no ladder
    ``skills``        [K J]           place in ``skill_codes`` of that rung; -1 where there is no ladder
    ``slots``         [S, R]          the slots of which each micro-skill is that rung, the first one again where it has
                                      fewer; of a micro-skill without any, of no meaning
    ``order``         [K J Y]         rank of each row by strand, step and slot
    ``ranked``        [K J Y, 4]      the row of each rank, its strand, its step, and the place of its micro-skill
    """

    compiled: Compiled
    styles: tuple[Style, ...]
    holed: int
    shares: Floats
    holes: Floats
    log_response: Floats
    readout: Floats
    told_places: Integers
    item_places: Integers
    skill_places: Integers
    difference: Floats
    steps: Integers
    skills: Integers
    slots: Integers
    order: Integers
    ranked: Integers

    @cached_property
    def sides(self) -> Floats:
        """Logarithms of the chances that a rung is not what its ladder says, and is, where holes are, [2, C', 1]."""
        holes = self.holes[: self.holed, None]
        return np.log([holes, 1.0 - holes])

    @cached_property
    def held(self) -> Booleans:
        """Whether a ladder that steps up at each state holds there, and in every other, [G, G]."""
        states = np.arange(self.compiled.prior.shape[1])
        return states >= states[:, None]

    @property
    def mastery(self) -> Floats:
        """P(micro-skill mastered | style, state), holes included, [C, K, G, M]: a part of ``readout``."""
        strands, states, rungs = self.compiled.mastery.shape
        return self.readout[..., -rungs:].reshape(strands, -1, states, rungs).swapaxes(0, 1)


def mix(compiled: Compiled, styles: Sequence[Style], *, temperature: float = 1.0) -> Mixture:
    """Return the arrays of a compiled structure under these styles.

    Answers weigh one over ``temperature`` (a power posterior: Grünwald 2012; Holmes & Walker 2017); predictions are not
    tempered.  It is fitted by the log score of the answers of others, all temperatures on the same questions: where
    each asks its own, the one that asks easy ones wins.  On synthetic learners of seven kinds 1 was then the best.
    Raises ``InvalidStructure`` without styles or for a temperature below 1.
    """
    if not styles:
        raise InvalidStructure("a mixture needs a style")
    if not (isfinite(temperature) and temperature >= 1.0):
        raise InvalidStructure(f"a temperature of {temperature} makes answers weigh more than they do")
    styles = sorted(styles, key=lambda style: style.hole == 0.0)
    steps = _steps(compiled)
    classes, response = zip(*(_responses(compiled, style, steps) for style in styles), strict=True)
    told_by_class, told = _told(np.stack(classes), axis=3), _told(np.stack(response), axis=2)
    difference = told_by_class[:, :, 1] - told_by_class[:, :, 0]
    holes = np.array([style.hole for style in styles])
    shares = np.array([style.share for style in styles])
    holed, skills = int(np.count_nonzero(holes)), _skills(compiled, steps)
    readout = _readout(compiled, told, difference, holes, steps)
    told_places = _told_places(compiled, steps.size, readout.shape[2])
    rows = np.arange(steps.size * OUTCOMES)
    places = (rows, rows // compiled.rows_per_strand, np.repeat(steps, OUTCOMES), np.repeat(skills, OUTCOMES))
    order = np.lexsort((rows, places[2], places[1]))
    arrays: dict[str, Any] = {
        "shares": shares / shares.sum(),
        "holes": holes,
        "log_response": np.log(np.stack(response)).reshape(holes.size, rows.size, -1) / temperature,
        "readout": readout,
        "told_places": told_places,
        "item_places": np.ascontiguousarray(told_places[compiled.slots].T),
        "skill_places": _mastery_places(compiled, readout.shape[2]),
        "difference": np.ascontiguousarray(difference[:holed].swapaxes(0, 1)),
        "steps": steps,
        "skills": skills,
        "slots": _slots_of_skills(compiled, skills),
        "order": np.argsort(order),
        "ranked": np.stack(places, axis=1)[order],
    }
    for array in arrays.values():
        array.setflags(write=False)
    return Mixture(compiled, tuple(styles), holed, **arrays)


def ladder_rows(compiled: Compiled) -> Booleans:
    """Return which rows of the padded arrays are ladders, [K]."""
    strands = compiled.structure.strands
    rows = [isinstance(strand, LevelStrand) for strand in strands]
    return np.array(rows + [False] * (len(compiled.prior) - len(strands)))


def _wide(compiled: Compiled) -> int:
    """Return how many slots a strand has, J."""
    return compiled.rows_per_strand // OUTCOMES


def _items_by_slot(compiled: Compiled) -> list[tuple[int, ItemModel]]:
    models = {item.code: item for item in compiled.structure.items}
    places = zip(compiled.slots.tolist(), compiled.item_codes, strict=True)
    return [(slot, models[code]) for slot, code in places]


def _nears_by_slot(compiled: Compiled) -> list[tuple[int, ItemModel]]:
    models = {item.code: item for item in compiled.structure.items}
    return [(row // OUTCOMES, models[code]) for code, row in compiled.near_rows.items()]


def _steps(compiled: Compiled) -> Integers:
    """Return the first state of each slot in which a right answer is as likely as it gets, 0 off ladders, [K J]."""
    right = compiled.log_response[::OUTCOMES]
    first = np.add.reduce(right == right[:, :1], axis=1)
    filled = np.zeros(len(right), dtype=np.bool_)
    filled[compiled.slots] = True
    filled[sorted(compiled.near_slots)] = True
    steps: Integers = np.where(filled & np.repeat(ladder_rows(compiled), _wide(compiled)), first, NO_STEP)
    return steps


def _skills(compiled: Compiled, steps: Integers) -> Integers:
    counts = [len(strand.skill_codes) for strand in compiled.structure.strands]
    counts += [0] * (len(compiled.prior) - len(counts))
    first = np.cumsum([0, *counts[:-1]])
    of_row = np.repeat(first, _wide(compiled))
    skills: Integers = np.where(steps > NO_STEP, of_row + steps - 1, -1)
    return skills


def _slots_of_skills(compiled: Compiled, skills: Integers) -> Integers:
    """Return the slots of each micro-skill, [S, R], from the micro-skill of each slot, -1 for none."""
    ranked = np.argsort(skills, kind="stable")
    ends = np.searchsorted(skills[ranked], np.arange(len(compiled.skill_codes) + 1))
    count = np.diff(ends)
    place = np.arange(max(int(count.max()), 1))
    return ranked[np.minimum(ends[:-1, None] + np.where(place < count[:, None], place, 0), len(skills) - 1)]


def _told_places(compiled: Compiled, slots: int, width: int) -> Integers:
    """Return where what is told of each slot lies in rows of so many columns, one for each strand, flattened."""
    wide = _wide(compiled)
    strand, place = np.divmod(np.arange(slots), wide)
    return (strand * width + place)[:, None] + np.arange(OUTCOMES + 1) * wide


def _mastery_places(compiled: Compiled, width: int) -> Integers:
    """Return where P(mastered) of each micro-skill lies there."""
    rungs = compiled.mastery.shape[2]
    strand, rung = np.divmod(compiled.skill_places, rungs)
    return strand * width + (OUTCOMES + 1) * _wide(compiled) + rung


def _responses(compiled: Compiled, style: Style, steps: Integers) -> tuple[Floats, Floats]:
    """Return P(outcome | class), [K J, 2, Y], and P(outcome | state), [K J, Y, G], without holes."""
    wide = _wide(compiled)
    strands = compiled.structure.strands
    states = compiled.prior.shape[1]
    classes = np.full((steps.size, 2, OUTCOMES), 1.0 / OUTCOMES)
    response = np.full((steps.size, OUTCOMES, states), 1.0 / OUTCOMES)
    for slot, item in _items_by_slot(compiled):
        classes[slot] = style.response(item)
        row = slot // wide
        strand = strands[row] if row < len(strands) else None
        if strand is None or (isinstance(strand, LevelStrand) and style.slope is None):
            mastered = np.arange(states) >= max(int(steps[slot]), 1)
            response[slot] = classes[slot][mastered.astype(np.intp)].T
            continue
        if isinstance(strand, LevelStrand):
            own = smooth_responses(strand, [item], [int(steps[slot]) - 1], style)[0]
        else:
            own = strand.responses([style.habit(item)])[0]
        response[slot, :, : own.shape[1]] = own
        response[slot, :, own.shape[1] :] = own[:, -1:]
    for slot, item in _nears_by_slot(compiled):
        classes[slot], response[slot] = _near_response(compiled, style, item, slot, int(steps[slot]))
    return classes, response


def _near_response(compiled: Compiled, style: Style, item: ItemModel, slot: int, step: int) -> tuple[Floats, Floats]:
    """Return P(near or far | wrong answer to the item, class), [2, Y], and given the state, [Y, G], without holes.

    Noise turns it like any other observation of two classes; along a slope r goes from one end to the other.
    """
    row, states = slot // _wide(compiled), compiled.prior.shape[1]
    strands = compiled.structure.strands
    strand = strands[row] if row < len(strands) else None
    classes = given_wrong(style.response(near_model(item)).T).T
    if strand is None or (isinstance(strand, LevelStrand) and style.slope is None):
        return classes, classes[(np.arange(states) >= max(step, 1)).astype(np.intp)].T
    if isinstance(strand, LevelStrand):
        own = smooth_near(strand, item, step - 1, style)
    else:
        own = given_wrong(strand.responses([near_model(item)])[0])
    return classes, own[:, np.minimum(np.arange(states), own.shape[1] - 1)]


def _told(response: Floats, *, axis: int) -> Floats:
    """Return told, from P(outcome | ...): the same shape, but one longer along the axis of outcomes."""
    entropy = -(response * np.log2(response)).sum(axis=axis, keepdims=True)
    return np.concatenate([response, entropy], axis=axis)


def _readout(compiled: Compiled, told: Floats, difference: Floats, holes: Floats, steps: Integers) -> Floats:
    """Return [K, C G, 4 J + M] from told [C, K J, 4, G] and its difference [C, K J, 4], both without holes."""
    styles, slots, width, states = told.shape
    sign = np.where(np.arange(states) >= steps[:, None], -1.0, 1.0) * (steps > NO_STEP)[:, None]
    soft = told + holes[:, None, None, None] * difference[..., None] * sign[:, None]
    strands = len(compiled.prior)
    by_strand = soft.reshape(styles, strands, slots // strands, width, states).transpose(1, 0, 4, 3, 2)
    mastery = _mastery(compiled, holes).swapaxes(0, 1)
    columns = (by_strand.reshape(strands, styles, states, -1), mastery)
    return np.concatenate(columns, axis=3).reshape(strands, styles * states, -1)


def _mastery(compiled: Compiled, holes: Floats) -> Floats:
    """Return P(mastered | style, state) with holes, [C, K, G, M]."""
    rungs = np.zeros((len(compiled.prior), 1, compiled.mastery.shape[2]))
    for row, strand in enumerate(compiled.structure.strands):
        if isinstance(strand, LevelStrand):
            rungs[row, 0, : len(strand.skill_codes)] = 1.0
    chance = holes[:, None, None, None] * rungs
    soft: Floats = chance + (1.0 - 2.0 * chance) * compiled.mastery
    return soft
