"""The audit of a diagnostic: as a page, as JSON, of a draft and of what is published, and to whom."""

from __future__ import annotations

import uuid

import pytest

from pathways.diagnostics.composing import auditing
from pathways.diagnostics.engine.auditing import ItemUse
from pathways.diagnostics.models import Diagnostic
from pathways.diagnostics.pages.audit import bands
from pathways.errors import Conflict
from pathways.permissions import Role
from tests.insights.crowds import SKILLS, Crowd
from tests.web import world


@pytest.fixture
def place(signed_in, client, database):
    return world.make(signed_in, client, database)


def draft(trainer, **selection) -> str:
    given = {"skills": list(SKILLS), "languages": ["fr"], "questions": 8} | selection
    made = trainer.post("/api/v1/diagnostics", json={"title": "Essai", "selection": given})
    assert made.status_code == 201, made.text
    return made.json()["id"]


def test_the_page_and_the_api_say_the_same(place):
    path = place.path("/diagnostics/{diagnostic_id}/audit")
    page = place.administrator.get(path).text
    told = place.administrator.get(f"/api/v1{path}").json()
    assert told == place.administrator.get(f"/api/v1{path}").json(), "the same diagnostic, the same audit"
    assert f"{told['learners']} personnes simulées" in page
    assert f"(graine {told['seed']})" in page
    assert told["bound"]["mean_questions"] <= told["questions"]["mean"]
    least = int(told["bound"]["mean_questions"])
    assert not least or f"ne peut en demander moins de {least} en moyenne" in page
    assert sum(one["questions"] for one in told["strands"]) == pytest.approx(told["questions"]["mean"])
    assert {one["item"] for one in told["uses"] if one["share"] == 0} == set(told["never_asked"])
    for one in told["uses"]:
        assert not one["item"].endswith("-o"), "no screen asks for a gesture"


def test_the_diagnostics_own_page_leads_there(place):
    page = place.administrator.get(place.path("/diagnostics/{diagnostic_id}")).text
    assert place.path("/diagnostics/{diagnostic_id}/audit") in page


def test_a_draft_is_audited_as_it_would_be_published(signed_in, database):
    trainer = signed_in()
    diagnostic = draft(trainer)
    before = trainer.get(f"/api/v1/diagnostics/{diagnostic}/audit").json()
    assert trainer.post(f"/api/v1/diagnostics/{diagnostic}/publish").status_code == 200
    after = trainer.get(f"/api/v1/diagnostics/{diagnostic}/audit").json()
    assert before == after
    assert trainer.get(f"/diagnostics/{diagnostic}/audit").status_code == 200


def test_what_asks_nothing_is_not_audited(signed_in):
    trainer = signed_in()
    reply = trainer.get(f"/diagnostics/{draft(trainer, skills=[])}/audit")
    assert reply.status_code == 409
    assert "rien à examiner" in reply.text


@pytest.mark.parametrize("end", ["", "/api/v1"])
def test_another_organisations_diagnostic_does_not_exist(place, signed_in, client, end):
    path = end + place.path("/diagnostics/{diagnostic_id}/audit")
    assert signed_in(Role.ADMINISTRATOR).get(path).status_code == 404
    assert client.get(path).status_code in {303, 401}
    for wrong in (uuid.uuid4(), "zzzz"):
        assert place.administrator.get(f"{end}/diagnostics/{wrong}/audit").status_code == 404


def test_the_service_audits_on_each_database(db):
    crowd = Crowd.new(db)
    audited = auditing.of(db, crowd.diagnostic)
    asked = {code for code in crowd.diagnostic.blueprint["items"] if not code.endswith("-o")}
    assert set(audited.stems) == asked == {use.item for use in audited.audit.uses}
    assert {one.strand for one in audited.audit.ladders} <= {one.code for one in audited.referential.strands}


def test_a_draft_of_nothing_is_refused(db):
    crowd = Crowd.new(db)
    empty = Diagnostic(
        organisation_id=crowd.member.organisation_id,
        title="Rien",
        referential_id=crowd.diagnostic.referential_id,
        selection=crowd.diagnostic.selection | {"skills": []},
    )
    db.add(empty)
    db.flush()
    with pytest.raises(Conflict):
        auditing.of(db, empty)


def test_each_question_is_in_one_band():
    shares = (0.0, 0.0, 0.02, 0.1, 0.11, 0.25, 0.5, 0.51, 1.0)
    drawn = bands([ItemUse(str(place), share) for place, share in enumerate(shares)])
    assert [band.items for band in drawn] == [2, 2, 2, 1, 2]
    assert max(band.length for band in drawn) > 0
    assert [band.length for band in bands([])] == [0] * len(drawn)
