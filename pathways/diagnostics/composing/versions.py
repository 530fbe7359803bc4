"""What a draft was before each edit, and what follows a published diagnostic."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.selections import Selection, known_part
from pathways.diagnostics.models import Diagnostic, DiagnosticEdit, DiagnosticState
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_
from pathways.people.models import Account
from pathways.permissions import Member


@dataclass(frozen=True, slots=True)
class Past:
    """A draft as it was. ``by`` and ``at`` tell the edit that ended it: who changed it into what came next."""

    version: int
    title: str
    selection: Selection
    by: str
    at: datetime


def history(db: Session, diagnostic: Diagnostic) -> list[Past]:
    """The earlier states of a diagnostic, the latest first."""
    query = (
        sa.select(DiagnosticEdit, Account.name)
        .outerjoin(Account, Account.id == DiagnosticEdit.account_id)
        .where(DiagnosticEdit.diagnostic_id == diagnostic.id)
        .order_by(DiagnosticEdit.version.desc())
        .limit(composing.MOST_EDITS)
    )
    return [
        Past(edit.version, edit.title, Selection.from_json(edit.selection), name or "", edit.edited_at)
        for edit, name in db.execute(query)
    ]


def last_edit(db: Session, diagnostic: Diagnostic) -> tuple[str, datetime] | None:
    """Who changed it last, and when; ``None`` for one that nobody changed since it was made."""
    row = db.execute(
        sa.select(Account.name, DiagnosticEdit.edited_at)
        .outerjoin(Account, Account.id == DiagnosticEdit.account_id)
        .where(DiagnosticEdit.diagnostic_id == diagnostic.id)
        .order_by(DiagnosticEdit.version.desc())
        .limit(1)
    ).first()
    return (row[0] or "", row[1]) if row else None


def restore(db: Session, member: Member, diagnostic_id: uuid.UUID, *, to: int, version: int) -> Diagnostic:
    """Give a draft the state of an earlier version back. This is an edit like another, and can be taken back, too."""
    diagnostic = composing.editable(db, member, diagnostic_id)
    past = db.scalar(sa.select(DiagnosticEdit).filter_by(diagnostic_id=diagnostic.id, version=to))
    if past is None:
        raise NotFound(D_("Cet état n'existe pas, ou plus."))
    selection, _ = known_part(composing.ladders(db, diagnostic), Selection.from_json(past.selection))
    return composing.update(db, member, diagnostic.id, title=past.title, selection=selection, version=version)


def succeed(db: Session, member: Member, diagnostic_id: uuid.UUID) -> tuple[Diagnostic, tuple[str, ...]]:
    """The draft that will follow a published diagnostic (the one that is there, if there is one), and the micro-skills
    that the newest referential does not know any more.
    """
    former = composing.get(db, member, diagnostic_id)
    db.refresh(former, with_for_update=True)  # a second click waits here, then finds the draft
    if former.state is DiagnosticState.DRAFT:
        raise Conflict(D_("Ce diagnostic est un brouillon : changez-le directement."))
    draft = db.scalars(
        sa.select(Diagnostic)
        .filter_by(follows_id=former.id, state=DiagnosticState.DRAFT)
        .order_by(Diagnostic.created_at)
        .limit(1)
    ).first()
    if draft is not None:
        return draft, ()
    framework = composing.ladders(db, former).code
    newest = composing.latest_ladders(db, member, framework)
    selection, lost = known_part(newest, Selection.from_json(former.selection))
    made = composing.create(
        db, member, title=former.title, framework=framework, selection=selection, follows_id=former.id
    )
    return made, lost


def former_of(db: Session, diagnostic: Diagnostic) -> Diagnostic | None:
    return db.get(Diagnostic, diagnostic.follows_id) if diagnostic.follows_id else None


def followers_of(db: Session, diagnostic: Diagnostic) -> Sequence[Diagnostic]:
    """What follows it, drafts too, the latest first."""
    query = sa.select(Diagnostic).filter_by(follows_id=diagnostic.id).order_by(Diagnostic.created_at.desc()).limit(20)
    return db.scalars(query).all()


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: what stood ``before`` it, and what it changed."""

    before: Past
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    others: tuple[str, ...]
    """Names of the other parts of the selection that it changed; ``title`` for the title."""


def changes(diagnostic: Diagnostic, past: Sequence[Past]) -> list[Edit]:
    """What each edit changed, the latest first. ``past`` as :func:`history` gives it."""
    edits = []
    title, after = diagnostic.title, Selection.from_json(diagnostic.selection)
    for before in past:
        former = before.selection
        others = [name for name in Selection.__slots__ if name != "skills"]
        edits.append(
            Edit(
                before,
                added=tuple(code for code in after.skills if code not in former.skills),
                dropped=tuple(code for code in former.skills if code not in after.skills),
                others=(
                    *(["title"] if before.title != title else []),
                    *(name for name in others if getattr(former, name) != getattr(after, name)),
                ),
            )
        )
        title, after = before.title, former
    return edits
