"""That what the engine is measured by is right, and runs: each measure on a tiny setting, without the peers."""

import sys
from concurrent.futures import Future

import numpy as np
import pytest

from benchmarks import (
    __main__,
    accuracy_generators,
    accuracy_questions,
    accuracy_seconds,
    calibration,
    calibration_growth,
    next_question,
)
from benchmarks.accuracy_banks import (
    EvenLearners,
    EvenPopulation,
    even_shape,
    forest_bank,
    graph_bank,
    plain,
    simulated,
    uneven_shape,
)
from benchmarks.accuracy_calibrated import calibrated
from benchmarks.accuracy_optimum import Optimum
from benchmarks.accuracy_sittings import kept, reached, resampled
from benchmarks.peers import asking
from benchmarks.report import Figure
from pathways.diagnostics.engine import compile_structure, infer
from pathways.diagnostics.simulating.generators import GeneratedLearners

pytestmark = pytest.mark.slow  # whole measures, however small


class Here:
    """A pool of no processes."""

    def submit(self, fn, /, *args):
        done = Future()
        done.set_result(fn(*args))
        return done


@pytest.fixture(autouse=True)
def no_peers(monkeypatch, tmp_path):
    monkeypatch.setattr(asking, "PYTHON", tmp_path / "python")


@pytest.fixture
def few_resamples(monkeypatch):
    monkeypatch.setattr("benchmarks.accuracy_sittings.RESAMPLES", 40)


# --- what figures are made of -------------------------------------------------------------------------------


def test_a_crossing_lies_on_the_line_between_two_points():
    curve = np.array([0.5, 0.6, 0.9, 0.8, 1.0])
    assert reached(curve, 0.75) == pytest.approx(1.5)
    assert reached(curve, 0.75, np.array([3.0, 10.0, 20.0, 21.0, 22.0])) == pytest.approx(15.0)
    assert reached(curve, 0.5) == 0.0
    assert reached(curve, 1.01) == np.inf


def test_a_curve_keeps_its_last_value():
    assert kept(np.array([0.1, 0.2]), 3).tolist() == [0.1, 0.2, 0.2, 0.2]
    assert kept(np.array([0.1, 0.2, 0.3]), 1).tolist() == [0.1, 0.2]


def test_the_interval_of_a_mean_is_two_standard_errors_wide():
    values = np.random.default_rng(1).standard_normal(400)
    mean, low, high = resampled(400, lambda weights: float(weights @ values))
    assert mean == pytest.approx(values.mean())
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20.0, rel=0.1)


def test_what_never_happens_is_in_the_interval():
    _, low, high = resampled(10, lambda weights: np.inf if weights[0] > 0.0 else 1.0)
    assert (low, high) == (1.0, np.inf)


# --- banks and people ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("skills", [20, 50, 101])
def test_uneven_strands_have_as_many_micro_skills_as_asked(skills):
    shape = uneven_shape(skills)
    assert shape.skills == skills
    assert all(min(own) >= 1 and max(own) <= 8 for own in shape.levels)


def test_the_oracle_is_told_the_population_that_people_come_from():
    bank = simulated(even_shape(4, 5).document(0.1))
    told = infer(compile_structure(plain(bank.structure), EvenPopulation()), []).mastery_by_skill()
    people = EvenLearners(bank.structure, 3, 3000)[:]
    for code, share in told.items():
        # Four standard errors; those of one ability do more or less alike, and so do the strands of one shape.
        assert np.mean([code in (one.mastered or ()) for one in people]) == pytest.approx(share, abs=0.037)


def test_people_slip_and_guess_as_the_bank_says():
    bank = simulated(even_shape(2, 5).document(0.25, slip=0.1))
    people = EvenLearners(bank.structure, 3, 800)[:]
    skill = {item.code: item.skill for item in bank.structure.items}
    pairs = [(skill[i] in (one.mastered or ()), said == "correct") for one in people for i, said in one.answers.items()]
    assert np.mean([right for known, right in pairs if known]) == pytest.approx(0.9, abs=0.015)
    assert np.mean([right for known, right in pairs if not known]) == pytest.approx(0.25, abs=0.02)


def test_a_calibration_on_other_people_finds_what_the_author_did_not_know():
    document = accuracy_generators.mixed_bank(3, 4)
    people = GeneratedLearners("A", simulated(document).structure, 2, 1500)
    found = simulated(calibrated(document, people, 20)).structure.items
    true = dict(zip(people.items.codes, zip(people.items.guess, people.items.slip, strict=True), strict=True))
    before = {item.code: item for item in simulated(document).structure.items}

    def error(items):
        return np.mean(
            [(item.guess - true[item.code][0]) ** 2 + (item.slip - true[item.code][1]) ** 2 for item in items]
        )

    assert error(found) < 0.7 * error(before.values())


def test_the_full_propagation_is_a_second_opinion_that_agrees():
    structure = simulated(graph_bank(90)).structure
    structure = plain(structure)
    compiled = compile_structure(structure, next_question.ONE_SETTING)
    assert compiled.width > 1
    for seed in range(3):
        answers = next_question.answered(compiled, 25, seed)
        full, evidence = next_question.propagation_of(structure, compiled, answers)
        assert full.masteries(evidence) == pytest.approx(infer(compiled, answers).masteries, abs=1e-9)


def test_a_forest_is_one():
    assert compile_structure(simulated(forest_bank(60)).structure).width == 1


# --- the optimum --------------------------------------------------------------------------------------------


def test_the_optimum_of_one_question_is_the_best_of_all_questions():
    bank = simulated(even_shape(2, 2).document(0.2, per_skill=2))
    compiled = compile_structure(bank.structure)
    untouched = infer(compiled, [])

    def worth(item):
        return sum(
            chance * infer(compiled, [(item, said)]).expected_accuracy()
            for said, chance in untouched.predicted(item).items()
        )

    best = max(worth(item) for item in compiled.item_codes)
    # It leaves out "I don't know", which nobody here ever says.
    assert Optimum(bank, 1).expected_accuracy == pytest.approx(best, abs=0.005)
    assert Optimum(bank, 2).expected_accuracy > Optimum(bank, 1).expected_accuracy > untouched.expected_accuracy()


def test_a_sitting_of_the_optimum_is_believed_as_the_engine_believes_it():
    bank = simulated(even_shape(2, 2).document(0.2, per_skill=3))
    compiled = compile_structure(bank.structure)
    one = EvenLearners(bank.structure, 1, 1)[0]
    found = Optimum(bank, 3).sitting(one)
    items = sorted(compiled.item_codes)
    reachable = [
        infer(compiled, [(i, one.answers[i]) for i in asked]).masteries
        for asked in ((a, b, c) for a in items for b in items for c in items if len({a, b, c}) == 3)
    ]
    assert min(np.abs(found - each).max() for each in reachable) < 1e-12


# --- every measure ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("few_resamples")
def test_questions_to_the_accuracy_of_the_rule():
    setting = accuracy_questions.Setting((even_shape(2, 3), even_shape(6, 4)), (0.1,), 12)
    figures, table = accuracy_questions.section(Here(), setting)
    assert [one.aim for one in figures] == ["<= 0.85", "<= 0.65", "<= 0.5", "<= 1.10"]
    assert table.count("| 0.10 |") == 2


@pytest.mark.usefixtures("few_resamples")
def test_accuracy_and_honesty_by_generator():
    setting = accuracy_generators.Setting(("A", "F"), 2, 3, 8, (60, 10), (2, 4), 2, 6)
    figures, table = accuracy_generators.section(Here(), setting)
    assert figures[0].figure.partition(" of ")[2].startswith("4")
    for name in ("engine", "random", "half", "fixed", "pix-like", "exact optimum"):
        assert f"| A | 6 | {name} |" in table
    assert "knowledgespaces | 4 | not installed (make peers)" in table
    assert table.count("| first day |") == 2


@pytest.mark.usefixtures("few_resamples")
def test_seconds_to_ninety_percent():
    [figure], table = accuracy_seconds.section(Here(), accuracy_seconds.Setting(2, 3, 8, 12))
    assert figure.aim == "<= 0.65"
    assert "| without time |" in table


def test_the_next_question():
    setting = next_question.Setting({12: 0.1}, {40: 5.0}, 72, (8,), 2)
    figures = [
        *next_question.by_size(setting),
        *next_question.beside_one_ability(setting),
        *next_question.beside_knowledge_spaces(setting),
        *next_question.beside_full_propagation(setting),
    ]
    assert sum(one.met is not None for one in figures) == 3
    assert sum("not installed" in one.figure for one in figures) == 3


def test_calibration():
    setting = calibration.Setting(300, 10, (600, 1800))
    section = calibration.measured(setting)
    assert sum("not installed" in one.figure for one in section.figures) == 3
    assert [one.aim for one in section.figures if one.aim] == ["<= 1.1", "<= 1.1"]
    assert sum("at most" in one.figure for one in section.figures) == 2


def test_an_answer_that_is_written_is_one_of_the_person(tmp_path):
    from pyarrow import parquet

    calibration_growth.write_answers(tmp_path / "answers.parquet", 7, 5)
    rows = parquet.read_table(tmp_path / "answers.parquet").to_pylist()
    assert len(rows) == 35
    assert len({(row["learner"], row["item"]) for row in rows}) == 35


# --- peers --------------------------------------------------------------------------------------------------


def test_a_peer_that_cannot_be_imported_says_so(monkeypatch):
    monkeypatch.setattr(asking, "PYTHON", asking.Path(sys.executable))
    found = asking.ask("irt", {"peer": "girth", "answers": "nowhere.npy"})
    assert isinstance(found, asking.Silent)
    assert "girth" in str(found)


def test_the_reason_stands_beside_a_figure_only_while_it_is_missed(monkeypatch):
    monkeypatch.setattr("benchmarks.reasons.REASONS", {"speed": "it is slow"})
    assert Figure("speed of all", "3", "2", met=False).verdict == "**missed**: it is slow"
    assert Figure("speed of all", "1", "2", met=True).verdict == "met"


def test_only_some_have_a_small_setting(capsys):
    assert __main__.main(["--quick", "bookings"]) == 2
    assert "engine, accuracy, calibration" in capsys.readouterr().err
