"""On the way in a browser: checks, seats, limits, papers, and the end of it."""

from __future__ import annotations

import re
import uuid

import pytest

from pathways import clock
from pathways.diagnostics.models import Answer, Attempt
from pathways.learning import events
from pathways.learning.models import (
    Pathway,
    PathwayEvent,
    ProposalState,
    SeatProposal,
    Step,
    StepKind,
    Way,
)
from pathways.permissions import Role
from pathways.workshops.models import Booking, BookingState, WorkshopSession
from tests.learning.in_a_browser import Person, first_learning


@pytest.fixture
def person(app, client, database) -> Person:
    return Person(app, client, database)


@pytest.mark.slow
def test_a_check_goes_on_the_usual_screens_and_changes_the_profile(person):
    person.choose()
    step = first_learning(person)
    person.post(f"/pathway/steps/{step.id}", said="done", key="d" * 32)
    asked = next(one for one in person.steps() if one.kind is StepKind.CHECK and one.skills == step.skills)
    reply = person.post("/pathway/check", step=str(asked.id))
    assert reply.status_code == 303
    checking_id = uuid.UUID(reply.headers["location"].rsplit("/", 1)[-1])
    assert checking_id != person.attempt_id
    assert person.get("/pathway").status_code == 200  # the browser's own button leads back, and to the check again
    assert person.get("/result").status_code == 200
    for _ in range(2):
        question = person.client.get(f"/t/{checking_id}")
        if question.status_code == 303:
            break
        dots = re.search(r'<ol class="steps".*?</ol>', question.text, re.DOTALL)
        assert dots
        assert dots[0].count("<li") <= 2
        item = re.search(r'name="item" value="([^"]+)"', question.text)
        assert item
        answered = person.client.post(
            f"/t/{checking_id}/answers", data={"item": item[1], "key": "", "outcome": "dont_know"}
        )
        assert answered.status_code == 303
        back = person.client.get(f"/t/{checking_id}/back")
        if back.headers["location"].startswith(person.base):
            break
    assert person.client.get(f"/t/{checking_id}/result").headers["location"] == f"/t/{checking_id}/back"
    page = person.get("/pathway?said=checked")
    assert page.status_code == 200
    assert "Votre réponse compte" in page.text
    [told] = [one for one in person.rows(PathwayEvent, pathway_id=person.pathway.id) if one.kind == events.CHECKED]
    assert told.skills == step.skills
    assert told.details["before"][step.skills[0]] != told.details["after"][step.skills[0]]
    [checking] = person.rows(Attempt, part_of_id=person.attempt_id)
    assert checking.id == checking_id


@pytest.mark.slow
def test_at_a_desk_the_check_is_the_desks_and_the_next_person_shuts_both(app, person, signed_in):
    person.choose()
    desk = signed_in(Role.TRAINER, organisation=person.member.organisation_id)
    with person.database.begin() as db:
        db.get_one(Attempt, person.attempt_id).at_desk = True
    desk.cookies.set("attempt", f"desk-{app.state.door.desk_token(person.attempt_id)}", path="/t")
    reply = desk.post(f"{person.base}/pathway/check", data={"step": str(first_learning(person).id)})
    assert "set-cookie" not in reply.headers
    [checking] = person.rows(Attempt, part_of_id=person.attempt_id)
    assert checking.at_desk
    assert desk.get(f"/t/{checking.id}").status_code == 200
    assert desk.get(f"{person.base}/pathway").status_code == 200
    held = desk.cookies["attempt"]
    assert desk.post(f"/t/{checking.id}/done").status_code < 400
    desk.cookies.set("attempt", held, path="/t")  # a browser that gives it back all the same
    for attempt_id in (person.attempt_id, checking.id):
        assert not person.rows(Attempt, id=attempt_id)[0].at_desk
        assert desk.get(f"/t/{attempt_id}/pathway").status_code == 404


@pytest.mark.slow
def test_one_step_may_be_done_in_another_way(person):
    person.choose()
    step = next(one for one in person.steps() if one.kind is StepKind.LEARN and one.resource_id)
    page = person.get(f"/pathway/steps/{step.id}").text
    to = re.search(r'name="to" value="([^"]+)"', page)
    assert to
    for _ in range(2):
        reply = person.post(f"/pathway/steps/{step.id}/instead", to=to[1], key="e" * 32)
        assert reply.headers["location"].endswith("said=instead")
    assert person.happened().count(events.ADJUSTED) == 1


@pytest.mark.slow
def test_a_check_that_was_left_changes_nothing(person):
    person.choose()
    reply = person.post("/pathway/check", step=str(first_learning(person).id))
    checking = reply.headers["location"]
    person.client.post(f"{checking}/leave")
    assert person.client.get(f"{checking}/result").headers["location"] == f"{checking}/back"
    assert person.client.get(f"{checking}/back").headers["location"].startswith(f"{person.base}/pathway")
    assert events.CHECKED not in person.happened()


@pytest.mark.slow
def test_a_seat_is_booked_once_from_a_step_and_told(person):
    person.choose(Way.TOGETHER)
    step = next(one for one in person.steps() if one.kind is StepKind.ATTEND)
    assert f"/s/{person.session_code}" in person.get(f"/pathway/steps/{step.id}").text
    for _ in range(2):
        reply = person.post(f"/pathway/steps/{step.id}/book")
        assert reply.headers["location"].startswith("/b/")
    assert len(person.rows(Booking, session_id=person.session_id)) == 1
    assert "Votre place est réservée" in person.get("/pathway").text


def test_a_full_session_is_waited_for_and_not_booked_in_vain(person):
    person.choose(Way.TOGETHER)
    step = next(one for one in person.steps() if one.kind is StepKind.ATTEND)
    with person.database.begin() as db:
        session = db.get_one(WorkshopSession, person.session_id)
        session.capacity = session.booked
    page = person.get(f"/pathway/steps/{step.id}").text
    assert f'href="/s/{person.session_code}/wait"' in page
    assert f"/steps/{step.id}/book" not in page


def proposal(person: Person) -> SeatProposal:
    with person.database.begin() as db:
        made = SeatProposal(session_id=person.session_id, pathway_id=person.pathway.id, skills=["SEC-02"])
        db.add(made)
        db.flush()
        return made


@pytest.mark.slow
def test_a_seat_that_is_proposed_is_taken_or_not(person):
    person.choose()
    proposed = proposal(person)
    assert str(proposed.id) in person.get("/pathway").text
    for _ in range(2):
        reply = person.post(f"/pathway/seats/{proposed.id}", answer="yes")
        assert reply.headers["location"].startswith("/b/")
    [booked] = person.rows(Booking, session_id=person.session_id)
    assert booked.state is BookingState.CONFIRMED
    assert person.rows(SeatProposal, id=proposed.id)[0].state is ProposalState.ACCEPTED
    assert any(one.booking_id == booked.id for one in person.steps())


def test_a_seat_that_is_declined_is_not_asked_again(person):
    person.choose()
    proposed = proposal(person)
    for _ in range(2):
        assert person.post(f"/pathway/seats/{proposed.id}", answer="no").status_code == 303
    assert str(proposed.id) not in person.get("/pathway").text
    assert not person.rows(Booking, session_id=person.session_id)
    assert person.happened().count(events.ANSWERED) == 1


def test_limits_change_at_any_time(person):
    person.choose()
    assert person.get("/pathway/limits").status_code == 200
    assert person.post("/pathway/limits", minutes="30", device="phone", km="5").status_code == 303
    assert person.pathway.limits["minutes_a_week"] == 30
    assert person.post("/pathway/limits", minutes="30", until="1999-01-01").status_code == 422


def test_it_ends_when_they_say_so(person):
    person.choose()
    assert person.post("/pathway/stop", sure="1").headers["location"] == f"{person.base}/result"
    assert person.post("/pathway/stop", sure="1").status_code == 404
    page = person.get("/pathway")
    assert page.status_code == 200
    assert "Ce parcours est terminé" in page.text


@pytest.mark.parametrize("path", ["/pathway/print", "/pathway/card"])
@pytest.mark.slow
def test_papers_carry_the_code_that_leads_back(app, person, path):
    person.choose(Way.TOGETHER)
    page = person.get(path)
    assert page.status_code == 200, page.text
    with person.database.read() as db:
        code = app.state.door.resume_code(db.get_one(Attempt, person.attempt_id))
    assert "svg" in page.text
    assert code[:4] in page.text


def test_the_calendar_has_sittings_and_the_session(person):
    person.choose(Way.MIXED)
    made = person.get("/pathway.ics")
    assert made.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VEVENT" in made.text


def test_a_resume_code_leads_to_the_pathway(app, person):
    person.choose()
    with person.database.begin() as db:
        own = db.get_one(Attempt, person.attempt_id)
        code = app.state.door.resume_code(own)
        own.resume_digest = app.state.door.resume_digest(code)
    person.client.cookies.clear()
    assert person.client.post("/resume", data={"code": code}).headers["location"] == f"{person.base}/pathway"


def test_all_of_it_goes_with_the_attempt(person):
    person.choose()
    step = first_learning(person)
    checking = person.post("/pathway/check", step=str(step.id)).headers["location"]
    person.post("/erase")
    person.hold(uuid.UUID(checking.rsplit("/", 1)[-1]))
    assert person.client.get(checking).status_code == 404
    for kind in (Pathway, Step, PathwayEvent):
        assert not person.rows(kind)
    assert not person.rows(Attempt, part_of_id=person.attempt_id)
    assert not person.rows(Answer, attempt_id=uuid.UUID(checking.rsplit("/", 1)[-1]))


def test_a_check_stands_in_no_list_of_a_trainer(person, signed_in):
    person.choose()
    person.post("/pathway/check", step=str(first_learning(person).id))
    trainer = signed_in(Role.TRAINER, organisation=person.member.organisation_id)
    assert "Vérifications des parcours" not in trainer.get("/diagnostics").text
    [checking] = person.rows(Attempt, part_of_id=person.attempt_id)
    assert str(checking.id) not in trainer.get(f"/profiles/{person.attempt_id}").text


@pytest.mark.parametrize("language", ["ar", "ti"])
@pytest.mark.slow
def test_every_page_in_the_persons_language(app, client, database, language):
    person = Person(app, client, database, language)
    paths = ["/goals", f"/limits?goal={person.goal_id}", f"/ways?goal={person.goal_id}"]
    assert all(f'lang="{language}"' in person.get(path).text for path in paths)
    person.choose(Way.TOGETHER)
    for path in ["/pathway", "/pathway/limits", "/pathway/print", "/pathway/card"]:
        page = person.get(path)
        assert page.status_code == 200
        assert f'lang="{language}"' in page.text


def test_a_pathway_is_as_of_today(person, monkeypatch):
    person.choose()
    with person.database.begin() as db:
        found = db.get_one(Pathway, person.pathway.id)
        found.estimate = found.estimate | {"on": "2020-01-01"}
    person.get("/pathway")
    assert person.pathway.estimate["on"] == clock.now().date().isoformat()
