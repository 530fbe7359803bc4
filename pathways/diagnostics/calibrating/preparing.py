"""From the rows of a partition to the block that a calibration works on, and to what is merely counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathways.diagnostics.calibrating.columns import OUTCOMES
from pathways.diagnostics.calibrating.partitions import PARTLY, Kept, Met, kept, with_evidence
from pathways.diagnostics.engine import EVIDENCE, Outcome
from pathways.diagnostics.engine.calibration.answers import Block, Listed, Variants, block_of, collapsed

IDLE_SECONDS: Final = 600.0
"""A longer time is a pause, and says nothing about the question."""
LISTED: Final = {"starts": np.int64, "variants": np.int32, "outcomes": np.int8}
LEFT_OUT: Final = -1
WRONG: Final = EVIDENCE.index(Outcome.INCORRECT)


class Tally(NamedTuple):
    """Counts over partitions.

    ``shown`` [V, 6]: outcomes of each variant, as in ``OUTCOMES``.  ``times`` [V, 3]: answers with a time, sum and sum
    of squares of log seconds.  ``people`` [5]: learners, sittings, sittings with evidence, answers given a second time,
    answers to items that are left out.
    """

    shown: NDArray[np.float64]
    times: NDArray[np.float64]
    people: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plan:
    """How rows become answers.

    ``variants``: the columns.  ``variant_of`` [items met, languages met]: the column of a pair, ``LEFT_OUT`` if it has
    none.  ``group_of`` [languages met].  ``family_of`` [items met]: equal for items that count as one.  ``three``:
    whether "I don't know" is an outcome of its own, or wrong.  ``credited`` [items]: those whose partly right
    answers are an outcome of their own, after the others, and not wrong.
    """

    variants: Variants
    variant_of: NDArray[np.intp]
    group_of: NDArray[np.intp]
    family_of: tuple[int, ...]
    three: bool
    credited: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Details:
    """A partition sitting by sitting: its block, and of each answer the place in the file, and the number of what was
    chosen, -1 if nobody said.
    """

    block: Block
    rows: NDArray[np.int64]
    choices: NDArray[np.intp]


def patterns_of(path: Path) -> Block:
    """Read the block of a partition, equal sittings collapsed."""
    with np.load(path) as arrays:
        return _block(arrays, "patterns" if "patterns_groups" in arrays else "block")


def details_of(path: Path) -> Details:
    """Read a partition sitting by sitting."""
    with np.load(path) as arrays:
        return Details(_block(arrays, "block"), arrays["rows"], arrays["choices"].astype(np.intp))


def plan(
    met: Met, codes: Sequence[str], reference: str, families: dict[str, str], *, three: bool, credit: bool
) -> Plan:
    """Return the plan for the items called ``codes``, in this order; other items of the file are left out.

    ``reference``: code of the language of reference.  ``families``: items that count as one, by their common name.
    ``credit``: whether the model tells partly right answers from wrong ones.
    """
    languages = (reference, *sorted(set(met.languages.codes) - {reference}))
    group_of = np.array([languages.index(code) for code in met.languages.codes], dtype=np.intp)
    place = {code: number for number, code in enumerate(codes)}
    pairs = {
        (place[met.items.codes[item]], int(group_of[language]))
        for item, language in met.pairs
        if met.items.codes[item] in place
    }
    pairs |= {(item, 0) for item in set(range(len(codes))) - {item for item, _ in pairs}}
    both = np.array(sorted(pairs), dtype=np.intp).reshape(-1, 2)
    variant_of = np.full((len(met.items.codes), len(met.languages.codes)), LEFT_OUT, dtype=np.intp)
    column = {pair: number for number, pair in enumerate(map(tuple, both.tolist()))}
    for item, language in met.pairs:
        code = met.items.codes[item]
        if code in place:
            variant_of[item, language] = column[place[code], int(group_of[language])]
    names: dict[str, int] = {}
    family = tuple(names.setdefault(families.get(code, f"\n{code}"), len(names)) for code in met.items.codes)
    variants = Variants(both[:, 0], both[:, 1], tuple(codes), languages)
    partly = {met.items.codes[item] for item in met.partly} if credit else frozenset[str]()
    credited = np.array([code in partly for code in codes], dtype=np.bool_)
    return Plan(variants, variant_of, group_of, family, three, credited)


def prepare(path: Path, to: Path, how: Plan) -> tuple[Tally, int]:
    """Turn the rows of a partition into a block at ``to``; return its counts, and the most answers of one sitting.

    Nothing is written where nothing is evidence.
    """
    found = kept(path, how.family_of)
    variants = how.variant_of[found.records["item"], found.records["language"]]
    known = variants != LEFT_OUT
    tally = _tally(found, variants, known, len(how.variants.items))
    chosen = known & with_evidence(found.records)
    lengths = np.bincount(found.sittings[chosen]) if chosen.any() else np.zeros(1, dtype=np.intp)
    tally.people[2] = np.count_nonzero(lengths)
    if chosen.any():
        _write(to, found, variants, chosen, how)
    return tally, int(lengths.max())


def _tally(found: Kept, variants: NDArray[np.intp], known: NDArray[np.bool_], width: int) -> Tally:
    shown = np.zeros((width, len(OUTCOMES)))
    np.add.at(shown, (variants[known], found.records["outcome"][known]), 1.0)
    seconds = found.records["seconds"]
    timed = known & (seconds > 0.0) & (seconds <= IDLE_SECONDS) & with_evidence(found.records)
    log = np.log(seconds[timed].astype(np.float64))
    times = np.zeros((width, 3))
    np.add.at(times, variants[timed], np.stack([np.ones_like(log), log, log**2], axis=1))
    people = np.array([found.learners, found.count, 0.0, found.doubles, np.count_nonzero(~known)], dtype=np.float64)
    return Tally(shown, times, people)


def _write(to: Path, found: Kept, variants: NDArray[np.intp], chosen: NDArray[np.bool_], how: Plan) -> None:
    order = np.flatnonzero(chosen)
    order = order[np.lexsort((variants[order], found.sittings[order]))]
    records = found.records[order]
    partly = records["outcome"] == PARTLY
    outcomes = np.where(partly, WRONG, records["outcome"].astype(np.intp))
    if not how.three:
        outcomes = np.minimum(outcomes, WRONG)
    outcomes[partly & how.credited[how.variants.items[variants[order]]]] = 3 if how.three else 2
    groups = _groups(found.sittings[order], how.group_of[records["language"]], found.count)
    block = block_of(found.sittings[order], variants[order], outcomes, groups, len(how.variants.items))
    patterns = collapsed(block)
    arrays: dict[str, Any] = {"rows": records["row"], "choices": records["choice"]}
    for name, one in (("block", block), *((("patterns", patterns),) if patterns is not block else ())):
        arrays |= {f"{name}_groups": one.groups.astype(np.int32), f"{name}_weights": one.weights}
        if one.cells is not None:
            arrays[f"{name}_cells"] = one.cells
        else:
            arrays |= {f"{name}_{field}": getattr(one, field).astype(kind) for field, kind in LISTED.items()}
    with to.open("wb") as file:
        np.savez(file, **arrays)


def _groups(sittings: NDArray[np.intp], languages: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Return the language in which most of each sitting was answered, [count], from the sitting and the language of
    every answer that says something; of several, the first: nothing depends on the order of a file.
    """
    width = int(languages.max()) + 1
    pairs, answers = np.unique(sittings * width + languages, return_counts=True)
    who, language = np.divmod(pairs, width)
    order = np.lexsort((language, -answers, who))
    groups = np.zeros(count, dtype=np.intp)
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = np.diff(who[order]) > 0
    groups[who[order[first]]] = language[order[first]]
    return groups


def _block(arrays: Any, name: str) -> Block:
    groups, weights = arrays[f"{name}_groups"], arrays[f"{name}_weights"]
    if f"{name}_cells" in arrays:
        return Block(groups, weights, arrays[f"{name}_cells"])
    return Block(groups, weights, None, Listed(*(arrays[f"{name}_{field}"] for field in LISTED)))
