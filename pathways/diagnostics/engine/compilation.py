"""From a structure to arrays: done once when a diagnostic is published, then read by every request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.graphs.bands import SMALL_BANDED, BandedPopulation
from pathways.diagnostics.engine.graphs.linked import Linked
from pathways.diagnostics.engine.graphs.linking import link
from pathways.diagnostics.engine.graphs.thresholds import ShareOutOfReach
from pathways.diagnostics.engine.graphs.ties import Ties, Together
from pathways.diagnostics.engine.items import ItemModel
from pathways.diagnostics.engine.near import given_wrong, near_model
from pathways.diagnostics.engine.outcomes import EVIDENCE
from pathways.diagnostics.engine.population import SMALL_POPULATION, AbilityGrid, Population
from pathways.diagnostics.engine.strands import StrandModel
from pathways.diagnostics.engine.structure import Structure

if TYPE_CHECKING:
    from pathways.diagnostics.engine.mixture import Mixture

_Array = TypeVar("_Array", bound=NDArray[Any])

OUTCOMES: Final = len(EVIDENCE)

_Row: TypeAlias = StrandModel | Together


@dataclass(frozen=True, eq=False)
class Compiled:
    """Read-only arrays of a structure; safe to share between threads.

    Sizes: K strands, G states and J items of the largest strand (the others are padded), S micro-skills,
    I items, Q points of the ability grid, Y = 3 outcomes.  A *slot* is the place of an item in the padded
    layout: strand * J + rank of the item's code inside its strand.  An item with partial credit has a second one, after
    those of all items of its strand, for how near a wrong answer comes (``near``): it is no item, never asked and never
    counted, and J counts it only as room.

    After the strands comes one more of two states for every set of micro-skills that a question asks together.
    ``linked`` holds what ties strands to each other, if anything does; their ``prior`` is then what it would be
    without answers, and their posterior comes from ``linked``.

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
    linked: Linked | None = None
    testlets: Mapping[str, int] = field(default_factory=dict)
    """Number of the testlet of each item that has one."""
    near_rows: Mapping[str, int] = field(default_factory=dict)
    """First row in ``log_response`` of how near a wrong answer comes, of each item with partial credit."""

    @cached_property
    def mixture(self) -> "Mixture | None":
        """What the styles of the structure make of these arrays; ``None`` without styles."""
        from pathways.diagnostics.engine.mixture import mix  # noqa: PLC0415 - a mixture is made of what is compiled

        return mix(self, self.structure.styles) if self.structure.styles else None

    @cached_property
    def testlet_of_item(self) -> Integers:
        """Number of the testlet of each item, -1 where it has none, shape [I]."""
        return np.array([self.testlets.get(code, -1) for code in self.item_codes], dtype=np.intp)

    @cached_property
    def testlet_of_slot(self) -> dict[int, int]:
        """Number of the testlet of each slot that has one."""
        rows = (self.first_rows, self.near_rows)
        return {of[code] // OUTCOMES: number for code, number in self.testlets.items() for of in rows if code in of}

    @cached_property
    def near_slots(self) -> frozenset[int]:
        """The slots that are no items: how near wrong answers come."""
        return frozenset(row // OUTCOMES for row in self.near_rows.values())

    @cached_property
    def near_of_item(self) -> Integers:
        """First row of how near a wrong answer to each item comes, -1 where it has no partial credit, shape [I]."""
        return np.array([self.near_rows.get(code, -1) for code in self.item_codes], dtype=np.intp)

    @cached_property
    def known_codes(self) -> frozenset[str]:
        """Codes of all items."""
        return frozenset(self.item_codes)

    @cached_property
    def free(self) -> Integers:
        """The strands that nothing ties to others."""
        return np.arange(len(self.prior)) if self.linked is None else self.linked.free

    @cached_property
    def is_free(self) -> Booleans:
        """Whether nothing ties a strand to others, [K]."""
        free = np.zeros(len(self.prior), dtype=np.bool_)
        free[self.free] = True
        return free

    @cached_property
    def free_places(self) -> Integers:
        """The place of each strand among those that nothing ties to others, [K]; of others, of no meaning."""
        return np.cumsum(self.is_free) - 1

    @cached_property
    def free_prior(self) -> Floats:
        """Those of ``prior`` that nothing ties to others, [F, G, Q]."""
        return self.prior if self.linked is None else self.prior[self.linked.free]

    @property
    def width(self) -> int:
        """Width of the graph of requirements: 0 for strands alone, 1 for forests."""
        return 0 if self.linked is None else self.linked.width

    @property
    def warnings(self) -> tuple[ShareOutOfReach, ...]:
        """What could not be kept of what the structure asks."""
        return () if self.linked is None else self.linked.warnings


def compile_structure(structure: Structure, population: Population | None = None) -> Compiled:
    """Return the arrays of a structure for a population: the widest one when none is given, on fewer points where
    something ties strands together or styles are summed too.

    Items are laid out in the order of their codes whatever order the structure holds them in, so that ties
    go by code and equal sets of items give equal arrays.

    Raises ``InvalidStructure`` for requirements that cannot be solved exactly: see ``graphs.linking``.
    """
    strands = structure.strands
    ties = Ties.of(strands, structure.items, structure.requirements)
    population = population or _population(structure, ties)
    grid = population.grid()
    rows: list[_Row] = [*strands, *(Together() for _ in ties.together)]
    items = _items_by_row(structure, ties, len(rows))
    nears = [[near_model(item) for item in ranked if item.near is not None] for ranked in items]
    wide = max(1, *(len(ranked) + len(own) for ranked, own in zip(items, nears, strict=True)))
    known = [row.mastery() for row in rows]
    states = max(table.shape[1] for table in known)
    rungs = max(len(strand.skill_codes) for strand in strands)
    response = _response(rows, items, nears, wide, states)
    linked = link(strands, ties, grid, states) if ties.strands else None

    slot_of = {item.code: k * wide + j for k, ranked in enumerate(items) for j, item in enumerate(ranked)}
    after = [k * wide + len(ranked) for k, ranked in enumerate(items)]
    near_of = {item.code: first + j for first, own in zip(after, nears, strict=True) for j, item in enumerate(own)}
    codes = tuple(sorted(slot_of))
    seconds_of = {item.code: item.seconds for item in structure.items}
    places = [k * rungs + rung for k, strand in enumerate(strands) for rung in range(len(strand.skill_codes))]
    return Compiled(
        structure=structure,
        population=population,
        weights=_frozen(grid.weight),
        prior=_frozen(_prior(strands, linked, grid, (len(rows), states))),
        mastery=_frozen(_stacked([table.T for table in known], (states, rungs))),
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
        linked=linked,
        testlets=_testlets(structure),
        near_rows={code: slot * OUTCOMES for code, slot in near_of.items()},
    )


def _population(structure: Structure, ties: Ties) -> Population:
    if ties.strands:
        return SMALL_BANDED if structure.styles else BandedPopulation()
    return SMALL_POPULATION if structure.styles else Population()


def _items_by_row(structure: Structure, ties: Ties, rows: int) -> list[list[ItemModel]]:
    """Return the items of each row in the order of their codes.  Items on several rungs of a ladder ask the highest."""
    found: list[list[ItemModel]] = [[] for _ in range(rows)]
    together = {skills: len(structure.strands) + place for place, skills in enumerate(ties.together)}
    for item in sorted(structure.items, key=lambda item: item.code):
        hardest, *others = asked = ties.asked[item.code]
        if others:
            found[together[asked]].append(item)
        elif item.also:
            skill = structure.strands[hardest.strand].skill_codes[hardest.place]
            found[hardest.strand].append(replace(item, skill=skill, also=()))
        else:
            found[hardest.strand].append(item)
    return found


def _testlets(structure: Structure) -> dict[str, int]:
    names = sorted({item.testlet for item in structure.items if item.testlet})
    number = {name: place for place, name in enumerate(names)}
    return {item.code: number[item.testlet] for item in structure.items if item.testlet}


def _prior(strands: Sequence[StrandModel], linked: Linked | None, grid: AbilityGrid, shape: tuple[int, int]) -> Floats:
    """Return P(state | point) before any answer, shape [K, G, Q]."""
    nothing = np.empty((0, grid.weight.size))
    tables = [strand.prior(grid) for strand in strands] + [nothing] * (shape[0] - len(strands))
    prior = _stacked(tables, (shape[1], grid.weight.size))
    if linked is not None:
        prior[linked.rows] = linked.by_point(linked.untouched())[0]
    return prior


def _stacked(tables: Sequence[Floats], shape: tuple[int, int]) -> Floats:
    """Return the tables of all strands in one array, filled up with zeros to a common shape."""
    stack = np.zeros((len(tables), *shape))
    for table, place in zip(tables, stack, strict=True):
        place[: table.shape[0], : table.shape[1]] = table
    return stack


def _response(
    strands: Sequence[_Row],
    items: Sequence[Sequence[ItemModel]],
    nears: Sequence[Sequence[ItemModel]],
    wide: int,
    states: int,
) -> Floats:
    """Return P(outcome | state), shape [K, J, Y, G], of items and then of how near wrong answers to some of them come.

    States that a strand lacks repeat its last one: their prior is 0, and the likelihood that is best among
    its states stays the best, so that none underflows.  Items that a strand lacks have even outcomes.
    """
    response = np.full((len(strands), wide, OUTCOMES, states), 1.0 / OUTCOMES)
    for strand, ranked, near, place in zip(strands, items, nears, response, strict=True):
        if ranked:
            known = strand.responses(ranked)
            if near:
                known = np.concatenate([known, given_wrong(strand.responses(near))])
            place[: len(known), :, : known.shape[2]] = known
            place[: len(known), :, known.shape[2] :] = known[:, :, -1:]
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
