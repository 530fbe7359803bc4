"""From a result to a seat: the learner's page and the trainer's."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways.people.models import JournalEntry
from pathways.permissions import Role
from pathways.workshops.models import Booking
from tests.diagnostics.situations import Taker
from tests.insights.crowds import SKILLS, Crowd
from tests.workshops import offering


@pytest.fixture
def lacking(database):
    with database.begin() as db:
        crowd = Crowd.new(db)
        attempt = crowd.add(dict.fromkeys(SKILLS, "correct") | {"SEC-02": "dont_know"}, language="ar")
        skills = ("inclusion-numerique:SEC-02",)
        workshop = offering.workshop_of(db, crowd.member, skills=skills)
        place = offering.place_of(db, crowd.member)
        session = offering.session_of(db, crowd.member, workshop, place_id=place.id, languages=("ar",))
        return crowd.member, attempt.id, session


def test_the_trainer_finds_a_session_and_books_from_it(lacking, signed_in, database):
    member, attempt_id, session = lacking
    trainer = signed_in(Role.TRAINER, organisation=member.organisation_id)
    assert f"/profiles/{attempt_id}/workshops" in trainer.get(f"/profiles/{attempt_id}").text
    page = trainer.get(f"/profiles/{attempt_id}/workshops")
    assert page.status_code == 200
    assert f"/sessions/{session.id}/book" in page.text
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(JournalEntry).filter_by(about_id=attempt_id))
        assert not db.scalar(sa.select(sa.func.count()).select_from(Booking))


def test_another_organisation_finds_nobody(lacking, signed_in):
    assert signed_in(Role.TRAINER).get(f"/profiles/{lacking[1]}/workshops").status_code == 404


def test_a_learner_sees_their_own_and_nobody_elses(app, client, lacking):
    _, attempt_id, session = lacking
    assert client.get(f"/t/{attempt_id}/workshops").status_code == 404
    token = app.state.door.token(attempt_id)
    client.cookies.set("attempt", token, path="/t")
    page = client.get(f"/t/{attempt_id}/workshops")
    assert page.status_code == 200
    assert f"/s/{session.code}" in page.text
    assert 'lang="ar"' in page.text
    assert f"/t/{attempt_id}/workshops" in client.get(f"/t/{attempt_id}/result").text


@pytest.mark.parametrize("query", ["where=%00&km=x", "km=999999999999", "language=" + "x" * 90, "where=" + "é" * 100])
def test_what_means_nothing_is_left_out(app, client, lacking, query):
    client.cookies.set("attempt", app.state.door.token(lacking[1]), path="/t")
    assert client.get(f"/t/{lacking[1]}/workshops?{query}").status_code in {200, 422}


def test_what_is_missing_leads_to_a_wish(app, client, lacking):
    client.cookies.set("attempt", app.state.door.token(lacking[1]), path="/t")
    page = client.get(f"/t/{lacking[1]}/workshops?language=ti").text
    assert "/wish?language=ti&amp;theme=email" in page


def test_an_attempt_that_is_not_over_has_no_workshops_yet(client, app):
    from pathways import demo

    with app.state.database.begin() as db:
        code = demo.prepare(db).code
    taker = Taker.start(client, code)
    attempt_id = taker.url.rsplit("/", 1)[-1]
    client.cookies.set("attempt", app.state.door.token(attempt_id), path="/t")
    assert client.get(f"/t/{attempt_id}/workshops").headers["location"] == f"/t/{attempt_id}"
