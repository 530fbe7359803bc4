"""The journey on its pages: the person's, and that of those who help."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, i18n
from pathways.learning import events
from pathways.learning.journeys import wording
from pathways.learning.models import PathwayEvent, PathwayNote
from pathways.people.models import JournalEntry
from pathways.permissions import Role
from tests.insights.crowds import Crowd
from tests.learning.walkers import a_walker


@pytest.fixture
def walker(app, database):
    with database.begin() as db:
        walker = a_walker(db, app.state.door, Crowd.new(db))
        for for_person, text in ((True, "Bravo pour mardi"), (False, "À rappeler lundi")):
            note = {"pathway_id": walker.pathway.id, "account_id": walker.member.account_id}
            db.add(PathwayNote(**note, for_person=for_person, text=text))
        db.flush()
        db.expunge_all()
    return walker


def test_the_person_reads_their_way_in_two_languages(app, client, walker):
    client.cookies.set("attempt", app.state.door.token(walker.attempt.id), path="/t")
    page = client.get(f"/t/{walker.attempt.id}/journey")
    assert page.status_code == 200, page.text
    assert 'lang="ar"' in page.text
    assert walker.goal.title in page.text
    assert "Bravo pour mardi" in page.text
    assert "À rappeler lundi" not in page.text
    assert "%" not in page.text.split("<main>")[1].split("</main>")[0]  # no number that looks like a mark


def test_nobody_else_reads_it(app, client, walker, signed_in):
    assert client.get(f"/t/{walker.attempt.id}/journey").status_code == 404
    assert signed_in(Role.TRAINER).get(f"/pathways/{walker.pathway.id}/journey").status_code == 404
    coordinator = signed_in(Role.COORDINATOR, organisation=walker.member.organisation_id)
    assert coordinator.get(f"/pathways/{walker.pathway.id}/journey").status_code == 403


def test_those_who_help_see_numbers_with_their_range_and_it_is_written_down(walker, signed_in, database):
    trainer = signed_in(Role.TRAINER, organisation=walker.member.organisation_id)
    page = trainer.get(f"/pathways/{walker.pathway.id}/journey")
    assert page.status_code == 200, page.text
    assert "<svg" in page.text
    assert page.text.count("<table>") + page.text.count("<table ") >= 1
    assert "À rappeler lundi" in page.text
    assert i18n.languages()["ar"].name in page.text
    with database.read() as db:
        assert (
            db.scalar(sa.select(sa.func.count()).select_from(JournalEntry).filter_by(about_id=walker.attempt.id)) == 1
        )


def test_before_the_questions_are_over_there_is_no_way_yet(app, client, walker, database):
    with database.begin() as db:
        attempt = db.merge(walker.attempt)
        attempt.stopped = None
    client.cookies.set("attempt", app.state.door.token(walker.attempt.id), path="/t")
    reply = client.get(f"/t/{walker.attempt.id}/journey")
    assert reply.headers["location"] == f"/t/{walker.attempt.id}"


def test_the_person_takes_their_way_along(app, client, walker):
    client.cookies.set("attempt", app.state.door.token(walker.attempt.id), path="/t")
    page = client.get(f"/t/{walker.attempt.id}/take-away")
    assert page.status_code == 200, page.text
    assert walker.goal.title in page.text
    assert "Bravo pour mardi" in page.text
    assert "À rappeler lundi" not in page.text
    assert "six mois après votre dernière visite" in page.text


def test_what_was_said_of_several_steps_on_one_day_is_told_once(app, client, walker, database):
    with database.begin() as db:
        for place, code in enumerate(("SEC-01", "SEC-02")):
            told = {"pathway_id": walker.pathway.id, "kind": events.REFUSED, "skills": [code]}
            db.add(PathwayEvent(**told, happened_at=clock.now() + timedelta(seconds=place)))
    client.cookies.set("attempt", app.state.door.token(walker.attempt.id), path="/t")
    page = client.get(f"/t/{walker.attempt.id}/journey").text
    said = wording.SAID[events.REFUSED].replace("'", "&#39;")
    assert page.count(f'<span lang="fr" dir="ltr">{said}</span>') == 1
