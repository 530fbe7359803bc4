"""Every page of calibrations and of how far a diagnostic may be believed: accessible, whole at 320 px, by night and on
paper, in both languages of the desk.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from pathways import demo
from pathways.diagnostics import predictions
from pathways.diagnostics.models import Calibration, Diagnostic, PredictionCount
from pathways.people.models import Organisation
from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import Server
from tests.calibrations import proposals

pytestmark = pytest.mark.slow  # minutes of axe: what a page does is in the quick tests

CODE = "SEC-01-a"
FUNCTIONING = {"class": "C", "answers": [300, 260], "delta": -1.9, "low": -2.6, "high": -1.2, "p": 0.001}
BASE = {"answers": 300, "not_understood": 0, "shift": 0.4, "standard_error": 0.1}
LANGUAGES = {"ar": BASE | {"functioning": FUNCTIONING}, "fr": BASE | {"shift": 0.0, "standard_error": 0.0}}
FINDINGS = [
    {"kind": "too_easy", "right": 0.97, "answers": 300},
    {"kind": "key_suspect", "discrimination": -0.2},
    {"kind": "distractor", "choice": "b", "chosen": 0.6, "answers": 300},
    {"kind": "language_trouble", "language": "ar", "not_understood": 0.2, "shown": 40},
    {"kind": "drift", "language": "fr", "side": "harder", "highest": 14.0, "alarm": 12.0},
    {"kind": "poor_fit", "rmsd": 0.2},
]


@pytest.fixture(autouse=True)
def _what_cannot_be_decided_is_refused(recorder):
    recorder.allow("status of (422|409|404)")  # the browser complains of it; the page says what is wrong


def proposed(server: Server) -> tuple[str, str]:
    """Two proposals of which everything odd is said."""
    with server.database.begin() as db:
        db.execute(sa.delete(Calibration))
        db.scalars(sa.select(Organisation).filter_by(name=demo.ORGANISATION)).one().reviews_shipped = True
        odd = {"findings": FINDINGS, "languages": LANGUAGES, "few": "SEC-02-a"}
        made = [proposals.made(db, styles=proposals.STYLES, **odd) for _ in range(2)]
        for one in made:
            one.document = one.document | {"run": {"drift_from": "earlier"}}
            # Rows are alike, and axe looks at each for a second.
            rows = [row for row in one.comparison["items"] if row["code"] == CODE]
            for row in rows:  # no shipped question has partial credit
                for side in ("before", "after"):
                    row[side] |= {"near_not_mastered": 0.35, "near_mastered": 0.75}
                row["errors"] |= {"near_not_mastered": 0.03, "near_mastered": 0.03}
            one.comparison = one.comparison | {"items": rows + one.comparison["items"][:4]}
        return str(made[0].id), str(made[1].id)


def unfold(page: Page) -> None:
    """Open all that is folded: the outer ones first."""
    for _ in range(2):
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")


def of_calibrations(server: Server, page: Page) -> Iterator[str]:
    one, two = proposed(server)

    def at(path: str) -> str:
        page.goto(server.url + path)
        return path

    yield at("/calibrations")
    yield at("/calibrations?framework=benevole-numerique")  # of which there is none
    yield at(f"/calibrations/{one}")
    unfold(page)
    yield "a proposal, unfolded"
    with page.expect_navigation():
        page.locator("button[value=refuse]").click()
    yield "a refusal without its reason"
    page.locator("#reason").fill("Trop peu de personnes parlent cette langue ici.")
    with page.expect_navigation():
        page.locator("button[value=accept]").click()
    yield "an accepted proposal"
    yield at(f"/calibrations/{two}")  # outdated now
    yield at("/calibrations")
    yield at(f"/calibrations/items/{CODE}")
    yield at("/calibrations/items/MDP-01-a?framework=inclusion-numerique")
    yield at("/calibrations/items/NOTHING")
    with server.database.begin() as db:
        db.execute(sa.delete(Calibration))
    yield at(f"/calibrations/items/{CODE}")


def of_quality(server: Server, page: Page) -> Iterator[str]:
    """Too few answers, and answers enough for a curve."""
    address = f"{server.url}/diagnostics/{server.diagnostic(server.code)}/quality"
    page.goto(address)
    yield "quality: few"
    chance = random.Random(3)
    with server.database.begin() as db:
        found = db.scalars(sa.select(Diagnostic).filter_by(code=server.code)).one()
        seen = [(chance.random(), chance.random()) for _ in range(300)]
        asked = [(found.id, {"correct": share}, "correct" if drawn < share else "incorrect") for share, drawn in seen]
        predictions.count(db, asked)
    page.goto(address)
    yield "quality: a curve"
    with server.database.begin() as db:
        db.execute(sa.delete(PredictionCount))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("pages", [of_calibrations, of_quality])
def test_the_pages_of_calibrations_and_quality(server, page_at, pages, language):
    page = page_at(320, language)
    server.sign_in(page)
    found = {name: faults(page, targets=False, printed=True) for name in pages(server, page)}
    wrong = told(found)
    assert not wrong, wrong


def test_the_focus_is_in_sight_in_a_proposal(server, page_at):
    page = page_at(1280)
    server.sign_in(page)
    found = {name: focus_walk(page, most=40) for name in of_calibrations(server, page)}
    wrong = told(found)
    assert not wrong, wrong
