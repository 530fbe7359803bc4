"""Texts read aloud: kept, found, handed to the player, checked, erased. Who lends a voice, and how, is ``voices``."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import unicodedata
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import N_
from pathways.items.models import Recording
from pathways.items.presenting import Sound

FOLDER = "recordings"
"""Beside the database, in the data folder."""
LARGEST = 2_000_000
TYPES = {"mp3": "audio/mpeg", "ogg": "audio/ogg"}
FILE, VOICE, MACHINE = "file", "voice", "machine:"
"""Where a recording comes from; the last one is followed by the name of the engine."""
DRAFT, OWN, REVIEWED, REJECTED = "draft", "own", "reviewed", "rejected"
"""States: not yet checked; checked inside the organisation that made it, for its learners only; checked for everybody;
sent back and never played."""
CHECKED = frozenset({OWN, REVIEWED})
_NAME = re.compile(r"[0-9a-f]{64}\.(mp3|ogg)")
_LEFT_ALONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sound comes from (see :class:`Recording`)."""

    origin: str = FILE
    voice_id: uuid.UUID | None = None
    made_by: uuid.UUID | None = None
    seconds: float = 0.0


def text_fingerprint(text: str) -> str:
    """A recording belongs to a text, letter for letter: a changed text is silent until it is recorded again."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).strip().encode()).hexdigest()


def keep(
    db: Session,
    folder: Path,
    *,
    language: str,
    text: str,
    sound: bytes,
    licence: str,
    source: Source = Source(),
) -> Recording:
    """Keep ``sound`` as the reading of ``text``, in place of the unchecked one of the same source; raises
    :class:`Invalid` if it is not MP3 or Ogg, or too large. The very same sound again changes nothing.
    """
    extension = _extension(sound)
    if extension is None or len(sound) > LARGEST:
        raise Invalid("Le son doit être un fichier MP3 ou Ogg de moins de 2 Mo.")
    place = {"language": language, "text_fingerprint": text_fingerprint(text)}
    sha256 = hashlib.sha256(sound).hexdigest()
    _write(folder / f"{sha256}.{extension}", sound)
    row = _kept(db, place | {"sha256": sha256}, source)
    if row is None:
        row = Recording(
            **place,
            text=text,
            sha256=sha256,
            media_type=TYPES[extension],
            licence=licence,
            seconds=source.seconds,
            origin=source.origin,
            voice_id=source.voice_id,
            made_by=source.made_by,
            state=DRAFT,
        )
        try:
            with db.begin_nested():
                db.add(row)
                db.flush()
        except IntegrityError:  # the same sound at the same moment, in another process
            row = _kept(db, place | {"sha256": sha256}, source)
            assert row is not None
    supersede(db, folder, row)
    return row


def _kept(db: Session, place: Mapping[str, Any], source: Source) -> Recording | None:
    row = db.scalar(sa.select(Recording).filter_by(**place))
    if row is not None and (row.voice_id, row.voice_id or row.origin) != (
        source.voice_id,
        source.voice_id or source.origin,
    ):
        raise Conflict(N_("Ce son a déjà été envoyé par quelqu'un d'autre."))
    return row


def supersede(db: Session, folder: Path, row: Recording) -> None:
    """A newer reading by the same voice, file or engine takes the place of the older ones. One that was checked is
    played until the newer one is checked, too.
    """
    others = sa.select(Recording).where(
        Recording.language == row.language,
        Recording.text_fingerprint == row.text_fingerprint,
        Recording.voice_id == row.voice_id
        if row.voice_id
        else sa.and_(Recording.voice_id.is_(None), Recording.origin == row.origin),
        Recording.id != row.id,
    )
    if row.state not in CHECKED:
        others = others.where(Recording.state.not_in(CHECKED))
    erase(db, folder, db.scalars(others).all())


def of_texts(
    db: Session,
    texts: Mapping[str, Mapping[str, Mapping[str, str]]],
    *,
    near: sa.Select[uuid.UUID] | None = None,
) -> dict[str, dict[str, Sound]]:
    """``{item: {"ar/stem": sound}}`` for those of ``{item: {language: {key: text}}}`` that were recorded; one query,
    however many items and languages there are. ``near``: the voices whose unchecked readings are heard here; of others,
    only what was checked for everybody.
    """
    wanted: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for item, by_language in texts.items():
        for language, by_key in by_language.items():
            places = wanted.setdefault(language, {})
            for key, text in by_key.items():
                places.setdefault(text_fingerprint(text), []).append((item, f"{language}/{key}"))
    found: dict[str, dict[str, Sound]] = {item: {} for item in texts}
    for (language, fingerprint), row in best(db, wanted, near=near).items():
        for item, place in wanted[language][fingerprint]:
            found[item][place] = sound_of(row)
    return found


def best(
    db: Session, wanted: Mapping[str, Collection[str]], *, near: sa.Select[uuid.UUID] | None = None
) -> dict[tuple[str, str], Recording]:
    """Of the readings of each text of ``{language: fingerprints}``, the one that is played: a checked one before an
    unchecked one, a voice before a file, a person before a machine, the newest of equals. A rejected one, never.
    """
    heard = sa.or_(Recording.voice_id.is_(None), Recording.state == REVIEWED)
    if near is not None:
        heard = sa.or_(heard, Recording.voice_id.in_(near))
    query = sa.select(Recording).where(Recording.language.in_(list(wanted)), Recording.state != REJECTED, heard)
    every = sorted({fingerprint for fingerprints in wanted.values() for fingerprint in fingerprints})
    found: dict[tuple[str, str], Recording] = {}
    for row in db.scalars(query.where(_is_one_of(db, Recording.text_fingerprint, every))):
        place = (row.language, row.text_fingerprint)
        if row.text_fingerprint in wanted[row.language] and (place not in found or _rank(row) > _rank(found[place])):
            found[place] = row
    return found


def _is_one_of(db: Session, column: Any, values: list[str]) -> sa.ColumnElement[bool]:
    """``IN`` for thousands of values, as one parameter: a diagnostic in eleven languages has that many texts."""
    listed = json.dumps(values)
    if db.get_bind().dialect.name == "sqlite":
        each = sa.func.json_each(listed).table_valued("value")
    else:
        each = sa.func.json_array_elements_text(sa.cast(sa.literal(listed, sa.String), JSON))
        each = each.table_valued("value")
    return column.in_(sa.select(each.c.value))


def _rank(row: Recording) -> tuple[bool, bool, bool, datetime, uuid.UUID]:
    return is_human(row), row.state in CHECKED, row.voice_id is not None, row.created_at, row.id


def is_human(row: Recording) -> bool:
    return not row.origin.startswith(MACHINE)


def sound_of(row: Recording) -> Sound:
    return Sound(file_name(row), checked=row.state in CHECKED, human=is_human(row))


def file_name(row: Recording) -> str:
    return f"{row.sha256}.{'ogg' if row.media_type == TYPES['ogg'] else 'mp3'}"


def erase(db: Session, folder: Path, rows: Iterable[Recording]) -> int:
    """Erase recordings; their files go with the transaction, but for those that another recording uses. Returns how
    many recordings went.
    """
    gone = list(rows)
    if not gone:
        return 0
    for row in gone:
        db.delete(row)
    db.flush()
    digests = {row.sha256 for row in gone}
    digests -= set(db.scalars(sa.select(Recording.sha256).where(Recording.sha256.in_(digests))))
    _remove_with(db, [folder / file_name(row) for row in gone if row.sha256 in digests])
    return len(gone)


def _remove_with(db: Session, files: list[Path]) -> None:
    """Remove files once the whole transaction is kept: undone, it has lost nothing."""

    @event.listens_for(db, "after_commit")
    def _committed(session: Session) -> None:
        if not session.in_nested_transaction():
            while files:
                files.pop().unlink(missing_ok=True)


def sweep(db: Session, folder: Path) -> int:
    """Remove files that no recording names, a day after they came: a killed process may leave some."""
    old = (clock.now() - _LEFT_ALONE).timestamp()
    left = [path for path in folder.glob("*") if path.is_file() and path.stat().st_mtime < old]
    digests = [path.name.partition(".")[0] for path in left]
    named = set(db.scalars(sa.select(Recording.sha256).where(_is_one_of(db, Recording.sha256, digests))))
    orphans = [path for path in left if path.name.partition(".")[0] not in named]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def file(folder: Path, name: str) -> tuple[Path, str]:
    """The file of a recording and its media type; raises :class:`NotFound`, also for a name that is no name of ours."""
    path = folder / name
    if not is_name(name) or not path.is_file():
        raise NotFound(N_("Cette page n'existe pas."))
    return path, TYPES[name.rsplit(".", 1)[1]]


def is_name(name: str) -> bool:
    """Whether a file of ours may be called so: anything else in the folder is on its way to be one."""
    return bool(_NAME.fullmatch(name))


def is_named_after(name: str, sound: bytes) -> bool:
    """Whether a file of this name is where this very sound would be kept."""
    return is_name(name) and name.partition(".")[0] == hashlib.sha256(sound).hexdigest()


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
        os.utime(path)  # wanted again: it is not to be swept away meanwhile
        return
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
