"""Five thousand questions: the bank answers at once, and asks the database no more often."""

from __future__ import annotations

import random
import re
import uuid

import pytest
import sqlalchemy as sa

from pathways import clock, ids
from pathways.i18n import folded
from pathways.items.models import Item, ItemFigures, ItemRevision, ItemTranslation
from tests.items.writing import CHOICE, Author
from tests.statements import counted

MANY = 5_000
PAGES = (
    "/items",
    "/items?words=lien+message",
    "/items?origin=own&coverage=with:ar",
    "/items?origin=own&coverage=without:ar&due=true",
    "/items?strand=SEC&kind=choice",
    "/items?after=SEC-02-X&words=le",
    "/items/SEC-02-a",
    "/items/{code}",
    "/items/{code}/edit",
    "/api/v1/items",
    "/api/v1/items?words=zzz",
)
WORDS = re.findall(
    r"\w+",
    "lien message téléphone ordinateur fichier photo mot passe adresse site page bouton image voisine mairie lettre "
    "réseau écran clavier compte banque santé école emploi impôts colis carte code dossier imprimante",
)


def add_items(db, author: Author, code: str, number: int) -> None:
    """So many own items in the words of a real bank, with revisions, translations and figures."""
    model = db.scalars(sa.select(ItemRevision).filter_by(code=code)).one()
    draw = random.Random(7)
    items, revisions, translations, fared = [], [], [], []
    for place in range(number):
        stem = f"{' '.join(draw.choices(WORDS, k=9))} que faites-vous ?"
        texts = [" ".join(draw.choices(WORDS, k=4)) for _ in range(3)]
        segments = {"stem": stem} | dict(zip(("options.a", "options.b", "options.c"), texts, strict=True))
        item_id, revision_id, own_code = ids.new_id(), ids.new_id(), f"SEC-02-N{place:06d}"
        items.append(
            {
                "id": item_id,
                "framework": "inclusion-numerique",
                "code": own_code,
                "skill": "SEC-02",
                "current_id": revision_id,
                "organisation_id": author.client.organisation_id,  # type: ignore[attr-defined] - put there by the fixture
                "sought": folded(" ".join([own_code, "SEC-02", *segments.values()])),
            }
        )
        revisions.append(
            {
                "id": revision_id,
                "item_id": item_id,
                "number": 1,
                "fingerprint": ids.fingerprint(own_code, 64),
                "text_fingerprint": "0" * 12,
                "code": own_code,
                "skill": "SEC-02",
                "kind": "choice",
                "device": "any",
                "body": model.body | {"code": own_code, "stem": stem},
                "segments": segments,
                "created_at": clock.now(),
            }
        )
        translations += [
            {
                "id": ids.new_id(),
                "revision_id": revision_id,
                "language": language,
                "state": "draft",
                "fingerprint": "0" * 64,
                "segments": segments,
                "is_current": True,
                "created_at": clock.now(),
            }
            for language in ("ar", "en")
        ]
        fared.append(
            {
                "item_id": item_id,
                "organisation_id": author.client.organisation_id,  # type: ignore[attr-defined] - put there by the fixture
                "language": "fr",
                "correct": 30,
                "incorrect": 1,
                "dont_know": 0,
                "not_understood": 0,
            }
        )
    for model_of, rows in (
        (Item, items),
        (ItemRevision, revisions),
        (ItemTranslation, translations),
        (ItemFigures, fared),
    ):
        db.execute(sa.insert(model_of), rows)


def costs(app, author: Author, code: str) -> dict[str, int]:
    """Queries of each page, once what a process asks only once has been asked."""
    queries = {}
    for page in PAGES:
        path = page.format(code=code)
        author.client.get(path)
        with counted(app) as statements:
            assert author.client.get(path).status_code == 200, path
        queries[page] = len(statements)
    return queries


@pytest.mark.slow
def test_five_thousand_questions_cost_no_more_queries_than_one(app, signed_in, database):
    """How many seconds they cost is in `make bench-desk`."""
    author = Author(signed_in())
    code = author.write(CHOICE)
    few = costs(app, author, code)
    with database.begin() as db:
        add_items(db, author, code, MANY)
    assert costs(app, author, code) == few


@pytest.mark.slow
def test_a_twin_is_found_among_five_thousand_before_a_question_is_kept(signed_in, database):
    author = Author(signed_in())
    code = author.write(CHOICE)
    with database.begin() as db:
        add_items(db, author, code, MANY)
    author.key = str(uuid.uuid4())
    reply = author.press(CHOICE)
    assert reply.status_code == 422
    assert f"/items/{code}" in reply.text
