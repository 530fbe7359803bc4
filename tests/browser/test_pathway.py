"""The whole way of a person: from a result to a chosen pathway, a seat, a check, and a profile that changed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from pathways import clock, i18n
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.learning.models import Goal, Pathway, SeatProposal, Step, StepKind, StepState
from pathways.people.models import Membership
from pathways.permissions import OF_ROLE, Member, Role
from pathways.workshops.models import Booking, Reading, WorkshopSession
from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import LEARNT, Server
from tests.workshops import offering

pytestmark = pytest.mark.slow
FRAMEWORK = "inclusion-numerique"
GOAL = {"MEL-04": 3, "SEC-02": 2}


def prepare(server: Server, page: Page, language: str) -> uuid.UUID:
    """Somebody in front of their result; a goal of theirs, and a session in their language."""
    attempt_id = server.begin(page, language, answered=LEARNT)
    server.finish(attempt_id)
    page.context.clear_cookies(name="attempt")
    # As the poster's door gives it: it opens what is part of the attempt, too.
    page.context.add_cookies(
        [{"name": "attempt", "value": server.door.token(attempt_id), "domain": "127.0.0.1", "path": "/t"}]
    )
    with server.database.begin() as db:
        diagnostic = db.get_one(Diagnostic, db.get_one(Attempt, attempt_id).diagnostic_id)
        own = db.scalars(sa.select(Membership).filter_by(organisation_id=diagnostic.organisation_id).limit(1)).one()
        role = Role.COORDINATOR
        member = Member(own.account_id, "Une personne", own.organisation_id, "Une structure", role, OF_ROLE[role])
        if db.scalar(sa.select(Goal.id).filter_by(organisation_id=member.organisation_id, code="own-goal")) is None:
            titles = {"ti": "ሰነድ ምስዳድ", "ar": "أرسل مستندًا"}
            goal = Goal(
                organisation_id=member.organisation_id,
                framework=FRAMEWORK,
                code="own-goal",
                title="Envoyer un document à l'école",
                titles=titles,
                weights=GOAL,
                picture="school",
            )
            db.add(goal)
            skills = tuple(f"{FRAMEWORK}:{code}" for code in GOAL)
            titles = {"fr": "Écrire un e-mail", "ti": "ኢመይል ምጽሓፍ", "ar": "كتابة بريد إلكتروني"}
            spoken = ("fr", "ti", "ar")
            workshop = offering.workshop_of(
                db, member, titles=titles, skills=skills, languages=spoken, reading=Reading.NONE
            )
            late = (clock.now() + timedelta(days=60)).date()
            place = offering.place_of(db, member, name="Médiathèque de l'Argonne")
            offering.session_of(db, member, workshop, place_id=place.id, languages=spoken, day=late, seats=60)
    return attempt_id


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


def choose(server: Server, page: Page, attempt_id: uuid.UUID) -> Pathway:
    """From the result to the pathway, as a thumb does it."""
    page.goto(f"{server.url}/t/{attempt_id}/result")
    press(page, "a[href$='/pathway']")
    page.locator(".tile.goal").first.click()
    press(page, ".dock .primary")
    press(page, ".dock .primary")
    press(page, ".way form button.primary")
    page.wait_for_url(re.compile(r"/pathway$"))
    with server.database.read() as db:
        found = db.scalars(sa.select(Pathway).filter_by(attempt_id=attempt_id)).one()
        db.expunge_all()
        return found


def proposed(server: Server, pathway: Pathway) -> None:
    with server.database.begin() as db:
        session_id = db.scalars(
            sa.select(Step.session_id).where(Step.pathway_id == pathway.id, Step.session_id.is_not(None))
        ).first()
        session_id = (
            session_id
            or db.scalars(
                sa.select(WorkshopSession.id)
                .where(WorkshopSession.organisation_id == pathway.organisation_id)
                .order_by(WorkshopSession.starts_at.desc())
            ).first()
        )
        db.add(SeatProposal(session_id=session_id, pathway_id=pathway.id, skills=["MEL-04"]))


def open_step(server: Server, pathway: Pathway, kind: StepKind) -> Step | None:
    query = sa.select(Step).filter_by(pathway_id=pathway.id, kind=kind, state=StepState.OPEN)
    with server.database.read() as db:
        found = db.scalars(query.order_by(Step.position)).first()
        db.expunge_all()
        return found


@pytest.mark.parametrize(("language", "javascript"), [("ti", True), ("ar", False)])
def test_from_a_result_to_a_changed_profile(server, page_at, recorder, language, javascript):
    page: Page = page_at(320, i18n.language(language).tag, javascript=javascript)
    attempt_id = prepare(server, page, language)
    pathway = choose(server, page, attempt_id)
    assert page.locator("html").get_attribute("lang") == i18n.language(language).tag
    assert page.locator(".today").count() == 1
    proposed(server, pathway)
    page.reload()
    press(page, ".proposal button.primary")
    page.wait_for_url(re.compile(r"/b/"))
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", page.locator(".ticket .code").inner_text())
    with server.database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Booking)) or 0
    page.goto(f"{server.url}/t/{attempt_id}/pathway")
    assert page.locator(".booked, .opens .notice").count()
    for _ in range(6):  # until a question is what comes next
        if page.locator(".today form[action$='/check']").count():
            break
        page.locator(".today button[value=done]").click()
        page.wait_for_url(re.compile(r"said=done"))
    press(page, ".today form[action$='/check'] button")
    while "/pathway" not in page.url:
        with page.expect_navigation():
            page.locator("button[value=dont_know]").click()
    assert page.url.endswith(f"/t/{attempt_id}/pathway?said=checked")
    assert page.locator(".notice.good .state").count()
    assert all(url.startswith(server.url) for url in recorder.requests)


def pages(server: Server, page: Page, language: str) -> Iterator[str]:
    """Bring up one page of a pathway after the other, and say its name."""
    attempt_id = prepare(server, page, language)
    base = f"{server.url}/t/{attempt_id}"
    page.goto(f"{base}/goals")
    yield "goals"
    goal = page.locator("input[name=goal]").first.get_attribute("value")
    page.goto(f"{base}/limits?goal={goal}&where=45000")
    yield "limits"
    page.goto(f"{base}/ways?goal={goal}")
    yield "ways"
    pathway = choose(server, page, attempt_id)
    proposed(server, pathway)
    page.goto(f"{base}/pathway")
    yield "pathway"
    with server.database.read() as db:
        steps = db.scalars(sa.select(Step.id).filter_by(pathway_id=pathway.id, state=StepState.OPEN)).all()
    page.goto(f"{base}/pathway/steps/{steps[-1]}")
    yield "step"
    for path in ("print", "card", "limits"):
        page.goto(f"{base}/pathway/{path}")
        yield path


@pytest.mark.parametrize("language", ["fr", "ar", "ti"])
def test_each_page_of_a_pathway(server, page_at, language):
    page = page_at(320, i18n.language(language).tag)
    found = {name: faults(page, forced=True, printed=True) for name in pages(server, page, language)}
    wrong = told(found)
    assert not wrong, wrong


def test_the_focus_is_always_in_sight(server, page_at):
    page = page_at(320, "ar")
    found = {name: focus_walk(page) for name in pages(server, page, "ar")}
    wrong = told(found)
    assert not wrong, wrong


FRENCH_VOICE = """
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [{ lang: "fr-FR", localService: true }], addEventListener() {}, cancel() {},
  speak: (part) => (window.heard ??= []).push(part.text) } });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } addEventListener() {} };
"""
"""A device that speaks French and nothing else, and writes down what it said."""


@pytest.mark.parametrize(("language", "is_told"), [("fr", False), ("ti", True)])
def test_a_card_is_read_without_its_buttons_and_in_french_only_where_the_button_says_so(
    server, page_at, language, is_told
):
    page = page_at(360, i18n.language(language).tag)
    page.add_init_script(FRENCH_VOICE)
    attempt_id = prepare(server, page, language)
    page.goto(f"{server.url}/t/{attempt_id}/goals")
    goal = page.locator("input[name=goal]").first.get_attribute("value")
    page.goto(f"{server.url}/t/{attempt_id}/ways?goal={goal}")
    button = page.locator("button.say").first
    assert button.locator("[lang=fr]", has_text="Français").is_visible() is is_told
    button.click()
    heard = page.evaluate("heard")
    assert "Pour commencer" in heard
    assert not any("Écouter" in one for one in heard)
