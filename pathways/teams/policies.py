"""Who may see and change what of a team. Pure: what is asked for has been loaded, and nothing here knows how.

What the desk may do is the permission in each route; here stands what no permission gives: another organisation's team
does not exist, and of one's own people one sees what they agreed to.
"""

from __future__ import annotations

from pathways.permissions import Member
from pathways.teams.models import Sharing, TeamMember, TeamTarget


def may_see(actor: Member, row: TeamMember | TeamTarget) -> bool:
    """A row is of one organisation. To the others it does not exist."""
    return row.organisation_id == actor.organisation_id


def shows(member: TeamMember) -> bool:
    """Whether anything of what this person knows is shown: they said yes, and their space is there."""
    return member.sharing is Sharing.SHARED and member.holder_id is not None


def shows_skill(member: TeamMember, key: str) -> bool:
    """``key``: ``framework:CODE``. What was chosen after their yes waits for another one."""
    return shows(member) and key in member.agreed


def shows_badges(member: TeamMember) -> bool:
    return shows(member) and member.shows_badges
