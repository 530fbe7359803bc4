"""What an address may say, and what becomes of nonsense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.datastructures import QueryParams

from pathways import clock
from pathways.directory import words
from pathways.directory.asking import LONGEST_WHERE, MOST_PAGES, Asked, asked_of
from pathways.directory.searching import Wanted
from pathways.places import vocabularies
from pathways.workshops import themes
from pathways.workshops.models import Audience


def asked(query: str) -> Asked:
    return asked_of(QueryParams(query))


def sessions(query: str, now: datetime) -> Wanted:
    wanted = asked(query).of_sessions(None, now)
    assert wanted is not None
    return wanted


def test_nothing_asks_for_nothing():
    assert asked("") == Asked()
    assert not asked("").is_anything
    assert asked("where=Orl%C3%A9ans").is_anything


@pytest.mark.parametrize(
    ("given", "understood"),
    [("٤٥٠٠٠", "45000"), ("۴۵۰۰۰", "45000"), ("৪৫০০০", "45000"), ("  St  Jean\n de Braye ", "St Jean de Braye")],
)
def test_a_place_is_read_as_people_type_it(given, understood):
    assert asked_of(QueryParams({"where": given})).where == understood


@pytest.mark.parametrize(
    "text", ["é" * 10_000, "\u202e45000\u2066", "'; DROP TABLE place; --", '"><script>', "\0\x1b", "🚐" * 500]
)
def test_hostile_places_stay_bounded_and_readable(text):
    where = asked_of(QueryParams({"where": text})).where
    assert len(where) <= LONGEST_WHERE
    assert where.isprintable()
    assert not set("\u202e\u2066\0") & set(where)


@pytest.mark.parametrize(
    "day", ["2026-02-30", "0001-01-01", "9999-12-31", "demain", "20261203T", "٢٠٢٦-٠٢-٣٠", "-1", "1" * 9999]
)
def test_a_nonsense_day_is_no_day(day):
    assert asked_of(QueryParams({"day": day})).day is None


def test_a_day_in_other_digits_is_that_day():
    soon = clock.now().date() + timedelta(days=3)
    typed = soon.isoformat().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert asked_of(QueryParams({"day": typed})).day == soon


@pytest.mark.parametrize(
    "query", ["need=gold", "km=7", "km=-5", "km=1e9", "public=x", "language=klingon", "access=x", "theme=x"]
)
def test_unknown_words_are_left_out(query):
    assert asked(query) == Asked()


@pytest.mark.parametrize(
    ("page", "read"), [("2", 2), ("0", 0), ("-1", 1), ("999", MOST_PAGES), ("9" * 99, 1), ("x", 1), ("٣", 1)]
)
def test_pages_are_bounded(page, read):
    assert asked_of(QueryParams({"page": page})).page == max(read, 1)


def test_an_address_says_the_question_again():
    question = asked(
        "need=papers&where=45000&km=30&public=seniors&language=ti&access=wheelchair&free=1&theme=email&page=3"
    )
    assert asked(question.query(page=3)) == question
    assert asked(question.query()).page == 1
    assert asked(question.query(audience=Audience.PROFESSIONALS)).audience is Audience.PROFESSIONALS


def test_professionals_sessions_are_asked_for_or_not_there():
    now = datetime(2026, 12, 1, tzinfo=UTC)
    assert ("audience:public",) in sessions("language=ti", now).groups
    assert ("audience:professionals",) in sessions("audience=professionals", now).groups
    assert asked("need=print").of_sessions(None, now) is None


def test_a_day_begins_and_ends_in_paris():
    now = clock.now()
    day = (now + timedelta(days=40)).date()
    wanted = sessions(f"day={day}", now)
    assert wanted.start
    assert wanted.end
    assert wanted.start.astimezone(clock.PARIS).isoformat()[:16] == f"{day}T00:00"
    assert wanted.end.astimezone(clock.PARIS).isoformat()[:16] == f"{day + timedelta(days=1)}T00:00"


def test_french_is_spoken_everywhere():
    assert asked("language=fr").of_places(None).groups == ()
    assert asked("language=ti").of_places(None).groups == (("language:ti",),)


def test_every_word_belongs_to_a_code_and_every_code_has_a_word():
    assert set(words.NEEDS) == set(vocabularies.needs())
    for column, known in words._WORDS.items():
        assert set(known) == {one.code for one in vocabularies.vocabularies()[column].values}, column
    for codes in words.THEMES_OF_NEED.values():
        assert set(codes) <= set(themes.themes())
