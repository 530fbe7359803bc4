"""Why these questions, as a page and as JSON: what is shown, to whom, and what it costs."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.diagnostics.models import Answer, Attempt
from pathways.insights import certainty_charts
from pathways.insights.reason_pages import MUCH, promise
from pathways.people.models import JournalEntry
from pathways.permissions import Role
from tests.diagnostics.situations import Taker
from tests.insights.crowds import SKILLS, Crowd, answer
from tests.statements import counted


@pytest.fixture
def place(database, signed_in):
    class Place:
        def __init__(self) -> None:
            with database.begin() as db:
                crowd = Crowd.new(db)
                self.attempt = crowd.add({"SEC-01": "correct", "SEC-02": "not_understood", "MEL-03": "dont_know"}).id
                self.empty = crowd.add({}, stopped=None).id
                self.all = crowd.add(dict.fromkeys(SKILLS, "correct")).id
                self.code = crowd.diagnostic.code
                self.items = crowd.items
                self.account = crowd.member.account_id
                self.organisation = crowd.member.organisation_id
            self.trainer = signed_in(organisation=self.organisation)

    return Place()


def test_the_page_says_question_by_question_what_was_at_stake(place):
    page = place.trainer.get(f"/profiles/{place.attempt}/reasons")
    assert page.status_code == 200
    body = page.text.partition('<ol class="reasons">')[2].partition("</ol>")[0]
    asked = sum(len(place.items[skill]) for skill in ("SEC-01", "SEC-02", "MEL-03"))
    assert body.count("Devait départager") == asked
    assert body.count("ne compte pas") == len(place.items["SEC-02"])
    assert body.count("La première question est choisie parmi les faciles.") == 1
    assert "chances sur 100 de savoir faire" in body
    line = page.text.partition('<svg class="growing"')[2].partition("</svg>")[0]
    assert line.count('class="dot hollow"') == len(place.items["SEC-02"])
    assert line.count("<circle") == asked


def test_the_profile_leads_there_once_there_is_an_answer(place):
    assert f"/profiles/{place.attempt}/reasons" in place.trainer.get(f"/profiles/{place.attempt}").text
    assert "/reasons" not in place.trainer.get(f"/profiles/{place.empty}").text
    page = place.trainer.get(f"/profiles/{place.empty}/reasons").text
    assert "Dès la première réponse" in page


def test_all_right_answers_change_words_and_the_page_says_which(place):
    page = place.trainer.get(f"/profiles/{place.all}/reasons").text
    told = place.trainer.get(f"/api/v1/attempts/{place.all}/reasons").json()
    changes = [change for one in told["questions"] for change in one["changes"]]
    assert {change["after"] for change in changes} == {"can"}
    assert page.count('class="state can"') == len(changes)
    assert told["begun"] < told["questions"][-1]["certainty"]


def test_the_api_tells_the_same_as_the_page(place):
    told = place.trainer.get(f"/api/v1/attempts/{place.attempt}/reasons").json()
    assert (told["attempt"], told["stopped"], told["superseded"]) == (str(place.attempt), "all_decided", [])
    for one in told["questions"]:
        assert one["counts"] is (one["outcome"] != "not_understood")
        assert 1 <= len(one["decides"]) <= 3
        assert one["origin"] == "screen"
        assert 0.5 <= one["certainty"] <= 1.0
        assert all(0.0 <= doubt["mastery"] <= 1.0 for doubt in one["decides"])


def test_who_opens_it_is_written_down(place, database):
    place.trainer.get(f"/profiles/{place.attempt}/reasons")
    place.trainer.get(f"/api/v1/attempts/{place.all}/reasons")
    with database.read() as db:
        acts = db.execute(sa.select(JournalEntry.act, JournalEntry.about_id)).all()
    assert {tuple(one) for one in acts} >= {("profile_opened", place.attempt), ("profile_opened", place.all)}


@pytest.mark.parametrize("path", ["/profiles/{}/reasons", "/api/v1/attempts/{}/reasons"])
def test_others_find_nothing(place, signed_in, client, path):
    assert signed_in(Role.ADMINISTRATOR).get(path.format(place.attempt)).status_code == 404
    assert client.get(path.format(place.attempt)).status_code in {303, 401}
    for wrong in (uuid.uuid4(), "zzzz"):
        assert place.trainer.get(path.format(wrong)).status_code == 404
    translator = signed_in(Role.TRANSLATOR, organisation=place.organisation)
    assert translator.get(path.format(place.attempt)).status_code == 403


def test_the_learner_sees_nothing_of_it(place, client):
    taker = Taker.start(client, place.code)
    taker.dont_know()
    reply = client.get(f"{taker.url}/reasons", headers=taker.headers)
    assert reply.status_code == 401
    for told in (taker.current(), taker.profile()):
        assert not {"bits", "decides", "certainty", "reasons"} & told.keys()


def test_taken_back_observed_and_typed_answers_are_told_apart(place, database):
    with database.begin() as db:
        first = db.scalars(sa.select(Answer).filter_by(attempt_id=place.attempt, number=1)).one()
        first.superseded_at = clock.now()
        db.flush()
        db.add(answer(place.attempt, 70, first.item, "incorrect", entered_by=place.account))
        gesture = place.items["NAV-03"][0]
        db.add(answer(place.attempt, 71, gesture, "correct", observed_by=place.account))
        db.get_one(Attempt, place.attempt).stopped = None
    page = place.trainer.get(f"/profiles/{place.attempt}/reasons").text
    assert "Réponses reprises ou corrigées (gardées)" in page
    assert "observé par Une personne" in page
    assert ">papier</span>" in page
    told = place.trainer.get(f"/api/v1/attempts/{place.attempt}/reasons").json()
    assert [one["origin"] for one in told["questions"]][-2:] == ["paper", "observed"]
    assert told["superseded"] == [{"item": first.item, "outcome": "correct"}]


def test_a_long_attempt_asks_the_database_no_more_often(place, app, database):
    counts = []
    for attempt in (place.attempt, place.all):
        for path in (f"/profiles/{attempt}/reasons", f"/api/v1/attempts/{attempt}/reasons"):
            place.trainer.get(path)
            with counted(app) as statements:
                assert place.trainer.get(path).status_code == 200
            counts.append(len(statements))
    assert counts[:2] == counts[2:]
    assert max(counts) < 20


def test_the_line_stays_in_its_field():
    line = certainty_charts.drawn(0.4, [(0.7, True), (1.0, False), (0.3, True)], 0.95)
    field = range(certainty_charts.TOP, certainty_charts.BOTTOM + 1)
    assert all(field[0] <= dot.y <= field[-1] for dot in line.dots)
    assert [dot.x for dot in line.dots] == sorted(dot.x for dot in line.dots)
    assert line.dots[-1].x == certainty_charts.RIGHT
    assert [dot.counts for dot in line.dots] == [True, False, True]
    assert line.goal is not None
    assert line.dots[1].y == certainty_charts.TOP < line.goal < line.dots[0].y
    assert certainty_charts.drawn(0.6, [], None).path.startswith("M")


def test_what_a_question_promises_is_a_word():
    assert [promise(bits) for bits in (0.0, 0.06, 0.2, MUCH, 2.0)] == [
        *("presque rien", "un peu", "pas mal", "beaucoup", "beaucoup")
    ]
