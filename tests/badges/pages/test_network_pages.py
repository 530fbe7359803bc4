"""The desk of a network: made with open eyes, joined by whoever wants to, its keys changed in peace and after theft."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from pathways.badges.issuing import awarding
from pathways.badges.models import Credential, Issuer, IssuerKey, IssuerMember, JuryMember, KeyState
from pathways.people.models import Account
from pathways.permissions import Role
from tests.badges.desks import Networks, value_of, words
from tests.badges.issuing.networking import SIGNER, orders


@pytest.fixture
def scene(app, database) -> Networks:
    return Networks(app, database)


# --- making and joining ---------------------------------------------------------------------------------------


def test_before_a_network_is_made_it_is_said_what_that_means(scene):
    desk = scene.desk(scene.member(Role.COORDINATOR))
    page = words(desk.get("/network"))
    assert "http://testserver" in page
    assert "pour toujours" in page
    assert "pas en https" in page
    assert "Aucun badge ne porte le nom" in page


def test_a_network_is_made_once(scene, database):
    desk = scene.desk(scene.member())
    fields = {"name": "Réseau de l'Est", "slug": "reseau-est", "email": "badges@exemple.fr"}
    assert desk.post("/network", **fields).headers["location"] == "/network?said=made"
    with database.read() as db:
        made = db.scalars(sa.select(Issuer).filter_by(slug="reseau-est")).one()
        assert made.did == "did:web:testserver:issuers:reseau-est"
        assert db.scalars(sa.select(IssuerKey).filter_by(issuer_id=made.id)).one().state is KeyState.ACTIVE
    again = desk.post("/network", **fields)
    assert again.status_code == 409
    assert "délivre déjà des badges" in words(again)
    assert "Le réseau existe" in words(desk.get("/network?said=made"))


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(scene):
    desk = scene.desk(scene.member())
    page = desk.post("/network", name="R", slug="É", email="nope", website="site.fr", description="Voilà")
    assert page.status_code == 422
    for name in ("name", "slug", "email", "website"):
        assert f'id="{name}-error"' in page.text
    assert 'value="site.fr"' in page.text
    assert "Voilà" in page.text


def test_its_presentation_changes_and_not_over_a_colleague_s(scene, database):
    desk, issuer = scene.keeper()
    version = value_of(desk.get("/network").text, "version")
    changed = {"name": "Réseau du val et du bois", "email": "badges@exemple.fr", "version": version}
    assert desk.post("/network/presentation", **changed).status_code == 303
    stale = desk.post("/network/presentation", **changed | {"name": "Autrement"})
    assert stale.status_code == 409
    with database.read() as db:
        assert db.get_one(Issuer, issuer.id).name == "Réseau du val et du bois"


def test_a_structure_joins_by_itself_and_leaves(scene, database):
    keeper, issuer = scene.keeper()
    other = scene.desk(scene.member(Role.COORDINATOR))
    assert "Réseau du val" in words(other.get("/network"))
    assert other.post("/network/join", network=issuer.id).status_code == 303
    assert other.post("/network/join", network=issuer.id).status_code == 303
    with database.read() as db:
        assert db.get(IssuerMember, (issuer.id, other.member.organisation_id)) is not None
    assert "votre structure en fait partie" in words(other.get("/network"))
    assert other.post("/network/leave", network=issuer.id).status_code == 303
    assert keeper.post("/network/leave", network=issuer.id).status_code == 409
    assert other.post("/network/join", network=uuid.uuid4()).status_code == 404
    assert other.post("/network/join", network="x").status_code == 404


@pytest.mark.parametrize("path", ["/network/jury", "/network/badges", "/network/keys", "/network/history"])
def test_without_a_network_there_is_nothing_behind_its_tabs(scene, path):
    assert scene.desk(scene.member()).get(path).status_code == 404


@pytest.mark.parametrize("role", [Role.TRAINER, Role.PRESCRIBER, Role.REVIEWER])
def test_whoever_does_not_issue_does_not_keep_a_network(scene, role):
    assert scene.desk(scene.member(role)).get("/network").status_code == 403


# --- the jury -------------------------------------------------------------------------------------------------


def email_of(database, member) -> str:
    with database.read() as db:
        return str(db.get_one(Account, member.account_id).email)


def test_somebody_of_another_structure_of_the_network_is_named_by_their_address(scene, database):
    keeper, issuer = scene.keeper()
    version = scene.offered(keeper.member, issuer)
    juror = scene.member(Role.TRAINER)
    address = email_of(database, juror)
    before = keeper.post("/network/jury", email=address)
    assert before.status_code == 422
    assert 'id="email-error"' in before.text
    scene.desk(scene.member(Role.COORDINATOR, organisation_id=juror.organisation_id)).post(
        "/network/join", network=issuer.id
    )
    with database.read() as db:
        slug = db.get_one(type(version), version.id).achievement.slug
    assert keeper.post("/network/jury", email=f" {address.upper()} ", achievements=slug).status_code == 303
    page = words(keeper.get("/network/jury"))
    assert "Une personne" in page
    assert "Aider à une permanence" in page
    assert keeper.post("/network/jury/leave", account=juror.account_id).status_code == 303
    with database.read() as db:
        assert db.scalars(sa.select(JuryMember).filter_by(issuer_id=issuer.id)).one().left_at is not None


def test_an_address_that_is_here_and_one_that_is_not_are_answered_alike(scene, database):
    keeper, _ = scene.keeper()
    stranger = email_of(database, scene.member(Role.TRAINER))
    one, other = keeper.post("/network/jury", email=stranger), keeper.post("/network/jury", email="personne@exemple.fr")
    assert one.status_code == other.status_code == 422
    assert words(one).replace(stranger, "") == words(other).replace("personne@exemple.fr", "")


# --- badges ---------------------------------------------------------------------------------------------------


def issued(scene, desk, issuer, count: int = 1) -> list[uuid.UUID]:
    version = scene.offered(desk.member, issuer)
    with scene.writing() as db:
        found = awarding.issue(db, SIGNER, db.get_one(type(version), version.id), orders(db, count), by=None)
        return [one.id for one in found]


def test_a_badge_is_found_by_its_number_its_address_or_the_name_of_its_file(scene):
    desk, issuer = scene.keeper()
    [badge] = issued(scene, desk, issuer)
    address, file = f" https://badges.example/credentials/{badge} ", f"badge-aider-{str(badge)[:8]}.png"
    for typed in (str(badge), f"urn:uuid:{badge}", address, str(badge).upper(), file):
        assert desk.get("/network/badges", params={"q": typed}).headers["location"] == f"/network/badges/{badge}"
    missed = desk.get("/network/badges", params={"q": str(uuid.uuid4())})
    assert "Aucun badge de ce réseau" in words(missed)
    stranger, _ = scene.keeper()
    assert stranger.get("/network/badges", params={"q": str(badge)}).status_code == 200
    assert stranger.get(f"/network/badges/{badge}").status_code == 404


def test_a_badge_is_taken_back_with_a_reason_and_a_tick(scene, database):
    desk, issuer = scene.keeper()
    one, other = issued(scene, desk, issuer, 2)
    unsure = desk.post(f"/network/badges/{one}/revoke", why="error")
    assert unsure.status_code == 422
    assert 'id="sure-error"' in unsure.text
    assert desk.post(f"/network/badges/{one}/revoke", why="superseded", sure="yes").status_code == 422
    done = desk.post(f"/network/badges/{one}/revoke", why="error", words="une saisie", sure="yes")
    assert done.status_code == 303
    page = words(desk.get(done.headers["location"]))
    assert "repris" in page
    assert "délivré par erreur" in page
    assert "Reprendre ce badge" not in page
    with database.read() as db:
        assert db.get_one(Credential, one).revocation == "error"
        assert db.get_one(Credential, other).revoked_at is None
    history = words(desk.get("/network/history"))
    assert "badge repris" in history
    assert "une saisie" in history
    stranger, _ = scene.keeper()
    assert stranger.post(f"/network/badges/{other}/revoke", why="error", sure="yes").status_code == 404


def test_a_long_list_is_read_part_by_part(scene):
    desk, issuer = scene.keeper()
    issued(scene, desk, issuer, 51)
    first, second = desk.get("/network/badges"), desk.get("/network/badges?part=2")
    assert first.text.count('<tr><th scope="row">') == 50
    assert second.text.count('<tr><th scope="row">') == 1
    assert "part=2" in first.text


# --- keys -----------------------------------------------------------------------------------------------------


def test_another_key_signs_and_the_history_says_why(scene, database):
    desk, issuer = scene.keeper()
    assert desk.post("/network/keys/rotate", reason="").status_code == 422
    assert desk.post("/network/keys/rotate", reason="chaque année").status_code == 303
    with database.read() as db:
        states = [one.state for one in db.scalars(sa.select(IssuerKey).filter_by(issuer_id=issuer.id))]
    assert sorted(states) == [KeyState.ACTIVE, KeyState.RETIRED]
    assert "chaque année" in words(desk.get("/network/keys"))


def test_a_stolen_key_is_declared_by_typing_the_network_s_address(scene, database):
    desk, issuer = scene.keeper()
    issued(scene, desk, issuer, 3)
    with database.read() as db:
        key = db.scalars(sa.select(IssuerKey.id).filter_by(issuer_id=issuer.id)).one()
    page = words(desk.get(f"/network/keys/{key}/compromise"))
    assert "3 badges valables" in page
    path = f"/network/keys/{key}/compromise"
    wrong = desk.post(path, reason="ordinateur volé", confirmation="reseau")
    assert wrong.status_code == 422
    assert 'id="confirmation-error"' in wrong.text
    assert desk.post(path, reason="ordinateur volé", confirmation=issuer.slug).status_code == 303
    again = desk.post(path, reason="ordinateur volé", confirmation=issuer.slug)
    assert again.status_code == 409
    with database.read() as db:
        assert db.get_one(IssuerKey, key).state is KeyState.COMPROMISED
        living = sa.select(sa.func.count()).select_from(Credential).filter_by(issuer_id=issuer.id, revoked_at=None)
        assert db.scalar(living) == 3
    stranger, _ = scene.keeper()
    assert stranger.get(path).status_code == 404


def test_every_page_stands_without_a_badge(scene):
    desk, _ = scene.keeper()
    for path in ("/network", "/network/jury", "/network/badges", "/network/keys", "/network/history"):
        page = desk.get(path)
        assert page.status_code == 200, path
        assert page.text.count("<h1>") == 1, path
