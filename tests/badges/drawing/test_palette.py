"""Colours that everybody can tell apart where something depends on it."""

from itertools import combinations

import numpy as np
import pytest

from pathways.badges.drawing.palette import TINTS, contrast, inks

SEEN = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
"""Linear RGB as a colour-blind eye sees it: Machado, Oliveira and Fernandes 2009, severity 1."""


def seen(colour, eye):
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    turned = np.clip(np.asarray(SEEN[eye]) @ linear, 0, 1)
    again = np.where(turned <= 0.0031308, turned * 12.92, 1.055 * turned ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(float(part) * 255):02x}" for part in again)


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#777777", "#ffffff", 4.48)]
)
def test_contrast_is_that_of_wcag_in_either_order(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("eye", SEEN)
@pytest.mark.parametrize("proposal", [False, True])
@pytest.mark.parametrize("tint", TINTS)
def test_figure_and_accent_are_told_from_their_ground_by_every_eye(tint, proposal, eye):
    colours = inks(tint, proposal=proposal)
    figure, ground, accent = (seen(colour, eye) for colour in (colours.figure, colours.ground, colours.accent))
    assert contrast(figure, ground) >= 7
    assert contrast(accent, ground) >= 4.5


def test_tints_differ_for_the_usual_eye_and_have_their_own_names():
    assert len({tint.french for tint in TINTS.values()}) == len({tint.english for tint in TINTS.values()}) == len(TINTS)
    for one, other in combinations(TINTS.values(), 2):
        far = [abs(int(one.colour[at : at + 2], 16) - int(other.colour[at : at + 2], 16)) for at in (1, 3, 5)]
        assert sum(far) > 40
