"""Dated sessions: scheduling one, finding one, putting it before the public. What changes one later is ``editing``."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock, i18n, ids
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_, N_
from pathways.permissions import Member
from pathways.workshops import policies, tongues, wall_clock
from pathways.workshops.models import (
    MOST_SEATS,
    QuotaKind,
    SeatQuota,
    SessionState,
    WaitingRule,
    Workshop,
    WorkshopSession,
)
from pathways.workshops.scheduling import engaging, means, offers, traits, venues
from pathways.workshops.scheduling.engaging import Bound
from pathways.workshops.scheduling.venues import Venue

CODE_LETTERS = 7
"""Neither as long as the code of a diagnostic (6) nor as that of a slip (8): what is typed tells what it is."""
SHOWN = (SessionState.PUBLISHED, SessionState.CANCELLED, SessionState.CLOSED)
LATEST_ENTRY, FARTHEST = timedelta(days=31), timedelta(days=366 * 2)
"""How long after the day a session may still be written down, and how far ahead."""
LONGEST_URL, MOST_HOURS, MOST_CLOSING = 500, 12, 24 * 30


@dataclass(frozen=True, slots=True)
class SessionForm:
    """A session as somebody says it: by the clock on the wall."""

    day: date
    starts: time
    ends: time
    seats: int
    timezone: str = "Europe/Paris"
    place_id: uuid.UUID | None = None
    """Without place, room and stop it is at a distance."""
    room_id: uuid.UUID | None = None
    stop_id: uuid.UUID | None = None
    meeting_url: str = ""
    languages: tuple[str, ...] = ()
    """None: those of the workshop."""
    interpretation: tuple[str, ...] = ()
    closes_hours: int = 0
    """Hours before its start after which only the desk books."""
    waiting_rule: WaitingRule = WaitingRule.STRICT
    means: tuple[Bound, ...] = ()
    """Beside its room or van, which are bound by themselves."""
    before_minutes: int = 0
    after_minutes: int = 0
    second: bool = False
    """Of an hour that the clocks show twice: the second."""


def get(db: Session, member: Member, session_id: uuid.UUID) -> WorkshopSession:
    """A session of the member's organisation, or one in which it has a share of the seats."""
    found = db.get(WorkshopSession, session_id)
    if found is not None and policies.may_read(member, found.organisation_id, partners_of(db, found)):
        return found
    raise NotFound(D_("Cette séance n'existe pas."))


def editable(db: Session, member: Member, session_id: uuid.UUID) -> WorkshopSession:
    """The session, its row locked, for whoever may change it: partners may not."""
    found = changeable(db, member, session_id)
    db.refresh(found, with_for_update=True)
    return found


def changeable(db: Session, member: Member, session_id: uuid.UUID) -> WorkshopSession:
    """The same, nothing locked: for an act that locks several sessions, which takes them in the order of their ids."""
    found = get(db, member, session_id)
    if not policies.may_edit(member, found.organisation_id):
        raise Forbidden(
            D_("Cette séance est tenue par une autre structure, ou votre rôle ne permet pas de la modifier.")
        )
    return found


def public_by_code(db: Session, code: str) -> WorkshopSession:
    """What a poster leads to."""
    typed = ids.normalised(code)[: CODE_LETTERS + 1]
    found = db.scalars(sa.select(WorkshopSession).filter_by(code=typed)).one_or_none()
    if found is None or found.state not in SHOWN:
        raise NotFound(N_("Cette page n'existe pas."))
    return found


def partners_of(db: Session, session: WorkshopSession) -> set[str]:
    """Identifiers of the organisations that have a share of its seats."""
    query = sa.select(SeatQuota.value).filter_by(session_id=session.id, kind=QuotaKind.STRUCTURE, released_at=None)
    return set(db.scalars(query))


def list_for(
    member: Member,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    workshop_id: uuid.UUID | None = None,
    states: Sequence[SessionState] = (),
) -> sa.Select[WorkshopSession]:
    """Own and joint sessions that end after ``start`` and begin before ``end``, in the order of time."""
    shared = sa.select(SeatQuota.session_id).filter_by(
        kind=QuotaKind.STRUCTURE, value=str(member.organisation_id), released_at=None
    )
    own = WorkshopSession.organisation_id == member.organisation_id
    query = sa.select(WorkshopSession).where(sa.or_(own, WorkshopSession.id.in_(shared)))
    if start is not None:
        query = query.where(WorkshopSession.ends_at >= start)
    if end is not None:
        query = query.where(WorkshopSession.starts_at < end)
    if workshop_id is not None:
        query = query.where(WorkshopSession.workshop_id == workshop_id)
    if states:
        query = query.where(WorkshopSession.state.in_(states))
    return query.order_by(WorkshopSession.starts_at, WorkshopSession.id)


def schedule(
    db: Session,
    member: Member,
    workshop_id: uuid.UUID,
    form: SessionForm,
    *,
    id: uuid.UUID | None = None,  # noqa: A002 - what it is
) -> WorkshopSession:
    """A new draft. With an ``id`` that a page carried, pressing twice makes one. Raises :class:`engaging.Taken`."""
    workshop = offers.get(db, member, workshop_id)
    if not policies.may_edit(member, workshop.organisation_id):
        raise Forbidden(D_("Votre rôle ne permet pas de modifier les ateliers."))
    known = db.get(WorkshopSession, id) if id is not None else None
    if known is not None:
        return get(db, member, known.id)
    if workshop.archived_at is not None:
        raise Conflict(D_("Cet atelier est archivé : remettez-le dans la liste avant de fixer une séance."))
    venue, columns = checked(db, workshop, form)
    made = build(db, workshop, columns | ({"id": id} if id is not None else {}))
    bind(db, made, venue, form)
    changes.note(db, made.organisation_id, "session", made.id, "created")
    return made


def publish(db: Session, member: Member, session_id: uuid.UUID) -> WorkshopSession:
    found = editable(db, member, session_id)
    if found.state is SessionState.PUBLISHED:
        return found
    if found.state is not SessionState.DRAFT:
        raise Conflict(D_("Cette séance est annulée ou terminée : dupliquez-la."))
    found.state = SessionState.PUBLISHED
    touch(db, found, "published")
    return found


def duplicate(db: Session, member: Member, session_id: uuid.UUID, day: date, *, id: uuid.UUID) -> WorkshopSession:  # noqa: A002 - what it is
    """The same on another day, as a draft, with what it binds."""
    found = editable(db, member, session_id)
    return schedule(db, member, found.workshop_id, replace(form_of(db, found), day=day), id=id)


def checked(db: Session, workshop: Workshop, form: SessionForm, *, asked: bool = True) -> tuple[Venue, dict[str, Any]]:
    """Where it is and the columns of a session, or everything that is wrong, field by field. ``asked``: somebody is
    there who can be asked about an hour in which the clocks change.
    """
    errors: list[dict[str, str]] = []
    starts_at, ends_at = _moments(form, errors, asked=asked)
    _check_rest(form, workshop, errors)
    venue = Venue()
    try:
        venue = venues.find(
            db, workshop.organisation_id, place_id=form.place_id, room_id=form.room_id, stop_id=form.stop_id
        )
    except Invalid as wrong:
        errors += wrong.errors
    if errors or starts_at is None or ends_at is None:
        raise Invalid(errors[0]["message"], errors=errors)
    return venue, venue.columns() | {
        "meeting_url": form.meeting_url,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "timezone": form.timezone,
        "languages": list(dict.fromkeys(form.languages or workshop.languages)),
        "interpretation": list(dict.fromkeys(form.interpretation)),
        "capacity": form.seats,
        "closes_at": starts_at - timedelta(hours=form.closes_hours),
        "waiting_rule": form.waiting_rule,
    }


def build(db: Session, workshop: Workshop, columns: dict[str, Any]) -> WorkshopSession:
    """A row of its own with a fresh code and its traits; whoever calls this says what it binds."""
    made = WorkshopSession(
        **columns,
        workshop_id=workshop.id,
        organisation_id=workshop.organisation_id,
        code=new_codes(db, 1)[0],
    )
    db.add(made)
    db.flush()
    traits.keep(db, [(made, workshop)])
    return made


def bind(db: Session, session: WorkshopSession, venue: Venue, form: SessionForm) -> None:
    """Its room or its van, and whatever else the form names."""
    wanted = wanted_of(db, venue, form)
    engaging.engage(db, session, wanted, before_minutes=form.before_minutes, after_minutes=form.after_minutes)


def wanted_of(db: Session, venue: Venue, form: SessionForm) -> list[Bound]:
    wanted = list(form.means)
    if venue.room is not None:
        wanted.append(Bound(means.of_room(db, venue.room).id))
    if venue.stop is not None:
        wanted.append(Bound(means.of_tour(db, venue.stop.tour).id))
    return wanted


def form_of(db: Session, session: WorkshopSession) -> SessionForm:
    """A session as it would be typed."""
    starts = wall_clock.local(session.starts_at, session.timezone)
    ends = wall_clock.local(session.ends_at, session.timezone)
    before, after = engaging.margins_of(db, session.id, session.starts_at, session.ends_at)
    return SessionForm(
        day=starts.day,
        starts=starts.time,
        ends=ends.time,
        seats=session.capacity,
        timezone=session.timezone,
        place_id=session.place_id,
        room_id=session.room_id,
        stop_id=session.stop_id,
        meeting_url=session.meeting_url,
        languages=tuple(session.languages),
        interpretation=tuple(session.interpretation),
        closes_hours=round((session.starts_at - session.closes_at).total_seconds() / 3600),
        waiting_rule=session.waiting_rule,
        means=_beside(db, session),
        before_minutes=before,
        after_minutes=after,
    )


def stretch_of(form: SessionForm) -> tuple[datetime, datetime]:
    """From when to when it lasts; raises :class:`Invalid` for what cannot be."""
    errors: list[dict[str, str]] = []
    starts_at, ends_at = _moments(form, errors, asked=True)
    if errors or starts_at is None or ends_at is None:
        raise Invalid(errors[0]["message"], errors=errors)
    return starts_at, ends_at


def touch(db: Session, session: WorkshopSession, act: str) -> None:
    """After whatever its readers must know: a new version, and a line for partners."""
    session.version += 1
    session.updated_at = clock.now()
    db.flush()
    changes.note(db, session.organisation_id, "session", session.id, act)


def new_codes(db: Session, number: int) -> list[str]:
    """Codes that no session has."""
    found: dict[str, None] = {}
    while len(found) < number:
        drawn = {ids.new_code(CODE_LETTERS) for _ in range(number - len(found))}
        known = db.scalars(sa.select(WorkshopSession.code).where(WorkshopSession.code.in_(drawn)))
        found |= dict.fromkeys(drawn - set(known))
    return list(found)


def save_traits(db: Session, session: WorkshopSession) -> None:
    """After any write of a session: what it is searched by."""
    traits.keep(db, [(session, db.get_one(Workshop, session.workshop_id))])


def save_traits_of_workshop(db: Session, workshop: Workshop) -> None:
    """After any write of a workshop: of its sessions that are still to come."""
    coming = sa.select(WorkshopSession).where(
        WorkshopSession.workshop_id == workshop.id, WorkshopSession.ends_at > clock.now()
    )
    traits.keep(db, [(one, workshop) for one in db.scalars(coming)])


def _beside(db: Session, session: WorkshopSession) -> tuple[Bound, ...]:
    """What it binds beside its room or its van, in the order of their identifiers."""
    of_venue = set(db.scalars(engaging.of_venue(session)))
    return tuple(one for one in engaging.bound_to(db, session.id) if one.means_id not in of_venue)


def _moments(
    form: SessionForm, errors: list[dict[str, str]], *, asked: bool
) -> tuple[datetime | None, datetime | None]:
    if wall_clock.zone(form.timezone) is None:
        errors.append(_error("timezone", D_("Ce fuseau horaire n'existe pas.")))
        return None, None
    today = wall_clock.local(clock.now(), form.timezone).day
    if form.day < today - LATEST_ENTRY:
        errors.append(_error("day", D_("Ce jour est passé depuis trop longtemps. Vérifiez l'année.")))
    elif form.day > today + FARTHEST:
        errors.append(_error("day", D_("Ce jour est trop loin. Choisissez-en un plus proche.")))
    starts_at = _moment(form, form.starts, "starts", errors, asked=asked)
    ends_at = _moment(form, form.ends, "ends", errors, asked=asked)
    if starts_at is not None and ends_at is not None:
        lasts = ends_at - starts_at
        if not asked:  # by the clock on the wall, which the days of a series share: not by what a change of hour leaves
            lasts = datetime.combine(form.day, form.ends) - datetime.combine(form.day, form.starts)
        if lasts <= timedelta():
            errors.append(_error("ends", D_("La fin doit venir après le début.")))
        elif lasts > timedelta(hours=MOST_HOURS):
            errors.append(_error("ends", D_("Une séance dure %(most)s heures au plus."), most=MOST_HOURS))
    return starts_at, ends_at


def _moment(form: SessionForm, at: time, field: str, errors: list[dict[str, str]], *, asked: bool) -> datetime | None:
    if form.second:
        return wall_clock.nearest(form.day, at.replace(fold=1), form.timezone)
    if not asked:
        return wall_clock.nearest(form.day, at, form.timezone)
    try:
        return wall_clock.moment(form.day, at, form.timezone)
    except wall_clock.Unreal:
        said = D_("Cette heure n'existe pas ce jour-là : les horloges avancent d'une heure.")
    except wall_clock.Twice:
        said = D_("Cette heure passe deux fois ce jour-là : les horloges reculent. Choisissez une autre heure.")
    errors.append(_error(field, said))
    return None


def _check_rest(form: SessionForm, workshop: Workshop, errors: list[dict[str, str]]) -> None:
    least_most = D_("Un nombre de %(least)s à %(most)s.")
    if not 1 <= form.seats <= MOST_SEATS:
        errors.append(_error("seats", least_most, least=1, most=MOST_SEATS))
    if not 0 <= form.closes_hours <= MOST_CLOSING:
        errors.append(_error("closes_hours", least_most, least=0, most=MOST_CLOSING))
    for name, codes in (("languages", form.languages), ("interpretation", form.interpretation)):
        unknown = tongues.unknown(codes)
        errors += [_error(name, D_("« %(value)s » n'est pas dans la liste."), value=code) for code in unknown]
    if not (form.languages or workshop.languages):
        errors.append(_error("languages", D_("Choisissez au moins une langue d'animation.")))
    if form.meeting_url and not form.meeting_url.startswith(("https://", "http://")):
        errors.append(_error("meeting_url", D_("L'adresse de la visio commence par https://.")))
    if len(form.meeting_url) > LONGEST_URL:
        errors.append(_error("meeting_url", D_("C'est trop long : %(most)s signes au plus."), most=LONGEST_URL))


def _error(field: str, message: str, **values: object) -> dict[str, str]:
    return {"field": field, "message": i18n.sentence(message, values)}
