"""``pathways simulate``: what is written, what is told, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from pathways import cli
from pathways.diagnostics.engine import compile_structure, infer
from pathways.diagnostics.simulating.bank import read_bank
from pathways.diagnostics.simulating.policies import POLICIES
from tests.diagnostics.simulating.banks import answering, ladders, lines, written

ROOT = Path(__file__).parents[3]
ONE = ladders(3, 4, 2)


@pytest.fixture
def run(tmp_path, monkeypatch, capsysbinary):
    """``run("--bank", file, ...)``: the exit code, what was said, what was said of errors; in a folder of its own."""
    for name in list(os.environ):
        if name.startswith("PATHWAYS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATHWAYS_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "bank.json", ONE)

    def call(*arguments: object) -> tuple[int, str, str]:
        try:
            code = cli.main(["simulate", *map(str, arguments)])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        said = capsysbinary.readouterr()
        return code, said.out.decode(), said.err.decode()

    return call


def a_sentence(said: str) -> bool:
    return said.startswith("pathways : ") and said.endswith(".\n") and said.count("\n") == 1


def left_over(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.name not in {"bank.json", "learners.json", "data"})


# --- what it writes and tells ---


def test_a_bank_and_a_number_of_people_are_enough(run):
    code, out, err = run("--bank", "bank.json", "--generate", 20)
    assert (code, err) == (0, "")
    assert "20, dont 20 dont on sait ce qu'ils maîtrisent" in out


def test_recorded_answers_are_followed_as_the_engine_follows_them(run, tmp_path):
    answers = {"a1-1": "correct", "a2-1": "incorrect", "b1-1": "dont_know", "c4-2": "not_understood"}
    written(tmp_path, "learners.json", answering(answers, "été", mastered=["a1"]))
    code, _, _ = run("--bank", "bank.json", "--learners", "learners.json", "--stop", "none", "--trace", "t.jsonl")
    assert code == 0
    trace = lines(tmp_path / "t.jsonl")
    assert {line["item"]: line["outcome"] for line in trace[1:]} == answers
    assert {line["learner"] for line in trace} == {"été"}
    compiled = compile_structure(read_bank(tmp_path / "bank.json").structure)
    assert trace[-1]["mastery"] == infer(compiled, answers.items()).mastery_by_skill()
    assert trace[-1]["stopped"] == "nothing_to_gain"


def test_without_dont_know_in_the_file_it_was_not_offered(run, tmp_path):
    written(tmp_path, "learners.json", answering({"a1-1": "correct"}))
    code, out, _ = run("--bank", "bank.json", "--learners", "learners.json", "--json", "--trace", "t.jsonl")
    assert (code, json.loads(out)["dont_know_offered"]) == (0, False)
    compiled = compile_structure(read_bank(tmp_path / "bank.json").without_dont_know().structure)
    expected = infer(compiled, [("a1-1", "correct")]).mastery_by_skill()
    assert lines(tmp_path / "t.jsonl")[-1]["mastery"] == expected


def test_the_rules_of_a_composed_diagnostic_hold_unless_others_are_given(run):
    *_, (_, usual, _), (_, own, _) = (
        run("--bank", "bank.json", "--generate", 5, "--json"),
        run("--bank", "bank.json", "--generate", 5, "--json", "--stop", "questions=3"),
    )
    rules = json.loads(usual)["stop"]
    assert (rules["accuracy"], rules["questions"], rules["least_questions"]) == (0.95, 15, 8)
    assert json.loads(own)["questions"]["min"] == json.loads(own)["questions"]["max"] == 3


def test_json_is_json_and_holds_every_figure(run):
    _, out, _ = run("--bank", "bank.json", "--generate", "30:C", "--json", "--policy", "half", "--seed", 4)
    document = json.loads(out)
    assert (document["policy"], document["generator"], document["seed"]) == ("half", "C", 4)
    assert 0.5 < document["accuracy"] < 1.0
    assert document["exposure"]["max"] > 0


@pytest.mark.parametrize("policy", ["engine", "random", "half", "fixed", "pix-like"])
def test_same_seed_same_bytes_and_another_seed_other_bytes(run, tmp_path, policy):
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        arguments = ("--generate", 6, "--policy", policy, "--seed", seed, "--trace", name)
        assert run("--bank", "bank.json", *arguments)[0] == 0
    one, two, three = ((tmp_path / name).read_bytes() for name in ("one", "two", "three"))
    assert one == two
    assert one != three


@pytest.mark.parametrize("generator", ["A", "D", "F", "G", "H"])
def test_people_who_were_kept_answer_again_as_they_did(run, tmp_path, generator):
    common = ("--bank", "bank.json", "--stop", "none")
    assert run(*common, "--generate", f"8:{generator}", "--save-learners", "learners.json", "--trace", "one")[0] == 0
    assert run(*common, "--learners", "learners.json", "--trace", "two")[0] == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert json.loads((tmp_path / "learners.json").read_bytes())["learners"][7]["id"] == f"{generator}-8"


def test_a_dash_writes_the_trace_to_standard_output_and_the_summary_beside_it(run):
    code, out, err = run("--bank", "bank.json", "--generate", 2, "--trace", "-")
    assert code == 0
    assert {json.loads(line)["learner"] for line in out.splitlines()} == {"A-1", "A-2"}
    assert "Justesse vraie" in err


def test_a_trace_takes_the_place_of_the_file_that_was_there_with_its_mode_and_through_its_link(run, tmp_path):
    (tmp_path / "real.jsonl").write_text("old")
    (tmp_path / "real.jsonl").chmod(0o640)
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")
    assert run("--bank", "bank.json", "--generate", 1, "--trace", "link.jsonl")[0] == 0
    assert (tmp_path / "link.jsonl").is_symlink()
    assert lines(tmp_path / "real.jsonl")[0]["n"] == 0
    assert (tmp_path / "real.jsonl").stat().st_mode & 0o777 == 0o640


def test_a_device_is_written_to_and_not_replaced(run):
    assert run("--bank", "bank.json", "--generate", 1, "--trace", "/dev/null")[0] == 0
    assert Path("/dev/null").is_char_device()


def test_remarks_do_not_stop_anything(run, tmp_path):
    written(tmp_path, "bank.json", ONE | {"author": "x"})
    code, _, err = run("--bank", "bank.json", "--generate", 1)
    assert (code, err) == (0, "Remarque : bank.json, author : clé inconnue, ignorée.\n")


def test_more_people_than_prerequisites_leave_are_remarked(run, tmp_path):
    skills = [{"code": "a", "share": 0.2}, {"code": "b", "share": 0.9, "requires": [["a"]]}]
    written(tmp_path, "bank.json", {"skills": skills, "items": [{"code": "q", "skill": "b"}]})
    code, _, err = run("--bank", "bank.json", "--generate", 1)
    assert code == 0
    assert "Remarque : « b » : la banque en attend" in err


def test_nothing_is_remarked_of_shares_that_nobody_wrote(run, tmp_path):
    skills = [{"code": code} for code in "abc"] + [{"code": "d", "requires": [["a"], ["b"], ["c"]]}]
    written(tmp_path, "bank.json", {"skills": skills, "items": [{"code": "q", "skill": "d"}]})
    assert run("--bank", "bank.json", "--generate", 1)[::2] == (0, "")


def test_prerequisites_that_are_too_entangled_are_refused(run, tmp_path):
    skills = [
        {"code": f"s{n}", "level": 1 + n % 8, "requires": [[f"s{n - step}"] for step in (1, 5, 17, 23) if n >= step]}
        for n in range(60)
    ]
    skills += [{"code": f"t{n}", "requires": [[f"s{(n * step) % 60}"] for step in (7, 11, 13)]} for n in range(1, 40)]
    written(tmp_path, "bank.json", {"skills": skills, "items": [{"code": "q", "skill": "s9"}]})
    code, out, err = run("--bank", "bank.json", "--generate", 1)
    assert (code, out) == (2, "")
    assert "les prérequis sont trop enchevêtrés pour un calcul exact" in err


def test_the_examples_of_the_documentation_can_be_used(run, tmp_path):
    text = (ROOT / "docs" / "simulate.md").read_text("utf-8")
    bank, learners, trace = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    (tmp_path / "bank.json").write_text(bank, "utf-8")
    (tmp_path / "learners.json").write_text(learners, "utf-8")
    code, _, err = run("--bank", "bank.json", "--learners", "learners.json", "--trace", "t.jsonl")
    assert (code, err) == (0, "")
    told = [list(json.loads(line)) for line in trace.splitlines()]
    assert [list(line) for line in lines(tmp_path / "t.jsonl")[:1]] == told[:1]
    assert [list(line) for line in lines(tmp_path / "t.jsonl")[-1:]] == told[1:]


def test_help_is_in_french_and_has_an_example(run):
    code, out, _ = run("--help")
    assert code == 0
    assert "pathways simulate --bank banque.json --generate 200" in out
    assert "PERSONNES" in out


# --- what it refuses ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--generate", "3"], "Donnez --bank BANQUE ou --diagnostic CODE"),
        (["--bank", "bank.json", "--diagnostic", "X", "--generate", "3"], "l'un des deux"),
        (["--bank", "bank.json"], "Donnez --learners PERSONNES ou --generate N"),
        (["--bank", "bank.json", "--learners", "x", "--save-learners", "y"], "il va avec --generate"),
        (["--bank", "bank.json", "--generate", "0"], "--generate 0 : attendu un nombre entier de 1"),
        (["--bank", "bank.json", "--generate", "x"], "--generate x : attendu un nombre entier"),
        (["--bank", "bank.json", "--generate", "9" * 50], "attendu un nombre entier"),
        (["--bank", "bank.json", "--generate", "3:Z"], "attendu un générateur parmi A, B, C, C1, D, D2, E, F, G ou H"),
        (["--bank", "bank.json", "--generate", "3:"], "attendu un générateur parmi"),
        (
            ["--bank", "bank.json", "--generate", "3", "--policy", "best"],
            "attendu engine, bits, random, half, fixed ou pix-like",
        ),
        (
            ["--bank", "bank.json", "--generate", "3", "--policy", "half", "--exposure"],
            "--exposure varie le choix du moteur : il va avec --policy engine ou bits",
        ),
        (["--bank", "bank.json", "--generate", "3", "--seed", "-1"], "--seed -1 : attendu un nombre entier de 0"),
        (["--bank", "bank.json", "--generate", "3", "--jobs", "0"], "--jobs 0 : attendu un nombre entier de 1 à 256"),
        (["--bank", "bank.json", "--generate", "3", "--stop", "soon"], "--stop soon : attendu none, accuracy=0.9"),
        (["--bank", "bank.json", "--generate", "3", "--trace", "bank.json"], "--bank et --trace donnent le même"),
        (["--bank", "bank.json", "--generate", "3", "--trace", "x", "--save-learners", "./x"], "le même fichier"),
        (["--bank", "none.json", "--generate", "3"], "none.json, le fichier ne se lit pas, il n'existe pas"),
        (["--bank", "bank.json", "--learners", "none.json"], "none.json, le fichier ne se lit pas"),
        (["--bank", "bank.json", "--generate", "3", "--trace", "no/where"], "no/where, ne peut pas être écrit"),
        (["--bank", "bank.json", "--generate", "3", "--trace", "."], "c'est un dossier"),
        (["--bank", "bank.json", "--generate", "3", "--trace", "/dev/full"], "/dev/full, ne peut pas être écrit"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_and_leaves_nothing(run, tmp_path, arguments, said):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert a_sentence(err)
    assert left_over(tmp_path) == []
    assert json.loads((tmp_path / "bank.json").read_bytes()) == ONE


def test_a_wrong_bank_is_told_with_all_its_problems(run, tmp_path):
    written(tmp_path, "bank.json", ONE | {"items": [{"code": "q", "skill": "z"}, {"code": "q", "skill": "a1"}]})
    code, out, err = run("--bank", "bank.json", "--generate", 1, "--trace", "t.jsonl")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "pathways : bank.json, items[0].skill : aucune micro-compétence n'a le code « z ».",
    ]
    assert left_over(tmp_path) == []


def test_a_wrong_learner_leaves_the_trace_of_before_as_it_was(run, tmp_path):
    (tmp_path / "t.jsonl").write_text("before")
    written(tmp_path, "learners.json", answering({"zz": "correct"}))
    code, _, err = run("--bank", "bank.json", "--learners", "learners.json", "--trace", "t.jsonl")
    assert (code, "learners[0] (« p1 »).answers.zz" in err) == (2, True)
    assert (tmp_path / "t.jsonl").read_text() == "before"


def test_an_unknown_diagnostic_is_said(run):
    run_migrate = cli.main(["migrate"])
    assert run_migrate == 0
    code, _, err = run("--diagnostic", "NOPE99", "--generate", 1)
    assert (code, "Aucun diagnostic publié n'a le code « NOPE99 »" in err) == (1, True)


# --- how it ends ---


@pytest.fixture
def started(tmp_path):
    """A process with much to do, in a group of its own, once it has begun to write."""
    written(tmp_path, "bank.json", ladders(20, 5, 3))
    begun: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, err: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATHWAYS_DATA": str(tmp_path / "data")}
        command = [sys.executable, "-m", "pathways", "simulate", "--bank", "bank.json", "--generate", "100000"]
        process = subprocess.Popen(
            [*command, "--stop", "none", *arguments],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=err,
            start_new_session=True,
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_until_it_writes(folder: Path) -> None:
    for _ in range(1200):
        if any(one.name.startswith(".t.jsonl") and one.stat().st_size for one in folder.iterdir()):
            return
        time.sleep(0.05)
    pytest.fail("nothing was written")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupted_run_ends_at_once_and_leaves_no_half_file(started, tmp_path, number, code, jobs):
    (tmp_path / "t.jsonl").write_text("before")
    process = started("--trace", "t.jsonl", "--jobs", jobs)
    wait_until_it_writes(tmp_path)
    os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (code, b"")
    assert (tmp_path / "t.jsonl").read_text() == "before"
    assert left_over(tmp_path) == ["t.jsonl"]


def test_a_terminal_sees_how_far_it_is(started):
    mine, its = pty.openpty()
    termios.tcsetwinsize(its, (24, 80))
    process = started(err=its)
    os.close(its)
    seen = b""
    while b"passations" not in seen and process.poll() is None:
        seen += os.read(mine, 1000)
    os.close(mine)
    assert b"/100000" in seen or b"0%" in seen


def test_an_output_that_is_full_is_said(tmp_path):
    written(tmp_path, "bank.json", ONE)
    command = [sys.executable, "-m", "pathways", "simulate", "--bank", "bank.json", "--generate", "2"]
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PATHWAYS_DATA": str(tmp_path / "data")},
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ended.returncode == 1
    assert a_sentence(ended.stderr.decode())


def test_a_closed_pipe_ends_it_without_a_word(started):
    process = started("--trace", "-")
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["n"] == 0
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert err == b""
    assert process.returncode == 1


def test_partial_credit_goes_through_every_policy_into_the_trace(run, tmp_path):
    written(tmp_path, "credit.json", ladders(3, 4, 2, near=True))
    for policy in POLICIES:
        told = ("--bank", "credit.json", "--policy", policy, "--stop", "questions=12", "--trace", f"{policy}.jsonl")
        code, _, said = run(*told, "--generate", 12, "--save-learners", "people.json")
        assert (code, said) == (0, "")
        found = lines(tmp_path / f"{policy}.jsonl")
        assert {"partly", "correct", "incorrect"} <= {line["outcome"] for line in found}
        assert (
            run("--bank", "credit.json", "--policy", policy, "--stop", "questions=12", "--learners", "people.json")[0]
            == 0
        )
    compiled = compile_structure(read_bank(tmp_path / "credit.json").without_dont_know().structure)
    answers: list[tuple[str, str]] = []
    for line in lines(tmp_path / "engine.jsonl"):
        answers = [*answers, (line["item"], line["outcome"])] if line["n"] else []
        assert line["mastery"] == infer(compiled, answers).mastery_by_skill()


def test_partly_right_without_partial_credit_is_refused_with_its_place(run, tmp_path):
    written(tmp_path, "learners.json", answering({"a1-1": "partly"}))
    code, _, said = run("--bank", "bank.json", "--learners", "learners.json")
    assert code == 2
    assert 'learners[0] (« p1 »).answers["a1-1"] : attendu correct, incorrect, dont_know ou not_understood' in said
