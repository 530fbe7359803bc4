"""The pages about several people and about one: what they show, to whom, what is written down, what is not lost."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.people.models import JournalEntry, LearnerFile, Membership
from pathways.permissions import Role
from tests.insights.crowds import SKILLS, Crowd, answer
from tests.web import world

RIGHT, WRONG = dict.fromkeys(SKILLS, "correct"), dict.fromkeys(SKILLS, "dont_know")


@pytest.fixture
def place(database, signed_in):
    """A trainer of an organisation with people in front of a diagnostic, and their ids by name."""

    class Place:
        def __init__(self) -> None:
            with database.begin() as db:
                crowd = Crowd.new(db)
                self.file = crowd.file("<b>Jeudi</b> & =1+1")
                week = clock.now() - timedelta(days=7)
                self.before = crowd.add(WRONG, file=self.file, at=week).id
                self.after = crowd.add(RIGHT, file=self.file, assisted=True).id
                self.ready = crowd.add(RIGHT | {"SEC-02": "dont_know"}, language="ar").id
                self.running = crowd.add({"SEC-01": "not_understood"}, stopped=None, current_item="SEC-02-a").id
                self.diagnostic = crowd.diagnostic.id
                self.organisation = crowd.member.organisation_id
                self.file_id = self.file.id
                self.member = crowd.member
            self.trainer = signed_in(organisation=self.organisation)
            self.csrf = world.csrf_of(self.trainer)

        def path(self, end: str) -> str:
            return f"/diagnostics/{self.diagnostic}/{end}"

        def post(self, path: str, **form):
            return self.trainer.post(path, data={"csrf": self.csrf, **form})

    return Place()


def acts(database, about: uuid.UUID) -> list[str]:
    with database.read() as db:
        query = sa.select(JournalEntry.act).filter_by(about_id=about).order_by(JournalEntry.happened_at)
        return list(db.scalars(query))


def test_a_name_from_right_to_left_turns_nothing_beside_it(place, database):
    """Without an element of its own, the date after it would read from right to left."""
    with database.begin() as db:
        crowd = Crowd(db, place.member, db.get_one(Diagnostic, place.diagnostic))
        db.get_one(LearnerFile, place.file_id).label = "أمينة 12"
        crowd.add(WRONG, file=crowd.file("يوسف 7"))
        crowd.add(RIGHT | {"SEC-02": "dont_know"}, language="ar", file=crowd.file("سارة 3"))
    paths = [place.path(end) for end in ("group", "live?since=2000-01-01", "session?skill=SEC-02")]
    paths += [f"/profiles/{place.after}", f"/profiles/{place.before}/compare/{place.after}"]
    for path in paths:
        page = re.sub(r'<option.*?</option>|<span class="sr">.*?</span>', "", place.trainer.get(path).text)
        own = re.findall(r"<bdi[^>]*>[^<]*[\u0600-\u06ff][^<]*</bdi>", page)
        assert own, path
        bare = re.sub(r"<(bdi)[^>]*>.*?</bdi>|<span lang[^>]*>.*?</span>|العربية", "", page)
        assert re.findall(r"[^\n>]*(?:أمينة|يوسف|سارة)", bare) == [], path


# --- live ---


def test_the_live_page_shows_each_by_label_or_pseudonym_and_what_may_be_done(place):
    page = place.trainer.get(place.path("live?since=2000-01-01"))
    assert page.status_code == 200
    assert pseudonym(place.running) in page.text
    assert "&lt;b&gt;Jeudi&lt;/b&gt;" in page.text
    assert f"/attempts/{place.running}/stop" in page.text
    assert f"/attempts/{place.after}/stop" not in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text
    still = place.trainer.get(place.path("live?still=1"))
    assert "http-equiv" not in still.text
    assert "data-live=" not in still.text


def test_the_rows_that_the_script_asks_for_are_those_of_the_page(place):
    rows = place.trainer.get(place.path("live/rows?since=2000-01-01")).text
    assert rows.strip().startswith("<div data-live-rows>")
    assert "<html" not in rows
    assert rows.strip() in place.trainer.get(place.path("live?since=2000-01-01")).text


def test_stopping_and_lengthening_lead_back_to_the_live_page(place, database):
    stopped = place.post(f"/attempts/{place.running}/stop", since="2000-01-01")
    assert (stopped.status_code, stopped.headers["location"]) == (303, place.path("live?since=2000-01-01"))
    for _ in range(2):
        longer = place.post(f"/attempts/{place.running}/lengthen", to=str(7))
        assert longer.headers["location"] == place.path("live")
    with database.read() as db:
        attempt = db.get_one(Attempt, place.running)
        assert (attempt.stopped, attempt.longer_to) == (None, 7)
    late = place.post(f"/attempts/{place.running}/lengthen", to="900")
    assert late.status_code == 409
    assert "Rechargez la page" in late.text


# --- group ---


@pytest.mark.usefixtures("one_style")
def test_the_group_page_says_who_is_ready_and_shows_the_same_twice(place):
    page = place.trainer.get(place.path("group")).text
    assert "Une personne est prête pour cette étape." in page
    assert page.count('<path class="fill ') >= 2
    assert "Jeudi&lt;/b&gt;" in page
    assert "/session?skill=SEC-02" in page
    table = page.partition("Tableau du groupe")[2].partition("</table>")[0]
    assert table.count("sait faire") + table.count("à apprendre") + table.count("à confirmer") + table.count(
        "pas vu"
    ) == 3 * len(SKILLS)


def test_a_choice_of_people_stays_in_the_links(place):
    page = place.trainer.get(place.path("group?language=ar&since=2020-01-01")).text
    assert "1 personne." in page
    assert "since=2020-01-01&amp;language=ar" in page
    assert '<option value="ar"' in page
    assert re.search(r'<option value="ar"[^>]* selected>', page)
    outside = re.findall(r'href="([^"]*group\.csv[^"]*)"', page)
    assert outside == [place.path("group.csv")], "what leaves is about everybody"


def test_a_group_of_nobody_says_what_to_do(signed_in, database):
    with database.begin() as db:
        crowd = Crowd.new(db)
    page = signed_in(organisation=crowd.member.organisation_id).get(f"/diagnostics/{crowd.diagnostic.id}/group")
    assert page.status_code == 200
    assert "Imprimez l'affiche" in page.text


@pytest.mark.parametrize(
    "query", ["since=hier", "since=2026-13-01", "since=2026-02-02&until=2026-01-01", "since=9999-01-01"]
)
def test_dates_that_are_none_are_refused_in_words(place, query):
    for end in ("group", "live", "live/rows", "attempts.csv"):
        assert place.trainer.get(place.path(f"{end}?{query}")).status_code == 422


def test_the_sheet_of_a_session_prints_what_is_needed(place):
    sheet = place.trainer.get(place.path("session?skill=SEC-02"))
    assert sheet.status_code == 200
    assert pseudonym(place.ready) in sheet.text
    assert "Prochain rendez-vous" in sheet.text
    assert place.trainer.get(place.path("session?skill=ZZZ-99")).status_code == 404
    assert place.trainer.get(place.path("session")).status_code == 404


# --- tables ---


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_that_leaves_is_written_down(place, database, kind):
    reply = place.trainer.get(place.path(f"attempts.{kind}?language=ar"))
    assert reply.status_code == 200
    assert reply.headers["content-disposition"].endswith(f'.{kind}"')
    assert acts(database, place.diagnostic) == ["attempts_exported"]
    with database.read() as db:
        assert db.scalars(sa.select(JournalEntry.details)).one() == {"people": 1, "kind": kind}
    assert place.trainer.get(place.path("attempts.pdf")).status_code == 404


def test_what_may_leave_the_organisation_takes_no_choice_and_needs_ten(place, database):
    few = place.trainer.get(place.path("group.csv"))
    assert few.status_code == 409
    assert "au moins 10 personnes" in few.text
    for query in ("language=ar", "since=2026-01-01", "until=", "x=1"):
        assert place.trainer.get(place.path(f"group.csv?{query}")).status_code == 422
    assert acts(database, place.diagnostic) == []


def test_ten_people_may_leave_and_it_is_written_down(place, database):
    with database.begin() as db:
        crowd = Crowd(db, None, db.get_one(Diagnostic, place.diagnostic))  # type: ignore[arg-type] - it opens no door
        for _ in range(12):
            crowd.add(RIGHT)
    reply = place.trainer.get(place.path("group.csv"))
    assert reply.status_code == 200
    assert "Jeudi" not in reply.text
    assert acts(database, place.diagnostic) == ["group_exported"]


# --- one profile ---


def test_opening_a_profile_is_written_down_once_an_hour(place, database, monkeypatch):
    for _ in range(3):
        assert place.trainer.get(f"/profiles/{place.ready}").status_code == 200
    assert acts(database, place.ready) == ["profile_opened"]
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    place.trainer.get(f"/profiles/{place.ready}")
    assert acts(database, place.ready) == ["profile_opened"] * 2


def test_a_profile_that_is_refused_is_not_written_down(place, database, signed_in):
    stranger, coordinator = signed_in(), signed_in(Role.COORDINATOR, organisation=place.organisation)
    assert stranger.get(f"/profiles/{place.ready}").status_code == 404
    assert coordinator.get(f"/profiles/{place.ready}").status_code == 403
    assert acts(database, place.ready) == []


def test_a_profile_says_how_its_answers_came_about(place, database):
    with database.begin() as db:
        account = db.scalars(sa.select(Membership.account_id).filter_by(organisation_id=place.organisation)).first()
        rows = db.scalars(sa.select(Answer).filter_by(attempt_id=place.ready).order_by(Answer.number)).all()
        rows[0].superseded_at = clock.now()
        db.flush()
        db.add(answer(place.ready, 99, rows[0].item, "incorrect", entered_by=account, assisted=True))
    page = place.trainer.get(f"/profiles/{place.ready}").text
    assert "Réponses reprises ou corrigées (gardées)" in page
    assert "papier, saisi par Une personne" in page
    assert ">corrigé<" in page
    assert ">assisté<" in page
    assert "Réponses reprises" not in place.trainer.get(f"/profiles/{place.before}").text


def test_the_note_of_a_file_is_kept_and_a_colleagues_is_not_lost(place, database):
    path = f"/profiles/{place.after}/note"
    kept = place.post(path, text="Revient mardi.", version="1")
    assert (kept.status_code, kept.headers["location"]) == (303, f"/profiles/{place.after}#note")
    assert "Revient mardi." in place.trainer.get(f"/profiles/{place.after}").text
    late = place.post(path, text="Vient avec sa sœur.", version="1")
    assert late.status_code == 409
    assert "Vient avec sa sœur." in late.text
    assert "Revient mardi." in late.text
    assert 'name="version" value="2"' in late.text
    assert place.post(path, text="Vient avec sa sœur.", version="2").status_code == 303
    with database.read() as db:
        assert db.get_one(LearnerFile, place.file_id).note == "Vient avec sa sœur."


def test_a_note_that_is_too_long_comes_back_whole(place):
    text = "mot " * 1500
    reply = place.post(f"/profiles/{place.after}/note", text=text, version="1")
    assert reply.status_code == 422
    assert text.strip() in reply.text
    assert "trop longue" in reply.text


def test_without_a_file_there_is_no_note(place):
    assert place.post(f"/profiles/{place.ready}/note", text="x", version="1").status_code == 409
    assert 'name="text"' not in place.trainer.get(f"/profiles/{place.ready}").text


def test_two_attempts_are_compared_and_both_are_written_down_as_opened(place, database):
    chosen = place.trainer.get(f"/profiles/{place.before}/compare?with={place.after}")
    assert chosen.headers["location"] == f"/profiles/{place.before}/compare/{place.after}"
    page = place.trainer.get(chosen.headers["location"])
    assert page.status_code == 200
    told = html.unescape(page.text)
    assert "Acquis entre les deux, c'est sûr" in told
    assert "l'une des deux a été lue à voix haute" in told
    assert acts(database, place.before) == acts(database, place.after) == ["profile_opened"]
    other = place.trainer.get(f"/profiles/{place.before}/compare/{place.ready}").text
    assert "c'est vous qui dites" in other
    assert place.trainer.get(f"/profiles/{place.before}/compare?with=x").status_code == 404
    for wrong, status in ((place.before, 422), (uuid.uuid4(), 404)):
        assert place.trainer.get(f"/profiles/{place.before}/compare/{wrong}").status_code == status


# --- the API says the same ---


@pytest.mark.usefixtures("one_style")
def test_the_api_gives_what_the_pages_show(place):
    base = f"/api/v1/diagnostics/{place.diagnostic}"
    told = place.trainer.get(f"{base}/group").json()
    assert (len(told["people"]), told["attempts"], told["silent"]) == (3, 4, 0)
    assert {one["code"] for one in told["skills"]} == set(SKILLS)
    ready = next(one for one in told["people"] if one["attempt"] == str(place.ready))
    assert ready["signs"]["SEC-02"] == "learn"
    assert "SEC-02" in ready["within_reach"]
    live = place.trainer.get(f"{base}/live?since=2000-01-01").json()
    assert {one["state"] for one in live["rows"]} == {"running", "finished"}
    shared = place.trainer.get(f"{base}/next-skills").json()
    assert shared[0]["skill"] == "SEC-02"
    assert place.trainer.get(f"{base}/mistakes").json() == []
    compared = place.trainer.get(f"/api/v1/attempts/{place.after}/compare/{place.before}").json()
    assert compared["before"] == str(place.before)
    assert {one["change"] for one in compared["skills"]} == {"learnt"}


def test_the_api_steers_a_passage(place):
    url = f"/api/v1/attempts/{place.running}"
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    assert place.trainer.post(f"{url}/stop", headers=headers).json()["state"] == "left"
    for _ in range(2):
        told = place.trainer.post(f"{url}/lengthen", json={"to": 7}, headers=headers).json()
        assert (told["state"], told["longer_to"]) == ("running", 7)
    assert place.trainer.post(f"{url}/lengthen", json={"to": 0}).status_code == 422
    assert place.trainer.post(f"{url}/lengthen", json={"to": 40}).status_code == 409


def test_the_api_hands_tables_over(place, database):
    assert place.trainer.get(f"/api/v1/diagnostics/{place.diagnostic}/attempts.xlsx").status_code == 200
    assert place.trainer.get(f"/api/v1/diagnostics/{place.diagnostic}/group.csv").status_code == 409
    assert place.trainer.get(f"/api/v1/diagnostics/{place.diagnostic}/group.csv?since=").status_code == 422
    assert acts(database, place.diagnostic) == ["attempts_exported"]
