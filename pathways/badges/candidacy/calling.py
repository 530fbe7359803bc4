"""Naming somebody to the jury by the address of their account: whoever has none in the network is not told apart from
whoever has none at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from pathways.badges.candidacy import jury
from pathways.badges.issuing import networks
from pathways.badges.models import JuryMember
from pathways.i18n import D_
from pathways.people import fields
from pathways.permissions import Member

NOBODY = D_(
    "Aucun compte d'une structure de ce réseau, avec un rôle qui décide, n'a cette adresse. "
    "La structure rejoint d'abord le réseau, puis la personne peut être nommée."
)


def call(
    db: Session, actor: Member, issuer_id: uuid.UUID, email: str, *, achievements: Sequence[str] = ()
) -> JuryMember:
    """Name the account of this address, for some achievements (slugs) or for all."""
    address = fields.email(email)
    issuer = networks.get(db, actor, issuer_id)
    found = next((one for one in jury.nameable(db, issuer) if one.email.casefold() == address), None)
    if found is None:
        raise fields.refused("email", NOBODY)
    return jury.name(db, actor, issuer_id, found.id, achievements=achievements)
