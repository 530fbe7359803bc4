"""Addresses: what a feature declares, and the table in which a path finds who answers it.

FastAPI builds every route at start and tries one after the other. With a thousand of them a start took eleven seconds,
and finding the route 6 to 14 ms of each request (decision 33). Here a path is followed segment by segment, and a route
is built when it is first asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send


@dataclass(frozen=True)
class Declared:
    """One address as a feature declares it: its path, the function that answers, and what FastAPI is told of it."""

    path: str
    endpoint: Callable[..., Any]
    route_class: type[APIRoute]
    options: Mapping[str, Any]

    @property
    def methods(self) -> frozenset[str]:
        return frozenset(self.options.get("methods") or ("GET",))


class Router(APIRouter):
    """The addresses of one feature, declared as with FastAPI's router of which it is one; none of them is built yet."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.declared: list[Declared] = []

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Keep what the decorators (``@router.get`` and its like) say."""
        kept = options | {
            "tags": [*self.tags, *(options.get("tags") or ())],
            "dependencies": [*self.dependencies, *(options.get("dependencies") or ())],
            "responses": self.responses | (options.get("responses") or {}),
        }
        route_class = kept.pop("route_class_override", None) or self.route_class
        self.declared.append(Declared(self.prefix + path, endpoint, route_class, kept))

    def include_router(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: FastAPI would lose its addresses without a word."""
        raise TypeError("a table takes in each router by itself: name it in pathways.faces")


@dataclass(frozen=True, eq=False)
class Address:
    """One line of the table. Lines are tried in the order of `number` where several answer to a path."""

    number: int
    prefix: str
    declared: Declared
    in_schema: bool
    responses: Mapping[int | str, dict[str, Any]]
    _building: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def path(self) -> str:
        return self.prefix + self.declared.path

    @property
    def route(self) -> APIRoute:
        """The route of FastAPI, built the first time; requests and the OpenAPI document may want it at once."""
        with self._building:
            return self._route

    @cached_property
    def _route(self) -> APIRoute:
        said, options = self.declared, dict(self.declared.options)
        options["responses"] = dict(self.responses) | options["responses"]
        options["include_in_schema"] = self.in_schema and options.get("include_in_schema", True)
        return said.route_class(self.path, said.endpoint, **options)


@dataclass
class _Branch:
    """What may follow one segment of a path."""

    literal: dict[str, _Branch] = field(default_factory=dict)
    variable: _Branch | None = None
    ends: list[Address] = field(default_factory=list)
    swallowing: list[Address] = field(default_factory=list)
    """Addresses whose variable part goes on over any number of segments."""

    def grow(self, segments: Sequence[str], address: Address) -> None:
        if not segments:
            self.ends.append(address)
        elif ":path}" in segments[0]:
            self.swallowing.append(address)
        elif "{" in segments[0]:
            self.variable = self.variable or _Branch()
            self.variable.grow(segments[1:], address)
        else:
            self.literal.setdefault(segments[0], _Branch()).grow(segments[1:], address)

    def reached(self, segments: Sequence[str]) -> Iterator[Address]:
        yield from self.swallowing
        if not segments:
            yield from self.ends
            return
        if (literal := self.literal.get(segments[0])) is not None:
            yield from literal.reached(segments[1:])
        if self.variable is not None:
            yield from self.variable.reached(segments[1:])


class RouteTable(BaseRoute):
    """All addresses of an application, to it a single route."""

    def __init__(self) -> None:
        self.addresses: list[Address] = []
        self._root = _Branch()

    def add(
        self,
        router: Router,
        prefix: str = "",
        *,
        in_schema: bool = True,
        responses: Mapping[int | str, dict[str, Any]] | None = None,
    ) -> None:
        """Take in what a feature declares, below `prefix`; `responses` are documented for each of its addresses."""
        for declared in router.declared:
            address = Address(len(self.addresses), prefix, declared, in_schema, responses or {})
            self.addresses.append(address)
            self._root.grow(address.path.split("/"), address)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first address whose method is asked for, else the first that knows the path with other methods."""
        if scope["type"] != "http":
            return Match.NONE, {}
        partly: tuple[Match, Scope] = Match.NONE, {}
        for address in sorted(self._root.reached(_route_path(scope).split("/")), key=lambda one: one.number):
            match, found = address.route.matches(scope)
            if match is Match.FULL:
                return match, found
            if partly[0] is Match.NONE:
                partly = match, found
        return partly

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the route that `matches` found."""
        await scope["route"].handle(scope, receive, send)


class Application(FastAPI):
    """FastAPI over a table of addresses."""

    def __init__(self, table: RouteTable, **options: Any) -> None:
        super().__init__(routes=[table], openapi_url=None, docs_url=None, redoc_url=None, **options)
        self.table = table
        self._describing = threading.Lock()

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document. The first time takes seconds: never call it in the event loop."""
        with self._describing:
            if self.openapi_schema is None:
                self.openapi_schema = get_openapi(
                    title=self.title,
                    version=self.version,
                    openapi_version=self.openapi_version,
                    summary=self.summary,
                    description=self.description,
                    routes=[address.route for address in self.table.addresses if address.in_schema],
                )
        return self.openapi_schema


def _route_path(scope: Scope) -> str:
    """The path below the one at which a proxy shows the application."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(root + "/") else path
