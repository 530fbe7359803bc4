"""From a compiled structure and several styles of answering to arrays: one more leading axis, C styles.

Prior, ability grid and layout of ``Compiled`` are shared; responses are not.  Rows that are no ladder (continuous
strands, micro-skills that one question asks together) have neither holes nor steps to smooth: there a style is noise
and the habit of saying "I don't know".
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
    ``readout``       [K, C G, 4 J]   told under a style in a state, holes included
    ``mastery``       [C, K, G, M]    P(micro-skill mastered | style, state), holes included
    ``difference``    [C, K J, 4]     told of somebody who masters, less told of somebody who does not
    ``steps``         [K J]           first state in which the rung of the slot is mastered; 0 where there is no ladder
    ``skills``        [K J]           place in ``skill_codes`` of that rung; -1 where there is no ladder
    ``cells``         [K J]           one number for the slots of one strand and step
    ``order``         [K J Y]         rank of each row by strand, step and slot
    """

    compiled: Compiled
    styles: tuple[Style, ...]
    holed: int
    shares: Floats
    holes: Floats
    log_response: Floats
    readout: Floats
    mastery: Floats
    difference: Floats
    steps: Integers
    skills: Integers
    cells: Integers
    order: Integers


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
    wide, rows = compiled.rows_per_strand // OUTCOMES, np.arange(steps.size * OUTCOMES)
    cells = np.arange(steps.size) // wide * (compiled.prior.shape[1] + 1) + steps
    order = np.empty_like(rows)
    order[np.lexsort((rows, np.repeat(cells, OUTCOMES)))] = rows
    arrays: dict[str, Any] = {
        "shares": shares / shares.sum(),
        "holes": holes,
        "log_response": np.log(np.stack(response)).reshape(holes.size, rows.size, -1) / temperature,
        "readout": _readout(compiled, told, difference, holes, steps),
        "mastery": _mastery(compiled, holes),
        "difference": difference,
        "steps": steps,
        "skills": _skills(compiled, steps),
        "cells": cells,
        "order": order,
    }
    for array in arrays.values():
        array.setflags(write=False)
    return Mixture(compiled, tuple(styles), int(np.count_nonzero(holes)), **arrays)


def ladder_rows(compiled: Compiled) -> Booleans:
    """Return which rows of the padded arrays are ladders, [K]."""
    strands = compiled.structure.strands
    rows = [isinstance(strand, LevelStrand) for strand in strands]
    return np.array(rows + [False] * (len(compiled.prior) - len(strands)))


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
    wide = compiled.rows_per_strand // OUTCOMES
    filled = np.zeros(len(right), dtype=np.bool_)
    filled[compiled.slots] = True
    filled[sorted(compiled.near_slots)] = True
    steps: Integers = np.where(filled & np.repeat(ladder_rows(compiled), wide), first, NO_STEP)
    return steps


def _skills(compiled: Compiled, steps: Integers) -> Integers:
    counts = [len(strand.skill_codes) for strand in compiled.structure.strands]
    counts += [0] * (len(compiled.prior) - len(counts))
    first = np.cumsum([0, *counts[:-1]])
    of_row = np.repeat(first, compiled.rows_per_strand // OUTCOMES)
    skills: Integers = np.where(steps > NO_STEP, of_row + steps - 1, -1)
    return skills


def _responses(compiled: Compiled, style: Style, steps: Integers) -> tuple[Floats, Floats]:
    """Return P(outcome | class), [K J, 2, Y], and P(outcome | state), [K J, Y, G], without holes."""
    wide = compiled.rows_per_strand // OUTCOMES
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
    row, states = slot // (compiled.rows_per_strand // OUTCOMES), compiled.prior.shape[1]
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
    """Return told under each style in each state, holes included, [K, C G, 4 J], from [C, K J, 4, G]."""
    styles, slots, width, states = told.shape
    sign = np.where(np.arange(states) >= steps[:, None], -1.0, 1.0) * (steps > NO_STEP)[:, None]
    soft = told + holes[:, None, None, None] * difference[..., None] * sign[:, None]
    strands = len(compiled.prior)
    by_strand = soft.reshape(styles, strands, slots // strands, width, states)
    return np.ascontiguousarray(by_strand.transpose(1, 0, 4, 3, 2)).reshape(strands, styles * states, -1)


def _mastery(compiled: Compiled, holes: Floats) -> Floats:
    """Return P(mastered | style, state) with holes, [C, K, G, M]."""
    rungs = np.zeros((len(compiled.prior), 1, compiled.mastery.shape[2]))
    for row, strand in enumerate(compiled.structure.strands):
        if isinstance(strand, LevelStrand):
            rungs[row, 0, : len(strand.skill_codes)] = 1.0
    chance = holes[:, None, None, None] * rungs
    soft: Floats = chance + (1.0 - 2.0 * chance) * compiled.mastery
    return soft
