"""What was done to the translations of a question in a language, by whom, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.i18n import D_
from pathways.items.models import Item, ItemRevision, ItemTranslation, TranslationEvent
from pathways.people.models import Account
from pathways.permissions import Member

MOST = 60
ELSEWHERE = D_("une autre structure")
NOBODY = D_("le serveur")
ACTS = {
    "suggested": D_("proposée"),
    "imported": D_("importée d'un fichier"),
    "reviewed": D_("relue"),
    "verified": D_("essayée et confirmée"),
    "rejected": D_("refusée"),
    "withdrawn": D_("retirée"),
    "restored": D_("remise en service"),
    "kept": D_("gardée malgré un signalement d'équité"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One act. ``by`` is a name of one's own organisation, or a phrase that hides it (``is_phrase``)."""

    act: str
    at: datetime
    by: str
    is_phrase: bool
    reason: str
    number: int
    """The revision whose French was translated."""


def of_item(db: Session, member: Member, item: Item, language: str) -> list[Told]:
    """The last acts, the newest first. Nobody learns the names of another organisation's people."""
    query = (
        sa.select(TranslationEvent, Account.name, ItemRevision.number)
        .join(ItemTranslation, ItemTranslation.id == TranslationEvent.translation_id)
        .join(ItemRevision, ItemRevision.id == ItemTranslation.revision_id)
        .outerjoin(Account, Account.id == TranslationEvent.account_id)
        .where(ItemRevision.item_id == item.id, ItemTranslation.language == language)
        .order_by(TranslationEvent.happened_at.desc(), TranslationEvent.id.desc())
        .limit(MOST)
    )
    told = []
    for event, name, number in db.execute(query):
        by, is_phrase = who(member, event.organisation_id, name if event.account_id else None)
        told.append(Told(event.act, event.happened_at, by, is_phrase, event.reason, number))
    return told


def who(member: Member, organisation_id: object, name: str | None) -> tuple[str, bool]:
    """A name, or the phrase in its place and ``True``."""
    if name is None:
        return NOBODY, True
    if organisation_id != member.organisation_id:
        return ELSEWHERE, True
    return name, False
