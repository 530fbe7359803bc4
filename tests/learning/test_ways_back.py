"""Whoever leaves a step for a sheet, an exercise or another language comes back to it, and nowhere else."""

from __future__ import annotations

import html
import re

import pytest

from pathways.learning.models import StepKind
from pathways.learning.pages import ways_back
from pathways.learning.practice import loading
from tests.learning.in_a_browser import FRAMEWORK, Person

STEP = "/t/0191f2a0-0000-7000-8000-000000000001/pathway/steps/0191f2a0-0000-7000-8000-000000000002"
SHEET = "/sheets/sec-02-arnaque"
ELSEWHERE = (
    "//ailleurs.example",
    "https://ailleurs.example/t/x",
    "/\\ailleurs.example",
    "/t//ailleurs.example",
    "/t/x?to=//ailleurs.example",
    f"{SHEET}?back=//ailleurs.example",
    f"{SHEET}?back={STEP}&lang=x",
    f"{STEP}\n",
    f"{SHEET}?back={SHEET}",
)


def link(page, start: str) -> str:
    [found, *_] = [html.unescape(one) for one in re.findall(r'href="([^"]+)"', page.text) if one.startswith(start)]
    return found


@pytest.mark.parametrize("back", ELSEWHERE)
def test_no_other_page(back):
    assert ways_back.to_pathway(back) == ""
    assert ways_back.to_reader(back) == ""


def test_from_a_step_to_a_sheet_to_an_exercise_and_back(client):
    sheet = client.get(f"{SHEET}?back={STEP}&lang=fr")
    intro = client.get(link(sheet, "/practice/"))
    assert link(intro, SHEET) == f"{SHEET}?back={STEP}"
    other = client.get("/practice/reperer-un-faux-sms" + link(intro, "?lang=ar"))
    assert link(other, SHEET) == f"{SHEET}?back={STEP}"
    again = client.get(link(other, SHEET))
    assert link(again, "/t/") == STEP


def test_another_language_keeps_the_way_back(client):
    wall = client.get(link(client.get(f"{SHEET}?back={STEP}"), f"{SHEET}/language"))
    chosen = client.get(link(wall, f"{SHEET}/language/ar"))
    assert chosen.headers["location"] == f"{SHEET}?back={STEP}"
    lost = client.get(f"{SHEET}/language/ar?back=//ailleurs.example")
    assert lost.headers["location"] == SHEET


def test_every_exercise_is_offered_where_its_micro_skill_is_learnt():
    for practice in loading.practices(FRAMEWORK):
        for code in practice.document.skills:
            assert practice in loading.trying(FRAMEWORK, [code])
    first = loading.trying(FRAMEWORK, ["ADM-04"], first="recevoir-un-code")
    assert [one.document.code for one in first] == [
        "recevoir-un-code",
        "corriger-un-formulaire",
        "remplir-un-formulaire",
    ]


@pytest.mark.slow
def test_a_step_and_a_sheet_offer_all_that_try_it_out(app, client, database):
    sheet = client.get(f"{SHEET}?lang=fr").text
    assert "Repérer un faux e-mail" in sheet
    assert "Réagir à un SMS inconnu" in sheet
    person = Person(app, client, database)
    person.choose()
    [step] = [one for one in person.steps() if one.kind is StepKind.LEARN and "SEC-02" in one.skills]
    page = person.get(f"/pathway/steps/{step.id}").text
    here = f"{person.base}/pathway/steps/{step.id}"
    for code in ("reperer-un-faux-e-mail", "reperer-un-faux-sms"):
        assert f'href="/practice/{code}?back={here}"' in page
