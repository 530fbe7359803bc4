"""What others attested: a habilitation, a title, a Pix certificate. The person says that they have it; it counts from
the day on which somebody has seen the paper, until the day that the paper says. It is recorded, never issued by us.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.candidacy import acquaintance, conflicts, requests
from pathways.badges.candidacy.conflicts import Act, Between
from pathways.badges.criteria.fields import SLUG
from pathways.badges.criteria.nodes import Outside
from pathways.badges.holding import holders
from pathways.badges.models import OPEN, Attested, AwardRequest, Holder, JuryMember
from pathways.clock import PARIS
from pathways.errors import Conflict, Forbidden, NotFound
from pathways.i18n import D_
from pathways.people import fields
from pathways.people.models import Membership
from pathways.permissions import Member, Permission
from pathways.texts import one_line

MOST = 20
"""Of one person."""
LONGEST_TITLE, LONGEST_REFERENCE = 120, 60
SEEN_BEFORE_IT_ENDS = D_("Ce papier n'est plus valable à cette date.")
NOT_THERE = D_("Cette attestation n'existe pas.")
_REFERENCES: Mapping[Outside, tuple[re.Pattern[str], str]] = {
    # Eight signs without 0, 1 and vowels: « code de vérification » on a certificate of Pix, which pix.fr looks up.
    Outside.PIX_CERTIFICATE: (re.compile(r"P-[2-9BCDFGHJKLMNPQRSTVWXYZ]{8}"), "P-BCD23456"),
}
"""The form of a number, where there is one, and an example."""


def declare(
    db: Session,
    holder: Holder,
    *,
    kind: str,
    title: str = "",
    code: str = "",
    reference: str = "",
    valid_until: date | None = None,
) -> Attested:
    """The person says what they have. ``code``: of ``other``, the slug by which a criterion names it. Raises
    :class:`Invalid` for what cannot be looked up as it is written.
    """
    if kind not in set(Outside):
        raise fields.refused("kind", D_("Choisissez dans la liste."))
    count = db.scalar(sa.select(sa.func.count()).select_from(Attested).filter_by(holder_id=holder.id)) or 0
    if count >= MOST:
        raise Conflict(D_("Il y en a déjà %(most)s : retirez-en une d'abord."), most=MOST)
    made = Attested(
        holder_id=holder.id,
        kind=kind,
        title=_title(Outside(kind), title),
        code=_code(Outside(kind), code),
        reference=_reference(Outside(kind), reference),
        valid_until=_end_of(valid_until),
    )
    db.add(made)
    db.flush()
    holders.tell(db, holder.id, "attestation_declared", about=made.id)
    return made


def remove(db: Session, holder: Holder, attested_id: uuid.UUID) -> None:
    """Also one that was seen; it counts no more. What is gone already is no error."""
    found = db.get(Attested, attested_id)
    if found is None:
        return
    if found.holder_id != holder.id:
        raise NotFound(NOT_THERE)
    db.delete(found)
    holders.tell(db, holder.id, "attestation_removed", about=attested_id)
    db.flush()


def of_holder(db: Session, holder: Holder) -> Sequence[Attested]:
    query = sa.select(Attested).filter_by(holder_id=holder.id)
    return db.scalars(query.order_by(Attested.created_at, Attested.id)).all()


def to_be_seen(db: Session, actor: Member) -> Sequence[Attested]:
    """What nobody has seen yet and the member may see, the oldest first: of people of their organisation, and of those
    who ask a network for a badge on whose jury they are. Never their own.
    """
    query = sa.select(Attested).join(Holder, Holder.id == Attested.holder_id)
    query = query.where(Attested.seen_at.is_(None), _near(actor), _of_others(actor))
    return db.scalars(query.order_by(Attested.created_at, Attested.id).limit(200)).all()


def find(db: Session, actor: Member, attested_id: uuid.UUID) -> Attested:
    """One that the member may see; any other does not exist."""
    query = sa.select(Attested).join(Holder, Holder.id == Attested.holder_id)
    found = db.scalar(query.where(Attested.id == attested_id, _near(actor)))
    if found is None:
        raise NotFound(NOT_THERE)
    return found


def seen(
    db: Session,
    actor: Member,
    attested_id: uuid.UUID,
    *,
    valid_until: date | None = None,
    now: datetime | None = None,
) -> Attested:
    """The member has seen the paper, which says that it is valid until the end of that day (``None``: it does not say).
    From now on it counts. Raises :class:`ConflictOfInterest` for one's own.
    """
    now = now or clock.now()
    found = find(db, actor, attested_id)
    if not actor.may(Permission.BADGES_AWARD):
        raise Forbidden(D_("Votre rôle ne permet pas cela."))
    db.refresh(found, with_for_update=True)
    own = acquaintance.actor_of(db, actor)
    conflicts.refuse(conflicts.grounds(Act.ATTEST, Between(is_oneself=found.holder_id == own.holder_id)))
    if found.seen_at is not None:
        return found
    until = _end_of(valid_until)
    if until is not None and until < now:
        raise fields.refused("valid_until", SEEN_BEFORE_IT_ENDS)
    found.seen_by, found.seen_at, found.valid_until = actor.account_id, now, until
    holders.tell(db, found.holder_id, "attestation_seen", about=found.id)
    db.flush()
    return found


# --- inside ---------------------------------------------------------------------------------------------------


def _near(actor: Member) -> sa.ColumnElement[bool]:
    """Of somebody whom the member can meet: a colleague, a candidate of their structure, a candidate of their jury."""
    colleagues = sa.select(Membership.account_id).where(Membership.organisation_id == actor.organisation_id)
    of_structure = sa.select(AwardRequest.holder_id).where(AwardRequest.organisation_id == actor.organisation_id)
    juries = sa.select(JuryMember.issuer_id).where(
        JuryMember.account_id == actor.account_id, JuryMember.left_at.is_(None)
    )
    of_jury = sa.select(AwardRequest.holder_id).where(AwardRequest.issuer_id.in_(juries), AwardRequest.state.in_(OPEN))
    return sa.or_(
        Holder.account_id.in_(colleagues), Attested.holder_id.in_(of_structure), Attested.holder_id.in_(of_jury)
    )


def _of_others(actor: Member) -> sa.ColumnElement[bool]:
    return sa.or_(Holder.account_id.is_(None), Holder.account_id != actor.account_id)


def _title(kind: Outside, title: str) -> str:
    line = one_line(title)
    if kind is Outside.OTHER and not line:
        raise fields.refused("title", D_("Dites ce que c'est."))
    if len(line) > LONGEST_TITLE:
        raise fields.refused("title", requests.TOO_LONG, most=LONGEST_TITLE)
    return line


def _code(kind: Outside, code: str) -> str:
    if kind is not Outside.OTHER or not code:
        return ""
    if not SLUG.fullmatch(code):
        raise fields.refused("code", D_("Choisissez dans la liste."))
    return code


def _reference(kind: Outside, reference: str) -> str:
    """As it stands on the paper; capitals and spaces as people type them do not count."""
    line = one_line(reference)
    if len(line) > LONGEST_REFERENCE:
        raise fields.refused("reference", requests.TOO_LONG, most=LONGEST_REFERENCE)
    if kind in _REFERENCES:
        pattern, example = _REFERENCES[kind]
        line = "".join(line.upper().split())
        if not pattern.fullmatch(line):
            said = D_("Recopiez le code qui est sur le certificat. Exemple : %(example)s")
            raise fields.refused("reference", said, example=example)
    return line


def _end_of(day: date | None) -> datetime | None:
    """The last second of that day, here."""
    return None if day is None else datetime.combine(day, time(23, 59, 59), PARIS)
