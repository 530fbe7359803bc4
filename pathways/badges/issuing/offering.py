"""What a network offers: proposals it adopts, achievements of its own, drafts and published versions."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import clock
from pathways.badges import proposals
from pathways.badges.drawing.designs import Design
from pathways.badges.drawing.raster import badge_png
from pathways.badges.drawing.vector import badge_svg
from pathways.badges.issuing import defining, networks
from pathways.badges.issuing.defining import Definition
from pathways.badges.models import Achievement, AchievementPicture, AchievementVersion, Issuer
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_, N_
from pathways.permissions import Member

NOT_THERE = N_("Ce badge n'existe pas ici.")


# --- the network's desk ---------------------------------------------------------------------------------------


def get(db: Session, actor: Member, achievement_id: uuid.UUID) -> Achievement:
    """An achievement of the network that the organisation of ``actor`` keeps."""
    found = db.get(Achievement, achievement_id)
    if found is None or db.get_one(Issuer, found.issuer_id).organisation_id != actor.organisation_id:
        raise NotFound(NOT_THERE)
    return found


def of_network(db: Session, issuer: Issuer) -> Sequence[Achievement]:
    """All of them: offered, closed, still being written."""
    return db.scalars(sa.select(Achievement).filter_by(issuer_id=issuer.id).order_by(Achievement.slug)).all()


def adopt(db: Session, actor: Member, issuer: Issuer, slug: str) -> Achievement:
    """Take a shipped proposal as a draft of the network's own: it reads it, changes what it wants, publishes it.
    Adopting it twice gives the same draft.
    """
    proposal = proposals.proposal(slug)
    known = db.scalars(sa.select(Achievement).filter_by(issuer_id=issuer.id, slug=slug)).first()
    if known is not None:
        return known
    made = Achievement(
        issuer_id=issuer.id,
        slug=slug,
        audience=proposal.definition.audience,
        proposal=slug,
        draft=proposal.definition.as_data(),
    )
    db.add(made)
    db.flush()
    networks.note(db, issuer.id, "proposal_adopted", by=actor.account_id, about=made.id, slug=slug)
    return made


def compose(db: Session, actor: Member, issuer: Issuer, data: Mapping[str, Any], *, slug: str = "") -> Achievement:
    """An achievement of the network's own, as a draft. Raises :class:`Invalid` field by field."""
    definition = defining.parse(data)
    slug = slug or networks.slug_of(definition.texts["fr"].name)
    if db.scalar(sa.select(Achievement.id).filter_by(issuer_id=issuer.id, slug=slug)) is not None:
        said = D_("Un badge de ce réseau porte déjà ce nom.")
        raise Invalid(said, errors=[{"field": "texts.fr.name", "message": said}])
    made = Achievement(issuer_id=issuer.id, slug=slug, audience=definition.audience, draft=definition.as_data())
    db.add(made)
    db.flush()
    networks.note(db, issuer.id, "achievement_drafted", by=actor.account_id, about=made.id, slug=slug)
    return made


def keep_draft(
    db: Session, actor: Member, achievement_id: uuid.UUID, data: Mapping[str, Any], *, version: int
) -> Achievement:
    """Write the draft of the next version. ``version``: the one that was read, or :class:`Conflict`."""
    found = get(db, actor, achievement_id)
    db.refresh(found, with_for_update=True)
    if found.version != version:
        raise Conflict(D_("Quelqu'un d'autre a modifié ce badge entre-temps. Relisez-le, puis recommencez."))
    definition = defining.parse(data)
    found.draft, found.audience, found.version = definition.as_data(), definition.audience, version + 1
    db.flush()
    return found


def publish(db: Session, actor: Member, achievement_id: uuid.UUID) -> AchievementVersion:
    """The draft becomes a version, which nobody changes any more; its picture is drawn now and kept."""
    found = get(db, actor, achievement_id)
    db.refresh(found, with_for_update=True)
    if not found.draft:
        raise Conflict(D_("Il n'y a rien de nouveau à publier."))
    definition = defining.parse(found.draft)
    last = db.scalar(sa.select(sa.func.max(AchievementVersion.number)).filter_by(achievement_id=found.id)) or 0
    made = AchievementVersion(
        achievement_id=found.id,
        number=last + 1,
        definition=definition.as_data(),
        published_by=actor.account_id,
    )
    found.draft, found.closed_at, found.version = {}, None, found.version + 1
    db.add(made)
    db.flush()
    for level in range(1, len(definition.levels) + 1) if definition.levels else (0,):
        design = design_of(definition, level)
        db.add(AchievementPicture(version_id=made.id, level=level, svg=badge_svg(design), png=badge_png(design)))
    networks.note(db, found.issuer_id, "version_published", by=actor.account_id, about=found.id, number=made.number)
    return made


def revise(db: Session, actor: Member, achievement_id: uuid.UUID) -> Achievement:
    """Begin the draft of a next version from the one in force. Badges of the earlier ones stay what they are."""
    found = get(db, actor, achievement_id)
    if not found.draft:
        found.draft = dict(current(db, found.id).definition)
        db.flush()
    return found


def close(db: Session, actor: Member, achievement_id: uuid.UUID) -> None:
    """Nobody can ask for it any more. Publishing a version opens it again."""
    found = get(db, actor, achievement_id)
    if found.closed_at is None:
        found.closed_at = clock.now()
        networks.note(db, found.issuer_id, "achievement_closed", by=actor.account_id, about=found.id)


def design_of(definition: Definition, level: int = 0, *, proposal: bool = False) -> Design:
    """What the product draws for it, at one level (0: there are none)."""
    return Design(
        shape=definition.audience.value,
        pictogram=definition.picture.pictogram,
        tint=definition.picture.tint,
        levels=len(definition.levels),
        reached=level,
        proposal=proposal,
        title=definition.texts["fr"].name,
    )


# --- what anybody may read ------------------------------------------------------------------------------------


def on_offer(db: Session, issuer: Issuer | None = None) -> Sequence[AchievementVersion]:
    """The version in force of every achievement that can be asked for."""
    newest = (
        sa.select(AchievementVersion.achievement_id, sa.func.max(AchievementVersion.number).label("number"))
        .group_by(AchievementVersion.achievement_id)
        .subquery()
    )
    offered = (
        sa.select(AchievementVersion)
        .join(
            newest,
            sa.and_(
                AchievementVersion.achievement_id == newest.c.achievement_id,
                AchievementVersion.number == newest.c.number,
            ),
        )
        .join(Achievement, Achievement.id == AchievementVersion.achievement_id)
        .where(Achievement.closed_at.is_(None))
        .options(joinedload(AchievementVersion.achievement).joinedload(Achievement.issuer))
        .order_by(Achievement.audience, Achievement.slug, Achievement.id)
    )
    return db.scalars(offered if issuer is None else offered.where(Achievement.issuer_id == issuer.id)).all()


def current(db: Session, achievement_id: uuid.UUID) -> AchievementVersion:
    """The version in force; raises :class:`NotFound` while there is none."""
    newest = (
        sa.select(AchievementVersion)
        .filter_by(achievement_id=achievement_id)
        .order_by(AchievementVersion.number.desc())
        .limit(1)
    )
    found = db.scalars(newest).first()
    if found is None:
        raise NotFound(NOT_THERE)
    return found


def version_at(db: Session, issuer: Issuer, slug: str, number: int) -> AchievementVersion:
    """One published version by its public address."""
    found = db.scalars(
        sa.select(AchievementVersion)
        .join(Achievement, Achievement.id == AchievementVersion.achievement_id)
        .where(Achievement.issuer_id == issuer.id, Achievement.slug == slug, AchievementVersion.number == number)
    ).first()
    if found is None:
        raise NotFound(NOT_THERE)
    return found


def picture_of(db: Session, version_id: uuid.UUID, level: int | None) -> AchievementPicture:
    """As it was drawn when the version was published."""
    found = db.get(AchievementPicture, (version_id, level or 0))
    if found is None:
        raise NotFound(NOT_THERE)
    return found


def definition_of(version: AchievementVersion) -> Definition:
    """It was checked when it was published; later releases must go on reading it."""
    return _definition(json.dumps(version.definition))


@lru_cache(maxsize=256)
def _definition(written: str) -> Definition:
    """Read once: a request for a badge needs it at every step."""
    return Definition.model_validate(json.loads(written))
