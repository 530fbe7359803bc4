"""Each practice that comes with the server: it can be passed, each mistake that it knows can be made, and nothing that
anybody presses or types leads out of it.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.learning.practice import loading
from pathways.learning.practice.documents import END, PracticeDocument
from pathways.learning.practice.playing import begin, play, told
from pathways.learning.practice.walking import ways

PRACTICES = {one.document.code: one.document for one in loading.practices("inclusion-numerique")}
ALL = pytest.mark.parametrize("practice", PRACTICES.values(), ids=PRACTICES)
QUOTED = re.compile(r"«\s*([^»]+?)\s*»")
SAID_ELSEWHERE = {"Alt Gr", ".gouv.fr", "Oui, mon enfant vient."}
"""What a help quotes that is not on a screen: a key of a keyboard, an example."""


def test_there_are_twelve_and_each_kind_is_among_them():
    assert len(PRACTICES) == 12
    assert {one.kind for one in PRACTICES.values()} == {"form", "inbox", "message", "booking"}


@ALL
def test_it_can_be_passed(practice):
    here, way = begin(practice), ways(practice).right
    assert way is not None
    for press in way:
        turn = play(practice, here, *press)
        assert turn.faults == {}
        here = turn.standing
    said = told(practice, here)
    assert here.is_over
    assert (said.rights, said.mistakes, said.mended) == (practice.rights, (), ())


@ALL
def test_every_mistake_can_be_made_and_is_told(practice):
    found = ways(practice).wrong
    assert found.keys() == {one.id for one in practice.mistakes}
    for code, way in found.items():
        here = begin(practice)
        for press in way:
            here = play(practice, here, *press).standing
        said = told(practice, here)
        assert here.is_over
        assert code in {one.id for one in (*said.mistakes, *said.mended)}


@ALL
def test_each_thing_that_was_right_can_be_wrong(practice):
    """What depends on a mistake must be able to be left unsaid: the mistake stands at the end."""
    for right in practice.rights:
        assert not right.unless or set(right.unless) & stays(practice), right.id


def stays(practice: PracticeDocument) -> set[str]:
    """The mistakes that the site lets pass."""
    of_actions = {action.mistake for one in practice.screens for action in one.actions if action.mistake}
    fields = [field for one in practice.screens for field in one.fields]
    typed = {check.mistake for one in fields for check in one.checks if not check.refused}
    return of_actions | typed | {o.mistake for one in fields for o in one.options if o.mistake and not o.refused}


@ALL
def test_a_french_word_that_is_quoted_stands_on_a_screen(practice):
    shown = {practice.site, *(word for line in practice.given for word in line.split(" : "))}
    for one in practice.screens:
        shown |= {one.heading, *one.lines, *(bubble.text for bubble in one.bubbles)}
        shown |= {text for action in one.actions for text in (action.text, action.detail) if text}
        for field in one.fields:
            shown |= {field.label, field.hint or "", *(option.text for option in field.options)}
    for text in practice.segments().values():
        for word in set(QUOTED.findall(text)) - SAID_ELSEWHERE:
            assert any(word.casefold() in one.casefold() for one in shown), word


@settings(max_examples=60, deadline=None)
@given(data=st.data())
@pytest.mark.slow
def test_whatever_is_pressed_and_typed_stays_in_the_exercise_and_is_kept_nowhere(data):
    practice = data.draw(st.sampled_from(list(PRACTICES.values())))
    fields = [field for one in practice.screens for field in one.fields]
    examples = [check.example for one in fields for check in one.checks] + [one.right for one in fields]
    typed = st.one_of(st.sampled_from(examples), st.text(max_size=30))
    actions = [action.id for one in practice.screens for action in one.actions]
    known = {one.id for one in practice.mistakes}
    here = begin(practice)
    for _ in range(12):
        given_ones = {one.id: data.draw(typed) for one in fields}
        here = play(practice, here, data.draw(st.sampled_from([*actions, "nothing"])), given_ones).standing
        assert here.screen == END or practice.screen(here.screen)
        assert here.noted | here.mended <= known
        assert not here.noted & here.mended
        options = {one.id: {option.id for option in one.options} for one in fields}
        assert all(pick in options[name] for name, pick in here.picks.items())
