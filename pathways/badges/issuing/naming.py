"""What codes are called in the words of criteria: micro-skills, achievements, themes, languages; French or English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import i18n
from pathways.badges import proposals
from pathways.badges.criteria import tree
from pathways.badges.criteria.nodes import Node
from pathways.badges.criteria.wording import Language, Names
from pathways.badges.models import Achievement, AchievementVersion
from pathways.referentials import service as referentials
from pathways.referentials.models import MicroSkill, Referential
from pathways.workshops.themes import themes
from pathways.workshops.tongues import tongues


def names_for(db: Session, nodes: Iterable[Node], language: Language) -> Names:
    """Names of everything that these trees of criteria speak of. A title that is not there in English is French."""
    nodes = list(nodes)
    wanted = {key for node in nodes for key in tree.skills_of(node)}
    slugs = {slug for node in nodes for slug in tree.achievements_of(node)}
    frameworks, skills = _skills(db, wanted, language)
    return Names(
        frameworks=frameworks,
        skills=skills,
        achievements=_achievements(db, slugs, language),
        themes={code: i18n.gettext(one.word, language) for code, one in themes().items()},
        languages={code: one.name for code, one in tongues().items()},
    )


def _skills(db: Session, wanted: set[str], language: Language) -> tuple[dict[str, str], dict[str, str]]:
    """Of the newest number of each framework. Titles alone: a framework has hundreds of micro-skills."""
    frameworks, skills = dict[str, str](), dict[str, str]()
    if not wanted:
        return frameworks, skills
    named = [key.partition(":") for key in wanted]
    of_them = sa.and_(
        MicroSkill.referential_id == Referential.id, MicroSkill.code.in_({skill for _, _, skill in named})
    )
    titles = (
        referentials.newest()
        .with_only_columns(Referential.code, Referential.title, MicroSkill.code, MicroSkill.title, MicroSkill.titles)
        .outerjoin(MicroSkill, of_them)
        .where(Referential.code.in_({code for code, _, _ in named}))
    )
    for framework, called, code, title, others in db.execute(titles):
        frameworks[framework] = called
        key = f"{framework}:{code}"
        if key in wanted:
            skills[key] = (title if language == i18n.SOURCE else others.get(language)) or title
    return frameworks, skills


def _achievements(db: Session, slugs: set[str], language: Language) -> Mapping[str, str]:
    if not slugs:
        return {}
    found = db.execute(
        sa.select(Achievement.slug, AchievementVersion.definition)
        .join(AchievementVersion, AchievementVersion.achievement_id == Achievement.id)
        .where(Achievement.slug.in_(slugs))
        .order_by(AchievementVersion.number)
    )
    named = {slug: (given["texts"].get(language) or given["texts"]["fr"])["name"] for slug, given in found}
    proposed = {one.slug: one.definition.texts_in(language).name for one in proposals.proposals()}
    return {slug: named.get(slug) or proposed[slug] for slug in slugs if slug in named or slug in proposed}
