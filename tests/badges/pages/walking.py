"""A network that signs, with a badge that asks for everything, for tests that walk through a running server."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from pathways import ids
from pathways.badges.candidacy import endorsing, jury, requesting
from pathways.badges.candidacy.endorsing import Said
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.issuing import networks, offering
from pathways.badges.issuing.networks import Presented
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import Achievement, AwardRequest, IssuerMember
from pathways.database import Database
from pathways.people import service as people
from pathways.permissions import Member, Role
from pathways.settings import Settings
from tests.badges.candidacy.candidates import ANYONE, DEFINITION, PRAISE, a_member

PIECE = {"portfolio": {"piece": "story", "asked": {"fr": "Le récit d'un accueil", "en": "The story"}, "jury": 1}}
ENDORSED = {"endorsements": {"n": 1, "by": ANYONE}}
SHORT: dict[str, Any] = {"criteria": {"all": [ENDORSED, PIECE]}, "piece_questions": []}
"""What one person can do in a test."""
WHOLE: dict[str, Any] = {
    "criteria": {
        "all": [
            {"profile": {"framework": "inclusion-numerique", "skills": {"SEC-01": 0.9, "SEC-02": 0.9}}},
            {"sessions": {"n": 2, "endorsed": 1}},
            {"any": [ENDORSED, {"attested": {"kind": "aidants-connect"}}]},
            {"attendance": {"hours": 3}},
            PIECE,
        ]
    },
    "texts": DEFINITION["texts"] | {"en": {"name": "Welcoming people", "description": "Welcomes people and listens."}},
    "levels": ["Je fais", "Je transmets"],
    "evidence_hints": ["Une fiche d'accueil que vous avez remplie."],
    "avoid": ["Le nom d'une personne que vous avez reçue."],
    "alignments": [{"framework": "DigComp 2.2", "code": "2.1", "name": "Interagir", "url": "https://example.org/2.1"}],
}
"""Every part that a page can have."""


@dataclass(frozen=True)
class Stage:
    """What there is before somebody opens a page, by addresses and ids."""

    database: Database
    settings: Settings
    issuer: str
    achievement_id: uuid.UUID
    slug: str
    keeper: Member

    @property
    def links(self) -> Links:
        return Links(self.settings.secret)

    @property
    def signer(self) -> Signer:
        return Signer.of(self.settings)

    @property
    def badge(self) -> str:
        return f"/achievements/{self.issuer}/{self.slug}"

    def space(self) -> str:
        """The private link of the new space of somebody with an account."""
        with self.database.begin() as db:
            holder = holders.for_account(db, self.links, a_member(db))
            return f"/h/{holders.token_of(self.links, holder)}"

    def asked(self, *, name: str = "", **values: Any) -> tuple[str, uuid.UUID]:
        """Somebody with an account (a jury decides) who asks for the badge: their private link, and their request."""
        with self.database.begin() as db:
            holder = holders.for_account(db, self.links, a_member(db))
            holder.name, key = name, holders.token_of(self.links, holder)
            return f"/h/{key}", requesting.ask(db, holder, self.achievement_id, **values).id

    def invited(self, request_id: uuid.UUID) -> str:
        with self.database.begin() as db:
            holder = db.get_one(AwardRequest, request_id).holder
            return f"/endorse/{endorsing.invite(db, self.links, holder, request_id, label='Une collègue')[1]}"

    def endorsed(self, request_id: uuid.UUID) -> None:
        """By somebody with an account."""
        path = self.invited(request_id)
        with self.database.begin() as db:
            endorsing.endorse(db, self.links, path.rpartition("/")[2], Said(PRAISE, "médiatrice"), by=a_member(db))

    def sent(self, request_id: uuid.UUID) -> None:
        with self.database.begin() as db:
            requesting.submit(db, self.signer, db.get_one(AwardRequest, request_id).holder, request_id)

    def member(self) -> tuple[Member, str]:
        """Of a structure of the network, and the address by which they sign in."""
        with self.database.begin() as db:
            member = a_member(db)
            issuer = networks.by_slug(db, self.issuer)
            db.add(IssuerMember(issuer_id=issuer.id, organisation_id=member.organisation_id))
            token = people.one_time_link(db, account_id=member.account_id, organisation_id=member.organisation_id)
            return member, f"/sign-in/link/{token}"

    def juror(self) -> tuple[Member, str]:
        member, path = self.member()
        with self.database.begin() as db:
            jury.name(db, self.keeper, networks.by_slug(db, self.issuer).id, member.account_id)
        return member, path


def a_stage(database: Database, settings: Settings, **changed: Any) -> Stage:
    with database.begin() as db:
        return _stage(db, database, settings, changed)


def _stage(db: Session, database: Database, settings: Settings, changed: dict[str, Any]) -> Stage:
    keeper, slug = a_member(db, role=Role.COORDINATOR), f"reseau-{ids.random_id().hex[:8]}"
    presented = Presented("Réseau du val", slug, "badges@exemple.fr", "https://example.org", "Des structures voisines.")
    issuer = networks.found(db, Signer.of(settings), keeper.organisation_id, presented)
    draft = offering.compose(db, keeper, issuer, DEFINITION | changed, slug=f"badge-{ids.random_id().hex[:8]}")
    offering.publish(db, keeper, draft.id)
    return Stage(database, settings, slug, draft.id, db.get_one(Achievement, draft.id).slug, keeper)
