"""Reading: languages beside French, what could not be asked, the mediator's sheet, what a learner takes away."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.app import work_of
from pathways.diagnostics import taking
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.items.models import ItemTranslation
from tests.diagnostics.situations import Taker
from tests.web import world


def publish(trainer, **selection) -> str:
    given = {"skills": ["SEC-01", "SEC-02"], "languages": ["fr", "ar"], "questions": 8} | selection
    made = trainer.post("/api/v1/diagnostics", json={"title": "Essai", "selection": given})
    assert made.status_code == 201, made.text
    published = trainer.post(f"/api/v1/diagnostics/{made.json()['id']}/publish")
    assert published.status_code == 200, published.text
    return published.json()["code"]


def test_arabic_stands_above_french_with_its_state(client, published):
    taker = Taker.start(client, published, "ar")
    while taker.item:
        assert list(taker.item["texts"]) == ["ar", "fr"]
        assert taker.item["translation"] == "draft"
        assert taker.item["texts"]["ar"]["stem"] != taker.item["texts"]["fr"]["stem"]
        taker.dont_know()
    told = taker.profile()["language"]
    assert told["code"] == "ar"
    assert told["shown_as"] == {"draft": len(taker.history)}


@pytest.mark.parametrize("tag", ["ar-MA", "AR", "arz"])
def test_a_language_by_another_of_its_names(client, published, tag):
    reply = client.post("/api/v1/attempts", json={"code": published, "language": tag})
    assert (reply.status_code, reply.json()["language"]) == (201, "ar")


def test_a_language_that_is_not_offered(client, signed_in):
    code = publish(signed_in())
    for tag in ("uk", "xx", "", "é"):
        reply = client.post("/api/v1/attempts", json={"code": code, "language": tag})
        assert reply.status_code == 422, tag
        assert [one["field"] for one in reply.json()["errors"]] == ["language"]
    assert client.get(f"/q/{code}/uk").headers["location"] == f"/q/{code}"
    assert client.post(f"/q/{code}/uk", data={}).status_code == 422


def without_arabic(database, skill: str) -> None:
    """Take the Arabic of one micro-skill away, as if nobody had translated it yet."""
    with database.begin() as db:
        db.execute(
            sa.update(ItemTranslation)
            .where(
                ItemTranslation.language == "ar",
                ItemTranslation.revision.has(skill=skill),
            )
            .values(is_current=False)
        )


def test_what_has_no_translation_is_not_asked_and_said_so(client, signed_in, database):
    without_arabic(database, "SEC-02")
    taker = Taker.start(client, publish(signed_in()), "ar")
    while taker.item:
        assert not taker.item["id"].startswith("SEC-02")
        taker.dont_know()
    profile = taker.profile()
    labels = {one["code"]: one["label"] for one in profile["skills"]}
    assert labels["SEC-02"] == "not_assessable"
    assert profile["language"]["not_assessable"] == ["SEC-02"]
    french = Taker.start(client, taker_code(database), "fr")
    assert {one["label"] for one in french.profile()["skills"]} == {"undecided"}


def taker_code(database) -> str:
    with database.read() as db:
        query = sa.select(Diagnostic.code).where(Diagnostic.title == "Essai").order_by(Diagnostic.created_at.desc())
        return db.scalars(query).first()


def test_french_where_the_trainer_said_that_it_will_do(client, signed_in, database):
    without_arabic(database, "SEC-02")
    code = publish(signed_in(), skills=["SEC-02"], french_for_missing=True)
    taker = Taker.start(client, code, "ar")
    shown = {}
    while taker.item:
        shown[taker.item["id"]] = list(taker.item["texts"])
        taker.dont_know()
    assert shown
    assert all(texts == ["fr"] for texts in shown.values())
    assert taker.profile()["language"]["not_assessable"] == []


def test_all_questions_of_a_skill_not_understood_is_not_assessable_and_lowers_nothing(client, signed_in):
    taker = Taker.start(client, publish(signed_in(), skills=["SEC-02"]), "ar")
    before = taker.profile()["skills"]
    assert [one["label"] for one in before] == ["undecided"]
    while taker.item:
        taker.not_understood()
    after = taker.profile()
    assert [one["label"] for one in after["skills"]] == ["not_assessable"]
    assert [one["mastery"] for one in after["skills"]] == [one["mastery"] for one in before]
    assert [one["asked"] for one in after["skills"]] == [0]
    assert after["language"]["not_understood"] == len(taker.history)


def test_going_on_in_another_language(client, signed_in, database):
    without_arabic(database, "SEC-02")
    taker = Taker.start(client, publish(signed_in()), "ar")
    while taker.item:
        taker.dont_know()
    attempt = uuid.UUID(taker.opened["id"])
    client.get(f"/t/{attempt}/language/fr", headers={"Cookie": f"attempt={taker.opened['token']}"})
    now = taker.current()
    if taker.last["stopped"] == "nothing_to_gain":
        assert now["item"]["id"].startswith("SEC-02")
    assert now["progress"]["answered"] == len(taker.history), "what was answered stays"


# --- the mediator's sheet ---


@pytest.fixture
def watched(signed_in, client, database, shipped):
    [sheet] = [
        item
        for _, folder in shipped.frameworks
        for item in folder.items.values()
        if item.kind == "observed" and item.skill.startswith("GES")
    ][:1]
    trainer = signed_in()
    code = publish(trainer, skills=[sheet.skill, "SEC-02"])
    return trainer, Taker.start(client, code), sheet


def observe(trainer, taker, sheet, result: str, key: uuid.UUID | None = None, item: str = ""):
    form = {
        "csrf": world.csrf_of(trainer),
        "item": item or sheet.code,
        "result": result,
        "key": str(key or uuid.uuid4()),
    }
    return trainer.post(f"/profiles/{taker.opened['id']}/observations", data=form)


def mastery(taker, code: str) -> float:
    return next(one["mastery"] for one in taker.profile()["skills"] if one["code"] == code)


def test_what_a_mediator_saw_changes_the_profile_and_can_be_corrected(watched, database):
    trainer, taker, sheet = watched
    before = mastery(taker, sheet.skill)
    assert observe(trainer, taker, sheet, "alone").status_code == 303
    alone = mastery(taker, sheet.skill)
    assert alone > before
    assert observe(trainer, taker, sheet, "help").status_code == 303
    helped = mastery(taker, sheet.skill)
    assert helped < before
    assert observe(trainer, taker, sheet, "not_tried").status_code == 303
    assert mastery(taker, sheet.skill) == before
    with database.read() as db:
        rows = db.scalars(sa.select(Answer).filter_by(item=sheet.code).order_by(Answer.number)).all()
        assert [(row.response, row.superseded_at is None) for row in rows] == [
            ("alone", False),
            ("help", False),
            ("not_tried", True),
        ]


def test_an_observation_sent_twice_is_one(watched, database):
    trainer, taker, sheet = watched
    key = uuid.uuid4()
    for _ in range(3):
        assert observe(trainer, taker, sheet, "alone", key).status_code == 303
    assert observe(trainer, taker, sheet, "help", key).status_code == 409
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Answer)) == 1


def test_an_observation_is_no_answer_of_the_learner(watched):
    trainer, taker, sheet = watched
    item = taker.item
    observe(trainer, taker, sheet, "alone")
    assert taker.current()["progress"]["answered"] == 0
    assert taker.current()["item"] == item
    assert taker.post("undo").status_code == 409, "the learner takes back what they said, not what was seen"
    taker.dont_know()
    assert taker.post("undo").status_code == 200


def test_a_sheet_that_is_not_there_and_a_result_that_is_none(watched):
    trainer, taker, sheet = watched
    assert observe(trainer, taker, sheet, "alone", item="SEC-02-a").status_code == 404
    assert observe(trainer, taker, sheet, "alone", item="ZZZ-99-o").status_code == 404
    assert observe(trainer, taker, sheet, "perfect").status_code == 422
    assert observe(trainer, taker, sheet, "").status_code == 422
    assert observe(trainer, taker, sheet, "a\x00").status_code == 422


# --- time ---


def test_expired_attempts_are_erased_with_their_answers(client, published, database, settings, monkeypatch):
    old, fresh = Taker.start(client, published), Taker.start(client, published)
    old.dont_know()
    later = clock.now() + timedelta(days=taking.KEPT_DAYS - 1)
    monkeypatch.setattr(clock, "now", lambda: later)
    fresh.dont_know()
    later += timedelta(days=2)
    with database.begin() as db:
        work_of(settings).upkeep(db)
    assert client.get(old.url, headers=old.headers).status_code == 404
    assert client.get(fresh.url, headers=fresh.headers).status_code == 200
    with database.read() as db:
        assert {str(one) for one in db.scalars(sa.select(Attempt.id))} == {fresh.opened["id"]}
        assert {str(one) for one in db.scalars(sa.select(Answer.attempt_id))} == {fresh.opened["id"]}


def test_what_is_taken_away_is_a_page_of_its_own_and_tells_no_key(client, published, shipped):
    taker = Taker.start(client, published, "ar")
    taker.item = taker.post("undo").json().get("item", taker.item)
    taker.dont_know()
    taker.not_understood()
    cookie = {"Cookie": f"attempt={taker.opened['token']}"}
    page = client.get(f"/t/{taker.opened['id']}/take-away", headers=cookie)
    assert page.status_code == 200
    assert page.headers["content-disposition"].startswith('attachment; filename="pathways-')
    assert 'lang="ar"' in page.text
    for word in ("reveals", "digest", taker.opened["token"]):
        assert word not in page.text
    items = {code: item for _, folder in shipped.frameworks for code, item in folder.items.items()}
    for sent in taker.history:
        assert all(one.reveals not in page.text for one in items[sent["item"]].options if one.reveals)
