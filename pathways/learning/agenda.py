"""A pathway in a calendar: sittings of the minutes that somebody has, on the days they have, and sessions at their
hour. Nobody else's data is in it.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from pathways import i18n
from pathways.i18n import N_
from pathways.learning import telling
from pathways.learning.limits import Limits
from pathways.learning.models import Pathway, Step, StepKind
from pathways.learning.planner.errors import InvalidProblem
from pathways.learning.planner.sittings import Agenda, Week, Work, pack
from pathways.learning.telling import Told
from pathways.settings import Settings
from pathways.workshops import showing, wall_clock
from pathways.workshops.models import WorkshopSession

MEDIA_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//pathways//learning//FR"
REMOTE = N_("À distance")
NOT_BOOKED = N_("Sans réservation, le jour est seulement proposé.")
MOST_SITTINGS = 30
"""In a calendar: what comes later will have changed by then."""


@dataclass(frozen=True, slots=True)
class Dated:
    """An open step, with what is written of it."""

    step: Step
    title: str
    """In the reader's language."""
    french: str
    session: WorkshopSession | None = None
    slip: str = ""
    """The token of the slip, where a seat is booked."""

    @property
    def has_own_day(self) -> bool:
        """Whether the person does it on the day that they like: a mediator and a session have days of their own."""
        with_somebody = self.step.kind is StepKind.LEARN and self.step.resource_id is None
        return self.session is None and not with_somebody


def sittings(steps: Sequence[Dated], limits: Limits, today: date) -> Agenda:
    """On which days the open steps are done, from ``today`` on."""
    return _packed([(str(one.step.id), one.step.minutes, one.session) for one in steps], limits, today)


def ends(
    steps: Sequence[tuple[int, WorkshopSession | None]],
    total: Sequence[float] | None,
    limits: Limits,
    today: date,
    language: str,
) -> Told | None:
    """Between which days it is over, in the very sittings that paper and calendar tell. ``steps``: minutes of each, and
    its session; ``total``: minutes of all of it, mean, low and high. Without a pace, nobody knows.
    """
    if not limits.minutes_a_week or total is None or not steps:
        return None
    dated = math.fsum(minutes for minutes, session in steps if session is not None)
    alone = math.fsum(minutes for minutes, session in steps if session is None)
    shares = [1.0, *(max(minutes - dated, 0.0) / alone if alone else 1.0 for minutes in total[1:])]
    lasts = list[date]()
    for share in shares:
        told = [(str(at), one * (1.0 if session else share), session) for at, (one, session) in enumerate(steps)]
        packed = _packed(told, limits, today).sittings
        if not packed:
            return None
        lasts.append(packed[-1].on)
    return telling.ends(min(lasts), max(lasts), language)


def _packed(steps: Sequence[tuple[str, float, WorkshopSession | None]], limits: Limits, today: date) -> Agenda:
    work, before = list[Work](), tuple[str, ...]()
    for key, lasts, session in steps:
        minutes = float(max(lasts, 1))
        if session is not None:
            work.append(Work(key, minutes, on=_day_of(session)))
        else:
            work.append(Work(key, minutes, after=before))  # one after the other, as the pathway has them
            before = (key,)
    weekly = float(limits.minutes_a_week) if limits.minutes_a_week else None
    week = Week(float(limits.sitting), weekly, frozenset(limits.weekdays))
    try:
        return pack(work, week, today)
    except InvalidProblem:  # at so few minutes a week it would take longer than anybody plans
        return Agenda((), ())


def of_pathway(pathway: Pathway, steps: Sequence[Dated], settings: Settings, language: str, now: datetime) -> bytes:
    """The calendar, in the reader's language and in French."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    by_id = {str(one.step.id): one for one in steps}
    found = sittings(steps, Limits.from_json(pathway.limits), now.date())
    for one in steps:
        if one.session is not None and one.session.ends_at > now:
            calendar.add_component(_session(one, one.session, settings, language))
    alone = [(one.on, [part for part in one.parts if by_id[part.key].has_own_day]) for one in found.sittings]
    for day, parts in [one for one in alone if one[1]][:MOST_SITTINGS]:
        named, minutes = [by_id[part.key] for part in parts], math.fsum(part.minutes for part in parts)
        calendar.add_component(_sitting(pathway, day, minutes, named, settings, language, now))
    return calendar.to_ical()


def _sitting(
    pathway: Pathway,
    day: date,
    minutes: float,
    named: Sequence[Dated],
    settings: Settings,
    language: str,
    now: datetime,
) -> Event:
    event = Event()
    event.add("uid", f"{uuid.uuid5(pathway.id, day.isoformat())}@{urlsplit(settings.url).hostname}")
    event.add("sequence", pathway.version)
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    said = f"{named[0].title} ({telling.amount(minutes, language)})"
    event.add("summary", said, parameters={"LANGUAGE": i18n.language(language).tag})
    lines = [line for one in named for line in (one.title, one.french)]
    lines += [i18n.gettext(NOT_BOOKED, language), NOT_BOOKED]
    event.add("description", "\n".join(dict.fromkeys(lines)))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event


def _session(one: Dated, session: WorkshopSession, settings: Settings, language: str) -> Event:
    said = showing.said_of(session, language)
    host = urlsplit(settings.url).hostname
    event = Event()
    # Booked, it is the very entry of the slip: a calendar that has that one shows it once.
    event.add("uid", f"{one.step.booking_id if one.slip else one.step.id}@{host}")
    event.add("sequence", session.version)
    event.add("dtstamp", session.updated_at.replace(microsecond=0))
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", said.title.text, parameters={"LANGUAGE": said.title.own.tag})
    event.add("location", f"{said.place.name}, {said.address}" if said.place else i18n.gettext(REMOTE, language))
    event.add("status", "CONFIRMED" if one.slip else "TENTATIVE")
    event.add("url", f"{settings.url}/b/{one.slip}" if one.slip else f"{settings.url}/s/{session.code}")
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    return event


def _day_of(session: WorkshopSession) -> date:
    return wall_clock.local(session.starts_at, session.timezone).day
