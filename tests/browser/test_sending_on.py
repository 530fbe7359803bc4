"""Referrals, exchanges and hours as people see them: accessible, whole at 320 px, in Arabic, and on paper."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from pathways import clock
from pathways.diagnostics.models import Attempt
from pathways.learning.exchanges import exchanging
from pathways.learning.exchanges.exchanging import Asked
from pathways.learning.models import ExchangeRequest, Pathway, Referral, ReferralState, Way
from pathways.learning.referrals import referring
from pathways.people import service as people
from pathways.workshops import tongues
from pathways.workshops.codes import Codes
from tests.browser import checks
from tests.browser.checks import told
from tests.browser.server import SECRET, Server
from tests.insights.crowds import SKILLS, Crowd, published
from tests.workshops import offering

NAMES = {letter for one in tongues.tongues().values() for letter in one.name}
"""Languages of facilitation stand under their own names, also in scripts of which no font is shipped: a machine that
lacks one shows boxes there.
"""
pytestmark = pytest.mark.slow  # axe on every page
CODES = Codes(SECRET.encode())


def faults(page: Page, **how: bool) -> list[str]:
    return [one for one in checks.faults(page, **how) if one not in NAMES]


class Person:
    """Somebody of the demonstration's organisation, who reads Arabic; another structure; a place that never closes."""

    def __init__(self, server: Server) -> None:
        self.server = server
        with server.database.begin() as db:
            self.member = server._trainer()
            crowd = Crowd(db, self.member, published(db, self.member))
            attempt = crowd.add(dict.fromkeys(SKILLS, "dont_know"), language="ar")
            self.attempt_id = attempt.id
            self.receiver = people.create_organisation(db, name=f"Atelier des savoirs {uuid.uuid4().hex[:4]}")
            self.place_id = offering.place_of(db, self.member, hours="24/7").id
            path = Pathway(
                organisation_id=self.member.organisation_id,
                attempt_id=attempt.id,
                framework="inclusion-numerique",
                goals=[],
                way=Way.QUICKEST,
                chosen_at=clock.now() - timedelta(days=20),
            )
            db.add(path)
            db.flush()
            self.path_id = path.id
            other = Asked("languages", ["fr"], ["ar"], self.place_id, "Une voisine")
            agreed = exchanging.rules_text("fr")
            exchanging.ask(db, self.member.organisation_id, other, agreed=agreed, actor=self.member)

    def sent(self) -> Referral:
        with self.server.database.begin() as db:
            asked = referring.Asked("literacy", self.receiver.id, words="Lit son prénom.", language="ar")
            attempt = db.get_one(Attempt, self.attempt_id)
            return referring.propose(db, CODES, self.member, attempt, asked, key=uuid.uuid4().hex)

    def open(self, page: Page, path: str) -> None:
        cookie = {"name": "attempt", "value": self.server.door.token(self.attempt_id), "url": f"{self.server.url}/t"}
        page.context.add_cookies([cookie])  # type: ignore[list-item] - a dictionary is what Playwright takes
        page.goto(f"{self.server.url}/t/{self.attempt_id}{path}")


@pytest.fixture
def person(server: Server) -> Person:
    return Person(server)


def test_the_person_agrees_on_their_screen_and_stops_it(person, server, page_at):
    made = person.sent()
    page = page_at(320, "ar")
    person.open(page, "/referrals")
    found = {"asked": faults(page, printed=True)}
    page.locator("button[value=agree]").click()
    expect(page.locator("button[value=withdraw]")).to_be_visible()
    found["sent"] = faults(page)
    page.goto(f"{server.url}/r/{CODES.token_of(made.id)}?lang=ar")
    found["slip"] = faults(page, printed=True)
    page.locator("button[value=withdraw]").click()
    expect(page.locator("button[value=withdraw]")).to_have_count(0)
    found["gone"] = faults(page)
    page.goto(f"{server.url}/r")
    found["code"] = faults(page)
    with server.database.begin() as db:
        assert db.get_one(Referral, made.id).state is ReferralState.WITHDRAWN
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.parametrize("javascript", [True, False])
def test_at_the_desk_a_sheet_is_written_and_shown(person, server, page_at, javascript):
    page = page_at(320, javascript=javascript)
    server.sign_in(page)
    page.goto(f"{server.url}/profiles/{person.attempt_id}")
    page.get_by_role("link", name="Orienter vers une autre structure").click()
    found = {"form": faults(page, targets=False)} if javascript else {}
    page.get_by_label(person.receiver.name).check()
    page.get_by_role("button", name="Montrer la feuille à la personne").click()
    if javascript:
        found["consent"] = faults(page)
    page.locator("button[value=agree]").click()
    page.wait_for_url(re.compile(r"said=agreed"))
    if javascript:
        found["one"] = faults(page, targets=False)
        page.goto(f"{server.url}/referrals")
        found["list"] = faults(page, targets=False)
    wrong = told(found)
    assert not wrong, wrong


def _of_exchanges(person: Person, server: Server, page: Page) -> Iterator[str]:
    person.open(page, "/exchange")
    yield "form"
    page.locator("input[name=gives][value=ar]").check()
    page.locator("input[name=seeks][value=fr]").check()
    page.locator("#place").select_option(str(person.place_id))
    page.locator("input[name=agreed]").check()
    page.locator("button[value=ask]").click()
    yield "asked"
    server.sign_in(page)
    page.goto(f"{server.url}/tandems")
    yield "list"
    with server.database.begin() as db:
        own = db.scalars(sa.select(ExchangeRequest.id).filter_by(attempt_id=person.attempt_id)).one()
    page.locator(f"input[name=pair][value*='{own}']").first.check()
    page.get_by_label("Lieu").select_option(str(person.place_id))
    page.get_by_label("Jour").fill((clock.now() + timedelta(days=8)).date().isoformat())
    page.get_by_label("Heure").fill("10:00")
    page.get_by_role("button", name="Proposer ce binôme").click()
    page.wait_for_url(re.compile(r"said=made"))
    yield "tandem"
    page.goto(f"{server.url}/tandems/requests/new")
    yield "request"
    person.open(page, "/exchange")
    yield "found"
    page.locator("button[value=yes]").click()
    yield "said yes"


def test_two_people_are_brought_together(person, server, page_at):
    page = page_at(320, "ar")
    desk = {"list", "tandem", "request"}
    found = {name: faults(page, targets=name not in desk) for name in _of_exchanges(person, server, page)}
    wrong = told(found)
    assert not wrong, wrong


def test_hours_on_paper(person, server, page_at):
    page = page_at(320)
    server.sign_in(page)
    found = {}
    page.goto(f"{server.url}/paths/terms")
    page.get_by_label(re.compile("RSA")).check()
    page.get_by_role("button", name="Enregistrer").click()
    found["terms"] = faults(page, targets=False)
    page.goto(f"{server.url}/paths/{person.path_id}/corrections")
    page.get_by_label("Jour").fill(clock.now().date().isoformat())
    page.get_by_label("Minutes").fill("90")
    page.get_by_label("Pourquoi").fill("Oubli au pointage.")
    page.get_by_role("button", name="Ajouter la ligne").click()
    found["corrections"] = faults(page, targets=False)
    page.goto(f"{server.url}/paths/{person.path_id}/attestation")
    expect(page.locator("main")).to_contain_text("1 h 30")
    found["attestation"] = faults(page, targets=False, printed=True)
    wrong = told(found)
    assert not wrong, wrong
