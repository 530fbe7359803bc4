"""The file of somebody who comes back: a label that the mediator chose, a note, and nothing that nobody typed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import folded
from pathways.people import policies
from pathways.people.models import LearnerFile
from pathways.permissions import Member

LONGEST_LABEL = 60
LONGEST_NOTE = 4000
MOST_FOUND = 50


def create(db: Session, member: Member, *, label: str) -> LearnerFile:
    label = _label(label)
    file = LearnerFile(organisation_id=member.organisation_id, label=label, sought=folded(label)[:120])
    db.add(file)
    db.flush()
    return file


def get(db: Session, member: Member, file_id: uuid.UUID) -> LearnerFile:
    """The file, if it is of the member's organisation: otherwise it does not exist."""
    found = db.get(LearnerFile, file_id)
    if found is None or not policies.may_keep_files(member, found.organisation_id):
        raise NotFound("Cette fiche n'existe pas.")
    return found


def search(db: Session, member: Member, *, words: str = "", most: int = MOST_FOUND) -> Sequence[LearnerFile]:
    """Files of the member's organisation whose label holds every word, the latest active first."""
    query = sa.select(LearnerFile).where(LearnerFile.organisation_id == member.organisation_id)
    for word in folded(words).split()[:6]:
        query = query.where(LearnerFile.sought.contains(word, autoescape=True))
    return db.scalars(query.order_by(LearnerFile.active_at.desc(), LearnerFile.id).limit(most)).all()


def change(db: Session, member: Member, file_id: uuid.UUID, *, label: str, note: str, version: int) -> LearnerFile:
    """Change label and note. ``version`` is the one that was read: another one means that a colleague wrote since."""
    file = get(db, member, file_id)
    db.refresh(file, with_for_update=True)
    if (file.label, file.note) == (label.strip(), note.strip()):
        return file
    if file.version != version:
        raise Conflict("Une collègue ou un collègue a changé cette fiche entre-temps. Relisez-la avant d'enregistrer.")
    if len(note) > LONGEST_NOTE:
        said = f"La note est trop longue : {LONGEST_NOTE} signes au plus."
        raise Invalid(said, errors=[{"field": "note", "message": said}])
    file.label, file.note = _label(label), note.strip()
    file.sought = folded(file.label)[:120]
    file.version += 1
    return file


def touch(db: Session, file_id: uuid.UUID) -> None:
    """Somebody came back: the time that the file is kept counts from now."""
    db.execute(sa.update(LearnerFile).filter_by(id=file_id).values(active_at=clock.now()))


def erase(db: Session, file_id: uuid.UUID) -> None:
    """Erase label and note. The caller has erased, or unlinked, the attempts in it."""
    db.execute(sa.delete(LearnerFile).filter_by(id=file_id))


def _label(label: str) -> str:
    kept = " ".join(label.split())
    if not kept or len(kept) > LONGEST_LABEL:
        said = f"Donnez un repère (un prénom, un jour), {LONGEST_LABEL} signes au plus."
        raise Invalid(said, errors=[{"field": "label", "message": said}])
    return kept
