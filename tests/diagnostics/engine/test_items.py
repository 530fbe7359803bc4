"""What an answer says, and the values of an item that nobody has answered yet."""

import numpy as np
import pytest

from pathways.diagnostics.engine import (
    EVIDENCE,
    InvalidStructure,
    Outcome,
    carries_evidence,
    expected_seconds,
    first_guess,
    first_model,
)
from tests.diagnostics.engine.ladders import item


def test_only_real_answers_are_evidence():
    assert [outcome for outcome in Outcome if carries_evidence(outcome)] == [*EVIDENCE, Outcome.PARTLY]
    assert not carries_evidence(Outcome.NOT_UNDERSTOOD)
    assert not carries_evidence(Outcome.NOT_TRIED)


def test_the_two_classes_answer_as_the_formula_says():
    not_mastered, mastered = item("q", "A1", slip=0.1, guess=0.25, dont_know=(0.03, 0.5)).response()
    assert mastered == pytest.approx([0.97 * 0.9, 0.97 * 0.1, 0.03])
    assert not_mastered == pytest.approx([0.5 * 0.25, 0.5 * 0.75, 0.5])


def test_no_answer_is_ever_held_impossible():
    rows = item("q", "A1", slip=0.0, guess=0.0, dont_know=(0.0, 0.0)).response()
    assert rows.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert rows.min() > 0.0049
    assert np.ptp(np.log(rows)) < np.log(200.0)


@pytest.mark.parametrize(
    ("kind", "options", "keys", "guess"),
    [
        ("choice", 4, 1, 0.25),
        ("pictures", 3, 1, 1 / 3),
        ("zone", 2, 1, 0.5),
        ("choices", 4, 2, 1 / 6),
        ("choices", 8, 4, 0.05),
        ("order", 0, 1, 0.05),
        ("match", 0, 1, 0.05),
        ("text", 0, 1, 0.05),
        ("observed", 0, 1, 0.05),
    ],
)
def test_guessing_is_one_over_the_possible_answers(kind, options, keys, guess):
    assert first_guess(kind, options=options, keys=keys) == pytest.approx(guess)


@pytest.mark.parametrize(
    ("kind", "options", "keys"), [("choice", 1, 1), ("choice", 0, 1), ("choices", 3, 3), ("poem", 4, 1)]
)
def test_a_question_without_choice_is_refused(kind, options, keys):
    with pytest.raises(InvalidStructure):
        first_guess(kind, options=options, keys=keys)


def test_time_grows_with_words_and_handling():
    assert expected_seconds("choice", 0) < expected_seconds("choice", 20) < expected_seconds("order", 20)
    for kind, words in (("choice", -1), ("poem", 3)):
        with pytest.raises(InvalidStructure):
            expected_seconds(kind, words)


def test_the_model_of_the_first_day():
    model = first_model("q", "A1", kind="choice", words=20, options=4)
    assert (model.slip, model.guess, model.dont_know_mastered, model.dont_know_not_mastered) == (
        0.10,
        0.25,
        0.03,
        0.50,
    )
    assert model.seconds == expected_seconds("choice", 20)
