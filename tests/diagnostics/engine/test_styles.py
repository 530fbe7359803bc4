"""What a style makes of a question."""

from statistics import NormalDist

import numpy as np
import pytest

from pathways.diagnostics.engine import (
    InvalidStructure,
    ItemModel,
    LevelSkill,
    LevelStrand,
    Structure,
    compile_structure,
    infer,
    with_habit,
)
from pathways.diagnostics.engine.continuous import curve_response, first_curve
from pathways.diagnostics.engine.styles import (
    FIRST_STYLES,
    HARDLY_EVER,
    KNOWN_STYLES,
    UNHEARD,
    Style,
    combined,
    smooth_responses,
)
from tests.diagnostics.engine.ladders import item, strand


def test_a_plain_style_leaves_a_question_as_it_is():
    asked = item("q", "A1", slip=0.07, guess=0.3)
    assert Style(1.0).response(asked) == pytest.approx(asked.response(), abs=1e-12)


def test_noise_turns_answers_on_top_of_slip_and_guess():
    asked = item("q", "A1", slip=0.1, guess=0.2, dont_know=(0.0, 0.0))
    (right_0, *_), (right_1, *_) = Style(1.0, noise=0.1).response(asked)
    assert (right_0, right_1) == pytest.approx((0.28, 0.81), abs=0.005)


def test_noise_never_makes_a_right_answer_speak_against_mastery():
    asked = item("q", "A1", slip=0.4, guess=0.5)
    not_mastered, mastered = Style(1.0, noise=0.5, dont_know=False).response(asked)
    assert not_mastered == pytest.approx(mastered)


def test_somebody_who_does_not_say_dont_know_hardly_ever_does():
    asked = item("q", "A1", slip=0.1, guess=0.2)
    found = Style(1.0, dont_know=False).response(asked)
    assert found[:, 2] == pytest.approx([HARDLY_EVER, HARDLY_EVER])
    assert found[:, 0] / (1 - HARDLY_EVER) == pytest.approx([0.2, 0.9])


def test_a_question_that_only_dont_know_makes_speak_keeps_it():
    """Slip and guess alone would say nothing: no valid item is left without the habit."""
    asked = item("q", "A1", slip=0.5, guess=0.5)
    assert Style(1.0, dont_know=False).habit(asked) == asked


def test_without_steps_the_chance_rises_from_state_to_state():
    ladder = strand("A", -1.0, 0.0, 1.0)
    asked = item("q", "A2", slip=0.1, guess=0.25, dont_know=(0.0, 0.0))
    found = smooth_responses(ladder, [asked], [1], Style(1.0, slope=2.0))[0, 0]
    assert (np.diff(found) > 0.05).all()
    assert 0.25 < found[0] < found[-1] < 0.95


def test_a_state_without_steps_is_the_mean_of_the_people_in_it():
    ladder = strand("A", -0.4, 0.7)
    asked = item("q", "A2", slip=0.1, guess=0.25)
    found = smooth_responses(ladder, [asked], [1], Style(1.0, slope=1.5))[0]
    normal = NormalDist()
    positions = np.linspace(-0.4, 0.7, 4001)
    density = np.array([normal.pdf(position) for position in positions])
    curve = curve_response(item("q", "A2", slip=0.05, guess=0.25), first_curve(0.7, 1.5).height(positions))
    assert found[:, 1] == pytest.approx((curve * density).sum(axis=1) / density.sum(), abs=2e-4)


@pytest.mark.parametrize("styles", [FIRST_STYLES, KNOWN_STYLES])
def test_shipped_styles_share_all_belief(styles):
    assert sum(style.share for style in styles) == pytest.approx(1.0)
    assert len(styles) == len(set(styles)) == 6


def test_ways_are_combined_with_the_habit_of_saying_dont_know():
    found = combined((Style(0.5), Style(0.5, hole=0.1)), 0.2)
    assert [(style.share, style.hole, style.dont_know) for style in found] == [
        (pytest.approx(0.1), 0.0, True),
        (pytest.approx(0.1), 0.1, True),
        (pytest.approx(0.4), 0.0, False),
        (pytest.approx(0.4), 0.1, False),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"share": 0.0},
        {"share": float("nan")},
        {"hole": 0.5},
        {"hole": -0.1},
        {"noise": 1.0},
        {"slope": 0.0},
        {"slope": float("inf")},
        {"slope": 2.0, "hole": 0.1},
    ],
)
def test_impossible_styles_are_refused(wrong):
    with pytest.raises(InvalidStructure):
        Style(**{"share": 1.0, **wrong})


def test_where_nobody_was_met_who_says_dont_know_the_next_one_still_may():
    silent = (Style(0.7, hole=0.02, dont_know=False), Style(0.3, slope=1.6, dont_know=False))
    assert with_habit(silent) == (*silent, Style(UNHEARD, hole=0.02, dont_know=True))
    assert with_habit((*silent, Style(0.1, slope=2.0))) == (*silent, Style(0.1, slope=2.0))
    assert with_habit(()) == ()
    structure = Structure(
        (LevelStrand("s", (LevelSkill("s.1", 0.0),)),),
        (ItemModel("q", "s.1", 0.1, 0.2, 0.02, 0.5, 40.0),),
        styles=with_habit(silent),
    )
    unasked, said = (infer(compile_structure(structure), one).masteries[0] for one in ([], [("q", "dont_know")]))
    assert said < unasked - 0.2
