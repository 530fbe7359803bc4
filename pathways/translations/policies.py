"""Who may decide on a translation. Pure: facts in, yes or no out."""

from __future__ import annotations

import uuid

from pathways.items.models import ItemTranslation
from pathways.permissions import Member, Permission


def may_review(actor: Member, owner: uuid.UUID | None, *, reviews_shipped: bool) -> bool:
    """Reviewers decide on the questions of their own organisation; on the shipped ones (no ``owner``), those of the
    organisations that the operator trusts with it.
    """
    if not actor.may(Permission.TRANSLATIONS_REVIEW):
        return False
    return reviews_shipped if owner is None else owner == actor.organisation_id


def may_read_over(actor: Member, row: ItemTranslation) -> bool:
    """Nobody reviews their own; the database refuses it, too."""
    return row.translator_id != actor.account_id


def may_verify(actor: Member, row: ItemTranslation) -> bool:
    """A third person: neither who translated nor who reviewed."""
    return actor.account_id not in {row.translator_id, row.reviewer_id}
