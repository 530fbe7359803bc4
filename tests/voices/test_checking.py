"""Who decides on a sound, which one is played, and what lies around: on both databases."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from pathways import keeping, migrating
from pathways.database import Database
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.models import Diagnostic
from pathways.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from pathways.items import recordings
from pathways.items.models import Item, ItemRevision, Recording
from pathways.items.recordings import MACHINE, Source
from pathways.voices import checking, speaking
from pathways.voices.models import Voice
from tests.voices.conftest import a_sound, counted, decide, place_of

# --- checking ---


def test_a_reviewer_checks_for_the_own_organisation_and_one_of_the_shipped_questions_for_all(house, new_house):
    segment, other = house.script()[0], new_house()
    item, place = place_of(segment)
    recording_id = house.read(house.speaker(), segment)
    assert decide(house, house.reviewer, recording_id).state == recordings.OWN
    assert house.heard().sounds[item][place].checked
    assert other.heard().sounds.get(item, {}) == {}

    other.reviews_shipped()
    with house.database.read() as db:
        [waiting] = checking.waiting(db, other.reviewer)
        assert (waiting.row.id, waiting.is_of_ones_organisation) == (recording_id, False)
        assert waiting.french == segment.french
    assert decide(house, other.reviewer, recording_id, seen="own").state == recordings.REVIEWED
    assert other.heard().sounds[item][place].checked


def test_readings_of_ones_own_questions_are_nobody_elses_business(house, new_house):
    other = new_house()
    other.reviews_shipped()
    segment = house.script()[0]
    recording_id = house.read(house.speaker(), segment)
    with house.database.begin() as db:
        of_item = sa.select(ItemRevision.item_id).filter_by(code=segment.item)
        for item in db.scalars(sa.select(Item).where(Item.id.in_(of_item))):
            item.organisation_id = house.organisation_id
    with house.database.read() as db:
        assert checking.waiting(db, other.reviewer) == []
        with pytest.raises(NotFound):
            checking.get(db, other.reviewer, recording_id)
        assert len(checking.waiting(db, house.reviewer)) == 1


def test_a_sound_of_another_organisation_does_not_exist_for_whoever_does_not_review_the_shipped(house, new_house):
    other = new_house()
    recording_id = house.read(house.speaker(), house.script()[0])
    with house.database.read() as db:
        assert checking.waiting(db, other.reviewer) == []
    with pytest.raises(NotFound):
        decide(house, other.reviewer, recording_id)


def test_nobody_checks_what_they_asked_for_and_the_database_says_so_too(house):
    recording_id = house.read(house.speaker(), house.script()[0])
    with pytest.raises(Forbidden):
        decide(house, house.trainer, recording_id)
    with house.database.begin() as db, pytest.raises(IntegrityError), db.begin_nested():
        db.get_one(Recording, recording_id).reviewer_id = house.trainer.account_id
        db.flush()


def test_what_is_sent_back_is_played_no_more_and_the_speaker_reads_why(house):
    voice_id, segment = house.speaker(), house.script()[0]
    item, place = place_of(segment)
    recording_id = house.read(voice_id, segment)
    with pytest.raises(Invalid):
        decide(house, house.reviewer, recording_id, approved=False, reason="  ")
    decide(house, house.reviewer, recording_id, approved=False, reason="On entend une moto.")
    assert place not in house.heard().sounds[item]
    with house.database.read() as db:
        row = speaking.progress(db, voice_id).readings[segment.fingerprint]
        assert (row.state, row.reason) == ("rejected", "On entend une moto.")
        assert checking.waiting(db, house.reviewer) == []
    again = house.read(voice_id, segment, "again")
    assert [row.id for row in house.rows()] == [again]
    assert place in house.heard().sounds[item]


def test_a_decision_twice_is_one_and_against_a_colleague_is_refused(house, new_house):
    recording_id = house.read(house.speaker(), house.script()[0])
    first = decide(house, house.reviewer, recording_id)
    assert decide(house, house.reviewer, recording_id).reviewed_at == first.reviewed_at
    administrator = new_house().reviewer
    colleague = type(administrator)(
        administrator.account_id, "", house.organisation_id, "", administrator.role, administrator.permissions
    )
    with pytest.raises(Conflict):
        decide(house, colleague, recording_id, approved=False, reason="Non", seen="draft")


def test_a_checked_reading_is_played_until_the_new_one_is_checked(house):
    voice_id, segment = house.speaker(), house.script()[0]
    item, place = place_of(segment)
    old = house.read(voice_id, segment, "old")
    decide(house, house.reviewer, old)
    played = house.heard().sounds[item][place]
    new = house.read(voice_id, segment, "new")
    assert house.heard().sounds[item][place] == played
    decide(house, house.reviewer, new)
    assert house.heard().sounds[item][place] != played
    assert [row.id for row in house.rows()] == [new]
    assert len(house.files()) == 1


def test_the_queue_asks_as_often_for_many_as_for_one_and_stops_somewhere(house):
    house.read(house.speaker(), house.script()[0])
    with house.database.read() as db, counted(house.database) as few:
        assert len(checking.waiting(db, house.reviewer)) == 1
    for key in range(2, 6):
        voice_id = house.speaker(key=key)
        for number, segment in enumerate(house.script()[:12]):
            house.read(voice_id, segment, f"{key}-{number}")
    with house.database.read() as db, counted(house.database) as many:
        assert len(checking.waiting(db, house.reviewer)) == checking.MOST_SHOWN + 1
    assert len(many) == len(few)


# --- which one is played ---


def test_a_checked_voice_comes_before_a_voice_before_a_file_before_a_machine(house):
    segment, voice_id = house.script()[0], house.speaker()
    item, place = place_of(segment)

    def keep(word: str, source: Source) -> str:
        with house.database.begin() as db:
            kept = recordings.keep(
                db,
                house.folder,
                language="ar",
                text=segment.text,
                sound=a_sound(word).sound,
                licence="CC0",
                source=source,
            )
            return recordings.file_name(kept)

    def played() -> tuple[str, bool, bool]:
        sound = house.heard().sounds[item][place]
        return sound.file, sound.human, sound.checked

    machine = keep("machine", Source(f"{MACHINE}espeak-ng"))
    assert played() == (machine, False, False)
    file = keep("file", Source())
    assert played() == (file, True, False)
    assert keep("machine 2", Source(f"{MACHINE}espeak-ng")) != file
    assert played() == (file, True, False)
    recording_id = house.read(voice_id, segment, "voice")
    voice = recordings.file_name(next(row for row in house.rows() if row.id == recording_id))
    assert played() == (voice, True, False)
    other = house.read(house.speaker(key=2), segment, "a newer voice")
    assert played()[0] != voice
    decide(house, house.reviewer, recording_id)
    assert played() == (voice, True, True)
    decide(house, house.reviewer, other, approved=False, reason="Trop bas.")
    assert played() == (voice, True, True)
    with house.database.begin() as db:
        speaking.withdraw(db, house.folder, voice_id)
    assert played() == (file, True, False)


def test_readings_are_found_in_one_query_however_many_items_and_languages(house):
    segments = {"fr": {"stem": "un"}, "ar": {"stem": "deux"}}
    with house.database.read() as db, counted(house.database) as few:
        recordings.of_texts(db, {"A": segments})
    with house.database.read() as db, counted(house.database) as many:
        recordings.of_texts(db, {f"A{number}": segments for number in range(300)})
    assert len(many) == len(few)
    assert sum("recording" in one for one in many) == 1


# --- what lies around ---


def test_a_file_of_a_member_belongs_to_a_voice_that_agreed(house):
    with house.database.begin() as db:
        voice, _ = house.open_link(db)
        row = speaking.keep_file(
            db, house.folder, house.trainer, voice.id, fingerprint=house.script()[0].fingerprint, sound=a_sound()
        )
        assert (row.origin, row.voice_id, row.made_by) == ("file", voice.id, house.trainer.account_id)
        assert voice.consent == speaking.WORDING
        assert row.seconds == 1.5


@pytest.mark.slow
def test_a_backup_brings_voices_their_states_and_their_sounds(house, settings, tmp_path):
    voice_id = house.speaker()
    decide(house, house.reviewer, house.read(voice_id, house.script()[0], "a"))
    decide(house, house.reviewer, house.read(voice_id, house.script()[1], "b"), approved=False, reason="Bruit.")
    house.read(voice_id, house.script()[2], "c")
    (house.folder / "tmp-on-its-way").write_bytes(b"half")
    keeping.backup(house.database, settings, tmp_path / "b.zip")

    other = dataclasses.replace(settings, database_url=f"sqlite:///{tmp_path}/other.sqlite3", data=tmp_path / "other")
    restored = Database(other.database_url)
    migrating.migrate(restored)
    keeping.restore(restored, other, tmp_path / "b.zip")
    with restored.read() as db:
        rows = db.scalars(sa.select(Recording).order_by(Recording.created_at)).all()
        assert [row.state for row in rows] == ["own", "rejected", "draft"]
        assert rows[1].reason == "Bruit."
        assert db.get_one(Voice, voice_id).consent == speaking.WORDING
    assert sorted(path.name for path in (other.data / "recordings").iterdir()) == [
        name for name in house.files() if recordings.is_name(name)
    ]
    restored.dispose()


def test_a_diagnostic_that_was_read_can_be_closed_and_followed_and_a_draft_erased(house):
    voice_id = house.speaker()
    house.read(voice_id, house.script()[0])
    with house.database.begin() as db:
        draft = composing.create(
            db,
            house.trainer,
            title="Brouillon",
            framework="inclusion-numerique",
            selection=composing.Selection(skills=("SEC-01",), languages=("fr",), questions=4),
        )
        composing.erase(db, house.trainer, draft.id)
        composing.close(db, house.trainer, house.diagnostic_id)
        with pytest.raises(DomainError):
            composing.erase(db, house.trainer, house.diagnostic_id)
        assert db.get(Diagnostic, house.diagnostic_id) is not None
    house.read(voice_id, house.script()[1])
    assert len(house.rows()) == 2
