"""Partial credit: of those who answer a question of several parts wrongly some come near, more of those who master.

    P(partly | class) = P(wrong | class) r(class)           P(incorrect | class) = P(wrong | class) (1 - r(class))

with r(not mastered) < r(mastered): a continuation-ratio model (Tutz 1990).  Slip, guess and the habit of saying "I
don't know" stay what they are for a question without partial credit, and so do the bits that the question promises:
by the chain rule of mutual information they are a lower bound of what it tells, since

    I(outcome; profile) = I(right, wrong or dont_know; profile) + P(wrong) I(near; profile | wrong)

and the last term is never negative.  Given the class, how near a wrong answer came is independent of all else: one more
observation of two classes, which takes a slot of its own beside the slots of items and is none itself.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.items import LEAST_PROBABILITY, ItemModel

NEAR: Final = 0
FAR: Final = 1
"""Rows after the first one of how near a wrong answer comes, in the places of right and wrong."""


def near_model(item: ItemModel) -> ItemModel:
    """Return how near a wrong answer to the item comes, as if it were an item: "right" is near, "wrong" is far.

    It has the item's code: where an item has a curve, r rises from one end to the other along it.
    """
    assert item.near is not None
    low, high = item.near
    return replace(item, slip=1.0 - high, guess=low, dont_know_not_mastered=0.0, dont_know_mastered=0.0, near=None)


def given_wrong(response: Floats) -> Floats:
    """Return P(near, far | wrong, ...) from the response of a ``near_model``, outcomes on the last axis but one.

    The third outcome does not occur; .005 stands in its place, so that there is a logarithm.
    """
    known = np.full_like(response, LEAST_PROBABILITY)
    known[..., :2, :] = response[..., :2, :] / response[..., :2, :].sum(axis=-2, keepdims=True)
    return known
