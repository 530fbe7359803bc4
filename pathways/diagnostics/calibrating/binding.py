"""Which items take part, as what, and the model of the engine that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pathways.diagnostics.calibrating import styling
from pathways.diagnostics.calibrating.partitions import Met
from pathways.diagnostics.calibrating.preparing import Plan, Tally
from pathways.diagnostics.engine import ANSWERS, EVIDENCE, ItemModel, LevelStrand, Outcome, Structure
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration import first_values, irt
from pathways.diagnostics.engine.calibration.information import ViewedModel
from pathways.diagnostics.engine.calibration.tied import Tie, tied

SEVERAL_STRANDS: Final = "needs_several_strands"
TANGLED: Final = "ties_too_many_strands"
LEFT_OUT: Final = {
    SEVERAL_STRANDS: "demandent des micro-compétences de plusieurs filières",
    TANGLED: "lient trop de filières entre elles",
}
RIGHT: Final = EVIDENCE.index(Outcome.CORRECT)


@dataclass(frozen=True, eq=False)
class Bound:
    """``codes``: the items that take part, in the order of the model.  ``items``, ``ties``: of a joint model.
    ``families``: items that count as one, by their common name.  ``left_out``: other items of the bank, and why.
    """

    kind: str
    codes: tuple[str, ...]
    items: Mapping[str, ItemModel]
    ties: tuple[Tie, ...]
    families: dict[str, str]
    left_out: Mapping[str, str]

    @property
    def strands(self) -> tuple[LevelStrand, ...]:
        """The ladders, in the order of the model."""
        return tuple(strand for tie in self.ties for strand in tie)

    def model_of(self, how: Plan, tally: Tally, most_answers: int) -> tuple[ViewedModel, Floats]:
        """Return the model, and where it begins."""
        if self.kind in irt.MODELS:
            shown = how.variants.by_item(tally.shown[:, : len(ANSWERS)])
            ability = irt.ability_model(self.kind, how.variants, most_answers)
            return ability, irt.start_of(ability, shown[:, RIGHT], shown.sum(axis=1))
        outcomes = 3 if how.three else 2
        strands = first_values.joint_model(
            self.kind,
            self.ties,
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
    on_one = {item.code: _on_one_strand(item, strands) for item in structure.items}
    if kind == styling.MODEL:
        ladders = {code for strand in strands for code in strand.skill_codes}
        items = {one.code: on_one[one.code] or one for one in structure.items if set(one.skills) <= ladders}
        ties, tangled = tied(strands, items)
    else:
        items = {code: item for code, item in on_one.items() if item is not None}
        ties, tangled = tuple((strand,) for strand in strands), frozenset[str]()
    items = {code: item for code, item in items.items() if code not in tangled}
    left_out = {code: TANGLED if code in tangled else SEVERAL_STRANDS for code in on_one if code not in items}
    return Bound(kind, first_values.in_order(ties, items), items, ties, families, left_out)


def _on_one_strand(item: ItemModel, strands: tuple[LevelStrand, ...]) -> ItemModel | None:
    """Return the item as one about a single micro-skill: on a ladder, the highest of several stands for all of them."""
    if not item.also:
        return item
    for strand in strands:
        if set(item.skills) <= set(strand.skill_codes):
            highest = int(np.max([strand.skill_codes.index(skill) for skill in item.skills]))
            return replace(item, skill=strand.skill_codes[highest], also=())
    return None
