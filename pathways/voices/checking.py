"""Listening to what was read: a reviewer approves a sound or sends it back.

Who decides: reviewers of an organisation, on the voices that it invited, for its own learners; those of an organisation
that reviews the shipped questions, on every voice that reads them, for everybody. Never who asked for the voice.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics.models import Diagnostic
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.items import recordings
from pathways.items import service as items_service
from pathways.items.models import Recording
from pathways.items.recordings import DRAFT, FILE, OWN, REJECTED, REVIEWED
from pathways.people.models import Organisation
from pathways.permissions import Member
from pathways.voices.models import Voice
from pathways.voices.script import Segment, scripts

MOST_SHOWN = 40
_MOST_LOOKED_AT = 200
LONGEST_REASON = 300
NOT_THERE = D_("Ce son n'existe pas, ou quelqu'un l'a remplacé. Rechargez la page.")
ONES_OWN = D_("Vous avez demandé ou envoyé ce son : quelqu'un d'autre doit l'écouter.")
NO_REASON = D_("Dites en quelques mots ce qui ne va pas : la personne qui lit le saura.")
TOLD_BEFORE = D_("Quelqu'un a déjà décidé pour ce son. Rechargez la page.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sound that nobody has checked, beside what it should say."""

    row: Recording
    french: str
    """The French text, where it is another one."""
    is_ones_own: bool
    is_of_ones_organisation: bool
    credit: str


def waiting(db: Session, member: Member, language: str = "") -> list[Waiting]:
    """What the member may listen to and decide on, the oldest voice first; one more than :data:`MOST_SHOWN` if more
    wait.
    """
    query = _within_reach(db, member).where(_undecided(db, member))
    if language:
        query = query.where(Recording.language == language)
    query = query.order_by(Recording.language, Recording.voice_id, Recording.created_at, Recording.id)
    return _seen(db, member, db.execute(query.limit(_MOST_LOOKED_AT)).all())[: MOST_SHOWN + 1]


def languages_waiting(db: Session, member: Member) -> list[str]:
    query = _within_reach(db, member).where(_undecided(db, member)).with_only_columns(Recording.language).distinct()
    return sorted(db.scalars(query))


def get(db: Session, member: Member, recording_id: uuid.UUID) -> Recording:
    """A sound that the member's organisation may decide on; to others it does not exist."""
    seen = _seen(db, member, db.execute(_within_reach(db, member).where(Recording.id == recording_id)).all())
    if not seen:
        raise NotFound(NOT_THERE)
    return seen[0].row


def decide(
    db: Session, folder: Path, member: Member, recording_id: uuid.UUID, *, approved: bool, reason: str, seen: str
) -> Recording:
    """Approve a sound, or send it back with a reason. ``seen``: the state that the reviewer saw. Twice changes nothing;
    against a colleague's decision, nothing is done in silence.
    """
    row = get(db, member, recording_id)
    db.refresh(row, with_for_update=True)
    if row.made_by == member.account_id:
        raise Forbidden(ONES_OWN)
    reason = reason.strip()[:LONGEST_REASON]
    if not approved and not reason:
        raise Invalid(NO_REASON, errors=[{"field": "reason", "message": NO_REASON}])
    state = REJECTED if not approved else REVIEWED if _reviews_shipped(db, member) else OWN
    if row.state == state and row.reviewer_id == member.account_id:
        return row
    if row.state != seen:
        raise Conflict(TOLD_BEFORE)
    row.state, row.reviewer_id, row.reviewed_at = state, member.account_id, clock.now()
    row.reason = "" if approved else reason
    db.flush()
    if approved:
        recordings.supersede(db, folder, row)
    items_service.note_change(db)
    return row


def _reviews_shipped(db: Session, member: Member) -> bool:
    return db.get_one(Organisation, member.organisation_id).reviews_shipped


def _within_reach(db: Session, member: Member) -> sa.Select[Recording, Voice]:
    """Readings of the organisation's voices; with the shipped questions to review, those of others, and files that
    came with them. Of the others, :func:`_seen` leaves out what reads questions of their own.
    """
    own = Voice.organisation_id == member.organisation_id
    if _reviews_shipped(db, member):
        own = sa.or_(own, Voice.id.is_not(None), Recording.origin == FILE)
    return sa.select(Recording, Voice).outerjoin(Voice, Voice.id == Recording.voice_id).where(own)


def _undecided(db: Session, member: Member) -> sa.ColumnElement[bool]:
    states = [DRAFT, OWN] if _reviews_shipped(db, member) else [DRAFT]
    return Recording.state.in_(states)


def _seen(db: Session, member: Member, found: Sequence[sa.Row[Recording, Voice]]) -> list[Waiting]:
    pairs: list[tuple[Recording, Voice | None]] = [(row, voice) for row, voice in found]
    texts = _texts(db, [voice for _, voice in pairs if voice is not None])
    seen = []
    for row, voice in pairs:
        segment = texts[voice.diagnostic_id, voice.language].get(row.text_fingerprint) if voice else None
        is_near = voice is not None and voice.organisation_id == member.organisation_id
        if voice is not None and not is_near and (segment is None or not segment.is_shipped):
            continue
        french = segment.french if segment is not None and segment.own is not None else ""
        credit = voice.credit if voice is not None and is_near else ""
        seen.append(Waiting(row, french, row.made_by == member.account_id, is_near, credit))
    return seen


def _texts(db: Session, voices: Sequence[Voice]) -> dict[tuple[uuid.UUID, str], dict[str, Segment]]:
    wanted = {(one.diagnostic_id, one.language) for one in voices}
    query = sa.select(Diagnostic).where(Diagnostic.id.in_({of for of, _ in wanted}))
    diagnostics = {one.id: one for one in db.scalars(query)} if wanted else {}
    found = scripts(db, [(diagnostics[of], language) for of, language in sorted(wanted, key=str)])
    return {place: {one.fingerprint: one for one in segments} for place, segments in found.items()}
