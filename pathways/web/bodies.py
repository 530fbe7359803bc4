"""JSON bodies, read strictly: UTF-8, each key once, only numbers that JSON knows. A body with two meanings is refused,
since the one who sent it and the one who reads it would not choose the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute

DEEPEST = 60
"""Objects and lists in each other. No body that is asked for comes near it, and what writes one down again gives up at
some depth of its own.
"""


class StrictRoute(APIRoute):
    """The route class of the API's routers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return strictly


class _StrictRequest(Request):
    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            text = (await self.body()).decode("utf-8")
            found = json.loads(text, object_pairs_hook=_each_once, parse_constant=_refused)
            if text.count("[") + text.count("{") > DEEPEST and _is_deeper(found):
                raise json.JSONDecodeError("it is nested too deeply", "", 0)
            self._json = found
        return self._json


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise json.JSONDecodeError("a key stands twice", "", 0)
    return found


def _is_deeper(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        inside = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [each for one in inside for each in one]
        if not level:
            return False
    return any(isinstance(one, dict | list) for one in level)


def _refused(constant: str) -> NoReturn:
    raise json.JSONDecodeError(f"{constant} is no JSON number", "", 0)
