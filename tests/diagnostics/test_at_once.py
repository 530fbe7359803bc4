"""Everybody at once: the same answer twenty times, twenty answers to one question, thirty phones in one room. Two
servers on one database; on SQLite, where one process serves, one of them.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from pathways.app import create_app
from pathways.diagnostics import keys, taking
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.throttle import WrongTries
from tests.diagnostics.situations import Taker
from tests.serving import posts, served

TIMES = 20


@pytest.fixture
def servers(app, settings) -> Iterator[list[str]]:
    """Two servers that share nothing but the database."""
    other = create_app(settings)
    for each in (app, other):  # what is built at the first request, while nobody else asks
        TestClient(each).post("/api/v1/attempts", json={"code": "AAAAAA", "language": "xx"})
        TestClient(each).post(f"/api/v1/attempts/{uuid.uuid4()}/answers", json={})
    with served(app) as one, served(other) as two:
        yield [one] if settings.database_url.startswith("sqlite") else [one, two]
    other.state.database.dispose()


@pytest.fixture
def taker(client, published) -> Taker:
    return Taker.start(client, published)


def answers_of(database, taker: Taker) -> list[Answer]:
    with database.read() as db:
        query = sa.select(Answer).filter_by(attempt_id=uuid.UUID(taker.opened["id"])).order_by(Answer.number)
        found = list(db.scalars(query))
        db.expunge_all()
        return found


def test_the_same_answer_twenty_times_is_one_answer(servers, taker, database):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"item": taker.item["id"], "outcome": "dont_know"}
    one = {"url": f"{taker.url}/answers", "json": body, "headers": taker.headers | key}
    replies = posts(servers, [one] * TIMES)
    assert Counter(reply.status_code for reply in replies) == {200: TIMES}
    assert len({reply.content for reply in replies}) == 1
    assert [(one.number, one.item) for one in answers_of(database, taker)] == [(1, body["item"])]
    assert taker.current()["progress"]["answered"] == 1


def test_of_twenty_answers_to_one_question_one_is_taken(servers, taker, database):
    body = {"item": taker.item["id"], "outcome": "dont_know"}
    requests = [
        {
            "url": f"{taker.url}/answers",
            "json": body,
            "headers": taker.headers | {"Idempotency-Key": str(uuid.uuid4())},
        }
        for _ in range(TIMES)
    ]
    replies = posts(servers, requests)
    assert Counter(reply.status_code for reply in replies) == {200: 1, 409: TIMES - 1}
    assert len(answers_of(database, taker)) == 1


def test_undo_twenty_times_takes_back_one_answer(servers, taker, database):
    taker.dont_know()
    last = taker.item["id"]
    taker.dont_know()
    one = {"url": f"{taker.url}/undo", "json": {"item": last}, "headers": taker.headers}
    replies = posts(servers, [one] * TIMES)
    assert Counter(reply.status_code for reply in replies) == {200: TIMES}
    assert len({reply.content for reply in replies}) == 1
    assert [one.superseded_at is not None for one in answers_of(database, taker)] == [False, True]


def test_undo_without_saying_what_never_takes_back_more_than_there_is(servers, taker, database):
    for _ in range(3):
        taker.dont_know()
    replies = posts(servers, [{"url": f"{taker.url}/undo", "headers": taker.headers}] * 6)
    assert Counter(reply.status_code for reply in replies) == {200: 3, 409: 3}
    assert taker.current()["progress"]["answered"] == 0
    assert all(one.superseded_at for one in answers_of(database, taker))


def test_starting_twenty_times_with_one_key_is_one_attempt(servers, published, database):
    one = {
        "url": "/api/v1/attempts",
        "json": {"code": published, "language": "ar"},
        "headers": {"Idempotency-Key": str(uuid.uuid4())},
    }
    replies = posts(servers, [one] * TIMES)
    assert Counter(reply.status_code for reply in replies) == {201: TIMES}
    assert len({reply.content for reply in replies}) == 1
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 1


def test_answering_and_erasing_at_once_leaves_nothing_behind(servers, taker, database):
    answer = {
        "url": f"{taker.url}/answers",
        "json": {"item": taker.item["id"], "outcome": "dont_know"},
        "headers": taker.headers | {"Idempotency-Key": str(uuid.uuid4())},
    }
    erase = {"url": f"/t/{taker.opened['id']}/erase", "headers": {"Cookie": f"attempt={taker.opened['token']}"}}
    replies = posts(servers, [answer, erase] * 5)
    assert {reply.status_code for reply in replies} <= {200, 404}
    assert answers_of(database, taker) == []
    with database.read() as db:
        assert db.get(Attempt, uuid.UUID(taker.opened["id"])) is None


def test_publishing_ten_times_gives_one_code(servers, signed_in):
    trainer = signed_in()
    made = trainer.post("/api/v1/diagnostics", json={"title": "Dix fois", "selection": {"skills": ["SEC-02"]}}).json()
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in trainer.cookies.items())}
    one = {"url": f"/api/v1/diagnostics/{made['id']}/publish", "headers": cookie}
    replies = posts(servers, [one] * 10)
    assert Counter(reply.status_code for reply in replies) == {200: 10}
    assert len({reply.json()["code"] for reply in replies}) == 1


def test_two_trainers_saving_at_once_lose_nothing_in_silence(servers, signed_in, database):
    trainer = signed_in()
    selection = {"skills": ["SEC-02"]}
    made = trainer.post("/api/v1/diagnostics", json={"title": "À deux", "selection": selection}).json()
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in trainer.cookies.items())}
    titles = [f"Titre {number}" for number in range(8)]
    import httpx2 as httpx

    from tests.serving import together

    def put(title: str, server: str):
        body = {"title": title, "selection": selection, "version": made["version"]}
        return lambda: httpx.put(f"{server}/api/v1/diagnostics/{made['id']}", json=body, headers=cookie, timeout=30)

    calls = [put(title, servers[number % len(servers)]) for number, title in enumerate(titles)]
    replies = together(calls)
    assert Counter(reply.status_code for reply in replies) == {200: 1, 409: 7}
    [kept] = [reply.json()["title"] for reply in replies if reply.status_code == 200]
    with database.read() as db:
        diagnostic = db.get(Diagnostic, uuid.UUID(made["id"]))
        assert (diagnostic.title, diagnostic.version) == (kept, 2)


def test_wrong_codes_are_counted_over_two_processes(app, settings, published, database):
    """The count is in the database: a second process is not a second chance."""
    other = create_app(settings)
    clients = [TestClient(one, follow_redirects=False) for one in (app, other)]
    for number in range(taking.WRONG_CODES):
        reply = clients[number % 2].get("/q/ZZZZZZ")
        assert reply.status_code == 404, number
    for client in clients:
        reply = client.get("/q/ZZZZZZ")
        assert reply.status_code == 429
        assert 0 < int(reply.headers["retry-after"]) <= taking.WINDOW_MINUTES * 60
    with database.read() as db:
        assert db.scalar(sa.select(WrongTries.count)) == taking.WRONG_CODES
    other.state.database.dispose()


def test_thirty_phones_of_one_room_come_in_below_the_limit(client, published):
    for _ in range(taking.WRONG_CODES - 1):
        assert client.get("/q/ZZZZZZ").status_code == 404
    for _ in range(30):
        assert client.get(f"/q/{published}").status_code == 200
        Taker.start(client, published)
    assert client.get("/q/ZZZZZZ").status_code == 404
    assert client.get("/q/ZZZZZZ").status_code == 429


def test_resume_codes_cannot_be_tried_out(client, taker):
    for number in range(taking.WRONG_RESUMES):
        reply = client.post("/api/v1/attempts/resume", json={"code": f"CCCC-CC{number // 10}{number % 10}"})
        assert reply.status_code == 404
    reply = client.post("/api/v1/attempts/resume", json={"code": taker.opened["resume_code"]})
    assert reply.status_code == 429, "the right one, too, from this address: else trying on would still pay"
    assert int(reply.headers["retry-after"]) > 0
    assert reply.json()["type"] == "urn:pathways:problem:too-many"
    page = client.post("/resume", data={"code": "CCCCCCCC"})
    assert (page.status_code, int(page.headers["retry-after"]) > 0) == (429, True)


def test_a_resume_code_says_nothing_about_the_next_one(database, app):
    door = app.state.door
    codes = [door.code_after(uuid.UUID(int=number)) for number in range(500)]
    assert len(set(codes)) == 500
    assert all(len(code) == keys.RESUME_LENGTH for code in codes)
    assert all(Counter(code[place] for code in codes).most_common(1)[0][1] < 60 for place in range(8))


@pytest.mark.slow
def test_twenty_learners_answer_at_once_to_the_end(servers, published, database):
    """A flood: nobody is refused, every acknowledged answer is there, once."""
    import httpx2 as httpx

    from tests.serving import together

    def learn(number: int):
        server = servers[number % len(servers)]

        def run() -> tuple[str, int]:
            with httpx.Client(base_url=server, timeout=60) as client:
                opened = client.post("/api/v1/attempts", json={"code": published, "language": "fr"})
                assert opened.status_code == 201, opened.text
                bearer = {"Authorization": f"Bearer {opened.json()['token']}"}
                item, given = opened.json()["item"], 0
                while item:
                    headers = bearer | {"Idempotency-Key": str(uuid.uuid4())}
                    url = f"/api/v1/attempts/{opened.json()['id']}/answers"
                    reply = client.post(url, json={"item": item["id"], "outcome": "dont_know"}, headers=headers)
                    assert reply.status_code == 200, reply.text
                    item, given = reply.json()["item"], given + 1
                return opened.json()["id"], given

        return run

    told = dict(together([learn(number) for number in range(TIMES)]))
    with database.read() as db:
        rows = db.execute(sa.select(Answer.attempt_id, sa.func.count()).group_by(Answer.attempt_id)).all()
    assert {str(attempt): number for attempt, number in rows} == told
    assert composing.MOST_QUESTIONS >= max(told.values()) > 0
