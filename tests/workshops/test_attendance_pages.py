"""The register, the sheet, the certificate and the tables at the desk, without any script."""

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, spreadsheets
from pathways.permissions import Role
from pathways.workshops.codes import Codes
from pathways.workshops.models import (
    Attendance,
    AttendanceMark,
    Booking,
    BookingState,
    SessionRecord,
    SessionState,
    WalkIns,
    WorkshopSession,
)
from tests.conftest import SECRET
from tests.statements import counted
from tests.web.world import csrf_of
from tests.workshops.days import a_booking, a_session


@pytest.fixture
def desk(signed_in):
    return signed_in(Role.TRAINER)


@pytest.fixture
def held(desk, database):
    """A session that ended an hour ago, with two bookings, one of them of two people."""
    with database.begin() as db:
        session = a_session(db, desk.organisation_id, starts_at=clock.now() - timedelta(hours=3))
        one, two = a_booking(db, session, "Alpha", language="ar"), a_booking(db, session, "Béta", party=2)
        return {"session": session.id, "one": one.id, "two": two.id}


def page_of(desk, held) -> str:
    reply = desk.get(f"/sessions/{held['session']}/attendance")
    assert reply.status_code == 200, reply.text
    return reply.text


def form_of(html: str) -> dict[str, str]:
    """The fields of the register as a browser sends them back."""
    form = re.search(r"<form method=\"post\" action=\"/sessions/[^\"]+/attendance\".*?</form>", html, re.DOTALL)
    assert form
    fields = dict(re.findall(r'name="([^"]+)"[^>]*? value="([^"]*)"', form[0]))
    fields.pop("rest", None)
    for name, options in re.findall(r'<select [^>]*name="([^"]+)">(.*?)</select>', form[0], re.DOTALL):
        fields[name] = re.findall(r'value="([^"]+)" selected', options)[0]
    return {name: value.replace("&#34;", '"') for name, value in fields.items()}


def send(desk, held, **changed):
    fields = form_of(page_of(desk, held)) | changed
    return desk.post(f"/sessions/{held['session']}/attendance", data=fields), fields


def presences(database) -> dict[tuple[uuid.UUID, int], tuple[str, int | None]]:
    with database.read() as db:
        return {
            (row.booking_id, row.seat): (row.presence.value, row.minutes) for row in db.scalars(sa.select(Attendance))
        }


def marks(database) -> int:
    with database.read() as db:
        return db.scalar(sa.select(sa.func.count()).select_from(AttendanceMark)) or 0


def test_a_choice_becomes_a_mark_and_pressed_twice_it_is_one(desk, held, database):
    seat = f"{held['one']}-1"
    reply, fields = send(desk, held, **{f"presence-{seat}": "late", f"minutes-{seat}": "90"})
    assert reply.status_code == 303
    assert presences(database) == {(held["one"], 1): ("late", 90)}
    assert desk.post(f"/sessions/{held['session']}/attendance", data=fields).status_code == 303
    assert marks(database) == 1
    html = page_of(desk, held)
    assert 'value="late" selected' in html
    assert "pointé par Une personne" in html


def test_nothing_changed_is_no_mark(desk, held, database):
    send(desk, held)
    assert marks(database) == 0


def test_the_others_are_present_in_one_press(desk, held, database):
    send(desk, held, **{f"presence-{held['one']}-1": "absent_excused"})
    send(desk, held, rest="present")
    assert sorted(one for one, _ in presences(database).values()) == ["absent_excused", "present", "present"]


def test_what_a_colleague_recorded_meanwhile_is_not_overwritten(desk, signed_in, held, database):
    colleague = signed_in(Role.TRAINER, organisation=desk.organisation_id)
    before = form_of(page_of(desk, held))
    seat = f"presence-{held['one']}-1"
    theirs = form_of(page_of(colleague, held)) | {seat: "present", "csrf": csrf_of(colleague)}
    assert colleague.post(f"/sessions/{held['session']}/attendance", data=theirs).status_code == 303
    address = f"/sessions/{held['session']}/attendance"
    assert desk.post(address, data=before | {f"presence-{held['two']}-1": "present"}).status_code == 303
    assert presences(database)[held["one"], 1] == ("present", None)
    assert desk.post(address, data=before | {seat: "absent", "key": str(uuid.uuid4())}).status_code == 303
    html = page_of(desk, held)
    assert "Une personne : présent" in html
    assert "Une personne : absent" in html
    assert "torn" in html
    send(desk, held, **{seat: "absent"})
    assert "torn" not in page_of(desk, held)
    assert presences(database)[held["one"], 1] == ("absent", None)


def test_walk_ins_and_what_was_counted(desk, held, database):
    send(desk, held, walk_ins="3", **{"gender-feminin": "2", "age-soixante_dix_plus": "1"})
    with database.read() as db:
        kept = db.get_one(WalkIns, held["session"])
        assert (kept.number, kept.known) == (3, {"age": {"soixante_dix_plus": 1}, "gender": {"feminin": 2}})
    send(desk, held)
    assert marks(database) == 1


@pytest.mark.parametrize("wrong", [{"walk_ins": "beaucoup"}, {"walk_ins": "900"}, {"gender-feminin": "400"}])
def test_what_cannot_be_is_said_and_nothing_is_lost(desk, held, database, wrong):
    reply, _ = send(desk, held, **{f"presence-{held['one']}-1": "present"}, **wrong)
    assert reply.status_code == 422
    assert 'value="present" selected' in reply.text
    assert marks(database) == 0


def test_minutes_that_are_no_number(desk, held, database):
    seat = f"{held['one']}-1"
    reply, _ = send(desk, held, **{f"presence-{seat}": "late", f"minutes-{seat}": "1h"})
    assert reply.status_code == 422
    assert marks(database) == 0


def close(desk, held):
    return desk.post(f"/sessions/{held['session']}/attendance/close", data={"csrf": csrf_of(desk)})


def test_closing_writes_the_report_and_a_later_mark_corrects_it(desk, held, database):
    send(desk, held, **{f"presence-{held['one']}-1": "present"})
    assert close(desk, held).status_code == 303
    with database.read() as db:
        assert db.get_one(WorkshopSession, held["session"]).state is SessionState.CLOSED
        assert db.get_one(SessionRecord, held["session"]).figures == {"present": 1, "unsaid": 2}
    send(desk, held, rest="absent")
    with database.read() as db:
        assert db.get_one(SessionRecord, held["session"]).figures == {"present": 1, "absent": 2}


def test_the_sheet_has_a_line_for_each_seat_and_some_for_others(desk, held):
    html = desk.get(f"/sessions/{held['session']}/attendance/sheet").text
    assert html.count("<tr>") == 1 + 3 + 9
    assert Codes(SECRET).code_of(held["one"])[:4] in html


def certificate_of(client, held, database):
    return client.get(f"/b/{Codes(SECRET).token_of(held['one'])}/certificate")


def test_a_certificate_says_how_long_in_both_languages(desk, held, database, client):
    assert certificate_of(client, held, database).status_code == 404
    seat = f"{held['one']}-1"
    send(desk, held, **{f"presence-{seat}": "late", f"minutes-{seat}": "95"})
    own = certificate_of(client, held, database)
    assert own.status_code == 200
    assert 'lang="ar"' in own.text
    assert "1 h 35" in own.text
    assert "Les e-mails" in own.text
    assert own.headers["x-robots-tag"].startswith("noindex")
    assert (
        f"/b/{Codes(SECRET).token_of(held['one'])}/certificate" in client.get(own.url.path[: -len("/certificate")]).text
    )
    at_desk = desk.get(f"/sessions/{held['session']}/attendance/certificates/{held['one']}")
    assert "1 h 35" in at_desk.text


def test_nobody_said_how_long_and_nothing_is_attested(desk, held, database, client):
    send(desk, held, **{f"presence-{held['one']}-1": "left_early"})
    assert certificate_of(client, held, database).status_code == 404


def test_a_certificate_of_another_session_or_organisation_does_not_exist(desk, held, signed_in, database):
    with database.begin() as db:
        other = a_session(db, desk.organisation_id)
    assert desk.get(f"/sessions/{other.id}/attendance/certificates/{held['one']}").status_code == 404
    stranger = signed_in(Role.TRAINER)
    for address in ("", "/sheet", f"/certificates/{held['one']}"):
        assert stranger.get(f"/sessions/{held['session']}/attendance{address}").status_code == 404


def test_the_tables_of_a_period(desk, held, database):
    send(desk, held, **{f"presence-{held['one']}-1": "present", "walk_ins": "2", "gender-feminin": "1"})
    close(desk, held)
    html = desk.get("/attendance").text
    assert "Les e-mails" in html
    reply = desk.get("/attendance/activity.csv")
    assert reply.status_code == 200
    read = spreadsheets.read(reply.content, "a.csv")
    row = dict(zip(read.header, read.rows[0].cells, strict=True))
    assert (row["type"], row["duree"], row["thematiques"], row["participants"]) == ("collectif", "120", "email", "3")
    assert (row["gender_feminin"], row["gender_masculin"], row["age_moins_de_douze"]) == ("1", "0", "")
    hours = spreadsheets.read(desk.get("/attendance/hours.xlsx").content, "a.xlsx")
    assert hours.header[0] == "date"
    assert len(hours.rows) == 3
    assert hours.rows[0].cells[-1] == "120"


def test_the_structure_chooses_its_columns(desk, held):
    send(desk, held, **{f"presence-{held['one']}-1": "present"})
    close(desk, held)
    chosen = {"csrf": csrf_of(desk), "columns": ["code", "hours"], "keep_months": "36", "version": "0"}
    assert desk.post("/attendance/columns", data=chosen).status_code == 303
    assert spreadsheets.read(desk.get("/attendance/hours.csv").content, "a.csv").header == (
        "code de réservation",
        "heures",
    )
    assert desk.post("/attendance/columns", data=chosen | {"columns": [], "version": "1"}).status_code == 422
    assert desk.post("/attendance/columns", data=chosen | {"columns": ["date"]}).status_code == 409


@pytest.mark.parametrize("query", ["first=x", "first=2026-01-01&last=2025-01-01", "first=2020-01-01&last=2026-01-01"])
def test_a_period_that_is_none_is_said(desk, query):
    assert "notice" in desk.get(f"/attendance?{query}").text
    assert desk.get(f"/attendance/activity.csv?{query}").status_code == 422


def test_an_organisation_reads_its_own_reports_only(desk, held, signed_in):
    close(desk, held)
    assert "Les e-mails" not in signed_in(Role.TRAINER).get("/attendance").text


def test_somebody_who_cancelled_and_came_is_marked_so(desk, held, database):
    send(desk, held, **{f"presence-{held['one']}-1": "present"})
    with database.begin() as db:
        db.get_one(Booking, held["one"]).state = BookingState.CANCELLED_BY_PERSON
        db.get_one(Booking, held["two"]).state = BookingState.CANCELLED_BY_PERSON
    html = page_of(desk, held)
    assert "avait annulé, est venu quand même" in html
    assert "Béta" not in html


def test_the_day_is_an_empty_shell_and_its_worker_may_look_after_it(client, desk, held):
    shell = client.get("/day")
    assert shell.status_code == 200
    assert shell.text == desk.get("/day").text
    assert "Alpha" not in shell.text
    worker = client.get("/day/worker.js")
    assert worker.headers["service-worker-allowed"] == "/day"
    assert worker.headers["content-type"].startswith("text/javascript")


@pytest.mark.slow
def test_more_people_cost_no_more_questions_to_the_database(app, desk, held, database):
    def asked(path: str) -> int:
        desk.get(path)
        with counted(app) as statements:
            assert desk.get(path).status_code == 200
        return len(statements)

    paths = [f"/sessions/{held['session']}/attendance", f"/sessions/{held['session']}/attendance/sheet", "/attendance"]
    paths += [f"/api/v1/attendance/sessions/{held['session']}", "/attendance/hours.csv"]
    send(desk, held, rest="present")
    close(desk, held)
    few = {path: asked(path) for path in paths}
    with database.begin() as db:
        session = db.get_one(WorkshopSession, held["session"])
        session.capacity = 60
        for number in range(30):
            a_booking(db, session, f"Personne {number}")
    send(desk, held, rest="present")
    assert {path: asked(path) for path in paths} == few
