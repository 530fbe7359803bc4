"""Playing a practice: from where a person stands, and what they pressed and typed, to what they see next. Pure.

Where somebody stands (:class:`Standing`) holds words of the file alone: a screen, mistakes, options. What they typed is
looked at once, and is in nothing that comes out of here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pathways.learning.practice.documents import (
    END,
    ActionDocument,
    CheckDocument,
    FieldDocument,
    MistakeDocument,
    PracticeDocument,
    RightDocument,
    ScreenDocument,
)

LONGEST = 500
"""Letters of what is typed that are looked at."""
EMPTY = "Ce champ est obligatoire."
"""What sites write, in French, beneath a field that was left empty: part of the imitation, never translated."""
_PLACE = re.compile(r"\{([a-z][a-z0-9-]*)\}")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands in an exercise. All of it is ids of its file."""

    screen: str
    noted: frozenset[str] = frozenset()
    """Mistakes that stand."""
    mended: frozenset[str] = frozenset()
    """Mistakes that were made and put right."""
    picks: Mapping[str, str] = field(default_factory=dict)
    """``{field: option}`` of what was chosen and not typed."""

    @property
    def is_over(self) -> bool:
        return self.screen == END


@dataclass(frozen=True, slots=True)
class Fault:
    """What the imitated site says beneath a field, and the mistake behind it, if it is more than an empty field."""

    refused: str
    mistake: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What comes of one press. With ``faults`` the person stays where they are, as on a real site."""

    standing: Standing
    faults: Mapping[str, Fault] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What is said at the end. No score, no order of merit."""

    rights: tuple[RightDocument, ...]
    mistakes: tuple[MistakeDocument, ...]
    mended: tuple[MistakeDocument, ...]


def begin(practice: PracticeDocument) -> Standing:
    return Standing(practice.screens[0].id)


def standing(
    practice: PracticeDocument,
    screen: str,
    noted: Iterable[str] = (),
    mended: Iterable[str] = (),
    picks: Mapping[str, str] | None = None,
) -> Standing | None:
    """Where an address says that somebody stands; ``None`` for a screen that does not exist, and whatever else the file
    does not know is left out.
    """
    if screen != END and practice.screen(screen) is None:
        return None
    known = {one.id for one in practice.mistakes}
    options = {one.id: {option.id for option in one.options} for one in _fields(practice)}
    kept = {name: pick for name, pick in (picks or {}).items() if pick in options.get(name, ())}
    stands = frozenset(noted) & known
    return Standing(screen, stands, (frozenset(mended) & known) - stands, kept)


def play(practice: PracticeDocument, here: Standing, pressed: str, typed: Mapping[str, str]) -> Turn:
    """One press of an action of the screen; of none that it has, nothing happens."""
    screen = practice.screen(here.screen)
    action = next((one for one in screen.actions if one.id == pressed), None) if screen else None
    if screen is None or action is None:
        return Turn(here)
    there = replace(here, screen=action.to)
    if action.sends:
        faults, made, picks = _looked_at(screen, typed)
        there = _with(there, screen, made, picks)
        if faults:
            tried = {one.mistake for one in faults.values() if one.mistake}
            return Turn(replace(there, screen=here.screen, mended=(there.mended | tried) - there.noted), faults)
    if action.mistake:
        there = replace(there, noted=there.noted | {action.mistake}, mended=there.mended - {action.mistake})
    return Turn(there)


def told(practice: PracticeDocument, here: Standing) -> Told:
    """What was right, what went wrong and where to look, in the order of the file."""
    return Told(
        tuple(one for one in practice.rights if not here.noted & set(one.unless)),
        tuple(one for one in practice.mistakes if one.id in here.noted),
        tuple(one for one in practice.mistakes if one.id in here.mended),
    )


def filled(practice: PracticeDocument, text: str, picks: Mapping[str, str]) -> str:
    """A text of the imitation with what was chosen before: ``{day}`` becomes ``Mardi 8 juin``."""
    words = {
        one.id: option.text for one in _fields(practice) for option in one.options if picks.get(one.id) == option.id
    }
    return _PLACE.sub(lambda found: words.get(found[1], "…"), text)


def places(text: str) -> set[str]:
    """The fields whose choice a text repeats."""
    return set(_PLACE.findall(text))


def makes(one: FieldDocument) -> set[str]:
    """The mistakes that can be made in a field."""
    return {check.mistake for check in one.checks} | {option.mistake for option in one.options if option.mistake}


def catches(check: CheckDocument, text: str, typed: Mapping[str, str]) -> bool:
    """Whether what is typed is what the check is for."""
    if check.same_as is not None:
        return text != _read(typed, check.same_as)
    if check.like is not None:
        return re.search(check.like, text) is not None
    return check.unlike is not None and re.search(check.unlike, text) is None


def _looked_at(screen: ScreenDocument, typed: Mapping[str, str]) -> tuple[dict[str, Fault], set[str], dict[str, str]]:
    """What the site refuses, by field; the mistakes that it lets pass; what was chosen."""
    faults, made, picks = dict[str, Fault](), set[str](), dict[str, str]()
    for one in screen.fields:
        text = _read(typed, one.id)
        if not text or (one.options and text not in {option.id for option in one.options if not option.closed}):
            if one.required:
                faults[one.id] = Fault(EMPTY)
            continue
        if one.options:
            picks[one.id] = text
        refused, mistake = _wrong(one, text, typed)
        if refused:
            faults[one.id] = Fault(refused, mistake)
        elif mistake:
            made.add(mistake)
    return faults, made, picks


def _wrong(one: FieldDocument, text: str, typed: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The site's own words about it, and the mistake."""
    for option in one.options:
        if option.id == text:
            return option.refused, option.mistake
    check = next((check for check in one.checks if catches(check, text, typed)), None)
    return (check.refused, check.mistake) if check else (None, None)


def _with(there: Standing, screen: ScreenDocument, made: set[str], picks: Mapping[str, str]) -> Standing:
    """The same screen sent again counts in place of the time before: what it mended is mended."""
    able = {mistake for one in screen.fields for mistake in makes(one)}
    noted = (there.noted - able) | made
    mended = (there.mended | (there.noted & able)) - noted
    return replace(there, noted=noted, mended=mended, picks={**there.picks, **picks})


def _read(typed: Mapping[str, str], name: str) -> str:
    return typed.get(name, "")[:LONGEST].strip()


def _fields(practice: PracticeDocument) -> Iterator[FieldDocument]:
    return (one for screen in practice.screens for one in screen.fields)


def action(screen: ScreenDocument, code: str) -> ActionDocument | None:
    return next((one for one in screen.actions if one.id == code), None)
