"""Partly right answers in files: what ``level`` makes of them, and that they are wrong ones for the other models."""

import json

import numpy as np
import pytest

from tests.diagnostics.calibrating.collected import bank_of, rows_of, write_long
from tests.diagnostics.calibrating.test_command import proposal
from tests.diagnostics.engine.calibration.answered import ladders_answered


def credited(folder, learners=1500, *, low=0.2, high=0.6):
    """A bank, answers to it of which some are partly right, the same with these wrong, and the items that have such."""
    world = ladders_answered(learners, 3, seed=12)
    some = np.arange(len(world.order)) % 3 == 0
    bank = folder / "bank.json"
    bank.write_text(json.dumps(bank_of(world)), "utf-8")
    told = world.partly_right(low, high, credited=some)
    near = write_long(folder / "near.csv", rows_of(told.cells, world.order))
    far = write_long(folder / "far.csv", rows_of(world.cells, world.order))
    return bank, near, far, [code for code, one in zip(world.order, some, strict=True) if one]


@pytest.mark.slow  # half a minute
def test_how_near_wrong_answers_come_is_proposed_of_items_with_partly_right_answers(tmp_path):
    bank, near, far, some = credited(tmp_path)
    found, plain = (proposal(one, "--bank", bank, model="level") for one in (near, far))
    names = {"near_mastered": 0.6, "near_not_mastered": 0.2}
    for code, one in found["items"].items():
        there = set(names) & set(one["parameters"])
        assert there == (set(names) if code in some else set())
        for name in there:
            assert abs(one["parameters"][name] - names[name]) < 3.5 * one["standard_errors"][name]
        assert one["parameters"]["slip"] == pytest.approx(plain["items"][code]["parameters"]["slip"], abs=0.05)
        assert one["answers"] == plain["items"][code]["answers"]
    assert found["data"]["outcomes"]["partly"] > 100
    assert found["data"]["answers"] == plain["data"]["answers"]
    ours, theirs = (one["run"]["parameters"] - len(one["styles"]) for one in (found, plain))
    assert ours == theirs + 2 * len(some)
    assert found["run"]["converged"]
    assert "partly" not in plain["data"]["outcomes"]
    assert all(one["why"] != "partly" for one in found["data"]["left_out"])


@pytest.mark.slow
def test_an_earlier_proposal_says_how_near_wrong_answers_come_too(tmp_path):
    bank, near, _, some = credited(tmp_path, 300)
    first = proposal(near, "--bank", bank, model="level")
    (tmp_path / "earlier.json").write_text(json.dumps(first), "utf-8")
    again = proposal(near, "--bank", bank, "--start", tmp_path / "earlier.json", model="level")
    assert again["run"]["evaluations"] < first["run"]["evaluations"]
    for code in some:
        for name in ("near_mastered", "near_not_mastered"):
            assert again["items"][code]["parameters"][name] == pytest.approx(
                first["items"][code]["parameters"][name], abs=0.01
            )


@pytest.mark.parametrize("model", ["1pl", "2pl", "4pl", "continuous"])
def test_in_other_models_partly_right_is_wrong(tmp_path, model):
    bank, near, far, _ = credited(tmp_path, 150)
    found, plain = (proposal(one, "--bank", bank, model=model) for one in (near, far))
    assert found["fit"] == plain["fit"]
    for code, one in found["items"].items():
        assert one["parameters"] == plain["items"][code]["parameters"]
    assert found["data"]["answers"] == plain["data"]["answers"]
