"""A network with one achievement, candidates of several structures, and a jury: as plain functions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.badges.candidacy import endorsing, jury, requesting
from pathways.badges.candidacy.endorsing import Said
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.issuing import defining
from pathways.badges.models import (
    Achievement,
    AchievementVersion,
    Audience,
    AwardRequest,
    Credential,
    Endorsement,
    Holder,
    Issuer,
    IssuerKey,
    IssuerMember,
    JuryVerdict,
    KeyAlgorithm,
    StatusList,
)
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from tests.badges.issuing.networking import SIGNER, network

LINKS = Links(b"a secret for tests, thirty-two bytes or more")
ANYONE = {"role": "anyone"}
DEFINITION: dict[str, Any] = {
    "audience": "mediator",
    "texts": {
        "fr": {"name": "Accueillir en médiation", "description": "Accueille une personne et comprend sa demande."}
    },
    "criteria": {"endorsements": {"n": 1, "by": ANYONE}},
    "grid": [{"code": "listens", "looked_at": "L'écoute"}, {"code": "orients", "looked_at": "L'orientation"}],
    "piece_questions": ["Racontez un accueil."],
    "endorser_questions": ["Qu'avez-vous vu ?"],
    "jury": 1,
    "validity_months": 36,
    "picture": {"pictogram": "welcome-diagnosis", "tint": "lake"},
}
YES = {"listens": "yes", "orients": "passes_on"}
REASON = "Tout est montré, avec de bons exemples."
PRAISE = "Toujours à l'écoute, même quand la salle est pleine."


def a_member(
    db: Session, *, organisation_id: uuid.UUID | None = None, role: Role = Role.TRAINER, name: str = "Prénom Exemple"
) -> Member:
    """A new member, of a new organisation if none is named."""
    account = people.create_account(db, email=f"{ids.random_id().hex}@exemple.fr", name=name)
    place = organisation_id or people.create_organisation(db, name="Espace numérique").id
    people.add_member(db, account_id=account.id, organisation_id=place, role=role)
    return Member(account.id, account.name, place, "Espace numérique", role, OF_ROLE[role])


def a_network(db: Session, actor: Member) -> Issuer:
    """As it is stored, without a key that signs."""
    slug = f"reseau-{ids.random_id().hex[:8]}"
    issuer = Issuer(
        organisation_id=actor.organisation_id,
        slug=slug,
        base_url="https://badges.example",
        did=f"did:web:badges.example:issuers:{slug}",
        name="Réseau du val",
    )
    db.add(issuer)
    db.flush()
    key = IssuerKey(issuer_id=issuer.id, algorithm=KeyAlgorithm.ED25519, public="z6Mk", wrapped=b"")
    db.add_all([key, StatusList(issuer_id=issuer.id, number=1)])
    db.add(IssuerMember(issuer_id=issuer.id, organisation_id=actor.organisation_id))
    db.flush()
    return issuer


class World:
    """One network, kept by ``keeper``'s organisation. ``signs``: with a key of its own, for what is really signed."""

    def __init__(self, db: Session, *, signs: bool = False, **changed: Any) -> None:
        self.db = db
        self.keeper = a_member(db, role=Role.COORDINATOR)
        self.issuer: Issuer = network(db, self.keeper) if signs else a_network(db, self.keeper)
        self.version = self.published(**changed)

    def published(self, *, slug: str = "", number: int = 1, **changed: Any) -> AchievementVersion:
        """A version of a new achievement, or the next of the one that has this slug."""
        definition = defining.parse(DEFINITION | changed)
        known = self.db.scalar(sa.select(Achievement).filter_by(issuer_id=self.issuer.id, slug=slug)) if slug else None
        achievement = known or Achievement(
            issuer_id=self.issuer.id, slug=slug or f"badge-{ids.random_id().hex[:8]}", audience=Audience.MEDIATOR
        )
        self.db.add(achievement)
        self.db.flush()
        version = AchievementVersion(achievement_id=achievement.id, number=number, definition=definition.as_data())
        self.db.add(version)
        self.db.flush()
        return version

    def member(self, **values: Any) -> Member:
        """Of an organisation that belongs to the network."""
        member = a_member(self.db, **values)
        if self.db.get(IssuerMember, (self.issuer.id, member.organisation_id)) is None:
            self.db.add(IssuerMember(issuer_id=self.issuer.id, organisation_id=member.organisation_id))
            self.db.flush()
        return member

    def holder(self, member: Member) -> Holder:
        return holders.for_account(self.db, LINKS, member)

    def juror(self, *, achievements: Sequence[str] = (), **values: Any) -> Member:
        """Somebody who was named to the jury."""
        member = self.member(**values)
        jury.name(self.db, self.keeper, self.issuer.id, member.account_id, achievements=achievements)
        return member

    def asked(self, member: Member, version: AchievementVersion | None = None, **values: Any) -> AwardRequest:
        wanted = (version or self.version).achievement_id
        values = {"organisation_id": member.organisation_id} | values
        return requesting.ask(self.db, self.holder(member), wanted, **values)

    def endorsed(self, request: AwardRequest, by: Member | Holder | None, comment: str = PRAISE) -> Endorsement:
        candidate = self.db.get_one(Holder, request.holder_id)
        _, token = endorsing.invite(self.db, LINKS, candidate, request.id)
        return endorsing.endorse(self.db, LINKS, token, Said(comment), by=by)

    def sent(self, member: Member, version: AchievementVersion | None = None, **values: Any) -> AwardRequest:
        """Asked for, endorsed by somebody, and sent to the jury."""
        request = self.asked(member, version, **values)
        self.endorsed(request, a_member(self.db))
        return requesting.submit(self.db, SIGNER, self.holder(member), request.id)

    def decided(
        self, juror: Member, request: AwardRequest, verdict: JuryVerdict = JuryVerdict.GRANT, **values: Any
    ) -> AwardRequest:
        usual: dict[str, Any] = {"grid": YES, "reason": REASON}
        return jury.decide(self.db, SIGNER, juror, request.id, verdict=verdict, **usual | values)


def a_badge(db: Session, world: World, holder: Holder, **changed: Any) -> Credential:
    """A credential as it is stored, which nobody signed."""
    now = clock.now()
    values: dict[str, Any] = {
        "issuer_id": world.issuer.id,
        "version_id": world.version.id,
        "holder_id": holder.id,
        "key_id": db.scalars(sa.select(IssuerKey.id).filter_by(issuer_id=world.issuer.id)).first(),
        "list_id": db.scalars(sa.select(StatusList.id).filter_by(issuer_id=world.issuer.id)).first(),
        "list_index": ids.random_id().int % 131_072,
        "language": "fr",
        "document": b"{}",
        "issued_at": now,
        "valid_from": now,
    }
    made = Credential(**values | changed)
    db.add(made)
    db.flush()
    return made
