"""A diagnostic that is published and taken in one transaction, by the service functions alone."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from pathways import ids
from pathways.diagnostics import taking
from pathways.diagnostics.blueprint import Blueprint, Blueprints
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.selections import Selection
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.diagnostics.taking import Door
from pathways.permissions import Member
from pathways.referentials.service import USUAL_FRAMEWORK
from tests.conftest import SECRET
from tests.reception.conftest import member_of


@dataclass
class Trying:
    db: Session
    door: Door = field(default_factory=lambda: Door(SECRET, Blueprints(clock=time.monotonic)))
    members: list[Member] = field(default_factory=list)

    @property
    def member(self) -> Member:
        if not self.members:
            self.members.append(member_of(self.db))
        return self.members[0]

    def publish(self, skills: tuple[str, ...], **values: Any) -> Blueprint:
        selection = Selection(**{"skills": skills, "languages": ("fr", "ar"), "varied": False} | values)
        made = composing.create(self.db, self.member, title="Essai", framework=USUAL_FRAMEWORK, selection=selection)
        return taking.blueprint_of(self.db, self.door, composing.publish(self.db, self.member, made.id).id)

    def frozen(self, blueprint: Blueprint) -> dict[str, Any]:
        return self.db.get_one(Diagnostic, blueprint.diagnostic_id).blueprint

    def begin(self, blueprint: Blueprint, language: str = "fr", **values: Any) -> Attempt:
        attempt = taking.new_attempt(self.door, blueprint, language, **values)
        self.db.add(attempt)
        self.db.flush()
        return attempt

    def say(self, attempt: Attempt, times: int = 40, outcome: str = "dont_know") -> list[str]:
        """Give the same answer so many times, or until it is over; what was asked."""
        asked: list[str] = []
        while attempt.current_item is not None and len(asked) < times:
            asked.append(attempt.current_item)
            key = ids.random_id().hex
            taking.answer(self.db, self.door, attempt.id, key=key, item=asked[-1], outcome=outcome, response=None)
        return asked
