"""How people answer is told beside what questions are worth, and all of it goes into a bank that can be simulated."""

import json
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from pathways.cli import main
from pathways.diagnostics.calibrating import styling
from pathways.diagnostics.calibrating.banked import banked
from pathways.diagnostics.engine import LevelStrand, Style
from pathways.diagnostics.simulating.bank import read_bank
from tests.diagnostics.calibrating.collected import bank_of, laddered, rows_of, write_long
from tests.diagnostics.engine.calibration.answered import ladders_answered


def run(*words):
    return main(list(map(str, words)))


FIRST = ("--model", "level", "--bank")


def test_a_calibrated_bank_is_simulated_with_what_was_found(tmp_path, capsys):
    bank, answers, _ = laddered(tmp_path)
    proposal, after = tmp_path / "proposal.json", tmp_path / "after.json"
    assert run("calibrate", answers, *FIRST, bank, "--out", proposal, "--bank-out", after) == 0
    assert "Façons de répondre : " in capsys.readouterr().out
    found, before = json.loads(proposal.read_text("utf-8")), read_bank(bank)
    now = read_bank(after)
    for old, new in zip(before.structure.items, now.structure.items, strict=True):
        named = found["items"][new.code]["parameters"]
        assert (new.slip, new.guess) == (named["slip"], named["guess"])
        assert new != old
        assert replace(new, slip=old.slip, guess=old.guess, seconds=old.seconds) == old
    for strand in now.structure.strands:
        assert isinstance(strand, LevelStrand)
        places = [rung["threshold"] for rung in found["strands"][strand.code]["skills"]]
        assert [rung.threshold for rung in strand.skills] == pytest.approx(places, abs=2e-4)
    shares = np.array([style["share"] for style in found["styles"]])
    assert [style.share for style in now.structure.styles] == pytest.approx(shares / shares.sum())
    assert [replace(style, share=1.0) for style in now.structure.styles] == [
        Style(1.0, style["hole"], style["noise"], style["slope"], style["dont_know"]) for style in found["styles"]
    ]
    capsys.readouterr()
    assert run("simulate", "--bank", after, "--generate", "5", "--stop", "questions=6", "--json") == 0
    assert json.loads(capsys.readouterr().out)["learners"] == 5


def test_shares_are_told_with_their_errors_the_most_frequent_style_first(tmp_path):
    bank, answers, _ = laddered(tmp_path)
    assert run("calibrate", answers, *FIRST, bank, "--out", tmp_path / "p.json") == 0
    styles = json.loads((tmp_path / "p.json").read_text("utf-8"))["styles"]
    shares = [style["share"] for style in styles]
    assert sum(shares) == pytest.approx(1.0, abs=1e-5)
    assert shares == sorted(shares, reverse=True)
    assert len(styles) <= styling.MOST_STYLES
    assert all(0.0 <= style["standard_errors"]["share"] < 0.5 for style in styles)


@pytest.mark.parametrize(("dont_know", "habits"), [(0.6, True), (0.0, False)])
def test_who_says_that_they_do_not_know_is_told_from_who_never_does(tmp_path, dont_know, habits):
    world = ladders_answered(400, 3, seed=4, dont_know=dont_know)
    bank = tmp_path / "bank.json"
    bank.write_text(json.dumps(bank_of(world)), "utf-8")
    answers = write_long(tmp_path / "answers.csv", rows_of(world.cells, world.order))
    assert run("calibrate", answers, *FIRST, bank, "--out", tmp_path / "p.json") == 0
    styles = json.loads((tmp_path / "p.json").read_text("utf-8"))["styles"]
    assert sum(style["share"] for style in styles if style["dont_know"] == habits) > 0.95


def test_a_rung_at_the_end_of_its_ladder_leaves_the_ladder_where_it_was(tmp_path):
    bank = {"skills": [{"code": "a", "level": 1}, {"code": "b", "level": 2, "share": 0.3}], "items": [{"code": "q"}]}
    rungs = [{"code": "a", "threshold": -4.0}, {"code": "b", "threshold": 0.5}]
    proposal = {"model": "level", "strands": {"x": {"skills": rungs}}, "items": {}, "styles": []}
    assert banked(bank, proposal) == {**bank, "styles": []}
    del proposal["styles"]
    assert banked(bank, proposal) == bank
    rungs[0]["threshold"] = -1.0
    shares = [round(1 - NormalDist().cdf(place), 6) for place in (-1.0, 0.5)]
    assert [skill["share"] for skill in banked(bank, proposal)["skills"]] == shares


@pytest.mark.parametrize(
    "words",
    [("--model", "2pl", "--bank-out", "x.json"), (*FIRST, "{bank}", "--bank-out", "-")],
    ids=["model", "screen"],
)
def test_a_bank_is_written_to_a_file_and_from_the_model_of_ladders(tmp_path, capsys, words):
    bank, answers, _ = laddered(tmp_path, 20)
    assert run("calibrate", answers, *(word.format(bank=bank) for word in words)) == 2
    assert "--bank-out" in capsys.readouterr().err
    assert not (tmp_path / "x.json").exists()
