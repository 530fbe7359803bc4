"""Receiving somebody: the context sheet, the start of the questions, the next appointment, and the next person.

A page makes the id of a reception before anything is stored, so that whatever is sent again lands in the same row.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.diagnostics import belonging, taking
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.keys import Door
from pathways.diagnostics.models import Attempt, Diagnostic, DiagnosticState
from pathways.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from pathways.i18n import D_
from pathways.people import files
from pathways.people.days import PARIS
from pathways.people.models import LearnerFile
from pathways.permissions import Member, Permission
from pathways.reception import policies, ready_made
from pathways.reception.appointments import Appointment, possible
from pathways.reception.models import Reception
from pathways.reception.sheet import FILE, LABEL, SOUGHT, UNUSABLE, Sheet, checked

SHEET_DAYS = 30
"""Days that a context sheet without an attempt is kept."""
OPEN_HOURS = 20
"""A reception that nobody closed is closed after so many hours: its day is over."""
MOST_TODAY = 200
MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked: a ready-made situation, or a published diagnostic of the organisation."""

    situation: str = ""
    diagnostic_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """One line of the day."""

    id: uuid.UUID
    language: str
    started_at: datetime
    closed_at: datetime | None
    attempt_id: uuid.UUID | None
    answered: int | None
    stopped: str | None
    at_desk: bool | None
    diagnostic: str | None
    label: str | None


def find(db: Session, member: Member, reception_id: uuid.UUID) -> Reception | None:
    """The reception, ``None`` if nothing was stored under this id yet. Another organisation's does not exist."""
    found = db.get(Reception, reception_id)
    if found is not None and not policies.may_hold(member, found.organisation_id):
        raise NotFound(D_("Cet accueil n'existe pas."))
    return found


def get(db: Session, member: Member, reception_id: uuid.UUID) -> Reception:
    found = db.get(Reception, reception_id)
    # Not may_hold: whoever may not hold it may still know that a colleague does, and is told so.
    if found is None or found.organisation_id != member.organisation_id:
        raise NotFound(D_("Cet accueil n'existe pas."))
    return found


def keep(db: Session, member: Member, reception_id: uuid.UUID, sheet: Sheet) -> Reception:
    """Keep the context sheet as it stands, as often as it is sent. Once the questions have begun it does not change."""
    sheet = checked(sheet)
    _chosen_file(db, member, sheet)
    if sheet.label and not member.may(Permission.FILES_KEEP):
        raise Forbidden(D_("Pour donner un repère, il faut le droit de tenir les fiches."))
    reception = _held(db, member, reception_id)
    if reception.closed_at is not None:
        raise Gone(D_("Cet accueil est terminé."))
    if reception.attempt_id is None:
        reception.context, reception.language = sheet.to_json(), sheet.language
        db.flush()
    return reception


def start(
    db: Session, door: Door, member: Member, reception_id: uuid.UUID, *, sheet: Sheet, choice: Choice, here: bool
) -> tuple[Reception, Attempt]:
    """Begin the questions: ``here``, read aloud by the mediator, or on the person's own phone. Sent twice, the attempt
    of the first time goes on.
    """
    reception = keep(db, member, reception_id, sheet)
    if reception.attempt_id is not None:
        return reception, taking.get(db, reception.attempt_id)
    diagnostic = _chosen(db, member, choice)
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    if reception.language not in blueprint.languages:
        said = D_("Ce diagnostic n'existe pas dans cette langue. Choisissez une autre langue, ou un autre diagnostic.")
        raise Invalid(said, errors=[{"field": "language", "message": said}])
    kept = Sheet.of(reception.context, reception.language)
    file_id = _file(db, member, kept)
    attempt = taking.new_attempt(
        door,
        blueprint,
        reception.language,
        start_key=f"reception {reception_id}",
        file_id=file_id,
        met=belonging.met_in_file(db, file_id),
        unusable=kept.unusable,
        assisted=here,
    )
    attempt.at_desk = here
    db.add(attempt)
    db.flush()
    reception.attempt_id = attempt.id
    reception.context = dict(kept.answers)  # the label is in the file now, and nowhere else
    db.flush()
    return reception, attempt


def take_here(db: Session, member: Member, reception_id: uuid.UUID) -> Attempt:
    """Go on at the desk, read aloud, wherever it was before."""
    reception, attempt = _begun(db, member, reception_id)
    if reception.closed_at is not None:  # the press came from a page that was left open
        raise Gone(D_("Cet accueil est terminé."))
    attempt.at_desk = attempt.assisted = True
    taking.visited(attempt)
    db.flush()
    return attempt


def open_again(db: Session, member: Member, reception_id: uuid.UUID) -> Attempt:
    """What was locked, or shut too early, goes on where it was: at the desk, or on the person's phone."""
    reception, attempt = _begun(db, member, reception_id)
    reception.closed_at = None
    db.flush()
    return take_here(db, member, reception_id) if attempt.assisted else attempt


def take_to_phone(db: Session, member: Member, reception_id: uuid.UUID) -> Attempt:
    """Go on on the person's own phone: nobody reads aloud from there on."""
    reception, attempt = _begun(db, member, reception_id)
    if reception.closed_at is not None:
        raise Gone(D_("Cet accueil est terminé."))
    belonging.leave_desk(db, attempt.id)
    attempt.at_desk = attempt.assisted = False
    taking.visited(attempt)
    return attempt


def next_person(db: Session, member: Member, reception_id: uuid.UUID) -> Reception:
    """Shut all that the desk shows of this person. Twice changes nothing."""
    reception = _known(db, member, reception_id)
    _close(reception)
    if reception.attempt_id is not None:
        belonging.leave_desk(db, taking.get(db, reception.attempt_id).id)
    return reception


def next_after(db: Session, attempt_id: uuid.UUID) -> None:
    """The same from the learner's page, whose browser holds this attempt."""
    # The reception first, as everywhere: two windows that press at the same moment wait for each other only once.
    theirs = sa.select(Attempt.id).where(belonging.together_with(attempt_id))
    shown = sa.select(Reception).where(Reception.attempt_id.in_(theirs)).order_by(Reception.id)
    for reception in db.scalars(shown.with_for_update()):
        _close(reception)
    belonging.leave_desk(db, attempt_id)


def agree(db: Session, member: Member, reception_id: uuid.UUID, *, appointment: Appointment, seen: str) -> Reception:
    """Note the next appointment; without day and time there is none. ``seen``: what stood there when it was read
    (:func:`version_of`). Something else means that a colleague wrote since.
    """
    reception = _known(db, member, reception_id)
    if reception.closed_at is not None:
        raise Gone(D_("Cet accueil est terminé."))
    wanted = possible(appointment, today()).to_json()
    if wanted == reception.appointment:
        return reception
    if seen != version_of(reception):
        raise Conflict(
            D_("Une collègue ou un collègue a changé le rendez-vous entre-temps. Relisez, puis enregistrez.")
        )
    reception.appointment = wanted
    db.flush()
    return reception


def version_of(reception: Reception) -> str:
    return ids.fingerprint(json.dumps(reception.appointment, sort_keys=True))


def of_attempt(db: Session, attempt_id: uuid.UUID) -> Reception | None:
    return db.scalar(sa.select(Reception).filter_by(attempt_id=attempt_id))


def beside(db: Session, attempt_id: uuid.UUID) -> dict[str, Any]:
    """What the learner's own pages show of the reception that led to an attempt."""
    reception = of_attempt(db, attempt_id)
    if reception is None:
        return {"reception": None, "appointment": None, "need": None}
    kept, need = reception.appointment, reception.context.get("need")
    return {"reception": reception.id, "appointment": Appointment.of(kept) if kept else None, "need": need}


def today() -> date:
    return clock.now().astimezone(PARIS).date()


def received_on(db: Session, member: Member, day: date) -> Sequence[Received]:
    """Whom the organisation received on a day (from midnight to midnight in Paris), the latest first."""
    if not date.min < day < date.max:  # the clocks of Paris would leave the calendar
        return []
    begins = datetime.combine(day, time(), PARIS)
    ends = datetime.combine(day + timedelta(days=1), time(), PARIS)
    query = (
        sa.select(Reception.id, Reception.language, Reception.started_at, Reception.closed_at, Reception.attempt_id)
        .add_columns(Attempt.answered, Attempt.stopped, Attempt.at_desk, Diagnostic.title, LearnerFile.label)
        .outerjoin(Attempt, Attempt.id == Reception.attempt_id)
        .outerjoin(Diagnostic, Diagnostic.id == Attempt.diagnostic_id)
        .outerjoin(LearnerFile, LearnerFile.id == Attempt.file_id)
        .where(Reception.organisation_id == member.organisation_id)
        .where(Reception.started_at >= begins, Reception.started_at < ends)
        .order_by(Reception.started_at.desc(), Reception.id.desc())
        .limit(MOST_TODAY)
    )
    sees_labels = member.may(Permission.FILES_KEEP)
    return [Received(*row[:9], label=row[9] if sees_labels else None) for row in db.execute(query)]


def left_open(db: Session, member: Member) -> Reception | None:
    """The member's own latest reception on this desk that nobody closed: its browser may have died."""
    query = (
        sa.select(Reception)
        .join(Attempt, Attempt.id == Reception.attempt_id)
        .where(Reception.account_id == member.account_id, Reception.organisation_id == member.organisation_id)
        .where(Reception.started_at > clock.now() - timedelta(hours=OPEN_HOURS))
        .where(Reception.closed_at.is_(None), Attempt.at_desk.is_(True))
    )
    return db.scalars(query.order_by(Reception.started_at.desc()).limit(1)).first()


def known_files(db: Session, member: Member, sheet: Sheet) -> Sequence[LearnerFile]:
    """Files to choose from: the chosen one, and those that the words find."""
    if not member.may(Permission.FILES_KEEP):
        return []
    found = list(files.search(db, member, words=sheet.sought, most=MOST_FOUND)) if sheet.sought.strip() else []
    if sheet.file_id is not None and all(one.id != sheet.file_id for one in found):
        with suppress(NotFound):  # erased since it was chosen
            found.insert(0, files.get(db, member, sheet.file_id))
    return found


def forget(db: Session) -> None:
    """What time takes away: sheets that led to no question, and what a desk left open when its day was over."""
    now = clock.now()
    over = sa.select(Reception.attempt_id).where(
        Reception.closed_at.is_(None),
        Reception.attempt_id.is_not(None),
        Reception.started_at < now - timedelta(hours=OPEN_HOURS),
    )
    stale = Attempt.active_at < now - timedelta(hours=OPEN_HOURS)
    shut = db.scalars(sa.select(Attempt.id).where(Attempt.id.in_(over), stale)).all()
    if shut:
        together = sa.or_(Attempt.id.in_(shut), Attempt.part_of_id.in_(shut))
        db.execute(sa.update(Attempt).where(together).values(at_desk=False))
        db.execute(sa.update(Reception).where(Reception.attempt_id.in_(shut)).values(closed_at=now))
    old = now - timedelta(days=SHEET_DAYS)
    db.execute(sa.delete(Reception).where(Reception.attempt_id.is_(None), Reception.started_at < old))


def _held(db: Session, member: Member, reception_id: uuid.UUID) -> Reception:
    """The reception, made if it is new, and held until the transaction ends."""
    if find(db, member, reception_id) is None:
        try:
            with db.begin_nested():
                made = Reception(
                    id=reception_id,
                    organisation_id=member.organisation_id,
                    account_id=member.account_id,
                    context={},
                    appointment={},
                    language="",
                )
                db.add(made)
                db.flush()
        except IntegrityError:  # the same sheet at the same moment, in another process
            db.expire_all()
    held = db.get(Reception, reception_id, with_for_update=True, populate_existing=True)
    if held is None or not policies.may_hold(member, held.organisation_id):
        raise NotFound(D_("Cet accueil n'existe pas."))
    return held


def _known(db: Session, member: Member, reception_id: uuid.UUID) -> Reception:
    """The reception, held until the transaction ends. Its learner may have erased it since it was looked for."""
    get(db, member, reception_id)
    held = db.get(Reception, reception_id, with_for_update=True, populate_existing=True)
    if held is None:
        raise NotFound(D_("Cet accueil n'existe pas."))
    return held


def _begun(db: Session, member: Member, reception_id: uuid.UUID) -> tuple[Reception, Attempt]:
    reception = _known(db, member, reception_id)
    if reception.attempt_id is None:
        raise Conflict(D_("Les questions n'ont pas encore commencé."))
    return reception, taking.get(db, reception.attempt_id)


def _close(reception: Reception) -> None:
    if reception.closed_at is None:
        reception.closed_at = clock.now()
        if reception.attempt_id is None:  # no question was asked: nobody's label stays behind
            kept = {LABEL, FILE, SOUGHT, UNUSABLE}
            reception.context = {name: value for name, value in reception.context.items() if name not in kept}


def _chosen(db: Session, member: Member, choice: Choice) -> Diagnostic:
    if choice.diagnostic_id is None and not choice.situation:
        said = D_("Choisissez un diagnostic dans la liste.")
        raise Invalid(said, errors=[{"field": "diagnostic", "message": said}])
    if choice.diagnostic_id is None:
        return ready_made.diagnostic_for(db, member, choice.situation)
    reader = replace(member, permissions=member.permissions | {Permission.DIAGNOSTICS_READ})
    diagnostic = composing.get(db, reader, choice.diagnostic_id)
    if diagnostic.organisation_id != member.organisation_id:  # shared with us: to be copied, not to be asked
        raise NotFound(D_("Ce diagnostic n'existe pas."))
    if diagnostic.state is not DiagnosticState.PUBLISHED:
        said = D_("Ce diagnostic n'est pas ouvert. Choisissez-en un autre.")
        raise Invalid(said, errors=[{"field": "diagnostic", "message": said}])
    return diagnostic


def _file(db: Session, member: Member, sheet: Sheet) -> uuid.UUID | None:
    known = _chosen_file(db, member, sheet, comes_back=True)
    if known is None and sheet.label:
        known = files.create(db, member, label=sheet.label)
    return known.id if known else None


def _chosen_file(db: Session, member: Member, sheet: Sheet, *, comes_back: bool = False) -> LearnerFile | None:
    """The file that was chosen on the sheet. A colleague, or the person, may have erased it since it was found."""
    if sheet.file_id is None:
        return None
    try:
        file = files.get(db, member, sheet.file_id)
        if comes_back:
            files.touch(db, file.id)
    except NotFound as error:
        said = D_("Cette fiche n'existe plus. Choisissez-en une autre, ou donnez un repère.")
        raise Invalid(said, errors=[{"field": "file", "message": said}]) from error
    return file
