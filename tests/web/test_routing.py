"""The table of addresses: it finds what trying one route after the other finds."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from fastapi import Depends
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Match

from pathways.web.bodies import StrictRoute
from pathways.web.routing import Address, Application, Declared, Router, RouteTable

SEGMENTS = st.sampled_from(["", "a", "b", "a.csv", "{x}", "{y}.csv", "{n:int}", "{rest:path}"])
TEMPLATES = st.lists(SEGMENTS, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(_each_name_once(parts)))
PATHS = st.lists(st.sampled_from(["", "a", "b", "7", "a.csv", "é"]), max_size=5).map(
    lambda parts: "/" + "/".join(parts)
)
METHODS = st.sampled_from(["GET", "POST", "DELETE"])


def _each_name_once(parts: list[str]) -> list[str]:
    return [part.replace("{", "{" + "abcd"[place]) for place, part in enumerate(parts)]


def nothing() -> None:
    """Answers nothing."""


def table_of(declared: list[tuple[str, str]]) -> RouteTable:
    router = Router()
    for path, method in declared:
        router.add_api_route(path, nothing, methods=[method])
    table = RouteTable()
    table.add(router)
    return table


def scope_of(path: str, method: str = "GET", root_path: str = "") -> dict[str, object]:
    return {"type": "http", "method": method, "path": path, "root_path": root_path, "path_params": {}}


@given(st.lists(st.tuples(TEMPLATES, METHODS), max_size=12), PATHS, METHODS)
def test_it_finds_what_trying_each_route_in_turn_finds(declared, path, method):
    table = table_of(declared)
    tried = [address.route.matches(scope_of(path, method)) for address in table.addresses]
    full = [one for one in tried if one[0] is Match.FULL]
    partial = [one for one in tried if one[0] is Match.PARTIAL]
    assert table.matches(scope_of(path, method)) == next(iter([*full, *partial]), (Match.NONE, {}))


def test_the_path_below_a_proxy_s_own():
    table = table_of([("/a", "GET")])
    assert table.matches(scope_of("/centre/a", root_path="/centre"))[0] is Match.FULL
    assert table.matches(scope_of("/centres/a", root_path="/centre"))[0] is Match.NONE


@pytest.mark.parametrize("path", ["/" * 20_000, "/a" * 20_000, "/" + "a" * 100_000])
def test_an_endless_path_finds_nothing(path):
    assert table_of([("/a/{x}", "GET"), ("/{x}/a", "GET")]).matches(scope_of(path))[0] is Match.NONE


def test_a_websocket_finds_nothing():
    assert table_of([("/a", "GET")]).matches({"type": "websocket", "path": "/a"}) == (Match.NONE, {})


def test_what_a_router_and_the_table_say_holds_for_each_address():
    def before() -> None:
        """Comes first."""

    router = Router(prefix="/places", tags=["places"], route_class=StrictRoute, dependencies=[Depends(before)])

    @router.get("/{code}", tags=["one"], responses={404: {"description": "Unknown"}})
    def place(code: str) -> str:
        return code

    table = RouteTable()
    table.add(router, "/api", responses={422: {"description": "Refused"}})
    (address,) = table.addresses
    route = address.route
    assert isinstance(route, StrictRoute)
    assert (address.path, route.path, route.endpoint) == ("/api/places/{code}", "/api/places/{code}", place)
    assert (route.tags, set(route.responses)) == (["places", "one"], {404, 422})
    assert [one.call for one in route.dependant.dependencies] == [before]
    assert TestClient(Application(table)).get("/api/places/tours").json() == "tours"


def test_pages_are_not_in_the_document_and_other_methods_are_refused():
    table = table_of([("/a", "POST")])
    hidden = Router()
    hidden.add_api_route("/b", nothing)
    table.add(hidden, in_schema=False)
    app = Application(table)
    assert list(app.openapi()["paths"]) == ["/a"]
    client = TestClient(app)
    assert (client.get("/a").status_code, client.get("/a").headers["allow"]) == (405, "POST")
    assert (client.get("/b/", follow_redirects=False).status_code, client.get("/b/").status_code) == (307, 200)
    assert client.get("/c").status_code == 404


def test_a_route_is_built_once_however_many_ask():
    built = []

    class Counted(StrictRoute):
        def __init__(self, *args: Any, **options: Any) -> None:
            built.append(threading.get_ident())
            super().__init__(*args, **options)

    address = Address(0, "", Declared("/a", nothing, Counted, {"responses": {}}), True, {})
    assert built == []

    async def all_at_once() -> list[object]:
        return await asyncio.gather(*(asyncio.to_thread(lambda: address.route) for _ in range(20)))

    assert len({id(route) for route in asyncio.run(all_at_once())}) == len(built) == 1


def test_a_router_in_a_router_is_refused_and_not_lost():
    with pytest.raises(TypeError, match=r"pathways\.faces"):
        Router().include_router(Router())
