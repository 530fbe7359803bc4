"""Two people at the same moment, and many files."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, ids
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.errors import NotFound
from pathways.filing import erasing, service
from pathways.people import files
from pathways.people.journal import Act
from pathways.people.models import JournalEntry, LearnerFile
from pathways.permissions import Role
from tests.filing.situations import acts, rows
from tests.people.situations import at_the_same_moment

FILES, ATTEMPTS = 5_000, 20_000
SECONDS = 0.3


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


@pytest.mark.slow
def test_many_files_cost_no_more_time(trainer, signed_in, database, member, file_id):
    administrator = signed_in(Role.ADMINISTRATOR, organisation=member.organisation_id)
    with database.begin() as db:
        diagnostic = db.scalars(sa.select(Diagnostic).filter_by(organisation_id=member.organisation_id)).one()
        own = [ids.random_id() for _ in range(FILES)]
        label = [{"id": one, "label": f"n{n}", "sought": f"n{n}"} for n, one in enumerate(own)]
        db.execute(sa.insert(LearnerFile), [one | {"organisation_id": member.organisation_id} for one in label])
        db.execute(sa.insert(Attempt), [_attempt(diagnostic.id, own[n % FILES]) for n in range(ATTEMPTS)])
        entry = {"organisation_id": member.organisation_id, "account_id": member.account_id, "act": "profile_opened"}
        db.execute(sa.insert(JournalEntry), [entry | {"details": {}} for _ in range(ATTEMPTS)])
    slow = {}
    for client, path in (
        (trainer, "/learners"),
        (trainer, "/learners?q=n49"),
        (trainer, "/learners?q=introuvable"),
        (trainer, f"/learners/{own[0]}"),
        (administrator, "/organisation/journal"),
        (administrator, f"/organisation/journal?about={file_id}"),
    ):
        client.get(path)
        begun = time.perf_counter()
        assert client.get(path).status_code == 200
        taken = time.perf_counter() - begun
        if taken > SECONDS:
            slow[path] = taken
    assert slow == {}


def _attempt(diagnostic_id: uuid.UUID, file_id: uuid.UUID) -> dict[str, object]:
    return {
        "id": ids.random_id(),
        "diagnostic_id": diagnostic_id,
        "language": "ar",
        "resume_digest": ids.digest(ids.new_token()),
        "answered": 0,
        "file_id": file_id,
        "expires_at": clock.now() + timedelta(days=9),
    }
