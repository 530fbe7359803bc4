"""Loading content: twice is once, a change is a new number, what is published keeps its questions and its pictures."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from pathways import content, demo, ids
from pathways.clock import now
from pathways.diagnostics import blueprint
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.diagnostics.taking import Door
from pathways.items import service as items_service
from pathways.items.models import Item, ItemRevision, ItemTranslation, Picture
from pathways.people import service as people
from pathways.people.models import LearnerFile
from pathways.permissions import OF_ROLE, Member, Role
from pathways.referentials import service as referentials
from pathways.referentials.models import Referential
from pathways.tables import metadata
from tests.referentials.folders import DRAWING, TODAY, Folder


@pytest.fixture
def folder(tmp_path) -> Folder:
    made = Folder(tmp_path / "content")
    made.translate()
    made.translate_titles()
    return made


def everything(db) -> dict[str, list[Any]]:
    """All rows of all tables."""
    return {table.name: sorted(map(repr, db.execute(sa.select(table)).all())) for table in metadata.sorted_tables}


def plain(diagnostic: Diagnostic) -> str:
    return json.dumps([diagnostic.blueprint, diagnostic.estimate, diagnostic.code], sort_keys=True)


def a_member(db) -> Member:
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    organisation = people.create_organisation(db, name="Une structure")
    return Member(account.id, "", organisation.id, "", Role.TRAINER, OF_ROLE[Role.TRAINER])


@pytest.mark.slow
def test_the_shipped_content_twice_is_once(db, shipped):
    before = everything(db)
    content.load(db, shipped)
    db.flush()
    assert everything(db) == before


@pytest.mark.slow
def test_a_folder_twice_is_once(db, folder):
    content.load(db, folder.read())
    before = everything(db)
    told = content.load(db, folder.read())
    assert everything(db) == before
    assert told == ["essai 1.0.0 (état 1) : 4 micro-compétences, 2 questions, dont 0 nouvelles ou changées"]


def test_a_changed_framework_is_the_next_number(db, folder):
    content.load(db, folder.read())
    first = referentials.latest(db, "essai")
    folder.skill("AAA-01")["title"] = "Ouvrir une porte lourde"
    folder.framework["version"] = "1.1.0"
    folder.write()
    content.load(db, folder.read())
    second = referentials.latest(db, "essai")
    assert (first.number, second.number) == (1, 2)
    assert first.id != second.id
    assert referentials.skills_of(first)["AAA-01"].title == "Ouvrir une porte"
    assert referentials.skills_of(second)["AAA-01"].title == "Ouvrir une porte lourde"
    assert referentials.skills_of(second)["AAA-01"].titles == {}, "the old title is not served beside the new French"
    assert referentials.skills_of(second)["AAA-02"].titles == referentials.skills_of(first)["AAA-02"].titles != {}
    assert referentials.skills_of(first)["AAA-01"].titles != {}


def test_identifiers_are_the_same_on_every_server(db, folder, database):
    content.load(db, folder.read())
    referential = referentials.latest(db, "essai")
    assert referential.id == ids.stable_id("referential", "essai", "1")
    assert {item.id for item in db.scalars(sa.select(Item).filter_by(framework="essai"))} == {
        ids.stable_id("item", "essai", code) for code in ("AAA-01-a", "AAA-02-a")
    }


def test_what_is_published_keeps_its_questions_and_pictures(db, folder):
    member = a_member(db)
    content.load(db, folder.read())
    selection = Selection(skills=("AAA-01", "AAA-02"), languages=("fr", "ar"))
    made = composing.create(db, member, title="Essai", framework="essai", selection=selection)
    published = composing.publish(db, member, made.id)
    before = blueprint.thaw(db, published)
    picture = before.bodies["AAA-01-a"]["picture"]["sha256"]
    frozen = plain(published)

    folder.item("AAA-01-a")["stem"] = "Où faut-il appuyer ?"
    folder.skill("AAA-01")["title"] = "Ouvrir une grille"
    (folder.own / "media" / "bouton.svg").write_text(DRAWING.replace("#fff", "#eee"), "utf-8")
    folder.items["items"] = [folder.item("AAA-01-a")]
    folder.write()
    folder.translate(stem="أين يجب الضغط؟")
    content.load(db, folder.read())
    db.expire_all()

    kept = blueprint.thaw(db, db.get_one(Diagnostic, published.id))
    assert kept.segments == before.segments
    assert kept.bodies == before.bodies
    assert kept.states == before.states
    assert plain(published) == frozen
    body = items_service.picture(db, picture).body
    assert body == DRAWING.encode()
    assert hashlib.sha256(body).hexdigest() == picture
    assert db.scalar(sa.select(sa.func.count()).select_from(Picture).where(Picture.sha256 == picture)) == 1

    again = composing.create(db, member, title="Essai", framework="essai", selection=selection)
    fresh = blueprint.thaw(db, composing.publish(db, member, again.id))
    assert set(fresh.bodies) == {"AAA-01-a"}, "a withdrawn question is asked in no new diagnostic"
    assert fresh.segments["AAA-01-a"]["fr"]["stem"] == "Où faut-il appuyer ?"
    assert fresh.segments["AAA-01-a"]["ar"]["stem"] == "أين يجب الضغط؟"
    assert fresh.bodies["AAA-01-a"]["picture"]["sha256"] != picture


def test_a_question_that_comes_back_is_asked_again(db, folder):
    content.load(db, folder.read())
    kept = folder.items["items"].pop()
    folder.write()
    content.load(db, folder.read())
    assert [one.code for one in items_service.current_revisions(db, "essai")] == ["AAA-01-a"]
    folder.items["items"].append(kept)
    folder.write()
    content.load(db, folder.read())
    assert [one.code for one in items_service.current_revisions(db, "essai")] == ["AAA-01-a", "AAA-02-a"]


def served(db, language: str = "ar", least: str = "draft") -> str | None:
    [revision] = [one for one in items_service.current_revisions(db, "essai") if one.code == "AAA-01-a"]
    row = items_service.served(revision, language, least)
    return row.segments["stem"] if row else None


def test_a_translation_is_served_only_where_it_translates_todays_french(db, folder):
    content.load(db, folder.read())
    assert served(db) == "أين تضغط؟"
    assert served(db, least="reviewed") is None
    folder.item("AAA-01-a")["stem"] = "Où appuyez-vous d'abord ?"
    folder.write()
    content.load(db, folder.read())
    assert served(db) is None, "stale"
    folder.translate(stem="أين تضغط أولاً؟", state="reviewed")
    content.load(db, folder.read())
    assert served(db) == served(db, least="reviewed") == "أين تضغط أولاً؟"


def test_a_corrected_translation_is_a_new_row_and_the_newest_is_served(db, folder):
    content.load(db, folder.read())
    folder.translate(stem="أين الزر؟")
    content.load(db, folder.read())
    db.expire_all()
    assert served(db) == "أين الزر؟"
    folder.translate()
    content.load(db, folder.read())
    db.expire_all()
    assert served(db) == "أين تضغط؟"
    rows = db.scalars(sa.select(ItemTranslation).join(ItemRevision).where(ItemRevision.code == "AAA-01-a")).all()
    assert sorted(row.is_current for row in rows if row.revision_id == rows[0].revision_id) == [False, True]


def test_what_somebody_reviewed_here_does_not_give_way_to_a_draft_of_the_files(db, folder):
    content.load(db, folder.read())
    row = db.scalars(sa.select(ItemTranslation).join(ItemRevision).where(ItemRevision.code == "AAA-01-a")).one()
    reader = people.create_account(db, email="une@exemple.fr", name="Une")
    row.state, row.reviewer_id, row.reviewed_at = "reviewed", reader.id, now()
    db.flush()
    folder.translate(stem="أين الزر؟")
    content.load(db, folder.read())
    db.expire_all()
    assert served(db) == "أين تضغط؟"
    folder.translate(stem="أين الزر؟", state="reviewed")
    content.load(db, folder.read())
    db.expire_all()
    assert served(db) == "أين الزر؟"


def test_a_translation_that_left_the_files_is_not_served_any_more(db, folder):
    content.load(db, folder.read())
    (folder.own / "translations" / "ar" / "items" / "AAA.yaml").unlink()
    content.load(db, folder.read())
    db.expire_all()
    assert served(db) is None
    folder.translate()
    content.load(db, folder.read())
    db.expire_all()
    assert served(db) == "أين تضغط؟"


def test_a_stamp_that_no_longer_fits_withdraws_its_translation(db, folder):
    content.load(db, folder.read())
    folder.translate(of="0" * 12)
    content.load(db, folder.read())
    db.expire_all()
    assert served(db) is None


def test_a_reviewer_is_not_the_translator(db, folder):
    content.load(db, folder.read())
    row = db.scalars(sa.select(ItemTranslation).limit(1)).one()
    row.translator_id = row.reviewer_id = uuid.uuid4()
    with pytest.raises(IntegrityError):
        db.flush()


# --- stamps ---

HAND_WRITTEN = """\
# A translator's own words.
format: 1
language: ar
items:
    AAA-01-a:            # four spaces, as some editors do
        state: draft
        of: {of}   # which French this translates
        stem: "أين تضغط؟"
        # of: not this line
        picture: {{alt: "of: زر"}}
        options: {{button: "على الزر", wall: "على الجدار"}}
"""


@pytest.mark.parametrize("of", ['""', "''", '"000000000000"', "000000000000", "'of: x'"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_stamp_changes_its_line_and_nothing_else(folder, of, newline):
    path = folder.own / "translations" / "ar" / "items" / "AAA.yaml"
    written = HAND_WRITTEN.format(of=of).replace("\n", newline).encode()
    path.write_bytes(written)
    assert content.stamp(folder.root, TODAY) == 1
    stamped = path.read_bytes()
    assert content.stamp(folder.root, TODAY) == 0
    assert path.read_bytes() == stamped
    before, after = written.split(newline.encode()), stamped.split(newline.encode())
    changed = [(one, two) for one, two in zip(before, after, strict=True) if one != two]
    [(_, line)] = changed
    assert line.decode().endswith('"   # which French this translates')
    assert folder.findings(warnings=True) == []


def test_stamping_what_cannot_be_read_leaves_it(folder):
    path = folder.own / "translations" / "ar" / "items" / "AAA.yaml"
    path.write_bytes(b"a: [\n")
    assert content.stamp(folder.root, TODAY) == 0
    assert path.read_bytes() == b"a: [\n"


@pytest.mark.slow
def test_the_shipped_content_is_stamped(shipped, tmp_path):
    import shutil

    from pathways.settings import resource

    copy = tmp_path / "referentials"
    shutil.copytree(resource("referentials"), copy)
    assert content.stamp(copy, now().date()) == 0


@pytest.mark.slow
def test_checking_takes_no_time():
    from pathways.settings import resource

    begun = time.process_time()
    content.check(resource("referentials"), now().date())
    assert time.process_time() - begun < 10


def test_two_numbers_of_one_referential_are_two_rows(db, folder):
    content.load(db, folder.read())
    folder.skill("BBB-01")["title"] = "Monter deux marches"
    folder.write()
    content.load(db, folder.read())
    rows = db.scalars(sa.select(Referential).filter_by(code="essai").order_by(Referential.number)).all()
    assert [row.number for row in rows] == [1, 2]
    assert [one.code for one in referentials.all_newest(db)].count("essai") == 1


@pytest.mark.slow
def test_the_demonstration_has_people_in_it_once(db):
    door = Door(b"a secret of at least thirty-two bytes", Blueprints(clock=time.monotonic))
    demo.prepare(db)
    for _ in range(2):
        demo.fill(db, door)
    outcomes = dict(db.execute(sa.select(Answer.outcome, sa.func.count()).group_by(Answer.outcome)).all())
    people = sa.select(sa.func.count()).select_from(Attempt).where(Attempt.part_of_id.is_(None))
    assert db.scalar(people) == len(demo.LEARNERS) + 1 + len(demo.FORMER)
    assert outcomes.keys() == {"correct", "incorrect", "dont_know", "not_understood"}
    filed = Counter(db.scalars(sa.select(LearnerFile.label).join(Attempt)))
    assert filed == {label: 1 + (label == demo.LABELS[1]) for label in demo.LABELS}
