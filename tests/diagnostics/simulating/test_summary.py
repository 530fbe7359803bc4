"""The summary, worked by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pathways.diagnostics.simulating.learners import Learner
from pathways.diagnostics.simulating.sittings import Sitting
from pathways.diagnostics.simulating.summary import Summary, outline
from pathways.diagnostics.simulating.telling import told

HEAD = {"policy": "engine", "seed": 1, "dont_know_offered": False}


def sitting(mastery: list[list[float]], items: str, truth: list[int] | None, stopped: str = "longest") -> Sitting:
    known = [] if truth is None else [np.array(truth, dtype=bool)] * len(mastery)
    rows = [np.array(row) for row in mastery]
    clock = [40.0 * n for n in range(len(items) + 1)]
    return Sitting(Learner("p", {}), list(items), ["correct"] * len(items), rows, known, clock[-1], stopped, clock)


def summed(*sittings: Sitting) -> dict:
    summary = Summary(2, tuple("xyz"))
    for one in sittings:
        summary.add(outline(one))
    return summary.to_document()


@pytest.fixture
def two() -> dict:
    sure = sitting([[0.5, 0.4], [0.95, 0.05]], "x", [1, 0], "all_decided")
    less = sitting([[0.5, 0.4], [0.6, 0.4], [0.92, 0.7]], "xy", [0, 1])
    return summed(sure, less)


@pytest.mark.parametrize(("learners", "least"), [(2, 0.2236), (3, 0.3684), (58, 0.9497)])
def test_a_few_people_without_an_error_do_not_prove_that_there_are_none(learners, least):
    """That 95 % are right throughout is not excluded before 59 of 59 are."""
    found = summed(*[sitting([[0.9, 0.1]], "", [1, 0])] * learners)
    assert found["accuracy"] == 1.0
    assert found["accuracy_interval"] == [pytest.approx(least, abs=1e-4), 1.0]


def test_people_who_are_alike_in_one_error_leave_room_on_both_sides():
    found = summed(*[sitting([[0.9, 0.9]], "", [1, 0])] * 30)
    assert found["accuracy_interval"] == [pytest.approx(0.4050, abs=1e-4), pytest.approx(0.5950, abs=1e-4)]


def test_length_is_told_by_mean_and_quantiles(two):
    assert two["questions"] == {
        "mean": 1.5,
        "min": 1,
        "p10": 1.1,
        "p25": 1.25,
        "p50": 1.5,
        "p75": 1.75,
        "p90": 1.9,
        "max": 2,
    }
    assert two["seconds"]["mean"] == 60.0
    assert two["stopped"] == {"all_decided": 0.5, "longest": 0.5}


def test_accuracy_is_held_against_what_was_claimed(two):
    assert two["accuracy"] == pytest.approx((1.0 + 0.5) / 2)
    assert two["claimed_accuracy"] == pytest.approx((0.95 + 0.81) / 2)
    assert two["claimed_minus_true"] == pytest.approx(0.88 - 0.75)
    assert two["exact_profiles"] == 0.5
    assert two["accuracy_interval"] == [pytest.approx(0.75 - 0.49), 1.0]


def test_labels_are_counted_and_held_against_the_truth(two):
    assert two["mastered"] == {"count": 2, "known": 2, "right": 0.5}
    assert two["not_mastered"] == {"count": 1, "known": 1, "right": 1.0}
    assert two["undecided"] == pytest.approx(1 / 4)


def test_the_calibration_error_weighs_ten_bins(two):
    bins = {9: ([0.95, 0.92], [1, 0]), 0: ([0.05], [0]), 7: ([0.7], [1])}
    expected = sum(len(p) / 4 * abs(np.mean(p) - np.mean(x)) for p, x in bins.values())
    assert two["calibration_error"] == pytest.approx(expected)


def test_exposure_counts_items_and_pairs(two):
    assert two["exposure"] == {"max": 1.0, "overlap": pytest.approx(1 / 1.5), "never_used": 1}


def test_the_curve_keeps_the_last_values_of_those_who_stopped(two):
    assert [point["n"] for point in two["curve"]] == [0, 1, 2]
    assert [point["asking"] for point in two["curve"]] == [1.0, 1.0, 0.5]
    assert [point["accuracy"] for point in two["curve"]] == pytest.approx([(1.0 + 0.0) / 2, (1.0 + 0.0) / 2, 0.75])
    assert [point["claimed_accuracy"] for point in two["curve"]] == pytest.approx([0.55, (0.95 + 0.6) / 2, 0.88])


def test_without_truth_only_what_is_claimed_is_known():
    document = summed(sitting([[0.5, 0.4], [0.95, 0.3]], "x", None))
    assert document["known_truth"] == 0
    assert document["claimed_accuracy"] == pytest.approx(0.825)
    for name in ("accuracy", "accuracy_interval", "claimed_minus_true", "exact_profiles", "calibration_error"):
        assert document[name] is None
    assert document["mastered"] == {"count": 1, "known": 0, "right": None}
    assert [point["accuracy"] for point in document["curve"]] == [None, None]
    assert "inconnu" in told(HEAD | document)


def test_truth_is_held_only_against_those_of_whom_it_is_known():
    document = summed(sitting([[0.9, 0.9]], "", None), sitting([[0.6, 0.6]], "", [1, 1]))
    assert (document["learners"], document["known_truth"]) == (2, 1)
    assert document["claimed_accuracy"] == pytest.approx(0.75)
    assert document["claimed_minus_true"] == pytest.approx(-0.4)
    assert document["mastered"] == {"count": 2, "known": 0, "right": None}


def test_nothing_asked_has_no_overlap():
    document = summed(sitting([[0.5, 0.5]], "", None, "nothing_to_gain"))
    assert document["exposure"] == {"max": 0.0, "overlap": None, "never_used": 3}
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_truth_is_that_of_the_end_where_it_changes():
    one = sitting([[0.9, 0.1], [0.9, 0.1]], "x", [0, 0])
    one.truth[1] = np.array([True, False])
    document = summed(one)
    assert document["accuracy"] == 1.0
    assert [point["accuracy"] for point in document["curve"]] == [0.5, 1.0]


def test_a_person_reads_it_in_french(two):
    text = told(HEAD | two)
    assert "Justesse vraie" in text
    assert "75,0 %" in text
    assert "13,0 points" in text


def test_questions_and_seconds_to_a_share_that_is_right():
    soon = sitting([[0.6, 0.4], [0.9, 0.8]], "x", [1, 1])
    late = sitting([[0.6, 0.4], [0.7, 0.3], [0.7, 0.6]], "xy", [1, 1])
    reached = summed(soon, late)["reached"]
    assert [one["accuracy"] for one in reached] == [0.85, 0.9, 0.95]
    assert [one["questions"] for one in reached] == pytest.approx([1.4, 1.6, 1.8])
    assert [one["seconds"] for one in reached] == pytest.approx([56.0, 64.0, 72.0])


def test_what_is_never_reached_or_not_known_is_told_as_nothing(two):
    assert [(one["questions"], one["seconds"]) for one in two["reached"]] == [(None, None)] * 3
    assert summed(sitting([[0.5, 0.5]], "", None))["reached"] is None


def test_what_is_right_from_the_first_costs_nothing():
    reached = summed(sitting([[0.6, 0.4], [0.6, 0.4]], "x", [1, 0]))["reached"]
    assert [(one["questions"], one["seconds"]) for one in reached] == [(0.0, 0.0)] * 3
