"""From answers to a badge that somebody else verifies: on a telephone without account, by its file, then revoked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from pathways import ids
from pathways.badges.formats import baking
from pathways.badges.issuing import networks, offering
from pathways.badges.issuing.networks import Presented
from pathways.badges.issuing.signer import Signer
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.service import Selection
from pathways.people import service as people
from pathways.permissions import Member
from pathways.settings import Settings
from tests.badges.issuing.networking import DEFINITION, member
from tests.browser.answering import CONFIRM, Press, choose, click, tap
from tests.browser.server import Server, response_to
from tests.parts.browser import Recorder, axe, no_horizontal_scroll

FRAMEWORK, SKILLS = "benevole-numerique", ("ACU-01", "REL-02")
NETWORK, BADGE = "Réseau des deux rives", "Bien accueillir"
DEFINED = {
    "texts": {"fr": {"name": BADGE, "description": "Accueille une personne et part de ce qu'elle demande."}},
    "criteria": {"profile": {"framework": FRAMEWORK, "skills": list(SKILLS), "mastery": 0.8}},
}
"""The conditions alone decide: no jury, nobody to wait for. Neither skill is deduced from the other: both are asked."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A network with one badge, and the diagnostic that measures what the badge asks for."""

    keeper: Member
    code: str
    achievement: str


@pytest.fixture
def offer(server: Server) -> Offer:
    signer, slug = Signer.of(Settings(url=server.url, secret=server.door.secret)), f"rives-{ids.random_id().hex[:8]}"
    questions = Selection(skills=SKILLS, languages=("fr",), accuracy=None, questions=2 * len(SKILLS))
    with server.database.begin() as db:
        keeper = member(db)
        issuer = networks.found(db, signer, keeper.organisation_id, Presented(NETWORK, slug, "badges@exemple.fr"))
        draft = offering.compose(db, keeper, issuer, DEFINITION | DEFINED, slug="bien-accueillir")
        offering.publish(db, keeper, draft.id)
        made = composing.create(db, keeper, title="Accueillir", framework=FRAMEWORK, selection=questions)
        code = str(composing.publish(db, keeper, made.id).code)
    return Offer(keeper, code, f"/achievements/{slug}/bien-accueillir")


class Looked:
    """What is wrong with each screen that somebody passes, as it stands before them."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def at(self, page: Page, name: str) -> None:
        self.wrong += [f"{name}: {one}" for one in axe(page) + no_horizontal_scroll(page)]


def test_a_badge_is_earned_on_a_telephone_and_a_stranger_drags_its_file(
    server: Server, page_at, offer: Offer, recorder: Recorder, tmp_path: Path
):
    looked = Looked()
    phone, stranger, desk = page_at(360), page_at(1280), page_at(1280)

    _answer_all_right(server, phone, offer.code, looked)
    _bring_into_a_space(phone, looked)
    _ask_and_get(phone, looked)
    file = _save_the_picture(phone, tmp_path)

    _drag_onto_verify(server, stranger, file, looked)
    expect(stranger.locator("h1.verdict.valid")).to_have_text("Valable")
    expect(stranger.get_by_role("main")).to_contain_text(NETWORK)
    expect(stranger.locator("#says + .name")).to_have_text(BADGE)
    expect(stranger.locator(".who strong")).to_have_text(urlsplit(server.url).netloc)
    looked.at(stranger, "valid")

    _revoke(server, desk, offer.keeper, looked)
    _drag_onto_verify(server, stranger, file)
    expect(stranger.locator("h1.verdict.not-valid")).to_have_text("Pas valable")
    expect(stranger.get_by_role("status")).to_contain_text("a retiré ce badge")
    looked.at(stranger, "revoked")

    assert looked.wrong == []
    assert {one for one in recorder.requests if not one.startswith(f"{server.url}/")} == set()


# --- with the telephone ---------------------------------------------------------------------------------------


def _follow(target: Locator, press: Press = tap) -> None:
    """Press it, and wait for the page that comes."""
    with target.page.expect_navigation():
        press(target)


def _answer_all_right(server: Server, phone: Page, code: str, looked: Looked) -> None:
    phone.goto(f"{server.url}/q/{code.lower()}")
    looked.at(phone, "the languages")
    _follow(phone.get_by_role("link", name="Français"))
    looked.at(phone, "a welcome")
    _follow(phone.locator("main form button"))
    looked.at(phone, "a question to practise with")
    phone.locator(".tile:has([value=sun])").tap()
    _follow(phone.locator(CONFIRM))
    _follow(phone.locator("main a.primary"))
    phone.wait_for_url(re.compile("/t/[^/]+$"))
    looked.at(phone, "a question")
    while phone.locator("form[data-kind]").count():
        body = server.body(phone.locator("form[data-kind] input[name=item]").first.input_value())
        choose(phone, body, response_to(body, right=True), tap)
        _follow(phone.locator(CONFIRM))
    expect(phone).to_have_url(re.compile("/result$"))
    looked.at(phone, "the result")


def _bring_into_a_space(phone: Page, looked: Looked) -> None:
    _follow(phone.get_by_role("link", name="Mettre dans mes badges"))
    looked.at(phone, "where to")
    phone.get_by_label("Ouvrir un espace sans compte").check()
    _follow(phone.get_by_role("button", name="Continuer"))
    expect(phone).to_have_url(re.compile(r"/h/[^/]+\?new=1$"))
    expect(phone.get_by_label("L'adresse de votre espace")).to_have_value(phone.url.partition("?")[0])
    looked.at(phone, "a new space")


def _ask_and_get(phone: Page, looked: Looked) -> None:
    _follow(phone.get_by_role("link", name="Demander un badge"))
    _follow(phone.get_by_role("link", name="Demander un badge"))
    looked.at(phone, "what is on offer")
    _follow(phone.get_by_role("link", name=NETWORK).last)
    looked.at(phone, "one badge")
    _follow(phone.get_by_role("button", name="Demander ce badge"))
    looked.at(phone, "a request that is ready")
    _follow(phone.get_by_role("button", name="Envoyer ma demande"))
    looked.at(phone, "a request that is granted")
    _follow(phone.get_by_role("link", name="Voir mon badge"))
    looked.at(phone, "a space with a badge")
    _follow(phone.get_by_role("link", name=BADGE))
    looked.at(phone, "the badge")


def _save_the_picture(phone: Page, folder: Path) -> Path:
    with phone.expect_download() as saved:
        phone.get_by_role("link", name="Image (PNG)").tap()
    file = folder / saved.value.suggested_filename
    saved.value.save_as(file)
    assert baking.unbake(file.read_bytes()), "a picture with nothing in it"
    return file


# --- with the file --------------------------------------------------------------------------------------------


def _drag_onto_verify(server: Server, page: Page, file: Path, looked: Looked | None = None) -> None:
    """From a folder of this computer, as the browser itself is told of it: the page gets the file, not our copy."""
    page.goto(f"{server.url}/verify")
    if looked is not None:
        looked.at(page, "the form to verify with")
    devtools = page.context.new_cdp_session(page)
    carried = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    with page.expect_navigation():
        for kind in ("dragEnter", "dragOver", "drop"):
            devtools.send("Input.dispatchDragEvent", {"type": kind, "x": 640, "y": 300, "data": carried})
    devtools.detach()


def _revoke(server: Server, desk: Page, keeper: Member, looked: Looked) -> None:
    with server.database.begin() as db:
        token = people.one_time_link(db, account_id=keeper.account_id, organisation_id=keeper.organisation_id)
    desk.goto(f"{server.url}/sign-in/link/{token}")
    desk.goto(f"{server.url}/network/badges")
    _follow(desk.get_by_role("link", name=BADGE), click)
    looked.at(desk, "the badge at the network")
    desk.get_by_label("Motif, public").select_option("error")
    desk.get_by_label("Je sais que cela ne se défait pas").check()
    _follow(desk.get_by_role("button", name="Reprendre le badge"), click)
    expect(desk.get_by_text("Repris le")).to_be_visible()
    looked.at(desk, "the badge that was revoked")
