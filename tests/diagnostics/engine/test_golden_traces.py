"""Same inputs, same next question: the sittings of ``golden/`` are replayed (see ``traces``)."""

import json

import pytest

from tests.diagnostics.engine.traces import GOLDEN, SCRIPTS, replay


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_sitting_goes_as_it_went(name):
    trace = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    steps = replay(trace)
    told = ("asked", "stopped", "seconds", "outcome")
    assert [[step[key] for key in told] for step in steps] == [[step[key] for key in told] for step in trace["steps"]]
    for found, written in zip(steps, trace["steps"], strict=True):
        assert found["information"] == pytest.approx(written["information"], abs=2e-9, rel=0)
        assert found["mastery"] == pytest.approx(written["mastery"], abs=2e-9, rel=0)


def test_every_golden_file_is_replayed():
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(SCRIPTS)
