"""The jury of a network: who is named to it, who may decide on which request, and what they decide.

Its members come from all organisations of the network, so that somebody alone in their village is not stuck. Every
refusal for a conflict of interest is made here, with the rules of :mod:`conflicts`.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.candidacy import acquaintance, conflicts, granting, requests, standing
from pathways.badges.candidacy.acquaintance import Actor
from pathways.badges.candidacy.conflicts import Act, Ground
from pathways.badges.issuing import networks, offering
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import (
    WAITING,
    Achievement,
    AwardRequest,
    Issuer,
    IssuerMember,
    JuryDecision,
    JuryMember,
    JuryVerdict,
    RequestState,
)
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.people import fields
from pathways.people.models import Account, Membership
from pathways.permissions import OF_ROLE, Member, Permission

LEAST_REASON, LONGEST_REASON = 10, 3_000
AWARDING = [role for role, may in OF_ROLE.items() if Permission.BADGES_AWARD in may]
SEEN = (*WAITING, RequestState.RETURNED, RequestState.GRANTED, RequestState.REFUSED)
"""States in which the jury sees a request."""


class Mark(enum.StrEnum):
    """What a member of the jury says of one line of the grid."""

    NOT_YET = "not_yet"
    YES = "yes"
    PASSES_ON = "passes_on"
    """They could teach it to others."""


# --- the pool -------------------------------------------------------------------------------------------------


def pool(db: Session, issuer_id: uuid.UUID) -> Sequence[JuryMember]:
    """Those who are named at present, the first named first."""
    query = sa.select(JuryMember).where(JuryMember.issuer_id == issuer_id, JuryMember.left_at.is_(None))
    return db.scalars(query.order_by(JuryMember.named_at, JuryMember.id)).all()


def nameable(db: Session, issuer: Issuer) -> Sequence[Account]:
    """People of the network's organisations whose role may decide on requests, by name."""
    belonging = sa.select(IssuerMember.organisation_id).filter_by(issuer_id=issuer.id)
    query = (
        sa.select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .where(Account.closed_at.is_(None), Membership.role.in_(AWARDING))
        .where(sa.or_(Membership.organisation_id == issuer.organisation_id, Membership.organisation_id.in_(belonging)))
        .distinct()
    )
    return sorted(db.scalars(query), key=lambda one: (one.name.casefold(), one.id))


def name(
    db: Session, actor: Member, issuer_id: uuid.UUID, account_id: uuid.UUID, *, achievements: Sequence[str] = ()
) -> JuryMember:
    """Name somebody of one of the network's organisations, for some achievements (slugs) or for all. Named again, they
    decide on what is said now.
    """
    issuer = networks.get(db, actor, issuer_id)
    _must(actor, Permission.BADGES_ISSUE)
    if account_id not in {one.id for one in nameable(db, issuer)}:
        raise fields.refused("account", D_("Choisissez quelqu'un d'une structure de ce réseau."))
    known = set(db.scalars(sa.select(Achievement.slug).filter_by(issuer_id=issuer.id)))
    if not set(achievements) <= known:
        raise fields.refused("achievements", D_("Choisissez parmi les badges de ce réseau."))
    found = _member(db, issuer.id, account_id)
    if found is None:
        found = JuryMember(issuer_id=issuer.id, account_id=account_id)
        db.add(found)
    found.achievements, found.named_by = sorted(set(achievements)), actor.account_id
    found.named_at, found.left_at = clock.now(), None
    try:
        with db.begin_nested():
            db.flush()
    except IntegrityError as error:
        raise Conflict(D_("Cette personne vient d'être nommée.")) from error
    networks.note(
        db, issuer.id, "jury_named", by=actor.account_id, about=account_id, achievements=list(found.achievements)
    )
    return found


def leave(db: Session, actor: Member, issuer_id: uuid.UUID, account_id: uuid.UUID) -> None:
    """A member of the jury leaves it, by themself or because the network says so. What they decided stays. Twice
    changes nothing.
    """
    if account_id != actor.account_id:
        networks.get(db, actor, issuer_id)
        _must(actor, Permission.BADGES_ISSUE)
    found = _member(db, issuer_id, account_id)
    if found is None:
        raise NotFound(D_("Cette personne n'est pas du jury."))
    if found.left_at is None:
        found.left_at = clock.now()
        networks.note(db, issuer_id, "jury_left", by=actor.account_id, about=account_id)
        db.flush()


def seats_of(db: Session, account_id: uuid.UUID) -> Sequence[JuryMember]:
    """The juries that an account is of at present."""
    return db.scalars(sa.select(JuryMember).filter_by(account_id=account_id, left_at=None)).all()


# --- who may decide -------------------------------------------------------------------------------------------


def seen(db: Session, actor: Member, request_id: uuid.UUID) -> AwardRequest:
    """A request that was sent to a jury of which the member is, for this achievement. Any other does not exist."""
    request = db.get(AwardRequest, request_id, options=requests.whole())
    if request is None or request.state not in SEEN or not _is_theirs(db, actor, request):
        raise NotFound(requests.NOT_THERE)
    return request


def to_decide(db: Session, actor: Member, request_id: uuid.UUID, *, now: datetime | None = None) -> AwardRequest:
    """The same, if the member may decide on it now. Raises :class:`ConflictOfInterest` with the ground,
    :class:`Forbidden` for a role that decides on nothing, :class:`Conflict` where it does not wait any more.
    """
    request = seen(db, actor, request_id)
    _must(actor, Permission.BADGES_AWARD)
    conflicts.refuse(grounds(db, actor, request, now=now))
    if request.state not in WAITING:
        raise Conflict(requests.CHANGED)
    return request


def grounds(db: Session, actor: Member, request: AwardRequest, *, now: datetime | None = None) -> tuple[Ground, ...]:
    """Why they may not decide; nothing: they may."""
    known = acquaintance.between(db, acquaintance.actor_of(db, actor), request, now or clock.now())
    definition = offering.definition_of(request.achievement_version)
    return conflicts.grounds(Act.DECIDE, known, foreign_jury=definition.foreign_jury)


def who_may(db: Session, request: AwardRequest, *, now: datetime | None = None) -> list[Account]:
    """Of the pool, those who may decide on this request: with nobody in it, a network has to name somebody else."""
    definition, now = offering.definition_of(request.achievement_version), now or clock.now()
    slug = request.achievement_version.achievement.slug
    found = []
    for one in pool(db, request.issuer_id):
        account = db.get_one(Account, one.account_id)
        if account.closed_at is None and (not one.achievements or slug in one.achievements):
            actor = Actor(one.account_id, acquaintance.holder_of(db, one.account_id))
            known = acquaintance.between(db, actor, request, now)
            if not conflicts.grounds(Act.DECIDE, known, foreign_jury=definition.foreign_jury):
                found.append(account)
    return found


# --- deciding -------------------------------------------------------------------------------------------------


def decide(
    db: Session,
    signer: Signer,
    actor: Member,
    request_id: uuid.UUID,
    *,
    verdict: JuryVerdict,
    grid: Mapping[str, str],
    reason: str,
    now: datetime | None = None,
) -> AwardRequest:
    """What one member of the jury says, line by line (``{line: mark}``), and why. One no refuses the request, one
    question gives it back; with enough yes and every criterion met, the badge is issued. Of two who decide at once, the
    second sees what the first did.
    """
    now = now or clock.now()
    request = seen(db, actor, request_id)
    own = acquaintance.actor_of(db, actor)
    acquaintance.hold(db, [own.holder_id, request.holder_id])
    requests.held(db, request)
    request = to_decide(db, actor, request_id, now=now)
    marks = _marks(request, verdict, grid)
    decision = JuryDecision(
        request_id=request.id,
        account_id=actor.account_id,
        organisation_id=actor.organisation_id,
        round=request.round,
        verdict=verdict,
        grid=marks,
        reason=_reason(reason),
        decided_at=now,
    )
    try:
        with db.begin_nested():
            db.add(decision)
    except IntegrityError as error:
        raise conflicts.ConflictOfInterest(Ground.TWICE) from error
    networks.note(
        db, request.issuer_id, "request_decided", by=actor.account_id, about=request.id, verdict=verdict.value
    )
    _concluded(db, signer, actor, request, verdict, now)
    return request


def decisions_of(db: Session, request: AwardRequest) -> Sequence[JuryDecision]:
    """The oldest first. Who decided is for the jury and the network: the candidate reads marks and reasons."""
    query = sa.select(JuryDecision).filter_by(request_id=request.id)
    return db.scalars(query.order_by(JuryDecision.round, JuryDecision.decided_at, JuryDecision.id)).all()


# --- inside ---------------------------------------------------------------------------------------------------


def _concluded(
    db: Session, signer: Signer, actor: Member, request: AwardRequest, verdict: JuryVerdict, now: datetime
) -> None:
    if verdict is JuryVerdict.GRANT:
        is_earned = standing.outcome(db, request, now)
        if is_earned is None:
            return
        if is_earned:
            requests.end(db, request, RequestState.GRANTED, now)
            granting.issue_for_request(db, signer, request, by=actor.account_id, now=now)
        else:
            requests.come_back(db, request, RequestState.RETURNED)
    elif verdict is JuryVerdict.REFUSE:
        requests.end(db, request, RequestState.REFUSED, now)
    else:
        requests.come_back(db, request, RequestState.RETURNED)
    requests.decided(db, request)


def _marks(request: AwardRequest, verdict: JuryVerdict, grid: Mapping[str, str]) -> dict[str, str]:
    """Every line is looked at before a yes or a no; a yes has no line that is not there yet."""
    lines = [line.code for line in offering.definition_of(request.achievement_version).grid]
    if not set(grid) <= set(lines) or not set(grid.values()) <= set(Mark):
        raise fields.refused("grid", D_("Cette grille n'est pas celle de ce badge."))
    missing = [one for one in lines if one not in grid]
    if missing and verdict is not JuryVerdict.ASK:
        said = D_("Regardez chaque ligne avant de décider.")
        raise Invalid(said, errors=[{"field": f"grid.{one}", "message": said} for one in missing])
    not_yet = [one for one in lines if grid.get(one) == Mark.NOT_YET]
    if not_yet and verdict is JuryVerdict.GRANT:
        said = D_("Une ligne dit « pas encore » : demandez ce qui manque, ou refusez.")
        raise Invalid(said, errors=[{"field": f"grid.{one}", "message": said} for one in not_yet])
    return {one: str(grid[one]) for one in lines if one in grid}


def _reason(text: str) -> str:
    reason = text.strip()
    if not LEAST_REASON <= len(reason) <= LONGEST_REASON:
        said = D_("Dites pourquoi, en %(least)s à %(most)s signes : la personne le lira.")
        raise fields.refused("reason", said, least=LEAST_REASON, most=LONGEST_REASON)
    return reason


def _is_theirs(db: Session, actor: Member, request: AwardRequest) -> bool:
    found = _member(db, request.issuer_id, actor.account_id)
    slug = request.achievement_version.achievement.slug
    return found is not None and found.left_at is None and (not found.achievements or slug in found.achievements)


def _member(db: Session, issuer_id: uuid.UUID, account_id: uuid.UUID) -> JuryMember | None:
    return db.scalar(sa.select(JuryMember).filter_by(issuer_id=issuer_id, account_id=account_id))


def _must(actor: Member, permission: Permission) -> None:
    if not actor.may(permission):
        raise Forbidden(D_("Votre rôle ne permet pas cela."))
