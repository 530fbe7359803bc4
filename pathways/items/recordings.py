"""Texts read aloud. The bank of recordings grows elsewhere; here they are stored, found and handed to the player."""

from __future__ import annotations

import hashlib
import re
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.errors import Invalid, NotFound
from pathways.i18n import N_
from pathways.items.models import Recording

LARGEST = 2_000_000
TYPES = {"mp3": "audio/mpeg", "ogg": "audio/ogg"}
_NAME = re.compile(r"[0-9a-f]{64}\.(mp3|ogg)")


def text_fingerprint(text: str) -> str:
    """A recording belongs to a text, letter for letter: a changed text is silent until it is recorded again."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).strip().encode()).hexdigest()


def keep(db: Session, folder: Path, *, language: str, text: str, sound: bytes, licence: str) -> Recording:
    """Keep ``sound`` as the reading of ``text``; raises :class:`Invalid` if it is not MP3 or Ogg, or too large."""
    extension = _extension(sound)
    if extension is None or len(sound) > LARGEST:
        raise Invalid("Le son doit être un fichier MP3 ou Ogg de moins de 2 Mo.")
    sha256 = hashlib.sha256(sound).hexdigest()
    _write(folder / f"{sha256}.{extension}", sound)
    row = db.scalar(sa.select(Recording).filter_by(language=language, text_fingerprint=text_fingerprint(text)))
    if row is None:
        row = Recording(language=language, text_fingerprint=text_fingerprint(text))
        db.add(row)
    row.sha256, row.media_type, row.licence = sha256, TYPES[extension], licence
    return row


def of_texts(db: Session, texts: Mapping[str, Mapping[str, Mapping[str, str]]]) -> dict[str, dict[str, str]]:
    """``{item: {"ar/stem": "<sha256>.mp3"}}`` for those of ``{item: {language: {key: text}}}`` that were recorded; one
    query per language, however many items there are.
    """
    wanted: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for item, by_language in texts.items():
        for language, by_key in by_language.items():
            places = wanted.setdefault(language, {})
            for key, text in by_key.items():
                places.setdefault(text_fingerprint(text), []).append((item, f"{language}/{key}"))
    found: dict[str, dict[str, str]] = {item: {} for item in texts}
    extensions = {media_type: extension for extension, media_type in TYPES.items()}
    for language, places in wanted.items():
        query = sa.select(Recording).where(Recording.language == language, Recording.text_fingerprint.in_(places))
        for row in db.scalars(query):
            for item, place in places[row.text_fingerprint]:
                found[item][place] = f"{row.sha256}.{extensions[row.media_type]}"
    return found


def file(folder: Path, name: str) -> tuple[Path, str]:
    """The file of a recording and its media type; raises :class:`NotFound`, also for a name that is no name of ours."""
    path = folder / name
    if not _NAME.fullmatch(name) or not path.is_file():
        raise NotFound(N_("Cette page n'existe pas."))
    return path, TYPES[name.rsplit(".", 1)[1]]


def is_named_after(name: str, sound: bytes) -> bool:
    """Whether a file of this name is where this very sound would be kept."""
    return bool(_NAME.fullmatch(name)) and name.partition(".")[0] == hashlib.sha256(sound).hexdigest()


def _extension(sound: bytes) -> str | None:
    if sound.startswith(b"OggS"):
        return "ogg"
    if sound.startswith(b"ID3") or (len(sound) > 1 and sound[0] == 0xFF and sound[1] & 0xE0 == 0xE0):
        return "mp3"
    return None


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a killed process leaves no half sound under a digest's name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        return
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
