"""The file of somebody who comes back: a label that the mediator chose, a note, and nothing that nobody typed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_, folded
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
    return _known(member, db.get(LearnerFile, file_id))


def held(db: Session, member: Member, file_id: uuid.UUID) -> LearnerFile:
    """The same, held until the transaction ends: who changes it waits for who erases it."""
    return _known(member, db.get(LearnerFile, file_id, with_for_update=True, populate_existing=True))


def _known(member: Member, found: LearnerFile | None) -> LearnerFile:
    if found is None or not policies.may_keep_files(member, found.organisation_id):
        raise NotFound(D_("Cette fiche n'existe pas."))
    return found


def search(db: Session, member: Member, *, words: str = "", most: int = MOST_FOUND) -> Sequence[LearnerFile]:
    """Files of the member's organisation whose label holds every word, the latest active first."""
    return db.scalars(matching(member, words).limit(most)).all()


def matching(member: Member, words: str = "") -> sa.Select[LearnerFile]:
    """All that :func:`search` looks through, for whoever shows them page by page."""
    query = sa.select(LearnerFile).where(LearnerFile.organisation_id == member.organisation_id)
    for word in folded(words).split()[:6]:
        query = query.where(LearnerFile.sought.contains(word, autoescape=True))
    return query.order_by(LearnerFile.active_at.desc(), LearnerFile.id.desc())


def change(db: Session, member: Member, file_id: uuid.UUID, *, label: str, note: str, version: int) -> LearnerFile:
    """Change label and note. ``version`` is the one that was read: another one means that a colleague wrote since."""
    file = held(db, member, file_id)
    if version <= file.version and (file.label, file.note) == (" ".join(label.split()), note.strip()):
        return file  # sent twice
    if file.version != version:
        raise Conflict(
            D_("Une collègue ou un collègue a changé cette fiche entre-temps. Relisez-la avant d'enregistrer.")
        )
    if len(note) > LONGEST_NOTE:
        raise _refused("note", D_("La note est trop longue : %(most)s signes au plus."), LONGEST_NOTE)
    file.label, file.note = _label(label), note.strip()
    file.sought = folded(file.label)[:120]
    file.version += 1
    return file


def touch(db: Session, file_id: uuid.UUID) -> None:
    """Somebody came back: the time that the file is kept counts from now."""
    seen = db.execute(sa.update(LearnerFile).filter_by(id=file_id).values(active_at=clock.now()))
    assert isinstance(seen, sa.CursorResult)
    if seen.rowcount != 1:  # erased since it was read: nothing may be put into it any more
        raise NotFound(D_("Cette fiche n'existe pas."))


def erase(db: Session, file_id: uuid.UUID) -> None:
    """Erase label and note. The caller has erased, or unlinked, the attempts in it."""
    db.execute(sa.delete(LearnerFile).filter_by(id=file_id))


def _label(label: str) -> str:
    kept = " ".join(label.split())
    if not kept or len(kept) > LONGEST_LABEL:
        raise _refused("label", D_("Donnez un repère (un prénom, un jour), %(most)s signes au plus."), LONGEST_LABEL)
    return kept


def _refused(field: str, said: str, most: int) -> Invalid:
    message = i18n.sentence(said, {"most": most})  # the sentence of a field carries no values
    return Invalid(said, errors=[{"field": field, "message": message}], most=most)
