"""Hours of a path: those that were attended, from the registers of workshops, and apart from them those that the person
says they worked alone; by week, corrected by adding lines, for whoever pays.

An hour is sixty minutes that went by: a session over the night when the clocks change is as long as it was. It belongs
to the day on which it began, on the clock of its place.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n, spreadsheets
from pathways.clock import PARIS
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_, SOURCE
from pathways.learning.hours import worked
from pathways.learning.hours.worked import Attended, OwnWork
from pathways.learning.models import HoursCorrection, PathTerms, Pathway, PathwayState
from pathways.people.models import Account, Organisation
from pathways.permissions import Member
from pathways.workshops import wall_clock
from pathways.workshops.attending.activity import Period
from pathways.workshops.models import Presence

LONGEST_FUNDER, MOST_CENTS = 120, 100_000
MOST_MINUTES = 24 * 60
PATHS_AT_ONCE = 500
"""Of a table: it is put together in parts, each in a fixed number of queries."""
HEADER = (
    D_("parcours"),
    D_("personne"),
    D_("langue"),
    D_("commencé le"),
    D_("état"),
    D_("séances suivies"),
    D_("séances sans durée notée"),
    D_("absences"),
    D_("minutes de présence"),
    D_("minutes de travail seul, dites par la personne"),
    D_("minutes comptées"),
    D_("heures comptées"),
    D_("financeur"),
    D_("montant en euros"),
)
STATES = {
    PathwayState.ACTIVE: D_("en cours"),
    PathwayState.REACHED: D_("terminé"),
    PathwayState.STOPPED: D_("arrêté"),
}


@dataclass(frozen=True, slots=True)
class Week:
    """From Monday on."""

    monday: date
    attended: int
    own: int
    counted: int


@dataclass(frozen=True, slots=True)
class Hours:
    """All that is attested of one path."""

    pathway: Pathway
    terms: PathTerms
    sessions: tuple[Attended, ...]
    own: tuple[OwnWork, ...]
    corrections: tuple[HoursCorrection, ...]

    @property
    def attended_minutes(self) -> int:
        return sum(minutes for _, minutes, own in self.lines() if not own)

    @property
    def own_minutes(self) -> int:
        return sum(minutes for _, minutes, own in self.lines() if own)

    @property
    def counted_minutes(self) -> int:
        """What the funder pays: attended, and the person's own work where the terms say so."""
        return max(0, self.attended_minutes + (self.own_minutes if self.terms.counts_own_work else 0))

    @property
    def came(self) -> int:
        return sum(one.minutes != 0 for one in self.sessions)

    @property
    def unsaid(self) -> int:
        return sum(one.minutes is None for one in self.sessions)

    @property
    def absences(self) -> int:
        return sum(one.presence in (Presence.ABSENT, Presence.ABSENT_EXCUSED) for one in self.sessions)

    @property
    def amount(self) -> Decimal | None:
        """In euros, of the minutes that count; ``None`` without a rate."""
        return amount_of(self.counted_minutes, self.terms.cents_an_hour)

    def weeks(self) -> list[Week]:
        """Every week from the first to the last that has something, empty ones too: a contract asks for each."""
        by_week: dict[date, list[int]] = defaultdict(lambda: [0, 0])
        for day, minutes, own in self.lines():
            by_week[day - timedelta(days=day.weekday())][own] += minutes
        if not by_week:
            return []
        first, last = min(by_week), max(by_week)
        return [self._week(first + timedelta(weeks=one), by_week) for one in range((last - first).days // 7 + 1)]

    def _week(self, monday: date, by_week: Mapping[date, list[int]]) -> Week:
        attended, own = by_week.get(monday, [0, 0])
        return Week(monday, attended, own, attended + (own if self.terms.counts_own_work else 0))

    def lines(self) -> Iterable[tuple[date, int, bool]]:
        """Day, minutes, and whether it is the person's own work; below 0, what a correction takes away."""
        yield from ((one.day, one.minutes or 0, False) for one in self.sessions)
        yield from ((one.day, one.minutes, True) for one in self.own)
        yield from ((one.day, one.minutes, one.own_work) for one in self.corrections)


def amount_of(minutes: int, cents_an_hour: int | None) -> Decimal | None:
    """Cents are rounded once, on the whole."""
    if cents_an_hour is None:
        return None
    cents = (Decimal(minutes) * cents_an_hour / 60).quantize(Decimal(1), ROUND_HALF_UP)
    return cents / 100


# --- the terms ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terms:
    """What an organisation writes down of whoever pays."""

    funder: str = ""
    cents_an_hour: int | None = None
    counts_own_work: bool = False
    insertion_hours: bool = False
    version: int = 0


def terms_of(db: Session, organisation_id: uuid.UUID) -> PathTerms:
    """As they stand; plain ones where nobody wrote any, which are not stored."""
    return db.get(PathTerms, organisation_id) or PathTerms(
        organisation_id=organisation_id,
        funder="",
        cents_an_hour=None,
        counts_own_work=False,
        insertion_hours=False,
        version=0,
    )


def set_terms(db: Session, actor: Member, wanted: Terms) -> PathTerms:
    """Keep them. ``version`` is the one that their author was looking at; the same twice is one."""
    errors = []
    if len(wanted.funder) > LONGEST_FUNDER:
        errors.append({"field": "funder", "message": i18n.gettext(D_("C'est trop long."))})
    if wanted.cents_an_hour is not None and not 0 <= wanted.cents_an_hour <= MOST_CENTS:
        errors.append({"field": "rate", "message": i18n.gettext(D_("Un montant de 0 à 1000 euros."))})
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    db.get(Organisation, actor.organisation_id, with_for_update=True)  # where there is no row yet, two would write one
    kept = db.get(PathTerms, actor.organisation_id, populate_existing=True)
    if kept is not None and _written(kept) == replace(wanted, version=0):
        return kept
    if (kept.version if kept is not None else 0) != wanted.version:
        raise Conflict(D_("Un collègue a modifié ce choix entre-temps. Relisez, puis enregistrez de nouveau."))
    if kept is None:
        kept = terms_of(db, actor.organisation_id)
        db.add(kept)
    kept.funder, kept.cents_an_hour = wanted.funder.strip(), wanted.cents_an_hour
    kept.counts_own_work, kept.insertion_hours = wanted.counts_own_work, wanted.insertion_hours
    kept.version, kept.updated_at = kept.version + 1, clock.now()
    db.flush()
    return kept


# --- one path -------------------------------------------------------------------------------------------------


def get(db: Session, actor: Member, pathway_id: uuid.UUID) -> Pathway:
    """A path of the member's organisation; any other does not exist."""
    found = db.get(Pathway, pathway_id)
    if found is None or found.organisation_id != actor.organisation_id:
        raise NotFound(D_("Ce parcours n'existe pas."))
    return found


def hours(db: Session, pathway: Pathway, period: Period | None = None) -> Hours:
    """Everything that counts of a path, or of some of its days."""
    return hours_of(db, [pathway], period)[0]


def hours_of(db: Session, pathways: Sequence[Pathway], period: Period | None = None) -> list[Hours]:
    """The same of several, in a fixed number of queries."""
    terms = {one: terms_of(db, one) for one in {path.organisation_id for path in pathways}}
    sessions, own = worked.attended(db, pathways), worked.own_work(db, pathways)
    corrections = _corrections(db, pathways)
    return [
        Hours(
            path,
            terms[path.organisation_id],
            tuple(one for one in sessions.get(path.id, []) if _within(one.day, period)),
            tuple(one for one in own.get(path.id, []) if _within(one.day, period)),
            tuple(one for one in corrections.get(path.id, []) if _within(one.day, period)),
        )
        for path in pathways
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """What a member adds: minutes, or below 0 what is taken away."""

    day: date
    minutes: int
    reason: str
    own_work: bool = False


def correct(db: Session, actor: Member, pathway_id: uuid.UUID, line: Line, *, key: str) -> HoursCorrection:
    """Add minutes, or take some away, and say why. It is another line: nothing that was written goes. The same ``key``
    twice is one line.
    """
    pathway = get(db, actor, pathway_id)
    db.refresh(pathway, with_for_update=True)
    known = db.scalar(sa.select(HoursCorrection).filter_by(pathway_id=pathway.id, key=key))
    if known is not None:
        return known
    errors = []
    if not line.minutes or abs(line.minutes) > MOST_MINUTES:
        errors.append({"field": "minutes", "message": i18n.gettext(D_("Un nombre de minutes, sauf 0."))})
    if not line.reason.strip():
        errors.append({"field": "reason", "message": i18n.gettext(D_("Dites pourquoi."))})
    if not pathway.chosen_at.astimezone(PARIS).date() <= line.day <= today():
        errors.append({"field": "day", "message": i18n.gettext(D_("Un jour du parcours, jusqu'à aujourd'hui."))})
    errors = errors or _too_much(db, pathway, line)
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    written = HoursCorrection(
        pathway_id=pathway.id,
        day=line.day,
        minutes=line.minutes,
        own_work=line.own_work,
        reason=line.reason.strip()[:200],
        account_id=actor.account_id,
        key=key,
    )
    db.add(written)
    db.flush()
    return written


def _too_much(db: Session, pathway: Pathway, line: Line) -> list[dict[str, str]]:
    """Nobody was there for less than no time: neither on that day, nor in all."""
    if line.minutes > 0:
        return []
    found = hours(db, pathway)
    there = sum(minutes for day, minutes, own in found.lines() if day == line.day and own is line.own_work)
    in_all = found.own_minutes if line.own_work else found.attended_minutes
    left = max(0, min(there, in_all))
    if left + line.minutes >= 0:
        return []
    said = i18n.sentence(D_("Il y a %(left)s minutes ce jour-là : on ne peut pas en enlever plus."), {"left": left})
    return [{"field": "minutes", "message": said}]


def names(db: Session, corrections: Sequence[HoursCorrection]) -> dict[uuid.UUID, str]:
    query = sa.select(Account.id, Account.name).where(Account.id.in_({one.account_id for one in corrections}))
    return {row.id: row.name for row in db.execute(query)}


def today() -> date:
    return clock.now().astimezone(PARIS).date()


# --- all paths, for whoever pays ------------------------------------------------------------------------------


def table(db: Session, actor: Member, period: Period) -> tuple[bytes, int]:
    """Every path of the organisation that was going on in ``period``, as CSV, and how many there are. People by the
    name of a bird: whoever pays need not know who they are.
    """
    period = period.checked()
    begins = wall_clock.nearest(period.first, time(), PARIS.key)
    ends = wall_clock.nearest(period.last + timedelta(days=1), time(), PARIS.key)
    query = (
        sa.select(Pathway.id)
        .where(
            Pathway.organisation_id == actor.organisation_id,
            Pathway.chosen_at < ends,
            sa.or_(Pathway.ended_at.is_(None), Pathway.ended_at >= begins),
        )
        .order_by(Pathway.chosen_at, Pathway.id)
    )
    found = db.scalars(query).all()
    parts = [found[start : start + PATHS_AT_ONCE] for start in range(0, len(found), PATHS_AT_ONCE)]
    rows = [row for part in parts for row in _rows(db, part, period)]
    return spreadsheets.csv_of([i18n.gettext(one) for one in HEADER], rows), len(rows)


# --- inside ---------------------------------------------------------------------------------------------------


def _rows(db: Session, path_ids: Sequence[uuid.UUID], period: Period) -> list[list[spreadsheets.Cell]]:
    wanted = sa.select(Pathway).where(Pathway.id.in_(path_ids)).order_by(Pathway.chosen_at, Pathway.id)
    paths = db.scalars(wanted).all()
    languages = _languages(db, paths)
    return [_row(one, languages) for one in hours_of(db, paths, period)]


def _row(one: Hours, languages: Mapping[uuid.UUID, str]) -> list[spreadsheets.Cell]:
    path = one.pathway
    return [
        path.id.hex[:8],
        pseudonym(path.attempt_id),
        languages.get(path.attempt_id, SOURCE),
        path.chosen_at.astimezone(PARIS).date(),
        i18n.gettext(STATES[path.state]),
        one.came,
        one.unsaid,
        one.absences,
        one.attended_minutes,
        one.own_minutes,
        one.counted_minutes,
        round(one.counted_minutes / 60, 2),
        one.terms.funder,
        "" if one.amount is None else float(one.amount),
    ]


def _written(kept: PathTerms) -> Terms:
    return Terms(kept.funder, kept.cents_an_hour, kept.counts_own_work, kept.insertion_hours)


def _within(day: date, period: Period | None) -> bool:
    return period is None or period.first <= day <= period.last


def _languages(db: Session, paths: Sequence[Pathway]) -> dict[uuid.UUID, str]:
    wanted = {one.attempt_id for one in paths}
    query = sa.select(Attempt.id, Attempt.language).where(Attempt.id.in_(wanted))
    return {row.id: row.language for row in db.execute(query)}


def _corrections(db: Session, paths: Sequence[Pathway]) -> dict[uuid.UUID, list[HoursCorrection]]:
    query = sa.select(HoursCorrection).where(HoursCorrection.pathway_id.in_([one.id for one in paths]))
    found: dict[uuid.UUID, list[HoursCorrection]] = defaultdict(list)
    for one in db.scalars(query.order_by(HoursCorrection.day, HoursCorrection.written_at, HoursCorrection.id)):
        found[one.pathway_id].append(one)
    return found
