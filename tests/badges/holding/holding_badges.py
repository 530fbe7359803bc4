"""Holders with badges, for tests of what is done with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pathways import ids
from pathways.badges.formats import documents
from pathways.badges.formats.results import Measure
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.issuing import awarding, networks
from pathways.badges.issuing.awarding import Order
from pathways.badges.issuing.composing import Witnessed
from pathways.badges.issuing.networks import Presented
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import AchievementVersion, Credential, Holder, Issuer
from pathways.permissions import Member
from tests.badges.issuing.networking import SIGNER, member, on_offer
from tests.conftest import SECRET

LINKS = Links(SECRET)
MEASURED: dict[str, Any] = {
    "criteria": {"profile": {"framework": "benevole-numerique", "skills": {"ACU-01": 0.9, "ACU-02": 0.9}}}
}
WITNESSED = Witnessed(
    Measure(level="1.9", standard_error="0.3", low="1", high="2", questions=5, instrument="benevole-numerique 1.0.0"),
    skills=2,
    endorsements=2,
    jury=1,
    evidence=(documents.Evidence("Un atelier de deux heures", "Fichier", sha256="0" * 64),),
)


@dataclass(frozen=True)
class Held:
    actor: Member
    issuer: Issuer
    version: AchievementVersion
    holder: Holder
    token: str
    credential: Credential


def held_badge(
    db: Session,
    *,
    signer: Signer = SIGNER,
    language: Any = "fr",
    now: datetime | None = None,
    email: str = "badges@exemple.fr",
    **changed: Any,
) -> Held:
    """Somebody without account who holds one badge, measured and witnessed."""
    actor = member(db)
    given = Presented("Réseau du val", f"reseau-{ids.random_id().hex[:8]}", email)
    issuer = networks.found(db, signer, actor.organisation_id, given)
    version = on_offer(db, actor, issuer, **(MEASURED | changed))
    holder, token = holders.create(db, LINKS)
    credential = another(db, version, holder, signer=signer, language=language, now=now)
    return Held(actor, issuer, version, holder, token, credential)


def another(
    db: Session,
    version: AchievementVersion,
    holder: Holder,
    *,
    signer: Signer = SIGNER,
    language: Any = "fr",
    now: datetime | None = None,
) -> Credential:
    order = Order(holder.id, f"test:{ids.random_id()}", language, None, WITNESSED)
    [made] = awarding.issue(db, signer, version, [order], by=None, now=now)
    return made
