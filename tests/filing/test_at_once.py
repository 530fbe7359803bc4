"""Two people at the same moment."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways.diagnostics import reading
from pathways.diagnostics.models import Answer, Attempt
from pathways.diagnostics.paper import service as paper
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


@pytest.mark.parametrize("act", ["detach", "attach", "renew", "observe", "correct"])
def test_what_is_done_to_an_attempt_that_is_erased_meanwhile_finds_nothing(
    database, app, member, trainer, code, attempt_id, act
):
    """Known when the request came, gone when its turn came: that is no accident of the server."""
    door = app.state.door
    with database.begin() as db:
        diagnostic_id = db.get_one(Attempt, attempt_id).diagnostic_id
        form = paper.make(db, door, member, diagnostic_id, language="fr")
        sheet = paper.enter(db, door, member, form.row.code, words=["0"] * len(form.questions), key="one sheet").id
    acts_of = {
        "detach": lambda db, one: service.detach(db, member, one),
        "attach": lambda db, one: service.attach(db, member, one, label="mardi"),
        "renew": lambda db, one: service.renew_code(db, door, member, one, number=1),
        "observe": lambda db, one: reading.observe(db, door, member, one, item="SEC-02-a", result="alone", key="k"),
        "correct": lambda db, one: paper.correct(db, door, member, one, words=["?"] * len(form.questions), seen=9),
    }
    about = sheet if act == "correct" else attempt_id
    with pytest.raises(NotFound), database.begin() as db:
        known = reading.attempt_for(db, member, about)
        for gone in (sa.delete(Answer).filter_by(attempt_id=about), sa.delete(Attempt).filter_by(id=about)):
            db.execute(gone, execution_options={"synchronize_session": False})
        acts_of[act](db, known[0].id)


def test_who_writes_into_a_file_that_is_erased_meanwhile_is_told_so(database, member, file_id):
    with database.begin() as db:
        erasing.erase(db, member, file_id)
    for act in (
        lambda db: files.change(db, member, file_id, label="mardi", note="x", version=1),
        lambda db: files.touch(db, file_id),
    ):
        with pytest.raises(NotFound), database.begin() as db:
            act(db)
