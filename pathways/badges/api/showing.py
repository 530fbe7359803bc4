"""Requests, evidence, endorsements and badges as JSON, for whoever may read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pathways import clock, i18n
from pathways.badges.candidacy import evidence, jury, requesting, standing
from pathways.badges.criteria import tree, wording
from pathways.badges.criteria.progress import leaves
from pathways.badges.holding import held
from pathways.badges.holding.validity import validity_of
from pathways.badges.issuing import naming, offering
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import AwardRequest, Credential, Endorsement, Evidence

_REQUEST = ("id", "achievement_id", "state", "language", "level", "renews_id", "created_at", "submitted_at")
_REQUEST += ("decided_at", "version")
_EVIDENCE = ("id", "kind", "title", "sha256", "text", "media_type", "size", "criterion", "is_piece", "created_at")


def request_row(one: AwardRequest) -> dict[str, Any]:
    version = one.achievement_version
    return {name: getattr(one, name) for name in _REQUEST} | {
        "issuer": version.achievement.issuer.slug,
        "slug": version.achievement.slug,
        "name": offering.definition_of(version).texts_in(i18n.current().code).name,
        "version_number": version.number,
    }


def request_whole(db: Session, one: AwardRequest) -> dict[str, Any]:
    """For its candidate: who decided is not told."""
    now = clock.now()
    ready = standing.readiness(db, one, now)
    missing = [] if ready.is_ready else standing.missing(db, ready.progress)
    return request_row(one) | {
        "words": one.words,
        "answers": dict(one.answers),
        "appeal": one.appeal,
        "questions": list(standing.demand_for(one).definition.piece_questions),
        "criteria": criteria(db, one, now),
        "missing": [line.text for line in missing],
        "is_ready": ready.is_ready,
        "place": requesting.place_of(db, one),
        "decisions": [
            {"verdict": said.verdict, "grid": dict(said.grid), "reason": said.reason, "decided_at": said.decided_at}
            for said in jury.decisions_of(db, one)
        ],
    }


def criteria(db: Session, one: AwardRequest, now: datetime) -> list[dict[str, Any]]:
    """How far each criterion is met, from left to right."""
    found, language = standing.progress_of(db, one, now), standing.words_in(i18n.current().code)
    names = naming.names_for(db, [found.node], language)
    return [
        {
            "place": leaf.place,
            "kind": next(iter(tree.as_data(leaf.node))),
            "met": leaf.met,
            "counts": [{"kind": count.kind, "have": count.have, "need": count.need} for count in leaf.counts],
            "words": wording.as_text(wording.needed(leaf.node, language, names)),
        }
        for leaf in leaves(found)
    ]


def evidence_row(one: Evidence) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _EVIDENCE}


def evidence_rows(db: Session, one: AwardRequest) -> list[dict[str, Any]]:
    return [evidence_row(found) for found in evidence.of_request(db, one)]


def endorsement_row(one: Endorsement) -> dict[str, Any]:
    """Without who said it: the role they gave is what is told."""
    return {
        "id": one.id,
        "role": one.role,
        "comment": one.comment,
        "answers": dict(one.answers),
        "counts": one.endorser_id is not None,
        "given_at": one.given_at,
    }


def status_row(one: Credential, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": validity_of(one, now),
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
        "revoked_at": one.revoked_at,
        "why": one.revocation if one.revocation in set(Why) else None,
    }


def credential_row(one: Credential, now: datetime) -> dict[str, Any]:
    definition = offering.definition_of(one.version)
    levels: Mapping[int, str] = dict(enumerate(definition.levels, 1))
    return status_row(one, now) | {
        "superseded_by": one.superseded_by_id,
        "issuer": one.issuer.slug,
        "slug": one.version.achievement.slug,
        "name": definition.texts_in(one.language).name,
        "version_number": one.version.number,
        "level": levels.get(one.level or 0),
        "language": one.language,
        "issued_at": one.issued_at,
        "url": held.address_of(one),
    }
