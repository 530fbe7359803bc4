"""People who answered a published diagnostic of this server, with parameters that are known."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.calibrations import comparing
from pathways.diagnostics import counting
from pathways.diagnostics.calibrating.server import ServerBank, bank_of
from pathways.diagnostics.engine import ItemModel, Structure
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.items.models import ItemRevision
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role

FRAMEWORK = "inclusion-numerique"
ASKED = 12


@dataclass(frozen=True)
class World:
    """``structure``: the true one; ``answers``: how many were given."""

    bank: ServerBank
    structure: Structure
    answers: int

    def true(self, code: str) -> ItemModel:
        return next(one for one in self.structure.items if one.code == code)


def true_structure(structure: Structure, seed: int) -> Structure:
    """Other values than those of the first day, the same chances of "I don't know"; answers come out as they say."""
    rng = np.random.default_rng(seed)
    items = [
        replace(one, slip=float(rng.uniform(0.03, 0.3)), guess=float(rng.uniform(0.08, 0.45)), seconds=20.0)
        for one in structure.items
    ]
    return replace(structure, items=tuple(items), styles=())


def answered(db: Session, code: str, *, persons: int, seed: int = 1, **changed: Any) -> World:
    """So many people take the diagnostic, each a dozen questions drawn by chance, and leave it finished."""
    bank = bank_of(db, diagnostic=code)
    truth = true_structure(bank.structure, seed)
    diagnostic = db.scalars(sa.select(Diagnostic).filter_by(code=code)).one()
    right = _options(db, bank)
    rng = np.random.default_rng(seed)
    attempts, answers, now = [], [], clock.now()
    for learner in comparing.answering(truth, persons, seed):
        attempt = uuid.uuid4()
        attempts.append(
            {
                "id": attempt,
                "diagnostic_id": diagnostic.id,
                "language": "fr",
                "resume_digest": attempt.hex,
                "stopped": "questions",
                "expires_at": now + timedelta(days=30),
            }
        )
        codes = rng.permutation(sorted(learner.answers))[:ASKED].tolist()
        for number, item in enumerate(codes, 1):
            outcome = learner.answers[item]
            answers.append(
                {
                    "id": uuid.uuid4(),
                    "attempt_id": attempt,
                    "number": number,
                    "item": item,
                    "outcome": outcome,
                    "response": right[item].get(outcome),
                    "reveals": [],
                    "language": "fr",
                    "seconds": float(20.0 * np.exp(0.5 * rng.standard_normal() - 0.125)),
                    "key": str(number),
                    "request_digest": "",
                    "reply": "",
                }
                | changed
            )
    db.execute(sa.insert(Attempt), attempts)
    db.execute(sa.insert(Answer), answers)
    return World(bank, truth, len(answers))


def _options(db: Session, bank: ServerBank) -> dict[str, dict[str, str]]:
    """``{item: {outcome: the option}}`` where a response is one option."""
    query = sa.select(ItemRevision.code, ItemRevision.body).where(
        ItemRevision.item_id.in_([one.item_id for one in bank.items.values()])
    )
    return {
        row.code: {"correct" if one["key"] else "incorrect": one["id"] for one in row.body["options"]}
        for row in db.execute(query)
    }


def counted(database: Any, most: int | None = None) -> int:
    """Count attempts that are over, all or so many rounds of them."""
    total = 0
    while most is None or most > 0:
        with database.begin() as db:
            found = counting.count_finished(db)
        total, most = total + found, None if most is None else most - 1
        if not found:
            break
    return total


def reviewer(db: Session, *, role: Role = Role.REVIEWER, reviews_shipped: bool = True) -> Member:
    organisation = people.create_organisation(db, name="Une structure", reviews_shipped=reviews_shipped)
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une relectrice")
    people.add_member(db, account_id=account.id, organisation_id=organisation.id, role=role)
    db.flush()
    return Member(account.id, account.name, organisation.id, organisation.name, role, OF_ROLE[role])
