"""Which items take part, as what, and the model of the engine that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pathways.diagnostics.calibrating.partitions import Met
from pathways.diagnostics.calibrating.preparing import Plan, Tally
from pathways.diagnostics.engine import ANSWERS, EVIDENCE, ItemModel, LevelStrand, Outcome, Structure
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration import first_values, irt
from pathways.diagnostics.engine.calibration.information import ViewedModel

SEVERAL_STRANDS: Final = "needs_several_strands"
RIGHT: Final = EVIDENCE.index(Outcome.CORRECT)


@dataclass(frozen=True, eq=False)
class Bound:
    """``codes``: the items that take part, in the order of the model.  ``items``, ``strands``: of a joint model.
    ``families``: items that count as one, by their common name.  ``left_out``: other items of the bank, and why.
    """

    kind: str
    codes: tuple[str, ...]
    items: Mapping[str, ItemModel]
    strands: tuple[LevelStrand, ...]
    families: dict[str, str]
    left_out: Mapping[str, str]

    def model_of(self, how: Plan, tally: Tally, most_answers: int) -> tuple[ViewedModel, Floats]:
        """Return the model, and where it begins."""
        if self.kind in irt.MODELS:
            shown = how.variants.by_item(tally.shown[:, : len(ANSWERS)])
            ability = irt.ability_model(self.kind, how.variants, most_answers)
            return ability, irt.start_of(ability, shown[:, RIGHT], shown.sum(axis=1))
        outcomes = 3 if how.three else 2
        strands = first_values.joint_model(
            self.kind,
            self.strands,
            self.items,
            how.variants,
            outcomes=outcomes,
            most_answers=most_answers,
            credited=how.credited,
        )
        return strands, first_values.start_of(strands)


def bound_to(structure: Structure | None, kind: str, met: Met) -> Bound:
    """Return what takes part in a calibration of this kind."""
    if structure is None:
        return Bound(kind, tuple(sorted(met.items.codes)), {}, (), {}, {})
    families = {item.code: f"\t{item.testlet}" for item in structure.items if item.testlet}
    if kind in irt.MODELS:
        return Bound(kind, tuple(sorted(item.code for item in structure.items)), {}, (), families, {})
    strands = tuple(strand for strand in structure.strands if isinstance(strand, LevelStrand))
    placed = {item.code: _on_one_strand(item, strands) for item in structure.items}
    items = {code: item for code, item in placed.items() if item is not None}
    left_out = {code: SEVERAL_STRANDS for code, item in placed.items() if item is None}
    return Bound(kind, first_values.in_order(strands, items), items, strands, families, left_out)


def _on_one_strand(item: ItemModel, strands: tuple[LevelStrand, ...]) -> ItemModel | None:
    """Return the item as one about a single micro-skill: on a ladder, the highest of several stands for all of them."""
    if not item.also:
        return item
    for strand in strands:
        if set(item.skills) <= set(strand.skill_codes):
            highest = int(np.max([strand.skill_codes.index(skill) for skill in item.skills]))
            return replace(item, skill=strand.skill_codes[highest], also=())
    return None
