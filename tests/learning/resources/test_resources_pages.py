"""The bank at the desk, a sheet for anybody, and the API."""

from __future__ import annotations

import re
import uuid

import pytest
import sqlalchemy as sa

from pathways.learning.models import Resource

FORM = {
    "kind": "video",
    "title": "Voir le Wi-Fi",
    "minutes": "6",
    "teach-CNX-01": "practise",
    "languages": ["fr", "ar"],
    "url": "https://video.example/wifi",
    "reading": "none",
    "device": "any",
    "title-ar": "شاهد الواي فاي",
    "cost": "2,50",
}
BODY = {
    "kind": "video",
    "title": "Voir le Wi-Fi",
    "minutes": 6,
    "teaches": [{"skill": "CNX-01"}],
    "languages": ["fr"],
    "url": "https://video.example/wifi",
}


@pytest.fixture
def trainer(signed_in):
    return signed_in()


def found(pattern: str, text: str) -> str:
    hit = re.search(pattern, text)
    assert hit, pattern
    return hit[1]


def token(page) -> str:
    return found(r'name="csrf" value="([^"]+)"', page.text)


def send(browser, path, **fields):
    page = browser.get(path if path.endswith(("/new", "/import")) else re.sub(r"/(un)?(share|archive|copy)$", "", path))
    return browser.post(path, data={"csrf": token(page)} | fields)


def made(trainer, **changes) -> str:
    answer = send(trainer, "/resources/new", **(FORM | changes))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_the_list_and_its_filters(trainer):
    page = trainer.get("/resources")
    assert page.text.count('<li class="card">') == 30
    assert "Écrire et envoyer un e-mail" in page.text
    filtered = trainer.get("/resources?skill=MEL-04&kind=nonsense&language=fr")
    assert filtered.text.count('<li class="card">') == 1
    assert "Rien ne correspond" in trainer.get("/resources?q=xyzzy").text


def test_a_resource_is_made_changed_shared_archived(trainer, database):
    where = made(trainer)
    page = trainer.get(where)
    assert 'value="2,50"' in page.text
    assert "شاهد الواي فاي" in page.text
    answer = send(trainer, where, **(FORM | {"version": "1", "title": "Voir les barres"}))
    assert answer.status_code == 303
    conflict = send(trainer, where, **(FORM | {"version": "1", "title": "Autre chose"}))
    assert conflict.status_code == 409
    assert "Chez votre collègue" in conflict.text
    assert 'value="Autre chose"' in conflict.text
    for act in ("share", "archive"):
        assert trainer.post(f"{where}/{act}", data={"csrf": token(page)}).status_code == 303
    with database.read() as db:
        kept = db.scalars(sa.select(Resource).filter_by(title="Voir les barres")).one()
        assert kept.shared_with_all
        assert kept.archived_at is not None
        assert (kept.cost_cents, kept.teaches) == (250, [{"skill": "CNX-01", "level": "practise"}])


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(trainer):
    fields = FORM | {"minutes": "six", "cost": "gratuit", "url": "javascript:alert(1)", "summary": "Mon texte."}
    answer = send(trainer, "/resources/new", **fields)
    assert answer.status_code == 422
    for name in ("minutes", "cost", "url"):
        assert f'id="{name}-error"' in answer.text
    assert 'value="Mon texte."' in answer.text


def test_an_own_sheet_has_its_page(trainer, client):
    steps = {f"step-{number}-title": f"Geste {number}" for number in range(5)}
    steps |= {f"step-{number}-text": "Touchez le bouton." for number in range(5)}
    where = made(trainer, kind="page", url="", intro="On commence.", remember="Doucement.", **steps)
    code = found(r'href="/sheets/(r-[a-z0-9]+)"', trainer.get(where).text)
    page = client.get(f"/sheets/{code}")
    assert page.status_code == 200
    assert "Geste 4" in page.text


def test_another_structure_sees_and_writes_nothing_of_it(trainer, signed_in):
    where, other = made(trainer), signed_in()
    assert other.get(where).status_code == 404
    assert other.post(where, data={"csrf": token(other.get("/resources/new"))} | FORM).status_code == 404


def test_a_file_is_planned_then_imported_once(trainer):
    rows = "titre;minutes;micro_competences;type;langues;adresse\r\nVoir;6;CNX-01;vidéo;fr;https://video.example/a\r\n"
    page = trainer.get("/resources/import")
    files = {"file": ("r.csv", rows.encode(), "text/csv")}
    report = trainer.post("/resources/import", data={"csrf": token(page)}, files=files)
    assert report.status_code == 200
    carried = {name: found(rf'name="{name}" value="([^"]*)"', report.text) for name in ("contents", "seal")}
    data = {"csrf": token(report), "framework": "inclusion-numerique"} | carried
    first = trainer.post("/resources/import", data=data)
    assert "new=1" in first.headers["location"]
    again = trainer.post("/resources/import", data=data)
    assert "new=0" in again.headers["location"]
    assert "Nouvelles : 1" in trainer.get(first.headers["location"]).text
    wrong = {"file": ("r.csv", rows.replace("CNX-01", "ZZZ-99").encode(), "text/csv")}
    refused = trainer.post("/resources/import", data={"csrf": token(page)}, files=wrong)
    assert refused.status_code == 422
    assert "ZZZ-99" in refused.text
    assert trainer.post("/resources/import", data={"csrf": token(page)}).status_code == 422


def test_files_to_take_away(trainer):
    csv = trainer.get("/resources/export.csv?skill=MEL-04")
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.text.count("\r\n") == 2
    assert "mel-04-ecrire" in trainer.get("/resources/export.yaml").text
    assert trainer.get("/resources/export").headers["location"].startswith("/resources?")


def test_a_reader_writes_nothing(signed_in):
    from pathways.permissions import Role

    reader = signed_in(Role.TRANSLATOR)
    assert reader.get("/resources").status_code == 200
    assert reader.get("/resources/new").status_code == 403
    assert "Ajouter une ressource" not in reader.get("/resources").text


# --- a sheet for anybody ---


def test_a_sheet_in_french(client):
    page = client.get("/sheets/mdp-04-code-sms")
    assert page.status_code == 200
    assert page.text.count('class="number"') == 5
    assert "/practice/recevoir-un-code?back=/sheets/mdp-04-code-sms" in page.text
    assert client.get("/sheets/mdp-04-code-sms/card").text.count("<section") == 8
    picture = found(r'src="(/media/[0-9a-f]{64}\.svg)"', page.text)
    assert client.get(picture).status_code == 200


def test_a_sheet_in_two_languages_says_that_nobody_read_it_over(client):
    page = client.get("/sheets/ill-02-tact", headers={"accept-language": "en"})
    assert "Talking about reading, with tact" in page.text
    assert '<span lang="fr" dir="ltr">Parler de la lecture avec tact</span>' in page.text
    assert "Traduction pas encore relue" in page.text


def test_a_language_without_translation_shows_french_and_says_so(client):
    page = client.get("/sheets/ill-02-tact", headers={"accept-language": "ti"})
    assert "Parler de la lecture avec tact" in page.text
    assert 'class="draft"' in page.text


def test_reading_in_another_language(client):
    assert client.get("/sheets/ill-02-tact/language").status_code == 200
    chosen = client.get("/sheets/ill-02-tact/language/en")
    assert chosen.headers["location"] == "/sheets/ill-02-tact"
    assert "Talking about reading" in client.get("/sheets/ill-02-tact").text


@pytest.mark.parametrize("code", ["rien", "MEL-04", "%00", "a.b", "a" * 100])
def test_a_code_of_no_sheet(client, code):
    assert client.get(f"/sheets/{code}").status_code == 404


def test_the_way_back_leads_to_a_pathway_and_nowhere_else(client):
    step = f"/t/{uuid.uuid4()}/pathway/steps/{uuid.uuid4()}"
    assert f'href="{step}"' in client.get(f"/sheets/mel-04-ecrire?back={step}").text
    for back in ("https://evil.example", "//evil.example", "/sign-out", step + "/../../../x"):
        assert "evil" not in client.get("/sheets/mel-04-ecrire", params={"back": back}).text
        assert "Retour" not in client.get("/sheets/mel-04-ecrire", params={"back": back}).text


# --- for programs ---


def test_the_api_makes_reads_changes(trainer):
    created = trainer.post("/api/v1/resources", json=BODY | {"key": str(uuid.UUID(int=5))}, headers=writing(trainer))
    assert created.status_code == 201, created.text
    again = trainer.post("/api/v1/resources", json=BODY | {"key": str(uuid.UUID(int=5))}, headers=writing(trainer))
    assert again.json()["id"] == created.json()["id"]
    where = f"/api/v1/resources/{created.json()['id']}"
    changed = trainer.put(where, json=BODY | {"title": "Voir mieux", "version": 1}, headers=writing(trainer))
    assert changed.json()["version"] == 2
    assert trainer.put(where, json=BODY | {"version": 1}, headers=writing(trainer)).status_code == 409
    assert trainer.get(where).json()["title"] == "Voir mieux"
    listed = trainer.get("/api/v1/resources?skill=CNX-01").json()
    assert [one["origin"] for one in listed["resources"]] == ["own", "shipped"]
    assert listed["number"] == 2


def test_the_api_says_what_is_wrong_by_field(trainer):
    answer = trainer.post("/api/v1/resources", json=BODY | {"teaches": [{"skill": "ZZZ-01"}]}, headers=writing(trainer))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "teaches"
    poisoned = trainer.post("/api/v1/resources", json=BODY | {"title": "a\u0000b"}, headers=writing(trainer))
    assert poisoned.status_code == 422


def test_the_api_shows_a_sheet_whole(trainer):
    [found] = trainer.get("/api/v1/resources?q=mel-04-ecrire").json()["resources"]
    whole = trainer.get(f"/api/v1/resources/{found['id']}").json()
    assert len(whole["sheet"]["steps"]) == 5
    assert "fr" in whole["languages"]


def writing(browser) -> dict[str, str]:
    return {"x-csrf-token": token(browser.get("/resources/new"))}
