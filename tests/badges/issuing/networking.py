"""A network with one achievement on offer, and holders, for tests of what is issued."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from pathways import ids
from pathways.badges.issuing import networks, offering
from pathways.badges.issuing.awarding import Order
from pathways.badges.issuing.networks import Presented
from pathways.badges.issuing.signer import Signer
from pathways.badges.issuing.wrapping import Wrapping
from pathways.badges.models import AchievementVersion, Holder, Issuer
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role

SIGNER = Signer(Wrapping(b"a secret for keys, thirty-two bytes or more"), "https://badges.example")
DEFINITION: dict[str, Any] = {
    "audience": "volunteer",
    "texts": {
        "fr": {"name": "Aider à une permanence", "description": "Accueille et aide une personne à côté d'elle."},
        "en": {"name": "Helping at a drop-in", "description": "Welcomes people and helps them side by side."},
    },
    "criteria": {"attendance": {"hours": 2}},
    "jury": 0,
    "validity_months": 24,
    "picture": {"pictogram": "volunteer-welcome", "tint": "lake"},
}


def member(db: Session, name: str = "Une structure", role: Role = Role.ADMINISTRATOR) -> Member:
    organisation = people.create_organisation(db, name=name)
    account = people.create_account(db, email=f"{ids.random_id().hex}@exemple.fr", name="Une personne")
    people.add_member(db, account_id=account.id, organisation_id=organisation.id, role=role)
    return Member(account.id, account.name, organisation.id, name, role, OF_ROLE[role])


def network(db: Session, actor: Member, name: str = "Réseau du val") -> Issuer:
    slug = f"reseau-{ids.random_id().hex[:8]}"
    return networks.found(db, SIGNER, actor.organisation_id, Presented(name, slug, "badges@exemple.fr"))


def on_offer(db: Session, actor: Member, issuer: Issuer, **changed: Any) -> AchievementVersion:
    draft = offering.compose(db, actor, issuer, DEFINITION | changed, slug=f"badge-{ids.random_id().hex[:8]}")
    return offering.publish(db, actor, draft.id)


def holder(db: Session) -> Holder:
    made = Holder(link_digest=ids.digest(ids.new_token()))
    db.add(made)
    db.flush()
    return made


def orders(db: Session, count: int) -> list[Order]:
    return [Order(holder(db).id, f"test:{ids.random_id()}") for _ in range(count)]
