"""Minutes, dates and reasons in words: ranges where they are ranges, no share and no mark."""

from __future__ import annotations

from datetime import date

import pytest

from pathways.learning import telling
from pathways.learning.models import PathwayEvent, Way


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(1, "5 min"), (12, "10 min"), (43, "45 min"), (90, "90 min"), (120, "2 h"), (200, "3,5 h"), (1100, "18 h")],
)
def test_time_is_said_as_exactly_as_anybody_can_promise(minutes, said):
    assert telling.amount(minutes, "fr") == said


def test_a_range_has_its_three_words_and_a_certain_time_has_one():
    assert telling.lasts(40, 20, 70, "fr").french == "Environ 40 min. Au moins 20 min, au plus 70 min."
    assert telling.lasts(120, 120, 120, "fr").french == "2 h"


def test_the_three_numbers_of_a_sentence_have_one_unit():
    assert telling.lasts(200, 20, 390, "fr").french == "Environ 3,5 h. Au moins 0,5 h, au plus 6,5 h."
    assert telling.lasts(95, 20, 190, "fr").french == "Environ 95 min. Au moins 20 min, au plus 190 min."


def test_the_end_lies_between_two_days():
    said = telling.ends(date(2026, 12, 3), date(2026, 12, 24), "fr")
    assert "3 décembre 2026" in said.french
    assert "24 décembre 2026" in said.french
    one_day = telling.ends(date(2026, 12, 3), date(2026, 12, 3), "fr")
    assert one_day.french == "Fini vers le jeudi 3 décembre 2026, à votre rythme."


def test_several_names_of_one_way_are_joined():
    assert telling.named([Way.QUICKEST], "fr").french == "Le plus court"
    assert telling.named([Way.QUICKEST, Way.OWN_PACE], "fr").french == "Le plus court et À mon rythme"


def test_reasons_that_nobody_has_words_for_are_left_out():
    why = [{"because": "wanted"}, {"because": "the stars"}, {"because": "needed_for", "skills": ["XXX-01"]}]
    assert [one.french for one in telling.reasons(why, {}, "fr")] == ["C'est dans votre but."]


def test_only_a_change_is_told_as_a_change():
    assert telling.replanned(None) == ""
    assert telling.replanned(PathwayEvent(kind="chosen", details={})) == ""
    assert telling.replanned(PathwayEvent(kind="replanned", details={"change": "saves"}))
