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
from pathways.database import changed
from pathways.errors import NotFound
from pathways.i18n import N_, SOURCE, folded
from pathways.items import drawings
from pathways.items.checks import ItemsFolder
from pathways.items.documents import ItemDocument
from pathways.items.models import (
    REJECTED,
    STATES,
    Item,
    ItemRevision,
    ItemTranslation,
    Picture,
    ServedContent,
    TranslationEvent,
)
from pathways.items.pictures import Known
from pathways.referentials.documents import fingerprint_of


def load(db: Session, framework: str, folder: ItemsFolder) -> int:
    """Store checked items and their translations; returns how many revisions are new. The same files twice change
    nothing. An item that left the files is withdrawn from new diagnostics and stays in published ones.
    """
    shown = {picture.file for item in folder.items.values() for picture in item.pictures()}
    pictures = load_pictures(db, folder.folder / "media", shown)
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
    new = changes = 0
    for code, document in folder.items.items():
        item = stored.get(code)
        if item is None:
            item = Item(id=ids.stable_id("item", framework, code), framework=framework, code=code, skill=document.skill)
            db.add(item)
        body = body_of(document, pictures)
        revision = current.get(item.current_id) if item.current_id else None
        if revision is None or revision.fingerprint != fingerprint_of(body, 64):
            before, revision = revision, revise(db, item, document, body)
            new += 1
            if before is not None and before.text_fingerprint == revision.text_fingerprint:
                _keep_what_people_did(db, before, revision)
        item.sought = sought_of(document)
        for language, translations in folder.translations.items():
            if code in translations and translations[code].of == revision.text_fingerprint:
                one = translations[code]
                changes += _translate_from_file(db, revision, language, one.segments(), state=one.state)
        changes += _withdraw_translations(revision, folder, code)
    for code, item in stored.items():
        if code not in folder.items:
            item.current_id = None
    db.flush()
    if changes:
        note_change(db)
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


def load_pictures(db: Session, media: Path, names: Collection[str]) -> dict[str, Picture]:
    """The drawings of a folder by file name; each is stored once by its digest, whatever shows it."""
    found = {name: _picture(media / name) for name in sorted(names)}
    digests = {one.sha256 for one in found.values()}
    known = set(db.scalars(sa.select(Picture.sha256).where(Picture.sha256.in_(digests)))) if digests else set[str]()
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
    if document.family is None:
        del body["family"]  # revisions of before families were known stay what they are
    if not document.partly:
        del body["partly"]  # and those of before anything counted for a part
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


def _keep_what_people_did(db: Session, before: ItemRevision, revision: ItemRevision) -> None:
    """A new picture, or another word for trainers, leaves the French as it was: translations made or read here stay."""
    for row in before.translations:
        if row.is_current and (row.translator_id is not None or row.reviewer_id is not None):
            carry_over(db, revision, row)


def _translate_from_file(
    db: Session, revision: ItemRevision, language: str, segments: dict[str, str], *, state: str
) -> bool:
    """Whether that changes what learners are served. What people decided here weighs more than a file that is loaded
    again: their texts stay served, what they sent back stays sent back, and a state only rises.
    """
    fingerprint = fingerprint_of(segments, 64)
    rows = [row for row in revision.translations if row.language == language]
    known = next((row for row in rows if row.fingerprint == fingerprint), None)
    if known is not None and (known.state == REJECTED or was_withdrawn(db, known)):
        return False
    served = next((row for row in rows if row.is_current), None)
    if served is not None and served is not known and _is_of_people(served, state):
        return False
    before = (served, served.state) if served else None
    now = translate(db, revision, language, segments, state=state)
    return before != (now, now.state)


def _is_of_people(row: ItemTranslation, state: str) -> bool:
    """Whether somebody here wrote these texts, or read them over and other ones in that ``state`` would be less."""
    if row.translator_id is not None:
        return True
    return row.reviewer_id is not None and STATES.index(row.state) > STATES.index(state)


def was_withdrawn(db: Session, row: ItemTranslation) -> bool:
    """Whether the last that a reviewer said of a translation is that learners shall not be served it: nobody undoes
    that by sending or loading the texts again.
    """
    if row.is_current or sa.inspect(row).pending:
        return False
    said = sa.select(TranslationEvent.act).filter_by(translation_id=row.id)
    said = said.where(TranslationEvent.act.in_(["withdrawn", "restored", "reviewed", "verified"]))
    last_first = said.order_by(TranslationEvent.happened_at.desc(), TranslationEvent.id.desc())
    return db.scalar(last_first.limit(1)) == "withdrawn"


def _withdraw_translations(revision: ItemRevision, folder: ItemsFolder, code: str) -> int:
    """A translation that left the files, or no longer translates this text, is not served any more. One that somebody
    made or reviewed here, and not in a file, stays. Returns how many were served until now.
    """
    withdrawn = 0
    for row in revision.translations:
        known = folder.translations.get(row.language, {}).get(code)
        from_file = row.translator_id is None and row.reviewer_id is None
        if from_file and row.is_current and (known is None or known.of != revision.text_fingerprint):
            row.is_current = False
            withdrawn += 1
    return withdrawn


def translate(
    db: Session,
    revision: ItemRevision,
    language: str,
    segments: dict[str, str],
    *,
    state: str,
    origin: str = "file",
    translator_id: uuid.UUID | None = None,
    organisation_id: uuid.UUID | None = None,
) -> ItemTranslation:
    """Make these the served texts of a revision in a language. The same texts twice are one translation, whose state
    only rises.
    """
    fingerprint = fingerprint_of(segments, 64)
    row = next((r for r in revision.translations if r.language == language and r.fingerprint == fingerprint), None)
    if row is None:
        row = ItemTranslation(language=language, state=state, fingerprint=fingerprint, segments=segments)
        row.id, row.is_waiting, row.origin = ids.new_id(), False, origin
        row.translator_id, row.organisation_id = translator_id, organisation_id
        row.reviewer_id = row.verifier_id = None
        revision.translations.append(row)
        db.add(row)
    elif row.state == REJECTED or STATES.index(state) > STATES.index(row.state):
        row.state = state
    serve(revision, row)
    return row


def carry_over(db: Session, revision: ItemRevision, row: ItemTranslation) -> ItemTranslation:
    """The same texts for another revision whose French is the same: who made and read them stays known."""
    copy = translate(db, revision, row.language, row.segments, state=row.state, origin=row.origin)
    copy.organisation_id, copy.translator_id = row.organisation_id, row.translator_id
    copy.reviewer_id, copy.reviewed_at, copy.verifier_id = row.reviewer_id, row.reviewed_at, row.verifier_id
    return copy


def serve(revision: ItemRevision, row: ItemTranslation) -> None:
    """Of all translations of a revision into its language, this one is served from now on."""
    for other in revision.translations:
        if other.language == row.language:
            other.is_current = other is row
    row.is_waiting = False


def note_change(db: Session) -> None:
    """Tell every process that something which learners are served has changed (see :func:`change_number`)."""
    if not changed(db, sa.update(ServedContent).values(number=ServedContent.number + 1)):
        db.add(ServedContent(id=1, number=1))
        db.flush()


def change_number(db: Session) -> int:
    """Grows with each change of what learners are served: texts and sounds that a process keeps in memory are good as
    long as it is the same.
    """
    return db.scalar(sa.select(ServedContent.number)) or 0
