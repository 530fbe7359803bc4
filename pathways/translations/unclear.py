"""Sentences of which learners said that they are not clear: counted, linked to nobody, settled by a reviewer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock
from pathways.database import changed
from pathways.errors import Forbidden
from pathways.i18n import D_, SOURCE
from pathways.items import authoring
from pathways.items.models import Item, ItemRevision, ItemTranslation, UnclearSentence
from pathways.permissions import Member
from pathways.translations import policies, reviewing


@dataclass(frozen=True, slots=True)
class Unclear:
    """One sentence, and how many said so since somebody last looked at it."""

    segment: str
    number: int
    """The revision that they saw."""
    text: str
    times: int


def count(db: Session, revision_id: uuid.UUID, language: str, segment: str) -> None:
    """Somebody finds a sentence unclear. Who, is not written anywhere here."""
    one = {"revision_id": revision_id, "language": language, "segment": segment}
    more = sa.update(UnclearSentence).filter_by(**one).values(times=UnclearSentence.times + 1)
    if changed(db, more):
        return
    try:
        with db.begin_nested():
            db.add(UnclearSentence(**one, times=1))
    except IntegrityError:  # the first two of them at the same moment
        db.execute(more)


def of_item(db: Session, item: Item, language: str) -> list[Unclear]:
    """Those of a question in a language, the most often named first. On posters an earlier revision may still be
    asked; its text is shown as learners saw it.
    """
    query = (
        sa.select(UnclearSentence, ItemRevision.number, ItemRevision.segments.label("french"))
        .add_columns(ItemTranslation.segments.label("own"))
        .join(ItemRevision, ItemRevision.id == UnclearSentence.revision_id)
        .outerjoin(
            ItemTranslation,
            sa.and_(
                ItemTranslation.revision_id == ItemRevision.id,
                ItemTranslation.language == UnclearSentence.language,
                ItemTranslation.is_current,
            ),
        )
        .where(ItemRevision.item_id == item.id, UnclearSentence.language == language, UnclearSentence.times > 0)
        .order_by(UnclearSentence.times.desc(), UnclearSentence.segment)
    )
    return [
        Unclear(
            segment=row.UnclearSentence.segment,
            number=row.number,
            text=_text(row, language),
            times=row.UnclearSentence.times,
        )
        for row in db.execute(query)
    ]


def _text(row: sa.Row, language: str) -> str:
    texts = row.french if language == SOURCE else row.own or {}
    return texts.get(row.UnclearSentence.segment, "")


def settle(db: Session, member: Member, framework: str, code: str, *, language: str, segment: str) -> None:
    """A reviewer has looked at a sentence: its count starts again, for every revision of the question."""
    item = authoring.visible(db, member, framework, code)
    trusted = reviewing.reviews_shipped(db, member)
    if not policies.may_review(member, item.organisation_id, reviews_shipped=trusted):
        raise Forbidden(D_("Votre structure ne relit pas ces questions : vous pouvez proposer des textes."))
    revisions = sa.select(ItemRevision.id).where(ItemRevision.item_id == item.id)
    db.execute(
        sa.update(UnclearSentence)
        .where(
            UnclearSentence.revision_id.in_(revisions),
            UnclearSentence.language == language,
            UnclearSentence.segment == segment,
            UnclearSentence.times > 0,
        )
        .values(times=0, settled_at=clock.now())
        .execution_options(synchronize_session=False)
    )
