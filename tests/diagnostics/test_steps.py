"""Undo and redo before anything is kept: every change can be taken back, and nothing that comes back is believed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.diagnostics.composing.selections import Selection
from pathways.diagnostics.composing.steps import LARGEST, MOST_STEPS, Steps, selected, state_of

CODES = [f"SEC-0{number}" for number in range(1, 9)]
STATES = st.builds(
    lambda title, skills, questions, accuracy: state_of(
        title, Selection(skills=tuple(skills), languages=("fr",), questions=questions, accuracy=accuracy)
    ),
    st.sampled_from(["", "Avant l'atelier", "Famille 👨\u200d👩\u200d👧", "می\u200cخواهم"]),
    st.lists(st.sampled_from(CODES), unique=True),
    st.none() | st.integers(0, 40),
    st.none() | st.sampled_from([0.9, 0.95]),
)


@given(st.lists(STATES, min_size=1, max_size=MOST_STEPS))
@pytest.mark.slow
def test_every_change_is_undone_and_done_again(states):
    steps, trail = Steps(), []
    for state in states:
        steps = Steps.from_text(steps.seen(state).to_text())
        if not trail or trail[-1] != state:
            trail.append(state)
    state = states[-1]
    for former in reversed(trail[:-1]):
        state, steps = steps.back(state)
        steps = Steps.from_text(steps.to_text())
        assert state == former
    assert steps.past == ()
    assert steps.back(state)[0] == state, "there is nothing before the first"
    for later in trail[1:]:
        state, steps = steps.forth(state)
        steps = Steps.from_text(steps.to_text())
        assert state == later
    assert steps.ahead == ()


def a_state(*skills: str):
    return state_of("", Selection(skills=skills, languages=("fr",)))


def test_what_was_ticked_since_the_page_was_made_is_what_undo_takes_back():
    steps = Steps().seen(a_state("SEC-01"))
    state, steps = steps.back(a_state("SEC-01", "SEC-02", "SEC-03"))
    assert state["skills"] == ["SEC-01"]
    state, _ = steps.forth(state)
    assert state["skills"] == ["SEC-01", "SEC-02", "SEC-03"]


def test_a_change_after_an_undo_leaves_nothing_to_redo():
    steps = Steps().seen(a_state()).seen(a_state("SEC-01"))
    state, steps = steps.back(a_state("SEC-01"))
    state, steps = steps.forth(a_state(*state["skills"], "SEC-02"))
    assert (state["skills"], steps.ahead) == (["SEC-02"], ())


def test_the_history_is_bounded():
    steps = Steps()
    for number in range(3 * MOST_STEPS):
        steps = steps.seen(state_of(f"Titre {number}", Selection()))
    assert len(steps.past) == MOST_STEPS
    long = [f"X-{number:038}" for number in range(100)]
    for number in range(MOST_STEPS):
        steps = steps.seen(a_state(*(long if number % 2 else [])))
    assert len(steps.to_text()) <= LARGEST
    assert Steps.from_text(steps.to_text()).past


WELL = {"was": a_state("SEC-01"), "past": [], "ahead": []}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        "[" * 5000,
        '{"past": 3}',
        '{"past": [[]]}',
        '{"past": ["add"]}',
        '{"past": [{"put": {"questions": "a"}}]}',
        '{"past": [{"put": {"questions": NaN}}]}',
        '{"past": [{"put": {"questions": 1e99}}]}',
        '{"past": [{"put": {"questions": true}}]}',
        '{"past": [{"put": {"skills": "SEC-01"}}]}',
        '{"past": [{"put": {"password": "x"}}]}',
        '{"past": [{"put": {"title": "\\u0000"}}]}',
        '{"past": [{"add": ["\\ud800"]}]}',
        '{"past": [{"add": [["SEC-01"]]}]}',
        '{"past": [{"else": 1}]}',
        '{"was": {"title": "x"}}',
        '{"was": 3}',
        json.dumps(WELL | {"was": WELL["was"] | {"more": 1}}),
        json.dumps(WELL) + " " * LARGEST,
    ],
)
def test_what_is_no_history_of_ours_is_an_empty_one(text):
    assert Steps.from_text(text) == Steps()


def test_a_history_of_ours_comes_back():
    steps = Steps().seen(a_state("SEC-01")).seen(a_state())
    assert Steps.from_text(steps.to_text()) == steps
    assert selected(a_state("SEC-01")) == ("", Selection(skills=("SEC-01",), languages=("fr",)))
