"""Files of places at the desk: examined, taken, and given, with what is lost said."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from pathways.permissions import Role
from pathways.places import service
from tests.places.keeping import a_keeper, made, send
from tests.web.world import csrf_of


@pytest.fixture
def keeper(signed_in, database):
    return a_keeper(signed_in, database)


LAMEDNUM = (
    "id,pivot,nom,commune,code_postal,adresse,latitude,longitude,services,date_maj\r\n"
    "un,43493312300029,Espace du canal,Nulle-Part,99123,1 quai,47.5,1.5,Loisirs et créations numériques,2026-01-05\r\n"
    "deux,43493312300029,Sans date,Nulle-Part,99123,2 quai,,,,\r\n"
)


def upload(client, text: str, name: str = "lieux.csv"):
    data = {"csrf": csrf_of(client)}
    return client.post("/places/import", data=data, files={"file": (name, text.encode(), "text/csv")})


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_a_file_is_examined_then_taken_and_the_second_time_does_nothing(keeper):
    report = upload(keeper, LAMEDNUM)
    assert report.status_code == 200, report.text
    assert "Espace du canal" in report.text
    assert "À corriger" in report.text
    assert "date_maj" in report.text
    assert "Espace du canal" not in keeper.get("/places").text  # nothing yet
    kept = {"contents": hidden(report.text, "contents"), "seal": hidden(report.text, "seal")}
    done = send(keeper, "/places/import", **kept)
    assert done.status_code == 303, done.text
    assert "Nouveaux : 1" in keeper.get(done.headers["location"]).text
    assert "Espace du canal" in keeper.get("/places").text
    again = send(keeper, "/places/import", **kept)  # pressed twice
    assert again.headers["location"].endswith("new=0&changed=0&withdrawn=0")
    assert "rien à importer" in upload(keeper, LAMEDNUM).text
    newer = LAMEDNUM.replace("un,", "trois,")
    report = upload(keeper, newer).text
    assert "ne nomme plus" in report
    kept = {"contents": hidden(report, "contents"), "seal": hidden(report, "seal"), "withdraw": "true"}
    assert send(keeper, "/places/import", **kept).headers["location"].endswith("withdrawn=1")


def test_a_report_that_is_no_longer_true_is_shown_anew(keeper, signed_in):
    report = upload(keeper, LAMEDNUM)
    kept = {"contents": hidden(report.text, "contents"), "seal": hidden(report.text, "seal")}
    colleague = signed_in(Role.COORDINATOR, organisation=keeper.organisation_id)
    theirs = upload(colleague, LAMEDNUM.replace("Espace du canal", "Espace du port"))
    assert send(colleague, "/places/import", contents=hidden(theirs.text, "contents"), seal=hidden(theirs.text, "seal"))
    moved = send(keeper, "/places/import", **kept)
    assert moved.status_code == 200
    assert "Entre-temps" in moved.text


@pytest.mark.parametrize("text", ["", "bonjour", "[]", "{", "PK\x03\x04rien", "id;nom\n1;2"])
def test_what_is_no_file_of_places_is_refused_with_a_sentence(keeper, text):
    reply = upload(keeper, text)
    assert reply.status_code in {200, 422}
    assert 'role="alert"' in reply.text
    assert send(keeper, "/places/import", contents="x|y", seal="z").status_code == 422
    assert send(keeper, "/places/import").status_code == 422


def test_places_leave_with_what_is_lost_said(keeper):
    made(keeper, languages=["fr", "ti"], services="Aide aux démarches administratives")
    for name, files in {
        "lamednum-csv": ("lieux.csv", "accompagnement.json", "pertes.json", "pertes.csv"),
        "lamednum-json": ("lieux.json",),
        "data-inclusion": ("structures.json", "services.json"),
    }.items():
        page = keeper.get(f"/places/export?format={name}")
        assert page.status_code == 200, page.text
        for file in files:
            assert file in page.text
            reply = keeper.get(f"/places/export/{name}/{file}")
            assert reply.status_code == 200
            assert "attachment" in reply.headers["content-disposition"]
    assert keeper.get("/places/export/lamednum-csv/passwd").status_code == 404
    page = keeper.get("/places/export?format=lamednum-csv").text
    assert "Médiathèque du centre" in page  # its languages are lost


def test_the_hours_of_a_stop_leave_dated(keeper):
    van = made(keeper, name="Le bus", is_mobile="on").rsplit("/", 1)[-1]
    here = made(keeper, name="Mairie").rsplit("/", 1)[-1]
    tour = send(keeper, "/tours", name="Tournée", van=van).headers["location"]
    first = (service.today() + timedelta(days=2)).isoformat()
    typed = {"place": here, "first": first, "weeks": "2", "opens": "14:00", "closes": "16:00", "version": "1"}
    assert send(keeper, f"{tour}/stops/new", **typed, on_holidays="on").status_code == 303
    plain = keeper.get("/places/export/lamednum-csv/lieux.csv").text
    timed = keeper.get("/places/export/lamednum-csv/lieux.csv?vans=true").text
    assert "14:00-16:00" not in plain
    assert timed.count("14:00-16:00") >= 2  # of the place and of the van
    assert not re.search(r"(?<!\d\d\d\d )week", timed)
