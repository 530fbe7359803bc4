"""Two people, or two presses, at the very same moment: one question, and nobody overwritten."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from pathways.errors import Conflict
from pathways.items import authoring, translating
from pathways.items.documents import OwnItemDocument
from pathways.items.models import Item, ItemRevision
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.referentials.service import USUAL_FRAMEWORK
from tests.web.world import ITEM


@pytest.fixture
def member(database) -> Member:
    with database.begin() as db:
        place = people.create_organisation(db, name="Une structure")
        account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    return Member(account.id, "Une personne", place.id, place.name, Role.TRAINER, OF_ROLE[Role.TRAINER])


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each of the acts gave or raised, all begun together."""
    gate = threading.Barrier(len(acts))
    told: list[Any] = [None] * len(acts)

    def run(number: int) -> None:
        gate.wait()
        try:
            told[number] = acts[number]()
        except Conflict as error:
            told[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def keep(database, member: Member, stem: str = ITEM["stem"], **how: Any) -> str:
    with database.begin() as db:
        document = OwnItemDocument.model_validate(ITEM | {"stem": stem})
        return authoring.keep(db, member, USUAL_FRAMEWORK, document, **how).code


def test_one_press_sent_twice_at_once_makes_one_question(database, member):
    key = uuid.uuid4()
    codes = at_once(*[lambda: keep(database, member, key=key)] * 4)
    assert len(set(codes)) == 1
    with database.read() as db:
        assert (
            db.scalar(sa.select(sa.func.count()).select_from(Item).filter_by(organisation_id=member.organisation_id))
            == 1
        )


def test_of_two_changes_at_once_one_is_kept_and_the_other_is_told(database, member):
    code = keep(database, member)
    told = at_once(
        lambda: keep(database, member, "Votre tante envoie un lien. Que faites-vous ?", code=code, number=1),
        lambda: keep(database, member, "Votre cousin envoie un lien. Que faites-vous ?", code=code, number=1),
    )
    assert sorted(isinstance(one, Conflict) for one in told) == [False, True]
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(ItemRevision).filter_by(code=code)) == 2


def test_one_translation_sent_twice_at_once_is_one(database, member):
    code = keep(database, member)
    texts = {"stem": "نص", "options.ask": "نعم", "options.link": "لا"}

    def translate() -> uuid.UUID:
        with database.begin() as db:
            return translating.translate(db, member, USUAL_FRAMEWORK, code, language="ar", number=1, texts=texts).id

    assert len(set(at_once(translate, translate))) == 1
