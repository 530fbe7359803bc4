"""Who may see and change what. Pure: what is asked for has been loaded, and nothing here knows how."""

from __future__ import annotations

from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.permissions import Member, Permission

OF_A_TEAM = "team"
"""The situation of what the people of a team answer (``pathways.teams``). The answers are theirs alone: what the desk
sees of them is what each agreed to show, and not here.
"""


def may_see(member: Member, diagnostic: Diagnostic) -> bool:
    """A diagnostic belongs to one organisation. To the others it does not exist, and that of a team to nobody."""
    return (
        diagnostic.organisation_id == member.organisation_id
        and diagnostic.situation != OF_A_TEAM
        and member.may(Permission.DIAGNOSTICS_READ)
    )


def may_read(member: Member, diagnostic: Diagnostic, *, shared: bool) -> bool:
    """What is shared may be read, and copied by whoever composes: its definition, never its attempts."""
    return may_see(member, diagnostic) or (shared and member.may(Permission.DIAGNOSTICS_READ))


def may_edit(member: Member, diagnostic: Diagnostic) -> bool:
    """A draft may be changed by whoever composes in the organisation; a published one by nobody."""
    return (
        may_see(member, diagnostic)
        and member.may(Permission.DIAGNOSTICS_COMPOSE)
        and diagnostic.state is DiagnosticState.DRAFT
    )
