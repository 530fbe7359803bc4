"""Files stay among those who accompany people, in their organisation."""

from __future__ import annotations

import uuid

import pytest
from starlette.testclient import TestClient

from pathways.people import files
from pathways.permissions import Role
from tests.diagnostics.situations import Taker
from tests.filing.situations import SELECTION, member_of, post, rows
from tests.web.world import csrf_of

PAGES = ("/learners/{file}", "/learners/{file}/export", "/learners/{file}/erase", "/learners/{file}/receipt")
PAGES += ("/learners/{file}/compare?before={attempt}&after={attempt}", "/profiles/{attempt}/file")
FORMS = ("/learners/{file}", "/learners/{file}/erase", "/profiles/{attempt}/file", "/profiles/{attempt}/file/detach")
FORMS += ("/profiles/{attempt}/resume-code",)
API = [
    ("GET", "/learners/{file}", None),
    ("PATCH", "/learners/{file}", {"note": "à moi", "version": 2}),
    ("DELETE", "/learners/{file}", None),
    ("GET", "/learners/{file}/export", None),
    ("PUT", "/attempts/{attempt}/file", {"label": "à moi"}),
    ("DELETE", "/attempts/{attempt}/file", None),
    ("POST", "/attempts/{attempt}/resume-code", {"number": 1}),
]


def every_request(client: TestClient, file_id: uuid.UUID, attempt_id: uuid.UUID):
    csrf = csrf_of(client)
    for template in PAGES:
        yield template, client.get(template.format(file=file_id, attempt=attempt_id))
    for template in FORMS:
        form = {"csrf": csrf, "label": "à moi", "version": "2", "number": "1"}
        yield template, client.post(template.format(file=file_id, attempt=attempt_id), data=form)
    for method, template, body in API:
        path = "/api/v1" + template.format(file=file_id, attempt=attempt_id)
        yield path, client.request(method, path, json=body)


def test_another_organisation_finds_no_file(signed_in, database, file_id, attempt_id):
    stranger, before = signed_in(Role.ADMINISTRATOR), rows(database)
    for path, reply in every_request(stranger, file_id, attempt_id):
        assert reply.status_code == 404, path
        assert "mardi" not in reply.text, path
    assert "mardi" not in stranger.get("/learners").text
    assert stranger.get("/api/v1/learners").json()["rows"] == []
    assert rows(database) == before


def test_a_file_of_one_s_own_does_not_lead_to_the_attempt_of_another(signed_in, database, attempt_id):
    stranger = signed_in(Role.TRAINER)
    with database.begin() as db:
        own = files.create(db, member_of(stranger), label="à moi")
    assert post(stranger, f"/profiles/{attempt_id}/file", file=str(own.id)).status_code == 404


def test_an_attempt_of_one_s_own_does_not_go_into_a_file_of_another(signed_in, client, file_id):
    stranger = signed_in(Role.TRAINER)
    made = stranger.post("/api/v1/diagnostics", json={"title": "Ailleurs", "selection": SELECTION})
    code = stranger.post(f"/api/v1/diagnostics/{made.json()['id']}/publish").json()["code"]
    taker = Taker.start(client, code)
    assert post(stranger, f"/profiles/{taker.opened['id']}/file", file=str(file_id)).status_code == 404


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.REVIEWER])
def test_who_does_not_accompany_anybody_reads_no_file(signed_in, database, member, file_id, attempt_id, role):
    colleague, before = signed_in(role, organisation=member.organisation_id), rows(database)
    for path, reply in every_request(colleague, file_id, attempt_id):
        assert reply.status_code == 403, path
    assert colleague.get("/learners").status_code == 403
    assert rows(database) == before
