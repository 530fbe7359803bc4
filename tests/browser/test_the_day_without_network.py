"""A day in a van: the list is taken along, the server is stopped, marks are made, the server is back, and everything is
sent twice and stands there once.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from pathways import clock, demo
from pathways.database import Database
from pathways.people import service as people
from pathways.people.models import Membership
from pathways.workshops.attending import attendance
from pathways.workshops.models import Attendance, AttendanceMark, Booking, Via, WalkIns
from tests.browser import server as serving
from tests.browser.checks import faults
from tests.workshops import days

pytestmark = pytest.mark.slow
CUT = "ERR_CONNECTION|ERR_FAILED|ERR_INTERNET_DISCONNECTED|ERR_NETWORK|ERR_EMPTY_RESPONSE|Failed to fetch"
PIN = "violet7"


class Machine:
    """A server that can be stopped and started again at the same address, with the database that lies in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, serving._free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = Database(f"sqlite:///{folder / 'pathways.sqlite3'}")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PATHWAYS_")}
        environment |= {
            "PATHWAYS_PORT": str(self.port),
            "PATHWAYS_DATA": str(self.folder),
            "PATHWAYS_SECRET": serving.SECRET,
        }
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pathways", "serve"], env=environment, stdout=log, stderr=log
            )
        serving._wait(f"{self.url}/healthz", self.process, self.folder / "log")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def sign_in(self, page: Page) -> None:
        with self.database.begin() as db:
            path = demo.prepare(db).sign_in
        page.goto(self.url + path)

    def a_day(self, *, hours_ago: int = 0) -> dict[str, uuid.UUID]:
        """A session of today, or one that began so many hours ago and is over. Two people have booked, one of them
        with a friend, and a van has two seats.
        """
        with self.database.begin() as db:
            account = people.account_by_email(db, demo.EMAIL)
            assert account is not None
            organisation_id = db.scalars(sa.select(Membership.organisation_id).filter_by(account_id=account.id)).one()
            noon = clock.now().astimezone(clock.PARIS).replace(hour=12, minute=0, second=0, microsecond=0)
            begins = clock.now() - timedelta(hours=hours_ago) if hours_ago else noon
            session = days.a_session(db, organisation_id, starts_at=begins, minutes=600)
            one = days.a_booking(db, session, "Alpha", language="ar")
            two = days.a_booking(db, session, "Béta", party=2)
            days.a_quota(db, session, 2)
            return {"session": session.id, "one": one.id, "two": two.id}

    def counted(self, table, **where) -> int:
        with self.database.read() as db:
            return db.scalar(sa.select(sa.func.count()).select_from(table).filter_by(**where)) or 0

    def presence(self, booking_id: uuid.UUID, seat: int = 1) -> tuple[str, int | None]:
        with self.database.read() as db:
            row = db.get_one(Attendance, (booking_id, seat))
            return row.presence.value, row.minutes


@pytest.fixture
def machine(tmp_path, template):
    shutil.copyfile(template("sqlite").removeprefix("sqlite:///"), tmp_path / "pathways.sqlite3")
    machine = Machine(tmp_path)
    machine.start()
    yield machine
    machine.stop()
    machine.database.dispose()


def prepared(machine: Machine, page: Page, *, whose: str = "all") -> None:
    machine.sign_in(page)
    page.goto(f"{machine.url}/day")
    expect(page.locator("[data-progress]")).to_have_text(re.compile("sans réseau"))
    page.locator("#whose").select_option(whose)
    page.locator("#pin").fill(PIN)
    page.locator("#again").fill(PIN)
    page.get_by_role("button", name="Prendre les séances du jour").click()
    expect(page.locator(".session")).to_have_count(1)


def press(page: Page, booking_id: uuid.UUID, presence: str, seat: int = 1) -> None:
    page.locator(f"#{presence}-{booking_id}-{seat}").click()


def kept_on_device(page: Page) -> str:
    """Everything that lies in the browser's database, in Latin letters."""
    rows = page.evaluate(
        """async () => {
          const text = value => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
            ? String.fromCharCode(...new Uint8Array(value.buffer ?? value))
            : value && typeof value === 'object' ? Object.values(value).map(text).join(' ') : String(value);
          const base = await new Promise(done => {
            const asked = indexedDB.open('pathways-day');
            asked.onsuccess = () => done(asked.result);
          });
          const all = name => new Promise(done => {
            const asked = base.transaction(name).objectStore(name).getAll();
            asked.onsuccess = () => done(asked.result);
          });
          return [...await all('kept'), ...await all('queue')].map(text).join(' ');
        }"""
    )
    return str(rows)


def test_a_day_in_a_van(machine, page_at, recorder):
    recorder.allow(CUT)
    held = machine.a_day()
    page = page_at(360)
    prepared(machine, page)

    machine.stop()
    page.reload()
    page.locator("#unlock").fill(PIN)
    page.get_by_role("button", name="Ouvrir").click()
    expect(page.locator(".session")).to_have_count(1)
    press(page, held["one"], "present")
    press(page, held["two"], "late")
    press(page, held["two"], "absent", seat=2)
    press(page, held["two"], "absent_excused", seat=2)
    page.locator(f"#more-{held['session']}").evaluate("(button) => { button.click(); button.click(); }")
    expect(page.locator(".walk-ins output")).to_have_text("2")
    page.locator("[data-sale] [name=label]").fill("Gamma")
    page.get_by_role("button", name="Donner ces places").click()
    expect(page.locator(".seats li")).to_have_count(4)
    expect(page.get_by_text("Places confiées au bus : 1")).to_be_visible()
    page.locator(".seats li").last.get_by_role("button", name="Présent").click()
    expect(page.locator("[data-send]")).to_have_text("Envoyer (8)")
    expect(page.locator("[data-problem]")).to_contain_text("Tout est gardé ici")
    assert "Alpha" not in kept_on_device(page)
    assert "Gamma" not in kept_on_device(page)

    with page.expect_download() as download:
        page.locator("[data-export]").click()
    copy = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert len(copy["items"]) == 8

    machine.start()
    page.locator("[data-send]").click()
    expect(page.locator("[data-send]")).to_have_text("Rien à envoyer")
    assert machine.counted(AttendanceMark) == 7
    again = page.request.post(f"{machine.url}/api/v1/attendance/sync", data=copy)
    assert {one["result"] for one in again.json()["answers"]} == {"already"}
    assert machine.counted(AttendanceMark) == 7
    assert machine.counted(Booking, via=Via.VAN) == 1
    assert machine.presence(held["one"]) == ("present", None)
    assert machine.presence(held["two"])[0] == "late"
    assert machine.presence(held["two"], 2) == ("absent_excused", None)
    with machine.database.read() as db:
        assert db.get_one(WalkIns, held["session"]).number == 2
        sold = db.scalars(sa.select(Booking).filter_by(via=Via.VAN)).one()
        assert sold.label == "Gamma"
        sold_id = sold.id
    assert machine.presence(sold_id) == ("present", None)

    page.get_by_role("button", name="Terminer la journée sur cet appareil").click()
    expect(page.locator("[data-problem]")).to_contain_text("ne garde plus rien")
    assert "spare" not in kept_on_device(page)
    expect(page.locator("#pin")).to_be_visible()


def test_two_people_who_disagree_are_told_so(machine, page_at, recorder):
    recorder.allow(CUT)
    held = machine.a_day()
    page = page_at(360)
    prepared(machine, page)
    page.context.set_offline(True)
    press(page, held["one"], "present")
    with machine.database.begin() as db:
        account = people.account_by_email(db, demo.EMAIL)
        assert account is not None
        organisation_id = db.scalars(sa.select(Membership.organisation_id).filter_by(account_id=account.id)).one()
        colleague = days.a_member(db, organisation_id=organisation_id)
        attendance.mark(db, colleague, days.a_mark(db.get_one(Booking, held["one"]), "absent"))
    page.context.set_offline(False)
    expect(page.locator("[data-send]")).to_have_text("Rien à envoyer")
    expect(page.locator("[data-conflict]")).to_be_visible()
    page.get_by_role("link", name="Décider, avec réseau").click()
    expect(page.locator(".torn")).to_contain_text("Une personne : absent")
    page.locator(".torn select").select_option("present")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".torn")).to_have_count(0)
    assert machine.presence(held["one"]) == ("present", None)


def test_the_sign_in_ended_meanwhile_and_nothing_is_lost(machine, page_at, recorder):
    recorder.allow(f"{CUT}|401")
    held = machine.a_day()
    page = page_at(360)
    prepared(machine, page)
    page.context.clear_cookies()
    press(page, held["one"], "present")
    expect(page.locator("[data-problem]")).to_contain_text("Vous n'êtes plus connecté")
    expect(page.locator("[data-send]")).to_have_text("Envoyer (1)")
    machine.sign_in(page)
    page.goto(f"{machine.url}/day")
    page.locator("#unlock").fill(PIN)
    page.get_by_role("button", name="Ouvrir").click()
    expect(page.locator("[data-send]")).to_have_text("Rien à envoyer")
    assert machine.presence(held["one"]) == ("present", None)


def test_a_forgotten_pin_opens_nothing_but_a_sign_in_does(machine, page_at, recorder):
    recorder.allow(CUT)
    held = machine.a_day()
    page = page_at(360)
    prepared(machine, page)
    page.context.set_offline(True)
    press(page, held["one"], "present")
    expect(page.locator("[data-send]")).to_have_text("Envoyer (1)")
    page.get_by_role("button", name="Verrouiller").click()
    expect(page.locator("#unlock")).to_be_visible()
    assert "Alpha" not in page.content()
    for _ in range(8):
        page.locator("#unlock").fill("000000")
        page.get_by_role("button", name="Ouvrir").click()
        expect(page.locator("#unlock")).to_have_value("")
        page.wait_for_timeout(900)
    page.context.set_offline(False)
    if page.locator("#unlock").is_visible():
        page.locator("#unlock").fill(PIN)
        page.get_by_role("button", name="Ouvrir").click()
    expect(page.locator("[data-problem]")).to_contain_text("Trop d'essais")
    page.locator("#other").fill("autre code")
    page.get_by_role("button", name="Changer de code").click()
    expect(page.locator(".session")).to_have_count(1)
    expect(page.locator("[data-send]")).to_have_text("Rien à envoyer")
    assert machine.presence(held["one"]) == ("present", None)


def test_the_page_stands_at_every_width_locks_itself_and_forgets(machine, page_at, recorder):
    recorder.allow(CUT)
    held = machine.a_day()
    page = page_at(320)
    page.clock.install()
    prepared(machine, page)
    assert faults(page, targets=False) == []
    page.context.set_offline(True)
    press(page, held["one"], "present")
    expect(page.locator("[data-send]")).to_have_text("Envoyer (1)")
    page.clock.fast_forward("06:00")
    expect(page.locator("#unlock")).to_be_visible()
    assert "Alpha" not in page.content()
    page.clock.fast_forward(73 * 3600 * 1000)
    page.reload()
    page.locator("#unlock").fill(PIN)
    page.get_by_role("button", name="Ouvrir").click()
    expect(page.locator("[data-send]")).to_have_text("Envoyer (1)")
    expect(page.locator(".session")).to_have_count(0)
    page.context.set_offline(False)
    expect(page.locator("[data-send]")).to_have_text("Rien à envoyer")
    assert machine.presence(held["one"]) == ("present", None)


def test_the_register_the_sheet_and_the_certificate_stand_at_every_width(machine, page_at):
    held = machine.a_day(hours_ago=11)
    page = page_at(320)
    machine.sign_in(page)
    register = f"{machine.url}/sessions/{held['session']}/attendance"
    page.goto(register)
    page.get_by_role("button", name="Les autres sont présents").click()
    page.get_by_role("button", name="Terminer la séance").click()
    expect(page.get_by_role("link", name="Attestation")).to_have_count(3)
    found = {"register": faults(page, targets=False)}
    addresses = {
        "sheet": f"{register}/sheet",
        "certificate": f"{register}/certificates/{held['one']}",
        "reports": f"{machine.url}/attendance",
    }
    for name, address in addresses.items():
        page.goto(address)
        found[name] = faults(page, targets=False, printed=name != "reports")
    assert {name: faults for name, faults in found.items() if faults} == {}
