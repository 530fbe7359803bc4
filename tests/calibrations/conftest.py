from __future__ import annotations

import pytest

from pathways.people.models import Organisation
from pathways.permissions import Role


@pytest.fixture
def reviewer(signed_in, database):
    """Somebody who decides on the shipped questions, in front of a browser."""
    client = signed_in(Role.REVIEWER)
    with database.begin() as db:
        db.get_one(Organisation, client.organisation_id).reviews_shipped = True
    return client
