"""What the pages of teams ask for: the links of this server, who may read and write, the language of a public page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from pathways.permissions import Member, Permission
from pathways.settings import Settings
from pathways.teams import inviting, targets
from pathways.teams.links import InvitationLinks
from pathways.teams.models import TeamMember
from pathways.web.dependencies import OwnSettings, Requires, RequiresForm
from pathways.web.pages import render
from pathways.web.private import WITH_A_TOKEN, speak_as

__all__ = ["OF", "OwnInvitations", "Reader", "Writer", "WriterForm", "answer", "join_url", "own_path", "speak"]
OF = {"member_id": inviting.get, "target_id": targets.get}
Reader = Annotated[Member, Depends(Requires(Permission.TEAM_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.TEAM_WRITE, of=OF))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.TEAM_WRITE, of=OF))]


async def _invitations(settings: OwnSettings) -> InvitationLinks:
    """Awaits nothing: a plain function would be handed to a thread."""
    return InvitationLinks(settings.secret)


OwnInvitations = Annotated[InvitationLinks, Depends(_invitations)]


def join_url(settings: Settings, invitations: InvitationLinks, member: TeamMember) -> str:
    return f"{settings.url}/join/{invitations.token_of(member)}"


def own_path(key: str) -> str:
    """Where somebody sees the teams that they are in, inside their own space (``badges.doors``)."""
    return f"/h/{key}/teams"


def answer(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page whose address opens something: no search engine may have it."""
    response = render(request, template, status=status, **values)
    response.headers.update(WITH_A_TOKEN)
    return response


def speak(request: Request, kept: str) -> str:
    """The language of a public page: the one that the row keeps, unless the address asks for another."""
    return speak_as(request, kept)
