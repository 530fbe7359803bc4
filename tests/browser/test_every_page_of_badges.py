"""Every state of what badges show: requests on their way, badges that are over, links that are closed, forms that are
refused; accessible, whole and legible on a small telephone, and by the keyboard at a desk.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.candidacy import attesting, endorsing, jury, requesting
from pathways.badges.candidacy.endorsing import Said
from pathways.badges.holding import held, holders, sharing
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import Credential, Holder, JuryVerdict
from pathways.people import service as people
from pathways.permissions import Member
from pathways.settings import Settings
from tests.badges.candidacy.candidates import PRAISE, REASON, YES, a_member
from tests.badges.pages.holding_pages import place_with_a_badge
from tests.badges.pages.walking import Stage, a_stage
from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import LEARNT, Server
from tests.teams.a_team import INVITATIONS, ATeam
from tests.workshops.days import CODES, a_booking, a_session

pytestmark = pytest.mark.slow  # minutes of axe: what a page does is in the quick tests

NO = {"listens": "not_yet", "orients": "yes"}


@pytest.fixture(autouse=True)
def _what_is_refused_is_said_by_the_page(recorder):
    for status in (404, 409, 410, 422):
        recorder.allow(f"status of {status}")


@pytest.fixture
def settings(server: Server) -> Settings:
    return Settings(url=server.url, secret=server.door.secret)


@pytest.fixture
def stage(server: Server, settings: Settings) -> Stage:
    return a_stage(server.database, settings)


# --- requests on their way ------------------------------------------------------------------------------------


class Candidate:
    """Somebody with an account who asks for the badge, and how far they are."""

    def __init__(self, stage: Stage, state: str) -> None:
        self.stage, self.juror = stage, stage.juror()[0]
        with stage.database.begin() as db:
            self.member = a_member(db)
            holder = holders.for_account(db, stage.links, self.member)
            self.request_id = requesting.ask(db, holder, stage.achievement_id).id
            attesting.declare(db, holder, kind="aidants-connect")
        getattr(self, state)()

    def gathering(self) -> None:
        self.stage.invited(self.request_id)

    def sent(self) -> None:
        self.stage.endorsed(self.request_id)
        self.stage.sent(self.request_id)

    def returned(self) -> None:
        self.sent()
        self._decided(JuryVerdict.ASK, {})

    def refused(self) -> None:
        self.sent()
        self._decided(JuryVerdict.REFUSE, NO)

    def appealed(self) -> None:
        self.refused()
        with self.stage.database.begin() as db:
            holder = holders.for_account(db, self.stage.links, self.member)
            requesting.appeal(db, holder, self.request_id, words="Je montre la fiche que le jury n'a pas vue.")

    def granted(self) -> None:
        self.sent()
        self._decided(JuryVerdict.GRANT, YES)

    def withdrawn(self) -> None:
        with self.stage.database.begin() as db:
            requesting.withdraw(db, holders.for_account(db, self.stage.links, self.member), self.request_id)

    def _decided(self, verdict: JuryVerdict, grid: dict[str, str]) -> None:
        with self.stage.database.begin() as db:
            values: dict[str, Any] = {"verdict": verdict, "grid": grid, "reason": REASON}
            jury.decide(db, self.stage.signer, self.juror, self.request_id, **values)


def entrance(db: Session, member: Member) -> str:
    token = people.one_time_link(db, account_id=member.account_id, organisation_id=member.organisation_id)
    return f"/sign-in/link/{token}"


def seen(page: Page, url: str, *status: int) -> None:
    """Open a page; by default it must be there."""
    reply = page.goto(url)
    assert reply is not None
    assert reply.status in (status or (200,)), (url, reply.status)


STATES = ("gathering", "sent", "returned", "refused", "appealed", "granted", "withdrawn")


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_a_request_is_whole_in_each_of_its_states(server, page_at, stage, lang):
    page, found = page_at(320, lang), {}
    for state in STATES:
        candidate = Candidate(stage, state)
        with server.database.begin() as db:
            path = entrance(db, candidate.member)
        page.goto(server.url + path)
        for one in (f"/h/me/requests/{candidate.request_id}", "/h/me"):
            seen(page, f"{server.url}{one}?lang={lang}")
            for folded in page.locator("details").all():
                folded.evaluate("one => one.open = true")
            found[f"{state} {one}"] = faults(page, forced=True)
    wrong = told(found)
    assert not wrong, wrong


def test_what_the_jury_sees_is_whole_and_is_walked_by_the_keyboard(server, page_at, stage):
    page, found = page_at(320), {}
    for state in ("sent", "appealed", "granted"):
        candidate = Candidate(stage, state)
        _, path = stage.juror()
        page.goto(server.url + path)
        at = f"{server.url}/jury/{candidate.request_id}"
        seen(page, at)
        found[state] = faults(page, forced=True, targets=False)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(at)
        found[f"{state}, the focus"] = focus_walk(page)
        if state == "sent":
            page.goto(at)
            page.get_by_role("button", name="Envoyer ma décision").click()
            page.wait_for_load_state()
            found["a decision that is refused"] = faults(page, targets=False)
        elif state == "appealed":
            with server.database.begin() as db:
                path = entrance(db, candidate.juror)
            page.goto(server.url + path)
            page.goto(at)
            assert page.locator("#conflict").count() == 1
            found["a conflict of interest"] = faults(page, targets=False)
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.parametrize("lang", ["fr", "ar", "ti"])
def test_an_endorsement_is_whole_before_and_after(server, page_at, stage, lang):
    candidate = Candidate(stage, "gathering")
    page, found = page_at(320, lang), {}

    def at(path: str, name: str, *status: int) -> None:
        seen(page, f"{server.url}{path}?lang={lang}", *status)
        found[name] = faults(page, forced=True)

    path = stage.invited(candidate.request_id)
    page.goto(f"{server.url}{path}/open?lang={lang}")
    page.locator("form button").last.click()
    page.wait_for_load_state()
    found["with nothing in it"] = faults(page)
    with server.database.begin() as db:
        token = path.rpartition("/")[2]
        endorsing.endorse(db, stage.links, token, Said(PRAISE, "médiatrice"), by=None)
    at(path, "given")
    with server.database.begin() as db:
        endorsing.take_back_by_link(db, stage.signer, stage.links, token)
    at(path, "taken back")
    at("/endorse/" + "x" * 43, "a link that opens nothing", 404)
    with server.database.begin() as db:
        own = entrance(db, a_member(db))
    page.goto(server.url + own)
    at(f"{stage.invited(candidate.request_id)}/account", "with an account")
    wrong = told(found)
    assert not wrong, wrong


# --- badges that are over, and what is closed -----------------------------------------------------------------


def given_up(db: Session, signer: Signer, holder: Holder, badge: Credential) -> None:
    held.give_up(db, signer, holder, badge.id)


def expired(_db: Session, _signer: Signer, _holder: Holder, badge: Credential) -> None:
    badge.valid_until = clock.now() - timedelta(days=1)


def closed(db: Session, _signer: Signer, holder: Holder, _badge: Credential) -> None:
    for link in sharing.links_of(db, holder):
        sharing.withdraw(db, holder, link.id)


def erased(db: Session, signer: Signer, holder: Holder, _badge: Credential) -> None:
    holders.erase(db, signer, holder)


@pytest.mark.parametrize("lang", ["fr", "ar"])
@pytest.mark.parametrize("ended", [given_up, expired, closed, erased])
def test_a_badge_that_is_over_is_whole_wherever_it_is_shown(server, page_at, settings, ended, lang):
    place = place_with_a_badge(server.database, settings)
    shared = place.share(name="Surnom D.", shows=sharing.SHOWN)
    with server.database.begin() as db:
        holder, badge = db.get_one(Holder, place.holder_id), db.get_one(Credential, place.credential_id)
        ended(db, Signer.of(settings), holder, badge)
    page, found = page_at(320, lang), {}
    for path in (place.page, place.base, place.badge, f"{place.base}/share", shared):
        seen(page, f"{server.url}{path}?lang={lang}", 200, 404, 410)
        found[path] = faults(page, forced=True)
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.parametrize("lang", ["fr", "ar", "ti"])
def test_a_form_of_a_space_that_is_refused_is_whole(server, page_at, settings, lang):
    place = place_with_a_badge(server.database, settings)
    page, found = page_at(320, lang), {}

    def refused(path: str, field: str, typed: str) -> None:
        page.goto(f"{server.url}{path}?lang={lang}")
        box = page.locator(f"[name={field}]").first
        box.evaluate("one => { one.form.noValidate = true; one.removeAttribute('maxlength'); }")
        box.fill(typed)
        box.locator("xpath=ancestor::form").locator("button").first.click()
        page.wait_for_load_state()
        assert page.locator("[role=alert]").count(), path
        found[path] = faults(page)

    refused(f"{place.base}/settings", "name", "x" * 100)
    refused(f"{place.base}/results", "code", "2222-2222")
    refused(f"{place.base}/share", "name", "x" * 100)
    refused(f"{place.badge}/backpack", "email", "x")
    page.goto(f"{server.url}{place.base}/erase?lang={lang}")
    page.locator("main form button").click()
    page.wait_for_load_state()
    found["erased"] = faults(page, forced=True)
    wrong = told(found)
    assert not wrong, wrong


# --- what comes into a space ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_result_and_a_seat_are_brought_by_pages_that_are_whole(server, page_at, stage, language):
    page, found = page_at(320, language), {}
    attempt = server.begin(page, language, answered=LEARNT)
    server.finish(attempt)
    with server.database.begin() as db:
        keeper = a_member(db)
        session = a_session(db, keeper.organisation_id, starts_at=clock.now() - timedelta(hours=3))
        slip = CODES.token_of(a_booking(db, session, language=language).id)
    for path in (f"/t/{attempt}/badges", f"/b/{slip}/badges"):
        seen(page, server.url + path)
        assert page.locator("main form button").count(), path
        found[path] = faults(page, forced=True)
        page.goto(server.url + path)
        page.locator("main form button").last.click()
        page.wait_for_load_state()
        found[f"{path}, sent"] = faults(page)
    with server.database.begin() as db:
        own = entrance(db, keeper)
    page.goto(server.url + own)
    seen(page, f"{server.url}/b/{slip}/badges/account")
    found["a seat, signed in"] = faults(page)
    wrong = told(found)
    assert not wrong, wrong


def test_an_invitation_to_a_team_is_whole_for_whoever_has_an_account(server, page_at):
    with server.database.begin() as db:
        token = INVITATIONS.token_of(ATeam(db).invited("Ardoise"))
        own = entrance(db, a_member(db))
    page, found = page_at(320), {}
    page.goto(server.url + own)
    seen(page, f"{server.url}/join/{token}/account")
    found["asked"] = faults(page, forced=True, targets=False)
    page.goto(f"{server.url}/join/{token}/account")
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    found["agreed"] = faults(page, forced=True)
    wrong = told(found)
    assert not wrong, wrong


def test_the_focus_is_in_sight_in_a_space(server, page_at, settings):
    place = place_with_a_badge(server.database, settings)
    page, found = page_at(320), {}
    page.set_viewport_size({"width": 320, "height": 600})
    for path in (place.base, f"{place.base}/settings", f"{place.base}/share", place.badge, place.page, "/verify"):
        seen(page, server.url + path)
        found[path] = focus_walk(page)
    wrong = told(found)
    assert not wrong, wrong


def test_the_focus_is_in_sight_at_the_desk_of_a_network_and_of_a_team(server, page_at, stage):
    page, found = page_at(1280), {}
    with server.database.begin() as db:
        path = entrance(db, stage.keeper)
    page.goto(server.url + path)
    of_badge = f"/network/achievements/{stage.achievement_id}"
    for path in (
        "/network",
        "/network/jury",
        "/network/keys",
        "/network/badges",
        "/network/achievements/new",
        of_badge,
    ):
        seen(page, server.url + path)
        found[path] = focus_walk(page)
    for path in ("/team", "/team/coverage", "/team/targets", "/team/skills", "/jury"):
        seen(page, server.url + path)
        found[path] = focus_walk(page, most=60)
    wrong = told(found)
    assert not wrong, wrong
