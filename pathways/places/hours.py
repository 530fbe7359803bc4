"""Opening hours in OSM syntax: said in words of the reader's language, and whether a place is open at a moment.

Only what is certain is put into words: days of the week, times, public and school holidays. Hours with weeks or months
in them are told as the next dates on which they really fall (2026 has a week 53: nobody should count odd weeks). What
is left is shown as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_day_names
from opening_hours import OpeningHours, State, validate

from pathways import clock, i18n
from pathways.i18n import D_, N_
from pathways.places import rules

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
LONGEST = 500
DATES_TOLD, DAYS_AHEAD = 6, 92
ZONES = {
    **dict.fromkeys(("FR", "FR-57", "FR-6AE"), "Europe/Paris"),
    "FR-971": "America/Guadeloupe",
    "FR-972": "America/Martinique",
    "FR-973": "America/Cayenne",
    "FR-974": "Indian/Reunion",
    "FR-976": "Indian/Mayotte",
    "FR-BL": "America/St_Barthelemy",
    "FR-MF": "America/Marigot",
    "FR-NC": "Pacific/Noumea",
    "FR-PF": "Pacific/Tahiti",
    "FR-PM": "America/Miquelon",
    "FR-WF": "Pacific/Wallis",
}
"""The clock on the wall in each area of :data:`rules.AREAS`."""
_ALSACE_MOSELLE = {"57": "FR-57", "67": "FR-6AE", "68": "FR-6AE"}
_OVERSEAS = {
    **{code: f"FR-{code}" for code in ("971", "972", "973", "974", "976")},
    "975": "FR-PM",
    "977": "FR-BL",
    "978": "FR-MF",
    "986": "FR-WF",
    "987": "FR-PF",
    "988": "FR-NC",
}

_PH, _SH = "PH", "SH"
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_TIME = r"(?:[01]\d|2[0-4]):[0-5]\d"
_RULE = re.compile(
    rf"(?P<days>(?:{_DAY}(?:-{_DAY})?|PH|SH)(?:,(?:{_DAY}(?:-{_DAY})?|PH|SH))*)?"
    rf"(?:^|\s|$)?(?P<what>{_TIME}-{_TIME}(?:,{_TIME}-{_TIME})*|closed)?\Z"
)
_DATED = re.compile(r"\b(?:week ?\d|20\d\d|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)")
_SOME_OF_THEM = re.compile(rf"\b(?:PH|SH)\s+{_DAY}\b", re.IGNORECASE)
"""Holidays that fall on some days of the week: the library forgets the holidays, and keeps the days."""
_ALL_DAY = ("00:00-24:00",)

Times = tuple[str, ...]
"""``09:00-12:00`` each; none: closed."""


@dataclass(slots=True)
class _Week:
    days: dict[int, Times] = field(default_factory=dict)
    holidays: dict[str, Times] = field(default_factory=dict)


def problem(hours: str) -> str | None:
    """What is wrong with hours that cannot be read, in a sentence; nothing for good ones, and for none at all."""
    if not hours.strip() or (len(hours) <= LONGEST and _parsed(hours) is not None):
        return None
    said = D_("Ces horaires ne se lisent pas. Un exemple : Mo-Fr 09:00-12:00,14:00-18:00; Sa 09:00-12:00; PH off")
    return i18n.gettext(said)


def said(hours: str, language: str, *, today: date | None = None, area: str = "FR") -> list[str]:
    """The hours in lines that a reader of ``language`` understands, in an area of :data:`rules.AREAS`; none for no
    hours.
    """
    hours = hours.strip()
    if not hours:
        return []
    parsed = _parsed(hours)
    if parsed is None or _SOME_OF_THEM.search(hours):
        return [hours]
    plain = str(parsed.normalize())
    if plain in {"24/7", "closed", "24/7 closed"}:
        return [i18n.gettext(N_("Toujours ouvert") if plain == "24/7" else N_("Fermé"), language)]
    week = _week(plain)
    if week is not None:
        return _lines(week, language)
    if _DATED.search(plain) and '"' not in plain and "unknown" not in plain and _SH not in plain:
        lines = list(_dates(parsed, language, today or clock.now().astimezone(clock.PARIS).date(), area))
        if lines:
            return [i18n.gettext(N_("Prochaines dates"), language), *lines]
    return [hours]


def open_at(hours: str, moment: datetime, area: str = "FR") -> bool | None:
    """Whether it is open at ``moment`` in an area of :data:`rules.AREAS`; nothing where the hours do not say."""
    parsed = _parsed(hours.strip())
    if parsed is None or area not in ZONES or _SOME_OF_THEM.search(hours):
        return None
    local = moment.astimezone(ZoneInfo(ZONES[area])).replace(tzinfo=None)
    if _holiday_of_its_own(parsed, local.date(), area):
        return _on_holiday(str(parsed.normalize()), local.time())
    state, comment = parsed.state(local)
    if state == State.UNKNOWN or comment or _SH in str(parsed):  # nothing here knows the school holidays of a zone
        return None
    return state == State.OPEN


def area_of(department: str) -> str:
    """Where the public holidays of a department are said in :data:`rules.AREAS`."""
    return _ALSACE_MOSELLE.get(department) or _OVERSEAS.get(department, "FR")


@lru_cache(maxsize=2048)
def _parsed(hours: str) -> OpeningHours | None:
    """With the public holidays of France: without a country, ``PH off`` would leave 14 July open."""
    bare = hours.rstrip("; ")
    return OpeningHours(bare, country="FR") if validate(bare) else None


def _holiday_of_its_own(parsed: OpeningHours, day: date, area: str) -> bool:
    """Whether ``day`` is a public holiday there and the library, which knows those of all France, does not see it."""
    if _PH not in str(parsed) or not rules.is_holiday(day, area):
        return False
    probe = OpeningHours("PH 00:00-24:00", country="FR")
    return not probe.is_open(datetime.combine(day, time(12)))


def _on_holiday(plain: str, at: time) -> bool | None:
    week = _week(plain)
    if week is None or _PH not in week.holidays:
        return None
    return any(one[:5] <= f"{at:%H:%M}" < one[6:] for one in week.holidays[_PH])


# --- the week --------------------------------------------------------------------------------------------------


def _week(plain: str) -> _Week | None:
    """Normalised hours as a table of the week, or nothing where they say more than a table holds."""
    week = _Week()
    for rule in plain.split("; "):
        found = _RULE.match(rule)
        if not rule or found is None:
            return None
        times = _times(found["what"])
        days, holidays = _selected(found["days"])
        if times is None or (days and week.holidays):  # a day after a holiday takes the holiday back
            return None
        for day in days:
            week.days[day] = times
        for one in holidays:
            week.holidays[one] = times
    return week


def _times(what: str | None) -> Times | None:
    if what is None:
        return _ALL_DAY
    if what == "closed":
        return ()
    times = tuple(what.split(","))
    return times if all(one[:5] < one[6:] <= "24:00" for one in times) else None


def _selected(selector: str | None) -> tuple[list[int], list[str]]:
    if selector is None:
        return list(range(7)), []
    days: list[int] = []
    holidays: list[str] = []
    for one in selector.split(","):
        if one in {_PH, _SH}:
            holidays.append(one)
        else:
            first, _, last = one.partition("-")
            start, end = DAYS.index(first), DAYS.index(last or first)
            days += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    return days, holidays


def _lines(week: _Week, language: str) -> list[str]:
    names = day_names(language)
    lines = [
        _line(_run(names, first, last), times, language)
        for first, last, times in _runs(week.days)
        if times  # a day that is not there is closed, as on any door
    ]
    called = {_PH: N_("Jours fériés"), _SH: N_("Vacances scolaires")}
    lines += [_line(i18n.gettext(called[one], language), times, language) for one, times in week.holidays.items()]
    return lines or [i18n.gettext(N_("Fermé"), language)]


def _runs(days: Mapping[int, Times]) -> Iterator[tuple[int, int, Times]]:
    """Days in a row with the same times, from Monday on."""
    first = 0
    while first < 7:
        last = first
        while last < 6 and days.get(last + 1, ()) == days.get(first, ()):
            last += 1
        yield first, last, days.get(first, ())
        first = last + 1


def _run(names: Sequence[str], first: int, last: int) -> str:
    if last - first == 1:
        return f"{names[first]}, {names[last]}"
    return names[first] if first == last else f"{names[first]} – {names[last]}"


def _line(what: str, times: Times, language: str) -> str:
    known = i18n.language(language)
    colon = "\u00a0: " if known.code == i18n.SOURCE else ": "
    if not times:
        return f"{what}{colon}{i18n.gettext(N_('Fermé'), language)}"
    ranges = [one.replace("-", " – ") for one in times]
    if known.dir == "rtl":  # a range of times is read from left to right, whatever stands around it
        ranges = [i18n.isolated(one) for one in ranges]
    return f"{what}{colon}{('، ' if known.script == 'Arab' else ', ').join(ranges)}"


def day_names(language: str) -> tuple[str, ...]:
    """Monday to Sunday, by the registry for a language that CLDR lacks."""
    known = i18n.language(language)
    if known.days:
        return known.days
    names = get_day_names("wide", context="format", locale=Locale.parse(known.fmt))  # the others Babel 2 mixes up
    return tuple(names[day] for day in range(7))


# --- dates -----------------------------------------------------------------------------------------------------


def _dates(parsed: OpeningHours, language: str, today: date, area: str) -> Iterator[str]:
    """The next dates on which it opens, with their times; none where a state is not certain. Public holidays that only
    this area keeps are left out wherever the hours say something of public holidays.
    """
    start = datetime.combine(today, time())
    found: dict[date, list[str]] = {}
    for begins, ends, state, comment in parsed.intervals(start, start + timedelta(days=DAYS_AHEAD)):
        if state == State.UNKNOWN or comment:
            return
        if state == State.OPEN and ends is not None and not _holiday_of_its_own(parsed, begins.date(), area):
            if ends - begins > timedelta(days=1):
                return
            until = "24:00" if ends.date() > begins.date() else f"{ends:%H:%M}"
            found.setdefault(begins.date(), []).append(f"{begins:%H:%M}-{until}")
    for day in sorted(found)[:DATES_TOLD]:
        yield _line(i18n.say_date(day, language), tuple(found[day]), language)
