"""Files taken away before something changed: nothing is in the way of bringing them back, nothing is silent."""

from __future__ import annotations

import pytest

from pathways.permissions import Role
from tests.items.exchange_situations import CHOICE, csv, numbered
from tests.items.test_exchange_pages import examine, imported, keep
from tests.web.world import csrf_of


@pytest.fixture
def trainer(signed_in):
    client = signed_in(Role.TRAINER)
    client.csrf = csrf_of(client)
    return client


def test_a_question_of_an_archived_micro_skill_comes_back_and_a_new_one_does_not(trainer):
    ladder = trainer.post("/api/v1/ladders", json={"title": "Notre lieu"}).json()
    skills = {"version": 1, "title": "Notre lieu", "skills": [{"title": "Ouvrir la porte", "level": 1}]}
    [skill] = trainer.put(f"/api/v1/ladders/{ladder['id']}", json=skills).json()["skills"]
    imported(trainer, CHOICE | {"micro_competence": skill["code"]})
    trainer.post(f"/ladders/{ladder['id']}/archive", data={"csrf": trainer.csrf})
    kept = trainer.get("/items/export.csv").content
    assert "Tout est déjà là" in examine(trainer, kept).text
    assert examine(trainer, kept.replace(b"personne.", b"personne, jamais.")).status_code == 200
    refused = examine(trainer, csv(numbered(1, micro_competence=skill["code"])))
    assert refused.status_code == 422


def test_a_file_older_than_a_colleagues_change_says_what_it_would_take_back(trainer):
    imported(trainer, CHOICE, numbered(1))
    old = trainer.get("/items/export.csv").content
    said = "l&#39;importer revient à une révision d&#39;avant"
    newer = old.replace(b"Un inconnu demande", b"Une inconnue demande")
    page = examine(trainer, newer).text
    assert said not in page, "a change is no way back"
    keep(trainer, page)
    page = examine(trainer, old).text
    assert page.count(said) == 1
    assert "1 déjà là" in page
