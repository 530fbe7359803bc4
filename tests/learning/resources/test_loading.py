"""Resources out of files: twice is once, a change is the same resource better said, what left is archived."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways import content, ids
from pathways.items.models import Picture
from pathways.learning.models import Resource
from pathways.people import service as people
from tests.learning.resources.sheets import FILE, a_sheet, translate, write
from tests.referentials.folders import Folder


@pytest.fixture
def folder(tmp_path) -> Folder:
    made = Folder(tmp_path / "content")
    write(made)
    translate(made)
    return made


def load(db, folder) -> str:
    [told] = content.load(db, folder.read())
    return told


def one(db) -> Resource:
    return db.scalars(sa.select(Resource).filter_by(framework="essai")).one()


def test_twice_is_once(db, folder):
    assert load(db, folder).endswith("; 1 ressources, dont 1 nouvelles ou changées")
    found = one(db)
    before = (found.id, found.version, found.updated_at)
    assert load(db, folder).endswith("dont 0 nouvelles ou changées")
    db.refresh(found)
    assert (found.id, found.version, found.updated_at) == before
    assert found.id == ids.stable_id("resource", "essai", "ouvrir")


def test_what_is_kept(db, folder):
    load(db, folder)
    found = one(db)
    assert found.titles == {"ar": "افتح بابًا"}
    assert found.states == {"ar": "draft"}
    assert found.sheets["ar"]["steps"][4]["text"] == "اتبع الخطوة 5."
    drawn = found.sheet["picture"]
    assert db.get(Picture, drawn["sha256"]).width == drawn["width"] == 280
    assert found.sheet["steps"][0]["picture"]["sha256"] == drawn["sha256"]
    assert found.teaches == [{"skill": "AAA-01", "level": "discover"}]


def test_a_changed_french_is_the_next_version_and_its_translation_waits(db, folder):
    load(db, folder)
    write(folder, a_sheet(title="Ouvrir la porte"))
    load(db, folder)
    found = one(db)
    db.refresh(found)
    assert (found.title, found.version, found.sheets, found.titles) == ("Ouvrir la porte", 2, {}, {})


def test_what_left_the_files_is_archived_and_can_come_back(db, folder):
    load(db, folder)
    (folder.root / FILE).unlink()
    content.load(db, folder.read())
    found = one(db)
    assert found.archived_at is not None
    write(folder)
    load(db, folder)
    db.refresh(found)
    assert found.archived_at is None


def test_an_own_resource_is_no_business_of_files(db, folder):
    load(db, folder)
    organisation = people.create_organisation(db, name="Une structure")
    own = Resource(organisation_id=organisation.id, framework="essai", code="r-ownown22", kind="video", title="À nous")
    own.minutes, own.teaches = 5, [{"skill": "AAA-01", "level": "discover"}]
    db.add(own)
    db.flush()
    content.load(db, folder.read())
    assert own.archived_at is None
