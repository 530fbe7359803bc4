"""Whatever comes through a door that was never meant to: a clear refusal, no trace of a stack, nothing changed."""

from __future__ import annotations

import json
import re
import urllib.parse
import uuid

import pytest

from pathways.diagnostics.schemas import DiagnosticIn
from pathways.web.security import LARGEST_BODY
from tests.conftest import DATABASES
from tests.diagnostics.situations import Taker
from tests.web import world
from tests.web.covering import covering
from tests.web.poisons import (
    BROKEN_IN,
    BROKEN_JSON,
    CURSORS,
    FORM_BODIES,
    FORMS_IN,
    HEADERS,
    HUGE,
    PATHS,
    QUERY,
    WRONG_IN,
    WRONG_VALUES,
)
from tests.web.refusals import not_a_problem, wrong_with
from tests.web.routes import SAFE, Route, routes_of

EMPTY_IS_WHOLE = {
    "POST /api/v1/resources/{resource_id}/copy",
    "POST /api/v1/bookings/{booking_id}/transfer",
    "POST /api/v1/b/{slip_token}/transfer",
    "POST /api/v1/s/{session_code}/bookings",
    "POST /api/v1/s/{session_code}/waiting-entries",
    "POST /api/v1/award-requests/{request_id}/invitations",
}
"""One seat, in French, for nobody in particular; a link without a note of whom it went to."""
RIGHT_KIND = {
    ("scopes", "list"),
    ("agreed", "boolean"),
    ("minutes", "number"),
    ("seats", "number"),
    ("allowance", "number"),
    ("counted", "boolean"),
}
RIGHT_THERE = {
    *(("POST /api/v1/verifications", "text", name) for name in ("NUL", "override", "isolate", "bell", "too long")),
    ("POST /api/v1/award-requests/{request_id}/evidence", "text", "too long"),
    ("POST /api/v1/jury/requests/{request_id}/decisions", "reason", "too long"),
}
"""Where a few paragraphs are honest; and of whatever text, a verdict says that it is no badge."""
KINDS_OF_CONTENT = (("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", ""),)


@pytest.fixture
def place(signed_in, client, database) -> world.World:
    return world.make(signed_in, client, database)


@pytest.fixture
def routes(app) -> list[Route]:
    return routes_of(app)


@pytest.fixture
def turn(database_kind: str) -> int:
    """Other poisons at the same doors on each kind of database."""
    return DATABASES.index(database_kind)


def headers_of(route: Route, place: world.World) -> dict[str, str]:
    key = {"Idempotency-Key": str(uuid.uuid4())} if route.is_api else {}
    return key | (place.taker.headers if route.for_learner else {})


def with_bodies(routes: list[Route]) -> list[Route]:
    return [one for one in routes if str(one) in world.JSON_BODIES]


@pytest.mark.slow
def test_broken_json_on_every_door_of_the_api(routes, place, turn):
    before, wrong = place.rows(), []
    doors = with_bodies(routes)
    for route, names in zip(doors, covering([one.door for one in doors], BROKEN_IN, turn=turn), strict=True):
        for name in names:
            headers = headers_of(route, place) | {"Content-Type": "application/json"}
            path, body = place.path(route.path), BROKEN_JSON[name]
            reply = place.administrator.request(route.method, path, content=body, headers=headers)
            if said := wrong_with(reply, api=True):
                wrong.append(f"{route} {name}: {said}")
    assert wrong == [], chr(10).join(wrong)
    assert place.rows() == before


@pytest.mark.slow
def test_a_value_of_the_wrong_kind_in_every_field_of_the_api(routes, place, turn):
    fields = [(route, field) for route in with_bodies(routes) for field in world.JSON_BODIES[str(route)]]

    def is_right(which: int, name: str) -> bool:
        route, field = fields[which]
        return (field, name) in RIGHT_KIND or (str(route), field, name) in RIGHT_THERE

    before, wrong = place.rows(), []
    kinds = [route.declared(field) for route, field in fields]
    for (route, field), names in zip(fields, covering(kinds, WRONG_IN, turn=turn, but=is_right), strict=True):
        for name in names:
            body = world.JSON_BODIES[str(route)] | {field: WRONG_VALUES[name]}
            path, headers = place.path(route.path), headers_of(route, place)
            reply = place.administrator.request(route.method, path, json=body, headers=headers)
            if said := wrong_with(reply, api=True):
                wrong.append(f"{route} {field} {name}: {said}")
    assert wrong == [], chr(10).join(wrong)
    assert place.rows() == before


@pytest.mark.slow
def test_a_field_that_nobody_knows_and_no_field_at_all_are_refused(routes, place):
    before, wrong = place.rows(), []
    for route in with_bodies(routes):
        unknown = world.JSON_BODIES[str(route)] | {"unknown": 1}
        for body in (unknown, *([] if str(route) in EMPTY_IS_WHOLE else [{}])):
            path, headers = place.path(route.path), headers_of(route, place)
            reply = place.administrator.request(route.method, path, json=body, headers=headers)
            if said := wrong_with(reply, api=True):
                wrong.append(f"{route} {sorted(body)}: {said}")
    assert wrong == [], chr(10).join(wrong)
    assert place.rows() == before


def test_duplicate_keys_are_refused_not_guessed(place):
    twice = b'{"item": "SEC-01-a", "outcome": "dont_know", "outcome": "not_understood"}'
    headers = place.taker.headers | {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
    before = place.rows()
    reply = place.administrator.post(f"{place.taker.url}/answers", content=twice, headers=headers)
    assert (reply.status_code, not_a_problem(reply)) == (422, "")
    assert place.rows() == before


@pytest.mark.slow
def test_another_content_type_is_refused(routes, place, turn):
    before, wrong = place.rows(), []
    doors = with_bodies(routes)
    for route, kinds in zip(doors, covering([one.door for one in doors], KINDS_OF_CONTENT, turn=turn), strict=True):
        for kind in kinds:
            headers = headers_of(route, place) | {"Content-Type": kind}
            path, body = place.path(route.path), json.dumps(world.JSON_BODIES[str(route)]).encode()
            reply = place.administrator.request(route.method, path, content=body, headers=headers)
            if said := wrong_with(reply, api=True):
                wrong.append(f"{route} {kind}: {said}")
    assert wrong == [], chr(10).join(wrong)
    assert place.rows() == before


def test_numbers_that_are_none_in_a_selection(place):
    before, wrong = place.rows(), []
    for field in ("accuracy", "questions", "minutes"):
        for text in ("NaN", "1e400", "-1", "0", "1.5e9", HUGE, '"x"', "[]", "true", '"12"', "9007199254740993"):
            body = f'{{"selection": {{"skills": ["SEC-01"], "{field}": {text}}}}}'
            reply = place.administrator.post(
                "/api/v1/diagnostics/estimate", content=body.encode(), headers={"Content-Type": "application/json"}
            )
            if said := wrong_with(reply, api=True):
                wrong.append(f"{field} {text[:20]}: {said}")
    assert wrong == [], chr(10).join(wrong)
    assert place.rows() == before


EMPTY_FORM_IS_WHOLE = (
    *("/erase", "/leave", "/undo", "/close", "/withdraw", "/remove", "/revoke", "/new-version", "-link"),
    *("/book", "/wait", "/delete", "/cancel", "/transfer", "/archive", "/quotas", "/copy", "/adopt", "/seen"),
)


@pytest.mark.slow
def test_poison_on_every_form(routes, place, turn):
    csrf = world.csrf_of(place.administrator)
    before, wrong = place.rows(), []
    doors = [
        route
        for route in routes
        if not (route.is_api or route.method in SAFE or route.path == "/sign-out")
        and not route.path.endswith(EMPTY_FORM_IS_WHOLE)
    ]
    for route, names in zip(doors, covering([one.door for one in doors], FORMS_IN, turn=turn), strict=True):
        for name in names:
            kind, body = FORM_BODIES[name]
            headers = {"Content-Type": kind}
            if route.for_learner:
                headers["Cookie"] = f"attempt={place.taker.opened['token']}"
            if kind.startswith("application/x-www"):
                body = b"csrf=" + csrf.encode() + b"&" + body
            reply = place.administrator.request(route.method, place.path(route.path), content=body, headers=headers)
            learner_goes_on = route.for_learner and reply.status_code == 303
            starts = route.path == "/q/{code}/{tag}" and reply.status_code == 303
            must_refuse = not (learner_goes_on or starts) and "megabyte" in name
            if said := wrong_with(reply, api=False, must_refuse=must_refuse):
                wrong.append(f"{route} {name}: {said}")
    assert wrong == [], chr(10).join(wrong)
    after, written = place.rows(), {"attempt", "journal_entry"}  # a request that is shown to its jury is written down
    assert {name: after[name] for name in before if name not in written} == {
        name: before[name] for name in before if name not in written
    }


@pytest.mark.slow
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
    assert wrong == [], chr(10).join(wrong)
    assert place.rows() == before


def test_a_title_that_grows_when_it_is_normalised_is_too_long_not_an_error(place):
    """One letter in, two letters out of NFC: 200 of them are within the limit before, and beyond it after."""
    with pytest.raises(ValueError, match="long"):
        DiagnosticIn.model_validate({"title": "\u0958" * 200, "selection": world.SELECTION})
    reply = place.administrator.post("/api/v1/diagnostics", json=world.DIAGNOSTIC | {"title": "\u0958" * 200})
    assert (reply.status_code, not_a_problem(reply)) == (422, "")


@pytest.mark.slow
def test_poison_in_every_address(routes, place, turn):
    before, wrong = place.rows(), []
    parts = [(route, name) for route in routes for name in re.findall(r"{(\w+)}", route.path)]
    kinds = [route.addressed(name) for route, name in parts]
    for (route, name), poisons in zip(parts, covering(kinds, PATHS, turn=turn), strict=True):
        for poison in poisons:
            path = place.path(route.path, **{name: poison})
            given = world.body_for(route.method, route.path, "", place.values)
            given["headers"] = given.get("headers", {}) | headers_of(route, place)
            reply = place.administrator.request(route.method, path, **given)
            ours = route.path.startswith("/q/") or name == "tag"
            if said := wrong_with(reply, api=route.is_api, must_refuse=not ours and reply.status_code != 303):
                wrong.append(f"{route} {name}={poison[:30]}: {said}")
            if "set-cookie" in reply.headers and "a=b" in reply.headers["set-cookie"]:
                wrong.append(f"{route} {poison}: split")
    assert wrong == [], chr(10).join(wrong)
    after = place.rows()
    assert {k: v for k, v in after.items() if k != "attempt"} == {k: v for k, v in before.items() if k != "attempt"}


@pytest.mark.slow
def test_poison_in_the_query_the_cookies_and_the_headers(routes, place, turn):
    place.administrator.get(place.path("/pathways/{pathway_id}"))  # what a day changed is worked out once, by who opens
    before, wrong = place.rows(), []
    doors = [route for route in routes if route.method in SAFE]
    for route, sets in zip(doors, covering([one.door for one in doors], HEADERS, turn=turn), strict=True):
        path = place.path(route.path)
        for headers in sets:
            sent = {
                name: value.encode("latin-1") if isinstance(value, str) else value for name, value in headers.items()
            }
            reply = place.administrator.get(path, headers=sent)
            if said := wrong_with(reply, api=route.is_api, must_refuse=False):
                wrong.append(f"{route} {str(headers)[:60]}: {said}")
        reply = place.administrator.get(f"{path}?{QUERY}")
        if said := wrong_with(reply, api=route.is_api, must_refuse=False):
            wrong.append(f"{route} query: {said}")
    assert wrong == [], chr(10).join(wrong)
    written = {"sign_in_link", "journal_entry"}  # opening a profile or taking a table away is written down
    assert {k: v for k, v in place.rows().items() if k not in written} == {
        k: v for k, v in before.items() if k not in written
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


def test_a_bound_is_said_in_each_language_of_the_page_by_itself(place):
    reply = place.administrator.post("/sign-in?lang=ar", content=b"x" * (LARGEST_BODY + 1))
    assert reply.status_code == 413
    assert "Au plus 256\u00a0ko." in reply.text
    assert "256\u00a0كيلوبايت" in reply.text


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


@pytest.mark.slow
def test_a_formula_in_a_title_stays_words(place):
    csrf = world.csrf_of(place.administrator)
    for title in (
        '=HYPERLINK("http://a.example")',
        "+1",
        "-1",
        "@SUM(A1)",
        "<script>alert(1)</script>",
        '"><img src=x>',
    ):
        made = place.administrator.post(
            "/diagnostics/new",
            data={"csrf": csrf} | world.FORMS["/diagnostics/new"] | {"title": title, "action": "publish"},
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
    assert len(rows) == 4
    assert len({len(row) for row in rows}) == 1
    assert all(re.match(r"\w|$", cell) for row in rows for cell in row)
    assert urllib.parse.unquote(place.values["code"]).isalnum()
