"""From candidate to holder in a browser: whole at 320 px, from right to left, by the keyboard, without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from pathways.settings import Settings
from tests.badges.pages.walking import SHORT, WHOLE, Stage, a_stage
from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import Server

pytestmark = pytest.mark.slow

PDF = b"%PDF-1.7\n%%EOF"


def stage(server: Server, **changed) -> Stage:
    return a_stage(server.database, Settings(url=server.url, secret=server.door.secret), **changed)


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_the_page_of_a_request_is_whole_on_a_small_telephone(server, page_at, lang):
    set_up = stage(server, **WHOLE)
    space, request_id = set_up.asked(level=1)
    set_up.endorsed(request_id)
    page, found = page_at(320, lang), {}
    for path in (f"{space}/requests/{request_id}", set_up.invited(request_id)):
        page.goto(f"{server.url}{path}?lang={lang}")
        for one in page.locator("details.group, section details").all():
            one.evaluate("one => one.open = true")
        found[path] = faults(page)
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.parametrize("lang", ["fr", "ar", "ti"])
def test_every_page_of_a_candidate_is_whole_on_a_small_telephone(server, page_at, lang):
    set_up = stage(server, **WHOLE)
    space, request_id = set_up.asked(level=1)
    invitation = set_up.invited(request_id)
    page, found = page_at(320, lang), {}
    paths = [f"{space}/requests", f"{space}/requests/new", f"{space}/requests/new?badge={set_up.achievement_id}"]
    paths += [f"{invitation}/open", "/badges", set_up.badge, f"{set_up.badge}/v1/en", f"/issuers/{set_up.issuer}"]
    for path in paths:
        page.goto(f"{server.url}{path}{'&' if '?' in path else '?'}lang={lang}")
        found[path] = faults(page, forced=True, printed=True)
    wrong = told(found)
    assert not wrong, wrong


def test_the_public_pages_of_badges_are_whole_on_a_small_telephone(server, page_at):
    set_up = stage(server, **WHOLE)
    page, found = page_at(320), {}
    for path in ("/badges", set_up.badge, f"/issuers/{set_up.issuer}"):
        page.goto(server.url + path)
        found[path] = faults(page)
    wrong = told(found)
    assert not wrong, wrong


def test_the_desk_of_the_jury_is_whole_and_is_walked_by_the_keyboard(server, page_at):
    set_up = stage(server)
    _, request_id = set_up.asked(name="Surnom")
    set_up.endorsed(request_id)
    set_up.sent(request_id)
    _, entrance = set_up.juror()
    page, found = page_at(320), {}
    page.goto(server.url + entrance)
    for path in ("/jury", f"/jury/{request_id}", "/h/me/co-led"):
        page.goto(server.url + path)
        found[path] = faults(page, forced=True, targets=False)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{server.url}/jury/{request_id}")
    found["the focus"] = focus_walk(page)
    wrong = told(found)
    assert not wrong, wrong


def test_without_javascript_somebody_asks_is_endorsed_and_becomes_a_holder(server, page_at):
    set_up = stage(server, **SHORT)
    candidate = page_at(320, javascript=False)
    candidate.goto(f"{server.url}{set_up.space()}/requests/new?badge={set_up.achievement_id}")
    candidate.get_by_role("button", name="Demander ce badge").click()
    assert candidate.get_by_text("Ensuite").count() == 1
    own = candidate.url.partition("?")[0]
    candidate.get_by_text("Ajouter une preuve : un fichier").click()
    part = candidate.locator("form").filter(has=candidate.locator("#file"))
    part.get_by_label("Titre, sans nom de personne").fill("Le récit d'un accueil")
    part.get_by_label("C'est pour").select_option("story")
    part.get_by_label("Fichier").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF})
    part.get_by_role("button", name="Ajouter une preuve").click()
    assert candidate.get_by_text("La preuve est ajoutée.").is_visible()
    candidate.get_by_label("Pour qui ?").fill("La collègue du mardi")
    candidate.get_by_role("button", name="Faire un lien").click()
    link = candidate.locator("#address").input_value()

    endorser = page_at(320, javascript=False)
    endorser.goto(server.url + set_up.member()[1])
    endorser.goto(link)
    assert "La collègue du mardi" not in endorser.content()
    endorser.get_by_role("link", name="Répondre", exact=True).click()
    endorser.get_by_label("Qui êtes-vous pour cette personne ?").fill("médiatrice numérique")
    endorser.get_by_label("Votre recommandation").fill("Elle écoute chaque personne jusqu'au bout.")
    endorser.get_by_role("button", name="Recommander").click()
    assert endorser.get_by_role("heading", name="Merci. Votre recommandation est donnée.").is_visible()

    candidate.goto(own)
    candidate.get_by_role("button", name="Envoyer ma demande").click()
    assert candidate.get_by_text("Votre demande attend le jury.").first.is_visible()

    juror = page_at(320, javascript=False)
    juror.goto(server.url + set_up.juror()[1])
    juror.goto(f"{server.url}/jury")
    juror.get_by_role("link", name="Demande n°").click()
    with juror.expect_download() as saved:
        juror.get_by_role("link", name="Télécharger").click()
    assert saved.value.suggested_filename.startswith("preuve-")
    for line in juror.get_by_role("group", name="L'").all():
        line.get_by_label("oui", exact=True).check()
    juror.get_by_label("oui, accorder le badge").check()
    juror.get_by_label("Pourquoi ?").fill("Le récit et la recommandation se répondent.")
    juror.get_by_role("button", name="Envoyer ma décision").click()
    assert juror.get_by_text("le badge est donné").is_visible()

    candidate.goto(own)
    candidate.get_by_role("link", name="Voir mon badge").click()
    assert candidate.get_by_text("Accueillir en médiation").first.is_visible()


def test_a_long_text_and_what_is_wrong_are_where_one_wrote(server, page_at):
    set_up = stage(server, **SHORT)
    space, request_id = set_up.asked()
    page = page_at(360)
    page.goto(f"{server.url}{space}/requests/{request_id}")
    page.get_by_label("Ce que vous faites").fill("Deux matinées par semaine.\nDepuis un an.")
    page.get_by_text("Ajouter une preuve : un lien").click()
    part = page.locator("form").filter(has=page.locator("#url"))
    part.get_by_label("Titre").fill("Un site")
    part.get_by_label("Adresse").fill("zut")
    part.locator("button").click()
    expect(part.get_by_text("Donnez une adresse complète")).to_be_in_viewport()
    expect(page.get_by_role("alert")).to_be_in_viewport()
    expect(page.get_by_label("Ce que vous faites")).to_have_value("Deux matinées par semaine.\nDepuis un an.")
    page.get_by_label("Ce que vous faites").fill("Trois matinées.")
    page.get_by_label("Pour qui ?").fill("Une collègue")
    page.get_by_role("button", name="Faire un lien").click()
    assert page.locator("#address").input_value().startswith(f"{server.url}/endorse/")
    assert page.get_by_role("button", name="Copier le lien").is_visible()
    page.get_by_role("link", name="La demande").click()
    expect(page.get_by_label("Ce que vous faites")).to_have_value("Trois matinées.")
