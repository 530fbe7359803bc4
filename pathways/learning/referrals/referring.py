"""Sending somebody on to another structure: the least that it needs, agreed to by the person, answered by whoever
receives it, and taken back whenever the person wants.

Four readers, and no more: the person; the organisation that sends; the one that receives, from the moment the person
agreed; and, on paper, whoever the person shows the slip to (:mod:`referred`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock, i18n, ids, outbox
from pathways.diagnostics import taking
from pathways.diagnostics.models import Attempt
from pathways.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from pathways.i18n import D_, N_
from pathways.learning import choosing, events
from pathways.learning.events import ReferralChanged
from pathways.learning.exchanges import exchanging
from pathways.learning.models import Pathway, Referral, ReferralState
from pathways.learning.referrals.referred import FIELDS, NEEDS, NOT_THERE, OUTCOMES, Side, get
from pathways.people.models import Organisation
from pathways.permissions import Member
from pathways.places.models import Place
from pathways.workshops import tongues
from pathways.workshops.codes import Codes

LASTS = timedelta(days=183)
"""From the person's yes on. Then the row goes, with its words."""
WAITS = timedelta(days=14)
"""How long one that nobody agreed to yet is kept."""
KEPT_DAYS = 190
"""Of the attempt that it stands on, which would be erased before otherwise."""
CONSENT: Sequence[str] = (
    N_("Cette feuille va à la structure écrite en haut. Personne d'autre ne la lit."),
    N_("Vous pouvez dire non : rien ne change pour vous."),
    N_("Vous pouvez tout arrêter quand vous voulez. La feuille est alors effacée."),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member writes. The need is all that must be there."""

    need: str
    to_organisation_id: uuid.UUID | None = None
    place_id: uuid.UUID | None = None
    words: str = ""
    language: str = ""
    help: str = ""
    contact: str = ""
    when: str = ""

    def sheet(self) -> dict[str, str]:
        return {name: getattr(self, name).strip() for name in FIELDS}


# --- writing one, and the person's yes ------------------------------------------------------------------------


def propose(
    db: Session, codes: Codes, actor: Member, attempt: Attempt, asked: Asked, *, key: str, now: datetime | None = None
) -> Referral:
    """Write a referral for the person of ``attempt``, which nobody else sees before they agree. The same ``key`` twice
    makes one. Raises :class:`Invalid` field by field.
    """
    now = now or clock.now()
    db.refresh(attempt, with_for_update=True)  # of two at the same moment, the second finds what the first wrote
    row_id = _id_of(codes, actor, key)
    known = db.get(Referral, row_id)
    if known is not None:
        return known
    _check(db, actor, asked)
    language = attempt.language if attempt.language in i18n.languages() else i18n.SOURCE
    referral = Referral(
        id=row_id,
        organisation_id=actor.organisation_id,
        to_organisation_id=asked.to_organisation_id,
        place_id=asked.place_id,
        attempt_id=attempt.part_of_id or attempt.id,
        file_id=attempt.file_id,
        need=asked.need,
        sheet=asked.sheet(),
        consent_language=language,
        sent_by=actor.account_id,
        sent_at=now,
        changed_at=now,
        read_at=now,
        expires_at=now + WAITS,
        **codes.digests_of(row_id),
    )
    db.add(referral)
    db.flush()
    return referral


def consent_text(language: str) -> str:
    """Fingerprint of the words of the consent as they are read in ``language``, with the French beneath."""
    words = [f"{i18n.gettext(one, language)}\n{one}" for one in CONSENT]
    return ids.digest("\n".join([language, *words]))


def agree(db: Session, referral: Referral, *, language: str, seen: str, now: datetime | None = None) -> None:
    """The person says yes, having read ``seen`` (:func:`consent_text`) in ``language``: now it is sent. Twice changes
    nothing. Raises :class:`Conflict` where the words are others since, or there is nothing to agree to any more.
    """
    now = now or clock.now()
    attempt = taking.get(db, referral.attempt_id)
    db.refresh(attempt, with_for_update=True)  # before the referral, as whoever erases everything does
    _lock(db, referral, now)
    if referral.state in (ReferralState.SENT, ReferralState.ACCEPTED):
        return
    if referral.state is not ReferralState.PROPOSED:
        raise Conflict(N_("Cela a changé entre-temps."))
    language = language if language in i18n.languages() else i18n.SOURCE
    if seen != consent_text(language):
        raise Conflict(N_("Cela a changé entre-temps."))
    referral.consent_language, referral.consent_text, referral.consented_at = language, seen, now
    referral.expires_at = now + LASTS
    attempt.kept_days = max(KEPT_DAYS, attempt.kept_days or 0)
    taking.visited(attempt)
    _become(db, referral, ReferralState.SENT, now)


def withdraw(db: Session, referral: Referral, now: datetime | None = None) -> None:
    """The person says no, or takes their consent back: closed at once on both sides, and the words are gone, the need
    among them; their attempt is kept no longer for it. At any time, also once it was answered or is over. Twice changes
    nothing.
    """
    now = now or clock.now()
    attempt = db.get(Attempt, referral.attempt_id, with_for_update=True, populate_existing=True)
    _lock(db, referral, now)
    if referral.state is ReferralState.WITHDRAWN:
        return
    referral.sheet, referral.need, referral.reason, referral.outcome, referral.ended_at = {}, "", "", "", now
    _become(db, referral, ReferralState.WITHDRAWN, now)
    if attempt is not None:
        _give_days_back(db, attempt, now)


# --- the other side -------------------------------------------------------------------------------------------


def answer(
    db: Session, actor: Member, referral_id: uuid.UUID, *, accepted: bool, reason: str = "", now: datetime | None = None
) -> Referral:
    """Whoever receives it says yes, or no and why. The same answer twice changes nothing."""
    now = now or clock.now()
    referral, side = get(db, actor, referral_id)
    must_be(side, Side.RECEIVER)
    _lock(db, referral, now)
    reason = reason.strip()[:300]
    wanted = ReferralState.ACCEPTED if accepted else ReferralState.DECLINED
    if referral.state is wanted:
        return referral
    if referral.state is not ReferralState.SENT:
        raise Conflict(D_("Cette orientation a changé entre-temps. Relisez-la."))
    if not accepted and not reason:
        raise _invalid("reason", D_("Dites pourquoi : l'autre structure cherchera une autre solution."))
    referral.reason, referral.answered_by, referral.answered_at = reason, actor.account_id, now
    _become(db, referral, wanted, now)
    return referral


def end(
    db: Session, actor: Member, referral_id: uuid.UUID, *, outcome: str, reason: str = "", now: datetime | None = None
) -> Referral:
    """How it ended, said by whoever received it; of a slip on paper, by whoever sent it, since nobody else here knows.
    The same end twice changes nothing.
    """
    now = now or clock.now()
    referral, side = get(db, actor, referral_id)
    on_paper = referral.place_id is not None
    must_be(side, Side.SENDER if on_paper else Side.RECEIVER)
    _lock(db, referral, now)
    if referral.state is ReferralState.ENDED and referral.outcome == outcome:
        return referral
    if not may_end(referral, side):
        raise Conflict(D_("Cette orientation a changé entre-temps. Relisez-la."))
    if outcome not in OUTCOMES:
        raise _invalid("outcome", D_("Dites comment cela s'est terminé."))
    referral.outcome, referral.reason, referral.ended_at = outcome, reason.strip()[:300], now
    _become(db, referral, ReferralState.ENDED, now)
    return referral


def may_end(referral: Referral, side: Side) -> bool:
    if referral.place_id is not None:
        return side is Side.SENDER and referral.state is ReferralState.SENT
    return side is Side.RECEIVER and referral.state is ReferralState.ACCEPTED


def take_back(db: Session, actor: Member, referral_id: uuid.UUID) -> None:
    """For whoever wrote it: one that was not agreed to yet is erased; any other is closed as the person would close it,
    since they said so at the desk.
    """
    referral, side = get(db, actor, referral_id)
    must_be(side, Side.SENDER)
    db.get(Attempt, referral.attempt_id, with_for_update=True)
    _lock(db, referral, clock.now())
    if referral.state is not ReferralState.PROPOSED:
        withdraw(db, referral)
        return
    db.delete(referral)
    db.flush()


def forget(db: Session) -> None:
    """What time takes away, words and all."""
    db.execute(sa.delete(Referral).where(Referral.expires_at <= clock.now()))


# --- inside ---------------------------------------------------------------------------------------------------


def _check(db: Session, actor: Member, asked: Asked) -> None:
    errors = []
    if asked.need not in NEEDS:
        errors.append(("need", D_("Choisissez pour quoi.")))
    if (asked.to_organisation_id is None) == (asked.place_id is None):
        errors.append(("to", D_("Choisissez une structure ou un lieu.")))
    elif asked.to_organisation_id is not None:
        other = db.get(Organisation, asked.to_organisation_id)
        if other is None or other.id == actor.organisation_id:
            errors.append(("to", D_("Choisissez une autre structure de ce serveur.")))
    elif asked.place_id is not None:
        place = db.get(Place, asked.place_id)
        if place is None or place.withdrawn_at is not None:
            errors.append(("to", D_("Ce lieu n'est plus dans l'annuaire.")))
    errors += [
        (name, D_("C'est trop long : l'autre structure n'a besoin que de l'essentiel."))
        for name, most in FIELDS.items()
        if len(getattr(asked, name)) > most
    ]
    if asked.language and asked.language not in tongues.tongues():
        errors.append(("language", N_("Cette langue n'est pas proposée ici.")))
    if errors:
        told = [{"field": field, "message": i18n.gettext(message)} for field, message in errors]
        raise Invalid(errors[0][1], errors=told)


def _become(db: Session, referral: Referral, state: ReferralState, now: datetime) -> None:
    """A new state, told to both sides, to the pathway, and to whoever follows changes."""
    was_known = referral.consented_at is not None
    referral.state, referral.changed_at = state, now
    attempt = db.get(Attempt, referral.attempt_id)
    pathway = choosing.current(db, attempt) if attempt is not None and was_known else None
    if pathway is not None:
        details = {"referral": str(referral.id), "state": state.value}
        choosing.tell(db, pathway, events.REFERRED, details=details, at=now)
    _told(db, referral, state.value)
    outbox.record(db, ReferralChanged(referral.id, state.value), about_id=referral.id)
    db.flush()


def _give_days_back(db: Session, attempt: Attempt, now: datetime) -> None:
    """Where nothing else asks for them."""
    if attempt.kept_days != KEPT_DAYS:
        return
    running = (ReferralState.SENT, ReferralState.ACCEPTED, ReferralState.DECLINED, ReferralState.ENDED)
    others = sa.select(Referral.id).where(
        Referral.attempt_id == attempt.id, Referral.state.in_(running), Referral.expires_at > now
    )
    if db.scalar(others.limit(1)) is None and exchanging.current(db, attempt) is None:
        walks = db.scalar(sa.select(Pathway.id).where(Pathway.attempt_id == attempt.id).limit(1)) is not None
        attempt.kept_days = choosing.KEPT_DAYS if walks else None
        taking.visited(attempt)


def _told(db: Session, referral: Referral, act: str) -> None:
    changes.note(db, referral.organisation_id, "referral", referral.id, act)
    if referral.to_organisation_id is not None and referral.consented_at is not None:
        changes.note(db, referral.to_organisation_id, "referral", referral.id, act)


def _lock(db: Session, referral: Referral, now: datetime) -> None:
    """Hold the row until the transaction ends, and see it as it is."""
    db.refresh(referral, with_for_update=True)
    if referral.expires_at <= now:
        raise NotFound(NOT_THERE)


def must_be(side: Side, wanted: Side) -> None:
    """Each side says its own; what there is of a referral, both know."""
    if side is not wanted:
        raise Forbidden(D_("C'est à l'autre structure de le dire."))


def _invalid(field: str, message: str) -> DomainError:
    return Invalid(message, errors=[{"field": field, "message": i18n.gettext(message)}])


def _id_of(codes: Codes, actor: Member, key: str) -> uuid.UUID:
    """The same for the same key; made with the server's secret, since the slip's code is made from it."""
    asked = f"{actor.organisation_id} {key}"
    return uuid.UUID(bytes=ids.signed(codes.secret, "referral", asked)[:16], version=4)
