"""Verification for programs: the same verdict, as JSON, with words in two languages."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from pathways import clock
from pathways.badges.verifying import limits
from pathways.badges.verifying.verdict import DECISIVE
from pathways.badges.verifying.workers import Pool
from tests.badges.verifying import corpus
from tests.badges.verifying.facing import verifying
from tests.badges.verifying.making import ASSERTION2, FORMS, NOW, as_json, badge, changed, signed

URL = "/api/v1/verifications"


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(size=1)
    yield pool
    pool.close()


@pytest.fixture
def program(app, pool, monkeypatch) -> Iterator[TestClient]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with verifying(app, pool=pool):
        yield TestClient(app, raise_server_exceptions=False)


def test_a_file_has_a_verdict(program):
    for form, make in FORMS.items():
        reply = program.post(URL, files={"file": ("badge", make())})
        assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
        verdict = reply.json()
        assert verdict["overall"] == "valid", form
        assert set(DECISIVE) <= {one["code"] for one in verdict["findings"]}
        assert "badges.example.org" in verdict["words"]["fr"]
        assert "signed" in verdict["words"]["en"]
        assert all(one["words"]["fr"] and one["words"]["en"] for one in verdict["findings"])


def test_a_text_or_a_link_has_one_too(program):
    assert program.post(URL, json={"text": FORMS["ob3-json"]().decode()}).json()["overall"] == "valid"
    assert program.post(URL, json={"text": FORMS["ob3-jwt"]().decode()}).json()["overall"] == "valid"
    assert program.post(URL, json={"link": ASSERTION2}).json()["overall"] == "valid"
    typed = program.post(URL, json={"link": ASSERTION2, "email": "autre@exemple.fr"}).json()
    assert typed["overall"] == "not-valid"


def test_what_is_not_valid_says_why_by_stable_words(program):
    forged = changed(signed(badge()), lambda one: one.update(name="x"))
    verdict = program.post(URL, files={"file": ("badge.json", as_json(forged))}).json()
    found = {one["code"]: (one["state"], one["details"].get("reason")) for one in verdict["findings"]}
    assert verdict["overall"] == "not-valid"
    assert found["unchanged"] == ("no", "changed")


def test_what_is_no_badge_is_an_answer_too(program):
    verdict = program.post(URL, json={"text": "Bonjour"}).json()
    assert (verdict["overall"], verdict["kind"]) == ("could-not-tell", "unreadable")
    assert verdict["findings"][0]["details"] == {"reason": "unknown-format"}


BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "null": b"null",
    "empty": b"{}",
    "both": json.dumps({"text": "x", "link": "https://x.example"}).encode(),
    "a member that is not known": json.dumps({"text": "x", "more": 1}).encode(),
    "a member twice": b'{"text": "x", "text": "y"}',
    "a number": b'{"text": 7}',
    "a long link": json.dumps({"link": "x" * 501}).encode(),
    "a long address": json.dumps({"text": "x", "email": "x" * 300}).encode(),
    "no UTF-8": b'{"text": "\xff"}',
    "nesting": b"[" * 100_000,
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_of_no_form_is_refused_as_a_problem(program, case):
    reply = program.post(URL, content=BODIES[case], headers={"content-type": "application/json"})
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert reply.json()["errors"]


def test_another_media_type_is_refused(program):
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", ""):
        reply = program.post(URL, content=FORMS["ob3-json"](), headers={"content-type": kind})
        assert reply.status_code == 422, kind


def test_a_form_without_a_file_is_refused(program):
    assert program.post(URL, files={"other": ("x", b"x")}).status_code == 422
    assert program.post(URL, files={"file": ("x", b"")}).status_code == 422
    for name in ("text", "email"):  # never what a library calls it, compared with what stands in the badge
        files = {name: ("badge.json", FORMS["ob3-json"]())} | ({} if name == "text" else {"file": ("b", b"{}")})
        assert program.post(URL, files=files).status_code in {400, 422}, name
    assert program.post(URL, data={"text": "x"}, files={"a": ("x", b"x"), "b": ("x", b"x")}).status_code in {400, 422}


@pytest.mark.slow
def test_whatever_is_sent_there_is_an_answer(program):
    for name, make in corpus.HOSTILE.items():
        reply = program.post(URL, files={"file": ("badge", make())})
        assert reply.status_code == 200, name
        assert reply.json()["overall"] != "valid" or name in corpus.HARMLESS


def test_programs_are_counted_as_people_are(program, monkeypatch):
    monkeypatch.setattr(limits, "VERIFICATIONS", 1)
    assert program.post(URL, json={"text": "Bonjour"}).status_code == 200
    refused = program.post(URL, json={"text": "Bonjour"})
    assert (refused.status_code, refused.headers["content-type"]) == (429, "application/problem+json")


def test_a_lone_half_of_a_letter_is_no_reason_to_fall_over(program):
    reply = program.post(URL, content=b'{"text": "\\ud800"}', headers={"content-type": "application/json"})
    assert reply.status_code in {200, 422}
