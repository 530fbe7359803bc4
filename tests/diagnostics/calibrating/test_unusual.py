"""``pathways calibrate`` on what is unusual: starts from far away, questions across ladders, odd columns."""

import json

import pytest

from tests.diagnostics.calibrating.collected import HEADER, bank_of, laddered, rows_of, write_long
from tests.diagnostics.calibrating.test_command import calibrate, proposal
from tests.diagnostics.engine.calibration.answered import ladders_answered

pytestmark = pytest.mark.slow  # whole calibrations, from far away

FAR = [
    {"offset": -100.0},
    {"strands": {"s00": {"correlation": -1.0, "skills": []}}},
    {"strands": {"s00": {"skills": [{"code": f"s00.{rung}", "threshold": 90.0} for rung in range(4)]}}},
]


@pytest.mark.parametrize("strange", FAR, ids=["offset", "correlation", "thresholds"])
def test_a_start_from_far_away_ends_where_any_other_does(tmp_path, strange):
    bank, answers, _ = laddered(tmp_path, 100)
    usual = proposal(answers, "--bank", bank, model="level")
    start = tmp_path / "start.json"
    start.write_text(json.dumps({"format": "calibration-1", "model": "level", **strange}), "utf-8")
    found = proposal(answers, "--bank", bank, "--start", start, model="level")
    assert found["fit"]["log_likelihood"] == pytest.approx(usual["fit"]["log_likelihood"], abs=0.5)
    assert abs(found["offset"] - usual["offset"]) < 0.05


def test_rungs_that_are_no_list_are_told(tmp_path, capsys):
    bank, answers, _ = laddered(tmp_path, 20)
    start = tmp_path / "start.json"
    start.write_text('{"format": "calibration-1", "model": "level", "strands": {"s00": {"skills": 5}}}', "utf-8")
    assert calibrate(answers, "--model", "level", "--bank", bank, "--start", start) == 2
    assert "strands.s00.skills : attendu une liste" in capsys.readouterr().err


def test_languages_are_written_in_plain_signs_and_there_are_not_thousands(tmp_path, capsys):
    header = (*HEADER, "language")
    wrong = write_long(tmp_path / "wrong.csv", [("p", "q", "correct", "\x1b[31m")], header)
    assert calibrate(wrong, "--model", "2pl") == 2
    assert "\x1b" not in (said := capsys.readouterr().err)
    assert "langue" in said
    many = write_long(tmp_path / "many.csv", [(f"p{n}", "q", "correct", f"l{n}") for n in range(1100)], header)
    assert calibrate(many, "--model", "2pl") == 2
    assert "plus de 1000 langues" in capsys.readouterr().err


def test_a_bank_all_of_whose_questions_are_left_out_says_why(tmp_path, capsys):
    bank, answers, _ = laddered(tmp_path, 20)
    document = json.loads(bank.read_text("utf-8"))
    for one in document["items"]:
        del one["skill"]
        one["skills"] = ["s00.0", "s01.0"]
    bank.write_text(json.dumps(document), "utf-8")
    assert calibrate(answers, "--model", "continuous", "--bank", bank) == 2
    assert "micro-compétences de plusieurs filières : 24" in capsys.readouterr().err


def crossed(bank, *needs):
    """Let the first items of a bank each ask several micro-skills; returns their codes."""
    document = json.loads(bank.read_text("utf-8"))
    for one, skills in zip(document["items"], needs, strict=False):
        one["skills"] = skills
        del one["skill"]
    bank.write_text(json.dumps(document), "utf-8")
    return [one["code"] for one in document["items"][: len(needs)]]


@pytest.mark.parametrize("model", ["level", "continuous"])
def test_an_item_of_several_strands_ties_ladders_together_and_is_left_out_where_there_are_none(tmp_path, model):
    bank, answers, world = laddered(tmp_path, 200)
    across, along = crossed(bank, ["s00.0", "s01.0"], ["s00.0", "s00.2"])
    found = proposal(answers, "--bank", bank, model=model)
    assert along in found["items"]
    assert [len(one["skills"]) for one in found["strands"].values()] == [4, 4, 4]
    if model == "level":
        assert set(found["items"]) == set(world.order)
        assert "styles" not in found
        return
    left_out = next(one for one in found["data"]["left_out"] if one["why"] == "item_left_out")
    assert left_out == {"why": "item_left_out", "answers": 200, "items": {across: "needs_several_strands"}}
    assert set(found["items"]) == set(world.order) - {across}


def test_an_item_that_would_tie_too_many_strands_is_left_out(tmp_path):
    world = ladders_answered(150, 5, seed=3)
    bank = tmp_path / "bank.json"
    bank.write_text(json.dumps(bank_of(world)), "utf-8")
    answers = write_long(tmp_path / "answers.csv", rows_of(world.cells, world.order))
    two, four = crossed(bank, ["s00.0", "s01.0"], ["s01.1", "s02.0", "s03.0", "s04.0"])
    found = proposal(answers, "--bank", bank, model="level")
    assert two in found["items"]
    left_out = next(one for one in found["data"]["left_out"] if one["why"] == "item_left_out")
    assert left_out == {"why": "item_left_out", "answers": 150, "items": {four: "ties_too_many_strands"}}
