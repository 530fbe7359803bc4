"""Webhooks for programs: addresses that are called when something changed (``docs/webhooks.md``)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from pathways import idempotency
from pathways.permissions import Member, Permission
from pathways.settings import Settings
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires
from pathways.web.fields import Short
from pathways.web.routing import Router
from pathways.workshops.models import Webhook
from pathways.workshops.notifying import webhooks

router = Router(prefix="/webhooks", tags=["webhooks"], route_class=StrictRoute)
Holder = Annotated[Member, Depends(Requires(Permission.BOOKINGS_HOLD, of={"webhook_id": webhooks.get}))]
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=idempotency.LONGEST_KEY)]


class WebhookIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=500, description="https, with a name or an address of the Internet.")
    kinds: list[Short] = Field(default=[], max_length=20, description="Of changes; none for all.")


class WebhookOut(BaseModel):
    id: uuid.UUID
    url: str
    kinds: list[str]
    told: int = Field(description="Number of the last change that was taken.")
    disabled_at: datetime | None
    reason: str
    created_at: datetime


class WebhookOpened(WebhookOut):
    secret: str = Field(description="Shown here and after a change of secret, and nowhere else.")


class WebhooksOut(BaseModel):
    webhooks: list[WebhookOut]


class CallOut(BaseModel):
    id: uuid.UUID = Field(description="`webhook-id` of the call and its repetitions.")
    first: int
    last: int
    changes: int
    created_at: datetime
    delivered_at: datetime | None
    status: int | None
    attempts: int
    error: str


class CallsOut(BaseModel):
    calls: list[CallOut]


@router.get("", response_model=WebhooksOut, summary="Addresses that are called")
def list_webhooks(member: Holder, db: ReadDB) -> dict[str, Any]:
    return {"webhooks": [_told(one) for one in webhooks.list_for(db, member)]}


@router.post("", status_code=201, response_model=WebhookOpened, summary="Have an address called")
def create(member: Holder, body: WebhookIn, db: DB, settings: OwnSettings, key: Key = "") -> dict[str, Any]:
    """From now on; what was before is in the feed of changes."""
    scope = idempotency.scope_of(member.organisation_id, "webhook")

    def act() -> dict[str, Any]:
        return {"id": str(webhooks.create(db, settings, member, url=body.url, kinds=body.kinds).id)}

    answer, _ = idempotency.once(db, scope, key, body.model_dump(), act)
    return _opened(settings, webhooks.get(db, member, uuid.UUID(answer["id"])))


@router.get("/{webhook_id}/calls", response_model=CallsOut, summary="Its latest calls")
def calls(member: Holder, webhook_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    found = webhooks.log(db, webhooks.get(db, member, webhook_id))
    names = ("id", "first", "last", "changes", "created_at", "delivered_at", "status")
    return {
        "calls": [
            {name: getattr(one.delivery, name) for name in names} | {"attempts": one.attempts, "error": one.error}
            for one in found
        ]
    }


@router.post("/{webhook_id}/secret", response_model=WebhookOpened, summary="Change its secret")
def rotate(member: Holder, webhook_id: uuid.UUID, db: DB, settings: OwnSettings) -> dict[str, Any]:
    """For a day, calls carry the signatures of both secrets."""
    return _opened(settings, webhooks.rotate(db, member, webhook_id))


@router.post("/{webhook_id}/enable", response_model=WebhookOut, summary="Call it again")
def enable(member: Holder, webhook_id: uuid.UUID, db: DB) -> dict[str, Any]:
    """Beginning with what was not taken. Twice changes nothing."""
    return _told(webhooks.enable(db, member, webhook_id))


@router.delete("/{webhook_id}", status_code=204, summary="Call it no more")
def remove(member: Holder, webhook_id: uuid.UUID, db: DB) -> Response:
    webhooks.remove(db, member, webhook_id)
    return Response(status_code=204)


def _told(webhook: Webhook) -> dict[str, Any]:
    names = ("id", "url", "kinds", "told", "disabled_at", "reason", "created_at")
    return {name: getattr(webhook, name) for name in names}


def _opened(settings: Settings, webhook: Webhook) -> dict[str, Any]:
    return _told(webhook) | {"secret": webhooks.secret_of(settings, webhook)}
