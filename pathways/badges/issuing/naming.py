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
from pathways.referentials.models import Referential
from pathways.workshops.themes import themes
from pathways.workshops.tongues import tongues


def names_for(db: Session, nodes: Iterable[Node], language: Language) -> Names:
    """Names of everything that these trees of criteria speak of. A title that is not there in English is French."""
    nodes = list(nodes)
    wanted = {key for node in nodes for key in tree.skills_of(node)}
    slugs = {slug for node in nodes for slug in tree.achievements_of(node)}
    frameworks, skills = _skills(db, {key.partition(":")[0] for key in wanted}, language)
    return Names(
        frameworks=frameworks,
        skills={key: title for key, title in skills.items() if key in wanted},
        achievements=_achievements(db, slugs, language),
        themes={code: i18n.gettext(one.word, language) for code, one in themes().items()},
        languages={code: one.name for code, one in tongues().items()},
    )


def _skills(db: Session, codes: set[str], language: Language) -> tuple[dict[str, str], dict[str, str]]:
    frameworks, skills = dict[str, str](), dict[str, str]()
    if not codes:
        return frameworks, skills
    for one in db.scalars(referentials.newest().where(Referential.code.in_(codes))):
        frameworks[one.code] = one.title
        for code, skill in referentials.skills_of(one).items():
            skills[f"{one.code}:{code}"] = skill.title_in(language) or skill.title
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
