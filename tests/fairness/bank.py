"""Answers linked to nobody, to shipped questions, as the counting leaves them."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.diagnostics.models import UnlinkedAttempt
from pathways.items.models import Item, ItemRevision, ItemTranslation

FRAMEWORK = "inclusion-numerique"
LANGUAGE = "ar"
SKILLS = ("SEC-01", "SEC-02", "MDP-01", "MDP-02", "NAV-01", "MEL-03")


@dataclass(frozen=True)
class Known:
    """A question as it is asked today."""

    item_id: uuid.UUID
    revision_id: uuid.UUID
    translation_id: uuid.UUID
    code: str
    skill: str
    kind: str
    right: str
    wrong: tuple[str, ...]


def questions(db: Session, language: str = LANGUAGE) -> list[Known]:
    """Questions with one right option and a translation, of a few micro-skills."""
    rows = db.execute(
        sa.select(Item, ItemRevision, ItemTranslation)
        .join(ItemRevision, ItemRevision.id == Item.current_id)
        .join(ItemTranslation, ItemTranslation.revision_id == ItemRevision.id)
        .where(Item.framework == FRAMEWORK, Item.skill.in_(SKILLS), ItemRevision.kind.in_(["choice", "zone"]))
        .where(ItemTranslation.language == language, ItemTranslation.is_current)
        .order_by(Item.code)
    )
    return [
        Known(
            item.id,
            revision.id,
            row.id,
            item.code,
            item.skill,
            revision.kind,
            next(option["id"] for option in revision.body["options"] if option["key"]),
            tuple(option["id"] for option in revision.body["options"] if not option["key"]),
        )
        for item, revision, row in rows
    ]


def answer(one: Known, language: str, outcome: str, response: Any = None, **changed: Any) -> dict[str, Any]:
    return {
        "item": str(one.item_id),
        "revision": str(one.revision_id),
        "code": one.code,
        "skill": one.skill,
        "kind": one.kind,
        "language": language,
        "translation": str(one.translation_id) if language != "fr" else None,
        "outcome": outcome,
        "response": response,
        "assisted": False,
    } | changed


def keep(db: Session, answers: list[dict[str, Any]]) -> None:
    db.add(UnlinkedAttempt(framework=FRAMEWORK, answers=answers))


def fill(db: Session, *, people: int, harder: str = "", seed: int = 1, language: str = LANGUAGE) -> list[Known]:
    """So many attempts in French and in the language; one question is much harder in it."""
    asked, chance = questions(db, language), random.Random(seed)
    for number in range(2 * people):
        spoken, ability = ("fr", language)[number % 2], chance.random()
        answers = []
        for one in asked:
            right = 0.15 + 0.7 * ability
            if one.code == harder and spoken != "fr":
                right *= 0.3
            drawn = chance.random()
            if drawn < right:
                answers.append(answer(one, spoken, "correct", one.right))
            elif drawn < right + 0.5 * (1 - right):
                answers.append(answer(one, spoken, "incorrect", one.wrong[0]))
            else:
                answers.append(answer(one, spoken, "dont_know"))
        keep(db, answers)
    db.flush()
    return asked
