"""Questions that are one in two dresses: what the files say reaches the engine, and changes nothing where they say
nothing.
"""

from __future__ import annotations

import pytest

from pathways.diagnostics.blueprint import model_of
from pathways.items import service
from pathways.items.documents import ItemDocument
from pathways.items.models import ItemRevision

WRITTEN = {
    "code": "SEC-09-a",
    "skill": "SEC-09",
    "kind": "choice",
    "stem": "Que faites-vous ?",
    "options": [{"id": "yes", "text": "Oui", "key": True}, {"id": "no", "text": "Non", "reveals": "refuse"}],
}


def revision(**more: str) -> ItemRevision:
    document = ItemDocument.model_validate(WRITTEN | more)
    body = service.body_of(document, {})
    return ItemRevision(
        code=document.code, skill=document.skill, kind=document.kind, body=body, segments=document.segments()
    )


def test_a_family_is_a_testlet_of_the_engine():
    assert model_of(revision(family="parcel")).testlet == "parcel"
    assert model_of(revision()).testlet == ""


def test_a_question_without_a_family_is_kept_as_it_was_before_there_were_any():
    assert "family" not in revision().body
    assert revision(family="parcel").body == revision().body | {"family": "parcel"}


def test_the_name_of_a_family_is_a_short_word():
    with pytest.raises(ValueError, match="family"):
        ItemDocument.model_validate(WRITTEN | {"family": "Deux mots"})
