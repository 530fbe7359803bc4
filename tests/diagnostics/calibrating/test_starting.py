"""What is taken from an earlier proposal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pathways.diagnostics.calibrating.starting import earlier_of
from pathways.diagnostics.engine import Style
from pathways.diagnostics.simulating.problems import WrongFile

STYLES = [{"share": 0.6, "hole": 0.05, "standard_errors": {"share": 0.02}}, {"share": 0.2, "slope": 2.5, "noise": 0.1}]


def test_an_earlier_proposal_says_how_answers_come_out():
    document = {"format": "calibration-1", "model": "level"}
    assert earlier_of(document, "start.json", "level").styles == ()
    assert earlier_of(document | {"styles": []}, "start.json", "level").styles == ()
    found = earlier_of(document | {"styles": STYLES}, "start.json", "level").styles
    assert [replace(one, share=1.0) for one in found] == [Style(1.0, hole=0.05), Style(1.0, noise=0.1, slope=2.5)]
    assert [one.share for one in found] == pytest.approx([0.75, 0.25])


@pytest.mark.parametrize(
    ("styles", "said"),
    [
        ({}, "styles : attendu une liste"),
        ([1], "styles[0] : attendu un objet"),
        ([STYLES[0], {"share": 0.4, "hole": 0.7}], "styles[1].hole : attendu un nombre de 0 à 0.499, trouvé 0.7"),
    ],
)
def test_an_earlier_proposal_with_wrong_styles_is_told(styles, said):
    with pytest.raises(WrongFile, match=re.escape(said)):
        earlier_of({"format": "calibration-1", "model": "level", "styles": styles}, "start.json", "level")
