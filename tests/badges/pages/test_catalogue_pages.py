"""What anybody may know of badges: the list, one achievement and its versions for ever, its picture, its network."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.formats import canonical
from pathways.badges.issuing import awarding, key_table, offering
from pathways.badges.models import Achievement, AchievementPicture, AchievementVersion, KeyState
from pathways.permissions import Member
from tests.badges.issuing import networking
from tests.badges.issuing.networking import SIGNER
from tests.badges.pages.applying import said

JSON_LD = {"accept": "application/ld+json"}
LEVELS = ["Je fais", "Je transmets"]


@dataclass
class Offer:
    """An achievement of a new network, as its addresses name it."""

    actor: Member
    issuer: str
    slug: str
    version: AchievementVersion

    @property
    def path(self) -> str:
        return f"/achievements/{self.issuer}/{self.slug}"


def an_offer(scene, **changed) -> Offer:
    with scene.writing() as db:
        actor = networking.member(db)
        issuer = networking.network(db, actor)
        version = networking.on_offer(db, actor, issuer, **changed)
        return Offer(actor, issuer.slug, version.achievement.slug, version)


@pytest.fixture
def browser(scene):
    return scene.browser()


def test_the_list_tells_each_badge_by_whom_it_is_for(scene, browser):
    offer, other = an_offer(scene), an_offer(scene, audience="learner")
    page = browser.get("/badges")
    assert page.status_code == 200
    assert page.text.index("Pour les bénévoles") < page.text.index(offer.path) < page.text.index(other.path)
    assert page.text.index("Pour les personnes qui apprennent") < page.text.index(other.path)
    assert f"{offer.path}/v1.svg" in page.text
    assert "Au moins 2 heures de présence" in said(page)


def test_search_engines_may_read_these_pages(scene, browser):
    offer = an_offer(scene)
    for path in ("/badges", offer.path, f"{offer.path}/v1/fr", f"/issuers/{offer.issuer}"):
        page = browser.get(path)
        assert (page.status_code, "x-robots-tag" in page.headers) == (200, False), path
        assert "noindex" not in page.text


def test_an_english_reader_has_the_english_texts(scene, browser):
    offer = an_offer(scene)
    assert "Helping at a drop-in" in browser.get("/badges?lang=en").text
    page = browser.get(f"{offer.path}?lang=en").text
    assert "Helping at a drop-in" in page
    assert "At least 2 hours" in page


def test_a_closed_badge_is_on_no_list_and_its_page_says_so(scene, browser):
    offer = an_offer(scene)
    with scene.writing() as db:
        offering.close(db, offer.actor, offer.version.achievement_id)
    assert offer.path not in browser.get("/badges").text
    page = browser.get(offer.path)
    assert page.status_code == 200
    assert "Ce badge n'est plus proposé" in said(page)
    assert "requests/new" not in page.text


def test_a_version_never_changes_and_says_that_there_is_a_newer_one(scene, browser):
    offer = an_offer(scene)
    with scene.writing() as db:
        draft = offering.revise(db, offer.actor, offer.version.achievement_id)
        texts = {"fr": {"name": "Un autre nom", "description": "Une autre description."}}
        offering.keep_draft(db, offer.actor, draft.id, {**draft.draft, "texts": texts}, version=draft.version)
        offering.publish(db, offer.actor, draft.id)
    first = browser.get(f"{offer.path}/v1/fr").text
    assert "Aider à une permanence" in first
    assert "Il y a une version plus récente" in first
    assert "Un autre nom" in browser.get(offer.path).text
    assert browser.get(f"{offer.path}/v2/fr").status_code == 200


@pytest.mark.parametrize(
    "end",
    ["v2/fr", "v1/de", "v0/fr", "v01/fr", "1/fr", "v1/fr.xml", "v1/fr.json.json", "v1.gif", "v2.png", "v1-1.png", "v1"],
)
def test_what_was_never_published_does_not_exist(scene, browser, end):
    assert browser.get(f"{an_offer(scene).path}/{end}").status_code == 404


def test_a_badge_without_english_texts_has_no_english_page(scene, browser):
    offer = an_offer(scene, texts={"fr": networking.DEFINITION["texts"]["fr"]})
    assert browser.get(f"{offer.path}/v1/en").status_code == 404
    assert browser.get(f"{offer.path}/v1/fr").status_code == 200


def test_machines_get_the_achievement_as_it_stands_inside_its_badges(scene, browser):
    offer = an_offer(scene)
    with scene.writing() as db:
        version = db.get_one(AchievementVersion, offer.version.id)
        badge = awarding.issue(db, SIGNER, version, networking.orders(db, 1), by=None)[0]
        inside = json.loads(badge.document)["credentialSubject"]["achievement"]
    address = inside["id"].removeprefix(SIGNER.url)
    for reply in (browser.get(f"{address}.json"), browser.get(address, headers=JSON_LD)):
        assert reply.status_code == 200
        assert reply.headers["content-type"] == "application/ld+json"
        document = reply.json()
        assert {name: value for name, value in document.items() if name != "@context"} == inside
        assert not canonical.undefined_terms(document)
        assert not canonical.relative_ids(document)
    assert browser.get(offer.path, headers=JSON_LD).json()["id"] == inside["id"]


def test_a_browser_gets_the_page(scene, browser):
    offer = an_offer(scene)
    wish = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert browser.get(f"{offer.path}/v1/fr", headers={"accept": wish}).headers["content-type"].startswith("text/html")


def test_every_address_inside_a_badge_leads_to_a_part_of_the_page(scene, browser):
    offer = an_offer(
        scene, levels=LEVELS, criteria={"profile": {"framework": "inclusion-numerique", "skills": {"SEC-01": 0.9}}}
    )
    document = browser.get(f"{offer.path}/v1/fr.json").json()
    page = browser.get(f"{offer.path}/v1/fr").text
    parts = set(re.findall(r'id="([a-z-]+)"', page))
    wanted = {one["id"].partition("#")[2] for one in document["resultDescription"]}
    wanted |= {document["criteria"]["id"].partition("#")[2], "measure"}
    assert {"measure-level", "level", "endorsements", "jury", "criteria"} <= wanted
    assert wanted <= parts


def test_a_picture_is_served_as_it_was_drawn_for_ever(scene, browser):
    offer = an_offer(scene)
    with scene.writing() as db:
        kept = db.scalars(sa.select(AchievementPicture).filter_by(version_id=offer.version.id)).one()
    drawn, painted = browser.get(f"{offer.path}/v1.svg"), browser.get(f"{offer.path}/v1.png")
    assert (drawn.text, painted.content) == (kept.svg, kept.png)
    assert (drawn.headers["content-type"].partition(";")[0], painted.headers["content-type"]) == (
        "image/svg+xml",
        "image/png",
    )
    for one in (drawn, painted):
        assert one.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "sandbox" in drawn.headers["content-security-policy"]


def test_each_level_has_its_picture_and_the_first_stands_for_all(scene, browser):
    offer = an_offer(scene, levels=LEVELS)
    first, second = browser.get(f"{offer.path}/v1-1.svg").text, browser.get(f"{offer.path}/v1-2.svg").text
    assert first != second
    assert browser.get(f"{offer.path}/v1.svg").text == first
    assert browser.get(f"{offer.path}/v1-3.svg").status_code == 404


def test_a_network_says_who_it_is_with_which_keys_and_how_long_it_takes(scene, browser):
    offer = an_offer(scene)
    page = browser.get(f"/issuers/{offer.issuer}").text
    with scene.writing() as db:
        issuer = db.get_one(Achievement, offer.version.achievement_id).issuer
        key = key_table.published(db, issuer.id)[0]
    for told in (issuer.name, issuer.did, key.public, issuer.email, "Une structure", offer.path, "pas encore connu"):
        assert told in page
    with scene.writing() as db:
        stolen = key_table.all_keys(db, issuer.id)[0]
        stolen.state, stolen.ended_at = KeyState.COMPROMISED, clock.now()
    assert key.public not in browser.get(f"/issuers/{offer.issuer}").text


def test_machines_get_the_profile_of_a_network(scene, browser):
    offer = an_offer(scene)
    reply = browser.get(f"/issuers/{offer.issuer}", headers=JSON_LD)
    assert reply.headers["content-type"] == "application/ld+json"
    assert reply.json()["id"].endswith(f":issuers:{offer.issuer}")


def test_what_is_not_there_is_not_found(scene, browser):
    offer = an_offer(scene)
    for path in (f"/achievements/nobody/{offer.slug}", f"/achievements/{offer.issuer}/nothing", "/issuers/nobody"):
        assert browser.get(path).status_code == 404, path
