"""What reviewers decided weighs more than a file that is loaded again."""

from __future__ import annotations

import pytest

from pathways import content
from pathways.fairness import service
from pathways.fairness.service import Decision
from pathways.items.models import ItemTranslation
from tests.fairness import bank
from tests.fairness.test_deciding import decide, flag, member


@pytest.mark.slow
def test_a_withdrawn_translation_stays_withdrawn_when_the_files_are_loaded_again(db, shipped):
    one = bank.questions(db)[0]
    flag(db, one)
    who = member(db)
    decide(db, who, one, Decision.WITHDRAW)
    content.load(db, shipped)
    db.flush()
    assert not db.get_one(ItemTranslation, one.translation_id).is_current
    assert service.overview(db, who, bank.FRAMEWORK)[0].flagged[0].withdrawn
