"""Calling partners when something changed. A call names what changed, never what it holds; the feed of changes
(``pathways.changes``) says the same for whoever missed a call, and is what counts.

One call at a time for each address and in the order of the feed: after an outage the next call brings what came
meanwhile. Signed as Standard Webhooks has it: HMAC-SHA256 of ``id.timestamp.body``.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import calling, changes, clock, ids, outbox
from pathways.changes import Change
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_
from pathways.outbox import MOST_ATTEMPTS, OutboxEvent
from pathways.permissions import Member
from pathways.settings import Settings
from pathways.workshops.models import Webhook, WebhookDelivery

KINDS = (
    *("place", "tour", "workshop", "session", "booking", "waiting_entry", "attendance"),
    *("pathway", "step", "seat_proposal", "referral"),
)
MOST_CHANGES = 100
"""In one call."""
MOST_WEBHOOKS = 10
FORMER = timedelta(days=1)
"""How long calls are signed with the former secret, too."""
LOGGED = 50


@dataclass(frozen=True, slots=True)
class WebhookDue:
    delivery_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Logged:
    """A call as the log shows it."""

    delivery: WebhookDelivery
    attempts: int
    error: str
    given_up: bool


class NotTaken(Exception):
    """The receiver answered, but with no 2xx."""


def handlers(settings: Settings) -> dict[str, outbox.Handler]:
    return {WebhookDue.__name__: functools.partial(_on_due, settings=settings)}


# --- what an organisation does with them -------------------------------------------------------------------


def list_for(db: Session, member: Member) -> Sequence[Webhook]:
    return db.scalars(sa.select(Webhook).filter_by(organisation_id=member.organisation_id).order_by(Webhook.id)).all()


def get(db: Session, member: Member, webhook_id: uuid.UUID) -> Webhook:
    found = db.get(Webhook, webhook_id)
    if found is None or found.organisation_id != member.organisation_id:
        raise NotFound(D_("Cette adresse n'est pas dans la liste."))
    return found


def create(db: Session, settings: Settings, member: Member, *, url: str, kinds: Collection[str] = ()) -> Webhook:
    """Have ``url`` called from now on; what happened before is in the feed. Raises :class:`Invalid`."""
    url = url.strip()
    _must_be_callable(url, private=settings.private_webhooks)
    if not set(kinds) <= set(KINDS):
        raise _wrong("kinds", D_("Choisissez dans la liste."))
    if len(list_for(db, member)) >= MOST_WEBHOOKS:
        raise Conflict(D_("Il y a déjà %(most)s adresses. Retirez-en une avant d'en ajouter."), most=MOST_WEBHOOKS)
    changes.number_all(db)
    webhook = Webhook(
        organisation_id=member.organisation_id,
        url=url,
        kinds=[kind for kind in KINDS if kind in kinds],
        told=changes.last(db),
        created_by=member.account_id,
    )
    db.add(webhook)
    db.flush()
    return webhook


def remove(db: Session, member: Member, webhook_id: uuid.UUID) -> None:
    db.delete(get(db, member, webhook_id))


def rotate(db: Session, member: Member, webhook_id: uuid.UUID) -> Webhook:
    """Another secret. For a day, calls are signed with both."""
    webhook = get(db, member, webhook_id)
    webhook.secret_number += 1
    webhook.former_until = clock.now() + FORMER
    return webhook


def enable(db: Session, member: Member, webhook_id: uuid.UUID) -> Webhook:
    """Call again, beginning with what was not taken; at once where a call waits for its next try."""
    webhook = get(db, member, webhook_id)
    webhook.disabled_at, webhook.reason = None, ""
    waiting = sa.select(WebhookDelivery.id).filter_by(webhook_id=webhook.id, delivered_at=None)
    db.execute(sa.delete(OutboxEvent).where(OutboxEvent.about_id.in_(waiting)))
    db.execute(sa.delete(WebhookDelivery).filter_by(webhook_id=webhook.id, delivered_at=None))
    _plan_one(db, webhook)
    return webhook


def log(db: Session, webhook: Webhook) -> list[Logged]:
    """Its latest calls, the newest first."""
    query = (
        sa.select(WebhookDelivery, OutboxEvent.attempts, OutboxEvent.error)
        .outerjoin(OutboxEvent, OutboxEvent.about_id == WebhookDelivery.id)
        .where(WebhookDelivery.webhook_id == webhook.id)
        .order_by(WebhookDelivery.id.desc())
        .limit(LOGGED)
    )
    return [
        Logged(delivery, attempts or 0, error or "", (attempts or 0) >= MOST_ATTEMPTS)
        for delivery, attempts, error in db.execute(query)
    ]


def secret_of(settings: Settings, webhook: Webhook) -> str:
    """What its owner copies, once: ``whsec_`` and 32 bytes in base64."""
    return "whsec_" + base64.b64encode(_key(settings, webhook.id, webhook.secret_number)).decode()


# --- calling -----------------------------------------------------------------------------------------------


def plan(db: Session) -> int:
    """Number what is new, and plan a call to each address that has something to hear and none under way. Returns how
    many calls were planned.
    """
    hearing = sa.select(Webhook).where(Webhook.disabled_at.is_(None)).order_by(Webhook.id)
    webhooks = db.scalars(hearing).all()
    if not webhooks:
        return 0
    changes.number_all(db)
    return sum(_plan_one(db, webhook) for webhook in webhooks)


def _plan_one(db: Session, webhook: Webhook) -> int:
    under_way = sa.select(WebhookDelivery.id).filter_by(webhook_id=webhook.id, delivered_at=None)
    if db.scalar(under_way.limit(1)) is not None:
        return 0
    found = db.scalars(_told_next(webhook).with_only_columns(Change.number).limit(MOST_CHANGES)).all()
    if not found or found[-1] is None:
        return 0
    delivery = WebhookDelivery(webhook_id=webhook.id, first=webhook.told, last=found[-1], changes=len(found))
    db.add(delivery)
    db.flush()
    outbox.record(db, WebhookDue(delivery.id), about_id=delivery.id)
    return 1


def _told_next(webhook: Webhook, *, last: int | None = None) -> sa.Select[Change]:
    query = sa.select(Change).where(Change.organisation_id == webhook.organisation_id, Change.number > webhook.told)
    if webhook.kinds:
        query = query.where(Change.kind.in_(webhook.kinds))
    return (query if last is None else query.where(Change.number <= last)).order_by(Change.number)


def _on_due(db: Session, payload: dict[str, Any], *, settings: Settings) -> outbox.Errand | None:
    delivery = db.get(WebhookDelivery, uuid.UUID(payload["delivery_id"]))
    webhook = db.get(Webhook, delivery.webhook_id) if delivery is not None else None
    if delivery is None or webhook is None or delivery.delivered_at is not None or webhook.disabled_at is not None:
        return None
    body = body_of(delivery, db.scalars(_told_next(webhook, last=delivery.last)).all())
    headers = signed_headers(settings, webhook, delivery.id, body)
    return functools.partial(_call, settings, webhook.url, body, headers, delivery.id)


def body_of(delivery: WebhookDelivery, found: Sequence[Change]) -> bytes:
    """The same for each try of a call."""
    told = {
        "type": "changes",
        "timestamp": delivery.created_at.isoformat(),
        "data": {"changes": [changes.to_json(one) for one in found], "next": delivery.last},
    }
    return json.dumps(told, separators=(",", ":")).encode()


def signed_headers(settings: Settings, webhook: Webhook, delivery_id: uuid.UUID, body: bytes) -> dict[str, str]:
    """The moment is that of this try: a receiver refuses what is older than five minutes."""
    now = clock.now()
    moment = str(int(now.timestamp()))
    numbers = [webhook.secret_number]
    if webhook.former_until is not None and webhook.former_until > now:
        numbers.append(webhook.secret_number - 1)
    signatures = [signature(_key(settings, webhook.id, one), str(delivery_id), moment, body) for one in numbers]
    return {
        "Content-Type": "application/json",
        "User-Agent": "pathways",
        "webhook-id": str(delivery_id),
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(signatures),
    }


def signature(key: bytes, call_id: str, moment: str, body: bytes) -> str:
    signed = hmac.new(key, f"{call_id}.{moment}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def _call(settings: Settings, url: str, body: bytes, headers: dict[str, str], delivery_id: uuid.UUID) -> outbox.After:
    status = calling.post(url, body, headers, private=settings.private_webhooks)
    if not 200 <= status < 300:
        raise NotTaken(f"answered {status}")
    return functools.partial(_was_taken, delivery_id=delivery_id, status=status)


def _was_taken(db: Session, *, delivery_id: uuid.UUID, status: int) -> None:
    delivery = db.get(WebhookDelivery, delivery_id)
    if delivery is None:
        return
    delivery.delivered_at, delivery.status = clock.now(), status
    webhook = db.get_one(Webhook, delivery.webhook_id)
    webhook.told = max(webhook.told, delivery.last)
    db.flush()
    _plan_one(db, webhook)


def disable_failing(db: Session) -> None:
    """Call no more where a call was tried for about a day in vain. For the worker, from time to time."""
    query = (
        sa.select(Webhook, OutboxEvent.error)
        .join(WebhookDelivery, WebhookDelivery.webhook_id == Webhook.id)
        .join(OutboxEvent, OutboxEvent.about_id == WebhookDelivery.id)
        .where(OutboxEvent.attempts >= MOST_ATTEMPTS, OutboxEvent.due_at <= clock.now(), Webhook.disabled_at.is_(None))
    )
    for webhook, error in db.execute(query):
        webhook.disabled_at, webhook.reason = clock.now(), error


def _must_be_callable(url: str, *, private: bool) -> None:
    """The form of the address alone: where its name leads is looked at on each call."""
    try:
        calling.target_of(url, private=private)
    except calling.NotCalled as error:
        raise _wrong("url", D_("Il faut une adresse complète, qui commence par https://")) from error


def _wrong(field: str, said: str) -> Invalid:
    return Invalid(said, errors=[{"field": field, "message": said}])


def _key(settings: Settings, webhook_id: uuid.UUID, number: int) -> bytes:
    return ids.signed(settings.secret, "webhook", f"{webhook_id} {number}")
