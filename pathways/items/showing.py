"""An item on a trainer's page as a learner sees it: the very templates of the question, nothing chosen yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from pathways import i18n
from pathways.items import recordings, service
from pathways.items.models import ItemRevision
from pathways.items.presenting import Shown, arrangement, target_arrangement

LEAST_STATE = "machine"
_SEED = "on a trainer's page"


@dataclass(frozen=True, slots=True)
class Picked:
    """Nothing is chosen (see ``answer_forms.Picked``)."""

    values: tuple[str, ...] = ()
    by_name: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What the templates of a question need."""

    shown: Shown
    order: list[str]
    targets: list[str]
    picked: Picked = Picked()


def language_of(wanted: str) -> str:
    """The language of the preview: the one that was asked for, else French whatever the browser reads."""
    code = i18n.recognised(wanted) if wanted else None
    return code or i18n.SOURCE


def of_revision(db: Session, revision: ItemRevision, language: str) -> Preview:
    row = service.served(revision, language, LEAST_STATE) if language != i18n.SOURCE else None
    segments: dict[str, Mapping[str, str]] = {i18n.SOURCE: revision.segments}
    if row is not None:
        segments[language] = row.segments
    sounds = recordings.of_texts(db, {revision.code: segments})[revision.code]
    return _preview(
        Shown(
            code=revision.code,
            body=revision.body,
            language=language if row else i18n.SOURCE,
            segments=segments,
            state=row.state if row else None,
            sounds=sounds,
        )
    )


def of_document(body: Mapping[str, Any], french: Mapping[str, str], own: Mapping[str, str], language: str) -> Preview:
    """Of what is not kept yet. ``own``: texts of the language whose French did not change."""
    segments = {i18n.SOURCE: french} | ({language: own} if own and language != i18n.SOURCE else {})
    shown_in = language if language in segments else i18n.SOURCE
    state = "draft" if shown_in != i18n.SOURCE else None
    return _preview(
        Shown(code="", body=dict(body) | {"code": ""}, language=shown_in, segments=segments, state=state, sounds={})
    )


def _preview(shown: Shown) -> Preview:
    return Preview(shown, arrangement(shown.body, _SEED), target_arrangement(shown.body, _SEED))
