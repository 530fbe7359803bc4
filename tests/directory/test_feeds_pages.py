"""Open data, calendars and feeds: valid, complete, cheap to ask for again, and silent about everybody."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from frictionless import Resource, Schema, system
from icalendar import Calendar

from pathways import i18n
from pathways.directory import open_data
from pathways.places import tours
from pathways.places.models import Place
from pathways.places.service import today
from pathways.places.tours import StopForm
from pathways.workshops.codes import Codes
from pathways.workshops.models import Audience, Booking
from pathways.workshops.scheduling import sessions
from pathways.workshops.seating import booking, cancelling
from pathways.workshops.seating.booking import Wanted
from tests.directory.test_directory_pages import town
from tests.places import situations
from tests.workshops import offering

__all__ = ["town"]
VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "lieux-de-mediation" / "schema.json"
ATOM = "{http://www.w3.org/2005/Atom}"


def problems(schema: dict | str, text: str, folder: Path) -> list[str]:
    (folder / "table.csv").write_text(text, encoding="utf-8", newline="")
    with system.use_context(trusted=True):
        read = Schema.from_descriptor(schema)
        report = Resource(path=str(folder / "table.csv"), schema=read, encoding="utf-8").validate()
    return [f"{error.type}: {error.message}" for task in report.tasks for error in task.errors]


@pytest.fixture
def busy(database, town):
    """Sessions of every kind beside the one of the town."""
    who, place_id, *_ = town
    with database.begin() as db:
        offering.session_of(db, who, languages=("ps",), meeting_url="https://exemple.fr/salle")
        offering.session_of(db, who, publish=False)
        trade = offering.workshop_of(db, who, audience=Audience.PROFESSIONALS, titles={"fr": "Entre professionnels"})
        offering.session_of(db, who, trade)
        paid = offering.workshop_of(
            db, who, price="2 € l'heure", titles={"fr": 'Avec "guillemets", et virgule', "ar": "ورشة"}
        )
        cancelled = offering.session_of(db, who, paid, place_id=place_id)
        cancelling.cancel_session(db, who, cancelled.id, reason="La salle est fermée")
    return town


def test_sessions_are_valid_in_their_own_schema(client, busy, tmp_path):
    reply = client.get("/open-data/sessions.csv")
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert problems(client.get("/open-data/sessions.schema.json").json(), reply.text, tmp_path) == []
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [row["statut"] for row in rows].count("annulee") == 1
    assert {row["public"] for row in rows} == {"public"}
    assert len(rows) == 3
    for secret in ("exemple.fr/salle", "La salle est fermée", "Entre professionnels"):
        assert secret not in reply.text


def test_the_schema_refuses_what_is_wrong(client, busy, tmp_path):
    text = client.get("/open-data/sessions.csv").text
    wrong = text.replace("debutant", "expert", 1).replace("Europe/Paris", "", 1)
    assert len(problems(open_data.schema(), wrong, tmp_path)) == 2


def test_sessions_as_json_say_the_same(client, busy):
    told = client.get("/open-data/sessions.json").json()
    rows = list(csv.DictReader(io.StringIO(client.get("/open-data/sessions.csv").text)))
    assert [one["session_id"] for one in told] == [row["session_id"] for row in rows]
    assert all(list(one) == open_data.columns() for one in told)
    with_titles = next(one for one in told if "ar" in one["titres"])
    assert with_titles["frais"] == "payant"
    assert client.get("/open-data/sessions.json?audience=professionals").json()[0]["public"] == "professionals"


def test_a_session_names_the_place_of_the_other_file(client, busy):
    places = {one["id"] for one in client.get("/open-data/places.json").json()}
    named = {one["lieu_id"] for one in client.get("/open-data/sessions.json").json()} - {None}
    assert named
    assert named <= places


def test_places_are_valid_in_the_national_schema(client, busy, tmp_path):
    if not VECTORS.exists():
        pytest.skip("the published schema is not beside this project")
    text = client.get("/open-data/places.csv").text
    assert problems(str(VECTORS), text, tmp_path) == []
    row = next(row for row in csv.DictReader(io.StringIO(text)) if row["nom"] == "Maison du numérique")
    assert row["prise_rdv"] == f"http://testserver/near/places/{busy[1]}"


def test_what_did_not_change_is_not_sent_again(client, database, settings, busy):
    paths = (
        "/open-data/places.csv",
        "/open-data/places.json",
        "/open-data/sessions.csv",
        "/open-data/sessions.json",
        "/near/sessions.ics",
        "/near/sessions.atom",
    )
    tags = {path: client.get(path).headers["etag"] for path in paths}
    for path, tag in tags.items():
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["cache-control"] == "no-cache"
    with database.begin() as db:
        booking.book(db, Codes(settings.secret), busy[2], Wanted(party=2))
    reply = client.get("/open-data/sessions.json", headers={"If-None-Match": tags["/open-data/sessions.json"]})
    assert reply.status_code == 200
    assert {one["session_id"]: one["places_restantes"] for one in reply.json()}[str(busy[2])] == 6
    assert (
        client.get("/open-data/places.csv", headers={"If-None-Match": tags["/open-data/places.csv"]}).status_code == 304
    )


def test_a_large_file_comes_whole_in_pieces(client, database, town, monkeypatch):
    monkeypatch.setattr(open_data, "AT_ONCE", 3)
    with database.begin() as db:
        for number in range(10):
            situations.place(db, town[0], f"Lieu {number}")
            offering.session_of(db, town[0])
    assert len(client.get("/open-data/places.json").json()) >= 11
    told = [one["session_id"] for one in client.get("/open-data/sessions.json").json()]
    assert len(told) == len(set(told)) == 11


def test_an_unknown_format_is_no_page(client):
    assert client.get("/open-data/places.xlsx").status_code == 404
    assert client.get("/open-data/sessions.xml").status_code == 404


def test_a_calendar_keeps_its_entries_and_says_what_was_cancelled(client, database, busy):
    who, _, session_id, code = busy
    text = client.get("/near/sessions.ics?where=99321&lang=ar").text
    events = {str(one["uid"]): one for one in Calendar.from_ical(text).walk("VEVENT")}
    assert {str(one["status"]) for one in events.values()} == {"CONFIRMED", "CANCELLED"}
    uid = f"{session_id}@testserver"
    assert str(events[uid]["url"]) == f"http://testserver/s/{code}"
    assert events[uid].decoded("dtstart").tzinfo is not None
    before = int(str(events[uid]["sequence"]))
    with database.begin() as db:
        cancelling.cancel_session(db, who, session_id, reason="Neige")
        assert sessions.public_by_code(db, code).version > before
    after = next(
        one for one in Calendar.from_ical(client.get("/near/sessions.ics").text).walk("VEVENT") if one["uid"] == uid
    )
    assert (str(after["status"]), int(str(after["sequence"])) > before) == ("CANCELLED", True)


def test_news_can_be_read_by_a_feed_reader(client, busy):
    reply = client.get("/near/sessions.atom?language=ti&lang=ti")
    assert reply.headers["content-type"].startswith("application/atom+xml")
    feed = fromstring(reply.text)
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 2  # the offer's own languages, the cancelled one too
    ids = [one.findtext(f"{ATOM}id") for one in entries]
    assert all(str(one).startswith("urn:uuid:") for one in ids)
    assert all(one.find(f"{ATOM}updated") is not None for one in [feed, *entries])
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "ti"


def test_a_van_has_a_calendar(client, database, town):
    who, place_id, *_ = town
    with database.begin() as db:
        tour = situations.tour(db, who)
        tours.add_stop(
            db,
            who,
            tour.id,
            StopForm(place_id=place_id, first=today(), opens="14:00", closes="16:00", on_holidays=True),
        )
        tour_id = tour.id
    events = Calendar.from_ical(client.get(f"/near/vans/{tour_id}.ics").text).walk("VEVENT")
    assert len(events) == 9
    assert len({str(one["uid"]) for one in events}) == 9


def test_the_json_of_the_page_and_of_the_api_agree(client, town):
    query = "where=99321&language=ti"
    page, api = client.get(f"/near.json?{query}"), client.get(f"/api/v1/directory?{query}")
    assert page.json() == api.json()
    assert api.headers["access-control-allow-origin"] == "*"
    told = api.json()
    assert told["spot"]["name"] == "Villetest"
    assert [one["id"] for one in told["places"]] == [str(town[1])]
    assert told["places"][0]["needs"][0] == "papers"
    assert told["sessions"][0]["free_seats"] == 8


@pytest.mark.parametrize(
    "query",
    [
        "need=x",
        "km=7",
        "language=klingon",
        "theme=x",
        "access=x",
        "page=0",
        "day=2026-02-30",
        "spot=zz",
        "wrong=1",
        "where=" + "x" * 101,
    ],
)
def test_the_api_says_what_it_does_not_understand(client, query):
    reply = client.get(f"/api/v1/directory?{query}")
    assert reply.status_code == 422
    assert reply.json()["errors"]


def test_the_documentation_names_every_field():
    text = (Path(__file__).parents[2] / "docs" / "open-data.md").read_text("utf-8")
    assert [name for name in open_data.columns() if f"`{name}`" not in text] == []
    assert json.loads(open_data.SCHEMA.read_text("utf-8"))["version"] in text
    assert i18n.SOURCE == "fr"


def again(client, path, tag) -> int:
    return client.get(path, headers={"If-None-Match": tag}).status_code


def test_a_seat_that_moves_to_another_session_changes_the_file(client, database, settings, busy):
    codes, path = Codes(settings.secret), "/open-data/sessions.json"
    with database.begin() as db:
        other = offering.session_of(db, busy[0]).id
        made = booking.book(db, codes, busy[2], Wanted())
    tag = client.get(path).headers["etag"]
    assert again(client, path, tag) == 304
    with database.begin() as db:
        booking.move(db, codes, db.get_one(Booking, made.booking.id), other)
    assert again(client, path, tag) == 200


def test_a_session_in_a_place_and_a_day_without_the_van_change_the_file_of_places(client, database, town):
    who = town[0]
    with database.begin() as db:
        quiet = situations.place(db, who, "Sans atelier").id
        tour = situations.tour(db, who)
        stop = tours.add_stop(db, who, tour.id, situations.stop(db.get_one(Place, quiet), first=today(), weeks=1))
        tour_id, stop_id = tour.id, stop.id
    path = "/open-data/places.csv"
    tag = client.get(path).headers["etag"]
    assert again(client, path, tag) == 304
    with database.begin() as db:
        offering.session_of(db, who, place_id=quiet)
    assert again(client, path, tag) == 200
    tag = client.get(path).headers["etag"]
    with database.begin() as db:
        tours.skip(db, who, tour_id, stop_id, today() + timedelta(weeks=1))
    assert again(client, path, tag) == 200


def test_a_title_is_no_formula_in_a_spreadsheet(client, database, town):
    with database.begin() as db:
        offering.session_of(db, town[0], offering.workshop_of(db, town[0], titles={"fr": "=cmd|x"}))
    rows = list(csv.DictReader(io.StringIO(client.get("/open-data/sessions.csv").text)))
    assert "'=cmd|x" in {one["titre"] for one in rows}
    assert "=cmd|x" in {one["titre"] for one in client.get("/open-data/sessions.json").json()}
