"""Taking a diagnostic: start, answer, undo, leave, resume, erase. Every step may be sent twice and counts once.

The state of an attempt is the list of its standing answers; the next item follows from them (``engine.decide``).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock, ids, throttle
from pathways.database import changed
from pathways.diagnostics import belonging, circumstances, deciding, extra_question, modalities
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.engine import Stop
from pathways.diagnostics.keys import Door
from pathways.diagnostics.models import Answer, Attempt, Diagnostic, DiagnosticState
from pathways.errors import Conflict, Gone, Invalid, NotFound, Reused, WrongCode
from pathways.i18n import N_
from pathways.items import presenting
from pathways.people import files
from pathways.people.models import LearnerFile

KEPT_DAYS = 30
"""Days an anonymous attempt is kept after its last activity."""
FILED_DAYS = 730
"""The same for one in the file of somebody who comes back."""
IDLE_SECONDS = 600.0
"""A pause longer than this is no time spent on a question."""
WRONG_CODES, WRONG_RESUMES, WINDOW_MINUTES = 60, 40, 10
"""Wrong codes and wrong resume codes that one network address may type per window."""
LEFT = "left"
MEDIA_URL = "/media"

Given = TypeVar("Given", Answer, sa.Row[Any])
"""An answer, or the columns of one that are needed to decide what comes next."""

# What each answer asks of the database, put together once. The replies stay there: they are long.
_HELD = (
    sa.select(Attempt)
    .where(Attempt.id == sa.bindparam("id"))
    .with_for_update()
    .execution_options(populate_existing=True)  # as it is after the wait, not as this session knew it before
)
_GIVEN = (
    sa.select(Answer.item, Answer.outcome, Answer.seconds, Answer.observed_by, Answer.superseded_at)
    .add_columns(Answer.key, Answer.request_digest, Answer.language, Answer.assisted, Answer.entered_by)
    .add_columns(Answer.predicted)
    .where(Answer.attempt_id == sa.bindparam("attempt_id"))
    .order_by(Answer.number)
)


def find(db: Session, door: Door, code: str, *, address: str) -> Diagnostic:
    """The diagnostic of a poster's code, published or closed. Wrong codes are counted by address."""
    bucket = throttle.bucket(door.secret, "code", address)
    throttle.check(db, bucket, limit=WRONG_CODES, minutes=WINDOW_MINUTES)
    wanted = ids.normalised(code)
    found = db.scalar(sa.select(Diagnostic).filter_by(code=wanted)) if 0 < len(wanted) <= 12 else None
    if found is None:
        throttle.count(db, bucket, minutes=WINDOW_MINUTES)
        raise WrongCode(N_("Ce code n'existe pas. Regardez encore une fois l'affiche."))
    return found


def successor_of(db: Session, diagnostic: Diagnostic) -> Diagnostic | None:
    """The published version that follows a closed one, however many there were in between."""
    met = {diagnostic.id}
    while True:
        following = sa.select(Diagnostic).where(
            Diagnostic.follows_id == diagnostic.id, Diagnostic.state != DiagnosticState.DRAFT
        )
        found = db.scalars(following.order_by(Diagnostic.published_at.desc(), Diagnostic.id.desc())).all()
        if open_one := next((one for one in found if one.state is DiagnosticState.PUBLISHED), None):
            return open_one
        if not found or found[0].id in met:
            return None
        diagnostic = found[0]
        met.add(diagnostic.id)


def start(
    db: Session,
    door: Door,
    *,
    code: str,
    language: str,
    address: str,
    key: str | None = None,
    unusable: Collection[str] = (),
) -> tuple[Attempt, Blueprint]:
    """Begin an attempt. The same ``key`` on the same diagnostic gives the same attempt. ``unusable``: what questions
    may not take of this person (``modalities``).
    """
    again = partial(start, db, door, language=language, address=address, key=key, unusable=unusable)
    diagnostic = find(db, door, code, address=address)
    if key is not None:
        known = db.scalar(sa.select(Attempt).filter_by(diagnostic_id=diagnostic.id, start_key=key))
        if known is not None:
            if known.language != language or known.unusable != modalities.checked(unusable):
                raise Reused(N_("Cette demande a déjà servi pour autre chose."))
            return known, blueprint_of(db, door, known.diagnostic_id)
    if diagnostic.state is DiagnosticState.CLOSED:
        successor = successor_of(db, diagnostic)
        if successor is None or successor.code is None:
            raise Gone(N_("Ce diagnostic est terminé. Demandez un autre code à votre médiateur."))
        return again(code=successor.code)
    blueprint = blueprint_of(db, door, diagnostic.id)
    if language not in blueprint.languages:
        said = N_("Ce diagnostic n'existe pas dans cette langue. Choisissez-en une autre.")
        raise Invalid(said, errors=[{"field": "language", "message": said}])
    attempt = new_attempt(door, blueprint, language, start_key=key, unusable=unusable)
    try:
        with db.begin_nested():
            db.add(attempt)
            db.flush()
    except IntegrityError:  # the same key at the same moment, in another process
        return again(code=code)
    return attempt, blueprint


def new_attempt(
    door: Door,
    blueprint: Blueprint,
    language: str,
    *,
    start_key: str | None = None,
    file_id: uuid.UUID | None = None,
    met: Sequence[str] = (),
    unusable: Collection[str] = (),
    assisted: bool = False,
) -> Attempt:
    """An attempt with its first question, not stored yet. ``met``: items that its person was asked before;
    ``assisted``: read aloud. Refused (:class:`Invalid`) where what is ``unusable`` leaves nothing to ask.
    """
    attempt = Attempt(
        id=ids.random_id(),
        diagnostic_id=blueprint.diagnostic_id,
        language=language,
        start_key=start_key,
        file_id=file_id,
        seed=circumstances.new_seed(blueprint),
        met=list(met),
        unusable=modalities.checked(unusable),
        answered=0,
        assisted=assisted,
        at_desk=False,
    )
    if unusable:
        modalities.must_leave(blueprint.askable(language, modalities.unusable_in(attempt)))
    attempt.resume_digest = door.resume_digest(door.code_after(attempt.id))
    visited(attempt)
    advance(attempt, blueprint, ())
    return attempt


def answer(
    db: Session,
    door: Door,
    attempt_id: uuid.UUID,
    *,
    key: str,
    item: str,
    outcome: str | None,
    response: object,
) -> str:
    """Record one answer and return the reply (JSON text) that tells what comes next.

    The same ``key`` returns the reply of the first time, byte for byte; with another request it is refused
    (:class:`Reused`). An item that is not the one on the screen is refused (:class:`Conflict`).
    """
    attempt = held(db, attempt_id)
    digest = ids.digest(json.dumps([item, outcome or "answered", response], ensure_ascii=False, sort_keys=True))
    answers = db.execute(_GIVEN, {"attempt_id": attempt_id}).all()
    for known in answers:
        if known.key == key:
            if known.request_digest != digest:
                raise Reused(N_("Cette demande a déjà servi pour autre chose."))
            return db.scalars(sa.select(Answer.reply).filter_by(attempt_id=attempt_id, key=key)).one()
    blueprint = blueprint_of(db, door, attempt.diagnostic_id)
    _must_be_on_screen(attempt, blueprint, item)
    meaning, reveals = deciding.meaning(blueprint, item, outcome, response)
    now = clock.now()
    shown = blueprint.shown(item, attempt.language)
    given = Answer(
        id=ids.new_id(),
        attempt_id=attempt.id,
        number=len(answers) + 1,
        item=item,
        outcome=meaning,
        response=response,
        reveals=list(reveals),
        language=shown.language,
        translation_id=blueprint.texts[item].get(shown.language),
        seconds=min((now - attempt.shown_at).total_seconds(), IDLE_SECONDS),
        key=key,
        request_digest=digest,
        assisted=attempt.assisted,
        predicted=extra_question.prediction(attempt, item),
        answered_at=now,
    )
    advance(attempt, blueprint, [*standing_of(answers), given])
    visited(attempt)
    given.reply = json.dumps(reply_of(attempt, blueprint), ensure_ascii=False, separators=(",", ":"))
    db.add(given)
    return given.reply


def undo(db: Session, door: Door, attempt_id: uuid.UUID, *, item: str | None = None) -> Attempt:
    """Take back the last standing answer: it is superseded, not deleted, and its question is asked again. With
    ``item``, only if the last answer is to that item: sent twice, it then takes back one answer, not two.
    """
    attempt = held(db, attempt_id)
    answers = answers_of(db, attempt_id)
    own = [one for one in standing_of(answers) if one.observed_by is None and one.entered_by is None]
    if item is not None and attempt.current_item == item and not any(one.item == item for one in own):
        return attempt
    if not own or (item is not None and own[-1].item != item):
        raise Conflict(N_("Il n'y a pas de réponse à reprendre."))
    own[-1].superseded_at = clock.now()
    attempt.stopped = None
    visited(attempt)
    advance(attempt, blueprint_of(db, door, attempt.diagnostic_id), standing_of(answers))
    return attempt


def leave(db: Session, attempt_id: uuid.UUID) -> Attempt:
    """Stop here. What is known so far stays valid. Leaving twice, or after the end, changes nothing."""
    attempt = held(db, attempt_id)
    if attempt.stopped is None:
        attempt.current_item, attempt.stopped = None, extra_question.declined(attempt) or LEFT
        visited(attempt)
    return attempt


def resume(db: Session, door: Door, *, code: str, address: str) -> Attempt:
    """Find an attempt by the code that its learner wrote down; the code of a check leads to what it is part of. Wrong
    ones are counted by address.
    """
    bucket = throttle.bucket(door.secret, "resume", address)
    throttle.check(db, bucket, limit=WRONG_RESUMES, minutes=WINDOW_MINUTES)
    digest = door.resume_digest(ids.normalised(code)[:40])
    found = db.scalar(sa.select(Attempt).where(Attempt.resume_digest == digest, Attempt.expires_at > clock.now()))
    if found is None:
        throttle.count(db, bucket, minutes=WINDOW_MINUTES)
        raise WrongCode(N_("Ce code de reprise n'existe pas, ou il n'est plus valable."))
    found = belonging.root_of(db, found)
    belonging.leave_desk(db, found.id)
    found.at_desk = found.assisted = False  # it goes on wherever the code was typed, and nobody reads aloud there
    visited(found)
    return found


def change_language(
    db: Session, door: Door, attempt_id: uuid.UUID, language: str, *, may_ask_more: bool = True
) -> Attempt:
    """Go on in another language of the diagnostic. What was answered stays. ``may_ask_more``: questions go on that only
    the former language lacked.
    """
    attempt = held(db, attempt_id)
    blueprint = blueprint_of(db, door, attempt.diagnostic_id)
    if language not in blueprint.languages:
        raise Invalid(N_("Ce diagnostic n'existe pas dans cette langue. Choisissez-en une autre."))
    if language != attempt.language:
        attempt.language = language
        visited(attempt)
        if attempt.stopped is None or (may_ask_more and attempt.stopped == Stop.NOTHING_TO_GAIN):
            attempt.stopped = None
            advance(attempt, blueprint, standing_of(answers_of(db, attempt_id)))
    return attempt


def erase(
    db: Session, attempt_id: uuid.UUID, *, before: Callable[[Session, Sequence[uuid.UUID]], None] = lambda *_: None
) -> None:
    """Erase an attempt and everything that is linked to it, in this very transaction: the reception that led to it and
    its pathway go with it (their foreign keys say so), and the label and note of a file that holds nothing else. Of a
    check, all that it is part of: nobody who erases everything means these two questions. ``before``: what others do
    first with what stands on it.
    """
    attempt = held(db, belonging.root_of(db, get(db, attempt_id)).id)
    parts = Attempt.part_of_id == attempt.id
    db.execute(sa.select(Attempt.id).where(parts).order_by(Attempt.id).with_for_update())  # no answer comes meanwhile
    before(db, [attempt.id])
    theirs = sa.or_(Attempt.id == attempt.id, parts)
    db.execute(sa.delete(Answer).where(Answer.attempt_id.in_(sa.select(Attempt.id).where(theirs))))
    db.execute(sa.delete(Attempt).where(theirs))
    if attempt.file_id is not None:
        _erase_empty_files(db, [attempt.file_id])


def erase_expired(db: Session) -> int:
    """Erase the attempts whose time is over, and the files that they leave empty; returns how many attempts."""
    whole = sa.select(Attempt.id).where(Attempt.expires_at <= clock.now())
    gone_with = sa.or_(Attempt.expires_at <= clock.now(), Attempt.part_of_id.in_(whole))
    over = sa.select(Attempt.id).where(gone_with)
    filed = db.scalars(
        sa.select(Attempt.file_id).where(Attempt.expires_at <= clock.now(), Attempt.file_id.is_not(None)).distinct()
    ).all()
    db.execute(sa.delete(Answer).where(Answer.attempt_id.in_(over)))
    gone = changed(db, sa.delete(Attempt).where(Attempt.id.in_(over)))
    _erase_empty_files(db, [one for one in filed if one is not None])
    return gone


def _erase_empty_files(db: Session, file_ids: Sequence[uuid.UUID]) -> None:
    if file_ids:
        # Held before they are looked into: who comes back to one at this moment is in it then, or finds it gone.
        own = sa.select(LearnerFile.id).where(LearnerFile.id.in_(file_ids)).order_by(LearnerFile.id)
        db.execute(own.with_for_update())
        held = set(db.scalars(sa.select(Attempt.file_id).where(Attempt.file_id.in_(file_ids))))
        for file_id in set(file_ids) - held:
            files.erase(db, file_id)


def get(db: Session, attempt_id: uuid.UUID) -> Attempt:
    """An attempt whose token was checked; one that was erased does not exist."""
    found = db.get(Attempt, attempt_id)
    if found is None:
        raise NotFound(N_("Ce passage n'existe plus. Il a été effacé, ou son temps est fini."))
    return found


def blueprint_of(db: Session, door: Door, diagnostic_id: uuid.UUID) -> Blueprint:
    return door.blueprints.of(db, diagnostic_id, lambda: db.get_one(Diagnostic, diagnostic_id))


def answers_of(db: Session, attempt_id: uuid.UUID) -> Sequence[Answer]:
    """All answers in the order they were given, superseded ones included."""
    return db.scalars(sa.select(Answer).filter_by(attempt_id=attempt_id).order_by(Answer.number)).all()


def standing_of(answers: Sequence[Given]) -> list[Given]:
    return [one for one in answers if one.superseded_at is None]


def reply_of(attempt: Attempt, blueprint: Blueprint) -> dict[str, Any]:
    """What comes next, as the API says it."""
    item, progress = item_of(attempt, blueprint), progress_of(attempt, blueprint)
    return {"item": item, "stopped": attempt.stopped, "progress": progress}


def item_of(attempt: Attempt, blueprint: Blueprint) -> dict[str, Any] | None:
    if attempt.current_item is None:
        return None
    shown = blueprint.shown(attempt.current_item, attempt.language)
    return presenting.as_json(shown, str(attempt.id), media_url=MEDIA_URL)


def progress_of(attempt: Attempt, blueprint: Blueprint) -> dict[str, int]:
    if attempt.focus is not None:  # the few questions of one check
        begun = attempt.focus["from"]
        return {"answered": max(attempt.answered - begun, 0), "at_most": attempt.focus["to"] - begun}
    extra = extra_question.is_due(attempt, blueprint)
    most = blueprint.at_most(attempt.language, extra=extra, unusable=modalities.unusable_in(attempt))
    longest = max(most, (attempt.longer_to or 0) + extra)
    answered = attempt.answered + extra_question.is_given(attempt)
    return {"answered": answered, "at_most": max(longest, answered)}


def held(db: Session, attempt_id: uuid.UUID) -> Attempt:
    """The attempt, held until the transaction ends: two requests of one learner go one after the other."""
    found = db.scalar(_HELD, {"id": attempt_id})
    if found is None:
        raise NotFound(N_("Ce passage n'existe plus. Il a été effacé, ou son temps est fini."))
    return found


def visited(attempt: Attempt) -> None:
    """The learner was here: the days that it is kept count from now."""
    attempt.active_at = clock.now()
    usual = KEPT_DAYS if attempt.file_id is None else FILED_DAYS
    attempt.expires_at = attempt.active_at + timedelta(days=max(usual, attempt.kept_days or 0))


def _must_be_on_screen(attempt: Attempt, blueprint: Blueprint, item: str) -> None:
    if attempt.stopped is not None:
        raise Conflict(N_("Ce passage est terminé. Votre résultat est prêt."))
    if item not in blueprint.bodies or item != attempt.current_item:
        raise Conflict(N_("Vous avez déjà répondu à cette question. Voici la suivante."))


def advance(attempt: Attempt, blueprint: Blueprint, standing: Sequence[Answer | sa.Row[Any]]) -> None:
    """Put the next question on the screen, or the reason why there is none."""
    own = [one for one in deciding.telling(standing) if one.observed_by is None]
    decision = deciding.next_of(attempt, blueprint, standing)
    attempt.answered = len(own)
    attempt.current_item = decision.next_item
    attempt.stopped = decision.stopped.value if decision.stopped else None
    extra_question.follow(attempt, blueprint, standing, decision)
    attempt.shown_at = clock.now()
