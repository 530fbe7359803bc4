"""Who works on translations, and a question that waits for one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways.items.models import Item, ItemRevision, ItemTranslation
from pathways.people.models import Organisation
from pathways.permissions import Role
from tests.translations.situations import FREE, SHIPPED


@pytest.fixture
def reviewer(signed_in, database):
    client = signed_in(Role.REVIEWER)
    with database.begin() as db:
        db.get_one(Organisation, client.organisation_id).reviews_shipped = True
    return client


@pytest.fixture
def translator(signed_in, reviewer):
    return signed_in(Role.TRANSLATOR, organisation=reviewer.organisation_id)


@pytest.fixture
def revision(database):
    """Of a shipped question that nobody has translated into Haitian Creole."""
    with database.begin() as db:
        found = db.scalars(
            sa.select(ItemRevision).join(Item, Item.current_id == ItemRevision.id).where(Item.code == SHIPPED)
        ).one()
        db.execute(sa.update(ItemTranslation).filter_by(revision_id=found.id, language=FREE).values(is_current=False))
        return found
