"""The joint model of a bank: what its author wrote is where a calibration begins, and what it believes at first."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
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
from pathways.diagnostics.engine.calibration.tied import Tie, TiedPrior, mastering
from pathways.diagnostics.engine.items import ItemModel

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
    ties: Sequence[Tie],
    items: Mapping[str, ItemModel],
    variants: Variants,
    *,
    outcomes: int,
    most_answers: int,
    credited: Booleans | None = None,
) -> StrandsModel:
    """Return the model called ``level`` or ``continuous``.

    ``ties``: the strands; several together where an item of ``level`` is on micro-skills of each.  ``items``: first
    values by code.  The item codes of ``variants`` must be in the order of ``in_order``.  ``outcomes``: 3 where "I
    don't know" was offered, else 2.  ``credited`` [J]: items with partly right answers, which ``level`` tells from
    wrong ones.
    """
    place_of = {code: k for k, tie in enumerate(ties) for strand in tie for code in strand.skill_codes}
    models = [items[code] for code in variants.item_codes]
    strand_of = np.array([place_of[models[j].skill] for j in variants.items], dtype=np.intp)
    nodes = ability_nodes(most_answers)
    groups = Groups(nodes, len(variants.language_codes))
    reference = groups.weights(groups.start())[0]
    if kind == "level":
        nodes_of = _classes(ties, [models[j] for j in variants.items], strand_of)
        curve, prior = TwoClass(outcomes), _ends_prior(models, outcomes, PSEUDO_ANSWERS, PSEUDO_ANSWERS)
        tables = [_prior_of(tie, nodes, reference) for tie in ties]
        task = ItemTask(curve, CLASSES, variants, prior, shift_deviation=LANGUAGE_LOGIT_DEVIATION)
        near = None if credited is None else Nearness.of(models, credited, variants, outcomes)
        return StrandsModel(Layout(task, groups), tuple(tables), strand_of, nodes_of, near)
    positions = np.linspace(-FURTHEST, FURTHEST, POSITIONS)
    nodes_of = np.broadcast_to(np.arange(POSITIONS), (len(strand_of), POSITIONS))
    threshold_of = {skill.code: skill.threshold for tie in ties for strand in tie for skill in strand.skills}
    places = np.array([threshold_of[model.skill] for model in models])
    on_lines: list[StrandPrior] = [PositionPrior(positions, nodes, reference) for _ in ties]
    task = ItemTask(FourParameter(outcomes), positions, variants, _position_prior(models, places, outcomes))
    return StrandsModel(Layout(task, groups), tuple(on_lines), strand_of, nodes_of)


def _prior_of(tie: Tie, nodes: Floats, reference: Floats) -> StrandPrior:
    ladders = [LadderPrior(tuple(skill.threshold for skill in strand.skills), nodes, reference) for strand in tie]
    return ladders[0] if len(ladders) == 1 else TiedPrior(tuple(ladders))


def _classes(ties: Sequence[Tie], models: Sequence[ItemModel], strand_of: Integers) -> Integers:
    """Return in which states all of what an item asks is mastered, [V, G]."""
    own = [mastering(ties[k], model.skills) for k, model in zip(strand_of.tolist(), models, strict=True)]
    states = max(int(np.prod([1 + len(strand.skills) for strand in tie])) for tie in ties)
    found = np.ones((len(models), states), dtype=np.intp)  # beyond the states of a strand nobody is ever met
    for row, there in zip(found, own, strict=True):
        row[: len(there)] = there
    return found


def in_order(ties: Sequence[Tie], items: Mapping[str, ItemModel]) -> tuple[str, ...]:
    """Return the item codes by strand, then by code: the answers of a strand lie side by side."""
    place_of = {code: k for k, tie in enumerate(ties) for strand in tie for code in strand.skill_codes}
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
