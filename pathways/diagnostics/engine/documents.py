"""Reading plain JSON values without guessing: a wrong kind of value is named, never converted."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pathways.diagnostics.engine.errors import InvalidStructure


def mapping(value: object, what: str, keys: Collection[str]) -> Mapping[str, Any]:
    """Return the value as a mapping with exactly these keys; ``what`` names it in errors."""
    if not isinstance(value, Mapping):
        raise InvalidStructure(f"{what} is no object: {value!r}")
    for key in sorted(set(keys) - set(value)):
        raise InvalidStructure(f"{what} lacks {key!r}")
    for key in sorted(set(value) - set(keys)):
        raise InvalidStructure(f"{what} has an unknown key {key!r}")
    return value


def sequence(value: object, what: str) -> Sequence[Any]:
    """Return the value as a list."""
    if not isinstance(value, list | tuple):
        raise InvalidStructure(f"{what} is no list: {value!r}")
    return value


def text(value: object, what: str) -> str:
    """Return the value as a string."""
    if not isinstance(value, str):
        raise InvalidStructure(f"{what} is no text: {value!r}")
    return value


def number(value: object, what: str) -> float:
    """Return the value as a float; strings and booleans are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidStructure(f"{what} is no number: {value!r}")
    return float(value)


def truth(value: object, what: str) -> bool:
    """Return the value as a truth value."""
    if not isinstance(value, bool):
        raise InvalidStructure(f"{what} is neither true nor false: {value!r}")
    return value
