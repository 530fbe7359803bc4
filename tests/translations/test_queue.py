"""What the queue counts and lists, and what it costs."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from pathways import ids
from pathways.items import translating
from pathways.items.models import Item, ItemRevision, ItemTranslation
from pathways.permissions import Role
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.translations import queue, unclear
from pathways.translations.queue import SHOWN_STATES, Wanted
from tests.items.exchange_situations import CHOICE as OWN
from tests.items.exchange_situations import imported, sent
from tests.items.test_bank_scale import add_items
from tests.items.writing import CHOICE, Author
from tests.statements import counted
from tests.translations.situations import FREE, SHIPPED, cleared, revision_of, somebody, suggest, texts_of

MANY = 5_000
PAGES = (
    "/translations",
    "/translations?lang=ar",
    *(f"/translations?lang=ar&state={state}" for state in SHOWN_STATES),
    "/translations?lang=ht&words=lien+message",
    "/translations/{code}?lang=ar",
)


def states_of(db, member, language=FREE, flagged=()) -> dict[str, int]:
    return queue.counts(db, member, USUAL_FRAMEWORK, flagged)[language].states


def codes(db, member, state, language=FREE, flagged=()) -> list[str]:
    found = queue.listed(db, member, Wanted(USUAL_FRAMEWORK, language, state), flagged, limit=MANY)
    assert len(found.rows) == found.total
    return [row.code for row in found.rows]


@pytest.fixture
def member(db):
    return somebody(db, Role.ADMINISTRATOR)


def test_each_question_stands_in_one_state_and_the_list_says_the_same_as_the_count(db, member):
    db.execute(sa.update(ItemTranslation).filter_by(language=FREE).values(is_current=False))
    [row] = imported(db, member, sent(OWN)).rows
    revision = revision_of(db, member)
    assert states_of(db, member)["missing"] == len(codes(db, member, "missing"))
    translation = suggest(db, member)
    suggest(db, somebody(db), "lòt")
    unclear.count(db, revision.id, FREE, "stem")
    unclear.count(db, revision.id, FREE, "stem")
    changed = {"code": row.code, "question": "Une inconnue demande votre code. Que faites-vous ?"}
    silent = dict.fromkeys(("question_ar", "reponse_1_ar", "reponse_2_ar", "explication_ar"), "")
    imported(db, member, sent(OWN | changed | silent))
    for language, state, expected in (
        (FREE, "draft", [SHIPPED]),
        (FREE, "waiting", [SHIPPED]),
        (FREE, "unclear", [SHIPPED]),
        (FREE, "flagged", [SHIPPED]),
        ("ar", "stale", [row.code]),
    ):
        flagged = {translation.id}
        assert codes(db, member, state, language, flagged) == expected, state
        assert states_of(db, member, language, flagged)[state] == 1, state
    every = queue.counts(db, member, USUAL_FRAMEWORK, ())
    total = sum(every[FREE].states[state] for state in ("missing", "stale", "machine", "draft", "reviewed", "verified"))
    assert total == len(codes(db, member, ""))
    assert row.code not in codes(db, somebody(db), "stale", "ar")
    assert states_of(db, somebody(db), "ar")["stale"] == 0


def test_words_pages_and_states_find_their_questions(db, member):
    cleared(db, member)
    found = queue.listed(db, member, Wanted(USUAL_FRAMEWORK, FREE, "missing", SHIPPED), ())
    assert [row.code for row in found.rows] == [SHIPPED]
    first = queue.listed(db, member, Wanted(USUAL_FRAMEWORK, "ar"), (), limit=5)
    second = queue.listed(db, member, Wanted(USUAL_FRAMEWORK, "ar"), (), after=str(first.next), limit=5)
    assert len({row.code for row in (*first.rows, *second.rows)}) == 10
    assert first.rows[-1].code == first.next


def test_a_machine_s_texts_stand_apart(db, member):
    revision = cleared(db, member)
    author = translating.Author()
    translating.take_in(
        db, revision, FREE, texts_of(revision), author=author, origin="machine:x.example", state="machine"
    )
    db.flush()
    [row] = queue.listed(db, member, Wanted(USUAL_FRAMEWORK, FREE, "machine"), ()).rows
    assert (row.code, row.origin) == (SHIPPED, "machine:x.example")


@pytest.mark.slow
def test_five_thousand_questions_cost_no_more_queries_than_one_and_little_time(app, signed_in, database):
    author = Author(signed_in())
    code = author.write(CHOICE)
    few = costs(app, author, code)
    with database.begin() as db:
        add_items(db, author, code, MANY)
        add_earlier_revisions(db)
        db.execute(sa.text("ANALYZE"))  # a server does so by itself within a minute of such a change
    assert costs(app, author, code) == few
    slow = {}
    for page in PAGES:
        path = page.format(code=code)
        slow[page] = min(seconds(author, path) for _ in range(3))
    assert {page: took for page, took in slow.items() if took > 0.3} == {}


def seconds(author, path: str) -> float:
    begun = time.perf_counter()
    assert author.client.get(path).status_code == 200
    return time.perf_counter() - begun


def costs(app, author, code: str) -> dict[str, int]:
    found = {}
    for page in PAGES:
        path = page.format(code=code)
        author.client.get(path)
        with counted(app) as statements:
            assert author.client.get(path).status_code == 200, path
        found[page] = len(statements)
    return found


def add_earlier_revisions(db) -> None:
    """Of every third question, with a translation that is stale now."""
    query = sa.select(ItemRevision).join(Item, Item.current_id == ItemRevision.id)
    revisions, translations = [], []
    for one in db.scalars(query.where(Item.code.like("SEC-02-N%3"))):
        values = {column.name: getattr(one, column.name) for column in ItemRevision.__table__.columns}
        earlier = values | {"id": ids.new_id(), "number": 0, "fingerprint": "1" * 64}
        revisions.append(earlier)
        translations.append(
            {
                "id": ids.new_id(),
                "revision_id": earlier["id"],
                "language": "ti",
                "state": "reviewed",
                "fingerprint": "1" * 64,
                "segments": one.segments,
                "is_current": True,
                "is_waiting": False,
            }
        )
    db.execute(sa.insert(ItemRevision), revisions)
    db.execute(sa.insert(ItemTranslation), translations)
