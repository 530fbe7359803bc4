"""Whether what criteria name is there at all. A version is published for ever: one that asks for a micro-skill, a
theme or a badge that does not exist would be a badge that nobody gets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import i18n
from pathways.badges import proposals
from pathways.badges.criteria import tree
from pathways.badges.criteria.nodes import (
    Attendance,
    Endorsements,
    Node,
    Observation,
    OtherAchievement,
    Profile,
    Sessions,
)
from pathways.badges.criteria.standing import numbers
from pathways.badges.issuing.defining import Definition
from pathways.badges.models import Achievement, AchievementVersion
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.referentials.models import MicroSkill, Referential, Strand
from pathways.workshops.themes import themes
from pathways.workshops.tongues import tongues


@dataclass(frozen=True, slots=True)
class _Framework:
    version: str
    """The newest: answers to it count for whatever older one is asked for."""
    skills: frozenset[str]
    fingerprints: frozenset[str]


def must_exist(db: Session, achievement: Achievement, definition: Definition, *, number: int) -> None:
    """Raises :class:`Invalid` where the next version (``number``) of an achievement names what is not here, or itself.
    Proposals that were not adopted yet are taken for there.
    """
    nodes = {"criteria": definition.node}
    if definition.renewal is not None:
        nodes["renewal.criteria"] = definition.renewal.node
    frameworks = _frameworks(db, nodes.values())
    badges = _badges(db, achievement) | {achievement.slug: number - 1}
    for place, node in nodes.items():
        missing = [*dict.fromkeys(_missing(node, frameworks, badges))]
        if missing:
            said = D_("Personne ne pourrait obtenir ce badge : %(missing)s n'existe pas ici.")
            named = {"missing": ", ".join(missing[:5])}
            raise Invalid(said, errors=[{"field": place, "message": i18n.sentence(said, named)}], **named)


def _missing(node: Node, frameworks: Mapping[str, _Framework], badges: Mapping[str, int]) -> Iterator[str]:
    for leaf in tree.leaves(node):
        if isinstance(leaf, Profile | Observation):
            yield from _missing_of(leaf, frameworks.get(leaf.framework))
        if isinstance(leaf, OtherAchievement) and badges.get(leaf.slug, 0) < leaf.version:
            yield f"{leaf.slug} v{leaf.version}"
        if isinstance(leaf, Attendance | Sessions):
            yield from (one for one in leaf.themes if one not in themes())
        if isinstance(leaf, Sessions):
            yield from (one for one in leaf.languages if one not in tongues())
        if isinstance(leaf, Observation | Endorsements):
            yield from (one for one in leaf.by.holders if one not in badges)


def _missing_of(leaf: Profile | Observation, known: _Framework | None) -> Iterator[str]:
    if known is None:
        yield leaf.framework
        return
    yield from (key for key in leaf.keys if key.partition(":")[2] not in known.skills)
    if isinstance(leaf, Profile):
        if leaf.version and numbers(leaf.version) > numbers(known.version):
            yield f"{leaf.framework} {leaf.version}"
        if leaf.fingerprint and leaf.fingerprint not in known.fingerprints:
            yield f"{leaf.framework} {leaf.fingerprint}"


def _frameworks(db: Session, nodes: Iterable[Node]) -> dict[str, _Framework]:
    """Of every number that was loaded (diagnostics on older ones are taken still), and of structures' own ladders."""
    wanted = {key.partition(":")[0] for node in nodes for key in tree.skills_of(node)}
    if not wanted:
        return {}
    loaded = sa.select(Referential.code, Referential.version, Referential.fingerprint)
    versions, prints = dict[str, str](), defaultdict[str, set[str]](set)
    for code, version, fingerprint in db.execute(loaded.where(Referential.code.in_(wanted))):
        versions[code] = max(versions.get(code, ""), version, key=numbers)
        prints[code].add(fingerprint)
    framework = sa.func.coalesce(Referential.code, Strand.framework)
    named = (
        sa.select(framework, MicroSkill.code)
        .join(Strand, Strand.id == MicroSkill.strand_id)
        .outerjoin(Referential, Referential.id == Strand.referential_id)
        .where(framework.in_(wanted))
        .distinct()
    )
    skills = defaultdict[str, set[str]](set)
    for code, skill in db.execute(named):
        skills[code].add(skill)
    return {code: _Framework(versions[code], frozenset(skills[code]), frozenset(prints[code])) for code in versions}


def _badges(db: Session, achievement: Achievement) -> dict[str, int]:
    """``{slug: newest version}`` of the network's others and of what it can still adopt; one that was not published yet
    will have a first one.
    """
    query = (
        sa.select(Achievement.slug, sa.func.max(AchievementVersion.number))
        .outerjoin(AchievementVersion, AchievementVersion.achievement_id == Achievement.id)
        .where(Achievement.issuer_id == achievement.issuer_id)
        .group_by(Achievement.slug)
    )
    return {one.slug: 1 for one in proposals.proposals()} | {slug: number or 1 for slug, number in db.execute(query)}
