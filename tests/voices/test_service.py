"""Lending a voice from the link to the learner's ear, and back: on both databases."""

from __future__ import annotations

import os
import threading
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.diagnostics.composing import service as composing
from pathways.errors import Conflict, Gone, Invalid, NotFound, TooMany
from pathways.items import recordings
from pathways.items import service as items_service
from pathways.voices import links, speaking
from pathways.voices.models import Voice
from tests.conftest import SECRET
from tests.voices.conftest import ADDRESS, a_sound, counted, decide, place_of

# --- the script ---


def test_a_script_has_what_a_learner_sees_and_hears_and_nothing_for_trainers(house):
    keys = {one.key.split(".")[0] for one in house.script()}
    assert keys >= {"stem", "options", "picture"}
    assert not any(one.key == "explain" for one in house.script())
    assert all(one.own and one.french and one.text == one.own for one in house.script())
    assert all(one.own is None and one.text == one.french for one in house.script("fr"))


def test_the_same_words_are_read_once(house):
    texts = [one.fingerprint for one in house.script()]
    assert len(texts) == len(set(texts)) > 10


# --- links ---


def test_the_same_key_gives_the_same_link_and_another_one_another(house):
    with house.database.begin() as db:
        first, token = house.open_link(db)
        assert house.open_link(db) == (first, token)
        assert house.open_link(db, key=2)[1] != token
        assert len(token) == 43
        assert token not in repr(vars(first))


def test_a_link_is_for_a_published_diagnostic_in_one_of_its_languages(house, new_house):
    other = new_house()
    with house.database.begin() as db:
        for language in ("ti", "xx", ""):
            with pytest.raises(Invalid):
                house.open_link(db, language)
        with pytest.raises(NotFound):
            links.open_link(db, SECRET, other.trainer, house.diagnostic_id, language="ar", key=uuid.uuid4())
        composing.close(db, house.trainer, house.diagnostic_id)
        with pytest.raises(Conflict):
            house.open_link(db)


def test_a_voice_does_not_exist_for_another_organisation(house, new_house):
    voice_id, other = house.speaker(), new_house()
    with house.database.begin() as db:
        for act in (links.get, links.revoke, lambda *one: speaking.erase(one[0], house.folder, *one[1:])):
            with pytest.raises(NotFound):
                act(db, other.trainer, voice_id)
        with pytest.raises(NotFound):
            speaking.keep_file(db, house.folder, other.trainer, voice_id, fingerprint="", sound=a_sound())
        with pytest.raises(NotFound):
            links.of_diagnostic(db, other.trainer, house.diagnostic_id)


def test_guessed_links_are_counted_and_then_refused(house):
    def guess() -> None:
        with house.database.read() as db:
            assert speaking.held(db, SECRET, "x" * 43, address=ADDRESS) is None
        with house.database.begin() as db:
            speaking.count_wrong(db, SECRET, address=ADDRESS)

    with house.database.begin() as db:
        _, token = house.open_link(db)
    for _ in range(speaking.WRONG_LINKS):
        with pytest.raises(NotFound):
            guess()
    with pytest.raises(TooMany):
        guess()
    with house.database.read() as db:
        assert speaking.held(db, SECRET, token, address="192.0.2.8") is not None


# --- reading aloud ---


def test_nothing_is_kept_before_the_speaker_agrees(house):
    with house.database.begin() as db:
        voice, _ = house.open_link(db)
    with pytest.raises(Conflict):
        house.read(voice.id, house.script()[0])
    assert house.rows() == []


def test_the_consent_keeps_its_wording_and_its_first_date(house, monkeypatch):
    voice_id = house.speaker()
    with house.database.begin() as db:
        before = db.get_one(Voice, voice_id).consented_at
        monkeypatch.setattr(speaking, "WORDING", "another")
        voice = speaking.agree(db, voice_id, credit="Une amie")
        assert (voice.consented_at, voice.consent, voice.credit) == (before, "2026-11", "Une amie")
        assert voice.licence == "CC-BY-SA-4.0"


def test_what_is_read_is_heard_at_once_with_its_mark_and_by_no_other_organisation(house, new_house):
    other, segment = new_house(), house.script()[0]
    with house.database.read() as db:
        number = items_service.change_number(db)
    house.read(house.speaker(), segment)
    item, place = place_of(segment)
    sound = house.heard().sounds[item][place]
    assert (sound.human, sound.checked) == (True, False)
    assert house.files() == [sound.file]
    assert other.heard().sounds.get(item, {}) == {}
    with house.database.read() as db:
        assert items_service.change_number(db) > number


def test_the_same_sound_twice_is_one_and_another_one_takes_its_place_with_its_file(house):
    voice_id, segment = house.speaker(), house.script()[0]
    first = house.read(voice_id, segment, "a")
    assert house.read(voice_id, segment, "a") == first
    second = house.read(voice_id, segment, "b")
    assert [row.id for row in house.rows()] == [second] != [first]
    assert len(house.files()) == 1


def test_a_text_that_is_not_in_the_script_is_not_kept(house):
    voice_id = house.speaker()
    with house.database.begin() as db, pytest.raises(Conflict):
        speaking.keep(db, house.folder, voice_id, fingerprint="0" * 64, sound=a_sound())
    assert (house.rows(), house.files()) == ([], [])


def test_the_same_sentence_sent_twice_at_the_same_moment_is_kept_once(house):
    voice_id, segment = house.speaker(), house.script()[0]
    found, begin = [], threading.Barrier(4)

    def send(word: str) -> None:
        begin.wait()
        found.append(house.read(voice_id, segment, word))

    for words in ("aaaa", "bcbc"):
        found.clear()
        threads = [threading.Thread(target=send, args=(word,)) for word in words]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert len(found) == 4, "one of them was refused"
        assert len(house.rows()) == 1
        assert len(house.files()) == 1


def test_progress_is_kept_and_asked_for_in_as_many_queries_for_many_as_for_one(house):
    voice_id = house.speaker()
    for number, segment in enumerate(house.script()[:5]):
        house.read(voice_id, segment, str(number))
    with house.database.read() as db, counted(house.database) as few:
        [one] = links.of_diagnostic(db, house.trainer, house.diagnostic_id)[1]
    assert (one.done, len(one.segments)) == (5, len(house.script()))
    for key in range(2, 12):
        house.speaker(key=key)
    with house.database.read() as db, counted(house.database) as many:
        assert len(links.of_diagnostic(db, house.trainer, house.diagnostic_id)[1]) == 11
    assert len(many) == len(few)


# --- the end of a link ---


def test_after_thirty_days_nothing_more_is_read_and_everything_can_be_taken_back(house, monkeypatch):
    voice_id, segment = house.speaker(), house.script()[0]
    house.read(voice_id, segment)
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(Gone):
        house.read(voice_id, segment, "late")
    with house.database.begin() as db:
        assert links.state_of(speaking.withdraw(db, house.folder, voice_id)) == links.WITHDRAWN
    assert (house.rows(), house.files()) == ([], [])


def test_a_revoked_link_reads_no_more_and_keeps_what_was_read(house):
    voice_id = house.speaker()
    house.read(voice_id, house.script()[0])
    with house.database.begin() as db:
        links.revoke(db, house.trainer, voice_id)
        links.revoke(db, house.trainer, voice_id)
    with pytest.raises(Gone):
        house.read(voice_id, house.script()[1])
    with house.database.begin() as db, pytest.raises(Gone):
        speaking.agree(db, voice_id, credit="")
    assert len(house.rows()) == 1


def test_a_consent_taken_back_erases_every_sound_also_checked_ones_and_stays_taken_back(house):
    voice_id = house.speaker()
    checked = house.read(voice_id, house.script()[0], "a")
    decide(house, house.reviewer, checked)
    house.read(voice_id, house.script()[1], "b")
    with house.database.begin() as db:
        speaking.withdraw(db, house.folder, voice_id)
        speaking.withdraw(db, house.folder, voice_id)
    assert (house.rows(), house.files()) == ([], [])
    assert not any(house.heard().sounds.values())
    with pytest.raises(Gone):
        house.read(voice_id, house.script()[0])
    with house.database.begin() as db, pytest.raises(Gone):
        speaking.keep_file(
            db, house.folder, house.trainer, voice_id, fingerprint=house.script()[0].fingerprint, sound=a_sound()
        )
    with house.database.begin() as db, pytest.raises(Conflict):
        house.open_link(db)


def test_a_file_goes_with_the_transaction_and_not_before(house):
    voice_id = house.speaker()
    house.read(voice_id, house.script()[0])
    before = house.files()

    def fail() -> None:
        with house.database.begin() as db:
            speaking.withdraw(db, house.folder, voice_id)
            with db.begin_nested():
                db.execute(sa.text("SELECT 1"))
            raise Invalid("the lights go out")

    with pytest.raises(Invalid):
        fail()
    assert house.files() == before
    assert len(house.rows()) == 1


def test_a_file_that_another_recording_uses_stays(house):
    first, second = house.speaker(key=1), house.speaker(key=2)
    one, other = house.script()[:2]
    house.read(first, one, "same")
    house.read(second, other, "same")
    with house.database.begin() as db:
        speaking.withdraw(db, house.folder, first)
    assert len(house.files()) == len(house.rows()) == 1
    with pytest.raises(Conflict):  # somebody else sent this very file for this very text
        house.read(house.speaker(key=3), other, "same")


def test_files_that_nothing_names_are_swept_away_after_a_day(house):
    house.read(house.speaker(), house.script()[0])
    [kept] = house.files()
    for name in ("f" * 64 + ".mp3", "tmp-of-a-killed-process"):
        (house.folder / name).write_bytes(b"ID3")
    with house.database.read() as db:
        assert recordings.sweep(db, house.folder) == 0
        yesterday = clock.now().timestamp() - 90_000
        for path in house.folder.glob("*"):
            os.utime(path, (yesterday, yesterday))
        assert recordings.sweep(db, house.folder) == 2
    assert house.files() == [kept]
