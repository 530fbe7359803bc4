"""How much of the product exists in each language, part by part, and how far people have checked it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polib
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import glossaries, i18n
from pathways.i18n import DESK, LEARNERS, Language
from pathways.items.models import REJECTED, Item, ItemRevision, ItemTranslation, Recording
from pathways.items.service import may_ask
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.models import Referential

READ = ("reviewed", "verified")


@dataclass(frozen=True, slots=True)
class Part:
    """So many of ``every`` texts, questions or titles exist; of these, somebody else has read ``read``."""

    done: int
    every: int
    read: int = 0

    @property
    def per_cent(self) -> int:
        """Rounded down: 100 is all of it."""
        return 100 * self.done // self.every if self.every else 100


@dataclass(frozen=True, slots=True)
class Coverage:
    """One language."""

    language: Language
    interface: Part
    desk: Part | None
    """``None`` where the pages of trainers are not to exist in it."""
    titles: Part
    questions: Part
    terms: int
    """Entries of its glossary."""
    sounds: int
    """Texts that somebody, or a machine, has read aloud; a rejected reading is none."""


def of(db: Session, member: Member, framework: str) -> list[Coverage]:
    """Every language, in the order of the wall. A fixed number of queries, however many languages there are."""
    referential = referentials_service.latest(db, framework)
    questions = _questions(db, member, framework)
    sounds = _sounds(db)
    return [
        Coverage(
            language=language,
            interface=_catalogue(code, LEARNERS),
            desk=_catalogue(code, DESK) if language.desk else None,
            titles=_titles(referential, code),
            questions=questions.get(code, Part(0, questions[i18n.SOURCE].every)),
            terms=len(glossaries.glossary(code)),
            sounds=sounds.get(code, 0),
        )
        for code, language in i18n.languages().items()
    ]


def _questions(db: Session, member: Member, framework: str) -> dict[str, Part]:
    """Questions that a screen can ask. French has them all."""
    asked = [Item.framework == framework, may_ask(member.organisation_id), ItemRevision.kind != "observed"]
    items = sa.select(sa.func.count()).select_from(Item).join(ItemRevision, ItemRevision.id == Item.current_id)
    every = db.scalar(items.where(*asked)) or 0
    is_read = ItemTranslation.state.in_(READ)
    rows = db.execute(
        sa.select(ItemTranslation.language, sa.func.count(), sa.func.count().filter(is_read))
        .join(ItemRevision, ItemRevision.id == ItemTranslation.revision_id)
        .join(Item, Item.current_id == ItemRevision.id)
        .where(*asked, ItemTranslation.is_current)
        .group_by(ItemTranslation.language)
    )
    return {language: Part(done, every, read) for language, done, read in rows} | {
        i18n.SOURCE: Part(every, every, every)
    }


def _titles(referential: Referential, code: str) -> Part:
    titled = [strand.titles for strand in referential.strands]
    titled += [skill.titles for strand in referential.strands for skill in strand.skills]
    done = len(titled) if code == i18n.SOURCE else sum(code in titles for titles in titled)
    is_read = code == i18n.SOURCE or referential.translations.get(code) in READ
    return Part(done, len(titled), done if is_read else 0)


def _catalogue(code: str, domain: str) -> Part:
    every = _entries(i18n.desk_languages()[-1].code, domain)[1]
    if code == i18n.SOURCE:
        return Part(every, every, every)
    done, _ = _entries(code, domain)
    return Part(done, every, done if i18n.language(code).state in READ else 0)


def _entries(code: str, domain: str) -> tuple[int, int]:
    path = i18n.po_file(code, domain)
    return _counted(str(path), path.stat().st_mtime_ns) if path.exists() else (0, 0)


@lru_cache(maxsize=200)
def _counted(path: str, _changed_at: int) -> tuple[int, int]:
    """Translated texts and all of them. An entry without all its plural forms is not translated."""
    file = polib.pofile(path)
    return len(file.translated_entries()), len([entry for entry in file if not entry.obsolete])


def _sounds(db: Session) -> dict[str, int]:
    query = sa.select(Recording.language, sa.func.count(sa.distinct(Recording.text_fingerprint)).label("number"))
    rows = db.execute(query.where(Recording.state != REJECTED).group_by(Recording.language))
    return {row.language: row.number for row in rows}


def whole(parts: Collection[Part]) -> bool:
    return all(part.done == part.every for part in parts)


def lacking(rows: Sequence[Coverage]) -> list[str]:
    """Codes of languages in which a learner would meet French where it is not meant."""
    return [row.language.code for row in rows if not whole([row.interface, row.titles, row.questions])]
