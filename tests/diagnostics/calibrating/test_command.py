"""``pathways calibrate``, from the words that are typed to the bytes that are written."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pathways.cli import main
from pathways.diagnostics.calibrating import partitions
from tests.diagnostics.calibrating.collected import HEADER, laddered, ordinary, rows_of, write_long, write_wide
from tests.diagnostics.engine.calibration.answered import answered, rmse


def calibrate(*words):
    return main(["calibrate", *map(str, words)])


def proposal(path, *words, model="2pl"):
    out = Path(path).with_suffix(".json")
    assert calibrate(path, "--model", model, "--out", out, *words) == 0
    return json.loads(out.read_text("utf-8"))


@pytest.fixture
def simple(tmp_path):
    return write_long(tmp_path / "simple.csv", rows_of(ordinary()))


def test_an_ordinary_test_becomes_a_proposal(tmp_path, capsys):
    test = answered(800, 20, seed=3)
    found = proposal(write_wide(tmp_path / "wide.csv", test.cells))
    items = found["items"]
    assert list(items) == sorted(items)
    assert rmse([items[f"q{n:02}"]["parameters"]["difficulty"] for n in range(20)], test.difficulty) < 0.15
    assert rmse([items[f"q{n:02}"]["parameters"]["slope"] for n in range(20)], test.slope) < 0.2
    assert all(0.0 < one["standard_errors"]["difficulty"] < 1.0 for one in items.values())
    assert all(one["answers"] == 800 for one in items.values())
    assert found["run"]["converged"]
    assert np.diff(found["run"]["penalised_log_likelihood"]).min() >= -1e-5
    assert found["fit"]["log_likelihood"] == found["run"]["log_likelihood"][-1]
    assert (found["model"], found["format"]) == ("2pl", "calibration-1")
    assert "Rien n'a été changé" in capsys.readouterr().out


@pytest.mark.parametrize("model", ["1pl", "4pl"])
def test_the_other_models_of_one_ability_are_there(simple, model):
    found = proposal(simple, model=model)
    names = {"slope", "difficulty"} | ({"slip", "guess"} if model == "4pl" else set())
    assert all(set(one["parameters"]) == names for one in found["items"].values())
    if model == "1pl":
        assert len({one["parameters"]["slope"] for one in found["items"].values()}) == 1


@pytest.mark.parametrize("model", ["level", "continuous"])
def test_a_bank_gives_micro_skills(tmp_path, model):
    bank, answers, world = laddered(tmp_path, 600)
    found = proposal(answers, "--bank", bank, model=model)
    assert list(found["strands"]) == [strand.code for strand in world.strands]
    thresholds = [skill["threshold"] for strand in found["strands"].values() for skill in strand["skills"]]
    assert rmse(thresholds, world.thresholds.ravel()) < (0.15 if model == "level" else 0.5)
    assert all(0.4 < strand["correlation"] < 0.95 for strand in found["strands"].values())
    assert found["data"]["dont_know"] == "outcome"
    named = {"slip", "guess", "dont_know_mastered", "dont_know_not_mastered"}
    named |= {"slope", "difficulty"} if model == "continuous" else set()
    assert all(set(one["parameters"]) == named for one in found["items"].values())


def test_a_bank_does_not_hinder_an_ordinary_model_and_names_what_nobody_answered(tmp_path):
    bank, answers, world = laddered(tmp_path, 100)
    kept = [line for line in answers.read_text("utf-8").splitlines() if world.order[3] not in line]
    answers.write_text("\n".join(kept), "utf-8")
    found = proposal(answers, "--bank", bank)
    assert found["items"][world.order[3]]["answers"] == 0
    assert found["items"][world.order[3]]["findings"] == [{"kind": "not_enough_data", "answers": 0.0}]
    assert world.order[3] in found["findings"]["not_enough_data"]
    assert found["data"]["dont_know"] == "incorrect"


def test_an_item_that_the_bank_does_not_know_is_told_with_its_line(tmp_path, capsys):
    bank, answers, _ = laddered(tmp_path, 20)
    with answers.open("a", encoding="utf-8") as file:
        file.write("p1,elsewhere,correct\n")
    assert calibrate(answers, "--model", "level", "--bank", bank, "--out", tmp_path / "out.json") == 2
    lines = len(answers.read_text("utf-8").splitlines())
    assert f"ligne {lines} : aucune question de la banque n'a le code « elsewhere »" in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


def test_the_joint_models_need_a_bank(simple, capsys):
    assert calibrate(simple, "--model", "level") == 2
    assert "demande --bank" in capsys.readouterr().err


def test_a_wrong_bank_is_told(simple, tmp_path, capsys):
    (tmp_path / "bank.json").write_text('{"skills": []}', "utf-8")
    assert calibrate(simple, "--model", "level", "--bank", tmp_path / "bank.json") == 2
    assert "bank.json" in capsys.readouterr().err


def test_prerequisites_between_strands_are_said_not_to_be_used(tmp_path, capsys):
    bank, answers, _ = laddered(tmp_path, 60)
    document = json.loads(bank.read_text("utf-8"))
    document["skills"][0]["requires"] = [["s01.0", "s02.0"]]
    bank.write_text(json.dumps(document), "utf-8")
    assert proposal(answers, "--bank", bank, model="level")["requirements_not_used"] == 1
    assert "dont ce modèle ne se sert pas : 1" in capsys.readouterr().out


@pytest.mark.parametrize("model", ["2pl", pytest.param("level", marks=pytest.mark.slow)])
def test_the_number_of_processes_changes_no_byte(tmp_path, monkeypatch, model):
    monkeypatch.setattr(partitions, "ANSWERS_AT_ONCE", 1500)
    bank, answers, _ = laddered(tmp_path, 300)
    one, three = (tmp_path / f"{jobs}.json" for jobs in (1, 3))
    for out, jobs in ((one, 1), (three, 3)):
        assert calibrate(answers, "--model", model, "--bank", bank, "--jobs", jobs, "--out", out) == 0
    assert one.read_bytes() == three.read_bytes()


@pytest.mark.slow
def test_the_number_of_partitions_changes_nothing_that_counts(tmp_path, monkeypatch):
    bank, answers, _ = laddered(tmp_path, 300)
    found = []
    for size in (250_000, 400):
        monkeypatch.setattr(partitions, "ANSWERS_AT_ONCE", size)
        found.append(proposal(answers, "--bank", bank, model="level"))
    whole, parts = found
    for code, one in whole["items"].items():
        assert parts["items"][code]["parameters"] == pytest.approx(one["parameters"], abs=2e-5)
        assert parts["items"][code]["fit"]["right"] == one["fit"]["right"]
    assert whole["data"] == parts["data"]


def test_the_same_answers_give_the_same_bytes(simple, tmp_path):
    outs = [tmp_path / "a.json", tmp_path / "b.json"]
    for out in outs:
        calibrate(simple, "--model", "2pl", "--out", out)
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_a_proposal_is_where_the_next_run_begins(simple, tmp_path):
    first = proposal(simple)
    again = tmp_path / "again.json"
    assert calibrate(simple, "--model", "2pl", "--start", simple.with_suffix(".json"), "--out", again) == 0
    second = json.loads(again.read_text("utf-8"))
    assert second["run"]["evaluations"] <= 4 < first["run"]["evaluations"]
    assert second["run"]["drift_from"] == "earlier"
    for code, one in first["items"].items():
        assert second["items"][code]["parameters"] == pytest.approx(one["parameters"], abs=1e-3)


@pytest.mark.parametrize(
    "model", ["1pl", "4pl", *(pytest.param(one, marks=pytest.mark.slow) for one in ("level", "continuous"))]
)
def test_any_model_begins_where_it_ended(tmp_path, model):
    bank, answers, _ = laddered(tmp_path, 200)
    words = ("--bank", bank)
    first = proposal(answers, *words, model=model)
    again = tmp_path / "again.json"
    start = ("--start", answers.with_suffix(".json"), "--out", again)
    assert calibrate(answers, "--model", model, *words, *start) == 0
    second = json.loads(again.read_text("utf-8"))
    assert second["run"]["penalised_log_likelihood"][0] == pytest.approx(
        first["run"]["penalised_log_likelihood"][-1],
        abs=0.5 if model == "level" else 0.01,  # styles are tried again in between
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "attendu une proposition"),
        ("[1]", "attendu une proposition"),
        ('{"format": "calibration-1", "model": "4pl"}', "attendu le modèle 2pl"),
        ('{"format": "calibration-1", "model": "2pl", "items": [1]}', "attendu un objet"),
        ('{"format": "calibration-1", "model": "2pl", "items": {"q00": {"parameters": {"slope": "x"}}}}', "un nombre"),
        ('{"format": "calibration-1", "model": "2pl", "items": {"q00": {"parameters": {"slope": 1e9}}}}', "un nombre"),
        ("{", "ligne 1"),
    ],
)
def test_a_start_that_is_no_proposal_is_told(simple, tmp_path, capsys, text, said):
    (tmp_path / "start.json").write_text(text, "utf-8")
    assert calibrate(simple, "--model", "2pl", "--start", tmp_path / "start.json") == 2
    assert said in capsys.readouterr().err


def test_two_languages_are_linked_and_a_bad_translation_is_told(tmp_path):
    french = answered(900, 16, seed=4, slopes=1.2, difficulties=np.linspace(-1.0, 1.0, 16))
    harder = np.where(np.arange(16) % 8 == 0, 1.0, 0.0)
    other = answered(900, 16, seed=5, slopes=french.slope, difficulties=french.difficulty + harder, shift=-0.6)
    rows = [(f"f{a}", b, c, "fr") for a, b, c in rows_of(french.cells)]
    rows += [(f"a{a}", b, c, "ar") for a, b, c in rows_of(other.cells)]
    rows += [(f"x{n}", "q03", "not_understood", "ar") for n in range(150)]
    found = proposal(write_long(tmp_path / "two.csv", rows, (*HEADER, "language")))
    arabic = found["languages"]["ar"]
    assert found["languages"]["fr"]["reference"]
    assert not arabic["reference"]
    assert arabic["mean"] == pytest.approx(-0.6, abs=0.15)
    assert arabic["link"] == {"common_items": 16, "median_shift": pytest.approx(0.0, abs=0.03), "enough": True}
    bad = found["items"]["q08"]["languages"]
    assert bad["ar"]["shift"] == pytest.approx(1.0, abs=0.35)
    assert bad["ar"]["functioning"]["class"] == "C"
    assert bad["ar"]["functioning"]["delta"] < -1.5
    assert bad["fr"] == {"answers": 900, "not_understood": 0, "shift": 0.0, "standard_error": 0.0}
    assert {"q00", "q08"} <= set(found["findings"]["differential_functioning"])
    assert found["findings"]["language_trouble"] == ["q03"]


def test_too_few_answers_in_a_language_are_said_to_be_too_few(tmp_path):
    cells = ordinary(240, 10)
    rows = [(a, b, c, "fr" if int(a[1:]) < 160 else "ar") for a, b, c in rows_of(cells)]
    found = proposal(write_long(tmp_path / "two.csv", rows, (*HEADER, "language")))
    classes = {one["languages"]["ar"]["functioning"]["class"] for one in found["items"].values()}
    assert classes == {"few"}


def test_the_language_of_reference_may_be_chosen(tmp_path):
    rows = [(a, b, c, "fr" if int(a[1:]) < 150 else "ar") for a, b, c in rows_of(ordinary())]
    path = write_long(tmp_path / "two.csv", rows, (*HEADER, "language"))
    found = proposal(path, "--reference", "ar")
    assert found["languages"]["ar"]["reference"]
    assert found["languages"]["ar"]["mean"] == 0.0
    assert not found["languages"]["fr"]["reference"]


def test_times_are_summed_up_without_pauses(tmp_path):
    rows = [
        (f"p{n}", f"q{m}", str(n % 2), str(seconds)) for n in range(4) for m, seconds in enumerate((20 + 10 * n, 4000))
    ]
    found = proposal(write_long(tmp_path / "times.csv", rows, (*HEADER, "seconds")))
    times = found["items"]["q0"]["seconds"]
    assert times["median"] == pytest.approx(float(np.exp(np.mean(np.log([20, 30, 40, 50])))), rel=1e-5)
    assert times["answers"] == 4
    assert times["expected"] > times["median"]
    assert "seconds" not in found["items"]["q1"]


def test_a_wrong_answer_that_all_choose_and_a_key_that_the_best_do_not_choose_are_told(tmp_path):
    test = answered(400, 12, seed=6)
    cells = test.cells.copy()
    best = test.ability > 0.3
    cells[:, 5] = np.where(best, 1, 0)  # the best choose what the key calls wrong
    choices = np.where(cells == 0, "a", "b")
    choices[(cells == 1) & (np.arange(400)[:, None] % 3 == 0)] = "c"
    rows = [(f"p{n}", f"q{m:02}", str(1 - cells[n, m]), choices[n, m]) for n in range(400) for m in range(12)]
    rows += [(f"x{n}", "q07", "0", "c") for n in range(900)]
    found = proposal(write_long(tmp_path / "choices.csv", rows, (*HEADER, "choice")))
    suspect = next(one for one in found["items"]["q05"]["findings"] if one["kind"] == "key_suspect")
    assert suspect["choice"] == "b"
    assert found["items"]["q05"]["parameters"]["slope"] < 0.0
    assert any(one["kind"] == "distractor" and one["choice"] == "c" for one in found["items"]["q07"]["findings"])
    assert "q05" in found["findings"]["key_suspect"]


def test_an_item_that_moved_since_the_earlier_proposal_is_told(tmp_path):
    before = answered(900, 25, seed=7, slopes=1.3)
    first = write_long(tmp_path / "before.csv", rows_of(before.cells))
    proposal(first)
    moved = before.difficulty + np.where(np.arange(25) == 9, 0.9, 0.0)
    after = answered(900, 25, seed=8, slopes=1.3, difficulties=moved)
    found = proposal(write_long(tmp_path / "after.csv", rows_of(after.cells)), "--start", first.with_suffix(".json"))
    drift = next(one for one in found["items"]["q09"]["findings"] if one["kind"] == "drift")
    assert drift["side"] == "harder"
    assert drift["highest"] > drift["alarm"]
    assert found["findings"]["drift"] == ["q09"]


@pytest.mark.slow
def test_slip_and_guess_come_near_the_truth_with_many_answers(tmp_path):
    bank, answers, world = laddered(tmp_path, 2000, seed=9, asked=20)
    found = proposal(answers, "--bank", bank, model="level")
    slips = [found["items"][code]["parameters"]["slip"] for code in world.order]
    assert rmse(slips, world.slip) < rmse(0.1, world.slip)


def test_nothing_is_written_where_it_cannot_be(simple, tmp_path, capsys):
    assert calibrate(simple, "--model", "2pl", "--out", tmp_path / "nowhere" / "out.json") == 2
    assert "ne peut pas être écrit" in capsys.readouterr().err


@pytest.mark.parametrize("jobs", ["0", "-1", "x", "1000", "1.5", ""])
def test_a_number_of_processes_is_a_number(simple, capsys, jobs):
    assert calibrate(simple, "--model", "2pl", "--jobs", jobs) == 2
    assert "--jobs attend un nombre" in capsys.readouterr().err


def test_the_proposal_goes_to_the_screen_and_the_summary_beside_it(simple, capfdbinary):
    assert calibrate(simple, "--model", "2pl") == 0
    out, err = capfdbinary.readouterr()
    assert json.loads(out)["model"] == "2pl"
    assert "Modèle 2pl" in err.decode()


def test_one_learner_and_one_answer_are_enough_to_say_that_they_are_not(tmp_path):
    found = proposal(write_long(tmp_path / "one.csv", [("p", "q", "1")]))
    assert found["items"]["q"]["findings"] == [{"kind": "not_enough_data", "answers": 1.0}]
    assert found["run"]["converged"]


def _command(*words):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "pathways.cli", "calibrate", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )


def _folders(tmp_path):
    return sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("jobs", [1, 2])
def test_who_ends_it_finds_nothing_left(tmp_path, monkeypatch, jobs, sign, code):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "room"))
    (tmp_path / "room").mkdir()
    rows = rows_of(answered(6000, 60, seed=10).cells)
    data = write_long(tmp_path / "large.csv", rows)
    (tmp_path / "out").mkdir()
    with _command(data, "--model", "4pl", "--jobs", jobs, "--out", tmp_path / "out" / "p.json") as process:
        deadline = time.monotonic() + 120
        while not any((tmp_path / "room").glob("*/*")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(sign)
        _, err = process.communicate(timeout=120)
    assert process.returncode == code
    assert b"Traceback" not in err
    assert _folders(tmp_path / "room") == []
    assert _folders(tmp_path / "out") == []


def test_a_pipe_that_closes_ends_it_quietly(simple):
    with _command(simple, "--model", "2pl") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
    assert process.returncode in {0, 1}
    assert b"Traceback" not in err


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        calibrate("--help")
    assert ended.value.code == 0
    assert "pathways calibrate reponses.csv --model 2pl" in capsys.readouterr().out
