"""Bringing checked files of resources into the database: twice is once, and what left the files is archived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.items.models import Picture
from pathways.items.service import load_pictures
from pathways.learning.models import Device, Resource
from pathways.learning.resources.checks import ResourcesFolder
from pathways.learning.resources.documents import ResourceDocument, ResourceTranslationDocument
from pathways.referentials.documents import fingerprint_of


def load(db: Session, framework: str, folder: ResourcesFolder) -> int:
    """Store checked resources with their translations; returns how many are new or changed. Steps of pathways keep
    pointing to one whose text changed: it is the same sheet, better said.
    """
    sheets = [one.sheet for one in folder.resources.values() if one.sheet]
    shown = {picture.file for sheet in sheets for picture in sheet.pictures()}
    pictures = load_pictures(db, folder.folder / "media", shown)
    shipped = sa.select(Resource).where(Resource.framework == framework, Resource.organisation_id.is_(None))
    stored = {one.code: one for one in db.scalars(shipped)}
    changed = 0
    for code, document in folder.resources.items():
        translations = {
            language: ones[code]
            for language, ones in sorted(folder.translations.items())
            if code in ones and ones[code].of == document.text_fingerprint()
        }
        values = _values(document, translations, pictures)
        fingerprint = fingerprint_of([document.model_dump(mode="json"), _kept(translations), values["sheet"]], 64)
        one = stored.get(code)
        if one is not None and one.fingerprint == fingerprint and one.archived_at is None:
            continue
        changed += 1
        if one is None:
            one = Resource(id=ids.stable_id("resource", framework, code), framework=framework, code=code)
            db.add(one)
        elif one.fingerprint != fingerprint:
            one.version += 1
            one.updated_at = clock.now()
        for name, value in values.items():
            setattr(one, name, value)
        one.fingerprint, one.archived_at = fingerprint, None
    _archive(one for code, one in stored.items() if code not in folder.resources)
    db.flush()
    return changed


def _archive(gone: Iterable[Resource]) -> None:
    for one in gone:
        if one.archived_at is None:
            one.archived_at = clock.now()


def _values(
    document: ResourceDocument,
    translations: Mapping[str, ResourceTranslationDocument],
    pictures: Mapping[str, Picture],
) -> dict[str, Any]:
    """The columns of a resource that its files decide."""
    return {
        "kind": document.kind,
        "title": document.title,
        "summary": document.summary,
        "minutes": document.minutes,
        "teaches": [taught.model_dump(mode="json") for taught in document.teaches],
        "languages": list(document.languages),
        "subtitles": list(document.subtitles),
        "wordless": document.wordless,
        "reading": document.reading,
        "device": Device(document.device),
        "is_online": True,
        "licence": document.licence,
        "url": document.url,
        "practice": document.practice,
        "checked_on": document.checked_on,
        "sheet": _sheet(document, pictures),
        "titles": {language: one.title for language, one in translations.items()},
        "summaries": {language: one.summary for language, one in translations.items()},
        "states": {language: one.state for language, one in translations.items()},
        "sheets": {language: one.texts() for language, one in translations.items() if one.sheet},
    }


def _kept(translations: Mapping[str, ResourceTranslationDocument]) -> dict[str, Any]:
    return {language: one.model_dump(mode="json") for language, one in translations.items()}


def _sheet(document: ResourceDocument, pictures: Mapping[str, Picture]) -> dict[str, Any]:
    """The sheet with each picture's digest and size, so that a page needs no look into the pictures."""
    if document.sheet is None:
        return {}
    sheet = document.sheet.model_dump(mode="json")
    for holder in [sheet, *sheet["steps"]]:
        if holder["picture"]:
            drawn = pictures[holder["picture"]["file"]]
            holder["picture"] |= {"sha256": drawn.sha256, "width": drawn.width, "height": drawn.height}
    return sheet
