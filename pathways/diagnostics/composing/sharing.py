"""Diagnostics that another organisation of this server may read and copy: never their attempts, never their counts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from pathways import i18n
from pathways.diagnostics import policies
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.pricing import revisions_of
from pathways.diagnostics.composing.selections import Selection, known_part
from pathways.diagnostics.models import Diagnostic, DiagnosticShare
from pathways.errors import Invalid, NotFound
from pathways.i18n import D_
from pathways.items import authoring
from pathways.items import service as items_service
from pathways.items.models import Item, ItemRevision
from pathways.people.models import Organisation
from pathways.permissions import Member
from pathways.referentials import own

MOST_ORGANISATIONS = 500
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Reader:
    """An organisation that may read a diagnostic."""

    id: uuid.UUID
    name: str
    since: datetime


def readable(db: Session, member: Member, diagnostic_id: uuid.UUID) -> Diagnostic:
    """The diagnostic, if it is of the member's organisation or shared with it: otherwise it does not exist."""
    found = db.get(Diagnostic, diagnostic_id)
    shared = found is not None and (
        found.shared_with_all
        or db.get(DiagnosticShare, {"diagnostic_id": found.id, "organisation_id": member.organisation_id}) is not None
    )
    if found is None or not policies.may_read(member, found, shared=shared):
        raise NotFound(composing.NOT_THERE)
    return found


def shared_with(member: Member) -> sa.Select[Diagnostic]:
    """What others share with the member's organisation, the latest first."""
    told = sa.select(DiagnosticShare.diagnostic_id).filter_by(organisation_id=member.organisation_id)
    return (
        sa.select(Diagnostic)
        .where(
            Diagnostic.organisation_id != member.organisation_id,
            sa.or_(Diagnostic.shared_with_all.is_(True), Diagnostic.id.in_(told)),
        )
        .options(selectinload(Diagnostic.referential))
        .order_by(Diagnostic.created_at.desc(), Diagnostic.id.desc())
    )


def owners_of(db: Session, diagnostics: Sequence[Diagnostic]) -> dict[uuid.UUID, str]:
    """The names of the organisations that made them."""
    wanted = {one.organisation_id for one in diagnostics}
    query = sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))
    return {row[0]: row[1] for row in db.execute(query)}


def readers_of(db: Session, diagnostic: Diagnostic) -> list[Reader]:
    query = (
        sa.select(Organisation.id, Organisation.name, DiagnosticShare.shared_at)
        .join(DiagnosticShare, DiagnosticShare.organisation_id == Organisation.id)
        .where(DiagnosticShare.diagnostic_id == diagnostic.id)
        .order_by(Organisation.name, Organisation.id)
    )
    return [Reader(*row) for row in db.execute(query)]


def others(db: Session, member: Member) -> list[tuple[uuid.UUID, str]]:
    """The other organisations of this server by name: nothing else of them is told."""
    query = (
        sa.select(Organisation.id, Organisation.name)
        .where(Organisation.id != member.organisation_id)
        .order_by(Organisation.name, Organisation.id)
        .limit(MOST_ORGANISATIONS)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def share(db: Session, member: Member, diagnostic_id: uuid.UUID, *, organisation_id: uuid.UUID | None) -> Diagnostic:
    """Let one organisation read it; ``None``: every one of this server. Sharing twice changes nothing."""
    diagnostic = composing.get(db, member, diagnostic_id)
    db.refresh(diagnostic, with_for_update=True)
    if organisation_id is None:
        diagnostic.shared_with_all = True
        return diagnostic
    if organisation_id == member.organisation_id or db.get(Organisation, organisation_id) is None:
        said = D_("Choisissez une autre structure de ce serveur.")
        raise Invalid(said, errors=[{"field": "organisation", "message": said}])
    key = {"diagnostic_id": diagnostic.id, "organisation_id": organisation_id}
    if db.get(DiagnosticShare, key) is None:
        db.add(DiagnosticShare(**key))
        db.flush()
    return diagnostic


def unshare(db: Session, member: Member, diagnostic_id: uuid.UUID, *, organisation_id: uuid.UUID | None) -> Diagnostic:
    """Take it back: from one organisation, or from *everybody* (those named one by one keep it). What they copied is
    theirs.
    """
    diagnostic = composing.get(db, member, diagnostic_id)
    db.refresh(diagnostic, with_for_update=True)
    if organisation_id is None:
        diagnostic.shared_with_all = False
    else:
        db.execute(sa.delete(DiagnosticShare).filter_by(diagnostic_id=diagnostic.id, organisation_id=organisation_id))
    return diagnostic


@dataclass(frozen=True, slots=True)
class Copy:
    """A draft like another. ``lost``: micro-skills that today's referential does not know; ``adopted``: how many of the
    author's own micro-skills and questions were copied with it.
    """

    diagnostic: Diagnostic
    lost: tuple[str, ...] = ()
    adopted: int = 0


def copy(db: Session, member: Member, diagnostic_id: uuid.UUID, *, key: uuid.UUID) -> Copy:
    """A draft of the member's organisation like the one that they may read; what of it is its author's own is copied
    with it. The same ``key`` again gives the same draft.
    """
    source = readable(db, member, diagnostic_id)
    if made := composing.made_with(db, member, key):
        return Copy(made)
    selection, adopted = _in_own_words(db, member, source, key)
    framework = source.referential.code
    selection, lost = known_part(composing.latest_ladders(db, member, framework), selection)
    title = i18n.sentence(D_("Copie de %(title)s"), {"title": source.title})[:LONGEST_TITLE]
    made = composing.create(db, member, title=title, framework=framework, selection=selection, key=key)
    return Copy(made, lost, adopted)


def _in_own_words(db: Session, member: Member, source: Diagnostic, key: uuid.UUID) -> tuple[Selection, int]:
    """The selection with the copier's own micro-skills in place of the author's; their questions follow them."""
    selection = Selection.from_json(source.selection)
    if source.organisation_id == member.organisation_id:
        return selection, 0
    ladders = composing.ladders(db, source, archived=True)
    codes = own.adopt(db, member, ladders, selection.skills, key=key)
    questions = questions_of(db, source)
    theirs = sa.select(Item.id).where(
        Item.organisation_id == source.organisation_id, Item.id.in_([one.item_id for one in questions])
    )
    known = set(db.scalars(theirs))
    items = authoring.adopt(
        db,
        member,
        ladders.code,
        [one for one in questions if one.item_id in known],
        skill=lambda code: codes.get(code, code),
        key=key,
    )
    return replace(selection, skills=tuple(codes.get(code, code) for code in selection.skills)), len(codes) + len(items)


def questions_of(db: Session, diagnostic: Diagnostic) -> list[ItemRevision]:
    """The questions that it asks: those it was published with, or those that it would ask today."""
    frozen = diagnostic.blueprint.get("items")
    if frozen:
        return list(items_service.revisions(db, [uuid.UUID(one["revision"]) for one in frozen.values()]))
    ladders = composing.ladders(db, diagnostic)
    selection, _ = known_part(ladders, Selection.from_json(diagnostic.selection))
    return revisions_of(db, ladders, selection, selection.skills)
