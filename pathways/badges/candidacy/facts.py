"""What is known of a candidate, gathered for their criteria. The number of queries does not grow with what there is.

Nothing that a person says of themself counts: neither what they observed, endorsed or decided of their own, nor what
nobody has seen.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.badges.candidacy import sessions, witnesses
from pathways.badges.candidacy.witnesses import Known, person_id
from pathways.badges.criteria.facts import Decided, Endorsed, Facts, Held, Measure, Seen, Sheet
from pathways.badges.criteria.nodes import Outside
from pathways.badges.holding import results
from pathways.badges.holding.results import Read
from pathways.badges.models import (
    Attested,
    AwardRequest,
    Credential,
    Endorsement,
    EndorsementState,
    Holder,
    JuryDecision,
    JuryVerdict,
)
from pathways.diagnostics.engine import Outcome
from pathways.referentials.models import Referential


def gather(
    db: Session,
    holder: Holder,
    issuer_id: uuid.UUID,
    now: datetime,
    *,
    request: AwardRequest | None = None,
    pieces: Collection[str] = (),
    bounds: Collection[str] = (),
    reads: Sequence[Read] | None = None,
) -> Facts:
    """Of a person, for an achievement of one network; with ``request``, what was said and decided for it. ``pieces``:
    codes of the portfolio pieces that its criteria name; ``bounds``: micro-skills (``framework:CODE``) of which they
    ask a lower bound, which takes some time to work out. Of a renewal, only what was measured since the badge that it
    renews. ``reads``: what they brought, where it was read already.
    """
    if reads is None:
        reads = results.read_of(db, holder.id)
    since = _renewed_since(db, request)
    given, observed = _endorsements(db, request), _observed(reads, since)
    people = witnesses.known(
        db,
        issuer_id,
        holder_ids={holder.id, *(one.endorser_id for one in given if one.endorser_id is not None)},
        account_ids={one.by for one in observed},
        now=now,
    )
    return Facts(
        person=person_id(holder.account_id, holder.id),
        now=now,
        measures=_measures(reads, since, bounds),
        lineages=_lineages(db, {read.taken.framework for read in reads}),
        sheets=tuple(Sheet(one.id, people.of_account(one.by, one.home), one.skills, one.at) for one in observed),
        endorsements=_endorsed(given, people),
        attended=tuple(sessions.attended_by(db, holder.id, now)),
        led=tuple(sessions.led_by(db, holder.account_id)) if holder.account_id else (),
        decisions=_decisions(db, request, pieces, now),
        held=tuple(
            Held(one.slug, one.version, one.valid_from, one.valid_until) for one in people.held.get(holder.id, ())
        ),
        seen=_seen(db, holder),
    )


def endorsers(db: Session, request: AwardRequest, now: datetime) -> frozenset[str]:
    """Whose endorsements for a request count, as :func:`gather` has them."""
    given = _endorsements(db, request)
    if not given:
        return frozenset()
    named = {one.endorser_id for one in given if one.endorser_id is not None}
    people = witnesses.known(db, request.issuer_id, holder_ids=named, account_ids=(), now=now)
    return frozenset(one.by.id for one in _endorsed(given, people))


def accepting(facts: Facts, pieces: Iterable[str], jury: int) -> Facts:
    """The same facts, had so many of the jury accepted these pieces: what a request waits for, once it is sent."""
    granted = [Decided(piece, f"jury {number}", True, facts.now) for piece in pieces for number in range(jury)]
    return dataclasses.replace(facts, decisions=tuple(granted))


# --- inside ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Observed:
    """A sheet: what somebody saw done in one sitting."""

    id: str
    by: uuid.UUID
    home: uuid.UUID
    """The organisation for which they looked."""
    skills: frozenset[str]
    at: datetime


def _measures(reads: Sequence[Read], since: datetime | None, bounds: Collection[str]) -> tuple[Measure, ...]:
    found = [one for theirs in results.measures(reads).values() for one in theirs.values()]
    wanted = {one.attempt_id for one in found if f"{one.framework}:{one.skill}" in bounds}
    lowest = {read.taken.attempt_id: results.lower_bounds(read) for read in reads if read.taken.attempt_id in wanted}
    return tuple(
        Measure(
            skill=f"{one.framework}:{one.skill}",
            mastery=one.mastery,
            answers=one.answers,
            at=one.at,
            low=lowest.get(one.attempt_id, {}).get(one.skill),
            version=one.version,
            fingerprint=one.fingerprint,
        )
        for one in found
        if since is None or one.at >= since
    )


def _observed(reads: Sequence[Read], since: datetime | None) -> list[_Observed]:
    """One sheet for each sitting and observer, whatever number of gestures was seen in it."""
    seen: dict[tuple[uuid.UUID, uuid.UUID], list[tuple[str, datetime]]] = defaultdict(list)
    homes = {read.taken.attempt_id: read.taken.organisation_id for read in reads}
    for read in reads:
        for answer in read.answers:
            is_new = since is None or answer.at >= since
            if answer.observed_by is not None and answer.outcome == Outcome.CORRECT and is_new:
                skill = f"{read.taken.framework}:{read.skill_of[answer.item]}"
                seen[read.taken.attempt_id, answer.observed_by].append((skill, answer.at))
    return [
        _Observed(
            id=f"{attempt_id} {by}",
            by=by,
            home=homes[attempt_id],
            skills=frozenset(skill for skill, _ in found),
            at=max(at for _, at in found),
        )
        for (attempt_id, by), found in seen.items()
    ]


def _renewed_since(db: Session, request: AwardRequest | None) -> datetime | None:
    if request is None or request.renews_id is None:
        return None
    return db.get_one(Credential, request.renews_id).issued_at


def _endorsements(db: Session, request: AwardRequest | None) -> Sequence[Endorsement]:
    """Those that stand, of people who are known here."""
    if request is None:
        return []
    query = sa.select(Endorsement).where(
        Endorsement.request_id == request.id,
        Endorsement.state == EndorsementState.GIVEN,
        Endorsement.endorser_id.is_not(None),
    )
    return db.scalars(query.order_by(Endorsement.given_at, Endorsement.id)).all()


def _endorsed(given: Iterable[Endorsement], people: Known) -> tuple[Endorsed, ...]:
    return tuple(
        Endorsed(people.of_holder(one.endorser_id, one.organisation_id), one.given_at)
        for one in given
        if one.endorser_id is not None and people.is_vouched_for(one.endorser_id)
    )


def _decisions(
    db: Session, request: AwardRequest | None, pieces: Collection[str], now: datetime
) -> tuple[Decided, ...]:
    """Of the present round: whoever grants a request accepts every piece of it. A decision is no older than what it is
    about, even where time is held still for a request that waited.
    """
    if request is None or not pieces:
        return ()
    query = sa.select(JuryDecision).filter_by(request_id=request.id, round=request.round)
    return tuple(
        Decided(piece, str(one.account_id), one.verdict is JuryVerdict.GRANT, min(one.decided_at, now))
        for one in db.scalars(query.order_by(JuryDecision.decided_at, JuryDecision.id)).all()
        for piece in pieces
    )


def _lineages(db: Session, frameworks: Collection[str]) -> dict[str, tuple[str, ...]]:
    query = sa.select(Referential.code, Referential.fingerprint).where(Referential.code.in_(frameworks))
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for code, fingerprint in db.execute(query.order_by(Referential.code, Referential.number)):
        found[code] += (fingerprint,)
    return dict(found)


def _seen(db: Session, holder: Holder) -> tuple[Seen, ...]:
    query = sa.select(Attested).where(Attested.holder_id == holder.id, Attested.seen_at.is_not(None))
    return tuple(
        Seen(Outside(one.kind), str(one.seen_by), one.seen_at, one.valid_until, one.code)
        for one in db.scalars(query.order_by(Attested.seen_at, Attested.id))
        if one.seen_at is not None and one.seen_by is not None
    )
