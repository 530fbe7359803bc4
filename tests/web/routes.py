"""Every route of an application, and what it asks of whoever calls it: read off the signatures."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_type_hints

from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from pathways.diagnostics import bearing, doors
from pathways.web.dependencies import Requires, RequiresForm
from pathways.web.routing import Application

LEARNER = {bearing.learner, doors._by_cookie, doors._by_open_door, bearing.reader, bearing.helper}
"""Dependencies that admit the holder of one attempt's token; the last two, some members as well."""
SAFE = {"GET", "HEAD"}


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    endpoint: Callable[..., Any]
    needs: tuple[Callable[..., Any], ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def is_host(self) -> bool:
        """Of the Open Badges API, whose paths and refusals are those of its specification."""
        return self.path.startswith("/ims/")

    @property
    def public_because(self) -> str:
        return getattr(self.endpoint, "public_because", "")

    @property
    def requires(self) -> Requires | None:
        return next((one for one in self.needs if isinstance(one, Requires)), None)

    @property
    def requires_form(self) -> bool:
        return any(isinstance(one, RequiresForm) for one in self.needs)

    @property
    def for_learner(self) -> bool:
        return any(one in LEARNER for one in self.needs)

    @property
    def door(self) -> tuple[bool, ...]:
        """What routes have in common that read a request in the same way, before any of their own code runs."""
        return self.is_api, self.is_host, self.for_learner, self.requires is not None, self.requires_form

    def declared(self, field: str) -> str:
        """The type of a field of the JSON body, with its bounds: the kind of what may be wrong with it."""
        for hint in get_type_hints(self.endpoint).values():
            if isinstance(hint, type) and issubclass(hint, BaseModel) and field in hint.model_fields:
                return f"{hint.model_fields[field].annotation} {hint.model_fields[field].metadata}"
        return field

    def addressed(self, name: str) -> str:
        """The kind of a part of the address: all identifiers are read alike, any other part in a way of its own."""
        return "identifier" if get_type_hints(self.endpoint).get(name) is uuid.UUID else name


def routes_of(app: Application) -> list[Route]:
    """All addresses, with each of their methods."""
    found = []
    for address in app.table.addresses:
        needs = tuple(_calls(address.route.dependant))
        methods = sorted(address.declared.methods)
        found += [Route(method, address.path, address.declared.endpoint, needs) for method in methods]
    return found


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for one in dependant.dependencies:
        if one.call is not None:
            yield one.call
        yield from _calls(one)
