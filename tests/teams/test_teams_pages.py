"""The desk's screens of a team: useful without any badge, nobody ranked, nothing shown beyond a yes."""

from __future__ import annotations

import html
import re
import uuid

import pytest
import sqlalchemy as sa

from pathways.people.models import JournalEntry
from pathways.permissions import Role
from pathways.teams.models import Sharing, Team, TeamMember, TeamTarget
from tests.teams.a_team import FRAMEWORK, INVITATIONS, TEN, csrf_of


def words(page) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def rows_of(page) -> list[str]:
    body = re.search(r"<tbody>(.*?)</tbody>", page.text, re.DOTALL)
    assert body
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in body[1].split("<tr>")[1:]]


def test_an_empty_team_says_how_to_begin(signed_in):
    page = signed_in(Role.COORDINATOR).get("/team")
    assert page.status_code == 200
    assert "Ajoutez une première personne" in words(page)
    assert "Ce qui manque" not in words(page)


@pytest.mark.usefixtures("one_style")
def test_the_first_screen_shows_people_by_skills_with_words_and_no_total(desk, four):
    page = desk.get("/team")
    rows = rows_of(page)
    assert [one.split()[0] for one in rows] == ["Ardoise", "Bambou", "Citron", "Datte"]
    assert rows[0].count("sait faire") == 10
    assert "pas encore" in rows[1]
    assert rows[2].endswith("ne partage pas")
    assert rows[3].endswith("invitation sans réponse")
    assert not re.search(r"\d+ ?%|\d+ ?/ ?10|\bsur 10\b", words(page))
    assert "1 invitation attend une réponse" in words(page)


def test_a_skill_says_how_many_can_who_is_alone_and_what_nobody_can(desk, four, database):
    page = words(desk.get("/team"))
    assert "2 personnes" in page
    assert "Une seule personne : Ardoise" in page.replace(" .", ".")
    with database.begin() as db:
        db.get_one(TeamMember, four.ardoise.id).sharing = Sharing.WITHHELD
    assert "Personne ne sait le faire" in words(desk.get("/team"))


def test_rows_stand_in_two_orders_and_no_other(desk, four):
    arrival = rows_of(desk.get("/team?order=arrival"))
    assert [one.split()[0] for one in arrival] == ["Ardoise", "Bambou", "Citron", "Datte"]
    anything = rows_of(desk.get("/team?order=can"))
    assert [one.split()[0] for one in anything] == ["Ardoise", "Bambou", "Citron", "Datte"]


def test_somebody_is_invited_with_a_first_name_and_a_link(desk, four, database):
    form = {"csrf": csrf_of(desk), "label": "Écorce", "standing": "employee", "post": "itinerant", "language": "ar"}
    answer = desk.post("/team/members", data=form | {"key": "k1"})
    again = desk.post("/team/members", data=form | {"key": "k1"})
    assert (answer.status_code, answer.headers["location"]) == (303, again.headers["location"])
    page = desk.get(answer.headers["location"])
    with database.read() as db:
        made = db.scalars(sa.select(TeamMember).filter_by(label="Écorce")).one()
        url = f"http://testserver/join/{INVITATIONS.token_of(made)}"
    assert url in page.text
    assert 'class="qr"' in page.text
    assert "sms:?" in page.text


@pytest.mark.parametrize("label", ["", "elodie@exemple.fr"])
def test_what_is_wrong_with_a_label_is_said_beside_it(desk, four, label):
    answer = desk.post("/team/members", data={"csrf": csrf_of(desk), "label": label})
    assert answer.status_code == 422
    assert 'aria-describedby="label-error"' in answer.text


def test_a_link_is_shown_only_as_long_as_it_waits_for_an_answer(desk, four):
    assert "/join/" in desk.get(f"/team/members/{four.datte.id}").text
    for row in (four.ardoise, four.citron):
        assert "/join/" not in desk.get(f"/team/members/{row.id}").text


def test_opening_a_row_is_written_down_once_an_hour_without_a_label(desk, four, database):
    for _ in range(2):
        assert "sait faire" in desk.get(f"/team/members/{four.ardoise.id}").text
    desk.get(f"/team/members/{four.datte.id}")  # nothing is shown: nothing to write down
    desk.get("/team")
    desk.get("/team/coverage")
    desk.get("/team/coverage.csv")
    with database.read() as db:
        entries = db.scalars(sa.select(JournalEntry).filter_by(organisation_id=four.organisation_id)).all()
        assert sorted(one.act for one in entries) == ["team_exported", "team_listed", "team_member_opened"]
        assert {one.about_id for one in entries} == {four.ardoise.id, four.organisation_id}
        assert "Ardoise" not in str([one.details for one in entries])


def test_to_another_organisation_nobody_is_there(stranger, four):
    csrf = csrf_of(stranger)
    for path in (f"/team/members/{four.ardoise.id}", f"/team/members/{uuid.uuid4()}"):
        assert stranger.get(path).status_code == 404
        for verb in ("", "/renew", "/leave"):
            assert stranger.post(path + verb, data={"csrf": csrf, "label": "X", "sure": "1"}).status_code == 404
    assert "Ardoise" not in stranger.get("/team").text
    assert "Ardoise" not in stranger.get("/team/coverage.csv").text


@pytest.mark.parametrize("role", [Role.TRANSLATOR, Role.PRESCRIBER, Role.REVIEWER])
def test_who_leads_no_team_sees_none(signed_in, four, role):
    other = signed_in(role, organisation=four.organisation_id)
    for path in ("/team", "/team/coverage", "/team/coverage.csv", "/team/targets", f"/team/members/{four.ardoise.id}"):
        answer = other.get(path)
        assert answer.status_code == 403
        assert "Ardoise" not in answer.text


def test_leaving_asks_once_more_and_keeps_a_count(desk, four, database):
    path = f"/team/members/{four.ardoise.id}/leave"
    assert desk.post(path, data={"csrf": csrf_of(desk)}).headers["location"] == f"/team/members/{four.ardoise.id}"
    assert desk.post(path, data={"csrf": csrf_of(desk), "sure": "1"}).headers["location"] == "/team?said=left"
    page = words(desk.get("/team?said=left"))
    assert "Ardoise" not in page
    assert "1 personne a quitté" in page
    with database.read() as db:
        assert db.get_one(Team, four.organisation_id).left == 1


@pytest.mark.usefixtures("one_style")
def test_a_gap_proposes_the_questions_to_those_who_share_and_have_not_shown_it(desk, four, database):
    skill = f"{FRAMEWORK}:{TEN[2]}"
    answer = desk.post("/team/ask", data={"csrf": csrf_of(desk), "skill": skill})
    assert answer.headers["location"] == "/team?said=asked"
    with database.read() as db:
        asked = db.scalars(sa.select(TeamMember.label).where(TeamMember.asked_at.is_not(None))).all()
    assert asked == ["Bambou"]


def test_the_ten_skills_are_the_organisations_choice(desk, four, database):
    page = desk.get("/team/skills")
    assert page.text.count("checked") == 10
    assert len(re.findall(r'name="skills"', desk.get("/team/skills?framework=mediateur-numerique").text)) == 42
    form = {"csrf": csrf_of(desk), "framework": FRAMEWORK, "version": "1"}
    too_many = desk.post("/team/skills", data=form | {"skills": [*TEN, "REL-01"]})
    assert too_many.status_code == 422
    assert too_many.text.count("checked") == 11
    kept = desk.post("/team/skills", data=form | {"skills": [TEN[0], "REL-01"]})
    assert kept.headers["location"] == "/team?said=chosen"
    shown = rows_of(desk.get("/team"))
    assert "pas demandé" in shown[0]
    stale = desk.post("/team/skills", data=form | {"skills": [TEN[1]]})
    assert stale.status_code == 409
    with database.read() as db:
        assert db.get_one(Team, four.organisation_id).skills == [TEN[0], "REL-01"]


@pytest.mark.usefixtures("one_style")
def test_a_target_begins_with_what_is_shipped_and_tells_what_is_missing(desk, four, database):
    page = desk.get("/team/targets?post=welcome")
    assert 'name="wanted-ACU-01" value="2"' in page.text
    wanted = {"wanted-ACU-01": "2", "wanted-ACU-03": "3"}
    form = {"csrf": csrf_of(desk), "post": "welcome", "version": "0"}
    assert desk.post("/team/targets", data=form | wanted).status_code == 303
    listed = words(desk.get("/team/targets"))
    assert "2 personnes à ce poste" in listed
    coverage = words(desk.get("/team/coverage"))
    assert "il manque 2 (1 sur 3)" in coverage
    assert desk.post("/team/targets", data=form | {"wanted-ACU-01": "many"}).status_code == 422
    with database.read() as db:
        made_id = db.scalars(sa.select(TeamTarget.id)).one()
    assert desk.post(f"/team/targets/{made_id}/erase", data={"csrf": csrf_of(desk)}).status_code == 303
    assert "Aucun objectif" in words(desk.get("/team/coverage"))


def test_the_table_to_take_away_says_the_same_and_holds_no_formula(desk, four, database):
    with database.begin() as db:
        db.get_one(TeamMember, four.datte.id).label = "=1+1"
    csv = desk.get("/team/coverage.csv")
    lines = csv.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("personne;statut;poste;Accueillir")
    assert lines[1].startswith("'=1+1;bénévole;;invitation sans réponse")
    assert lines[2].startswith("Ardoise;bénévole;Accueil;sait faire;sait faire")
    assert "ne partage pas" in lines[4]
    assert desk.get("/team/coverage.xlsx").status_code == 200


def test_a_network_is_seen_by_whoever_keeps_it_alone(desk, four):
    for path in ("/network/coverage", "/network/coverage.csv"):
        assert desk.get(path).status_code == 404


def test_agreeing_to_be_counted_and_no_more(desk, four, database):
    for word, expected in (("yes", True), ("no", False)):
        assert desk.post("/team/network", data={"csrf": csrf_of(desk), "counted": word}).status_code == 303
        with database.read() as db:
            assert (db.get_one(Team, four.organisation_id).counted_at is not None) is expected
