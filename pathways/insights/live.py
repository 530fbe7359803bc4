"""Who is at it now: the latest attempts of a day, where each stands, and who may need somebody."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics import steering, taking
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.engine import Outcome
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.diagnostics.taking import Door
from pathways.insights import group, periods
from pathways.insights.group import Wanted
from pathways.insights.periods import Period
from pathways.permissions import Member

STILL_SECONDS = 300.0
"""After so long without an answer, somebody may need a hand."""
OFTEN = 2
"""*I do not understand*, so many times: the language may be the wrong one."""


@dataclass(frozen=True, slots=True)
class Row:
    attempt: Attempt
    name: str
    running: bool
    question: int
    """The number of the question on the screen; of one that is over, of the last."""
    at_most: int
    idle_seconds: float
    """Since the last thing that was done."""
    lost: int
    """*I do not understand*, in all."""
    in_a_row: bool
    """The last two answers were both that."""
    longer_to: int
    """What a press on *five more* asks for."""
    may_lengthen: bool

    @property
    def still(self) -> bool:
        return self.running and self.idle_seconds >= STILL_SECONDS

    @property
    def lost_often(self) -> bool:
        return self.lost >= OFTEN

    @property
    def needs_somebody(self) -> bool:
        return self.running and (self.still or self.lost_often)


@dataclass(frozen=True, slots=True)
class Live:
    diagnostic: Diagnostic
    rows: tuple[Row, ...]
    """In the order they came, the latest first: nothing moves under a finger."""
    found: int

    @property
    def running(self) -> int:
        return sum(one.running for one in self.rows)

    @property
    def waiting(self) -> int:
        return sum(one.needs_somebody for one in self.rows)


def of(db: Session, door: Door, member: Member, diagnostic_id: uuid.UUID, wanted: Wanted | None = None) -> Live:
    """Those of today, unless another period is wanted."""
    diagnostic = group.published(db, member, diagnostic_id)
    wanted = wanted or Wanted()
    if wanted.period.first is None:
        wanted = replace(wanted, period=Period(periods.today(), wanted.period.last))
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    answers = group.answers_of(db, diagnostic, wanted)
    rows = [
        _row(blueprint, attempt, name, answers.get(attempt.id, []))
        for attempt, name in group.named(db, diagnostic, wanted)
    ]
    return Live(diagnostic, tuple(rows), group.count(db, diagnostic, wanted))


def _row(blueprint: Blueprint, attempt: Attempt, name: str, answers: Sequence[sa.Row[Any]]) -> Row:
    lost = [one.outcome == Outcome.NOT_UNDERSTOOD for one in answers]
    running = attempt.stopped is None
    return Row(
        attempt=attempt,
        name=name,
        running=running,
        question=attempt.answered + running,
        at_most=taking.progress_of(attempt, blueprint)["at_most"],
        idle_seconds=max(0.0, (clock.now() - max(attempt.active_at, attempt.shown_at)).total_seconds()),
        lost=sum(lost),
        in_a_row=len(lost) >= OFTEN and all(lost[-OFTEN:]),
        longer_to=steering.longer(attempt),
        may_lengthen=steering.may_lengthen(attempt),
    )
