"""The diagnostic behind the checks of pathways: every question of a framework, of which few are asked at a time.

Each organisation has its own, made when first needed and made anew when its questions change. It has no code, so that
no poster leads to it, and it stands in no list.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.diagnostics import blueprint, calibrated
from pathways.diagnostics.composing.selections import MOST_QUESTIONS, Selection
from pathways.diagnostics.composing.service import CHECKS
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.items import service as items_service
from pathways.items.models import Item, ItemRevision, ItemTranslation
from pathways.people.models import Organisation
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import Ladders, ladders_of
from pathways.referentials.models import Referential

MOST_SEEN = 1000
_seen: dict[tuple[uuid.UUID, str], tuple[tuple[object, ...], uuid.UUID]] = {}
"""By organisation and framework: of what content, and which diagnostic. It spares reading every question each time; a
transaction that is rolled back leaves an id here that leads nowhere, and then it is made again.
"""
TITLE = "Vérifications des parcours"


def everything(db: Session, organisation_id: uuid.UUID, framework: str) -> Diagnostic:
    """The organisation's own diagnostic of all questions of a framework, as they are today."""
    seen = _content_seen(db, framework)
    kept = _seen.get((organisation_id, framework))
    if kept is not None and kept[0] == seen and (known := db.get(Diagnostic, kept[1])) is not None:
        return known
    found = _of_today(db, organisation_id, framework)
    if len(_seen) >= MOST_SEEN:
        _seen.clear()
    _seen[organisation_id, framework] = (seen, found.id)
    return found


def is_there(db: Session, organisation_id: uuid.UUID, framework: str) -> bool:
    """Whether it can be had without writing anything."""
    kept = _seen.get((organisation_id, framework))
    return kept is not None and kept[0] == _content_seen(db, framework) and db.get(Diagnostic, kept[1]) is not None


def _of_today(db: Session, organisation_id: uuid.UUID, framework: str) -> Diagnostic:
    ladders = ladders_of(db, referentials_service.latest(db, framework), organisation_id)
    content = _content(db, ladders)
    found = _latest(db, ladders)
    if found is None or found.content != content:
        # One after the other: two people who begin a check at the same moment get the same diagnostic.
        db.execute(sa.select(Organisation.id).filter_by(id=organisation_id).with_for_update(key_share=True))
        found = _latest(db, ladders)
    if found is not None and found.content == content:
        return found
    if found is not None:
        found.state, found.closed_at = DiagnosticState.CLOSED, clock.now()
    return _made(db, ladders, content)


def _content_seen(db: Session, framework: str) -> tuple[object, ...]:
    """What tells today's questions from those of before, in few words: numbers that grow, and the day."""
    revisions = db.scalar(sa.select(sa.func.count()).select_from(ItemRevision))
    number = db.scalar(sa.select(sa.func.max(Referential.number)).filter_by(code=framework))
    return items_service.change_number(db), revisions, number, clock.now().date()


def _revisions(db: Session, ladders: Ladders) -> Sequence[ItemRevision]:
    today = clock.now().date()
    found = items_service.current_revisions(
        db, ladders.code, tuple(ladders.skills), organisation_id=ladders.organisation_id
    )
    return [one for one in found if not items_service.is_due(one, today)]


def _content(db: Session, ladders: Ladders) -> str:
    """What tells the questions of two days apart: ids alone, since their texts need not be read to know that they are
    the same.
    """
    query = (
        sa.select(ItemRevision.id, ItemTranslation.id)
        .join(Item, Item.current_id == ItemRevision.id)
        .outerjoin(ItemTranslation, (ItemTranslation.revision_id == ItemRevision.id) & ItemTranslation.is_current)
        .where(
            Item.framework == ladders.code,
            items_service.may_ask(ladders.organisation_id),
            ItemRevision.skill.in_(tuple(ladders.skills)),
            sa.or_(ItemRevision.verify_by.is_(None), ItemRevision.verify_by >= clock.now().date()),
        )
    )
    texts: dict[str, list[str]] = {}
    for revision, translation in db.execute(query):
        texts.setdefault(str(revision), []).extend([str(translation)] if translation else [])
    parts = sorted([revision, *sorted(own)] for revision, own in texts.items())
    return ids.fingerprint(json.dumps([ladders.fingerprint, list(ladders.skills), parts]), 64)


def _latest(db: Session, ladders: Ladders) -> Diagnostic | None:
    query = sa.select(Diagnostic).where(
        Diagnostic.organisation_id == ladders.organisation_id,
        Diagnostic.situation == CHECKS,
        Diagnostic.state == DiagnosticState.PUBLISHED,
        Diagnostic.referential.has(code=ladders.code),
    )
    return db.scalars(query.order_by(Diagnostic.published_at.desc(), Diagnostic.id.desc()).limit(1)).first()


def _made(db: Session, ladders: Ladders, content: str) -> Diagnostic:
    revisions = _revisions(db, ladders)
    languages = tuple(i18n.languages())
    # A check is one question or two: the sharpest, and none that its person met before. There is nothing to vary.
    selection = Selection(
        skills=tuple(ladders.skills), languages=languages, questions=MOST_QUESTIONS, varied=False, extra_one_in=0
    )
    values = calibrated.values_of(db, ladders.code)
    assert ladders.organisation_id is not None
    made = Diagnostic(
        organisation_id=ladders.organisation_id,
        title=TITLE,
        state=DiagnosticState.PUBLISHED,
        referential_id=ladders.id,
        selection=selection.to_json(),
        blueprint=blueprint.freeze(
            blueprint.structure_of(ladders, selection.skills, revisions, values),
            selection.rules(),
            revisions,
            languages=languages,
            least_state=selection.least_state,
            choices=blueprint.Choices(),
            values=values,
        ),
        situation=CHECKS,
        content=content,
        published_at=clock.now(),
    )
    db.add(made)
    db.flush()
    return made
