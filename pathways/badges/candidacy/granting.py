"""The badge that comes of a request: issued with what stands behind it, in the place of the one that it renews."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.badges.candidacy import facts
from pathways.badges.criteria.wording import Language
from pathways.badges.formats import documents
from pathways.badges.holding import results
from pathways.badges.holding.results import Read
from pathways.badges.issuing import awarding, composing, measuring, offering, revoking, witnessing
from pathways.badges.issuing.awarding import Order
from pathways.badges.issuing.composing import Witnessed
from pathways.badges.issuing.defining import Definition
from pathways.badges.issuing.revoking import Why
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import (
    AwardRequest,
    Credential,
    Evidence,
    EvidenceKind,
    JuryDecision,
    JuryVerdict,
)
from pathways.errors import Conflict
from pathways.i18n import N_

TAKEN_BACK = N_("Ce badge a été repris : il ne compte plus.")

GENRES: Mapping[str, Mapping[EvidenceKind, str]] = {
    "fr": {EvidenceKind.FILE: "Fichier", EvidenceKind.LINK: "Lien", EvidenceKind.TEXT: "Texte"},
    "en": {EvidenceKind.FILE: "File", EvidenceKind.LINK: "Link", EvidenceKind.TEXT: "Text"},
}


def issue_for_request(
    db: Session,
    signer: Signer,
    request: AwardRequest,
    *,
    by: uuid.UUID | None,
    now: datetime,
    reads: Sequence[Read] | None = None,
) -> Credential:
    """Sign the badge of a granted request, then what its endorsers said. Twice is once. A badge that it renews is
    revoked as superseded: it keeps the day on which it was first earned. Raises :class:`Conflict` where that one was
    taken back meanwhile. ``reads``: what the holder brought, where it was read already.
    """
    if reads is None:
        reads = results.read_of(db, request.holder_id)
    version = request.achievement_version
    definition = offering.definition_of(version)
    renewed = renewed_by(db, request)
    order = Order(
        holder_id=request.holder_id,
        origin=origin_of(request),
        language=cast("Language", request.language if request.language in definition.languages else "fr"),
        level=request.level if definition.levels else None,
        witnessed=behind(db, request, definition, reads, now),
        awarded=first_earned(db, renewed) if renewed is not None else None,
    )
    [made] = awarding.issue(db, signer, version, [order], by=by, now=now)
    witnessing.sign_for(db, signer, made, request.id)
    if renewed is not None and renewed.superseded_by_id != made.id:
        revoking.take_back(db, signer, [renewed], Why.SUPERSEDED, by=by)
        if renewed.revocation != Why.SUPERSEDED:  # the network took it back at this very moment
            raise Conflict(TAKEN_BACK)
        renewed.superseded_by_id = made.id
    return made


def renewed_by(db: Session, request: AwardRequest) -> Credential | None:
    """The badge that a request renews, as it stands now: of one whose key was compromised, the one that was issued in
    its place. Raises :class:`Conflict` where it was taken back since: its holder shows everything anew.
    """
    if request.renews_id is None:
        return None
    found = _as_it_is_now(db, request.renews_id)
    while found.revocation == Why.COMPROMISED and found.superseded_by_id is not None:
        found = _as_it_is_now(db, found.superseded_by_id)
    if found.revoked_at is not None and not _is_renewed(db, request, found):
        raise Conflict(TAKEN_BACK)
    return found


def _as_it_is_now(db: Session, credential_id: uuid.UUID) -> Credential:
    query = sa.select(Credential).filter_by(id=credential_id)
    return db.scalars(query.execution_options(populate_existing=True)).one()


def _is_renewed(db: Session, request: AwardRequest, credential: Credential) -> bool:
    """Whether it was this very request that took its place: granted twice is granted once."""
    made = sa.select(Credential.id).filter_by(origin=origin_of(request))
    return credential.superseded_by_id is not None and credential.superseded_by_id == db.scalar(made)


def origin_of(request: AwardRequest) -> str:
    """Why a badge was issued, where it was for a request."""
    return f"request:{request.id}"


def behind(
    db: Session, request: AwardRequest, definition: Definition, reads: Sequence[Read], now: datetime
) -> Witnessed:
    """How it was measured, who saw it, what was looked at: numbers, titles and digests, and no name. Endorsements are
    those that criteria count.
    """
    skills = composing.skills_of(definition)
    return Witnessed(
        measure=measuring.measured(reads, skills) if skills else None,
        skills=len(skills),
        endorsements=len(facts.endorsers(db, request, now)),
        jury=_count(
            db,
            sa.func.count(),
            JuryDecision.request_id == request.id,
            JuryDecision.round == request.round,
            JuryDecision.verdict == JuryVerdict.GRANT,
        ),
        evidence=tuple(
            documents.Evidence(name=one.title, genre=GENRES[request.language][one.kind], sha256=one.sha256)
            for one in db.scalars(
                sa.select(Evidence).filter_by(request_id=request.id).order_by(Evidence.created_at, Evidence.id)
            )
        ),
    )


def first_earned(db: Session, credential: Credential) -> datetime:
    """When the first of a line of renewals was issued."""
    earliest, seen = credential, {credential.id}
    while before := db.scalars(sa.select(Credential).filter_by(superseded_by_id=earliest.id)).first():
        if before.id in seen:
            break
        seen.add(before.id)
        earliest = before
    return earliest.valid_from


def _count(db: Session, what: sa.ColumnElement[int], *where: sa.ColumnElement[bool]) -> int:
    return db.scalar(sa.select(what).where(*where)) or 0
