"""An exchange over its pages: asked for on a telephone, brought together at the desk, ended by either."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.diagnostics.models import Attempt
from pathways.learning.exchanges import exchanging
from pathways.learning.models import ExchangeRequest, Tandem, TandemState
from pathways.learning.pages import waiting
from pathways.people import files
from pathways.permissions import Role
from tests.learning.people_sent_on import SentOn
from tests.web.world import csrf_of
from tests.workshops import offering


@pytest.fixture
def world(database) -> SentOn:
    with database.begin() as db:
        made = SentOn(db)
        made.place = offering.place_of(db, made.sender, hours="24/7")
        return made


@pytest.fixture
def desk(world, signed_in):
    return signed_in(Role.COORDINATOR, organisation=world.sender.organisation_id)


@pytest.fixture
def person(app, client, world):
    client.cookies.set("attempt", app.state.door.token(world.attempt.id), path="/t")
    return client


def ask(person, world, **values):
    own = f"/t/{world.attempt.id}/exchange"
    page = person.get(own)
    assert page.status_code == 200, page.text
    agreed = re.findall(r'name="agreed" value="([0-9a-f]{64})"', page.text)[0]
    form = {"act": "ask", "kind": "languages", "gives": ["ar"], "seeks": ["fr"], "place": str(world.place.id)}
    return person.post(own, data=form | {"agreed": agreed, "label": "Une", "contact": "0611"} | values)


def request_of(database) -> ExchangeRequest:
    with database.begin() as db:
        return db.scalars(sa.select(ExchangeRequest).where(ExchangeRequest.attempt_id.is_not(None))).one()


def at_the_desk(desk, world, **values):
    form = {"csrf": csrf_of(desk), "kind": "languages", "gives": "fr", "seeks": "ar", "reads_in": "fr", "agreed": "1"}
    return desk.post(
        "/tandems/requests/new", data=form | {"place": str(world.place.id), "key": uuid.uuid4().hex} | values
    )


def paired(desk, world, database) -> Tandem:
    with database.begin() as db:
        first, second = db.scalars(sa.select(ExchangeRequest.id).order_by(ExchangeRequest.attempt_id.is_(None))).all()
    day = (clock.now() + timedelta(days=10)).date()
    form = {"csrf": csrf_of(desk), "pair": f"{first} {second}", "place": str(world.place.id), "day": day.isoformat()}
    made = desk.post("/tandems", data=form | {"at": "10:00"})
    assert made.status_code == 303, made.text
    with database.begin() as db:
        return db.scalars(sa.select(Tandem)).one()


def test_one_asks_once_and_agrees_to_the_rules(person, world, database):
    assert ask(person, world, agreed="").status_code == 422
    assert ask(person, world).status_code == 303
    kept = request_of(database)
    assert (kept.rules, kept.gives, kept.seeks) == (exchanging.rules_text("ar"), ["ar"], ["fr"])
    page = person.get(f"/t/{world.attempt.id}/exchange").text
    assert 'name="agreed"' not in page
    assert 'value="withdraw"' in page


def test_the_whole_way_of_two_people(person, desk, world, database):
    ask(person, world)
    assert at_the_desk(desk, world, label="Deux", contact="0622").status_code == 303
    listed = desk.get("/tandems")
    assert "les deux y gagnent" in listed.text
    made = paired(desk, world, database)
    own = f"/t/{world.attempt.id}/exchange"
    page = person.get(own).text
    assert "Deux" in page
    assert "0622" not in page
    person.post(own, data={"act": "yes"})
    desk.post(f"/tandems/{made.id}", data={"csrf": csrf_of(desk), "act": "second_yes"})
    with database.begin() as db:
        assert db.get_one(Tandem, made.id).state is TandemState.AGREED
    early = desk.post(f"/tandems/{made.id}", data={"csrf": csrf_of(desk), "act": "met"})
    assert early.status_code == 409
    person.post(own, data={"act": "worry"})
    with database.begin() as db:
        ended = db.get_one(Tandem, made.id)
        assert (ended.state, ended.ended_by, ended.worry) == (TandemState.ENDED, "first", True)
    assert "appelez" in desk.get("/tandems").text
    assert "quelque chose ne va pas" in desk.get("/").text
    desk.post(f"/tandems/{made.id}", data={"csrf": csrf_of(desk), "act": "seen"})
    assert "appelez" not in desk.get("/tandems").text
    assert "s'en est occupé le" in desk.get(f"/tandems/{made.id}").text.replace("&#39;", "'")


def test_what_was_wrong_can_be_said_after_the_end(person, desk, world, database):
    ask(person, world)
    at_the_desk(desk, world)
    made = paired(desk, world, database)
    own = f"/t/{world.attempt.id}/exchange"
    person.post(own, data={"act": "end"})
    assert 'value="worry"' in person.get(own).text
    person.post(own, data={"act": "worry"})
    with database.begin() as db:
        ended = db.get_one(Tandem, made.id)
        assert (ended.state, ended.worry, ended.worry_by) == (TandemState.ENDED, True, "first")
    assert 'value="worry"' not in person.get(own).text
    desk.post(f"/tandems/{made.id}", data={"csrf": csrf_of(desk), "act": "seen"})
    assert desk.post(f"/tandems/{made.id}", data={"csrf": csrf_of(desk), "act": "second_worry"}).status_code == 303
    with database.begin() as db:
        assert db.get_one(Tandem, made.id).worry_by == "second"


def test_whoever_is_left_reads_that_they_wait_again(person, desk, world, database):
    ask(person, world)
    at_the_desk(desk, world)
    made = paired(desk, world, database)
    desk.post(f"/tandems/{made.id}", data={"csrf": csrf_of(desk), "act": "second_end"})
    assert "Votre demande attend de nouveau." in person.get(f"/t/{world.attempt.id}/exchange").text
    assert "prévenez la personne" in desk.get("/tandems").text


def test_a_request_that_is_written_down_belongs_to_its_file(signed_in, world, database):
    desk = signed_in(Role.TRAINER, organisation=world.sender.organisation_id)
    with database.begin() as db:
        file_id = files.create(db, world.sender, label="mardi").id
    assert "mardi" in desk.get(f"/tandems/requests/new?file={file_id}").text
    at_the_desk(desk, world, file=str(file_id), label="Deux")
    with database.begin() as db:
        assert db.scalars(sa.select(ExchangeRequest.file_id)).one() == file_id
    assert desk.get(f"/tandems/requests/new?file={uuid.uuid4()}").status_code == 404
    assert at_the_desk(desk, world, file=str(uuid.uuid4())).status_code == 404


def test_a_closed_place_is_said_and_nothing_typed_is_lost(person, desk, world, database):
    ask(person, world)
    at_the_desk(desk, world)
    with database.begin() as db:
        db.get_one(type(world.place), world.place.id).hours = "Mo-Su 14:00-18:00"
    with database.begin() as db:
        first, second = db.scalars(sa.select(ExchangeRequest.id)).all()
    day = (clock.now() + timedelta(days=10)).date().isoformat()
    form = {"csrf": csrf_of(desk), "pair": f"{first} {second}", "place": str(world.place.id), "day": day, "at": "10:00"}
    answer = desk.post("/tandems", data=form)
    assert answer.status_code == 422
    assert "Le lieu est fermé à ce moment-là." in answer.text
    assert day in answer.text


def test_another_organisation_and_another_role(signed_in, person, desk, world, database):
    ask(person, world)
    at_the_desk(desk, world)
    made = paired(desk, world, database)
    stranger = signed_in(Role.ADMINISTRATOR)
    assert stranger.get(f"/tandems/{made.id}").status_code == 404
    assert stranger.post(f"/tandems/{made.id}", data={"csrf": csrf_of(stranger), "act": "end"}).status_code == 404
    assert "Deux" not in stranger.get("/tandems").text
    translator = signed_in(Role.TRANSLATOR, organisation=world.sender.organisation_id)
    assert translator.get(f"/tandems/{made.id}").status_code == 403


def test_a_request_written_down_at_the_desk_twice_is_one(desk, world, database):
    for _ in range(2):
        at_the_desk(desk, world, key="the same")
    with database.begin() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(ExchangeRequest)) == 1
    assert at_the_desk(desk, world, agreed="").status_code == 422


def test_whoever_wants_none_any_more_is_forgotten(person, world, database):
    ask(person, world)
    person.post(f"/t/{world.attempt.id}/exchange", data={"act": "withdraw"})
    kept = request_of(database)
    assert (kept.state, kept.label, kept.contact) == ("withdrawn", "", "")
    assert 'name="agreed"' in person.get(f"/t/{world.attempt.id}/exchange").text


def test_what_is_wrong_is_said_in_both_languages_and_to_the_point(person, world):
    many = ["ar", "en", "fr", "ru", "uk", "tr", "ps", "bn", "ti"]
    for values, said in [
        ({"place": str(uuid.uuid4())}, "Où pouvez-vous venir"),
        ({"gives": ["ar", "fr"]}, exchanging.BOTH),
        ({"gives": many, "seeks": ["fa_AF"]}, exchanging.TOO_MANY),
        ({"seeks": []}, "Choisissez ce que vous voulez apprendre."),
    ]:
        reply = ask(person, world, **values)
        assert reply.status_code == 422
        notice = re.findall(r'<p class="notice" role="alert">(.*?)</p>', reply.text)[0]
        assert f'lang="fr" dir="ltr">{said}' in notice
        assert notice.count("<span") == 3  # both languages, each by itself


def test_a_pathway_says_that_somebody_waits(person, desk, world, database):
    ask(person, world)
    at_the_desk(desk, world)
    paired(desk, world, database)
    with database.begin() as db:
        attempt = db.get_one(Attempt, world.attempt.id)
        assert [one.page for one in waiting.of(db, attempt)] == ["exchange"]
    person.post(f"/t/{world.attempt.id}/exchange", data={"act": "yes"})
    with database.begin() as db:
        assert not waiting.of(db, db.get_one(Attempt, world.attempt.id))
