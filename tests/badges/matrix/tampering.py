"""A document in which one thing was changed: a value, or the name of one."""

from __future__ import annotations

import copy
import random
import string
from collections.abc import Iterator, Mapping
from typing import Any

Place = tuple[str | int, ...]
"""The way to a value: keys and positions."""
ALPHABETS = (string.digits, string.ascii_lowercase, string.ascii_uppercase)


def tampered(document: Mapping[str, Any], times: int, seed: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """`times` distinct documents, each with a place of its own changed at random, and where that is.

    A place is a leaf or a key. One letter or digit becomes another, so that a date stays a date and an address an
    address: what nobody sees by looking. Every place is taken once before one is taken twice.
    """
    chance = random.Random(seed)
    seen = [dict(document)]
    while len(seen) <= times:
        places = list(_places(document))
        chance.shuffle(places)
        for place, is_key in places:
            changed = _changed(document, place, chance, is_key=is_key)
            if changed not in seen and len(seen) <= times:
                seen.append(changed)
                yield f"{'key' if is_key else 'value'} {'.'.join(map(str, place))}", changed


def _places(value: Any, way: Place = ()) -> Iterator[tuple[Place, bool]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield (*way, key), True
            yield from _places(inner, (*way, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _places(inner, (*way, position))
    else:
        yield way, False


def _changed(document: Mapping[str, Any], place: Place, chance: random.Random, *, is_key: bool) -> dict[str, Any]:
    whole = copy.deepcopy(dict(document))
    holder: Any = whole
    for step in place[:-1]:
        holder = holder[step]
    last = place[-1]
    if is_key:
        renamed = {_respelt(str(key), chance) if key == last else key: value for key, value in holder.items()}
        holder.clear()
        holder.update(renamed)
    else:
        holder[last] = _other(holder[last], chance)
    return whole


def _other(value: Any, chance: random.Random) -> Any:
    if isinstance(value, str):
        return _respelt(value, chance)
    if isinstance(value, bool) or value is None:
        return not value
    return value + 1


def _respelt(text: str, chance: random.Random) -> str:
    """The text with one letter or digit replaced by another of its kind; one letter more where it has none."""
    positions = [at for at, sign in enumerate(text) if any(sign in alphabet for alphabet in ALPHABETS)]
    if not positions:
        return f"{text}x"
    at = chance.choice(positions)
    alphabet = next(alphabet for alphabet in ALPHABETS if text[at] in alphabet)
    return text[:at] + chance.choice(alphabet.replace(text[at], "")) + text[at + 1 :]
