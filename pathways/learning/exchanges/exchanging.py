"""Requests for an exchange: what somebody can show, what they look for, where they can come, and the rules to which
everybody agrees who asks.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.diagnostics import belonging, taking
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.errors import Invalid, NotFound
from pathways.i18n import D_, N_
from pathways.learning.models import ExchangeKind, ExchangeRequest, Tandem, TandemState
from pathways.people import files
from pathways.people.models import Account
from pathways.permissions import Member
from pathways.places.models import Place
from pathways.workshops import themes, tongues

LASTS = timedelta(days=183)
"""Of a request, and again from a meeting on."""
KEPT_DAYS = 190
"""Of the attempt that it stands on, which would be erased before otherwise."""
OPEN, MATCHED, WITHDRAWN = "open", "matched", "withdrawn"
RUNNING = (TandemState.PROPOSED, TandemState.AGREED, TandemState.MET)
MOST_CHOSEN, MOST_LISTED = 8, 200
TOO_MANY = N_("Choisissez huit langues ou thèmes au plus.")
BOTH = N_("On ne peut pas montrer et apprendre la même chose.")
RULES: Sequence[str] = (
    N_("La première rencontre se fait au lieu choisi, quand il est ouvert."),
    N_("Personne ne donne son adresse, ni d'argent."),
    N_("Chacun peut arrêter quand il veut, sans dire pourquoi."),
    N_("Si quelque chose ne va pas, dites-le à l'accueil du lieu."),
)
"""What everybody agrees to who asks."""
GAINS = {
    ExchangeKind.LANGUAGES: N_("Chacun parle sa langue, l'autre apprend. Tous les deux y gagnent."),
    ExchangeKind.GENERATIONS: N_("L'un montre un geste, l'autre en apprend un autre. Tous les deux y gagnent."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says who wants an exchange."""

    kind: str
    gives: Sequence[str] = ()
    seeks: Sequence[str] = ()
    place_id: uuid.UUID | None = None
    label: str = ""
    contact: str = ""
    reads_in: str = i18n.SOURCE
    file_id: uuid.UUID | None = None
    """The file of somebody whom a member writes down."""


def rules_text(language: str) -> str:
    """Fingerprint of the rules as they are read in ``language``, with the French beneath."""
    words = [f"{i18n.gettext(one, language)}\n{one}" for one in RULES]
    return ids.digest("\n".join([language, *words]))


def ask(
    db: Session,
    organisation_id: uuid.UUID,
    asked: Asked,
    *,
    agreed: str,
    attempt: Attempt | None = None,
    actor: Member | None = None,
    key: str = "",
    now: datetime | None = None,
) -> ExchangeRequest:
    """A request of a person (``attempt``), or one that a member writes down for somebody. ``agreed``: the fingerprint
    of the rules that were read (:func:`rules_text`). A person has one at a time; ``key`` is of a form that may come
    twice.
    """
    now = now or clock.now()
    attempt = belonging.root_of(db, attempt) if attempt is not None else None
    _take_turns(db, attempt, actor)
    if attempt is not None and (known := current(db, attempt)) is not None:
        return known
    row_id = ids.stable_id("exchange", str(organisation_id), key) if key else ids.random_id()
    if (kept := db.get(ExchangeRequest, row_id)) is not None:
        return kept
    kind = _check(db, organisation_id, asked, agreed)
    if asked.file_id is not None and actor is not None:
        files.get(db, actor, asked.file_id)
    request = ExchangeRequest(
        id=row_id,
        organisation_id=organisation_id,
        attempt_id=attempt.id if attempt is not None else None,
        file_id=asked.file_id,
        kind=kind,
        gives=list(dict.fromkeys(asked.gives)),
        seeks=list(dict.fromkeys(asked.seeks)),
        place_id=asked.place_id,
        reads_in=asked.reads_in,
        label=asked.label.strip(),
        contact=asked.contact.strip(),
        rules=agreed,
        consented_at=now,
        written_by=actor.account_id if actor is not None else None,
        expires_at=now + LASTS,
    )
    db.add(request)
    if attempt is not None:
        attempt.kept_days = max(KEPT_DAYS, attempt.kept_days or 0)
        taking.visited(attempt)
    db.flush()
    return request


def organisation_of(db: Session, attempt: Attempt) -> uuid.UUID:
    return db.get_one(Diagnostic, attempt.diagnostic_id).organisation_id


def current(db: Session, attempt: Attempt) -> ExchangeRequest | None:
    """The request that somebody has, if it is neither withdrawn nor over."""
    query = sa.select(ExchangeRequest).where(
        ExchangeRequest.attempt_id == (attempt.part_of_id or attempt.id),
        ExchangeRequest.state != WITHDRAWN,
        ExchangeRequest.expires_at > clock.now(),
    )
    return db.scalars(query.order_by(ExchangeRequest.consented_at.desc()).limit(1)).first()


def open_requests(db: Session, actor: Member) -> Sequence[ExchangeRequest]:
    """Who waits, the first to ask first; also whoever was matched with somebody that is there no more."""
    query = waiting(actor).order_by(ExchangeRequest.consented_at, ExchangeRequest.id)
    return db.scalars(query.limit(MOST_LISTED)).all()


def waiting(actor: Member) -> sa.Select[ExchangeRequest]:
    """All of them, in no order."""
    either = sa.or_(Tandem.first_id == ExchangeRequest.id, Tandem.second_id == ExchangeRequest.id)
    return sa.select(ExchangeRequest).where(
        ExchangeRequest.organisation_id == actor.organisation_id,
        ExchangeRequest.state != WITHDRAWN,
        ~sa.select(Tandem.id).where(either, Tandem.state.in_(RUNNING)).exists(),
        ExchangeRequest.expires_at > clock.now(),
    )


def request_for(db: Session, actor: Member, exchange_id: uuid.UUID) -> ExchangeRequest:
    found = db.get(ExchangeRequest, exchange_id)
    if found is None or found.organisation_id != actor.organisation_id or found.expires_at <= clock.now():
        raise NotFound(D_("Cette demande n'existe pas, ou n'existe plus."))
    return found


def forget(db: Session) -> None:
    """What time takes away: requests whose time is over, and with them their tandems."""
    db.execute(sa.delete(ExchangeRequest).where(ExchangeRequest.expires_at <= clock.now()))


def _take_turns(db: Session, attempt: Attempt | None, actor: Member | None) -> None:
    """Of two requests of one person, or of one member, at the same moment, the second finds what the first wrote."""
    if attempt is not None:
        db.refresh(attempt, with_for_update=True)
    elif actor is not None:
        db.get(Account, actor.account_id, with_for_update=True)


def _check(db: Session, organisation_id: uuid.UUID, asked: Asked, agreed: str) -> ExchangeKind:
    errors: list[tuple[str, str]] = []
    known = set(tongues.tongues()) | set(themes.themes())
    if asked.kind not in {one.value for one in ExchangeKind}:
        errors.append(("kind", N_("Choisissez ce que vous voulez.")))
    if not asked.gives or set(asked.gives) - known:
        errors.append(("gives", N_("Choisissez ce que vous pouvez montrer.")))
    if not asked.seeks or set(asked.seeks) - known:
        errors.append(("seeks", N_("Choisissez ce que vous voulez apprendre.")))
    errors += [(name, TOO_MANY) for name in ("gives", "seeks") if len(getattr(asked, name)) > MOST_CHOSEN]
    if set(asked.gives) & set(asked.seeks):
        errors.append(("seeks", BOTH))
    if asked.reads_in not in i18n.languages():
        errors.append(("reads_in", N_("Cette langue n'est pas proposée ici.")))
    elif agreed != rules_text(asked.reads_in):
        errors.append(("agreed", N_("Dites d'abord que vous êtes d'accord.")))
    if asked.place_id is not None:
        place = db.get(Place, asked.place_id)
        if place is None or place.organisation_id != organisation_id or place.withdrawn_at is not None:
            errors.append(("place", N_("Où pouvez-vous venir ?")))
    if errors:
        told = [{"field": field, "message": i18n.gettext(message)} for field, message in errors]
        raise Invalid(errors[0][1], errors=told)
    return ExchangeKind(asked.kind)
