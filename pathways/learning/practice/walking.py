"""Every way through a practice: what it can lead to. Pure.

In each screen every action is tried, with all fields filled in rightly and with one of them filled in as each example
of a mistake says. What one mistake becomes does not depend on the others, so that each is followed by itself: the ways
with one mistake are few, those with all of them would be thousands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pathways.learning.practice.documents import END, PracticeDocument, ScreenDocument
from pathways.learning.practice.playing import Standing, begin, play

Press = tuple[str, Mapping[str, str]]
"""An action, and what is typed."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What was found."""

    screens: frozenset[str]
    """That can be seen."""
    stuck: frozenset[str]
    """Of these, from which the end cannot be reached."""
    right: tuple[Press, ...] | None
    """The shortest way to the end without a mistake."""
    wrong: Mapping[str, tuple[Press, ...]]
    """For each mistake that can be made, the shortest way to the end that tells of it: made, or made and put right."""


def ways(practice: PracticeDocument) -> Ways:
    leads = _leads(practice)
    screens = _reached(leads, begin(practice).screen)
    ending = {END} | {one for one in screens if END in _reached(leads, one)}
    wrong = {
        one.id: way for one in practice.mistakes if (way := _way(practice, frozenset({one.id}), tells=True)) is not None
    }
    right = _way(practice, frozenset(one.id for one in practice.mistakes), tells=False)
    return Ways(frozenset(screens), frozenset(screens - ending), right, wrong)


def tries(screen: ScreenDocument) -> Iterator[Press]:
    """What is typed matters only to an action that sends it."""
    right = {one.id: one.right for one in screen.fields}
    wrong = [{**right, one.id: check.example} for one in screen.fields for check in one.checks]
    wrong += [{**right, one.id: option.id} for one in screen.fields for option in one.options if option.mistake]
    for action in screen.actions:
        yield action.id, right
        if action.sends:
            for typed in wrong:
                yield action.id, typed


def _way(practice: PracticeDocument, followed: frozenset[str], *, tells: bool) -> tuple[Press, ...] | None:
    """Breadth first, the shortest way to the end that tells of what is followed; or, of none of it, and then only what
    is right is looked at.
    """
    start = begin(practice)
    seen, waiting = {_key(start)}, deque[tuple[Standing, tuple[Press, ...]]]([(start, ())])
    while waiting:
        here, way = waiting.popleft()
        if here.is_over:
            if tells == bool(here.noted | here.mended):
                return way
            continue
        screen = practice.screen(here.screen)
        for press in tries(screen) if screen else ():
            turn = play(practice, here, *press).standing
            there = replace(turn, noted=turn.noted & followed, mended=turn.mended & followed)
            if (tells or not there.noted | there.mended) and _key(there) not in seen:
                seen.add(_key(there))
                waiting.append((there, (*way, press)))
    return None


def _key(here: Standing) -> tuple[str, frozenset[str], frozenset[str]]:
    return here.screen, here.noted, here.mended


def _leads(practice: PracticeDocument) -> dict[str, set[str]]:
    return {
        one.id: {play(practice, Standing(one.id), *press).standing.screen for press in tries(one)}
        for one in practice.screens
    }


def _reached(leads: Mapping[str, set[str]], start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        for one in leads.get(waiting.pop(), set()) - found:
            found.add(one)
            waiting.append(one)
    return found
