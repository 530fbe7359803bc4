"""The way of a referral over its pages: written at the desk, agreed to, answered, stopped by the person."""

from __future__ import annotations

import html
import re
import uuid

import pytest
import sqlalchemy as sa

from pathways.diagnostics.models import Attempt
from pathways.learning.models import Referral, ReferralState
from pathways.learning.pages import waiting
from pathways.learning.referrals import referred, referring
from pathways.people.models import JournalEntry
from pathways.permissions import Role
from pathways.places import service as places
from pathways.places.models import Commune
from tests.learning.people_sent_on import CODES, SentOn
from tests.web.world import csrf_of
from tests.workshops import offering


@pytest.fixture
def world(database) -> SentOn:
    with database.begin() as db:
        return SentOn(db)


@pytest.fixture
def sender(world, signed_in):
    return signed_in(Role.TRAINER, organisation=world.sender.organisation_id)


@pytest.fixture
def receiver(world, signed_in):
    return signed_in(Role.TRAINER, organisation=world.receiver.organisation_id)


@pytest.fixture
def person(app, client, world):
    client.cookies.set("attempt", app.state.door.token(world.attempt.id), path="/t")
    return client


def write(sender, world, **values):
    to = f"organisation:{world.receiver.organisation_id}"
    form = {"csrf": csrf_of(sender), "need": "literacy", "to": to, "words": "Lit son prénom.", "go": "show"}
    answer = sender.post(f"/profiles/{world.attempt.id}/referral", data=form | {"key": uuid.uuid4().hex} | values)
    assert answer.status_code == 303, answer.text
    return re.findall(r"/referrals/([0-9a-f-]{36})/consent", answer.headers["location"])[0]


def seen_of(page: str) -> str:
    return re.findall(r'name="seen" value="([0-9a-f]{64})"', page)[0]


def state_of(database, referral_id: str) -> ReferralState:
    with database.read() as db:
        return db.get_one(Referral, uuid.UUID(referral_id)).state


def test_the_form_lists_other_structures_and_says_what_is_wrong(sender, world, database):
    with database.begin() as db:
        where = {"department": "98", "region": "98", "latitude": 48, "longitude": 2}
        db.add(Commune(code="98001", name="Essai", sought="essai", **where))
        place = offering.place_of(db, world.sender, name="Accueil du savoir", languages=["ar"])
        places.save_traits(db, place)
    page = sender.get(f"/profiles/{world.attempt.id}/referral").text
    assert f"organisation:{world.receiver.organisation_id}" in page
    assert f"organisation:{world.sender.organisation_id}" not in page
    csrf = csrf_of(sender)
    looked = sender.post(
        f"/profiles/{world.attempt.id}/referral",
        data={"csrf": csrf, "need": "french", "where": "Essai", "words": "À garder", "go": "look"},
    )
    assert looked.status_code == 200
    assert "Accueil du savoir" in looked.text
    assert "À garder" in looked.text
    nowhere = sender.post(f"/profiles/{world.attempt.id}/referral", data={"csrf": csrf, "need": "french"})
    assert nowhere.status_code == 422
    assert "Choisissez une structure ou un lieu." in nowhere.text


def test_agreed_to_on_the_device_of_the_mediator(sender, receiver, world, database):
    referral_id = write(sender, world)
    screen = sender.get(f"/referrals/{referral_id}/consent")
    assert 'lang="ar"' in screen.text
    shown = html.unescape(screen.text).replace("\u00a0", " ").replace("\u202f", " ")
    for sentence in (*referring.CONSENT, "Je suis d'accord.", "Voulez-vous que cette feuille parte ?"):
        assert f'<span lang="fr" dir="ltr">{sentence}</span>' in shown  # the mediator reads it, too
    assert "Lit son prénom." in screen.text
    assert receiver.get(f"/referrals/{referral_id}").status_code == 404
    form = {"csrf": csrf_of(sender), "act": "agree", "seen": seen_of(screen.text)}
    assert sender.post(f"/referrals/{referral_id}/consent", data=form).status_code == 303
    page = receiver.get(f"/referrals/{referral_id}")
    assert "Lit son prénom." in page.text
    assert str(world.attempt.id) not in page.text
    answered = {"csrf": csrf_of(receiver), "accepted": "no"}
    refused = receiver.post(f"/referrals/{referral_id}/answer", data=answered)
    assert refused.status_code == 422
    receiver.post(f"/referrals/{referral_id}/answer", data=answered | {"accepted": "yes"})
    assert state_of(database, referral_id) is ReferralState.ACCEPTED
    assert "nouveau" in sender.get("/referrals").text
    assert sender.get(f"/referrals/{referral_id}").status_code == 200
    assert "nouveau" not in sender.get("/referrals").text
    receiver.post(f"/referrals/{referral_id}/end", data={"csrf": csrf_of(receiver), "outcome": "done"})
    assert state_of(database, referral_id) is ReferralState.ENDED
    assert "Lit son prénom." not in receiver.get(f"/referrals/{referral_id}").text


def test_who_looked_is_written_down(sender, receiver, world, database):
    with database.begin() as db:
        world.db = db
        referral_id = world.sent().id
    assert receiver.get(f"/referrals/{referral_id}").status_code == 200
    with database.read() as db:
        rows = db.scalars(sa.select(JournalEntry.organisation_id).filter_by(about_id=referral_id)).all()
    assert rows == [world.receiver.organisation_id]


def test_the_person_agrees_and_stops_it_on_their_own_telephone(person, sender, receiver, world, database):
    referral_id = write(sender, world)
    own = f"/t/{world.attempt.id}/referrals"
    page = person.get(own)
    assert page.status_code == 200
    assert person.post(f"{own}/{referral_id}", data={"act": "agree", "seen": seen_of(page.text)}).status_code == 303
    assert state_of(database, referral_id) is ReferralState.SENT
    assert person.post(f"{own}/{referral_id}", data={"act": "withdraw"}).status_code == 303
    assert state_of(database, referral_id) is ReferralState.WITHDRAWN
    for desk in (sender, receiver):
        assert "Lit son prénom." not in desk.get(f"/referrals/{referral_id}").text
    assert person.post(f"{own}/{uuid.uuid4()}", data={"act": "withdraw"}).status_code == 404


def test_the_slip_opens_with_its_square_and_its_code(client, world, database):
    with database.begin() as db:
        world.db = db
        made = world.sent()
    token, code = CODES.token_of(made.id), CODES.code_of(made.id)
    page = client.get(f"/r/{token}")
    assert page.status_code == 200
    assert page.headers["x-robots-tag"].startswith("noindex")
    assert 'lang="ru"' in client.get(f"/r/{token}?lang=ru").text
    assert client.post("/r", data={"code": code}).headers["location"] == f"/r/{token}"
    assert client.post("/r", data={"code": "2222-2222"}).status_code == 404
    assert client.get("/r/" + "x" * 43).status_code == 404
    client.post(f"/r/{token}", data={"act": "withdraw", "lang": "ar"})
    assert state_of(database, str(made.id)) is ReferralState.WITHDRAWN
    assert client.get(f"/r/{token}").status_code == 200


def test_no_other_organisation_finds_it(signed_in, world, database):
    with database.begin() as db:
        world.db = db
        made = world.sent()
    stranger = signed_in(Role.ADMINISTRATOR)
    csrf = csrf_of(stranger)
    for path in ("", "/consent", "/slip"):
        assert stranger.get(f"/referrals/{made.id}{path}").status_code == 404
    for path in ("/consent", "/answer", "/end", "/cancel"):
        assert stranger.post(f"/referrals/{made.id}{path}", data={"csrf": csrf}).status_code == 404
    assert str(made.id) not in stranger.get("/referrals").text
    assert stranger.get(f"/profiles/{world.attempt.id}/referral").status_code == 404


def test_a_coordinator_reads_no_sheet(signed_in, world, database):
    with database.begin() as db:
        world.db = db
        made = world.sent()
    coordinator = signed_in(Role.COORDINATOR, organisation=world.receiver.organisation_id)
    assert coordinator.get(f"/referrals/{made.id}").status_code == 403


def test_on_paper_to_a_place(sender, world, database):
    with database.begin() as db:
        place = offering.place_of(db, world.sender)
    referral_id = write(sender, world, to=f"place:{place.id}")
    with database.begin() as db:
        made = db.get_one(Referral, uuid.UUID(referral_id))
        referring.agree(db, made, language="ar", seen=referring.consent_text("ar"))
    slip = sender.get(f"/referrals/{referral_id}/slip")
    assert slip.status_code == 200
    assert "<svg" in slip.text
    sender.post(f"/referrals/{referral_id}/end", data={"csrf": csrf_of(sender), "outcome": "done"})
    assert state_of(database, referral_id) is ReferralState.ENDED
    with database.read() as db:
        assert referred.news(db, world.sender) == 1


def test_a_slip_is_read_in_any_language(client, world, database):
    with database.begin() as db:
        world.db = db
        token = CODES.token_of(world.sent().id)
    page = client.get(f"/r/{token}")
    assert f'href="/r/{token}/language?lang=' in page.text
    wall = client.get(f"/r/{token}/language")
    assert wall.headers["x-robots-tag"].startswith("noindex")
    assert f'href="/r/{token}/language/ti"' in wall.text
    chosen = client.get(f"/r/{token}/language/ti")
    assert chosen.headers["location"] == f"/r/{token}?lang=ti"
    assert 'lang="ti"' in client.get(chosen.headers["location"]).text
    assert client.get("/r/" + "x" * 43 + "/language").status_code == 404


def test_who_has_no_sheet_reads_how_one_comes_about(person, world):
    page = person.get(f"/t/{world.attempt.id}/referrals").text
    assert "le médiateur l&#39;écrit avec vous" in page


def test_a_pathway_says_that_a_sheet_waits(sender, world, database):
    referral_id = write(sender, world)
    with database.begin() as db:
        attempt = db.get_one(Attempt, world.attempt.id)
        assert [one.page for one in waiting.of(db, attempt)] == ["referrals"]
        db.get_one(Referral, uuid.UUID(referral_id)).state = ReferralState.WITHDRAWN
        db.flush()
        assert not waiting.of(db, attempt)
