"""The questions behind a price: which are taken when there are many, and that a large bank stays quick."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from pathways.diagnostics.composing import pricing
from pathways.diagnostics.composing.service import Selection
from pathways.items.models import Item, ItemRevision, ItemTranslation
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.referentials import service as referentials
from pathways.referentials.ladders import ladders_of

FRAMEWORK = "inclusion-numerique"
SKILL = "SEC-02"


@pytest.fixture
def member(db) -> Member:
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    organisation = people.create_organisation(db, name="Une structure")
    return Member(account.id, "", organisation.id, "", Role.TRAINER, OF_ROLE[Role.TRAINER])


def copies(db, organisation_id: uuid.UUID | None, number: int, skills: set[str] | None = None) -> None:
    """So many copies of each shipped question (of these micro-skills), with the translations."""
    current = sa.select(ItemRevision).join(Item, Item.current_id == ItemRevision.id).where(Item.framework == FRAMEWORK)
    if skills is not None:
        current = current.where(ItemRevision.skill.in_(skills))
    rows: dict[Any, list[dict[str, Any]]] = {Item: [], ItemRevision: [], ItemTranslation: []}
    for revision in db.scalars(current.options(selectinload(ItemRevision.translations))).all():
        for _ in range(number):
            item_id, revision_id = uuid.uuid4(), uuid.uuid4()
            code = f"{revision.skill}-{item_id.hex[:8].upper()}"
            rows[Item].append(
                {
                    "id": item_id,
                    "framework": FRAMEWORK,
                    "code": code,
                    "skill": revision.skill,
                    "current_id": revision_id,
                    "organisation_id": organisation_id,
                    "sought": "",
                }
            )
            kept = {"id": revision_id, "item_id": item_id, "code": code}
            rows[ItemRevision].append(plain(revision) | kept)
            rows[ItemTranslation] += [
                plain(one) | {"id": uuid.uuid4(), "revision_id": revision_id} for one in revision.translations
            ]
    for model, values in rows.items():
        db.execute(sa.insert(model), values)


def plain(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in sa.inspect(type(row)).column_attrs}


def taken(db, member: Member, *skills: str, **others: Any) -> list[ItemRevision]:
    ladders = ladders_of(db, referentials.latest(db, FRAMEWORK), member.organisation_id)
    selection = Selection(skills=skills, languages=("fr", "ar", "uk"), **others)
    return pricing.revisions_of(db, ladders, selection, skills)


def test_of_many_questions_the_organisations_own_come_first(db, member):
    copies(db, member.organisation_id, 3, {SKILL})
    copies(db, None, 10, {SKILL})
    owners = dict.fromkeys((None, member.organisation_id), 0)
    for one in taken(db, member, SKILL):
        owners[db.get_one(Item, one.item_id).organisation_id] += 1
    assert owners == {None: pricing.MOST_OF_A_SKILL - 6, member.organisation_id: 6}


def test_then_those_in_most_of_the_chosen_languages(db, member):
    copies(db, None, 10, {SKILL})
    codes = db.scalars(sa.select(Item.code).where(Item.skill == SKILL).order_by(Item.code)).all()
    translated = set(codes[-pricing.MOST_OF_A_SKILL :])
    other = sa.select(ItemRevision.id).where(ItemRevision.code.in_(set(codes) - translated))
    db.execute(
        sa.delete(ItemTranslation).where(ItemTranslation.revision_id.in_(other), ItemTranslation.language == "ar")
    )
    db.expire_all()
    assert {one.code for one in taken(db, member, SKILL)} == translated


def test_another_organisations_questions_are_never_taken(db, member):
    stranger = people.create_organisation(db, name="Une autre structure")
    copies(db, stranger.id, 3, {SKILL})
    assert {db.get_one(Item, one.item_id).organisation_id for one in taken(db, member, SKILL)} == {None}


def test_observation_sheets_do_not_push_questions_out(db, member, monkeypatch):
    monkeypatch.setattr(pricing, "MOST_OF_A_SKILL", 1)
    kinds = [one.kind == "observed" for one in taken(db, member, "GES-01", "GES-03")]
    assert sorted(kinds) == [False, True]


def test_questions_that_somebody_must_check_are_left_out(db, member):
    [first, *_] = taken(db, member, SKILL)
    first.verify_by = first.created_at.date().replace(year=2000)
    db.flush()
    assert first.code not in {one.code for one in taken(db, member, SKILL)}


def test_the_number_beside_a_rung_counts_what_may_be_asked(db, member):
    ladders = ladders_of(db, referentials.latest(db, FRAMEWORK), member.organisation_id)
    before = pricing.count_questions(db, ladders)
    assert "GES-01" not in before, "an observation sheet is no question on a screen"
    copies(db, member.organisation_id, 1, {SKILL})
    stranger = people.create_organisation(db, name="Une autre structure")
    copies(db, stranger.id, 1, {"SEC-01"})
    after = pricing.count_questions(db, ladders)
    assert after[SKILL] == 2 * before[SKILL]
    assert {code for code in after if after[code] != before[code]} == {SKILL}
