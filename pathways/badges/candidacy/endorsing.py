"""Endorsements: a candidate invites by a link whoever has seen them at work; that person answers a few questions and
writes a comment, which names nobody. And the one tap by which a co-facilitator says: we led this session together.

Whoever endorsed can take it back at any time, also once a badge stands on it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.badges.candidacy import acquaintance, conflicts, evidence, naming, requests, standing
from pathways.badges.candidacy.acquaintance import Actor
from pathways.badges.candidacy.conflicts import Act, Ground
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links, Opens
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import (
    OPEN,
    AwardRequest,
    Endorsement,
    EndorsementInvitation,
    EndorsementState,
    Holder,
)
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_, N_
from pathways.people import fields
from pathways.permissions import Member
from pathways.texts import one_line

LASTS = timedelta(days=30)
MOST_INVITATIONS = 10
"""Of one request, that nobody used yet."""
LONGEST_LABEL, LONGEST_ROLE, LONGEST_COMMENT, LONGEST_ANSWER = 60, 80, 2_000, 1_000
LEAST_COMMENT = 20
GONE = N_("Ce lien n'est plus ouvert : il a servi, il a été retiré, ou sa demande est terminée.")
NOT_THERE = N_("Cette recommandation n'existe pas.")


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of a candidate."""

    comment: str
    role: str = ""
    """In whose quality: *médiatrice numérique*, never a name."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """``{question: text}``; the questions are those of the achievement."""


# --- inviting -------------------------------------------------------------------------------------------------


def invite(
    db: Session, links: Links, holder: Holder, request_id: uuid.UUID, *, label: str = "", now: datetime | None = None
) -> tuple[EndorsementInvitation, str]:
    """A link for one person, open for a month, and its token. ``label``: for the candidate to know whom it went to."""
    now = now or clock.now()
    request = requests.own_held(db, holder, request_id)
    if request.state not in OPEN:
        raise Conflict(requests.CHANGED)
    label = one_line(label)
    if len(label) > LONGEST_LABEL:
        raise fields.refused("label", requests.TOO_LONG, most=LONGEST_LABEL)
    if sum(is_open(one, now) for one in invitations_of(db, request)) >= MOST_INVITATIONS:
        raise Conflict(D_("Il y a déjà %(most)s liens ouverts : retirez-en un d'abord."), most=MOST_INVITATIONS)
    invitation_id = ids.random_id()
    token = links.token_of(Opens.ENDORSEMENT, invitation_id)
    made = EndorsementInvitation(
        id=invitation_id,
        request_id=request.id,
        token_digest=links.digest_of(token),
        label=label,
        created_at=now,
        expires_at=now + LASTS,
    )
    db.add(made)
    holders.tell(db, holder.id, "endorsement_invited", about=made.id)
    db.flush()
    return made, token


def invitations_of(db: Session, request: AwardRequest) -> Sequence[EndorsementInvitation]:
    """The oldest first."""
    query = sa.select(EndorsementInvitation).filter_by(request_id=request.id)
    return db.scalars(query.order_by(EndorsementInvitation.created_at, EndorsementInvitation.id)).all()


def is_open(invitation: EndorsementInvitation, now: datetime) -> bool:
    return invitation.used_at is None and invitation.withdrawn_at is None and now < invitation.expires_at


def withdraw_invitation(db: Session, holder: Holder, invitation_id: uuid.UUID) -> None:
    """The link opens nothing any more. Twice changes nothing; what was given by it stays."""
    found = db.get(EndorsementInvitation, invitation_id)
    if found is None:
        raise NotFound(D_("Ce lien n'existe pas."))
    requests.own(db, holder, found.request_id)
    db.refresh(found, with_for_update=True)
    if found.used_at is None and found.withdrawn_at is None:
        found.withdrawn_at = clock.now()
        db.flush()


def invited(
    db: Session, links: Links, token: str, *, now: datetime | None = None
) -> tuple[EndorsementInvitation, AwardRequest]:
    """What a link opens: the request of whoever invites. Raises :class:`NotFound` once it does not."""
    found = db.scalar(sa.select(EndorsementInvitation).filter_by(token_digest=links.digest_of(token)))
    if found is None:
        raise NotFound(GONE)
    request = db.get_one(AwardRequest, found.request_id, options=requests.whole())
    if not is_open(found, now or clock.now()) or request.state not in OPEN:
        raise NotFound(GONE)
    return found, request


# --- endorsing ------------------------------------------------------------------------------------------------


def endorse(
    db: Session,
    links: Links,
    token: str,
    said: Said,
    *,
    by: Member | Holder | None = None,
    now: datetime | None = None,
) -> Endorsement:
    """Endorse the candidate of an invitation. ``by``: a member who is signed in, somebody in their own space, or
    ``None`` for somebody whom this server does not know; the jury reads that one, and no criterion counts it. Raises
    :class:`Invalid` field by field, :class:`ConflictOfInterest` with the ground.
    """
    now = now or clock.now()
    invitation, request = invited(db, links, token, now=now)
    endorser = holders.for_account(db, links, by) if isinstance(by, Member) else by
    acquaintance.hold(db, [request.holder_id, endorser.id if endorser else None])
    request = requests.held(db, request)
    db.refresh(invitation, with_for_update=True)
    if not is_open(invitation, now) or request.state not in OPEN:
        raise NotFound(GONE)
    if endorser is not None:
        known = acquaintance.between(db, _actor(endorser, by), request, now)
        conflicts.refuse(conflicts.grounds(Act.ENDORSE, known))
    made = _endorsement(db, request, endorser, said)
    made.invitation_id, made.given_at = invitation.id, now
    made.organisation_id = by.organisation_id if isinstance(by, Member) else None
    invitation.used_at = now
    try:
        with db.begin_nested():
            db.add(made)
    except IntegrityError as error:
        raise conflicts.ConflictOfInterest(Ground.TWICE) from error
    holders.tell(db, request.holder_id, "endorsement_given", about=made.id)
    if endorser is not None:
        holders.visited(endorser)
        holders.tell(db, endorser.id, "endorsed", about=made.id)
    db.flush()
    return made


def of_request(db: Session, request: AwardRequest) -> Sequence[Endorsement]:
    """Those that stand, the oldest first."""
    query = sa.select(Endorsement).filter_by(request_id=request.id, state=EndorsementState.GIVEN)
    return db.scalars(query.order_by(Endorsement.given_at, Endorsement.id)).all()


def given_by(db: Session, endorser: Holder) -> Sequence[Endorsement]:
    """What somebody said of others, the newest first, for them to take back."""
    query = sa.select(Endorsement).filter_by(endorser_id=endorser.id, state=EndorsementState.GIVEN)
    return db.scalars(query.order_by(Endorsement.given_at.desc(), Endorsement.id)).all()


def take_back(db: Session, signer: Signer, endorser: Holder, endorsement_id: uuid.UUID) -> None:
    """By its author. Its words and its signed document go, and whoever kept a copy finds it on the list of what was
    taken back. Twice changes nothing.
    """
    found = db.get(Endorsement, endorsement_id)
    if found is None or found.endorser_id != endorser.id:
        raise NotFound(NOT_THERE)
    _take_back(db, signer, found)


def take_back_by_link(db: Session, signer: Signer, links: Links, token: str) -> None:
    """The same by the link that it was given with, for whoever has no space here."""
    query = (
        sa.select(Endorsement)
        .join(EndorsementInvitation, EndorsementInvitation.id == Endorsement.invitation_id)
        .where(EndorsementInvitation.token_digest == links.digest_of(token))
    )
    found = db.scalar(query)
    if found is None:
        raise NotFound(NOT_THERE)
    _take_back(db, signer, found)


# --- inside ---------------------------------------------------------------------------------------------------


def _actor(endorser: Holder, by: Member | Holder | None) -> Actor:
    return Actor(endorser.account_id, endorser.id, by.organisation_id if isinstance(by, Member) else None)


def _endorsement(db: Session, request: AwardRequest, endorser: Holder | None, said: Said) -> Endorsement:
    comment, role = said.comment.strip(), one_line(said.role)
    errors: list[dict[str, str]] = []
    if not LEAST_COMMENT <= len(comment) <= LONGEST_COMMENT:
        values = {"least": LEAST_COMMENT, "most": LONGEST_COMMENT}
        errors.append(_wrong("comment", N_("Écrivez %(least)s à %(most)s signes."), values))
    if len(role) > LONGEST_ROLE:
        errors.append(_wrong("role", holders.TOO_LONG, {}))
    questions = standing.demand_for(request).definition.endorser_questions
    for question, text in said.answers.items():
        if question not in questions or len(text) > LONGEST_ANSWER:
            errors.append(_wrong("answers", N_("Cette réponse ne va pas avec la question."), {}))
    texts = {"comment": comment, "role": role}
    texts |= {f"answers.{number}": said.answers.get(one, "") for number, one in enumerate(questions)}
    names = _names(db, request, endorser)
    for name, text in texts.items() if not errors else ():  # what is too long is not looked through
        found = naming.names_in(text, names)
        if found:
            errors.append(_wrong(name, naming.SAID, {"found": found[0][:60]}))
    if errors:
        raise Invalid(fields.INVALID, errors=errors)
    return Endorsement(
        request_id=request.id,
        candidate_id=request.holder_id,
        endorser_id=endorser.id if endorser else None,
        role=role,
        comment=comment,
        answers={one: said.answers[one].strip() for one in questions if said.answers.get(one, "").strip()},
    )


def _names(db: Session, request: AwardRequest, endorser: Holder | None) -> list[str]:
    """Of both. An account names whoever it is of; somebody else's addresses and numbers are found by their form."""
    candidate = db.get_one(Holder, request.holder_id)
    return [name for one in (candidate, endorser) if one is not None for name in evidence.names_of(db, one)]


def _wrong(field_: str, said: str, values: Mapping[str, object]) -> dict[str, str]:
    return {"field": field_, "message": i18n.sentence(said, values)}


def _take_back(db: Session, signer: Signer, found: Endorsement) -> None:
    db.refresh(found, with_for_update=True)
    if found.state is EndorsementState.WITHDRAWN:
        return
    holders.unsay(db, signer, found)
    holders.tell(db, found.candidate_id, "endorsement_withdrawn", about=found.id)
    if found.endorser_id is not None:
        holders.tell(db, found.endorser_id, "endorsement_taken_back", about=found.id)
    db.flush()
