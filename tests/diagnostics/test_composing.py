"""Composing: what a selection costs, what it lacks, and that what is published never changes."""

from __future__ import annotations

import json
import time
import uuid

import pytest
import sqlalchemy as sa

from pathways import i18n
from pathways.diagnostics.composing import pricing
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.models import Diagnostic
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.items.models import ItemTranslation
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.referentials import service as referentials
from pathways.referentials.ladders import Ladders
from tests.diagnostics.situations import Taker
from tests.web import world

FRAMEWORK = "inclusion-numerique"
SOME = ("SEC-01", "SEC-02", "MEL-03")


@pytest.fixture
def member(db) -> Member:
    return a_member(db)


def a_member(db, role: Role = Role.TRAINER) -> Member:
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    organisation = people.create_organisation(db, name="Une structure")
    return Member(account.id, "", organisation.id, "", role, OF_ROLE[role])


def plain(one: Diagnostic) -> str:
    return json.dumps([one.title, one.selection, one.blueprint, one.estimate, one.code], sort_keys=True)


def price(db, **selection):
    referential = Ladders(referentials.latest(db, FRAMEWORK))
    return composing.price(db, referential, composing.checked(referential, Selection(**selection)))


def test_an_estimate_comes_again_from_its_seed(db):
    one, two = price(db, skills=SOME, languages=("fr", "ar")), price(db, skills=SOME[::-1], languages=("ar", "fr"))
    assert one == two
    assert one.estimate is not None
    assert one.estimate.questions is not None
    other = price(db, skills=SOME[:2], languages=("fr", "ar"))
    assert other.seed != one.seed


def test_an_estimate_of_72_skills_takes_under_two_seconds(db):
    known = tuple(referentials.skills_of(referentials.latest(db, FRAMEWORK)))
    begun = time.process_time()
    told = price(db, skills=known[:72], languages=tuple(i18n.languages()), questions=15)
    assert len(told.skills) == 72
    assert told.estimate is not None
    assert told.estimate.learners == pricing.TIED_LEARNERS
    assert time.process_time() - begun < 2


def test_everything_that_is_wrong_is_said_at_once(db):
    referential = referentials.latest(db, FRAMEWORK)
    bad = Selection(
        skills=("ZZZ-01", "SEC-01"),
        languages=("fr", "xx"),
        least_state="perfect",
        without_device="watch",
        accuracy=1.0,
        questions=0,
        minutes=121,
    )
    with pytest.raises(Invalid) as refused:
        composing.checked(referential, bad)
    fields = {one["field"] for one in refused.value.errors}
    assert fields == {"skills", "languages", "least_state", "without_device", "accuracy", "questions", "minutes"}


@pytest.mark.parametrize("accuracy", [float("nan"), float("inf"), -0.9, 0.5, 0.991])
def test_an_accuracy_that_is_none(db, accuracy):
    with pytest.raises(Invalid):
        composing.checked(referentials.latest(db, FRAMEWORK), Selection(skills=SOME, accuracy=accuracy))


def test_too_many_skills(db):
    with pytest.raises(Invalid):
        composing.checked(referentials.latest(db, FRAMEWORK), Selection(skills=("SEC-01",) * 101))


def test_skills_come_in_the_order_of_the_ladders_and_once(db):
    referential = referentials.latest(db, FRAMEWORK)
    checked = composing.checked(referential, Selection(skills=("SEC-02", "GES-04", "SEC-02"), languages=("uk",)))
    assert checked.skills == ("GES-04", "SEC-02")
    assert checked.languages == ("fr", "uk"), "French stands beside every language"


def test_leaving_a_device_out(db):
    known = referentials.skills_of(referentials.latest(db, FRAMEWORK))
    for device in ("phone", "computer"):
        told = price(db, skills=tuple(known), without_device=device, questions=5)
        needing = {code for code, skill in known.items() if skill.device == device}
        assert set(told.left_out) == needing
        assert needing
        assert not needing & set(told.skills)


def test_the_least_state_of_translation(db, member):
    """All that is shipped is a draft: whoever wants reviewed texts is told what that leaves."""
    assert price(db, skills=SOME, languages=("fr", "ar")).missing == {"ar": ()}
    strict = price(db, skills=SOME, languages=("fr", "ar"), least_state="reviewed")
    assert set(strict.missing["ar"]) == set(strict.skills)
    assert strict.states["ar"]["reviewed"] == 0
    made = composing.create(
        db,
        member,
        title="Relu",
        framework=FRAMEWORK,
        selection=Selection(skills=SOME, languages=("fr", "ar"), least_state="reviewed"),
    )
    frozen = composing.publish(db, member, made.id).blueprint
    assert all(one["translations"].keys() <= {"fr"} for one in frozen["items"].values())


def test_a_machine_translation_is_never_served_by_default(db):
    db.execute(sa.update(ItemTranslation).where(ItemTranslation.language == "uk").values(state="machine"))
    db.expire_all()
    told = price(db, skills=SOME, languages=("fr", "uk"))
    assert set(told.missing["uk"]) == set(told.skills)
    assert price(db, skills=SOME, languages=("fr", "uk"), least_state="machine").missing["uk"] == ()


def test_what_lacks_is_named(db):
    known = referentials.skills_of(referentials.latest(db, FRAMEWORK))
    told = price(db, skills=tuple(known), questions=5)
    assert "SEC-02" not in told.lacking
    assert told.lacking
    alone = price(db, skills=("SEC-02",))
    assert set(alone.prerequisites) <= {member for group in known["SEC-02"].requires for member in group}


@pytest.mark.parametrize("skills", [(), None])
def test_nothing_to_ask_cannot_be_published(db, member, skills):
    lacking = price(db, skills=tuple(referentials.skills_of(referentials.latest(db, FRAMEWORK))), questions=5).lacking
    chosen = lacking[:2] if skills is None else skills
    made = composing.create(db, member, title="Vide", framework=FRAMEWORK, selection=Selection(skills=chosen))
    with pytest.raises(Invalid):
        composing.publish(db, member, made.id)
    assert made.code is None


def test_what_is_published_never_changes(db, member):
    made = composing.create(
        db, member, title="Gelé", framework=FRAMEWORK, selection=Selection(skills=SOME, languages=("fr",))
    )
    published = composing.publish(db, member, made.id)
    db.flush()
    before, code = plain(published), published.code
    with pytest.raises(Conflict):
        composing.update(db, member, made.id, title="Autre", selection=Selection(skills=SOME[:1]), version=1)
    assert composing.publish(db, member, made.id).code == code
    closed = composing.close(db, member, made.id)
    db.flush()
    assert composing.close(db, member, made.id) is closed
    with pytest.raises(Conflict):
        composing.update(db, member, made.id, title="Autre", selection=Selection(skills=SOME[:1]), version=1)
    assert composing.publish(db, member, made.id).state == "closed", "published again, it stays closed"
    db.refresh(closed)
    assert plain(closed) == before


def test_a_draft_cannot_be_closed(db, member):
    made = composing.create(db, member, title="Brouillon", framework=FRAMEWORK, selection=Selection(skills=SOME))
    with pytest.raises(Conflict):
        composing.close(db, member, made.id)


def test_another_organisation_and_another_role(db, member):
    made = composing.create(db, member, title="À nous", framework=FRAMEWORK, selection=Selection(skills=SOME))
    for verb in (composing.get, composing.publish, composing.close):
        with pytest.raises(NotFound):
            verb(db, a_member(db), made.id)
    reviewer = Member(member.account_id, "", member.organisation_id, "", Role.REVIEWER, OF_ROLE[Role.REVIEWER])
    with pytest.raises(Forbidden):
        composing.publish(db, reviewer, made.id)


def test_two_trainers_the_second_is_told_and_loses_nothing(signed_in):
    one = signed_in()
    two = signed_in(organisation=one.organisation_id)
    made = one.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()
    url = f"/diagnostics/{made['id']}"
    form = world.FORMS["/diagnostics/{diagnostic_id}"]
    first = one.post(url, data={"csrf": world.csrf_of(one)} | form | {"title": "Premier"})
    assert first.status_code == 303
    second = two.post(
        url, data={"csrf": world.csrf_of(two)} | form | {"title": "Second", "skills": ["MEL-03", "MEL-04"]}
    )
    assert second.status_code == 409
    assert 'value="Second"' in second.text
    assert second.text.count("checked") >= 2
    assert two.get(f"/api/v1/diagnostics/{made['id']}").json()["title"] == "Premier"
    kept = two.post(url, data={"csrf": world.csrf_of(two)} | form | {"title": "Second", "version": "2"})
    assert kept.status_code == 303, "knowing of the other change, the second may save on purpose"
    stale = one.put(f"/api/v1/diagnostics/{made['id']}", json=world.DIAGNOSTIC | {"version": 2})
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:pathways:problem:conflict")


def test_a_published_one_over_the_api_and_the_page(signed_in, database):
    trainer = signed_in()
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()
    url = f"/api/v1/diagnostics/{made['id']}"
    published = trainer.post(f"{url}/publish").json()
    assert trainer.put(url, json=world.DIAGNOSTIC | {"version": published["version"]}).status_code == 409
    form = {"csrf": world.csrf_of(trainer)} | world.FORMS["/diagnostics/{diagnostic_id}"]
    for action in ("keep", "publish"):
        page = trainer.post(f"/diagnostics/{made['id']}", data=form | {"action": action, "title": "Autre"})
        assert page.status_code == 409
    assert trainer.get(url).json() == published
    with database.read() as db:
        assert db.get(Diagnostic, uuid.UUID(made["id"])).title == made["title"]


def test_a_closed_one_lets_nobody_in_and_those_inside_finish(signed_in, client):
    trainer = signed_in()
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()
    code = trainer.post(f"/api/v1/diagnostics/{made['id']}/publish").json()["code"]
    taker = Taker.start(client, code)
    trainer.post(f"/api/v1/diagnostics/{made['id']}/close")
    refused = client.post("/api/v1/attempts", json={"code": code, "language": "fr"})
    assert (refused.status_code, refused.json()["type"]) == (410, "urn:pathways:problem:gone")
    assert client.get(f"/q/{code}").status_code == 410
    while taker.item:
        taker.dont_know()
    assert taker.last["stopped"]


def test_pages_of_a_list_stay_whole_while_rows_are_added(signed_in):
    trainer = signed_in()
    made = [trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()["id"] for _ in range(7)]
    seen, cursor = [], None
    while True:
        page = trainer.get("/api/v1/diagnostics", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["id"] for row in page["rows"]]
        trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC)
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == made[::-1]


def test_attempts_by_pages(signed_in, client):
    trainer = signed_in()
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()
    code = trainer.post(f"/api/v1/diagnostics/{made['id']}/publish").json()["code"]
    started = [Taker.start(client, code).opened["id"] for _ in range(5)]
    url = f"/api/v1/diagnostics/{made['id']}/attempts"
    first = trainer.get(url, params={"limit": 3}).json()
    Taker.start(client, code)
    second = trainer.get(url, params={"limit": 3, "cursor": first["next"]}).json()
    assert [row["id"] for row in first["rows"] + second["rows"]] == started[::-1]
    assert second["next"] is None
