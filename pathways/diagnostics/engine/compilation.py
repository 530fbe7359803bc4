"""From a structure to arrays: done once when a diagnostic is published, then read by every request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.items import ItemModel
from pathways.diagnostics.engine.outcomes import EVIDENCE
from pathways.diagnostics.engine.population import Population
from pathways.diagnostics.engine.strands import StrandModel
from pathways.diagnostics.engine.structure import Structure

_Array = TypeVar("_Array", bound=NDArray[Any])

OUTCOMES: Final = len(EVIDENCE)


@dataclass(frozen=True, eq=False)
class Compiled:
    """Read-only arrays of a structure; safe to share between threads.

    Sizes: K strands, G states and J items of the largest strand (the others are padded), S micro-skills,
    I items, Q points of the ability grid, Y = 3 outcomes.  A *slot* is the place of an item in the padded
    layout: strand * J + rank of the item's code inside its strand.

    ``weights``        [Q]          prior weight of each point of the grid
    ``prior``          [K, G, Q]    P(state | point); padding 0
    ``mastery``        [K, G, M]    P(micro-skill mastered | state), M micro-skills of the largest strand
    ``readout``        [K, G, 4 J]  P(outcome | state) of every item, outcome after outcome, then the entropy
                                    of the item's outcome given the state, in bits
    ``log_response``   [K J Y, G]   log P(outcome | state), row slot * Y + outcome
    ``seconds``        [I]          expected seconds, items in the order of their codes
    ``slots``          [I]          slot of each item
    ``skill_places``   [S]          place of each micro-skill in a flattened [K, M]
    """

    structure: Structure
    population: Population
    weights: Floats
    prior: Floats
    mastery: Floats
    readout: Floats
    log_response: Floats
    seconds: Floats
    slots: Integers
    skill_places: Integers
    skill_codes: tuple[str, ...]
    item_codes: tuple[str, ...]
    skill_index: dict[str, int]
    item_index: dict[str, int]
    first_rows: dict[str, int]
    """First row of each item in ``log_response``."""
    rows_per_strand: int


def compile_structure(structure: Structure, population: Population | None = None) -> Compiled:
    """Return the arrays of a structure for a population (the widest one when none is given).

    Items are laid out in the order of their codes whatever order the structure holds them in, so that ties
    go by code and equal sets of items give equal arrays.
    """
    population = population or Population()
    grid = population.grid()
    strands = structure.strands
    items = [_items_of(structure, strand) for strand in strands]
    wide = max(1, *map(len, items))
    priors = [strand.prior(grid) for strand in strands]
    states = max(len(prior) for prior in priors)
    rungs = max(len(strand.skill_codes) for strand in strands)
    response = _response(strands, items, wide, states)

    slot_of = {item.code: k * wide + j for k, ranked in enumerate(items) for j, item in enumerate(ranked)}
    codes = tuple(sorted(slot_of))
    seconds_of = {item.code: item.seconds for item in structure.items}
    places = [k * rungs + rung for k, strand in enumerate(strands) for rung in range(len(strand.skill_codes))]
    return Compiled(
        structure=structure,
        population=population,
        weights=_frozen(grid.weight),
        prior=_frozen(_stacked(priors, (states, grid.weight.size))),
        mastery=_frozen(_stacked([strand.mastery().T for strand in strands], (states, rungs))),
        readout=_frozen(_readout(response)),
        log_response=_frozen(np.log(response).reshape(-1, states)),
        seconds=_frozen(np.array([seconds_of[code] for code in codes])),
        slots=_frozen(np.array([slot_of[code] for code in codes], dtype=np.intp)),
        skill_places=_frozen(np.array(places, dtype=np.intp)),
        skill_codes=structure.skill_codes,
        item_codes=codes,
        skill_index={code: index for index, code in enumerate(structure.skill_codes)},
        item_index={code: index for index, code in enumerate(codes)},
        first_rows={code: slot * OUTCOMES for code, slot in slot_of.items()},
        rows_per_strand=wide * OUTCOMES,
    )


def _items_of(structure: Structure, strand: StrandModel) -> list[ItemModel]:
    """Return the items of a strand in the order of their codes."""
    skills = set(strand.skill_codes)
    return sorted((item for item in structure.items if item.skill in skills), key=lambda item: item.code)


def _stacked(tables: Sequence[Floats], shape: tuple[int, int]) -> Floats:
    """Return the tables of all strands in one array, filled up with zeros to a common shape."""
    stack = np.zeros((len(tables), *shape))
    for table, place in zip(tables, stack, strict=True):
        place[: table.shape[0], : table.shape[1]] = table
    return stack


def _response(strands: Sequence[StrandModel], items: Sequence[Sequence[ItemModel]], wide: int, states: int) -> Floats:
    """Return P(outcome | state), shape [K, J, Y, G].

    States that a strand lacks repeat its last one: their prior is 0, and the likelihood that is best among
    its states stays the best, so that none underflows.  Items that a strand lacks have even outcomes.
    """
    response = np.full((len(strands), wide, OUTCOMES, states), 1.0 / OUTCOMES)
    for strand, ranked, place in zip(strands, items, response, strict=True):
        if ranked:
            known = strand.responses(ranked)
            place[: len(ranked), :, : known.shape[2]] = known
            place[: len(ranked), :, known.shape[2] :] = known[:, :, -1:]
    return response


def _frozen(array: _Array) -> _Array:
    """Return the array, read-only from now on."""
    array.setflags(write=False)
    return array


def _readout(response: Floats) -> Floats:
    """Return [K, G, 4 J]: outcome probabilities, then conditional entropies, from [K, J, Y, G]."""
    entropy = -(response * np.log2(response)).sum(axis=2)
    columns = np.concatenate([response.transpose(0, 2, 1, 3), entropy[:, None]], axis=1)
    count, rows, wide, states = columns.shape
    return np.ascontiguousarray(columns.reshape(count, rows * wide, states).transpose(0, 2, 1))
