"""Opening hours in words: what is said is true, and what cannot be said is shown as it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from pathways import i18n
from pathways.places import hours

TODAY = date(2026, 11, 26)


def french(text):
    return [one.replace("\u00a0", " ") for one in hours.said(text, "fr", today=TODAY)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("   ", []),
        ("24/7", ["Toujours ouvert"]),
        ("off", ["Fermé"]),
        (
            "Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00",
            ["lundi – vendredi : 09:00 – 12:00, 14:00 – 18:30", "samedi : 08:30 – 12:00"],
        ),
        ("Mo,We 09:00-12:00; Tu 09:00-12:00", ["lundi – mercredi : 09:00 – 12:00"]),
        ("Tu,We 9:00-12:00;", ["mardi, mercredi : 09:00 – 12:00"]),
        ("10:00-12:00", ["lundi – dimanche : 10:00 – 12:00"]),
        ("Mo-Fr 09:00-12:00; We off", ["lundi, mardi : 09:00 – 12:00", "jeudi, vendredi : 09:00 – 12:00"]),
        ("Mo 10:00-12:00; Mo 14:00-16:00", ["lundi : 14:00 – 16:00"]),
        ("Fr-Mo 10:00-12:00", ["lundi : 10:00 – 12:00", "vendredi – dimanche : 10:00 – 12:00"]),
        ("Mo-Fr 09:00-12:00; PH off", ["lundi – vendredi : 09:00 – 12:00", "Jours fériés : Fermé"]),
        (
            "Mo-Fr 09:00-12:00; PH,SH off",
            ["lundi – vendredi : 09:00 – 12:00", "Jours fériés : Fermé", "Vacances scolaires : Fermé"],
        ),
    ],
)
def test_in_french_words(text, lines):
    assert french(text) == lines


@pytest.mark.parametrize(
    "text",
    [
        "Lu-Ve 09:00-12:00",
        "Mo-Fr 9h-12h",
        'Mo-Fr 09:00-12:00 "sur rendez-vous"',
        "Mo-Fr 09:00+",
        "Mo[1] 09:00-12:00",
        "Mo-Fr 22:00-02:00",
        "PH off; Mo-Fr 09:00-12:00",
        "Mo-Fr 09:00-12:00 unknown",
        "Mo-Fr sunrise-sunset",
        "sur rendez-vous",
        "Jan 01 off",
    ],
)
def test_what_words_would_say_wrongly_is_shown_as_it_is(text):
    assert french(text) == [text]


def test_weeks_are_told_as_dates_through_the_turn_of_the_year():
    """2026 has a week 53: odd weeks come twice running, and a person who counts on every second one is wrong."""
    assert french("week 1-53/2 Th 14:00-17:00") == [
        "Prochaines dates",
        "jeudi 3 décembre 2026 : 14:00 – 17:00",
        "jeudi 17 décembre 2026 : 14:00 – 17:00",
        "jeudi 31 décembre 2026 : 14:00 – 17:00",
        "jeudi 7 janvier 2027 : 14:00 – 17:00",
        "jeudi 21 janvier 2027 : 14:00 – 17:00",
        "jeudi 4 février 2027 : 14:00 – 17:00",
    ]
    dated = "2026 week 49-53/2 Th 14:00-17:00"
    assert len(french(dated)) == 4


def test_months_are_told_as_dates():
    assert french("Mo-Fr 09:00-12:00; Dec off")[1:3] == [
        "jeudi 26 novembre 2026 : 09:00 – 12:00",
        "vendredi 27 novembre 2026 : 09:00 – 12:00",
    ]


@pytest.mark.parametrize("code", list(i18n.languages()))
def test_every_language_has_its_own_seven_days(code):
    names = hours.day_names(code)
    assert len(set(names)) == 7
    line = hours.said("Mo-Fr 09:00-12:00", code)[0]
    assert names[0] in line
    assert names[4] in line
    assert "09:00 – 12:00" in line  # digits of French forms and phones
    if i18n.language(code).dir == "rtl":
        assert "\u206809:00 – 12:00\u2069" in line


def test_dari_days_are_dari_whatever_was_asked_before():
    hours.day_names("ps")
    assert hours.day_names("fa_AF")[0] == "دوشنبه"
    assert hours.day_names("ps")[0] == "دونۍ"


@pytest.mark.parametrize(
    ("text", "moment", "area", "expected"),
    [
        ("Mo-Su 09:00-12:00; PH off", datetime(2026, 7, 14, 8, tzinfo=UTC), "FR", False),
        ("Mo-Su 09:00-12:00", datetime(2026, 7, 14, 8, tzinfo=UTC), "FR", True),
        ("Mo-Su 09:00-12:00; PH off", datetime(2026, 12, 26, 9, tzinfo=UTC), "FR", True),
        ("Mo-Su 09:00-12:00; PH off", datetime(2026, 12, 26, 9, tzinfo=UTC), "FR-57", False),
        ("Mo-Su 09:00-12:00; PH off", datetime(2026, 4, 3, 8, tzinfo=UTC), "FR-6AE", False),
        ("Mo-Su 09:00-12:00; PH 10:00-11:00", datetime(2026, 12, 26, 9, 30, tzinfo=UTC), "FR-57", True),
        ("Mo-Su 09:00-12:00; PH 10:00-11:00", datetime(2026, 12, 26, 8, 30, tzinfo=UTC), "FR-57", False),
        ("Mo-Su 09:00-12:00; PH off", datetime(2026, 12, 20, 6, tzinfo=UTC), "FR-974", False),
        ("Mo-Su 09:00-12:00", datetime(2026, 12, 1, 6, tzinfo=UTC), "FR-974", True),
        ("Mo-Su 09:00-12:00", datetime(2026, 12, 1, 6, tzinfo=UTC), "FR", False),
        ("Mo-Fr 22:00-02:00", datetime(2026, 12, 1, 0, 30, tzinfo=UTC), "FR", True),
        ("24/7", datetime(2026, 12, 1, tzinfo=UTC), "FR", True),
        ("Mo-Su 09:00-12:00; SH off", datetime(2026, 12, 22, 9, tzinfo=UTC), "FR", None),
        ("Mo-Su 09:00-12:00; SH off", datetime(2026, 12, 22, 15, tzinfo=UTC), "FR", None),
        ("Mo-Su 09:00-12:00 unknown", datetime(2026, 12, 22, 9, tzinfo=UTC), "FR", None),
        ('Mo-Su 09:00-12:00 "sur rendez-vous"', datetime(2026, 12, 22, 9, tzinfo=UTC), "FR", None),
        ("sur rendez-vous", datetime(2026, 12, 22, 9, tzinfo=UTC), "FR", None),
        ("", datetime(2026, 12, 22, 9, tzinfo=UTC), "FR", None),
        ("24/7", datetime(2026, 12, 1, tzinfo=UTC), "XX", None),
    ],
)
def test_open_at_a_moment_on_the_wall_of_the_place(text, moment, area, expected):
    assert hours.open_at(text, moment, area) is expected


def test_wall_clock_through_both_changes_of_the_clock():
    for day in (date(2026, 3, 28), date(2026, 3, 30), date(2026, 10, 24), date(2026, 10, 26)):
        summer = date(2026, 3, 29) <= day < date(2026, 10, 25)
        nine = datetime(day.year, day.month, day.day, 7 if summer else 8, 0, tzinfo=UTC)
        assert hours.open_at("Mo-Su 09:00-12:00", nine) is True
        assert hours.open_at("Mo-Su 09:00-12:00", nine - timedelta(minutes=1)) is False


def test_areas():
    assert hours.area_of("57") == "FR-57"
    assert hours.area_of("67") == hours.area_of("68") == "FR-6AE"
    assert hours.area_of("974") == "FR-974"
    assert hours.area_of("2A") == hours.area_of("45") == "FR"
    from pathways.places.rules import AREAS

    assert set(hours.ZONES) == set(AREAS)


def test_the_problem_of_hours_is_a_sentence_with_an_example():
    assert hours.problem("") is None
    assert hours.problem("Mo-Fr 09:00-12:00;") is None
    said = hours.problem("Lu-Ve 9h-12h")
    assert said is not None
    assert "Mo-Fr" in said
    assert hours.problem("Mo " * 300) is not None


@pytest.mark.parametrize(
    "text",
    ["SH Tu-Fr 14:00-18:00", "PH Mo off", "Mo-Fr 09:00-12:00; PH,SH We 10:00-12:00", "Mo-Fr 09:00-12:00;PH Mo off"],
)
def test_holidays_on_some_days_of_the_week_are_shown_as_they_are_and_never_taken_for_any_such_day(text):
    assert french(text) == [text]
    assert hours.open_at(text, datetime(2026, 12, 1, 14, tzinfo=UTC)) is None


def test_dates_leave_out_the_public_holidays_of_their_own_area():
    text, christmas = "Dec Mo-Su 09:00-12:00; PH off", date(2026, 12, 24)
    lines = {area: hours.said(text, "fr", today=christmas, area=area) for area in ("FR", "FR-57", "FR-974")}
    assert any("26 décembre" in one for one in lines["FR"])
    assert not any("26 décembre" in one for one in lines["FR-57"])
    abolition = hours.said(text, "fr", today=date(2026, 12, 19), area="FR-974")
    assert not any("20 décembre" in one for one in abolition)
