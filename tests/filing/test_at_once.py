"""Two people at the same moment."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways.errors import NotFound
from pathways.filing import erasing, service
from pathways.people import files
from pathways.people.journal import Act
from pathways.people.models import LearnerFile
from tests.filing.situations import acts, rows
from tests.people.situations import at_the_same_moment


def test_of_several_who_erase_at_once_all_get_the_one_receipt(database, member, file_id):
    receipts = at_the_same_moment(database, lambda db: erasing.erase(db, member, file_id), times=4)
    assert len({one.number for one in receipts}) == 1
    assert len(acts(database, Act.FILE_ERASED)) == 1
    assert rows(database) == {"attempt": 0, "answer": 0, "learner_file": 0, "reception": 0}


def test_of_several_who_open_a_file_for_one_attempt_one_does(database, member, attempt_id):
    made = at_the_same_moment(database, lambda db: service.attach(db, member, attempt_id, label="mardi").id, times=4)
    assert len(set(made)) == 1
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(LearnerFile)) == 1


def test_who_writes_into_a_file_that_is_erased_meanwhile_is_told_so(database, member, file_id):
    with database.begin() as db:
        erasing.erase(db, member, file_id)
    for act in (
        lambda db: files.change(db, member, file_id, label="mardi", note="x", version=1),
        lambda db: files.touch(db, file_id),
    ):
        with pytest.raises(NotFound), database.begin() as db:
            act(db)
