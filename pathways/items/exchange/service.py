"""Items in and out of files: an import does all that its report said, or nothing; what leaves comes back the same."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.items import authoring, bank, service, translating
from pathways.items.exchange.documents import Written
from pathways.items.exchange.plan import MOST_ITEMS, Plan, Row, Status
from pathways.items.models import Item, ItemRevision, ItemTranslation
from pathways.items.translating import Author
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import ladders_of

MOST_TOLD = 500
"""Errors that a refusal names."""


# --- the import ----------------------------------------------------------------------------------------------


def keep(db: Session, member: Member, framework: str, planned: Plan) -> None:
    """Do what a plan made in this very transaction (``to_keep``) says. Raises :class:`Invalid` if anything in it is
    wrong, and then nothing has changed.
    """
    if planned.errors:
        first = planned.errors[0]
        told = [{"field": f"{one.line}.{one.column}", "message": one.message} for one in planned.errors]
        said = D_("Ligne %(line)s : %(said)s. Rien n'a été importé.")
        raise Invalid(said, errors=told[:MOST_TOLD], line=first.line, said=first.message)
    fresh = [row for row in planned.rows if row.status is Status.NEW]
    items = dict(zip(map(id, fresh), _new_items(db, member, framework, fresh), strict=True))
    translated: list[ItemTranslation] = []
    for row in planned.rows:
        if row.status in {Status.NEW, Status.CHANGED}:
            translated += _revise(db, member, row, items[id(row)] if row.status is Status.NEW else None)
        elif row.status is Status.TRANSLATED and row.own:
            translated += _translate(db, member, row, row.own.last)
    translating.note(db, translated, "imported", Author.of(member))
    service.note_change(db)
    db.flush()


def _new_items(db: Session, member: Member, framework: str, rows: Sequence[Row]) -> list[Item]:
    items: list[Item] = []
    for row, code in zip(rows, _free_codes(db, framework, [row.body["skill"] for row in rows]), strict=True):
        row.code = code
        owner = member.organisation_id
        items.append(
            Item(id=ids.new_id(), framework=framework, code=code, skill=row.body["skill"], organisation_id=owner)
        )
    db.add_all(items)
    db.flush()
    return items


def _free_codes(db: Session, framework: str, skills: Sequence[str]) -> list[str]:
    codes: list[str] = [""] * len(skills)
    while missing := [position for position, code in enumerate(codes) if not code]:
        for position in missing:
            codes[position] = f"{skills[position]}-{ids.new_code(authoring.LETTERS_OF_A_CODE)}"
        drawn = [codes[position] for position in missing]
        taken = set(db.scalars(sa.select(Item.code).where(Item.framework == framework, Item.code.in_(drawn))))
        repeated = Counter(codes)
        codes = ["" if code in taken or repeated[code] > 1 else code for code in codes]
    return codes


def _revise(db: Session, member: Member, row: Row, new: Item | None) -> list[ItemTranslation]:
    """The first or the next revision of an item, like :func:`authoring.keep`, but without a query for each; returns the
    translations that came with it.
    """
    item = new or (row.own.item if row.own else None)
    assert item is not None
    assert row.document is not None
    document = row.document.model_copy(update={"code": item.code})
    body = row.body | {"code": item.code}
    last = row.own.last.number if row.own else 0
    revision = service.revise(db, item, document, body, edited_by=member.account_id, last=last)
    item.sought = service.sought_of(document)
    if row.own and row.own.last.text_fingerprint == revision.text_fingerprint:
        for one in row.own.last.translations:
            if one.is_current and one.language not in row.translations:
                service.carry_over(db, revision, one)
    return _translate(db, member, row, revision)


def _translate(db: Session, member: Member, row: Row, revision: ItemRevision) -> list[ItemTranslation]:
    """Those that this changed. Where something at least as good is served they wait to be read, like any suggestion."""
    taken = [
        translating.take_in(db, revision, language, segments, author=Author.of(member), origin="exchange", state=state)
        for language, (state, segments) in row.translations.items()
    ]
    return [kept for kept, changed in taken if changed]


# --- the export ----------------------------------------------------------------------------------------------


def leaving(db: Session, member: Member, framework: str, wanted: bank.Wanted) -> list[Written]:
    """The items of a list with their translations, by code. Raises :class:`Invalid` if they are too many for a file."""
    ladders = ladders_of(db, referentials_service.latest(db, framework), member.organisation_id)
    found = bank.listed(db, member, ladders, wanted, today=clock.now().date(), limit=MOST_ITEMS)
    if found.next:
        raise Invalid(D_("Plus de %(most)s questions : choisissez-en moins, par filière ou par mots."), most=MOST_ITEMS)
    revisions = [row.revision for row in found.rows]
    texts = _translations_of(db, [revision.id for revision in revisions])
    return [Written(one.code, one.body, texts.get(one.id, {}), one.text_fingerprint) for one in revisions]


def _translations_of(db: Session, revisions: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, tuple[str, Any]]]:
    query = sa.select(ItemTranslation.revision_id, ItemTranslation.language, ItemTranslation.state)
    query = query.add_columns(ItemTranslation.segments).where(ItemTranslation.is_current)
    found: dict[uuid.UUID, dict[str, tuple[str, Any]]] = {}
    for row in db.execute(query.where(ItemTranslation.revision_id.in_(revisions))) if revisions else ():
        found.setdefault(row.revision_id, {})[row.language] = (row.state, row.segments)
    return found


def examples(db: Session, most: int = 2) -> list[Written]:
    """Shipped items of every kind with their translations and without their codes: what a filled table looks like."""
    kept: dict[str, list[Written]] = {}
    for revision in service.current_revisions(db, referentials_service.USUAL_FRAMEWORK):
        texts = {row.language: (row.state, row.segments) for row in revision.translations if row.is_current}
        kept.setdefault(revision.kind, []).append(Written("", revision.body, texts, revision.text_fingerprint))
    return [one for found in kept.values() for one in found[:most]]
