"""A trainer in front of somebody's pathway: a lock and its cost, order by keyboard and by mouse, without JavaScript."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from pathways import ids
from pathways.learning.trainers import templating
from pathways.learning.trainers.templating import TemplateStep
from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import Server
from tests.insights.crowds import Crowd, published
from tests.learning.test_adjusting import Trained
from tests.learning.walkers import FRAMEWORK

pytestmark = pytest.mark.slow


class Desk:
    """A pathway of the demonstration's organisation, with two resources and a session for one of its steps."""

    def __init__(self, server: Server) -> None:
        self.server = server
        with server.database.begin() as db:
            member = server._trainer()
            trained = Trained(db, server.door, Crowd(db, member, published(db, member)))
            self.url = f"{server.url}/pathways/{trained.pathway.id}"
            self.attempt_id, self.session_id = trained.pathway.attempt_id, trained.session.id
            self.step_id = trained.step("SEC-02").id
            self.steps = [str(one.id) for one in trained.open_steps()]
            made = templating.create(
                db,
                member,
                title=f"Le jour d'avant {uuid.uuid4().hex[:4]}",
                framework=FRAMEWORK,
                steps=[TemplateStep("Voir {contact}", 5)],
                key=ids.random_id(),
            )
            self.template = f"{server.url}/pathways/templates/{made.id}"
            self.pathway_id = trained.pathway.id

    def order(self, page: Page) -> list[str]:
        return page.locator("[data-step]").evaluate_all("all => all.map(one => one.dataset.step)")


@pytest.fixture
def desk(server: Server) -> Desk:
    return Desk(server)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_trainer_locks_a_step_and_sees_its_cost(desk, server, page_at, javascript):
    page = page_at(1280, javascript=javascript)
    server.sign_in(page)
    page.goto(desk.url)
    step = page.locator(f"#step-{desk.step_id}")
    step.get_by_role("button", name="Verrouiller").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Verrouiller cette étape")
    expect(page.locator(".big-cost")).to_contain_text("0 minute")
    page.get_by_role("button", name="Le faire").click()
    expect(step).to_contain_text("verrouillée")
    step.get_by_role("link", name="Changer").click()
    page.get_by_label("Une page de 55 minutes").first.check()
    page.get_by_role("button", name="Voir ce que cela coûte").click()
    cost = page.locator(".big-cost .cost").inner_text()
    assert re.fullmatch(r"\+\d+ minutes", cost)
    page.get_by_role("button", name="Le faire").click()
    expect(step).to_contain_text(cost)
    expect(step).to_contain_text("Une page de 55 minutes")
    page.get_by_role("button", name="Reprendre le dernier changement").click()
    expect(step).to_contain_text("Une page de 15 minutes")


def test_order_by_keyboard_and_by_mouse(desk, server, page_at):
    page = page_at(1280)
    server.sign_in(page)
    page.goto(desk.url)
    before = desk.order(page)
    page.locator("[data-step]").first.get_by_role("button", name="Descendre").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert desk.order(page) == [before[1], before[0], *before[2:]]
    page.goto(desk.url)  # from the top: the mouse goes where it looks
    with page.expect_navigation():
        over = page.locator("[data-step]").nth(0)
        by_its_title = {"x": 60, "y": 24}
        page.locator("[data-step]").nth(1).drag_to(over, source_position=by_its_title, target_position=by_its_title)
    assert desk.order(page) == before


def test_every_page_is_whole(desk, server, page_at, recorder):
    recorder.allow("status of 4(09|22)")
    page = page_at(320)
    server.sign_in(page)
    paths = {
        "list": f"{server.url}/pathways",
        "pathway": desk.url,
        "step": f"{desk.url}/steps/{desk.step_id}",
        "group": f"{server.url}/pathways/group",
        "templates": f"{server.url}/pathways/templates?for={desk.pathway_id}",
        "template": desk.template,
        "apply": f"{desk.template}/apply?for={desk.pathway_id}",
        "choose": f"{server.url}/profiles/{desk.attempt_id}/pathway",
    }
    found: dict[str, list[str]] = {}
    for name, path in paths.items():
        page.goto(path)
        found[name] = faults(page, targets=False)
    page.goto(desk.url)
    page.locator(f"#step-{desk.step_id}").get_by_role("button", name="Retirer").click()
    found["change"] = faults(page, targets=False)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(desk.url)
    found["focus"] = focus_walk(page, most=40)
    wrong = told(found)
    assert not wrong, wrong
