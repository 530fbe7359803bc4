"""A synthetic voice where there is no other: espeak-ng, where the registry names a voice that can be heard at all. What
it makes is a draft, marked as synthetic to learners, and stands behind every human reading.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import i18n, ids
from pathways.database import Database
from pathways.diagnostics.models import Diagnostic
from pathways.errors import SettingsError
from pathways.items import recordings
from pathways.items import service as items_service
from pathways.items.models import Item, ItemRevision, Recording
from pathways.items.recordings import MACHINE, Source, text_fingerprint
from pathways.voices import sound
from pathways.voices.script import OF_SCREEN, keys_read, script
from pathways.voices.sound import Cleaned

PROGRAM = "espeak-ng"
ORIGIN = f"{MACHINE}{PROGRAM}"
LICENCE = "CC-BY-SA-4.0"
WORDS_A_MINUTE = 140
LONGEST_TEXT = 600
SECONDS = 30
BATCH = 20
"""Sounds that are kept at once: a stopped command has lost fewer."""
LEAST_STATE = "machine"


@dataclass(slots=True)
class Told:
    """What the command has to say."""

    made: int = 0
    there: int = 0
    """Texts that had a reading already."""
    failed: int = 0


def languages_of(wanted: Sequence[str]) -> list[i18n.Language]:
    """Those of the registry with a voice; raises :class:`SettingsError` for another one."""
    if not wanted:
        return [one for one in i18n.languages().values() if one.voice]
    found = []
    for tag in wanted:
        code = i18n.recognised(tag)
        if code is None:
            raise SettingsError(f"« {tag[:40]} » n'est pas une langue du registre.")
        if not i18n.language(code).voice:
            raise SettingsError(
                f"Il n'y a pas de voix de synthèse assez bonne en {i18n.language(code).name} : faites lire quelqu'un."
            )
        found.append(i18n.language(code))
    return list(dict.fromkeys(found))


def program() -> str:
    """Where espeak-ng is; raises :class:`SettingsError` with what to do if it is not on the PATH."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise SettingsError(
            f"Le programme {PROGRAM} n'est pas là : installez-le (sur Debian, apt-get install {PROGRAM}), "
            "ou faites lire les questions par quelqu'un."
        )
    return found


def speak(
    database: Database,
    data: Path,
    languages: Iterable[i18n.Language],
    *,
    framework: str = "",
    diagnostic: str = "",
    watch: Callable[[Sequence[str]], Iterable[str]] = iter,
) -> Told:
    """Read aloud what nobody has read, neither a person nor the machine. Stopped and started again, it goes on; sounds
    are made outside of the transaction that keeps them. ``watch`` shows progress over the texts.
    """
    espeak, told = program(), Told()
    for one in languages:
        with database.read() as db:
            texts = _texts(db, one.code, framework, diagnostic)
            silent = _silent(db, one.code, texts)
        told.there += len(texts) - len(silent)
        for batch in _batches(watch(silent)):
            made = [(text, _said(espeak, one.voice, text)) for text in batch]
            told.failed += sum(reading is None for _, reading in made)
            with database.begin() as db:
                told.made += sum(
                    _keep(db, data / recordings.FOLDER, one.code, text, reading)
                    for text, reading in made
                    if reading is not None
                )
                items_service.note_change(db)
    return told


def _texts(db: Session, language: str, framework: str, diagnostic: str) -> list[str]:
    """The texts to read in a language, each once."""
    if diagnostic:
        found = db.scalar(sa.select(Diagnostic).filter_by(code=ids.normalised(diagnostic)))
        if found is None:
            raise SettingsError(f"Aucun diagnostic n'a le code « {diagnostic[:20]} ».")
        return list(dict.fromkeys(one.text for one in script(db, found, language)))
    query = sa.select(Item.current_id).where(Item.current_id.is_not(None), Item.organisation_id.is_(None))
    if framework:
        query = query.where(Item.framework == framework)
    names = [one for one in db.scalars(query) if one is not None]
    if framework and not names:
        raise SettingsError(f"Aucune question dans le référentiel « {framework[:64]} ».")
    return list(dict.fromkeys(text for row in items_service.revisions(db, names) for text in _of(row, language)))


def _of(revision: ItemRevision, language: str) -> Iterator[str]:
    if revision.kind == OF_SCREEN:
        return
    texts = revision.segments
    if language != i18n.SOURCE:
        row = items_service.served(revision, language, LEAST_STATE)
        texts = row.segments if row is not None else {}
    for key, _ in keys_read(revision.body, revision.segments):
        if text := texts.get(key):
            yield text


def _silent(db: Session, language: str, texts: Sequence[str]) -> list[str]:
    by_fingerprint = {text_fingerprint(text): text for text in texts}
    read = recordings.best(db, {language: by_fingerprint})
    return [text for fingerprint, text in by_fingerprint.items() if (language, fingerprint) not in read]


def _keep(db: Session, folder: Path, language: str, text: str, reading: Cleaned) -> bool:
    """Whether it was new: another command may have read it meanwhile, and a person comes first."""
    query = sa.select(Recording.id).filter_by(language=language, text_fingerprint=text_fingerprint(text), voice_id=None)
    if db.scalar(query.limit(1)) is not None:
        return False
    source = Source(ORIGIN, seconds=reading.seconds)
    recordings.keep(db, folder, language=language, text=text, sound=reading.sound, licence=LICENCE, source=source)
    return True


def _said(espeak: str, voice: str, text: str) -> Cleaned | None:
    """The text as the machine says it; ``None`` if it cannot."""
    if len(text) > LONGEST_TEXT:
        return None
    command = [espeak, "-v", voice, "-s", str(WORDS_A_MINUTE), "-b", "1", "--stdin", "--stdout"]
    try:
        done = subprocess.run(  # noqa: S603 - the text goes in by the standard input
            command, input=text.encode(), capture_output=True, timeout=SECONDS, check=True
        )
        return sound.made(done.stdout[: sound.LARGEST])
    except (subprocess.SubprocessError, OSError, sound.Refused):
        return None


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
