"""The synthetic voice: a draft behind every person, made where nothing is, by a program that may be missing."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pathways import cli, i18n
from pathways.diagnostics.models import Diagnostic
from pathways.errors import SettingsError
from pathways.items import recordings
from pathways.items.models import Recording
from pathways.voices import machine
from tests.voices.sounds import sent

FAKE = """#!{python}
import sys, pathlib
text = sys.stdin.read()
folder = pathlib.Path({folder!r})
with (folder / "asked").open("a") as file:
    file.write(" ".join(sys.argv[1:]) + chr(10))
if (folder / "broken").exists():
    sys.exit(1)
sys.stdout.buffer.write((folder / "sound.wav").read_bytes() + text.encode())
"""


@pytest.fixture
def espeak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name that says everything alike; what it was asked stands in ``asked``."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "sound.wav").write_bytes(sent("wav", 0.6))
    program = folder / machine.PROGRAM
    program.write_text(FAKE.format(python=sys.executable, folder=str(folder)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sounds are taken as they come: what is made of them has its own tests."""
    made = machine.sound.Cleaned(b"ID3" + bytes(60), 0.6)
    monkeypatch.setattr(machine.sound, "made", lambda _sent: made)


def speak(house, *languages: str, **only: Any) -> machine.Told:
    data = house.folder.parent
    return machine.speak(house.database, data, [i18n.language(code) for code in languages], **only)


def code_of(house) -> str:
    with house.database.read() as db:
        return str(db.get_one(Diagnostic, house.diagnostic_id).code)


@pytest.mark.slow
def test_what_nobody_read_is_read_marked_as_synthetic_and_once(house, espeak):
    told = speak(house, "ar", diagnostic=code_of(house))
    assert (told.made, told.there, told.failed) == (len(house.script()), 0, 0)
    assert all((row.origin, row.state, row.made_by) == ("machine:espeak-ng", "draft", None) for row in house.rows())
    item, place = house.script()[0].item, f"ar/{house.script()[0].key}"
    sound = house.heard().sounds[item][place]
    assert (sound.human, sound.checked) == (False, False)
    asked = (espeak / "asked").read_text()
    assert asked.startswith("-v ar -s 140")
    again = speak(house, "ar", diagnostic=code_of(house))
    assert (again.made, again.there) == (0, len(house.script()))
    assert (espeak / "asked").read_text() == asked, "asked for nothing twice"


@pytest.mark.slow
def test_a_person_is_never_read_over(house, espeak, quick):
    segment = house.script()[0]
    with house.database.begin() as db:
        recordings.keep(db, house.folder, language="ar", text=segment.text, sound=b"ID3person", licence="CC0")
    speak(house, "ar", diagnostic=code_of(house))
    [of_text] = [row for row in house.rows() if row.text_fingerprint == segment.fingerprint]
    assert of_text.origin == "file"
    voice = house.read(house.speaker(), house.script()[1], "voice")
    assert voice in {row.id for row in house.rows()}
    item, place = house.script()[1].item, f"ar/{house.script()[1].key}"
    assert house.heard().sounds[item][place].human


@pytest.mark.slow
def test_what_stopped_half_way_goes_on(house, espeak, quick, monkeypatch):
    monkeypatch.setattr(machine, "BATCH", 3)
    said = machine._said
    count = 0

    def stopping(*given: str):
        nonlocal count
        count += 1
        if count == 8:
            raise KeyboardInterrupt
        return said(*given)

    monkeypatch.setattr(machine, "_said", stopping)
    with pytest.raises(KeyboardInterrupt):
        speak(house, "ar", diagnostic=code_of(house))
    assert len(house.rows()) == 6
    told = speak(house, "ar", diagnostic=code_of(house))
    assert (told.made, told.there) == (len(house.script()) - 6, 6)


@pytest.mark.slow
def test_a_program_that_fails_is_counted_and_keeps_nothing(house, espeak):
    (espeak / "broken").write_text("")
    told = speak(house, "ar", diagnostic=code_of(house))
    assert (told.made, told.failed) == (0, len(house.script()))
    assert house.rows() == []


@pytest.mark.slow
def test_a_whole_framework_in_french_and_what_does_not_exist(house, espeak, quick):
    told = speak(house, "fr", framework="inclusion-numerique")
    assert told.made > 200
    with house.database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Recording).filter_by(language="fr")) == told.made
    for only in ({"framework": "nothing"}, {"diagnostic": "ZZZZZZ"}):
        with pytest.raises(SettingsError):
            speak(house, "fr", **only)


def test_languages_are_those_of_the_registry_with_a_voice():
    assert [one.code for one in machine.languages_of(["ar", "fa-AF", "ar"])] == ["ar", "fa_AF"]
    assert "ps" not in {one.code for one in machine.languages_of([])}
    for tag in ("ps", "ti", "klingon"):
        with pytest.raises(SettingsError):
            machine.languages_of([tag])


@pytest.mark.slow
def test_the_command_says_what_is_missing_and_what_it_did(house, settings, espeak, quick, monkeypatch, capsys):
    monkeypatch.setenv("PATHWAYS_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PATHWAYS_DATA", str(settings.data))
    assert cli.main(["speak", "ar", "--diagnostic", code_of(house)]) == 0
    assert f"{len(house.script())} textes lus" in capsys.readouterr().out
    assert cli.main(["speak", "ps"]) == 1
    assert "faites lire quelqu'un" in capsys.readouterr().err
    monkeypatch.setenv("PATH", "/nowhere")
    assert cli.main(["speak"]) == 1
    told = capsys.readouterr().err
    assert "espeak-ng n'est pas là" in told
    assert told.count("\n") == 1
