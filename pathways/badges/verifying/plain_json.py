"""JSON of strangers: each key once, only numbers that every reader reads alike, letters that every reader can write,
and a bound to everything. What is refused here is refused for one reason, by a stable code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

LARGEST = 1_000_000
"""Bytes."""
DEEPEST = 40
MOST_VALUES = 10_000
"""Objects, lists, texts and numbers together. A badge with ten endorsements in it has under 1,500."""
_LARGEST_NUMBER = 2**53
_NEVER = re.compile("[\0\ud800-\udfff\ufffe\uffff]")


class Unreadable(ValueError):
    """What was given cannot be read. ``code`` is stable: words are chosen by it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(data: bytes | str) -> Any:
    """The value of a JSON text. ``Unreadable`` with the code ``too-large``, ``not-text``, ``not-json``,
    ``duplicate-key``, ``number``, ``letters``, ``too-deep`` or ``too-many-values``.
    """
    if len(data) > LARGEST:
        raise Unreadable("too-large")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_each_once,
            parse_constant=_refused,
            parse_int=_whole,
            parse_float=_fraction,
        )
    except UnicodeDecodeError:
        raise Unreadable("not-text") from None
    except RecursionError:
        raise Unreadable("too-deep") from None
    except json.JSONDecodeError:
        raise Unreadable("not-json") from None
    _bounded(value)
    return value


def parse_object(data: bytes | str) -> dict[str, Any]:
    """The same, of a text that holds one object; ``not-json`` for any other value."""
    value = parse(data)
    if not isinstance(value, dict):
        raise Unreadable("not-json")
    return value


def values_in(value: Any) -> int:
    """How many objects, lists, texts and numbers it is made of."""
    waiting, seen = [value], 0
    while waiting:
        one = waiting.pop()
        seen += 1
        if isinstance(one, Mapping | list):
            waiting.extend(one.values() if isinstance(one, Mapping) else one)
    return seen


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("duplicate-key")
    return found


def _refused(_constant: str) -> NoReturn:
    raise Unreadable("number")


def _whole(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > _LARGEST_NUMBER:
        raise Unreadable("number")
    return int(digits)


def _fraction(digits: str) -> float:
    value = float(digits) if len(digits) <= 40 else float("inf")
    if abs(value) > _LARGEST_NUMBER:
        raise Unreadable("number")
    return value


def _bounded(value: Any) -> None:
    """Without recursion: how deep it goes is what is not known yet."""
    waiting: list[tuple[Any, int]] = [(value, 0)]
    seen = 0
    while waiting:
        one, depth = waiting.pop()
        seen += 1
        if isinstance(one, str):
            _must_be_letters(one)
            continue
        if not isinstance(one, Mapping | list):
            continue
        if depth >= DEEPEST:
            raise Unreadable("too-deep")
        if seen + len(waiting) + len(one) > MOST_VALUES:
            raise Unreadable("too-many-values")
        if isinstance(one, Mapping):
            for key in one:
                _must_be_letters(key)
        waiting.extend((each, depth + 1) for each in (one.values() if isinstance(one, Mapping) else one))
    if seen > MOST_VALUES:
        raise Unreadable("too-many-values")


def _must_be_letters(text: str) -> None:
    """Half of a surrogate pair is a letter in no encoding; a few code points are letters in no text."""
    if _NEVER.search(text):
        raise Unreadable("letters")
