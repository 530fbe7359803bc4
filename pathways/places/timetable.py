"""The days of a stop in the syntax of OSM opening hours. Pure.

The syntax can say *every second week* only by the number of a week in its year, and after a week 53 odd and even change
places. So nothing is written that goes on for ever: the days that are known are written, with the year they fall in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SHORTEST_RUN = 3
"""Days that follow a rhythm; fewer are written one by one."""


def written(days: Iterable[date], opens: str, closes: str) -> list[str]:
    """The parts of a text in OSM syntax, in the order of their days: ``2026 week 49-53/2 Th 14:00-16:00``. Joined with
    ``, `` they add up, whatever else stands beside them.
    """
    found: list[tuple[date, str]] = []
    for (_, alone, weekday), same in groupby(sorted(set(days), key=_kind), key=lambda day: _kind(day)[:3]):
        for run in _runs(list(same)):
            found += _said(run, weekday, f"{opens}-{closes}", in_weeks=not alone)
    return [text for _, text in sorted(found)]


def _kind(day: date) -> tuple[int, bool, int, date]:
    return day.year, not _has_its_own_week(day), day.weekday(), day


def _has_its_own_week(day: date) -> bool:
    """Whether a year and the number of a week mean this day alone: the first days of January may belong to a week 52 or
    53, the last ones of December to a week 1, and each has the number of another week of the same year.
    """
    week = day.isocalendar()
    twins = (day - timedelta(weeks=52), day + timedelta(weeks=52))
    shared = any(one.year == day.year and one.isocalendar().week == week.week for one in twins)
    return week.year == day.year and not shared


def _runs(days: Sequence[date]) -> list[list[date]]:
    """Days of one weekday of one year, cut where their rhythm changes."""
    runs: list[list[date]] = []
    for day in days:
        run = runs[-1] if runs else []
        if len(run) == 1 or (len(run) > 1 and day - run[-1] == run[1] - run[0]):
            run.append(day)
        else:
            runs.append([day])
    return runs


def _said(run: Sequence[date], weekday: int, hours: str, *, in_weeks: bool) -> list[tuple[date, str]]:
    if len(run) < SHORTEST_RUN or not in_weeks:
        return [(day, f"{day.year} {MONTHS[day.month - 1]} {day.day:02d} {hours}") for day in run]
    step = (run[1] - run[0]).days // 7
    every = f"/{step}" if step > 1 else ""
    weeks = f"{run[0].isocalendar().week:02d}-{run[-1].isocalendar().week:02d}"
    return [(run[0], f"{run[0].year} week {weeks}{every} {DAYS[weekday]} {hours}")]
