"""Referrals as each of their readers may see them: the two organisations, the person, and whoever holds the slip.

To every other organisation a referral does not exist; to the one that receives it, it exists from the person's yes on,
and its sheet is open for as long as there is something to do.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, throttle
from pathways.errors import NotFound, WrongCode
from pathways.i18n import D_, N_
from pathways.learning.models import Referral, ReferralState
from pathways.people.models import Organisation
from pathways.permissions import Member, Permission
from pathways.places import geometry
from pathways.places.models import Place, PlaceTrait
from pathways.places.territories import Spot
from pathways.workshops.codes import Codes

MOST_LISTED = 200
MOST_PLACES, WITHIN_KM = 8, 60
WRONG_TRIES, WITHIN_MINUTES = 12, 15

NEEDS: Mapping[str, str] = {
    "literacy": N_("Lire et écrire"),
    "french": N_("Apprendre le français"),
    "rights": N_("Être aidé pour ses droits"),
    "equipment": N_("Avoir un téléphone ou un ordinateur"),
    "digital": N_("Utiliser son téléphone ou un ordinateur"),
    "support": N_("Être accompagné"),
}
"""What somebody is sent on for, as they read it themselves."""
TRAITS: Mapping[str, tuple[str, ...]] = {
    "literacy": ("need:reading",),
    "french": ("need:language", "need:reading"),
    "rights": ("need:papers",),
    "equipment": ("need:buy", "need:connect"),
    "digital": ("need:learn",),
    "support": ("need:papers", "need:learn"),
}
"""What places that meet a need say of themselves (``referentials/places/needs.yaml``)."""
FIELDS: Mapping[str, int] = {"words": 300, "language": 10, "help": 120, "contact": 120, "when": 120}
"""What a sheet may hold, and how long each is. All of it may stay empty."""
OUTCOMES: Mapping[str, str] = {
    "done": D_("la personne a été reçue et aidée"),
    "goes_on": D_("la personne est suivie là-bas"),
    "not_come": D_("la personne n'est pas venue"),
    "other": D_("autre"),
}
OPEN_TO_RECEIVER = (ReferralState.SENT, ReferralState.ACCEPTED)
NOT_THERE = N_("Cette feuille n'existe pas, ou n'existe plus.")


class Side(enum.StrEnum):
    SENDER = "sender"
    RECEIVER = "receiver"


@dataclass(frozen=True, slots=True)
class Seen:
    """A referral as one of both sides may see it."""

    referral: Referral
    side: Side
    sheet: Mapping[str, str]
    """Empty where it is closed to this side."""
    sender: str
    receiver: str
    """Name of the organisation or of the place."""
    is_on_paper: bool
    is_news: bool
    """It waits for this side's answer, or changed since the sender last read it."""


def get(db: Session, actor: Member, referral_id: uuid.UUID) -> tuple[Referral, Side]:
    """A referral that the member's organisation sent or received; any other does not exist, nor does one to them that
    nobody agreed to yet.
    """
    found = db.get(Referral, referral_id)
    if found is not None and found.expires_at > clock.now():
        if found.organisation_id == actor.organisation_id:
            return found, Side.SENDER
        if found.to_organisation_id == actor.organisation_id and found.consented_at is not None:
            return found, Side.RECEIVER
    raise NotFound(NOT_THERE)


def sent(db: Session, actor: Member) -> list[Seen]:
    """What the organisation sent, news first, then the latest."""
    return _listed(db, actor, Side.SENDER)


def received(db: Session, actor: Member) -> list[Seen]:
    """What came to it with the person's consent: what waits for an answer first."""
    return _listed(db, actor, Side.RECEIVER)


def of_side(actor: Member, side: Side) -> sa.Select[Referral]:
    """All that an organisation sent, or received with the person's consent, the latest changed first."""
    query = sa.select(Referral).where(Referral.expires_at > clock.now())
    if side is Side.SENDER:
        query = query.where(Referral.organisation_id == actor.organisation_id)
    else:
        query = query.where(Referral.to_organisation_id == actor.organisation_id, Referral.consented_at.is_not(None))
    return query.order_by(Referral.changed_at.desc(), Referral.id.desc())


def news(db: Session, actor: Member) -> int:
    """How many wait for an answer of the organisation, or have one that nobody read. For the desk's home."""
    if not actor.may(Permission.RECEPTIONS_HOLD):
        return 0
    to_answer = sa.and_(Referral.to_organisation_id == actor.organisation_id, Referral.state == ReferralState.SENT)
    changed = sa.and_(Referral.organisation_id == actor.organisation_id, _is_unread())
    query = sa.select(sa.func.count()).select_from(Referral)
    return db.scalar(query.where(sa.or_(to_answer, changed), Referral.expires_at > clock.now())) or 0


def seen_by(db: Session, referral: Referral, side: Side) -> Seen:
    return all_seen_by(db, [referral], side)[0]


def read(db: Session, referral: Referral) -> None:
    """The sending side read what became of it."""
    referral.read_at = clock.now()
    db.flush()


def of_attempt(db: Session, attempt_id: uuid.UUID) -> list[Referral]:
    """Everything that was written for the person of an attempt, the latest first."""
    query = sa.select(Referral).where(Referral.attempt_id == attempt_id, Referral.expires_at > clock.now())
    return list(db.scalars(query.order_by(Referral.sent_at.desc(), Referral.id).limit(MOST_LISTED)))


def own(db: Session, attempt_id: uuid.UUID, referral_id: uuid.UUID) -> Referral:
    """One of them; any other does not exist."""
    found = db.get(Referral, referral_id)
    if found is None or found.attempt_id != attempt_id or found.expires_at <= clock.now():
        raise NotFound(NOT_THERE)
    return found


def of_token(db: Session, codes: Codes, token: str) -> Referral:
    found = db.scalar(sa.select(Referral).filter_by(link_digest=codes.digest_of_token(token)))
    if found is None or found.expires_at <= clock.now():
        raise NotFound(NOT_THERE)
    return found


def of_code(db: Session, codes: Codes, code: str, *, bucket: str) -> Referral:
    """By the code on the slip. Wrong ones are counted: raises :class:`WrongCode`, whose transaction is kept."""
    throttle.check(db, bucket, limit=WRONG_TRIES, minutes=WITHIN_MINUTES)
    found = db.scalar(sa.select(Referral).filter_by(code_digest=codes.digest_of_code(code)))
    if found is None or found.expires_at <= clock.now():
        throttle.count(db, bucket, minutes=WITHIN_MINUTES)
        raise WrongCode(N_("Ce code n'existe pas. Regardez encore une fois votre papier."))
    return found


def names_of(db: Session, referrals: Sequence[Referral]) -> dict[uuid.UUID, str]:
    """``{organisation or place: name}`` of everybody whom some referrals name."""
    wanted = {one.organisation_id for one in referrals} | {one.to_organisation_id for one in referrals}
    query = sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_([one for one in wanted if one]))
    found = {row.id: row.name for row in db.execute(query)}
    places = [one.place_id for one in referrals if one.place_id]
    found |= {row.id: row.name for row in db.execute(sa.select(Place.id, Place.name).where(Place.id.in_(places)))}
    return found


def places_for(db: Session, need: str, spot: Spot | None) -> list[tuple[Place, int]]:
    """Places of the directory that meet a need, the nearest first, with the kilometres."""
    if spot is None or spot.latitude is None or spot.longitude is None or need not in TRAITS:
        return []
    south, north, west, east = geometry.box(spot.latitude, spot.longitude, WITHIN_KM)
    meeting = sa.select(PlaceTrait.place_id).where(PlaceTrait.trait.in_(TRAITS[need]))
    query = sa.select(Place).where(
        Place.id.in_(meeting),
        Place.withdrawn_at.is_(None),
        Place.latitude.between(south, north),
        Place.longitude.between(west, east),
    )
    here = (spot.latitude, spot.longitude)
    near = [
        (one, geometry.distance_km(*here, one.latitude, one.longitude))
        for one in db.scalars(query.limit(500))
        if one.latitude is not None and one.longitude is not None
    ]
    near.sort(key=lambda pair: (pair[1], pair[0].sought, str(pair[0].id)))
    return [(place, round(km)) for place, km in near[:MOST_PLACES] if km <= WITHIN_KM]


def _is_unread() -> sa.ColumnElement[bool]:
    return sa.and_(
        Referral.state.not_in([ReferralState.PROPOSED, ReferralState.SENT]),
        sa.or_(Referral.read_at.is_(None), Referral.read_at < Referral.changed_at),
    )


def _listed(db: Session, actor: Member, side: Side) -> list[Seen]:
    found = db.scalars(of_side(actor, side).limit(MOST_LISTED)).all()
    return sorted(all_seen_by(db, found, side), key=lambda one: not one.is_news)


def all_seen_by(db: Session, referrals: Sequence[Referral], side: Side) -> list[Seen]:
    names = names_of(db, referrals)
    return [
        Seen(
            referral=one,
            side=side,
            sheet=_sheet(one, side),
            sender=names.get(one.organisation_id, ""),
            receiver=names.get(one.to_organisation_id or one.place_id or one.id, ""),
            is_on_paper=one.place_id is not None,
            is_news=_is_news(one, side),
        )
        for one in referrals
    ]


def _sheet(referral: Referral, side: Side) -> Mapping[str, str]:
    open_to = OPEN_TO_RECEIVER if side is Side.RECEIVER else tuple(ReferralState)
    found: dict[str, Any] = referral.sheet if referral.state in open_to else {}
    return {name: str(found[name]) for name in FIELDS if found.get(name)}


def _is_news(referral: Referral, side: Side) -> bool:
    if side is Side.RECEIVER:
        return referral.state is ReferralState.SENT
    if referral.state in (ReferralState.PROPOSED, ReferralState.SENT):
        return False
    return referral.read_at is None or referral.read_at < referral.changed_at
