"""The desk of a network in a browser: every page whole at 320 px, and a badge composed and given without a script."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from pathways import clock
from pathways.badges.issuing import awarding, networks, offering, succession
from pathways.badges.issuing.networks import Presented
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import Issuer, IssuerKey, KeyAlgorithm, KeyState
from pathways.people import service as people
from pathways.permissions import Member
from pathways.settings import Settings
from pathways.workshops.attending import attendance
from tests.badges.issuing.networking import DEFINITION, member, orders
from tests.browser.checks import faults, told
from tests.browser.server import Server
from tests.workshops.days import a_booking, a_mark, a_session

pytestmark = pytest.mark.slow


class Keeper:
    """A structure that keeps a network with a badge on offer, a draft of everything, and a session that is over."""

    def __init__(self, server: Server) -> None:
        self.server = server
        signer = Signer.of(Settings(url=server.url, secret=server.door.secret))
        with server.database.begin() as db:
            self.member: Member = member(db)
            slug = f"reseau-{uuid.uuid4().hex[:8]}"
            issuer = networks.found(db, signer, self.member.organisation_id, Presented("Réseau du val", slug))
            achievement = offering.compose(db, self.member, issuer, DEFINITION)
            version = offering.publish(db, self.member, achievement.id)
            self.draft = offering.adopt(db, self.member, issuer, "allophones").id
            [badge] = awarding.issue(db, signer, version, orders(db, 1), by=None)
            self.badge, self.achievement, self.issuer = badge.id, achievement.id, issuer.id
            session = a_session(db, self.member.organisation_id, starts_at=clock.now() - timedelta(hours=3))
            self.session = session.id
            for label in ("Ardoise", "Bambou"):
                attendance.mark(db, self.member, a_mark(a_booking(db, session, label, language="ar")))

    def rotate(self) -> None:
        """The table has a key that signs no more, with the longest words of all."""
        signer = Signer.of(Settings(url=self.server.url, secret=self.server.door.secret))
        with self.server.database.begin() as db:
            issuer = db.get_one(Issuer, self.issuer)
            succession.rotate(db, signer, issuer, KeyAlgorithm.ED25519, reason="Une fois par an", by=None)

    def sign_in(self, page: Page) -> None:
        with self.server.database.begin() as db:
            account, place = self.member.account_id, self.member.organisation_id
            token = people.one_time_link(db, account_id=account, organisation_id=place)
        page.goto(f"{self.server.url}/sign-in/link/{token}")

    @property
    def key(self) -> uuid.UUID:
        with self.server.database.read() as db:
            return db.query(IssuerKey.id).filter_by(issuer_id=self.issuer, state=KeyState.ACTIVE).scalar()


@pytest.fixture(scope="module")
def keeper(server: Server) -> Keeper:
    return Keeper(server)


def test_every_page_of_a_network_is_whole_on_a_small_telephone(server, page_at, keeper):
    page, found = page_at(320), {}
    keeper.sign_in(page)
    draft = f"/network/achievements/{keeper.draft}"
    keeper.rotate()
    paths = ["/network", "/network/jury", "/network/badges", f"/network/badges/{keeper.badge}", "/network/keys"]
    paths += [f"/network/keys/{keeper.key}/compromise", "/network/history", "/network/achievements"]
    paths += ["/network/achievements/new", "/network/proposals/group-animation", draft, f"{draft}/publish"]
    paths += [f"{draft}/parts/{one}" for one in ("texts", "picture", "jury", "lists", "renewal", "alignments")]
    paths += [f"{draft}/criteria", f"{draft}/criteria?of=renewal"]
    kinds = ("profile", "observation", "endorsements", "attendance", "sessions", "portfolio", "achievement", "attested")
    paths += [f"{draft}/criteria/leaf?of=criteria&at=&kind={one}" for one in kinds]
    for path in [*paths, f"/sessions/{keeper.session}/badges"]:
        reply = page.goto(server.url + path)
        assert reply is not None
        assert reply.ok, path
        found[path] = faults(page, targets=False, forced=True)
    assert told(found) == ""


def test_before_there_is_a_network_the_page_is_whole(server, page_at):
    page = page_at(320)
    with server.database.begin() as db:
        somebody = member(db)
        token = people.one_time_link(db, account_id=somebody.account_id, organisation_id=somebody.organisation_id)
    page.goto(f"{server.url}/sign-in/link/{token}")
    page.goto(f"{server.url}/network")
    assert told({"/network": faults(page, targets=False, forced=True)}) == ""


def test_a_badge_is_composed_and_published_without_a_script(server, page_at, keeper):
    page = page_at(360, javascript=False)
    keeper.sign_in(page)
    page.goto(f"{server.url}/network/achievements/new")
    page.get_by_label("Nom du badge").fill(f"Tenir un accueil {uuid.uuid4().hex[:4]}")
    page.get_by_label("Ce que sait faire qui l'a, et pour qui").fill("Accueille chacun, écoute, dit qui peut aider.")
    page.get_by_label("Public", exact=True).select_option("volunteer")
    page.get_by_role("button", name="Créer le brouillon").click()
    page.get_by_role("link", name="Critères").click()
    page.get_by_label("Demander aussi").select_option("endorsements")
    page.get_by_role("button", name="Ajouter").click()
    page.get_by_label("Recommandations de personnes différentes").fill("3")
    page.get_by_role("button", name="Voir la phrase").click()
    expect(page.locator("#said")).to_contain_text("Au moins 3 recommandations")
    page.locator("button.primary", has_text="Enregistrer").click()
    expect(page.locator(".criteria")).to_contain_text("Au moins 3 recommandations")
    page.get_by_role("button", name="Monter").click()
    expect(page.locator(".criteria .sentence").first).to_contain_text("Au moins 3 recommandations")
    page.locator("main .links a", has_text="Tenir un accueil").click()
    page.get_by_role("link", name="Publier…").click()
    page.get_by_label("J'ai relu, et je publie pour toujours").check()
    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_role("status")).to_contain_text("Le badge est publié")


def test_after_a_session_whoever_wants_one_gets_a_paper_that_opens_a_space(server, page_at, keeper):
    page = page_at(360, javascript=False)
    keeper.sign_in(page)
    page.goto(f"{server.url}/sessions/{keeper.session}/badges?achievement={keeper.achievement}")
    page.get_by_label("Ardoise").check()
    page.get_by_role("button", name="Délivrer les badges").click()
    expect(page.get_by_role("status")).to_contain_text("Les badges sont délivrés")
    page.get_by_role("link", name="Les papiers à imprimer").click()
    expect(page.locator("article")).to_have_count(1)
    expect(page.locator("article")).to_have_attribute("dir", "rtl")
    expect(page.locator(".qr")).to_be_visible()
    shown = page_at(320)  # what looks for faults needs scripts
    keeper.sign_in(shown)
    shown.goto(page.url)
    assert told({"slips": faults(shown, printed=True)}) == ""
