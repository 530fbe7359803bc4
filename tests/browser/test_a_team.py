"""A team as people see it: invited on a telephone in Arabic, a yes, a link of their own, a row at the desk; accessible,
whole at 320 px, without scripts, and one A4 sheet.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pathways.teams import targets
from tests import conftest
from tests.browser.checks import faults, told
from tests.browser.server import SECRET, Server
from tests.teams.a_team import TEN, ATeam

pytestmark = pytest.mark.slow  # axe on every page
PageAt = Callable[..., Page]
DESK = ("/team", "/team/coverage", "/team/targets?post=welcome", "/team/skills")


@pytest.fixture(scope="module")
def team(server: Server) -> dict[str, uuid.UUID]:
    """The demonstration's organisation has a team of three."""
    assert SECRET.encode() == conftest.SECRET  # links made here open there
    with server.database.begin() as db:
        made = ATeam(db, organisation=server._trainer().organisation_id)
        shows = made.person("Ardoise", can=TEN, post="welcome")
        made.person("Bambou", can=TEN[:2], cannot=TEN[2:4])
        hides = made.agreed("Citron")
        wanted = {f"benevole-numerique:{TEN[0]}": 3}
        targets.keep(db, made.desk, post="welcome", wanted=wanted, columns=made.columns())
        return {"shows": shows.id, "hides": hides.id}


def test_the_desks_pages_are_whole(server: Server, page_at: PageAt, team: dict[str, uuid.UUID]):
    page = page_at(320)
    server.sign_in(page)
    found: dict[str, list[str]] = {}
    for path in (*DESK, f"/team/members/{team['shows']}", f"/team/members/{team['hides']}"):
        page.goto(server.url + path)
        found[path] = faults(page, targets=False, forced=True, printed=path == "/team/coverage")
    assert told(found) == ""


def test_from_an_invitation_in_arabic_to_a_row_at_the_desk(server: Server, page_at: PageAt, team: object):
    desk = page_at(360, javascript=False)
    server.sign_in(desk)
    desk.goto(f"{server.url}/team")
    label = f"Datte {uuid.uuid4().hex[:4]}"
    desk.get_by_label("Prénom, ou un mot").fill(label)
    desk.get_by_label("Langue de l'invitation").select_option("ar")
    desk.get_by_role("button", name="Ajouter, et faire le lien").click()
    expect(desk.locator(".qr")).to_be_visible()
    address = desk.locator(".address").inner_text()

    phone = page_at(320, "ar")
    phone.goto(address)
    expect(phone.locator("html")).to_have_attribute("dir", "rtl")
    found = {"join": faults(phone)}
    phone.goto(address)
    phone.locator('button[value="agree"]').click()
    expect(phone.locator(".qr")).to_be_visible()
    found["own"] = faults(phone)
    assert told(found) == ""
    phone.reload()
    phone.locator('button[value="begin"]').click()
    expect(phone).to_have_url(re.compile(r"/t/[0-9a-f-]{36}/practice$"))

    desk.goto(f"{server.url}/team")
    row = desk.locator("tr", has=desk.get_by_role("link", name=label))
    expect(row).to_contain_text("n'a pas encore répondu aux questions")
    desk.goto(address)  # the link that the desk knows opens nothing more
    expect(desk.locator('button[value="agree"]')).to_have_count(0)
