"""Series: a rule from which sessions are made some months ahead. Each is then a session as any other; making more never
touches one that is there, and ending a series cancels nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock, i18n, ids
from pathways.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.places.rules import AREAS, FARTHEST, MOST_WEEKS, Rule
from pathways.workshops import policies, wall_clock
from pathways.workshops.models import Series, SessionState, WaitingRule, Workshop, WorkshopSession
from pathways.workshops.scheduling import engaging, offers, sessions, traits
from pathways.workshops.scheduling.engaging import Bound, Taken
from pathways.workshops.scheduling.sessions import SessionForm

AHEAD = timedelta(days=270)
"""How far sessions are made."""
EVERY = timedelta(days=7)
"""How often the upkeep makes more."""
MOST_AT_ONCE = 40
"""Series in one run of the upkeep, which holds the writer's turn meanwhile."""


@dataclass(frozen=True, slots=True)
class Template:
    """What each session of a series begins with."""

    form: SessionForm
    """Its day counts for nothing."""
    publish: bool = False

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Template:
        def identifier(name: str) -> uuid.UUID | None:
            return uuid.UUID(kept[name]) if kept.get(name) else None

        form = SessionForm(
            day=date.min,
            starts=time.fromisoformat(kept["starts"]),
            ends=time.fromisoformat(kept["ends"]),
            seats=kept["seats"],
            timezone=kept["timezone"],
            place_id=identifier("place"),
            room_id=identifier("room"),
            stop_id=identifier("stop"),
            meeting_url=kept["meeting_url"],
            languages=tuple(kept["languages"]),
            interpretation=tuple(kept["interpretation"]),
            closes_hours=kept["closes_hours"],
            waiting_rule=WaitingRule(kept["waiting_rule"]),
            means=tuple(Bound(uuid.UUID(one["means"]), one["units"]) for one in kept["means"]),
            before_minutes=kept["before_minutes"],
            after_minutes=kept["after_minutes"],
        )
        return cls(form, bool(kept["publish"]))

    def to_json(self) -> dict[str, Any]:
        form = self.form
        return {
            "starts": f"{form.starts:%H:%M}",
            "ends": f"{form.ends:%H:%M}",
            "seats": form.seats,
            "timezone": form.timezone,
            "place": str(form.place_id) if form.place_id else None,
            "room": str(form.room_id) if form.room_id else None,
            "stop": str(form.stop_id) if form.stop_id else None,
            "meeting_url": form.meeting_url,
            "languages": list(form.languages),
            "interpretation": list(form.interpretation),
            "closes_hours": form.closes_hours,
            "waiting_rule": form.waiting_rule.value,
            "means": [{"means": str(one.means_id), "units": one.units} for one in form.means],
            "before_minutes": form.before_minutes,
            "after_minutes": form.after_minutes,
            "publish": self.publish,
        }


@dataclass(slots=True)
class Made:
    """What one run made."""

    sessions: list[WorkshopSession] = field(default_factory=list)
    troubles: dict[uuid.UUID, Taken] = field(default_factory=dict)
    """By session, why something it wants could not be bound: such a session waits as a draft that binds nothing."""


def get(db: Session, member: Member, series_id: uuid.UUID) -> Series:
    found = db.get(Series, series_id)
    if found is None or found.organisation_id != member.organisation_id:
        raise NotFound(D_("Cette série n'existe pas."))
    return found


def of_workshop(db: Session, workshop_id: uuid.UUID) -> Sequence[Series]:
    """Those that go on first."""
    query = sa.select(Series).filter_by(workshop_id=workshop_id)
    return db.scalars(query.order_by(Series.ended_at.is_not(None), Series.id)).all()


def create(
    db: Session,
    member: Member,
    workshop_id: uuid.UUID,
    rule: Rule,
    template: Template,
    *,
    id: uuid.UUID | None = None,  # noqa: A002 - what it is
) -> tuple[Series, Made]:
    """A new series and its sessions of the next months. With the ``id`` that a page carried, twice makes one."""
    workshop = offers.get(db, member, workshop_id)
    if not policies.may_edit(member, workshop.organisation_id):
        raise Forbidden(D_("Votre rôle ne permet pas de modifier les ateliers."))
    known = db.get(Series, id) if id is not None else None
    if known is not None:
        return get(db, member, known.id), Made()
    if workshop.archived_at is not None:
        raise Conflict(D_("Cet atelier est archivé : remettez-le dans la liste avant de fixer une séance."))
    _check(rule)
    series = Series(
        id=id or ids.new_id(),
        workshop_id=workshop.id,
        organisation_id=workshop.organisation_id,
        rule=rule.to_json(),
        template=template.to_json(),
    )
    db.add(series)
    db.flush()
    made = make(db, series, _today(template.form.timezone) + AHEAD)
    if not made.sessions:
        said = D_("Aucun jour ne correspond à cette répétition.")
        raise Invalid(said, errors=[{"field": "until", "message": said}])
    return series, made


def make(db: Session, series: Series, until: date) -> Made:
    """The sessions from today to ``until`` that are not there yet, each under an identifier made from the series and
    its day.
    """
    db.refresh(series, with_for_update=True)
    rule, template, made = Rule.of(series.rule), Template.of(series.template), Made()
    start = max(rule.first, _today(template.form.timezone))
    known = set(db.scalars(sa.select(WorkshopSession.occurs_on).filter_by(series_id=series.id)))
    days = [day for day in rule.days(start, until) if day not in known]
    series.made_until = until
    if days:
        _make(db, series, template, days, made)
    db.flush()
    return made


def extend(db: Session) -> int:
    """The upkeep: more sessions for the series that go on. Returns how many."""
    traits.follow_places(db)
    horizon = clock.now().date() + AHEAD
    query = (
        sa.select(Series)
        .join(Workshop, Workshop.id == Series.workshop_id)
        .where(
            Series.ended_at.is_(None),
            Workshop.archived_at.is_(None),
            sa.or_(Series.made_until.is_(None), Series.made_until < horizon - EVERY),
        )
        .order_by(Series.made_until)
        .limit(MOST_AT_ONCE)
    )
    made = 0
    for series in db.scalars(query).all():
        try:
            with db.begin_nested():
                made += len(make(db, series, horizon).sessions)
        except DomainError:  # its place or room is gone: somebody sees it on the page of the series, nobody else waits
            series.made_until = horizon
            db.flush()
    return made


def end(db: Session, member: Member, series_id: uuid.UUID, *, last: date) -> list[WorkshopSession]:
    """No more sessions after ``last``. Returns those that are planned after it: they stay until somebody cancels them,
    which tells whoever holds a seat.
    """
    series = get(db, member, series_id)
    if not policies.may_edit(member, series.organisation_id):
        raise Forbidden(D_("Votre rôle ne permet pas de modifier les ateliers."))
    db.refresh(series, with_for_update=True)
    if series.ended_at is None:
        series.rule = replace(Rule.of(series.rule), until=last).to_json()
        series.ended_at = clock.now()
        series.version += 1
        db.flush()
    return staying(db, series)


def staying(db: Session, series: Series) -> list[WorkshopSession]:
    """The coming sessions after the last day of a series."""
    last = Rule.of(series.rule).until
    if last is None:
        return []
    live = (SessionState.DRAFT, SessionState.PUBLISHED)
    query = sa.select(WorkshopSession).where(
        WorkshopSession.series_id == series.id,
        WorkshopSession.occurs_on > last,
        WorkshopSession.state.in_(live),
        WorkshopSession.starts_at > clock.now(),
    )
    return list(db.scalars(query.order_by(WorkshopSession.starts_at)))


def _make(db: Session, series: Series, template: Template, days: Sequence[date], made: Made) -> None:
    workshop = db.get_one(Workshop, series.workshop_id)
    venue, columns = sessions.checked(db, workshop, replace(template.form, day=days[0]), asked=False)
    state = SessionState.PUBLISHED if template.publish else SessionState.DRAFT
    for day, code in zip(days, sessions.new_codes(db, len(days)), strict=True):
        values = columns | _times(template.form, day) | {"series_id": series.id, "occurs_on": day, "state": state}
        one = WorkshopSession(
            **values,
            id=ids.stable_id("workshop-session", str(series.id), day.isoformat()),
            workshop_id=workshop.id,
            organisation_id=series.organisation_id,
            code=code,
        )
        made.sessions.append(one)
    db.add_all(made.sessions)
    db.flush()
    traits.keep(db, [(one, workshop) for one in made.sessions])
    form = template.form
    made.troubles = engaging.engage_each(
        db,
        made.sessions,
        sessions.wanted_of(db, venue, form),
        before_minutes=form.before_minutes,
        after_minutes=form.after_minutes,
    )
    for one in made.sessions:
        if one.id in made.troubles:
            one.state = SessionState.DRAFT
        changes.note(db, one.organisation_id, "session", one.id, "created")
    db.flush()


def _times(form: SessionForm, day: date) -> dict[str, datetime]:
    """By the clock on the wall, winter and summer."""
    starts_at = wall_clock.nearest(day, form.starts, form.timezone)
    ends_at = wall_clock.nearest(day, form.ends, form.timezone)
    return {
        "starts_at": starts_at,
        "ends_at": max(ends_at, starts_at + timedelta(minutes=10)),  # of two hours that the clocks swallow
        "closes_at": starts_at - timedelta(hours=form.closes_hours),
    }


def _today(timezone: str) -> date:
    return wall_clock.local(clock.now(), timezone).day


def _check(rule: Rule) -> None:
    errors: list[dict[str, str]] = []
    if not 1 <= rule.weeks <= MOST_WEEKS:
        said = i18n.sentence(D_("Un nombre de %(least)s à %(most)s."), {"least": 1, "most": MOST_WEEKS})
        errors.append({"field": "weeks", "message": said})
    if rule.until is not None and not timedelta() <= rule.until - rule.first <= FARTHEST:
        errors.append({"field": "until", "message": D_("Le dernier jour doit venir après le premier.")})
    if rule.area not in AREAS:
        errors.append({"field": "area", "message": D_("Ce calendrier de jours fériés n'existe pas.")})
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
