"""Answers that do not hold together: what is told, what never is, and how often on synthetic learners."""

from math import exp

import numpy as np
import pytest

from pathways.diagnostics.engine import Outcome, UnknownItem, UnknownOutcome, compile_structure
from pathways.diagnostics.engine.mixing import infer_mixture
from pathways.diagnostics.engine.mixture import mix
from pathways.diagnostics.engine.person_fit import STRONGEST_PACE, person_fit
from pathways.diagnostics.engine.population import SMALL_POPULATION
from pathways.diagnostics.engine.styles import Style
from tests.diagnostics.engine.ladders import even

MIXTURE = mix(compile_structure(even(4), SMALL_POPULATION), [Style(1.0, hole=0.03), Style(1.0, dont_know=False)])
ITEMS = {item.code: item for item in MIXTURE.compiled.structure.items}
RUNG = {item.code: int(item.skill[-1]) for item in ITEMS.values()}


def sitting(rng, questions, *, level=None, pace=1.0):
    """Answers of somebody who masters the rungs up to ``level`` everywhere, or who taps at random."""
    answers, left = [], list(MIXTURE.compiled.item_codes)
    for _ in range(questions):
        bits = infer_mixture(MIXTURE, [answer[:2] for answer in answers]).information()
        code = max(left, key=lambda one: bits[MIXTURE.compiled.item_index[one]])
        left.remove(code)
        mastered = level is not None and RUNG[code] <= level
        right = rng.random() < (0.9 if mastered else ITEMS[code].guess)
        seconds = pace * ITEMS[code].seconds * exp(0.4 * rng.standard_normal())
        answers.append((code, Outcome.CORRECT if right else Outcome.INCORRECT, seconds))
    return answers


def without_pace(answers):
    return [(code, outcome, None) for code, outcome, _ in answers]


def test_chance_is_compared_with_the_profile_question_after_question():
    answers = sitting(np.random.default_rng(1), 6, level=2)
    expected = 0.0
    for place, (code, outcome, _) in enumerate(answers):
        predicted = infer_mixture(MIXTURE, [answer[:2] for answer in answers[:place]]).predicted(code)
        right = predicted[Outcome.CORRECT] / (predicted[Outcome.CORRECT] + predicted[Outcome.INCORRECT])
        guess = ITEMS[code].guess
        expected += np.log(guess / right if outcome == Outcome.CORRECT else (1 - guess) / (1 - right))
    found = person_fit(MIXTURE, without_pace(answers))
    assert found.value == pytest.approx(expected)
    assert found.pace == 0.0


def test_right_on_hard_questions_and_wrong_on_easy_ones_is_told():
    answers = [
        (code, Outcome.CORRECT if RUNG[code] > 4 else Outcome.INCORRECT, 5.0)
        for code in ITEMS
        if "-1-0" in code or "-6-" in code
    ]
    steady = [(code, Outcome.INCORRECT if RUNG[code] > 4 else Outcome.CORRECT, 30.0) for code, _, _ in answers]
    assert person_fit(MIXTURE, answers).value > person_fit(MIXTURE, steady).value + 5.0
    assert not person_fit(MIXTURE, steady).told


def test_no_answer_says_nothing():
    assert person_fit(MIXTURE, []) == person_fit(MIXTURE, [(next(iter(ITEMS)), Outcome.NOT_UNDERSTOOD, 3.0)])


def test_dont_know_speaks_for_neither_side():
    """It moves what is expected of later answers, and adds nothing itself."""
    answers = [(code, Outcome.DONT_KNOW, None) for code in list(ITEMS)[:8]]
    assert person_fit(MIXTURE, answers).value == 0.0


def test_a_pace_like_tapping_counts_and_is_bounded():
    answers = sitting(np.random.default_rng(2), 8, level=1)
    fast, slow, away = (
        person_fit(MIXTURE, [(code, outcome, seconds * factor) for code, outcome, seconds in answers])
        for factor in (0.1, 1.0, 3.0)
    )
    assert fast.pace == pytest.approx(STRONGEST_PACE)
    assert slow.pace < -2.0
    assert away.pace == pytest.approx(-STRONGEST_PACE)


def test_who_was_away_is_not_slow():
    answers = sitting(np.random.default_rng(3), 6, level=1)
    left = [(*answers[0][:2], 5000.0), *answers[1:]]
    assert person_fit(MIXTURE, left).pace == pytest.approx(
        person_fit(MIXTURE, [(*answers[0][:2], None), *answers[1:]]).pace
    )


@pytest.mark.slow
def test_most_who_tap_are_told_and_hardly_any_honest_beginner():
    rng = np.random.default_rng(4)
    told = {
        name: np.mean([person_fit(MIXTURE, sitting(rng, 12, level=level, pace=pace)).told for _ in range(40)])
        for name, level, pace in (
            ("tapping", None, 0.2),
            ("beginners", 1, 1.0),
            ("nothing yet", 0, 1.0),
            ("experts in a hurry", 6, 0.3),
        )
    }
    assert told["tapping"] >= 0.9
    assert max(told["beginners"], told["nothing yet"], told["experts in a hurry"]) <= 0.1


def test_unknown_codes_are_refused():
    with pytest.raises(UnknownItem):
        person_fit(MIXTURE, [("nothing", Outcome.CORRECT, None)])
    with pytest.raises(UnknownOutcome):
        person_fit(MIXTURE, [(next(iter(ITEMS)), "perhaps", None)])
