"""A diagnostic of the database, simulated as it was published."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pathways import cli
from pathways.diagnostics.engine import Circumstances, StopRules, compile_structure, decide
from pathways.diagnostics.models import Diagnostic
from pathways.diagnostics.simulating.generators import GeneratedLearners
from pathways.diagnostics.simulating.policies import PIX_LIKE, POLICIES
from pathways.diagnostics.simulating.processes import Work, results_of
from pathways.diagnostics.simulating.published import bank_of_diagnostic
from pathways.diagnostics.simulating.sittings import Room, Sitting, Task
from pathways.diagnostics.simulating.stops import stops_of
from pathways.errors import SettingsError
from tests.diagnostics.simulating.banks import bank as bank_of
from tests.diagnostics.simulating.banks import ladders
from tests.diagnostics.trying import Trying


def test_a_published_diagnostic_is_its_frozen_structure_and_rules(database, published):
    with database.begin() as db:
        bank, stops = bank_of_diagnostic(db, published.lower())
        frozen = db.query(Diagnostic).filter_by(code=published).one().blueprint
    assert stops.rules == StopRules(**frozen["rules"])
    assert stops.when_decided
    asked = {item.code for item in bank.structure.items}
    assert asked <= set(frozen["items"])
    assert set(bank.levels) == set(bank.structure.skill_codes)
    assert compile_structure(bank.structure).item_codes == tuple(sorted(asked))
    learners = GeneratedLearners("A", bank.structure, 1, 3)
    task = Task(bank.structure, dict(bank.levels), "engine", stops, 1)
    assert len(list(results_of(Work(task, traced=False), learners))) == 3


def test_a_draft_or_nothing_is_no_diagnostic_to_simulate(db):
    with pytest.raises(SettingsError, match="Aucun diagnostic publié"):
        bank_of_diagnostic(db, "ZZZZZZ")


SKILLS = ("MEL-01", "MEL-02", "MEL-03", "SEC-01", "SEC-02", "SEC-03")


def code_of(trying: Trying, **values: object) -> str:
    blueprint = trying.publish(SKILLS, accuracy=None, questions=20, **values)
    return trying.db.get_one(Diagnostic, blueprint.diagnostic_id).code or ""


def by_ladder(items: Sequence[str]) -> Counter[str]:
    return Counter(code[:3] for code in items)


def test_a_limit_of_each_ladder_is_that_of_the_diagnostic(db):
    trying = Trying(db)
    assert bank_of_diagnostic(db, code_of(trying))[0].most_per_strand is None
    bank, stops = bank_of_diagnostic(db, code_of(trying, most_per_strand=2))
    assert bank.most_per_strand == 2
    assert bank.without_dont_know().most_per_strand == 2
    task = Task(bank.structure, dict(bank.levels), "engine", stops, 1)
    learners = GeneratedLearners("A", bank.structure, 1, 4)
    for learner in learners:
        assert max(by_ladder(Room(task).sit(learner).items).values()) > 2
        held = Room(replace(task, most_per_strand=2)).sit(learner)
        assert by_ladder(held.items) == {"MEL": 2, "SEC": 2}
        assert held.stopped == "nothing_to_gain"


def test_the_command_keeps_to_the_limit(database, settings, monkeypatch, capsys, tmp_path):
    with database.begin() as db:
        code = code_of(Trying(db), most_per_strand=1)
    monkeypatch.setenv("PATHWAYS_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PATHWAYS_DATA", str(settings.data))

    def run(*words: str) -> tuple[dict, list[str]]:
        trace = tmp_path / "trace.jsonl"
        told = ["simulate", "--diagnostic", code, "--generate", "1", "--json", "--trace", str(trace), *words]
        assert cli.main(told) == 0
        steps = [json.loads(line) for line in trace.read_text("utf-8").splitlines()]
        return json.loads(capsys.readouterr().out), [step["item"] for step in steps[1:]]

    for words in ((), ("--stop", "none"), ("--policy", "random")):
        found, asked = run(*words)
        assert found["most_per_strand"] == 1
        assert by_ladder(asked) == {"MEL": 1, "SEC": 1}
    assert run("--policy", PIX_LIKE)[0]["most_per_strand"] is None


def sat(policy: str, most: int | None) -> list[Sitting]:
    own = bank_of(ladders(3, 4, 3, guess=0.1)).without_dont_know()
    form = tuple(item.code for item in own.structure.items)
    task = Task(own.structure, dict(own.levels), policy, stops_of(["none"]), 1, form, most_per_strand=most)
    return [Room(task).sit(learner) for learner in GeneratedLearners("A", own.structure, 1, 3)]


@pytest.mark.parametrize("policy", POLICIES)
def test_no_policy_asks_more_about_a_ladder(policy):
    for sitting in sat(policy, 2):
        asked = Counter(code[0] for code in sitting.items)
        assert max(asked.values()) <= 2
        assert policy == PIX_LIKE or asked == {"a": 2, "b": 2, "c": 2}


def test_under_a_limit_the_engine_asks_what_it_decides():
    own = bank_of(ladders(3, 4, 3, guess=0.1)).without_dont_know()
    compiled, limit = compile_structure(own.structure), Circumstances(most_per_strand=2)
    for sitting in sat("engine", 2):
        answers: list[tuple[str, str]] = []
        left = set(compiled.item_codes)
        for item, outcome in zip(sitting.items, sitting.outcomes, strict=True):
            wanted = decide(compiled, stops_of(["none"]).rules, answers, left, circumstances=limit)
            assert wanted.next_item == item
            answers.append((item, outcome))
            left.discard(item)
