"""Sounds made even, whatever phone they come from; what is no sound, or too much of one, refused in words."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import time
import zipfile

import numpy as np
import pytest

from pathways.errors import Invalid, TooMany
from pathways.voices import sound
from tests.voices.sounds import FORMATS, RATE, encoded, in_a_room, sent, spoken

pytestmark = pytest.mark.slow  # each sound is made and decoded in a process of its own


@pytest.mark.parametrize("kind", FORMATS)
def test_what_every_phone_sends_becomes_one_small_even_mp3(kind):
    made = sound.cleaned(sent(kind))
    assert sound.container_of(made.sound) == "mp3"
    assert len(made.sound) < 7_000 * made.seconds + 2_000
    voice = sound._decoded(made.sound)
    loudness, peak = sound.measured(voice)
    assert loudness == pytest.approx(sound.LOUDNESS, abs=1.5)
    assert peak <= sound.PEAK
    assert len(voice) / RATE == pytest.approx(made.seconds, abs=0.2)


def test_the_silence_around_a_voice_is_cut_and_a_breath_of_it_is_left():
    voice = in_a_room(spoken(3.0), before=4.0, after=3.0)
    made = sound.made(encoded(voice, "wav"))
    assert 2.7 < made.seconds < 3.6


@pytest.mark.parametrize("loudness", [0.01, 0.05, 1.0, 4.0])
def test_a_whisper_and_a_shout_come_out_alike(loudness):
    made = sound.made(encoded(in_a_room(spoken(loudness=loudness), noise=0.0001), "wav"))
    level, peak = sound.measured(sound._decoded(made.sound))
    assert level == pytest.approx(sound.LOUDNESS, abs=1.5)
    assert peak <= sound.PEAK


def test_a_knock_on_the_phone_does_not_make_the_voice_faint():
    voice = spoken(4.0, loudness=0.05)
    voice[RATE : RATE + 40] = 1.0
    level, peak = sound.measured(sound._decoded(sound.made(encoded(in_a_room(voice), "wav")).sound))
    assert level == pytest.approx(sound.LOUDNESS, abs=2.5)
    assert peak <= sound.PEAK


def test_one_word_is_measured_too():
    made = sound.made(encoded(in_a_room(spoken(0.4)), "webm"))
    assert made.seconds < 1
    assert sound.measured(sound._decoded(made.sound))[0] == pytest.approx(sound.LOUDNESS, abs=2)


def test_the_same_sound_gives_the_same_bytes_so_that_sent_twice_it_is_one():
    assert sound.cleaned(sent("webm")) == sound.made(sent("webm"))


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", b"\0" * 20_000_000)
    return out.getvalue()


HOSTILE = {
    "a page": (b"<!doctype html><script>alert(1)</script>" * 20, sound.UNREADABLE),
    "nothing": (b"", sound.UNREADABLE),
    "a few bytes": (b"OggS", sound.UNREADABLE),
    "an archive that swells": (zipped(), sound.UNREADABLE),
    "a list of other files": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", sound.UNREADABLE),
    "files put together": (b"ffconcat version 1.0\nfile /etc/passwd\n", sound.UNREADABLE),
    "a head of Matroska": (b"\x1aE\xdf\xa3" + bytes(range(256)) * 40, sound.UNREADABLE),
    "a head of MP3": (b"ID3" + b"\xff" * 5_000, sound.UNREADABLE),
    "a head of Ogg": (b"OggS" + bytes(500), sound.UNREADABLE),
    "a head of MP4": (b"\0\0\0\x18ftypmp42" + b"\xff" * 3_000, sound.UNREADABLE),
    "too many bytes": (b"RIFF\0\0\0\0WAVE" + b"\0" * sound.LARGEST, sound.TOO_LARGE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_sound_is_refused_in_a_sentence(name):
    body, sentence = HOSTILE[name]
    with pytest.raises(Invalid) as refused:
        sound.cleaned(body)
    assert refused.value.message == sentence


def test_a_film_is_refused_as_a_film():
    with pytest.raises(Invalid, match="vidéo"):
        sound.cleaned(encoded(spoken(), "webm", with_film=True))


def test_more_than_a_minute_is_refused_however_small_the_file():
    small = encoded(np.zeros(RATE * 3600, np.float32), "webm")
    assert len(small) < 2_000_000
    before = time.monotonic()
    with pytest.raises(Invalid, match="une minute"):
        sound.cleaned(small)
    assert time.monotonic() - before < 15, "an hour was decoded"


def test_silence_is_refused_with_what_to_do():
    for voice in (np.zeros(RATE * 2, np.float32), in_a_room(np.zeros(RATE, np.float32), noise=0.0002)):
        with pytest.raises(Invalid, match="Rapprochez"):
            sound.cleaned(encoded(voice, "wav"))


def test_a_file_cut_off_on_its_way_gives_what_can_be_heard_or_nothing():
    whole = sent("webm", 6.0)
    assert sound.cleaned(whole[: len(whole) * 2 // 3]).seconds > 1
    with pytest.raises(Invalid):
        sound.cleaned(whole[:300])
    m4a = sent("mp4", 6.0)
    with pytest.raises(Invalid):  # its index is at the end
        sound.cleaned(m4a[: len(m4a) // 2])


@pytest.mark.parametrize("seed", range(12))
def test_spoilt_bytes_never_do_more_than_be_refused(seed):
    chance = np.random.default_rng(seed)
    body = bytearray(sent(list(FORMATS)[seed % len(FORMATS)]))
    for place in chance.integers(12, len(body), 200):
        body[place] = int(chance.integers(256))
    try:
        assert sound.cleaned(bytes(body)).seconds <= sound.LONGEST
    except Invalid as refused:
        assert refused.message in sound._SAID.values()  # noqa: PT017 - either is right


def test_a_decoder_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(sound, "SECONDS", 0.05)
    with pytest.raises(Invalid):
        sound.cleaned(sent())


def test_one_sound_is_made_at_a_time_and_who_waits_too_long_is_asked_to_come_back(monkeypatch):
    together, most, lock = 0, 0, threading.Lock()

    def slow(_sent: bytes) -> sound.Cleaned:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        time.sleep(0.05)
        with lock:
            together -= 1
        return sound.Cleaned(b"", 1.0)

    monkeypatch.setattr(sound, "_apart", slow)
    threads = [threading.Thread(target=sound.cleaned, args=(sent(),)) for _ in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert most == 1
    monkeypatch.setattr(sound, "PATIENCE", 0.01)
    with sound._ONE_AT_A_TIME, pytest.raises(TooMany):
        sound.cleaned(sent())


def test_ffmpeg_is_not_loaded_by_the_server_that_starts():
    code = "import sys, pathways.app; sys.exit('av' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
