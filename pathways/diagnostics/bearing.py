"""The learner's door of the API: who sends the token of an attempt is its learner, and nobody else."""

from __future__ import annotations

import hmac
import uuid
from typing import Annotated

from fastapi import Depends
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.requests import Request

from pathways.diagnostics.doors import OF, OwnDoor
from pathways.diagnostics.taking import Door
from pathways.errors import NotFound, Unauthenticated
from pathways.i18n import N_
from pathways.permissions import Learner, Member, Permission
from pathways.web.dependencies import Identified, Requires


class _Sent(SecurityBase):
    """The header by which somebody says who they are, as it came; empty without one."""

    model = HTTPBearer(
        description="The token of one attempt, given to whoever starts it. Members who may read it send theirs."
    )
    scheme_name = "learner"

    async def __call__(self, request: Request) -> str:
        return request.headers.get("authorization", "")


Authorization = Annotated[str, Depends(_Sent())]


async def learner(attempt_id: uuid.UUID, door: OwnDoor, authorization: Authorization) -> Learner:
    """Who holds the token of this attempt."""
    return _holder(attempt_id, door, authorization)


def reader(
    attempt_id: uuid.UUID, request: Request, door: OwnDoor, member: Identified, authorization: Authorization
) -> Learner | Member:
    """The learner of this attempt, also on the device of somebody signed in, or a member who may read profiles."""
    if member is None or _opens(authorization.partition(" ")[2], attempt_id, door):
        return _holder(attempt_id, door, authorization)
    return READS(request, member)


def helper(
    attempt_id: uuid.UUID, request: Request, door: OwnDoor, member: Identified, authorization: Authorization
) -> Learner | Member:
    """The learner of this attempt, or a member who may add to what they answered."""
    if member is None or _opens(authorization.partition(" ")[2], attempt_id, door):
        return _holder(attempt_id, door, authorization)
    return HELPS(request, member)


def _holder(attempt_id: uuid.UUID, door: Door, authorization: str) -> Learner:
    """Who holds the token of this very attempt. With another attempt's token, this one does not exist."""
    scheme, _, token = authorization.partition(" ")
    if scheme.casefold() != "bearer" or not token:
        raise Unauthenticated(N_("Il faut le jeton de ce passage."))
    if not _opens(token, attempt_id, door):
        raise NotFound(N_("Ce passage n'existe plus. Il a été effacé, ou son temps est fini."))
    return Learner(attempt_id)


def _opens(token: str, attempt_id: uuid.UUID, door: Door) -> bool:
    return hmac.compare_digest(token.strip().encode(), door.token(attempt_id).encode())


READS = Requires(Permission.ATTEMPTS_READ, of=OF)
HELPS = Requires(Permission.ATTEMPTS_OBSERVE, of=OF)
CurrentLearner = Annotated[Learner, Depends(learner)]
CurrentReader = Annotated[Learner | Member, Depends(reader)]
CurrentHelper = Annotated[Learner | Member, Depends(helper)]
