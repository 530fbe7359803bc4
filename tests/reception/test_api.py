"""Receptions over the API."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from pathways import clock
from pathways.people.models import LearnerFile
from pathways.reception.models import Reception
from tests.diagnostics.situations import Taker

RECEPTIONS = "/api/v1/receptions"
LABEL = "Mariposa du mardi"


@pytest.fixture
def begun(desk):
    """A reception on the person's phone, begun by a program."""

    def one(**more):
        body = {"id": str(uuid.uuid4()), "language": "ar", "context": {"device": "phone"}, "situation": "phone"} | more
        reply = desk.client.post(RECEPTIONS, json=body)
        assert reply.status_code == 201, reply.text
        return body, reply.json()

    return one


def test_the_id_is_the_key(desk, begun):
    body, made = begun(label=LABEL)
    again = desk.client.post(RECEPTIONS, json=body)
    assert again.json() == made
    assert made["state"] == "running"
    assert (desk.count(Reception), desk.count(LearnerFile)) == (1, 1)


def test_a_sheet_alone_begins_nothing(desk):
    body = {"id": str(uuid.uuid4()), "language": "uk", "context": {"help": "family"}}
    made = desk.client.post(RECEPTIONS, json=body).json()
    assert (made["state"], made["attempt_id"], made["resume_code"]) == ("sheet", None, None)
    assert desk.client.get(f"{RECEPTIONS}/{body['id']}/summary").status_code == 404


def test_the_code_opens_the_questions(desk, begun):
    _, made = begun()
    opened = desk.client.post("/api/v1/attempts/resume", json={"code": made["resume_code"]})
    assert opened.json()["id"] == made["attempt_id"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "nulle part"},
        {"context": {"income": "none"}},
        {"language": "xx"},
        {"where": "home"},
        {"label": "x" * 61},
        {"situation": "", "diagnostic_id": "x"},
    ],
)
def test_what_is_not_asked_is_refused(desk, wrong):
    reply = desk.client.post(RECEPTIONS, json={"id": str(uuid.uuid4())} | wrong)
    assert reply.status_code == 422
    assert desk.count(Reception) == 0


def test_the_list_of_a_day(desk, other_desk, begun):
    body, made = begun(label=LABEL)
    rows = desk.client.get(RECEPTIONS).json()["receptions"]
    assert [(one["id"], one["label"], one["state"]) for one in rows] == [(body["id"], LABEL, "running")]
    yesterday = (clock.now() - timedelta(days=2)).date().isoformat()
    assert desk.client.get(RECEPTIONS, params={"day": yesterday}).json() == {"receptions": []}
    assert desk.client.get(RECEPTIONS, params={"day": "hier"}).status_code == 422
    assert other_desk.client.get(RECEPTIONS).json() == {"receptions": []}
    assert made["attempt_id"] == rows[0]["attempt_id"]


def test_another_organisation_finds_none_of_it(other_desk, begun):
    body, _ = begun()
    own = f"{RECEPTIONS}/{body['id']}"
    for path in ("", "/appointment", "/summary"):
        assert other_desk.client.get(own + path).status_code == 404
    assert other_desk.client.post(f"{own}/next").status_code == 404
    assert other_desk.client.patch(f"{own}/appointment", json={"version": "0"}).status_code == 404
    assert other_desk.client.post(RECEPTIONS, json=body).status_code == 404


def test_an_appointment_is_changed_by_whoever_read_the_latest(desk, begun):
    body, _ = begun()
    address = f"{RECEPTIONS}/{body['id']}/appointment"
    version = desk.client.get(address).json()["version"]
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    wanted = {"date": day, "time": "09:00", "place": "Mairie", "words": "Avec vos papiers", "version": version}
    first = desk.client.patch(address, json=wanted)
    assert first.status_code == 200
    assert desk.client.patch(address, json=wanted).json() == first.json()
    assert desk.client.patch(address, json=wanted | {"place": "Ailleurs"}).status_code == 409
    assert desk.client.patch(address, json=wanted | {"date": "2020-01-01"}).status_code == 422
    gone = desk.client.patch(address, json={"version": first.json()["version"]})
    assert (gone.json()["date"], gone.json()["place"]) == ("", "")


def test_the_next_person_twice_is_once(desk, begun):
    body, _ = begun()
    closed = desk.client.post(f"{RECEPTIONS}/{body['id']}/next").json()
    assert closed["closed_at"] is not None
    assert desk.client.post(f"{RECEPTIONS}/{body['id']}/next").json() == closed


def test_the_summary_says_what_can_be_said_and_never_a_label(desk, begun, monkeypatch):
    body, made = begun(label=LABEL)
    address = f"{RECEPTIONS}/{body['id']}/summary"
    told = desk.client.get(address).json()
    assert (told["type"], told["minutes"], told["level"]) == ("individuel", 5, None)
    assert told["equipment"] == ["telephone"]
    assert told["themes"][0] == "diagnostic_numerique"
    assert {"prendre_en_main_du_materiel", "navigation_sur_internet", "securite_numerique"} <= set(told["themes"])
    assert "aide_aux_demarches_administratives" not in told["themes"]
    opened = desk.client.post("/api/v1/attempts/resume", json={"code": made["resume_code"]}).json()
    later = clock.now() + timedelta(minutes=13)
    monkeypatch.setattr(clock, "now", lambda: later)
    taker = Taker(desk.client, opened, opened["item"])
    while taker.item is not None:
        taker.dont_know()
    told = desk.client.get(address).json()
    assert told["minutes"] == 15
    assert told["level"] == "debutant"
    assert "Durée : 15 minutes" in told["text"]
    assert "Niveau : débutant" in told["text"]
    assert LABEL not in str(told)


def test_a_program_needs_the_right_to_receive(desk, app):
    def program(*scopes: str) -> TestClient:
        made = desk.client.post("/api/v1/tokens", json={"name": "Tableur", "scopes": list(scopes)})
        client = TestClient(app, follow_redirects=False)
        client.headers["Authorization"] = f"Bearer {made.json()['secret']}"
        return client

    body = {"id": str(uuid.uuid4()), "situation": "phone"}
    assert program("diagnostics:read").post(RECEPTIONS, json=body).status_code == 403
    assert program("diagnostics:read").get(f"{RECEPTIONS}/{body['id']}").status_code == 404
    holder = program("receptions:hold")
    assert holder.post(RECEPTIONS, json=body).status_code == 201
    assert holder.post(RECEPTIONS, json=body | {"id": str(uuid.uuid4()), "label": LABEL}).status_code == 403


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_time_is_an_empty_one(desk, day):
    assert desk.client.get(RECEPTIONS, params={"day": day}).json() == {"receptions": []}


def test_an_appointment_is_kept_as_a_field_of_a_page_shows_it(desk, begun):
    body, _ = begun()
    address = f"{RECEPTIONS}/{body['id']}/appointment"
    day = (clock.now() + timedelta(days=3)).date()
    wanted = {"date": f"{day:%Y%m%d}", "time": "143000", "version": desk.client.get(address).json()["version"]}
    kept = desk.client.patch(address, json=wanted).json()
    assert (kept["date"], kept["time"]) == (day.isoformat(), "14:30")
