"""No page of badges or of a team asks the database more often because there is more to show."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.badges.candidacy import attesting, endorsing, evidence, jury, requesting
from pathways.badges.holding import holders, sharing
from pathways.badges.holding.links import Links
from pathways.badges.holding.sharing import Wanted
from pathways.badges.issuing import networks
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import (
    AchievementVersion,
    AwardRequest,
    Credential,
    Holder,
    Issuer,
    IssuerKey,
    IssuerMember,
    KeyAlgorithm,
    KeyState,
    RequestState,
)
from pathways.permissions import OF_ROLE, Member, Role
from pathways.teams import consenting, inviting, selecting
from pathways.teams.inviting import PersonForm
from pathways.teams.links import InvitationLinks
from tests.badges.candidacy.candidates import a_member
from tests.badges.holding.holding_badges import MEASURED, another
from tests.badges.issuing.networking import on_offer
from tests.web import world
from tests.web.test_query_counts import queries
from tests.web.world import World

pytestmark = pytest.mark.slow

FEW, MANY = 3, 6
"""The first screen of a space says of the three newest requests how far they are."""
PAGES = (
    *("/badges", "/issuers/{issuer_slug}", "/achievements/{issuer_slug}/{achievement_slug}"),
    *("/network", "/network/history", "/network/jury", "/network/keys", "/network/achievements"),
    *("/network/badges", "/network/badges/{credential_id}", "/network/achievements/{achievement_id}"),
    *("/network/achievements/{achievement_id}/criteria", "/sessions/{session_id}/badges"),
    *("/jury", "/jury/{request_id}"),
    *("/h/me", "/h/me/requests", "/h/me/requests/new", "/h/me/requests/{request_id}", "/h/me/share", "/h/me/results"),
    *("/h/me/history", "/h/me/badges/{credential_id}", "/h/me/co-led", "/h/me/teams", "/share/{every_badge}"),
    *("/team", "/team/coverage", "/team/targets", "/team/members/{member_id}", "/network/coverage"),
    *("/api/v1/achievements", "/api/v1/network/achievements", "/api/v1/network/jury", "/api/v1/network/keys"),
    *("/api/v1/issuers", "/api/v1/issuers/{issuer_slug}", "/api/v1/credentials", "/api/v1/award-requests"),
    *("/api/v1/award-requests/{request_id}", "/api/v1/award-requests/{request_id}/evidence"),
    *("/api/v1/award-requests/{request_id}/invitations", "/api/v1/endorsements"),
    *("/api/v1/jury/requests", "/api/v1/jury/requests/{request_id}", "/ims/ob/v3p0/credentials"),
    *("/api/v1/team", "/api/v1/team/members", "/api/v1/team/coverage", "/api/v1/team/targets"),
)


@pytest.fixture
def place(signed_in, client, database) -> World:
    place = world.make(signed_in, client, database)
    links = Links(place.administrator.app.state.settings.secret)  # type: ignore[attr-defined] - of a test client's application
    with database.begin() as db:
        holder = db.scalars(sa.select(Holder).filter_by(account_id=uuid.UUID(place.values["account_id"]))).one()
        every = sharing.make(db, links, holder, Wanted(shows=sharing.SHOWN))
        values = place.values | {"every_badge": sharing.token_of(links, every)}
    return replace(place, values=values)


def add_one_of_each(db: Session, place: World) -> None:
    """One more row in every list that one of the pages shows."""
    settings = place.administrator.app.state.settings  # type: ignore[attr-defined] - of a test client's application
    signer, links, role = Signer.of(settings), Links(settings.secret), Role.ADMINISTRATOR
    account_id = uuid.UUID(place.values["account_id"])
    keeper = Member(account_id, "Une personne", place.organisation_id, "Une structure", role, OF_ROLE[role])
    issuer = networks.by_slug(db, place.values["issuer_slug"])
    holder = holders.for_account(db, links, keeper)
    version = on_offer(db, keeper, issuer, **MEASURED)
    badge = another(db, version, holder, signer=signer)
    sharing.make(db, links, holder, Wanted(badge.id))
    _ask_for_more(db, links, holder, version, uuid.UUID(place.values["request_id"]))
    _wait_for_the_jury(db, links, keeper, issuer, db.get_one(AwardRequest, uuid.UUID(place.values["jury request_id"])))
    db.add(IssuerKey(issuer_id=issuer.id, algorithm=KeyAlgorithm.ED25519, public="z6Mk", state=KeyState.RETIRED))
    _join_the_team(db, InvitationLinks(settings.secret), links, keeper)
    db.flush()


def _ask_for_more(
    db: Session, links: Links, holder: Holder, version: AchievementVersion, request_id: uuid.UUID
) -> None:
    db.execute(sa.update(Credential).filter_by(version_id=version.id).values(valid_until=clock.now()))
    requesting.ask(db, holder, version.achievement_id)
    evidence.add_text(db, holder, request_id, title="Un accueil", text="Deux matinées par semaine.")
    endorsing.invite(db, links, holder, request_id, label="une collègue")
    attesting.declare(db, holder, kind="aidants-connect")


def _wait_for_the_jury(db: Session, links: Links, keeper: Member, issuer: Issuer, like: AwardRequest) -> None:
    """Somebody else asks for the same; somebody more is on the jury; the first request has more evidence."""
    other = a_member(db)
    db.add(IssuerMember(issuer_id=issuer.id, organisation_id=other.organisation_id))
    db.flush()
    jury.name(db, keeper, issuer.id, other.account_id)
    holder = holders.for_account(db, links, a_member(db, organisation_id=other.organisation_id))
    attesting.declare(db, holder, kind="remn")
    request = requesting.ask(db, holder, like.achievement_id, organisation_id=other.organisation_id)
    request.state, request.submitted_at = RequestState.SUBMITTED, clock.now()


def _join_the_team(db: Session, invitations: InvitationLinks, links: Links, keeper: Member) -> None:
    invited = inviting.add(db, invitations, keeper, PersonForm("Dina"), key=ids.new_token())
    team = selecting.of(db, keeper)
    columns = selecting.columns(db, team)
    holder, _ = holders.create(db, links)
    seen = consenting.consent_text(team, columns, "fr")
    consenting.agree(db, invited, holder, columns, language="fr", seen=seen, badges=True)


def test_a_page_of_badges_costs_as_many_queries_for_three_rows_as_for_six(app, place, database):
    counts: list[dict[str, int]] = []
    for rows in (FEW, MANY - FEW):
        with database.begin() as db:
            for _ in range(rows):
                add_one_of_each(db, place)
        counts.append({path: len(queries(app, place.administrator, place.path(path))) for path in PAGES})
    more = {path: (counts[0][path], count) for path, count in counts[1].items() if count != counts[0][path]}
    assert more == {}
