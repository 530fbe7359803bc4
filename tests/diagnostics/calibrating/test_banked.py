"""How people answer is told beside what questions are worth, and all of it goes into a bank that can be simulated."""

import json
from dataclasses import replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from pathways.cli import main
from pathways.diagnostics.calibrating import styling
from pathways.diagnostics.calibrating.banked import banked
from pathways.diagnostics.engine import LevelStrand, Style, compile_structure, infer
from pathways.diagnostics.simulating.bank import bank_of as bank_of_document
from pathways.diagnostics.simulating.bank import read_bank
from tests.diagnostics.calibrating.collected import bank_of, laddered, rows_of, write_long
from tests.diagnostics.engine.calibration.answered import ladders_answered

pytestmark = pytest.mark.slow  # whole calibrations, and what they found simulated


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


def item_found(answers=100, slip=0.1, guess=0.2, near=None, **more):
    ends = {"slip": slip, "guess": guess}
    pair = {} if near is None else dict(zip(("near_not_mastered", "near_mastered"), near, strict=True))
    return {"answers": answers, "parameters": ends | pair, **more}


def small(
    *places: float, styles: list[dict[str, Any]] | None = None, **found: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A bank of one ladder, an item for each rung, and a proposal for it."""
    skills = [{"code": f"s{n}", "strand": "x", "level": n + 1, "mine": 1} for n in range(len(places))]
    items = [{"code": f"q{n}", "skill": f"s{n}", "near": [0.3, 0.6]} for n in range(len(places))]
    rungs = [{"code": f"s{n}", "threshold": place} for n, place in enumerate(places)]
    named = {f"q{n}": item_found(**found) for n in range(len(places))}
    style = {"share": 1.0, "hole": 0.02, "noise": 0.0, "slope": None, "dont_know": True}
    document: dict[str, Any] = {"model": "level", "strands": {"x": {"skills": rungs}}, "items": named}
    return {"skills": skills, "items": items}, document | {"styles": styles or [style]}


def read(document):
    return bank_of_document(json.loads(json.dumps(document)), "bank")


def test_rungs_beyond_the_ends_come_to_the_ends_in_their_order():
    bank, proposal = small(-4.5, -4.0, 0.5, 3.9, 4.2)
    shares = [skill["share"] for skill in banked(bank, proposal)["skills"]]
    assert shares == sorted(shares, reverse=True)
    assert shares[2] == round(1 - NormalDist().cdf(0.5), 6)
    assert (shares[0], shares[-1]) == (0.999, 0.001)
    (strand,) = read(banked(bank, proposal)).structure.strands
    assert isinstance(strand, LevelStrand)
    assert np.diff([rung.threshold for rung in strand.skills]).min() > 0.0


@pytest.mark.parametrize(
    "found",
    [{"slip": 0.0006, "guess": 0.9989}, {"near": (0.999967, 0.999973)}, {"near": (0.6, 0.2)}],
    ids=["right", "near", "falling"],
)
def test_values_that_no_bank_takes_are_not_written(found):
    bank, proposal = small(-0.5, 0.5, **found)
    items = read(banked(bank, proposal)).structure.items
    assert [item.near for item in items] == [(0.3, 0.6)] * 2
    assert all(item.slip + item.guess < 0.9 for item in items)


def test_what_hardly_anybody_answered_stays_as_its_author_wrote_it():
    bank, proposal = small(-0.5, 0.5)
    proposal["items"]["q1"] = item_found(answers=29, slip=0.4)
    found = banked(bank, proposal)
    assert "slip" not in found["items"][1]
    assert found["items"][0]["slip"] == 0.1
    assert all("share" not in skill for skill in found["skills"])
    assert "styles" not in found


def test_what_only_its_author_understands_is_left_out_and_styles_of_the_bank_stay_where_none_were_found():
    bank, proposal = small(-0.5, 0.5)
    del proposal["styles"]
    found = banked({**bank, "note": float("nan"), "styles": [{"share": 1}]}, proposal)
    assert set(found) == {"skills", "items", "styles"}
    assert all("mine" not in skill for skill in found["skills"])


def test_where_nobody_says_that_they_do_not_know_the_next_one_may():
    silent = {"share": 1.0, "hole": 0.02, "noise": 0.0, "slope": None, "dont_know": False}
    bank, proposal = small(-0.5, 0.5, styles=[silent])
    structure = read(banked(bank, proposal)).structure
    assert any(style.dont_know for style in structure.styles)
    compiled = compile_structure(structure)
    unasked, said = (infer(compiled, answers).masteries[0] for answers in ([], [("q0", "dont_know")]))
    assert said < unasked - 0.2


@pytest.mark.parametrize("pair", [("--out", "--bank-out"), ("--out", "--bank"), ("--bank-out", "--bank")])
def test_nothing_is_written_over_what_is_read_or_written(tmp_path, capsys, pair):
    bank, answers, _ = laddered(tmp_path, 20)
    before = bank.read_bytes()
    files = {"--bank": bank, "--out": tmp_path / "out.json", "--bank-out": tmp_path / "new.json"}
    files[pair[0]] = files[pair[1]]
    words = [word for option, file in files.items() for word in (option, file)]
    assert run("calibrate", answers, "--model", "level", *words) == 2
    assert "donnent le même fichier" in capsys.readouterr().err
    assert bank.read_bytes() == before


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
