"""The order of a pathway's steps when the planner's order meets what a trainer placed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence


def arranged(
    stored: Sequence[str], held: Collection[str], proposed: Sequence[str], after: Mapping[str, Sequence[str]]
) -> list[str]:
    """Keys of the open steps in their order of today.

    ``stored``: keys in the order that stands; ``held``: those among them that keep their place, counted from the first
    open step; ``proposed``: keys as the planner orders them; the others of it flow around what is held. ``after``: what
    a step waits for. A step that is new comes before what is held and waits for it: the trainer who placed that one
    could not know. What stood behind it before stays behind it: the trainer wanted it so.
    """
    flowing = [key for key in proposed if key not in held]
    places = {place: key for place, key in enumerate(stored) if key in held}
    known, found = set(stored), list[str]()

    def put(key: str) -> None:
        for one in after.get(key, ()):
            if one in flowing and one not in known:
                put(one)
        if key in flowing:
            flowing.remove(key)
        found.append(key)

    while flowing or places:
        if len(found) in places:
            put(places.pop(len(found)))
        elif places and (not flowing or min(places) < len(found)):
            put(places.pop(min(places)))
        else:
            put(flowing[0])
    return found
