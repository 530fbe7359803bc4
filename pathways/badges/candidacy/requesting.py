"""Asking for a badge: the candidate opens a request, writes, sends it, takes it back, appeals, renews."""

from __future__ import annotations

import statistics
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock, i18n
from pathways.badges.candidacy import granting, requests, standing
from pathways.badges.holding import holders, results
from pathways.badges.issuing import offering
from pathways.badges.issuing.defining import Definition
from pathways.badges.issuing.revoking import Why
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import (
    OPEN,
    WAITING,
    AchievementVersion,
    AwardRequest,
    Credential,
    Endorsement,
    EndorsementInvitation,
    Evidence,
    Holder,
    RequestState,
)
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_, N_
from pathways.people import fields
from pathways.people.models import Membership, Organisation

LONGEST_WORDS, LONGEST_ANSWER, LONGEST_APPEAL = 6_000, 3_000, 3_000
LEAST_APPEAL = 20
NEEDS_ACCOUNT = D_("Un jury décide de ce badge : il faut un compte. Demandez-le à une structure du réseau.")
MOST_OPEN = 20
"""Requests that one person may have open at once."""
APPEALS_WITHIN = timedelta(days=90)
RENEWS_BEFORE, RENEWS_AFTER = timedelta(days=183), timedelta(days=365)
"""Around the day on which a badge runs out: later, one asks for it anew."""
LOOKED_BACK = timedelta(days=365)
MOST_LOOKED_AT = 500


# --- opening --------------------------------------------------------------------------------------------------


def ask(
    db: Session,
    holder: Holder,
    achievement_id: uuid.UUID,
    *,
    language: str = i18n.SOURCE,
    level: int | None = None,
    organisation_id: uuid.UUID | None = None,
) -> AwardRequest:
    """Open a request for the version in force. One that is open for the same achievement is given back. Raises
    :class:`NotFound` for what cannot be asked for, :class:`Conflict` where the badge is held already.
    """
    version = standing.version_in_force(db, achievement_id)
    known = _open_one(db, holder, achievement_id)
    if known is not None:
        return known
    definition = offering.definition_of(version)
    if level is None and len(definition.levels) == 1:
        level = 1
    _must_be_allowed(holder, standing.demand_of(version))
    _check(db, holder, definition, language, level, organisation_id)
    _must_not_be_held(db, holder, achievement_id, level)
    request = AwardRequest(
        holder_id=holder.id,
        issuer_id=version.achievement.issuer_id,
        achievement_id=achievement_id,
        version_id=version.id,
        organisation_id=organisation_id,
        level=level,
        language=language,
    )
    return _opened(db, holder, request)


def renew(db: Session, holder: Holder, credential_id: uuid.UUID) -> AwardRequest:
    """Open a request for what follows a badge that runs out: the version in force, by the lighter criteria that it has
    for that. Raises :class:`Conflict` where the badge cannot be renewed, or not yet, and says what to do instead.
    """
    credential = db.get(Credential, credential_id)
    if credential is None or credential.holder_id != holder.id:
        raise NotFound(offering.NOT_THERE)
    achievement_id = db.get_one(AchievementVersion, credential.version_id).achievement_id
    version = standing.version_in_force(db, achievement_id)
    known = _open_one(db, holder, achievement_id)
    if known is not None:
        return known
    definition = offering.definition_of(version)
    _must_be_allowed(holder, standing.demand_of(version, is_renewal=True))
    _must_be_renewable(credential, definition, clock.now())
    request = AwardRequest(
        holder_id=holder.id,
        issuer_id=credential.issuer_id,
        achievement_id=achievement_id,
        version_id=version.id,
        renews_id=credential.id,
        organisation_id=_organisation_before(db, holder, achievement_id),
        level=credential.level if credential.level and credential.level <= len(definition.levels) else None,
        language=credential.language if credential.language in definition.languages else i18n.SOURCE,
    )
    return _opened(db, holder, request)


def may_ask(holder: Holder, demand: standing.Demand) -> bool:
    """Where a jury decides, of all of it or of a piece, only with an account: else nobody could tell who decides for
    whom.
    """
    return holder.account_id is not None or not demand.most_jury


# --- writing and sending --------------------------------------------------------------------------------------


def write(
    db: Session,
    holder: Holder,
    request_id: uuid.UUID,
    *,
    words: str,
    answers: Mapping[str, str],
    version: int,
) -> AwardRequest:
    """What the candidate says of their practice, and to each question of the portfolio piece (``{question: text}``; one
    that is not there stays unanswered). ``version``: the one that was read, or :class:`Conflict`.
    """
    request = requests.gathering(db, holder, request_id)
    if request.version != version:
        raise Conflict(requests.CHANGED)
    questions = standing.demand_for(request).definition.piece_questions
    errors = [_too_long("words", LONGEST_WORDS)] if len(words) > LONGEST_WORDS else []
    for question, text in answers.items():
        if question not in questions:
            raise fields.refused("answers", D_("Cette question n'est pas posée ici."))
        if len(text) > LONGEST_ANSWER:
            errors.append(_too_long(f"answers.{questions.index(question)}", LONGEST_ANSWER))
    if errors:
        raise Invalid(fields.INVALID, errors=errors)
    request.words = words.strip()
    request.answers = {one: answers[one].strip() for one in questions if answers.get(one, "").strip()}
    request.version += 1
    db.flush()
    return request


def submit(
    db: Session, signer: Signer, holder: Holder, request_id: uuid.UUID, *, now: datetime | None = None
) -> AwardRequest:
    """Send it: every criterion must be met, but for what the jury itself adds; else :class:`Invalid` names what is
    missing. Where no jury is asked for, the badge is issued at once. Sent twice, it is sent once. Raises
    :class:`Conflict` for a renewal of what was taken back since, or that comes too late.
    """
    now = now or clock.now()
    request = requests.own_held(db, holder, request_id)
    if request.state in WAITING or request.state is RequestState.GRANTED:
        return request
    if request.state not in requests.GATHERS:
        raise Conflict(requests.CHANGED)
    _must_still_be_renewable(db, request, now)
    holders.visited(holder)
    reads = results.read_of(db, holder.id)
    ready = standing.readiness(db, request, now, reads)
    if not ready.is_ready:
        lines = standing.missing(db, ready.progress)
        said = N_("Il manque encore quelque chose pour envoyer cette demande.")
        raise Invalid(said, errors=[{"field": "criteria", "message": line.text} for line in lines])
    if ready.jury:
        requests.send(db, request, now)
    else:
        request.submitted_at = now
        requests.end(db, request, RequestState.GRANTED, now)
        granting.issue_for_request(db, signer, request, by=None, now=now, reads=reads)
        requests.decided(db, request)
    return request


def withdraw(db: Session, holder: Holder, request_id: uuid.UUID, *, now: datetime | None = None) -> None:
    """The candidate wants it no more: what they gathered is erased at once. Twice changes nothing."""
    request = requests.own_held(db, holder, request_id)
    if request.state is RequestState.WITHDRAWN:
        return
    if request.state not in OPEN:
        raise Conflict(requests.CHANGED)
    for kind in (Evidence, EndorsementInvitation):  # the bytes of files go with their rows, say the foreign keys
        db.execute(sa.delete(kind).where(kind.request_id == request.id))
    said = sa.update(Endorsement).where(Endorsement.request_id == request.id)
    db.execute(said.values(comment="", answers={}))  # who said something of whom stays, for later conflicts of interest
    request.words, request.answers, request.appeal = "", {}, ""
    requests.end(db, request, RequestState.WITHDRAWN, now or clock.now())


def appeal(
    db: Session, holder: Holder, request_id: uuid.UUID, *, words: str, now: datetime | None = None
) -> AwardRequest:
    """Once, within three months, with words: others of the jury decide. Raises :class:`Conflict` where it is too late,
    was done before, or where another request has brought the badge meanwhile.
    """
    now = now or clock.now()
    request = requests.own_held(db, holder, request_id)
    if request.state is not RequestState.REFUSED or request.decided_at is None:
        raise Conflict(requests.CHANGED)
    if request.appealed_at is not None:
        raise Conflict(D_("Un recours a déjà été décidé. Vous pouvez faire une nouvelle demande."))
    if now > request.decided_at + APPEALS_WITHIN:
        raise Conflict(D_("Il est trop tard pour un recours. Vous pouvez faire une nouvelle demande."))
    if granting.renewed_by(db, request) is None:  # which raises where it was taken back, or renewed by another request
        _must_not_be_held(db, holder, request.achievement_id, request.level)
    words = words.strip()
    if not LEAST_APPEAL <= len(words) <= LONGEST_APPEAL:
        said = D_("Dites pourquoi, en %(least)s à %(most)s signes.")
        raise fields.refused("words", said, least=LEAST_APPEAL, most=LONGEST_APPEAL)
    request.appeal, request.appealed_at, request.round = words, now, request.round + 1
    try:
        with db.begin_nested():
            requests.send(db, request, now)
    except IntegrityError as error:
        db.refresh(request)
        raise Conflict(D_("Vous avez déjà une autre demande pour ce badge.")) from error
    return request


# --- how long it takes ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a network shows of its queue, to everybody."""

    median_days: float | None
    """From sending to the decision, over the last year; ``None`` where nothing was decided."""
    requests: int
    """How many wait."""
    oldest_days: int
    """How long the first of them has waited."""


def waiting(db: Session, issuer_id: uuid.UUID, *, now: datetime | None = None) -> Waiting:
    now = now or clock.now()
    decided = (
        sa.select(AwardRequest.submitted_at, AwardRequest.decided_at)
        .where(AwardRequest.issuer_id == issuer_id)
        .where(AwardRequest.state.in_([RequestState.GRANTED, RequestState.REFUSED]))
        .where(AwardRequest.decided_at >= now - LOOKED_BACK, AwardRequest.submitted_at < AwardRequest.decided_at)
        .order_by(AwardRequest.decided_at.desc())
        .limit(MOST_LOOKED_AT)
    )
    days = [(until - since) / timedelta(days=1) for since, until in db.execute(decided) if since and until]
    queue = sa.select(sa.func.count().label("requests"), sa.func.min(AwardRequest.submitted_at).label("oldest"))
    row = db.execute(queue.where(_in_queue(issuer_id))).one()
    median = statistics.median(days) if days else None
    return Waiting(median, row.requests, (now - row.oldest).days if row.oldest else 0)


def place_of(db: Session, request: AwardRequest) -> int | None:
    """Its place in the queue, from 1 on; ``None`` where it does not wait."""
    if request.state not in WAITING or request.submitted_at is None:
        return None
    before = sa.or_(
        AwardRequest.submitted_at < request.submitted_at,
        sa.and_(AwardRequest.submitted_at == request.submitted_at, AwardRequest.id < request.id),
    )
    query = sa.select(sa.func.count()).select_from(AwardRequest).where(_in_queue(request.issuer_id), before)
    return (db.scalar(query) or 0) + 1


# --- inside ---------------------------------------------------------------------------------------------------


def _in_queue(issuer_id: uuid.UUID) -> sa.ColumnElement[bool]:
    return sa.and_(AwardRequest.issuer_id == issuer_id, AwardRequest.state.in_(WAITING))


def _must_be_allowed(holder: Holder, demand: standing.Demand) -> None:
    if not may_ask(holder, demand):
        raise Conflict(NEEDS_ACCOUNT)


def _open_one(db: Session, holder: Holder, achievement_id: uuid.UUID) -> AwardRequest | None:
    query = sa.select(AwardRequest).filter_by(holder_id=holder.id, achievement_id=achievement_id)
    return db.scalar(query.where(AwardRequest.state.in_(OPEN)))


def _opened(db: Session, holder: Holder, request: AwardRequest) -> AwardRequest:
    """Of two at the same moment, both get the same: the index decides."""
    count = sa.select(sa.func.count()).select_from(AwardRequest).where(AwardRequest.holder_id == holder.id)
    if (db.scalar(count.where(AwardRequest.state.in_(OPEN))) or 0) >= MOST_OPEN:
        raise Conflict(D_("Vous avez trop de demandes en cours : terminez-en une d'abord."))
    try:
        with db.begin_nested():
            db.add(request)
            db.flush()
    except IntegrityError:
        known = _open_one(db, holder, request.achievement_id)
        if known is None:
            raise
        return known
    holders.visited(holder)
    requests.become(db, request, RequestState.GATHERING)
    return request


def _check(
    db: Session,
    holder: Holder,
    definition: Definition,
    language: str,
    level: int | None,
    organisation_id: uuid.UUID | None,
) -> None:
    if language not in definition.languages:
        raise fields.refused("language", D_("Ce badge n'existe pas dans cette langue."))
    if (level is None) == bool(definition.levels) or (level is not None and not 1 <= level <= len(definition.levels)):
        raise fields.refused("level", D_("Choisissez un niveau de la liste."))
    if organisation_id is not None:
        own = sa.select(Membership.id).filter_by(account_id=holder.account_id, organisation_id=organisation_id)
        any_one = sa.select(Organisation.id).filter_by(id=organisation_id)
        if db.scalar(any_one if holder.account_id is None else own) is None:
            raise fields.refused("organisation", D_("Choisissez une structure dont vous êtes membre."))


def _must_not_be_held(db: Session, holder: Holder, achievement_id: uuid.UUID, level: int | None) -> None:
    """A higher level may be asked for, and nothing that is held already, unless it runs out soon; nor what the network
    took back for fraud: it has to be spoken of.
    """
    of_it = sa.select(AchievementVersion.id).filter_by(achievement_id=achievement_id)
    frauds = sa.select(Credential.id).where(
        Credential.holder_id == holder.id, Credential.version_id.in_(of_it), Credential.revocation == Why.FRAUD.value
    )
    if db.scalar(frauds.limit(1)) is not None:
        raise Conflict(D_("Le réseau a repris ce badge pour fraude : adressez-vous à lui."))
    runs_out = clock.now() + RENEWS_BEFORE
    query = (
        sa.select(Credential.level)
        .join(AchievementVersion, AchievementVersion.id == Credential.version_id)
        .where(Credential.holder_id == holder.id, AchievementVersion.achievement_id == achievement_id)
        .where(Credential.revoked_at.is_(None))
        .where(sa.or_(Credential.valid_until.is_(None), Credential.valid_until > runs_out))
    )
    if any(level is None or one is None or one >= level for one in db.scalars(query)):
        raise Conflict(N_("Vous avez déjà ce badge. Quand il sera près de finir, vous pourrez le renouveler."))


def _must_be_renewable(credential: Credential, definition: Definition, now: datetime) -> None:
    if credential.revoked_at is not None:
        raise Conflict(N_("Ce badge a été repris : il ne compte plus."))
    if credential.valid_until is None:
        raise Conflict(D_("Ce badge ne finit pas : il n'y a rien à renouveler."))
    if now > credential.valid_until + RENEWS_AFTER or definition.renewal is None:
        raise Conflict(D_("Ce badge ne se renouvelle pas : faites une nouvelle demande."))
    if now < credential.valid_until - RENEWS_BEFORE:
        raise Conflict(D_("Il est trop tôt : un badge se renouvelle dans les six mois avant sa fin."))


def _must_still_be_renewable(db: Session, request: AwardRequest, now: datetime) -> None:
    """A request that was opened in time waits for nobody: what is sent first after the time is over is too late."""
    renewed = granting.renewed_by(db, request)
    if renewed is not None and request.submitted_at is None:
        _must_be_renewable(renewed, offering.definition_of(request.achievement_version), now)


def _organisation_before(db: Session, holder: Holder, achievement_id: uuid.UUID) -> uuid.UUID | None:
    """The one that the last request for the same achievement named."""
    query = sa.select(AwardRequest.organisation_id).filter_by(holder_id=holder.id, achievement_id=achievement_id)
    return db.scalar(query.order_by(AwardRequest.created_at.desc()).limit(1))


def _too_long(field: str, most: int) -> dict[str, str]:
    return {"field": field, "message": i18n.sentence(requests.TOO_LONG, {"most": most})}
