"""Criteria as a page shows them: what is needed, how far somebody has come, what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from pathways import i18n
from pathways.badges.criteria import wording
from pathways.badges.criteria.nodes import All, Group
from pathways.badges.criteria.phrasing import Words, alike
from pathways.badges.criteria.progress import Progress, leaves, next_needed
from pathways.badges.criteria.standing import Count, Kind
from pathways.badges.criteria.wording import Language, Line, Names
from pathways.badges.issuing import naming
from pathways.i18n import D_

SAID_OTHERWISE = (Kind.PARTS, Kind.DECISIONS, Kind.HELD, Kind.SEEN)
"""Counts that say nothing beside *done* and *to do*."""
OF = D_("%(have)s sur %(need)s")


@dataclass(frozen=True, slots=True)
class Row:
    """One point of the list."""

    place: str
    """In the tree (``Progress.place``)."""
    kind: str
    """Which leaf: ``profile``, ``endorsements`` ...; ``group`` where several stand together."""
    text: str
    under: tuple[Line, ...]
    """In more detail."""
    met: bool
    is_next: bool
    counts: tuple[str, ...]
    """*2 sur 3*"""
    missing: tuple[Line, ...]
    """Of micro-skills: which, and why."""
    lacks: tuple[str, ...]
    """The same as ``framework:CODE``."""
    parts: tuple[Row, ...] = ()


def rows_of(
    db: Session, found: Progress, language: Language, *, nearest_first: bool = False, waits: bool = False
) -> list[Row]:
    """The points of the whole, in the order of the criteria or, for a candidate, that which takes least first and what
    is done last. The very next one is marked, unless whoever reads it only ``waits``.
    """
    names = naming.names_for(db, [found.node], language)
    following = None if waits else next_needed(found)
    shown = _Shown(language, names, following[0].place if following else None, nearest_first)
    return shown.parts(found) if isinstance(found.node, All) else [shown.row(found)]


def every(rows: Iterable[Row]) -> Iterable[Row]:
    """All of them, also those inside of others."""
    for one in rows:
        yield one
        yield from every(one.parts)


@dataclass(frozen=True, slots=True)
class _Shown:
    language: Language
    names: Names
    following: str | None
    nearest_first: bool

    def parts(self, found: Progress) -> list[Row]:
        """To a candidate, of a choice that is made, nothing more than what made it."""
        parts = found.parts
        if self.nearest_first:
            wanted = [one for one in parts if one.met or not found.met]
            parts = tuple(sorted(wanted, key=lambda one: (one.met, one.effort)))
        return [self.row(one) for one in parts]

    def row(self, found: Progress) -> Row:
        line = wording.needed(found.node, self.language, self.names)
        row = Row(
            place=found.place,
            kind="group",
            text=line.text,
            under=line.under,
            met=found.met,
            is_next=found.place == self.following,
            counts=tuple(self.count(one) for one in found.counts if one.kind not in SAID_OTHERWISE),
            missing=(),
            lacks=(),
        )
        if isinstance(found.node, Group) and alike(found.node.of) is None:
            return replace(row, under=(), parts=tuple(self.parts(found)))
        below = list(leaves(found))
        lacks = () if found.met else tuple(lack.skill for one in below for lack in one.lacks)
        return replace(
            row,
            kind=type(below[0].node).__name__.lower(),
            is_next=any(one.place == self.following for one in below),
            counts=row.counts or tuple(self.count(one) for one in found.counts if len(below) > 1),
            missing=() if found.met or not lacks else wording.still(found, self.language, self.names).under,
            lacks=lacks,
        )

    def count(self, count: Count) -> str:
        """A number of minutes is told in hours."""
        have, need = str(count.have), str(count.need)
        if count.kind is Kind.MINUTES:
            words = Words(self.language, self.names, "needed")
            have, need = words.time(count.have), words.time(count.need)
        return i18n.sentence(OF, {"have": have, "need": need}, self.language)
