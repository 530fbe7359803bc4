"""Loading frameworks, and finding micro-skills in them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from pathways import ids
from pathways.errors import NotFound
from pathways.i18n import D_, folded
from pathways.referentials.checks import FrameworkFolder
from pathways.referentials.documents import fingerprint_of
from pathways.referentials.ladders import Ladders
from pathways.referentials.models import MicroSkill, Referential, Strand

USUAL_FRAMEWORK = "inclusion-numerique"
"""The framework that is meant where none is named."""


def load(db: Session, folder: FrameworkFolder) -> Referential:
    """Store a checked framework. The same content again only refreshes its translations; changed content becomes the
    next number of the referential, and what was published stays on the number it was published with.
    """
    framework = folder.framework
    assert framework is not None
    content = fingerprint_of(framework.model_dump(mode="json"), 64)
    latest = db.scalar(newest().where(Referential.code == framework.code))
    if latest is None or latest.fingerprint != content:
        latest = _store(db, folder, number=1 if latest is None else latest.number + 1, fingerprint=content)
    _refresh_translations(latest, folder)
    return latest


def newest() -> sa.Select[Referential]:
    """The latest number of each referential, with its strands and micro-skills loaded in three queries."""
    numbers = (
        sa.select(Referential.code, sa.func.max(Referential.number).label("number"))
        .group_by(Referential.code)
        .subquery()
    )
    return (
        sa.select(Referential)
        .join(numbers, sa.and_(numbers.c.code == Referential.code, numbers.c.number == Referential.number))
        .order_by(Referential.code)
        .options(selectinload(Referential.strands).selectinload(Strand.skills))
    )


def all_newest(db: Session) -> Sequence[Referential]:
    return db.scalars(newest()).all()


def latest(db: Session, code: str) -> Referential:
    found = db.scalar(newest().where(Referential.code == code))
    if found is None:
        raise NotFound(D_("Ce référentiel n'existe pas."))
    return found


def readers_of(db: Session, code: str) -> str:
    """Who reads the questions of a framework: ``beginners``, also where it is not known, or ``practised`` ones."""
    query = sa.select(Referential.readers).filter_by(code=code).order_by(Referential.number.desc()).limit(1)
    return db.scalar(query) or "beginners"


def get(db: Session, referential_id: uuid.UUID) -> Referential:
    found = db.get(Referential, referential_id, options=[selectinload(Referential.strands).selectinload(Strand.skills)])
    if found is None:
        raise NotFound(D_("Ce référentiel n'existe pas."))
    return found


def skills_of(referential: Referential | Ladders) -> dict[str, MicroSkill]:
    """Micro-skills by code, in the order of the ladders."""
    return {skill.code: skill for strand in referential.strands for skill in strand.skills}


def matching(
    referential: Referential | Ladders,
    *,
    words: str = "",
    domain: str = "",
    level: int | None = None,
    without_device: str = "",
) -> list[MicroSkill]:
    """Micro-skills found by domain, level and words of their code, their title or their ladder's title;
    ``without_device`` leaves out those that need that device.
    """
    sought = folded(words).split()
    return [
        skill
        for one in referential.strands
        if not domain or one.domain == domain
        for skill in one.skills
        if (level is None or skill.level == level)
        and (not without_device or skill.device != without_device)
        and all(word in folded(f"{skill.code} {skill.title} {one.title}") for word in sought)
    ]


def _store(db: Session, folder: FrameworkFolder, *, number: int, fingerprint: str) -> Referential:
    framework = folder.framework
    assert framework is not None
    identity = (framework.code, str(number))
    referential = Referential(
        id=ids.stable_id("referential", *identity),
        code=framework.code,
        number=number,
        version=framework.version,
        fingerprint=fingerprint,
        language=framework.language,
        title=framework.title,
        audience=framework.audience,
        readers=framework.readers,
        licence=framework.licence,
        levels={str(level): said for level, said in framework.levels.items()},
        domains=[{"code": domain.code, "title": domain.title} for domain in framework.domains],
        translations={},
    )
    for position, (domain, strand) in enumerate(framework.strands()):
        stored = Strand(
            id=ids.stable_id("strand", *identity, strand.code),
            referential_id=referential.id,
            position=position,
            domain=domain.code,
            code=strand.code,
            title=strand.title,
            titles={},
            description=strand.description,
        )
        stored.skills = [
            MicroSkill(
                id=ids.stable_id("micro-skill", *identity, skill.code),
                referential_id=referential.id,
                position=rung,
                code=skill.code,
                title=skill.title,
                titles={},
                level=skill.level,
                device=skill.device,
                kinds=list(skill.kinds),
                requires=[list(group) for group in skill.requires],
                aligned={other: list(codes) for other, codes in skill.aligned.items()},
            )
            for rung, skill in enumerate(strand.skills)
        ]
        referential.strands.append(stored)
    db.add(referential)
    db.flush()
    return referential


def _refresh_translations(referential: Referential, folder: FrameworkFolder) -> None:
    """Put the titles of each language that translate exactly today's French; a stale one is not served."""
    assert folder.framework is not None
    french = folder.framework.titles()
    served = {language: one.fresh(french) for language, one in folder.translations.items()}
    referential.translations = {
        language: folder.translations[language].state for language, one in served.items() if one.strands or one.skills
    }
    for strand in referential.strands:
        strand.titles = {c: one.strands[strand.code] for c, one in served.items() if strand.code in one.strands}
        for skill in strand.skills:
            skill.titles = {c: one.skills[skill.code] for c, one in served.items() if skill.code in one.skills}
