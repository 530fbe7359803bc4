"""Loading items from files, and finding those that can be asked in a language."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from pathways import ids
from pathways.errors import NotFound
from pathways.i18n import N_, SOURCE, folded
from pathways.items import drawings
from pathways.items.checks import ItemsFolder
from pathways.items.documents import ItemDocument
from pathways.items.models import STATES, Item, ItemRevision, ItemTranslation, Picture
from pathways.items.pictures import Known
from pathways.referentials.documents import fingerprint_of


def load(db: Session, framework: str, folder: ItemsFolder) -> int:
    """Store checked items and their translations; returns how many revisions are new. The same files twice change
    nothing. An item that left the files is withdrawn from new diagnostics and stays in published ones.
    """
    pictures = _load_pictures(db, folder)
    shipped = sa.select(Item).filter_by(framework=framework, organisation_id=None)
    stored = {item.code: item for item in db.scalars(shipped)}
    current = {
        revision.id: revision
        for revision in db.scalars(
            sa.select(ItemRevision)
            .where(ItemRevision.id.in_([item.current_id for item in stored.values() if item.current_id]))
            .options(selectinload(ItemRevision.translations))
        )
    }
    new = 0
    for code, document in folder.items.items():
        item = stored.get(code)
        if item is None:
            item = Item(id=ids.stable_id("item", framework, code), framework=framework, code=code, skill=document.skill)
            db.add(item)
        body = body_of(document, pictures)
        revision = current.get(item.current_id) if item.current_id else None
        if revision is None or revision.fingerprint != fingerprint_of(body, 64):
            revision = revise(db, item, document, body)
            new += 1
        item.sought = sought_of(document)
        for language, translations in folder.translations.items():
            if code in translations and translations[code].of == revision.text_fingerprint:
                one = translations[code]
                translate(db, revision, language, one.segments(), state=one.state)
        _withdraw_translations(revision, folder, code)
    for code, item in stored.items():
        if code not in folder.items:
            item.current_id = None
    db.flush()
    return new


def current_revisions(
    db: Session, framework: str, skills: Collection[str] | None = None, *, organisation_id: uuid.UUID | None = None
) -> Sequence[ItemRevision]:
    """The revisions that a new diagnostic of an organisation would ask, with their translations, by code: the shipped
    ones and its own.
    """
    query = _current().where(Item.framework == framework, may_ask(organisation_id))
    if skills is not None:
        query = query.where(ItemRevision.skill.in_(skills))
    return db.scalars(query).all()


def may_ask(organisation_id: uuid.UUID | None) -> sa.ColumnElement[bool]:
    """The items that an organisation may see and ask: to others, its own ones do not exist."""
    shipped = Item.organisation_id.is_(None)
    return shipped if organisation_id is None else sa.or_(shipped, Item.organisation_id == organisation_id)


def current_revision(
    db: Session, framework: str, code: str, *, organisation_id: uuid.UUID | None = None
) -> ItemRevision:
    found = db.scalar(_current().where(Item.framework == framework, Item.code == code, may_ask(organisation_id)))
    if found is None:
        raise NotFound("Cette question n'existe pas.")
    return found


def _current() -> sa.Select[ItemRevision]:
    query = sa.select(ItemRevision).join(Item, Item.current_id == ItemRevision.id).order_by(ItemRevision.code)
    return query.options(selectinload(ItemRevision.translations))


def revisions(db: Session, revision_ids: Iterable[uuid.UUID]) -> Sequence[ItemRevision]:
    query = sa.select(ItemRevision).where(ItemRevision.id.in_(list(revision_ids))).order_by(ItemRevision.code)
    return db.scalars(query.options(selectinload(ItemRevision.translations))).all()


def served(revision: ItemRevision, language: str, least_state: str) -> ItemTranslation | None:
    """The translation that may be shown: the newest whole one of at least that state. A stale one belongs to another
    revision's text and is not here at all.
    """
    enough = STATES[STATES.index(least_state) :]
    rows = [one for one in revision.translations if one.language == language and one.is_current and one.state in enough]
    return max(rows, key=lambda row: row.created_at) if rows else None


def text_of(db: Session, code: str, segment: str, language: str) -> str | None:
    """Today's text of a segment in a language (``None`` if there is none)."""
    revision = db.scalar(_current().where(Item.code == code))
    if revision is None:
        return None
    if language == SOURCE:
        return revision.segments.get(segment)
    rows = [row for row in revision.translations if row.language == language and row.is_current]
    return rows[0].segments.get(segment) if rows else None


def picture(db: Session, sha256: str) -> Picture:
    found = db.get(Picture, sha256)
    if found is None:
        raise NotFound(N_("Cette page n'existe pas."))
    return found


def is_due(revision: ItemRevision, today: date) -> bool:
    """Whether somebody must check that the public service still works as the question says."""
    return revision.verify_by is not None and revision.verify_by < today


def _load_pictures(db: Session, folder: ItemsFolder) -> dict[str, Picture]:
    """Pictures by file name; each is stored once by its digest."""
    names = {picture.file for item in folder.items.values() for picture in item.pictures()}
    found = {name: _picture(folder.folder / "media" / name) for name in sorted(names)}
    known = set(db.scalars(sa.select(Picture.sha256)))
    for one in found.values():
        if one.sha256 not in known:
            known.add(one.sha256)
            db.add(one)
    return found


def _picture(path: Path) -> Picture:
    drawing = drawings.read(path)
    return Picture(
        sha256=hashlib.sha256(drawing.body).hexdigest(),
        media_type="image/svg+xml",
        width=drawing.width,
        height=drawing.height,
        body=drawing.body,
    )


def body_of(document: ItemDocument, pictures: Mapping[str, Picture | Known]) -> dict[str, Any]:
    """The item's document with each picture's digest and size, as a revision keeps it. ``pictures`` by file name."""
    body = document.model_dump(mode="json")
    for holder in [body, *body["options"]]:
        if holder["picture"]:
            drawn = pictures[holder["picture"]["file"]]
            holder["picture"] |= {"sha256": drawn.sha256, "width": drawn.width, "height": drawn.height}
    return body


def sought_of(document: ItemDocument) -> str:
    """What a search by words looks at."""
    return folded(" ".join([document.code, document.skill, *document.segments().values()]))


def revise(
    db: Session,
    item: Item,
    document: ItemDocument,
    body: dict[str, Any],
    *,
    edited_by: uuid.UUID | None = None,
    last: int | None = None,
) -> ItemRevision:
    """The next revision of an item, which new diagnostics take from now on. Published ones keep theirs. ``last`` is the
    number of its newest one, for a caller who knows it of many items and spares a query for each.
    """
    if last is None:
        last = db.scalar(sa.select(sa.func.max(ItemRevision.number)).filter_by(item_id=item.id)) or 0
    revision = ItemRevision(
        id=ids.new_id(),
        item_id=item.id,
        number=last + 1,
        fingerprint=fingerprint_of(body, 64),
        text_fingerprint=document.text_fingerprint(),
        code=document.code,
        skill=document.skill,
        kind=document.kind,
        device=document.device,
        verify_by=document.verify_by,
        body=body,
        segments=document.segments(),
        edited_by=edited_by,
        translations=[],
    )
    db.add(revision)
    item.skill, item.current_id = document.skill, revision.id
    return revision


def _withdraw_translations(revision: ItemRevision, folder: ItemsFolder, code: str) -> None:
    """A translation that left the files, or no longer translates this text, is not served any more. One that somebody
    made here, and not in a file, stays.
    """
    for row in revision.translations:
        known = folder.translations.get(row.language, {}).get(code)
        if row.translator_id is None and (known is None or known.of != revision.text_fingerprint):
            row.is_current = False


def translate(
    db: Session,
    revision: ItemRevision,
    language: str,
    segments: dict[str, str],
    *,
    state: str,
    translator_id: uuid.UUID | None = None,
) -> ItemTranslation:
    """Make these the served texts of a revision in a language; the same texts twice are one translation."""
    fingerprint = fingerprint_of([state, segments], 64)
    known = next((r for r in revision.translations if r.language == language and r.fingerprint == fingerprint), None)
    for row in revision.translations:
        if row.language == language:
            row.is_current = row is known
    if known is not None:
        return known
    row = ItemTranslation(language=language, state=state, fingerprint=fingerprint, segments=segments)
    row.id, row.is_current, row.translator_id = ids.new_id(), True, translator_id
    revision.translations.append(row)
    db.add(row)
    return row
