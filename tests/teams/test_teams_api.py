"""Teams for programs: the same rules as on the screens, nothing that opens anything in a repeated answer."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from pathways.people.models import JournalEntry
from pathways.permissions import Role
from pathways.teams.models import Sharing, TeamMember
from tests.teams.a_team import FRAMEWORK, TEN

API = "/api/v1"


def test_the_team_tells_skills_and_counts(desk, four):
    found = desk.get(f"{API}/team").json()
    assert (found["framework"], found["people"], found["showing"], found["left"]) == (FRAMEWORK, 4, 2, 0)
    assert [one["key"] for one in found["skills"]] == [f"{FRAMEWORK}:{code}" for code in TEN]
    assert found["skills"][0]["can"] == 2


def test_the_people_are_listed_without_what_they_show(desk, four):
    found = desk.get(f"{API}/team/members?limit=3").json()
    assert [one["label"] for one in found["rows"]] == ["Datte", "Citron", "Bambou"]
    assert "states" not in found["rows"][0]
    rest = desk.get(f"{API}/team/members", params={"limit": 3, "cursor": found["next"]}).json()
    assert [one["label"] for one in rest["rows"]] == ["Ardoise"]


def test_one_person_is_three_words_and_their_reading_is_written_down(desk, four, database):
    found = desk.get(f"{API}/team/members/{four.bambou.id}").json()
    assert set(found["states"].values()) <= {"can", "confirm", "learn"}
    assert found["states"][f"{FRAMEWORK}:{TEN[2]}"] == "learn"
    assert not {"mastery", "answers", "score"} & found.keys()
    hidden = desk.get(f"{API}/team/members/{four.citron.id}").json()
    assert (hidden["sharing"], hidden["states"]) == ("withheld", {})
    with database.read() as db:
        acts = db.execute(sa.select(JournalEntry.act, JournalEntry.about_id)).all()
    assert [tuple(one) for one in acts] == [("team_member_opened", four.bambou.id)]


def test_an_invitation_sent_twice_is_one_and_its_link_is_not_kept(desk, four, database):
    body, headers = {"label": "Écorce", "post": "welcome"}, {"Idempotency-Key": "k1"}
    first = desk.post(f"{API}/team/members", json=body, headers=headers)
    again = desk.post(f"{API}/team/members", json=body, headers=headers)
    assert (first.status_code, first.json()) == (201, again.json())
    assert first.json()["url"].startswith("http://testserver/join/")
    token = first.json()["url"].rpartition("/")[2]
    with database.read() as db:
        assert (
            db.scalar(
                sa.text("SELECT count(*) FROM done_request WHERE CAST(answer AS TEXT) LIKE :found"),
                {"found": f"%{token}%"},
            )
            == 0
        )
    other = desk.post(f"{API}/team/members", json=body | {"label": "X"}, headers=headers)
    assert other.status_code == 409 or other.json()["type"].endswith("idempotency-key-reused")


@pytest.mark.parametrize("body", [{}, {"label": ""}, {"label": "X", "email": "x@exemple.fr"}, {"label": "x" * 61}])
def test_a_body_that_cannot_be_used_is_refused(desk, four, body):
    assert desk.post(f"{API}/team/members", json=body).status_code == 422


def test_changing_renewing_and_leaving(desk, four, database):
    path = f"{API}/team/members/{four.ardoise.id}"
    changed = desk.put(path, json={"label": "Ardoise K", "standing": "employee", "version": 1})
    assert (changed.status_code, changed.json()["label"], changed.json()["version"]) == (200, "Ardoise K", 2)
    assert desk.put(path, json={"label": "Ardoise L", "version": 1}).status_code == 409
    assert desk.post(f"{path}/invitation").status_code == 200
    with database.read() as db:
        assert db.get_one(TeamMember, four.ardoise.id).sharing is Sharing.INVITED
    assert desk.delete(path).status_code == 204
    assert desk.delete(path).status_code == 404


def test_skills_and_the_network_are_chosen(desk, four):
    body = {"framework": FRAMEWORK, "skills": ["ACU-01", "REL-01"], "version": 1}
    assert desk.put(f"{API}/team/skills", json=body).json()["version"] == 2
    assert desk.put(f"{API}/team/skills", json=body | {"skills": ["ACU-02"]}).status_code == 409
    assert desk.put(f"{API}/team/network", json={"counted": True}).json()["counted"] is True


def test_coverage_and_targets(desk, four):
    wanted = {f"{FRAMEWORK}:{TEN[0]}": 3}
    kept = desk.put(f"{API}/team/targets", json={"post": "welcome", "wanted": wanted})
    assert kept.status_code == 200
    assert kept.json()["aims"][0]["missing"] == 1
    assert [one["id"] for one in desk.get(f"{API}/team/targets").json()] == [kept.json()["id"]]
    found = desk.get(f"{API}/team/coverage").json()
    assert [one["label"] for one in found["people"]] == ["Ardoise", "Bambou", "Citron", "Datte"]
    assert found["targets"][0]["people"] == 2
    assert desk.delete(f"{API}/team/targets/{kept.json()['id']}").status_code == 204
    assert desk.get(f"{API}/network/coverage").status_code == 404


def test_to_others_nothing_of_it_exists(stranger, four, signed_in):
    path = f"{API}/team/members/{four.ardoise.id}"
    for method in ("get", "delete"):
        assert getattr(stranger, method)(path).status_code == 404
    assert stranger.put(path, json={"label": "X", "version": 1}).status_code == 404
    assert stranger.post(f"{path}/invitation").status_code == 404
    assert stranger.get(f"{API}/team/members").json()["rows"] == []
    assert stranger.get(f"{API}/team/coverage").json()["people"] == []
    colleague = signed_in(Role.REVIEWER, organisation=four.organisation_id)
    for path in ("/team", "/team/members", "/team/coverage", f"/team/members/{four.ardoise.id}"):
        answer = colleague.get(f"{API}{path}")
        assert answer.status_code == 403
        assert "Ardoise" not in answer.text
    assert stranger.delete(f"{API}/team/targets/{uuid.uuid4()}").status_code == 404
