"""Readiness over HTTP, and the code of a campaign."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from pathways.learning.models import Goal, Pathway
from pathways.people.models import JournalEntry
from pathways.permissions import Role
from tests.insights.crowds import Crowd
from tests.learning.walkers import a_walker
from tests.web.world import csrf_of


def _walker(app, database):
    with database.begin() as db:
        goal = db.scalars(sa.select(Goal).filter_by(code="pix", organisation_id=None)).one()
        found = a_walker(db, app.state.door, Crowd.new(db), goal)
        return found.member, found.pathway.id, found.attempt.id


def test_readiness_for_programs_is_noted_in_the_journal(app, database, signed_in):
    member, pathway_id, attempt_id = _walker(app, database)
    trainer = signed_in(Role.TRAINER, organisation=member.organisation_id)
    [found] = trainer.get(f"/api/v1/pathways/{pathway_id}/readiness").json()
    assert (found["certification"], len(found["parts"]), found["link"]) == ("pix", 16, "")
    assert all(part["low"] <= part["likely"] <= part["high"] <= part["skills"] for part in found["parts"])
    [other] = trainer.get(f"/api/v1/pathways/{pathway_id}/readiness?certification=clea").json()
    assert len(other["parts"]) == 4
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(JournalEntry).filter_by(about_id=attempt_id)) == 1
    assert signed_in(Role.TRAINER).get(f"/api/v1/pathways/{pathway_id}/readiness").status_code == 404


@pytest.mark.slow
def test_a_trainer_notes_the_code_that_they_were_given(app, database, signed_in):
    member, pathway_id, _ = _walker(app, database)
    trainer = signed_in(Role.TRAINER, organisation=member.organisation_id)
    named = {"certification": "pix"}
    sent = trainer.post(f"/pathways/{pathway_id}/campaign", data={"csrf": csrf_of(trainer), "campaign": "abcd 12345"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/pathways/{pathway_id}#readiness")
    with database.read() as db:
        assert db.get_one(Pathway, pathway_id).campaign == "ABCD12345"
    wrong = trainer.post(f"/pathways/{pathway_id}/campaign", data={"csrf": csrf_of(trainer), "campaign": "a/b"} | named)
    assert wrong.status_code == 422
    [field] = re.findall(r'<input[^>]*id="campaign-pix"[^>]*>', wrong.text)
    assert 'value="a/b"' in field
    assert 'aria-describedby="campaign-pix-error"' in field
    assert "Un code de campagne a de 4 à 20 lettres" in re.findall(r'id="campaign-pix-error">([^<]*)', wrong.text)[0]
    assert 'id="notes"' in wrong.text  # the page of the pathway, whole
    assert trainer.get(f"/pathways/{pathway_id}/campaign").status_code == 303
    other = signed_in(Role.TRAINER)
    sent = other.post(f"/pathways/{pathway_id}/campaign", data={"csrf": csrf_of(other), "campaign": "ABCD12345"})
    assert sent.status_code == 404


@pytest.mark.slow
def test_both_read_it_on_the_pathway(app, database, client, signed_in):
    member, pathway_id, attempt_id = _walker(app, database)
    trainer = signed_in(Role.TRAINER, organisation=member.organisation_id)
    desk = trainer.get(f"/pathways/{pathway_id}")
    assert desk.status_code == 200
    assert 'id="readiness"' in desk.text
    assert "jamais une promesse" in desk.text
    client.cookies.set("attempt", app.state.door.token(attempt_id), path="/t")
    own = client.get(f"/t/{attempt_id}/pathway")
    assert own.status_code == 200
    assert "une estimation, pas une promesse" in own.text.replace("&#39;", "'")
