"""The joint model of a bank: what its author wrote is where a calibration begins, and what it believes at first."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats
from pathways.diagnostics.engine.calibration.answers import Variants
from pathways.diagnostics.engine.calibration.curves import FourParameter, TwoClass, logit
from pathways.diagnostics.engine.calibration.groups import Groups, ability_nodes
from pathways.diagnostics.engine.calibration.irt import GUESS_ANSWERS, SLIP_ANSWERS
from pathways.diagnostics.engine.calibration.joint import StrandsModel
from pathways.diagnostics.engine.calibration.ladders import LadderPrior, PositionPrior, StrandPrior
from pathways.diagnostics.engine.calibration.maximisation import ItemTask
from pathways.diagnostics.engine.calibration.nearness import Nearness
from pathways.diagnostics.engine.calibration.parameters import Layout
from pathways.diagnostics.engine.calibration.priors import Prior, joined, normal, pseudo_answers
from pathways.diagnostics.engine.items import ItemModel
from pathways.diagnostics.engine.strands import LevelStrand

MODELS: Final = ("level", "continuous")
CREDITING: Final = "level"
"""The model that tells partly right answers from wrong ones."""
PSEUDO_ANSWERS: Final = 10.0
"""How many answers the first slip, guess and "I don't know" of an item are worth."""
MASTERY: Final = 0.75
"""A micro-skill is mastered where a fresh item would be answered right this often, slips and guesses removed."""
LOG_SLOPE: Final = (float(np.log(3.5)), 0.7)
DIFFICULTY_DEVIATION: Final = 0.3
LANGUAGE_LOGIT_DEVIATION: Final = 0.5
"""What a language may add to a two-class item, in logits: .3 SD of ability at a slope of 1.7."""
POSITIONS: Final = 31
FURTHEST: Final = 3.0
CLASSES: Final = np.array([0.0, 1.0])


def joint_model(
    kind: str,
    strands: Sequence[LevelStrand],
    items: Mapping[str, ItemModel],
    variants: Variants,
    *,
    outcomes: int,
    most_answers: int,
    credited: Booleans | None = None,
) -> StrandsModel:
    """Return the model called ``level`` or ``continuous``.

    ``items``: first values by code, each about one micro-skill of the strands.  The item codes of ``variants`` must be
    in the order of ``in_order``.  ``outcomes``: 3 where "I don't know" was offered, else 2.  ``credited`` [J]: items
    with partly right answers, which ``level`` tells from wrong ones.
    """
    level = kind == "level"
    rung_of = {code: rung for strand in strands for rung, code in enumerate(strand.skill_codes)}
    threshold_of = {skill.code: skill.threshold for strand in strands for skill in strand.skills}
    place_of = {code: k for k, strand in enumerate(strands) for code in strand.skill_codes}
    models = [items[code] for code in variants.item_codes]
    skills = [models[j].skill for j in variants.items]
    nodes = ability_nodes(most_answers)
    groups = Groups(nodes, len(variants.language_codes))
    reference = groups.weights(groups.start())[0]
    if level:
        states = 1 + max(len(strand.skills) for strand in strands)
        nodes_of = (np.arange(states) > np.array([rung_of[skill] for skill in skills])[:, None]).astype(np.intp)
        curve, prior = TwoClass(outcomes), _ends_prior(models, outcomes, PSEUDO_ANSWERS, PSEUDO_ANSWERS)
        tables: list[StrandPrior] = [
            LadderPrior(tuple(skill.threshold for skill in strand.skills), nodes, reference) for strand in strands
        ]
        task = ItemTask(curve, CLASSES, variants, prior, shift_deviation=LANGUAGE_LOGIT_DEVIATION)
    else:
        positions = np.linspace(-FURTHEST, FURTHEST, POSITIONS)
        nodes_of = np.broadcast_to(np.arange(POSITIONS), (len(skills), POSITIONS))
        places = np.array([threshold_of[model.skill] for model in models])
        tables = [PositionPrior(positions, nodes, reference) for _ in strands]
        task = ItemTask(FourParameter(outcomes), positions, variants, _position_prior(models, places, outcomes))
    strand_of = np.array([place_of[skill] for skill in skills], dtype=np.intp)
    near = None if credited is None or not level else Nearness.of(models, credited, variants, outcomes)
    return StrandsModel(Layout(task, groups), tuple(tables), strand_of, nodes_of, near)


def in_order(strands: Sequence[LevelStrand], items: Mapping[str, ItemModel]) -> tuple[str, ...]:
    """Return the item codes by strand, then by code: the answers of a strand lie side by side."""
    place_of = {code: k for k, strand in enumerate(strands) for code in strand.skill_codes}
    return tuple(sorted(items, key=lambda code: (place_of[items[code].skill], code)))


def start_of(model: StrandsModel) -> Floats:
    """Return the first values of everything."""
    layout = model.layout
    prior = layout.task.prior
    share = np.clip(prior.share, 1e-3, 1.0 - 1e-3)
    items = layout.task.curve.bounded(np.where(prior.answers > 0.0, logit(share), prior.mean))
    common = layout.packed(items, np.zeros(len(layout.task.variants.items)), layout.groups.start())
    near = [] if model.near is None else [model.near.start()]
    return np.concatenate([common, [0.0], *(strand.start() for strand in model.strands), *near])


def _ends_prior(models: Sequence[ItemModel], outcomes: int, slip_answers: float, guess_answers: float) -> Prior:
    """Return beliefs about logit(1 - slip), logit(guess), and what "I don't know" adds."""

    def share(name: str) -> Floats:
        return np.clip(np.array([getattr(model, name) for model in models]), 0.005, 0.995)

    columns = [pseudo_answers(1.0 - share("slip"), slip_answers), pseudo_answers(share("guess"), guess_answers)]
    if outcomes == 3:
        columns += [pseudo_answers(share(f"dont_know_{end}"), PSEUDO_ANSWERS) for end in ("mastered", "not_mastered")]
    return joined(columns)


def _position_prior(models: Sequence[ItemModel], thresholds: Floats, outcomes: int) -> Prior:
    """Return beliefs about a four-parameter item: its curve passes the mastery of its micro-skill at the threshold."""
    curve = [
        normal(np.full(len(models), LOG_SLOPE[0]), LOG_SLOPE[1]),
        normal(thresholds - np.log(MASTERY / (1.0 - MASTERY)) / np.exp(LOG_SLOPE[0]), DIFFICULTY_DEVIATION),
    ]
    return joined([*curve, _ends_prior(models, outcomes, SLIP_ANSWERS, GUESS_ANSWERS)])
