"""An organisation, its people, and what each of them did: said yes, answered the questions, holds a badge."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from pathways import clock, ids
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.models import (
    Achievement,
    AchievementVersion,
    Audience,
    Credential,
    Holder,
    Issuer,
    IssuerKey,
    IssuerMember,
    KeyAlgorithm,
    StatusList,
)
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.permissions import Member, Role
from pathways.teams import consenting, inviting, selecting
from pathways.teams.inviting import PersonForm
from pathways.teams.links import InvitationLinks
from pathways.teams.models import Standing, TeamMember
from tests.conftest import SECRET
from tests.insights.crowds import Crowd, member_of

INVITATIONS, LINKS = InvitationLinks(SECRET), Links(SECRET)
TEN = ("ACU-01", "ACU-02", "ACU-03", "FAV-01", "FAV-02", "PRO-01", "PRO-02", "PRO-03", "REL-03", "SOI-02")
FRAMEWORK = "benevole-numerique"


class ATeam:
    """``desk`` leads it; ``stranger`` is of another organisation."""

    def __init__(self, db: Session, *, organisation: uuid.UUID | None = None, role: Role = Role.TRAINER) -> None:
        self.db = db
        self.desk: Member = member_of(db, organisation=organisation, role=role)
        self.stranger: Member = member_of(db)

    def invited(self, label: str = "Ardoise", **values) -> TeamMember:
        form = PersonForm(label, **values)
        return inviting.add(self.db, INVITATIONS, self.desk, form, key=f"{label} {uuid.uuid4()}")

    def columns(self) -> list[selecting.Column]:
        return selecting.columns(self.db, selecting.of(self.db, self.desk))

    def seen(self, language: str = "fr") -> str:
        return consenting.consent_text(selecting.of(self.db, self.desk), self.columns(), language)

    def agreed(self, label: str = "Ardoise", *, badges: bool = False, language: str = "fr", **values) -> TeamMember:
        """Invited, and they said yes."""
        row = self.invited(label, **values)
        holder, _ = holders.create(self.db, LINKS, language=language)
        return self.says_yes(row, holder, badges=badges, language=language)

    def says_yes(self, row: TeamMember, holder: Holder, *, badges: bool = False, language: str = "fr") -> TeamMember:
        return consenting.agree(
            self.db, row, holder, self.columns(), language=language, seen=self.seen(language), badges=badges
        )

    def answered(self, row: TeamMember, outcomes: Mapping[str, str], *, at: datetime | None = None) -> Attempt:
        """``{micro-skill: outcome}`` for all its questions, in the person's space."""
        team = selecting.of(self.db, self.desk)
        diagnostic = self.db.get_one(Diagnostic, team.diagnostic_id)
        attempt = Crowd(self.db, self.desk, diagnostic).add(outcomes, at=at)
        assert row.holder_id is not None
        holders.bring_attempt(self.db, self.db.get_one(Holder, row.holder_id), attempt.id)
        return attempt

    def person(self, label: str, can: Sequence[str] = (), cannot: Sequence[str] = (), **values) -> TeamMember:
        """Somebody who said yes and answered."""
        row = self.agreed(label, **values)
        self.answered(row, dict.fromkeys(can, "correct") | dict.fromkeys(cannot, "dont_know"))
        return row


class ANetwork:
    """A network with an achievement for volunteers. What it issues here is put straight into the database."""

    def __init__(self, db: Session, keeper: Member, *members: Member, slug: str = "reseau") -> None:
        self.db = db
        self.issuer = Issuer(
            organisation_id=keeper.organisation_id,
            slug=f"{slug}-{ids.new_code(4).lower()}",
            base_url="http://testserver",
            did=f"did:web:testserver:issuers:{ids.new_code(8)}",
            name="Un réseau",
        )
        db.add(self.issuer)
        db.flush()
        for organisation_id in {one.organisation_id for one in (keeper, *members)}:
            db.add(IssuerMember(issuer_id=self.issuer.id, organisation_id=organisation_id))
        self.key = IssuerKey(issuer_id=self.issuer.id, algorithm=KeyAlgorithm.ED25519, public="z6Mk")
        self.list = StatusList(issuer_id=self.issuer.id, number=1)
        db.add_all([self.key, self.list])
        db.flush()
        self.taken = 0

    def achievement(
        self, name: str = "Accueillir", *, skills: Sequence[str] = ("ACU-01",), audience: Audience = Audience.VOLUNTEER
    ) -> AchievementVersion:
        made = Achievement(issuer_id=self.issuer.id, slug=ids.new_code(8).lower(), audience=audience)
        self.db.add(made)
        self.db.flush()
        criteria = {"profile": {"framework": FRAMEWORK, "skills": list(skills), "mastery": 0.9}}
        definition = {"texts": {"fr": {"name": name, "description": "Sait faire."}}, "criteria": {"all": [criteria]}}
        version = AchievementVersion(achievement_id=made.id, number=1, definition=definition)
        self.db.add(version)
        self.db.flush()
        return version

    def issued(self, row: TeamMember, version: AchievementVersion, *, days: int | None = 400) -> Credential:
        self.taken += 1
        made = Credential(
            issuer_id=self.issuer.id,
            version_id=version.id,
            holder_id=row.holder_id,
            key_id=self.key.id,
            language="fr",
            document=b"{}",
            list_id=self.list.id,
            list_index=self.taken,
            valid_from=clock.now(),
            valid_until=clock.now() + timedelta(days=days) if days is not None else None,
        )
        self.db.add(made)
        self.db.flush()
        return made


EMPLOYEE = Standing.EMPLOYEE


def csrf_of(client: TestClient) -> str:
    """The token that the forms of this person's pages carry, read off the first screen."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/team").text)
    assert found, "no form of ours on this page"
    return found[1]
