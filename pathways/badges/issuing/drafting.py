"""Writing an achievement part by part: the draft is what the form is about, and whoever writes says which one they
read. A draft is whole after each step, so that it can be shown as a candidate will see it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.orm import Session

from pathways import i18n
from pathways.badges.issuing import attaining, networks, offering
from pathways.badges.issuing.defining import Definition
from pathways.badges.models import Achievement, AchievementVersion, Issuer
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.permissions import Member

CHANGED = D_("Quelqu'un d'autre a modifié ce badge entre-temps. Relisez-le, puis recommencez.")
NO_DRAFT = D_("Il n'y a pas de brouillon. Commencez une nouvelle version.")
WRONG = D_("Quelque chose manque ou ne va pas. Rien n'est perdu : corrigez, puis enregistrez.")
_OTHER = D_("Cette valeur n'est pas valable.")
_SAID: Mapping[str, str] = {
    "missing": D_("Il manque quelque chose ici."),
    "string_too_short": D_("Il faut au moins %(min_length)s signes."),
    "string_too_long": D_("C'est trop long : %(max_length)s signes au plus."),
    "too_long": D_("C'est trop : %(max_length)s lignes au plus."),
    "greater_than_equal": D_("Il faut au moins %(ge)s."),
    "less_than_equal": D_("Il faut au plus %(le)s."),
    "int_type": D_("Écrivez un nombre."),
    "int_parsing": D_("Écrivez un nombre."),
    "enum": D_("Choisissez dans la liste."),
    "extra_forbidden": D_("Ce champ n'est pas connu."),
}
_PATTERNS: Mapping[str, str] = {
    "url": D_("Une adresse complète commence par https://"),
    "code": D_("Des lettres sans accent, des chiffres et des tirets."),
}
"""Of fields whose form is asked for."""
SAID_BY_DEFINITIONS = (
    D_("Le nom et la description en français manquent."),
    D_("Un jury décide : il lui faut au moins une ligne à regarder."),
    D_("Deux lignes de la grille ont le même code."),
)
"""What ``defining`` says itself, for the translators."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An achievement at the network's desk."""

    achievement: Achievement
    version: AchievementVersion | None
    """The latest that was published."""
    definition: Definition
    """Of that version; before the first, of the draft."""

    @property
    def name(self) -> str:
        return self.definition.texts["fr"].name


def listed(db: Session, issuer: Issuer) -> list[Listed]:
    """Every achievement of a network, by name, whatever became of it. Two queries."""
    found = offering.of_network(db, issuer)
    query = (
        sa.select(AchievementVersion)
        .where(AchievementVersion.achievement_id.in_([one.id for one in found]))
        .order_by(AchievementVersion.number)
    )
    newest = {one.achievement_id: one for one in db.scalars(query)}
    rows = [
        Listed(
            one,
            newest.get(one.id),
            Definition.model_validate(newest[one.id].definition if one.id in newest else one.draft),
        )
        for one in found
    ]
    return sorted(rows, key=lambda one: (i18n.folded(one.name), one.achievement.slug))


def checked(data: Mapping[str, Any]) -> Definition:
    """The definition that ``data`` asks for. Raises :class:`Invalid` with a sentence for each field, in the language of
    whoever writes.
    """
    try:
        return Definition.model_validate(dict(data))
    except ValidationError as error:
        errors = [
            {"field": ".".join(str(part) for part in one["loc"]), "message": _sentence(one)} for one in error.errors()
        ]
        raise Invalid(WRONG, errors=errors) from error


def draft_of(db: Session, actor: Member, achievement_id: uuid.UUID) -> Achievement:
    """An achievement whose next version is being written. Raises :class:`Conflict` where none is."""
    found = offering.get(db, actor, achievement_id)
    if not found.draft:
        raise Conflict(NO_DRAFT)
    return found


def change(
    db: Session, actor: Member, achievement_id: uuid.UUID, part: Mapping[str, Any], *, version: int
) -> Achievement:
    """Write some fields of the draft; the others stay. ``version``: the one that was read, or :class:`Conflict`."""
    found = draft_of(db, actor, achievement_id)
    if found.version != version:
        raise Conflict(CHANGED)
    data = {**found.draft, **part}
    checked(data)
    return offering.keep_draft(db, actor, achievement_id, data, version=version)


def compose(db: Session, actor: Member, issuer: Issuer, data: Mapping[str, Any]) -> Achievement:
    """A draft of the network's own. Raises :class:`Invalid` field by field."""
    checked(data)
    return offering.compose(db, actor, issuer, data)


def publish(db: Session, actor: Member, achievement_id: uuid.UUID, *, version: int) -> AchievementVersion:
    """Publish the draft that was read, and no other. Raises :class:`Invalid` where nobody could ever meet it."""
    found = draft_of(db, actor, achievement_id)
    db.refresh(found, with_for_update=True)
    if found.version != version:
        raise Conflict(CHANGED)
    number = max((one.number for one in versions(db, found.id)), default=0) + 1
    attaining.must_exist(db, found, checked(found.draft), number=number)
    return offering.publish(db, actor, achievement_id)


def discard(db: Session, actor: Member, achievement_id: uuid.UUID, *, version: int) -> None:
    """The draft goes; an achievement of which nothing was ever published goes with it."""
    found = draft_of(db, actor, achievement_id)
    db.refresh(found, with_for_update=True)
    if found.version != version:
        raise Conflict(CHANGED)
    if versions(db, found.id):
        found.draft, found.version = {}, version + 1
    else:
        db.delete(found)
    networks.note(db, found.issuer_id, "draft_discarded", by=actor.account_id, about=found.id, slug=found.slug)
    db.flush()


def versions(db: Session, achievement_id: uuid.UUID) -> Sequence[AchievementVersion]:
    """Every published one, the newest first."""
    query = sa.select(AchievementVersion).filter_by(achievement_id=achievement_id)
    return db.scalars(query.order_by(AchievementVersion.number.desc())).all()


def _sentence(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind == "value_error":
        return i18n.sentence(str(error["msg"]).removeprefix("Value error, "), {})
    if kind == "string_pattern_mismatch":
        return i18n.gettext(_PATTERNS.get(str(error["loc"][-1]), _OTHER))
    return i18n.sentence(_SAID.get(kind, _OTHER), error.get("ctx", {}) if kind in _SAID else {})
