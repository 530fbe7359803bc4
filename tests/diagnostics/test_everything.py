"""The diagnostic behind checks: the same as long as its questions are, and read in full only when it is made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pathways import clock
from pathways.diagnostics.composing import everything as everything_
from pathways.diagnostics.composing.everything import everything, is_there
from pathways.items import service as items_service
from pathways.learning import knowing
from pathways.people import service as people
from pathways.referentials.service import USUAL_FRAMEWORK
from tests.statements import counted


def place_of(db):
    return people.create_organisation(db, name="Une structure").id


@pytest.mark.slow
def test_the_next_day_nothing_but_ids_is_read(app, database, monkeypatch):
    with database.begin() as db:
        place = place_of(db)
        made = everything(db, place, USUAL_FRAMEWORK).id
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    with counted(app) as statements, app.state.database.begin() as db:
        assert not is_there(db, place, USUAL_FRAMEWORK)
        assert everything(db, place, USUAL_FRAMEWORK).id == made
        assert is_there(db, place, USUAL_FRAMEWORK)
    assert not [one for one in statements if "item_revision.body" in one or "segments" in one]


def test_what_it_is_made_of_is_what_is_asked(db):
    place = place_of(db)
    ladders = knowing.ladders_for(db, place, USUAL_FRAMEWORK)
    before = everything_._content(db, ladders)
    assert everything_._content(db, ladders) == before
    revision = next(one for one in everything_._revisions(db, ladders) if one.translations)
    made = everything(db, place, USUAL_FRAMEWORK)
    assert made.content == before
    assert len(made.blueprint["items"]) == len(everything_._revisions(db, ladders))
    revision.verify_by = clock.now().date() - timedelta(days=1)
    db.flush()
    assert everything_._content(db, ladders) != before
    revision.verify_by = clock.now().date()  # the last day on which it may be asked
    db.flush()
    assert everything_._content(db, ladders) == before
    revision.translations[0].is_current = False
    items_service.note_change(db)
    db.flush()
    assert everything_._content(db, ladders) != before
    assert everything(db, place, USUAL_FRAMEWORK).id != made.id
