"""Whatever comes through a door that was never meant to: a clear refusal, no trace of a stack, nothing changed."""

from __future__ import annotations

import json
import re
import urllib.parse
import uuid
from typing import Any

import pytest

from pathways.diagnostics.schemas import DiagnosticIn
from pathways.web.security import LARGEST_BODY
from tests.diagnostics.situations import Taker
from tests.web import world
from tests.web.routes import SAFE, Route, routes_of

TRACES = re.compile(r"Traceback|File &#34;|File \"|sqlalchemy|psycopg|sqlite3|pydantic|line \d+, in ", re.IGNORECASE)
DEEP = b"[" * 10_000 + b"]" * 10_000
HUGE = "9" * 5_000

BROKEN_JSON: dict[str, bytes] = {
    "one megabyte": b'{"title": "' + b"x" * 1_000_000 + b'"}',
    "ten thousand deep": DEEP,
    "deep object": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "latin-1": '{"title": "café"}'.encode("latin-1"),
    "cut UTF-8": b'{"title": "\xc3"}',
    "lone surrogate bytes": b'{"title": "\xed\xa0\x80"}',
    "not JSON": b"title=x",
    "cut": b'{"title": ',
    "NaN": b'{"title": NaN}',
    "infinity": b'{"title": -Infinity}',
    "huge integer": f'{{"title": {HUGE}}}'.encode(),
    "list": b"[]",
    "null": b"null",
    "number": b"42",
    "string": b'"x"',
    "two documents": b"{}{}",
    "byte order mark": b"\xef\xbb\xbf{}",
}
WRONG_VALUES: dict[str, Any] = {
    "NUL": "a\x00b",
    "override": "a\u202eb",
    "isolate": "a\u2067b",
    "bell": "a\x07b",
    "too long": "x" * 600,
    "number": 12,
    "huge number": 10**400,
    "boolean": True,
    "list": ["x"],
    "object": {"x": 1},
    "null in a list": [None],
    "deep list": [[[[["x"]]]]],
}
PATHS = [
    "%00",
    "%ff%fe",
    "%ed%a0%80",
    "%u202e",
    "%E2%80%AE",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "'%20OR%201=1--",
    "=1+1",
    "x" * 3000,
    "a-" * 3000,
    "%0d%0aSet-Cookie:%20a=b",
    "\u0645",
    "-1",
    "{attempt_id}",
    "00000000-0000-0000-0000-00000000000g",
]
QUERY = "limit=NaN&cursor=%00&lang=%00&framework=%00&code=%00&said=%00&next=%00&after=%00&level=%ff&a=" + "b" * 5000
CURSORS = [
    "x",
    "é",
    "=" * 50,
    "MjAyNg==",
    "fHw=",
    "OTk5OS0xMi0zMVQyMzo1OTo1OS0xMjowMHwwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA=",
    "MDAwMS0wMS0wMVQwMDowMDowMCsxMjowMHwwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA=",
    "MjAyNi0wMS0wMVQwMDowMDowMCswMDowMHw=",
    "A" * 201,
]
"""Among them: no date, the year 10000 and the year 0 once in UTC, no identifier."""


@pytest.fixture
def place(signed_in, client, database) -> world.World:
    return world.make(signed_in, client, database)


@pytest.fixture
def routes(app) -> list[Route]:
    return routes_of(app)


def wrong_with(reply: Any, *, api: bool, must_refuse: bool = True) -> str:
    """What is not right about a refusal; empty if nothing."""
    if reply.status_code >= 500:
        return f"{reply.status_code}"
    if must_refuse and reply.status_code < 400:
        return f"{reply.status_code}: taken"
    if TRACES.search(reply.text):
        return f"{reply.status_code}: a trace of the machine: {reply.text[:200]}"
    if reply.status_code < 400:
        return ""
    if api:
        return not_a_problem(reply)
    if not reply.headers["content-type"].startswith("text/html") or "<h1" not in reply.text:
        return f"{reply.status_code}: no page: {reply.text[:100]}"
    return ""


def not_a_problem(reply: Any) -> str:
    """What an error lacks to be a problem document (RFC 9457); empty if nothing."""
    if reply.headers["content-type"] != "application/problem+json":
        return f"{reply.status_code}: {reply.headers['content-type']}"
    body = reply.json()
    if {"type", "title", "status", "detail", "instance"} - body.keys() or body["status"] != reply.status_code:
        return f"{reply.status_code}: {body}"
    return "" if body["type"].startswith("urn:pathways:problem:") and body["title"] else f"{body}"


def headers_of(route: Route, place: world.World) -> dict[str, str]:
    key = {"Idempotency-Key": str(uuid.uuid4())} if route.is_api else {}
    return key | (place.taker.headers if route.for_learner else {})


def test_broken_json_on_every_door_of_the_api(routes, place):
    before, wrong = place.rows(), []
    for route in routes:
        if f"{route}" not in world.JSON_BODIES:
            continue
        for name, body in BROKEN_JSON.items():
            headers = headers_of(route, place) | {"Content-Type": "application/json"}
            reply = place.administrator.request(route.method, place.path(route.path), content=body, headers=headers)
            if said := wrong_with(reply, api=True):
                wrong.append(f"{route} {name}: {said}")
    assert wrong == []
    assert place.rows() == before


def test_a_value_of_the_wrong_kind_in_every_field_of_the_api(routes, place):
    before, wrong = place.rows(), []
    for route in routes:
        good = world.JSON_BODIES.get(str(route))
        if good is None:
            continue
        for field in good:
            for name, value in WRONG_VALUES.items():
                if field == "scopes" and name == "list":
                    continue
                headers = headers_of(route, place)
                body = good | {field: value}
                reply = place.administrator.request(route.method, place.path(route.path), json=body, headers=headers)
                if said := wrong_with(reply, api=True):
                    wrong.append(f"{route} {field} {name}: {said}")
        for body in (good | {"unknown": 1}, {}):
            reply = place.administrator.request(
                route.method, place.path(route.path), json=body, headers=headers_of(route, place)
            )
            if said := wrong_with(reply, api=True):
                wrong.append(f"{route} {sorted(body)}: {said}")
    assert wrong == []
    assert place.rows() == before


def test_duplicate_keys_are_refused_not_guessed(place):
    twice = b'{"item": "SEC-01-a", "outcome": "dont_know", "outcome": "not_understood"}'
    headers = place.taker.headers | {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
    before = place.rows()
    reply = place.administrator.post(f"{place.taker.url}/answers", content=twice, headers=headers)
    assert (reply.status_code, not_a_problem(reply)) == (422, "")
    assert place.rows() == before


def test_another_content_type_is_refused(routes, place):
    before, wrong = place.rows(), []
    for route in routes:
        good = world.JSON_BODIES.get(str(route))
        if good is None:
            continue
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", ""):
            headers = headers_of(route, place) | {"Content-Type": kind}
            body = json.dumps(good).encode()
            reply = place.administrator.request(route.method, place.path(route.path), content=body, headers=headers)
            if said := wrong_with(reply, api=True):
                wrong.append(f"{route} {kind}: {said}")
    assert wrong == []
    assert place.rows() == before


def test_numbers_that_are_none_in_a_selection(place):
    before, wrong = place.rows(), []
    for field in ("accuracy", "questions", "minutes"):
        for text in ("NaN", "1e400", "-1", "0", "1.5e9", HUGE, '"x"', "[]", "true", '"12"', "9007199254740993"):
            body = '{"selection": {"skills": ["SEC-01"], "%s": %s}}' % (field, text)
            reply = place.administrator.post(
                "/api/v1/diagnostics/estimate", content=body.encode(), headers={"Content-Type": "application/json"}
            )
            if said := wrong_with(reply, api=True):
                wrong.append(f"{field} {text[:20]}: {said}")
    assert wrong == []
    assert place.rows() == before


FORM_BODIES: dict[str, tuple[str, bytes]] = {
    "one megabyte": ("application/x-www-form-urlencoded", b"title=" + b"x" * 1_000_000),
    "ten thousand fields": ("application/x-www-form-urlencoded", b"a=1&" * 10_000),
    "NUL": ("application/x-www-form-urlencoded", b"title=%00&answer=%00&item=%00&key=%00&code=%00&name=%00&email=%00"),
    "override": ("application/x-www-form-urlencoded", b"title=%E2%80%AE&answer=%E2%80%AE&item=%E2%80%AE&name=%E2%80%AE"),
    "bad UTF-8": ("application/x-www-form-urlencoded", b"title=%ff%fe&answer=%ed%a0%80&item=%ff&key=%ff&code=%ff"),
    "raw bytes": ("application/x-www-form-urlencoded", bytes(range(256))),
    "keys": ("application/x-www-form-urlencoded", b"key=" + b"k" * 64 + b"&item=" + b"i" * 64),
    "JSON": ("application/json", b'{"title": "x"}'),
    "multipart without boundary": ("multipart/form-data", b"x"),
    "broken multipart": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
    "a file": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="answer"; filename="a.svg"\r\n\r\nx\r\n--x--\r\n',
    ),
    "unknown charset": ("application/x-www-form-urlencoded; charset=klingon", b"title=x"),
    "multipart in an unknown charset": (
        "multipart/form-data; boundary=x; charset=klingon",
        b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--x--\r\n',
    ),
}


def test_poison_on_every_form(routes, place):
    csrf = world.csrf_of(place.administrator)
    before, wrong = place.rows(), []
    for route in routes:
        if route.is_api or route.method in SAFE or route.path == "/sign-out":
            continue
        if route.path.endswith(("/erase", "/leave", "/undo", "/close", "/withdraw", "/remove", "/revoke", "-link")):
            continue  # an empty form is a whole one there
        for name, (kind, body) in FORM_BODIES.items():
            headers = {"Content-Type": kind}
            if route.for_learner:
                headers["Cookie"] = f"attempt={place.taker.opened['token']}"
            if kind.startswith("application/x-www"):
                body = b"csrf=" + csrf.encode() + b"&" + body  # noqa: PLW2901
            reply = place.administrator.request(route.method, place.path(route.path), content=body, headers=headers)
            learner_goes_on = route.for_learner and reply.status_code == 303
            starts = route.path == "/q/{code}/{tag}" and reply.status_code == 303
            must_refuse = not (learner_goes_on or starts) and "megabyte" in name
            if said := wrong_with(reply, api=False, must_refuse=must_refuse):
                wrong.append(f"{route} {name}: {said}")
    assert wrong == []
    after = place.rows()
    assert {name: after[name] for name in before if name != "attempt"} == {
        name: before[name] for name in before if name != "attempt"
    }


def test_poison_in_every_field_of_the_composer(place):
    csrf = world.csrf_of(place.administrator)
    good = {"csrf": csrf} | world.FORMS["/diagnostics/new"]
    before, wrong = place.rows(), []
    for field in ("framework", "title", "skills", "languages", "least_state", "without_device", "accuracy", "version"):
        for value in ("a\x00b", "a\u202eb", "=cmd|' /C calc'!A0\x01", "x" * 600, "\u0958" * 200, HUGE, "NaN", "é" * 65):
            if field == "title" and value in {"NaN", "é" * 65}:
                continue  # an honest title
            reply = place.administrator.post("/diagnostics/new", data=good | {field: value})
            if said := wrong_with(reply, api=False):
                wrong.append(f"{field} {value[:10]!r}: {said}")
    assert wrong == []
    assert place.rows() == before


def test_a_title_that_grows_when_it_is_normalised_is_too_long_not_an_error(place):
    """One letter in, two letters out of NFC: 200 of them are within the limit before, and beyond it after."""
    with pytest.raises(ValueError, match="long"):
        DiagnosticIn.model_validate({"title": "\u0958" * 200, "selection": world.SELECTION})
    reply = place.administrator.post("/api/v1/diagnostics", json=world.DIAGNOSTIC | {"title": "\u0958" * 200})
    assert (reply.status_code, not_a_problem(reply)) == (422, "")


def test_poison_in_every_address(routes, place):
    before, wrong = place.rows(), []
    for route in routes:
        for name in re.findall(r"{(\w+)}", route.path):
            for poison in PATHS:
                path = place.path(route.path, **{name: poison})
                given = world.body_for(route.method, route.path, "", place.values)
                given["headers"] = given.get("headers", {}) | headers_of(route, place)
                reply = place.administrator.request(route.method, path, **given)
                ours = route.path.startswith("/q/") or name == "tag"
                if said := wrong_with(reply, api=route.is_api, must_refuse=not ours and reply.status_code != 303):
                    wrong.append(f"{route} {name}={poison[:30]}: {said}")
                if "set-cookie" in reply.headers and "a=b" in reply.headers["set-cookie"]:
                    wrong.append(f"{route} {poison}: split")
    assert wrong == []
    after = place.rows()
    assert {k: v for k, v in after.items() if k != "attempt"} == {k: v for k, v in before.items() if k != "attempt"}


def test_poison_in_the_query_the_cookies_and_the_headers(routes, place):
    flood = "; ".join(f"c{number}={'x' * 20}" for number in range(500))
    bad = [
        {"Cookie": flood},
        {"Cookie": 'language="\\377\\000"; display=%00; attempt=\x7f; session=' + "x" * 3000},
        {"Cookie": "language=../../etc; display=<script>; session=é".encode("latin-1")},
        {"Accept-Language": "q=" * 4000},
        {"Accept-Language": "*;q=NaN,fr;q=1e999,ar;q=-1,uk;q=0.0.0,\xff"},
        {"Authorization": "Bearer " + "é" * 300},
        {"Authorization": "Bearer " + "x" * 9000},
        {"Authorization": "\xff\xfe"},
        {"Idempotency-Key": "x"},
        {"Idempotency-Key": "\x7f" * 64},
        {"Host": "["},
        {"Content-Length": "\xb2"},
        {"Content-Length": "-5"},
        {"Range": "bytes=-1,5-2,x"},
        {"If-None-Match": "\xff"},
    ]
    before, wrong = place.rows(), []
    for route in routes:
        if route.method not in SAFE:
            continue
        path = place.path(route.path)
        for headers in bad:
            sent = {name: value.encode("latin-1") if isinstance(value, str) else value for name, value in headers.items()}
            reply = place.administrator.get(path, headers=sent)
            if said := wrong_with(reply, api=route.is_api, must_refuse=False):
                wrong.append(f"{route} {str(headers)[:60]}: {said}")
        reply = place.administrator.get(f"{path}?{QUERY}")
        if said := wrong_with(reply, api=route.is_api, must_refuse=False):
            wrong.append(f"{route} query: {said}")
    assert wrong == []
    after = place.rows()
    assert {k: v for k, v in after.items() if k != "sign_in_link"} == {
        k: v for k, v in before.items() if k != "sign_in_link"
    }


@pytest.mark.parametrize("path", ["/api/v1/diagnostics", "/api/v1/diagnostics/{diagnostic_id}/attempts"])
def test_a_cursor_that_is_none_is_refused_with_its_field(path, place):
    for cursor in CURSORS:
        reply = place.administrator.get(place.path(path), params={"cursor": cursor})
        assert (reply.status_code, not_a_problem(reply)) == (422, ""), cursor
        assert {one["field"] for one in reply.json()["errors"]} == {"cursor"}
    for limit in ("0", "201", "x", "1e3", HUGE):
        assert place.administrator.get(place.path(path), params={"limit": limit}).status_code == 422


def test_a_body_without_a_length_is_bounded_too(place):
    def chunks():
        for _ in range(LARGEST_BODY // 1024 + 2):
            yield b"x" * 1024

    before = place.rows()
    for path, kind in (
        ("/api/v1/attempts", "application/json"),
        ("/sign-in", "application/x-www-form-urlencoded"),
        (f"/t/{place.values['attempt_id']}/answers", "application/x-www-form-urlencoded"),
    ):
        headers = {"Content-Type": kind, "Cookie": f"attempt={place.taker.opened['token']}"}
        reply = place.administrator.post(path, content=chunks(), headers=headers)
        assert reply.status_code == 413, path
        assert wrong_with(reply, api=path.startswith("/api/")) == ""
    assert place.rows() == before


def test_an_address_of_thirty_thousand_subtags_takes_no_time(place):
    import time

    begun = time.perf_counter()
    for _ in range(5):
        place.administrator.get(f"/q/{place.values['code']}/" + "a-" * 15_000)
    assert time.perf_counter() - begun < 1.0


def test_an_error_speaks_the_readers_language(client):
    page = client.get("/nothing", headers={"Accept-Language": "ar"})
    assert page.status_code == 404
    assert 'lang="ar"' in page.text
    assert 'dir="rtl"' in page.text
    problem = client.get("/api/v1/nothing", headers={"Accept-Language": "uk"})
    assert problem.headers["content-language"] == "uk"
    assert problem.json()["title"] != client.get("/api/v1/nothing").json()["title"]


def test_what_nobody_foresaw_is_a_page_and_a_problem_without_a_stack(app, database, monkeypatch):
    from starlette.testclient import TestClient

    from pathways.diagnostics import taking
    from pathways.web import files

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret: /srv/pathways")

    monkeypatch.setattr(taking, "find", broken)
    monkeypatch.setattr(files.pages, "static", broken)
    client = TestClient(app, raise_server_exceptions=False)
    api = client.post("/api/v1/attempts", json={"code": "AAAAAA", "language": "fr"})
    page = client.get("/q/AAAAAA")
    for reply in (api, page):
        assert reply.status_code == 500
        assert "secret" not in reply.text
        assert "srv" not in reply.text
        assert "default-src" in reply.headers["content-security-policy"]
        assert reply.headers["cache-control"] == "no-store"
    assert not_a_problem(api) == ""


def test_a_formula_in_a_title_stays_words(place):
    csrf = world.csrf_of(place.administrator)
    for title in ("=HYPERLINK(\"http://a.example\")", "+1", "-1", "@SUM(A1)", "<script>alert(1)</script>", '"><img src=x>'):
        made = place.administrator.post(
            "/diagnostics/new", data={"csrf": csrf} | world.FORMS["/diagnostics/new"] | {"title": title, "action": "publish"}
        )
        assert made.status_code == 303, made.text[:300]
        where = made.headers["location"]
        page = place.administrator.get(where).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        export = place.administrator.get(f"{where}/attempts.csv")
        assert export.status_code == 200
        for cell in re.split(r"[;\r\n]+", export.text.removeprefix("\ufeff")):
            assert not cell.startswith(("=", "+", "-", "@", "\t")), cell


def test_no_cell_of_an_export_is_a_formula(place):
    learner = Taker.start(place.taker.client, place.values["code"], "ar")
    while learner.item:
        learner.not_understood()
    text = place.administrator.get(place.path("/diagnostics/{diagnostic_id}/attempts.csv")).text
    assert text.startswith("\ufeff")
    rows = [line.split(";") for line in text.removeprefix("\ufeff").split("\r\n") if line]
    assert len(rows) == 3
    assert len({len(row) for row in rows}) == 1
    assert all(re.fullmatch(r"[\w :.\-é]*", cell) and not cell.startswith("-") for row in rows for cell in row)
    assert urllib.parse.unquote(place.values["code"]).isalnum()
