"""What the desk sees of people on a pathway: written down, by whoever may, and no more than is theirs to see."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from pathways.learning.models import Pathway, ProposalState, SeatProposal, Step
from pathways.learning.trainers import grouping, weighing
from pathways.people.journal import Act
from pathways.people.models import JournalEntry
from pathways.permissions import Role
from pathways.workshops.models import WorkshopSession
from tests.insights.crowds import Crowd, published
from tests.learning.in_a_browser import Person
from tests.learning.people_sent_on import SentOn
from tests.learning.test_trainer_pages import Desk
from tests.learning.walkers import a_walker


@pytest.fixture
def desk(app, database, signed_in) -> Desk:
    return Desk(app, database, signed_in)


@pytest.fixture
def person(app, client, database) -> Person:
    return Person(app, client, database)


def noted(database) -> list[tuple[str, uuid.UUID | None, object]]:
    """What the journal says, ``(act, about, how many)``; it then says nothing any more."""
    with database.begin() as db:
        found = db.scalars(sa.select(JournalEntry).order_by(JournalEntry.id)).all()
        db.execute(sa.delete(JournalEntry))
        return [(one.act, one.about_id, one.details.get("people")) for one in found]


def test_whoever_looks_at_one_person_is_written_down(desk):
    made = {"csrf": desk.csrf, "key": str(uuid.uuid4()), "title": "Le jour", "words-0": "Venir", "minutes-0": "5"}
    template = desk.trainer.post("/pathways/templates/new", data=made).headers["location"]
    paths = (
        f"{desk.url}/steps/{desk.step('SEC-02')}",
        f"/pathways/templates/new?from={desk.pathway_id}",
        f"{template}/apply?for={desk.pathway_id}",
        f"/paths/{desk.pathway_id}/corrections",
    )
    noted(desk.database)
    for path in paths:
        assert desk.trainer.get(path).status_code == 200
        assert noted(desk.database) == [(Act.PROFILE_OPENED, desk.attempt_id, None)], path
    assert desk.trainer.get("/pathways/templates/new").status_code == 200
    assert noted(desk.database) == []


def test_whoever_looks_at_many_is_written_down_with_how_many(desk):
    noted(desk.database)
    for path in ("/pathways/group", "/api/v1/pathways"):
        assert desk.trainer.get(path).status_code == 200
        assert noted(desk.database) == [(Act.PATHWAYS_LISTED, None, 1)]
    assert desk.trainer.get("/api/v1/pathways?state=stopped").json()["rows"] == []
    assert noted(desk.database) == []


def test_whoever_shows_or_prints_a_sheet_is_written_down(database, signed_in):
    with database.begin() as db:
        world = SentOn(db)
        sent = world.sent().id
    sender = signed_in(Role.TRAINER, organisation=world.sender.organisation_id)
    for path in (f"/referrals/{sent}/consent", f"/referrals/{sent}/slip"):
        noted(database)
        assert sender.get(path).status_code == 200
        assert noted(database) == [(Act.REFERRAL_OPENED, sent, None)]


def test_whoever_sees_no_pathway_proposes_to_nobody(desk, signed_in):
    coordinator = signed_in(Role.COORDINATOR, organisation=desk.member.organisation_id)
    body = {"session": str(desk.session_id), "pathways": [str(desk.pathway_id)]}
    assert coordinator.post("/api/v1/seat-proposals", json=body).status_code == 403
    assert desk.trainer.post("/api/v1/seat-proposals", json=body).json() == {"asked": 1}
    with desk.database.read() as db:
        made = db.scalars(sa.select(SeatProposal.id)).one()
    path = f"/api/v1/seat-proposals/{made}"
    assert [coordinator.get(path).status_code, coordinator.post(f"{path}/withdraw").status_code] == [403, 403]
    assert signed_in(Role.COORDINATOR).get(path).status_code == 404
    assert desk.trainer.get(path).json()["pathway"] == str(desk.pathway_id)


def test_why_somebody_chose_is_theirs(desk):
    with desk.database.begin() as db:
        db.get_one(Pathway, desk.pathway_id).reason = "Parce que ma fille me l'a dit"
    for path in (
        desk.url,
        f"{desk.url}/journey",
        f"/profiles/{desk.attempt_id}",
        f"/profiles/{desk.attempt_id}/pathway",
    ):
        page = desk.trainer.get(path)
        assert page.status_code == 200
        assert "ma fille" not in page.text


def test_a_move_is_told_with_its_cost_and_the_way_back(desk):
    done = desk.send("down", step=desk.step("SEC-02"))
    assert done.headers["location"].endswith(f"#step-{desk.step('SEC-02')}")
    page = desk.trainer.get(done.headers["location"]).text
    told = re.search(r'role="status">(.*?)</p>', page, re.DOTALL)
    assert told
    assert "Ce verrou coûte" in told[1]
    assert "minute" in told[1]
    own = page[page.index(f'id="step-{desk.step("SEC-02")}"') :]
    assert "Reprendre le dernier changement" in own[: own.index("</li>")]


def test_locks_without_a_price_of_their_own_are_told_together(desk, monkeypatch):
    monkeypatch.setattr(weighing, "MOST_PRICED", 0)
    desk.send("lock", step=desk.step("SEC-02"), sure="1")
    assert "Dont 1 verrou" in desk.trainer.get(desk.url).text


@contextmanager
def nobody_waits(database, monkeypatch, module, name: str) -> Iterator[list[bool]]:
    """Fails where ``module.name`` is worked out while the one who may write is held up by it."""
    free: list[bool] = []
    real = getattr(module, name)

    def watched(*args: object, **values: object) -> object:
        taken = database._turn.acquire(blocking=False)
        free.append(taken)
        if taken:
            database._turn.release()
        return real(*args, **values)

    monkeypatch.setattr(module, name, watched)
    yield free


def test_nobody_waits_for_a_price_or_for_a_page_that_says_no(app, desk, monkeypatch):
    if not app.state.database.is_sqlite:
        pytest.skip("only SQLite has one writer at a time")
    database, sent = app.state.database, {"csrf": desk.csrf, "to": str(desk.session_id), "person": str(desk.pathway_id)}
    with desk.database.begin() as db:
        db.get_one(WorkshopSession, desk.session_id).capacity = 0
    with nobody_waits(database, monkeypatch, grouping, "of") as free:
        assert desk.trainer.post("/pathways/group", data=sent).status_code == 409
    assert free == [True]
    with nobody_waits(database, monkeypatch, weighing, "situation") as free:
        assert desk.send("lock", step=desk.step("SEC-02")).status_code == 200
        assert desk.send("lock", step=desk.step("SEC-02"), sure="1", version=0).status_code == 409
    assert free
    assert all(free)


def test_people_beyond_the_first_page_are_a_link_away(desk, monkeypatch):
    monkeypatch.setattr(grouping, "MOST_PEOPLE", 1)
    with desk.database.begin() as db:
        a_walker(db, desk.app.state.door, Crowd(db, desk.member, published(db, desk.member)))
    page = desk.trainer.get("/pathways/group").text
    assert "2 personnes en parcours" in page
    link = re.search(r'href="(/pathways/group\?skip=1)">Page d\'après', page.replace("&#39;", "'"))
    assert link
    other = desk.trainer.get(link[1]).text
    assert "Page d'avant" in other.replace("&#39;", "'")
    assert "Page d'après" not in other.replace("&#39;", "'")


def test_a_yes_that_is_refused_leaves_nothing_on_the_pathway(person):
    person.choose()
    with person.database.begin() as db:
        made = SeatProposal(session_id=person.session_id, pathway_id=person.pathway.id, skills=["SEC-02"])
        db.add(made)
        session = db.get_one(WorkshopSession, person.session_id)
        session.capacity = session.booked
    for _ in range(2):
        reply = person.post(f"/pathway/seats/{made.id}", answer="yes")
        assert reply.headers["location"].endswith("said=full")
    assert not person.rows(Step, session_id=person.session_id)
    assert person.rows(SeatProposal, id=made.id)[0].state is ProposalState.OPEN
