"""What a speaker reads: the texts of a diagnostic's questions, one after the other."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.diagnostics.models import Diagnostic
from pathways.i18n import N_, SOURCE
from pathways.items import service as items_service
from pathways.items.models import Item, ItemRevision
from pathways.items.recordings import text_fingerprint

OF_SCREEN = "observed"
"""The kind of what a mediator watches: nobody hears it."""
QUESTION, ANSWER = N_("La question"), N_("Une réponse")
PICTURE, WORDS = N_("Ce que montre l'image"), N_("Les mots écrits dans l'image")


@dataclass(frozen=True, slots=True)
class Segment:
    """One text to read."""

    item: str
    key: str
    what: str
    """What it is, a msgid."""
    french: str
    own: str | None
    """In the language of the voice; ``None`` in French."""
    stem: tuple[str | None, str]
    """The question that it belongs to: ``(own, French)``."""
    fingerprint: str
    is_shipped: bool
    """Of a question that every organisation may ask."""

    @property
    def text(self) -> str:
        """What is read."""
        return self.own if self.own is not None else self.french


def script(db: Session, diagnostic: Diagnostic, language: str) -> list[Segment]:
    """The texts of a published diagnostic in a language; those of a question that is not translated are not in it. The
    same text is read once.
    """
    return scripts(db, [(diagnostic, language)])[diagnostic.id, language]


def scripts(db: Session, wanted: Iterable[tuple[Diagnostic, str]]) -> dict[tuple[uuid.UUID, str], list[Segment]]:
    """The same for several, in as many queries as for one."""
    pairs = list(wanted)
    names = {name for diagnostic, _ in pairs for name in _revision_ids(diagnostic)}
    by_id = {row.id: row for row in items_service.revisions(db, names)} if names else {}
    own = sa.select(Item.id).where(
        Item.id.in_({row.item_id for row in by_id.values()}), Item.organisation_id.is_not(None)
    )
    owned = set(db.scalars(own)) if by_id else set()
    found = {}
    for diagnostic, language in pairs:
        revisions = [by_id[name] for name in _revision_ids(diagnostic)]
        least = diagnostic.selection["least_state"]
        found[diagnostic.id, language] = list(_once(_segments(revisions, language, least, owned)))
    return found


def keys_read(body: Mapping[str, Any], french: Mapping[str, str]) -> list[tuple[str, str]]:
    """``(key, what it is)`` of the texts of an item that are read aloud, in the order in which they are seen."""
    keys = [("stem", QUESTION), ("picture.words", WORDS), ("picture.alt", PICTURE)]
    for option in body["options"]:
        name = f"options.{option['id']}"
        keys += [(name, ANSWER), (f"{name}.words", WORDS), (f"{name}.alt", PICTURE)]
    keys += [(f"targets.{target['id']}", ANSWER) for target in body["targets"]]
    return [(key, what) for key, what in keys if french.get(key, "").strip()]


def _revision_ids(diagnostic: Diagnostic) -> list[uuid.UUID]:
    return [uuid.UUID(one["revision"]) for one in diagnostic.blueprint.get("items", {}).values()]


def _segments(revisions: Sequence[ItemRevision], language: str, least: str, owned: set[uuid.UUID]) -> Iterator[Segment]:
    for revision in revisions:
        if revision.kind == OF_SCREEN:
            continue
        texts: Mapping[str, str] = {}
        if language != SOURCE:
            row = items_service.served(revision, language, least)
            if row is None:
                continue
            texts = row.segments
        for key, what in keys_read(revision.body, revision.segments):
            own = texts.get(key) if language != SOURCE else None
            if language != SOURCE and not own:
                continue
            french = revision.segments[key]
            stem = (texts.get("stem"), revision.segments["stem"])
            fingerprint = text_fingerprint(own or french)
            yield Segment(revision.code, key, what, french, own, stem, fingerprint, revision.item_id not in owned)


def _once(segments: Iterable[Segment]) -> Iterator[Segment]:
    seen: set[str] = set()
    for one in segments:
        if one.fingerprint not in seen:
            seen.add(one.fingerprint)
            yield one
