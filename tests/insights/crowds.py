"""Made-up people in front of a published diagnostic, put straight into the database."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.people import service as people
from pathways.people.models import LearnerFile, Membership
from pathways.permissions import OF_ROLE, Member, Role
from pathways.referentials import service as referentials

SKILLS: tuple[str, ...] = ("SEC-01", "SEC-02", "MEL-03", "MEL-04", "NAV-03")


def member_of(db: Session, *, organisation: uuid.UUID | None = None, role: Role = Role.TRAINER) -> Member:
    """A new member, of a new organisation unless one is given."""
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    place = organisation or people.create_organisation(db, name="Une structure").id
    db.add(Membership(account_id=account.id, organisation_id=place, role=role))
    db.flush()
    return Member(account.id, account.name, place, "Une structure", role, OF_ROLE[role])


def published(
    db: Session, member: Member, *, skills: Sequence[str] = SKILLS, languages: Sequence[str] = ("fr", "ar", "uk")
) -> Diagnostic:
    wanted = Selection(skills=tuple(skills), languages=tuple(languages), accuracy=None, questions=20)
    made = composing.create(
        db, member, title="Avant l'atelier", framework=referentials.USUAL_FRAMEWORK, selection=wanted
    )
    return composing.publish(db, member, made.id)


@dataclass
class Crowd:
    """People who take one diagnostic."""

    db: Session
    member: Member
    diagnostic: Diagnostic

    @classmethod
    def new(cls, db: Session, **selection: Any) -> Crowd:
        member = member_of(db)
        return cls(db, member, published(db, member, **selection))

    @property
    def items(self) -> dict[str, list[str]]:
        """Codes of the questions of each micro-skill."""
        found: dict[str, list[str]] = {}
        for code in sorted(self.diagnostic.blueprint["items"]):
            if not code.endswith("-o"):
                found.setdefault(code.rpartition("-")[0], []).append(code)
        return found

    def file(self, label: str) -> LearnerFile:
        made = LearnerFile(organisation_id=self.member.organisation_id, label=label, sought=label[:120])
        self.db.add(made)
        self.db.flush()
        return made

    def add(
        self,
        outcomes: Mapping[str, str],
        *,
        language: str = "fr",
        at: datetime | None = None,
        file: LearnerFile | None = None,
        stopped: str | None = "all_decided",
        reveals: Mapping[str, Sequence[str]] | None = None,
        **columns: Any,
    ) -> Attempt:
        """One attempt: ``{micro-skill: outcome}`` for all its questions (or one question's code, which then counts)."""
        at = at or clock.now()
        attempt = Attempt(
            **{
                "id": ids.random_id(),
                "diagnostic_id": self.diagnostic.id,
                "language": language,
                "resume_digest": ids.digest(ids.new_token()),
                "stopped": stopped,
                "started_at": at,
                "active_at": at,
                "shown_at": at,
                "file_id": file.id if file else None,
                "expires_at": clock.now() + timedelta(days=30),
            }
            | columns
        )
        given = {item: outcome for code, outcome in outcomes.items() for item in self.items.get(code, [code])}
        attempt.answered = columns.get("answered", len(given))
        self.db.add(attempt)
        self.db.flush()
        for number, (item, outcome) in enumerate(given.items(), 1):
            told = (reveals or {}).get(item, ()) if outcome == "incorrect" else ()
            self.db.add(answer(attempt.id, number, item, outcome, reveals=told, language=language))
        self.db.flush()
        return attempt

    def many(self, number: int, *, seed: int = 1, answers: int = 10, days: int = 0) -> None:
        """So many people with random answers, inserted in bulk."""
        chance = random.Random(seed)
        items = [item for codes in self.items.values() for item in codes]
        attempts, rows = [], []
        for one in range(number):
            at = clock.now() - timedelta(minutes=one, days=chance.randint(0, days))
            attempt_id = ids.random_id()
            asked = chance.sample(items, min(answers, len(items)))
            attempts.append(_attempt_row(attempt_id, self.diagnostic.id, chance, at, len(asked)))
            rows += [_answer_row(attempt_id, place, item, chance) for place, item in enumerate(asked, 1)]
        self.db.execute(sa.insert(Attempt), attempts)
        self.db.execute(sa.insert(Answer), rows)


def answer(
    attempt_id: uuid.UUID,
    number: int,
    item: str,
    outcome: str,
    *,
    reveals: Sequence[str] = (),
    language: str = "fr",
    **columns: Any,
) -> Answer:
    return Answer(
        **{
            "attempt_id": attempt_id,
            "number": number,
            "item": item,
            "outcome": outcome,
            "response": None,
            "reveals": list(reveals),
            "language": language,
            "seconds": 5.0,
            "key": ids.new_token(),
            "request_digest": "",
            "reply": "",
        }
        | columns
    )


def _attempt_row(
    attempt_id: uuid.UUID, diagnostic_id: uuid.UUID, chance: random.Random, at: datetime, answered: int
) -> dict[str, Any]:
    return {
        "id": attempt_id,
        "diagnostic_id": diagnostic_id,
        "language": chance.choice(["fr", "ar", "uk"]),
        "resume_digest": ids.digest(str(attempt_id)),
        "stopped": chance.choice(["all_decided", "all_decided", None]),
        "answered": answered,
        "started_at": at,
        "active_at": at,
        "shown_at": at,
        "expires_at": clock.now() + timedelta(days=30),
    }


def _answer_row(attempt_id: uuid.UUID, number: int, item: str, chance: random.Random) -> dict[str, Any]:
    outcome = chance.choice(["correct", "correct", "incorrect", "dont_know", "not_understood"])
    return {
        "attempt_id": attempt_id,
        "number": number,
        "item": item,
        "outcome": outcome,
        "response": None,
        "reveals": [f"se trompe sur {item}"] if outcome == "incorrect" else [],
        "language": "fr",
        "seconds": 5.0,
        "key": str(number),
        "request_digest": "",
        "reply": "",
    }
