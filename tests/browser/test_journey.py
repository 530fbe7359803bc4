"""The journey of a person and the typical one: accessible, whole, legible, at home on paper."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page

from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.learning import choosing, following
from pathways.learning.limits import Limits
from pathways.learning.models import Goal, Way
from tests.browser.checks import faults, told
from tests.browser.server import LEARNT, Server
from tests.insights.crowds import Crowd
from tests.insights.test_typical import add

pytestmark = pytest.mark.slow
FRAMEWORK = "inclusion-numerique"


def walk(server: Server, attempt_id: uuid.UUID) -> uuid.UUID:
    """Take the quickest way, say something of each step, and return the pathway."""
    with server.database.begin() as db:
        attempt = db.get_one(Attempt, attempt_id)
        goal = Goal(
            organisation_id=db.get_one(Diagnostic, attempt.diagnostic_id).organisation_id,
            framework=FRAMEWORK,
            code=f"goal-{uuid.uuid4().hex[:8]}",
            title="Envoyer une photo",
            titles={"ti": "ስእሊ ምልኣኽ"},
            weights={"MEL-04": 3, "SEC-02": 2},
        )
        db.add(goal)
        db.flush()
        way = {"framework": FRAMEWORK, "goals": [goal], "limits": Limits(), "way": Way.QUICKEST}
        pathway = choosing.choose(db, server.door, attempt, **way, key=str(uuid.uuid4()))
        for turn in range(4):
            step = following.today(following.steps_of(db, pathway))
            if step is not None:
                said = following.refuse if step.kind == "check" else following.done
                said(db, server.door, pathway, step, key=f"turn {turn}")
        return pathway.id


def attempt_of(server: Server, page: Page, language: str) -> uuid.UUID:
    attempt_id = server.begin(page, language, answered=LEARNT)
    server.finish(attempt_id)
    return attempt_id


@pytest.mark.parametrize("language", ["ti", "ar"])
def test_the_person_s_own(server, page_at, language):
    page = page_at(320, language)
    attempt_id = attempt_of(server, page, language)
    walk(server, attempt_id)
    page.goto(f"{server.url}/t/{attempt_id}/journey")
    assert page.locator(".journey .happened").count() >= 2
    wrong = told({language: faults(page, printed=True)})
    assert not wrong, wrong


def test_those_who_help_and_the_typical_one(server, page_at):
    page = page_at(320, "ti")
    pathway_id = walk(server, attempt_of(server, page, "ti"))
    page.context.clear_cookies()
    server.sign_in(page)
    with server.database.begin() as db:
        crowd = Crowd(db, server._trainer(), db.get_one(Diagnostic, server.diagnostic(server.code)))
        for one in range(20):
            add(db, crowd, done=one % 3, language=("ti", "ar")[one % 2])
    found = {}
    for path in (f"/pathways/{pathway_id}/journey", "/journeys"):
        page.goto(server.url + path)
        assert page.locator("svg[role=img]").count()
        found[path] = faults(page, targets=False, printed=True)
    wrong = told(found)
    assert not wrong, wrong
