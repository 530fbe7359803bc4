"""A team with somebody who was invited and somebody who answered, and a target."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy.orm import Session

from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.permissions import OF_ROLE, Member, Role
from pathways.teams import consenting, inviting, selecting, targets
from pathways.teams.inviting import PersonForm
from pathways.teams.links import InvitationLinks
from tests.conftest import SECRET

_INVITATIONS = InvitationLinks(SECRET)
_KEY = "benevole-numerique:ACU-01"
_CHOICE = {"framework": "benevole-numerique", "skills": ["ACU-01", "REL-01"], "version": 1}
JSON_BODIES: dict[str, Any] = {
    "PUT /api/v1/team/skills": _CHOICE,
    "PUT /api/v1/team/network": {"counted": True},
    "POST /api/v1/team/members": {"label": "Ardoise"},
    "PUT /api/v1/team/members/{member_id}": {"label": "Ardoise K", "version": 1},
    "PUT /api/v1/team/targets": {"post": "workshops", "wanted": {_KEY: 2}},
}
FORMS: dict[str, dict[str, str]] = {
    "/team/members": {"label": "Ardoise"},
    "/team/members/{member_id}": {"label": "Ardoise", "version": "1"},
    "/team/members/{member_id}/leave": {"sure": "1"},
    "/team/ask": {"skill": _KEY},
    "/team/network": {"counted": "yes"},
    "/team/skills": {"framework": "benevole-numerique", "skills": "ACU-01", "version": "1"},
    "/team/targets": {"post": "", "wanted-ACU-01": "2", "version": "0"},
    "/join/{join_token}": {"act": "refuse"},
    "/join/{join_token}/account": {"seen": "x"},
    "/h/{key}/teams": {"act": "refuse"},
}


def made(db: Session, organisation_id: uuid.UUID, account_id: uuid.UUID) -> dict[str, str]:
    """``member_id`` and ``target_id`` of a team, the ``join_token`` of somebody else in it, and the
    ``key`` of a space.
    """
    role = Role.TRAINER
    desk = Member(account_id, "Une personne", organisation_id, "Une structure", role, OF_ROLE[role])
    invited, answered = (
        inviting.add(db, _INVITATIONS, desk, PersonForm(label), key=f"world {label}") for label in ("Datte", "Ardoise")
    )
    team = selecting.of(db, desk)
    columns = selecting.columns(db, team)
    holder, key = holders.create(db, Links(SECRET))
    seen = consenting.consent_text(team, columns, "fr")
    consenting.agree(db, answered, holder, columns, language="fr", seen=seen)
    target = targets.keep(db, desk, post="welcome", wanted={_KEY: 2}, columns=columns)
    return {
        "member_id": str(answered.id),
        "target_id": str(target.id),
        "join_token": _INVITATIONS.token_of(invited),
        "key": key,
    }
