"""What a draft was before each edit, and what follows a published diagnostic. Nothing is lost either way."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from pathways.diagnostics import taking
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing import versions
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.models import Diagnostic, DiagnosticEdit, DiagnosticState
from pathways.errors import Conflict, NotFound
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from tests.diagnostics.situations import Taker
from tests.web import world

FRAMEWORK = "inclusion-numerique"
ONE, TWO, THREE = ("SEC-01", "SEC-02"), ("MEL-03", "MEL-04"), ("NAV-01",)


@pytest.fixture
def member(db) -> Member:
    return a_member(db)


def a_member(db, *, organisation: uuid.UUID | None = None, name: str = "Une personne") -> Member:
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name=name)
    place = organisation or people.create_organisation(db, name="Une structure").id
    return Member(account.id, "", place, "", Role.TRAINER, OF_ROLE[Role.TRAINER])


def selection(*skills: str, **others) -> Selection:
    return Selection(skills=skills, languages=("fr",), **others)


def draft(db, member, *skills: str, title: str = "Avant l'atelier") -> Diagnostic:
    return composing.create(db, member, title=title, framework=FRAMEWORK, selection=selection(*(skills or ONE)))


def edit(db, member, made, *skills: str, title: str = "Avant l'atelier", **others) -> Diagnostic:
    return composing.update(
        db, member, made.id, title=title, selection=selection(*skills, **others), version=made.version
    )


def test_every_edit_tells_who_when_and_what_it_changed(db, member):
    made = draft(db, member)
    colleague = a_member(db, organisation=member.organisation_id, name="Une collègue")
    edit(db, member, made, *TWO)
    edit(db, colleague, made, *TWO, *THREE, title="Autre titre", questions=9)
    last, first = versions.changes(made, versions.history(db, made))
    assert (first.added, first.dropped, first.others) == (TWO, ONE, ())
    assert (last.added, last.dropped, last.others) == (THREE, (), ("title", "questions"))
    assert (last.before.version, last.before.by) == (2, "Une collègue")
    assert versions.last_edit(db, made) == (last.before.by, last.before.at)


def test_one_that_nobody_changed_has_no_history(db, member):
    made = draft(db, member)
    assert versions.history(db, made) == []
    assert versions.last_edit(db, made) is None


def test_going_back_is_an_edit_that_can_be_taken_back(db, member):
    made = draft(db, member)
    edit(db, member, made, *TWO, title="Autre")
    versions.restore(db, member, made.id, to=1, version=2)
    assert (made.title, tuple(made.selection["skills"]), made.version) == ("Avant l'atelier", ONE, 3)
    versions.restore(db, member, made.id, to=2, version=3)
    assert (made.title, set(made.selection["skills"])) == ("Autre", set(TWO))
    assert [one.version for one in versions.history(db, made)] == [3, 2, 1]


def test_going_back_twice_at_once_is_once(db, member):
    made = draft(db, member)
    edit(db, member, made, *TWO)
    for _ in range(2):
        versions.restore(db, member, made.id, to=1, version=2)
    assert made.version == 3


def test_going_back_over_a_colleagues_change_is_refused(db, member):
    made = draft(db, member)
    edit(db, member, made, *TWO)
    edit(db, member, made, *THREE)
    with pytest.raises(Conflict):
        versions.restore(db, member, made.id, to=1, version=2)
    assert tuple(made.selection["skills"]) == THREE


def test_a_state_that_never_was_is_not_found(db, member):
    made = draft(db, member)
    with pytest.raises(NotFound):
        versions.restore(db, member, made.id, to=7, version=1)


def test_micro_skills_that_are_gone_do_not_stop_the_way_back(db, member):
    made = draft(db, member)
    edit(db, member, made, *TWO)
    stored = db.scalars(sa.select(DiagnosticEdit).filter_by(diagnostic_id=made.id)).one()
    stored.selection = stored.selection | {"skills": [*ONE, "N-GONE22"]}
    versions.restore(db, member, made.id, to=1, version=2)
    assert tuple(made.selection["skills"]) == ONE


def test_the_same_edit_sent_twice_is_one_edit(db, member):
    made = draft(db, member)
    for _ in range(2):
        composing.update(db, member, made.id, title=made.title, selection=selection(*TWO), version=1)
    assert (made.version, len(versions.history(db, made))) == (2, 1)


def test_only_so_many_earlier_states_are_kept(db, member, monkeypatch):
    monkeypatch.setattr(composing, "MOST_EDITS", 3)
    made = draft(db, member)
    for number in range(6):
        edit(db, member, made, *ONE, title=f"Titre {number}")
    assert [one.version for one in versions.history(db, made)] == [6, 5, 4]


def test_a_published_one_cannot_go_back(db, member):
    made = draft(db, member)
    edit(db, member, made, *TWO)
    composing.publish(db, member, made.id)
    with pytest.raises(Conflict):
        versions.restore(db, member, made.id, to=1, version=2)


def test_a_deleted_draft_takes_its_history_with_it(db, member):
    made = draft(db, member)
    edit(db, member, made, *TWO)
    composing.erase(db, member, made.id)
    with pytest.raises(NotFound):
        composing.get(db, member, made.id)
    assert db.scalar(sa.select(sa.func.count()).select_from(DiagnosticEdit)) == 0


def test_a_published_one_is_closed_and_not_deleted(db, member):
    made = draft(db, member)
    composing.publish(db, member, made.id)
    with pytest.raises(Conflict):
        composing.erase(db, member, made.id)


def published(db, member, *skills: str) -> Diagnostic:
    return composing.publish(db, member, draft(db, member, *skills).id)


def test_a_new_version_starts_from_the_old_one_and_leaves_it_alone(db, member):
    former = published(db, member)
    made, lost = versions.succeed(db, member, former.id)
    assert (made.state, made.follows_id, made.title, lost) == (DiagnosticState.DRAFT, former.id, former.title, ())
    assert Selection.from_json(made.selection) == Selection.from_json(former.selection)
    assert former.state is DiagnosticState.PUBLISHED
    assert versions.former_of(db, made) is former
    assert list(versions.followers_of(db, former)) == [made]


def test_a_new_version_asked_for_twice_is_one_draft(db, member):
    former = published(db, member)
    assert versions.succeed(db, member, former.id)[0] is versions.succeed(db, member, former.id)[0]


def test_a_draft_has_no_new_version(db, member):
    with pytest.raises(Conflict):
        versions.succeed(db, member, draft(db, member).id)


def test_a_closed_one_leads_to_the_latest_that_is_open(db, member):
    first = published(db, member)
    second = versions.succeed(db, member, first.id)[0]
    assert taking.successor_of(db, first) is None, "a draft is no successor"
    composing.publish(db, member, second.id)
    assert taking.successor_of(db, first) is second
    third = versions.succeed(db, member, second.id)[0]
    composing.publish(db, member, third.id)
    composing.close(db, member, second.id)
    db.flush()
    assert taking.successor_of(db, first) is third
    composing.close(db, member, third.id)
    db.flush()
    assert taking.successor_of(db, first) is None


def test_a_poster_of_the_old_version_leads_to_the_new_one(signed_in, client):
    trainer = signed_in()
    csrf = {"csrf": world.csrf_of(trainer)}
    old = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()
    code = trainer.post(f"/api/v1/diagnostics/{old['id']}/publish").json()["code"]
    location = trainer.post(f"/diagnostics/{old['id']}/new-version", data=csrf).headers["location"]
    new = location.split("/")[2].partition("?")[0]
    fresh = trainer.post(f"/api/v1/diagnostics/{new}/publish").json()["code"]
    page = trainer.get(f"/diagnostics/{new}").text
    assert "Fermer l'ancienne version" in page
    assert Taker.start(client, code), "as long as the old one is open, it is taken"
    closed = trainer.post(f"/diagnostics/{new}/close-former", data=csrf)
    assert closed.status_code == 303
    assert trainer.get(f"/api/v1/diagnostics/{old['id']}").json()["state"] == "closed"
    wall = client.get(f"/q/{code}")
    assert wall.status_code == 200
    assert f"/q/{fresh}/" in wall.text
    assert "Environ" in client.get(f"/q/{code}/fr").text
    assert client.post(f"/q/{code}/fr", data={"key": str(uuid.uuid4())}).status_code == 303
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"code": code, "language": "fr"}
    one, two = (client.post("/api/v1/attempts", json=body, headers=key).json() for _ in range(2))
    assert one["id"] == two["id"]
    assert len(trainer.get(f"/api/v1/diagnostics/{new}/attempts").json()["rows"]) == 2
    poster = trainer.get(f"/diagnostics/{old['id']}/poster").text
    assert f"/diagnostics/{new}/poster" in poster


def test_the_poster_of_a_closed_one_says_not_to_print_it(signed_in):
    trainer = signed_in()
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()
    trainer.post(f"/api/v1/diagnostics/{made['id']}/publish")
    assert "Ne l'imprimez pas" not in trainer.get(f"/diagnostics/{made['id']}/poster").text
    trainer.post(f"/api/v1/diagnostics/{made['id']}/close")
    assert "Ne l'imprimez pas" in trainer.get(f"/diagnostics/{made['id']}/poster").text


def test_one_that_follows_nothing_closes_nothing(signed_in):
    trainer = signed_in()
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()
    reply = trainer.post(f"/diagnostics/{made['id']}/close-former", data={"csrf": world.csrf_of(trainer)})
    assert reply.status_code == 409


def test_history_and_the_way_back_over_the_api(signed_in):
    trainer = signed_in()
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()
    url = f"/api/v1/diagnostics/{made['id']}"
    changed = world.SELECTION | {"skills": ["SEC-01", "MEL-03"]}
    trainer.put(url, json={"title": "Autre", "selection": changed, "version": 1})
    [past] = trainer.get(f"{url}/history").json()
    assert (past["version"], past["title"], past["added"], past["dropped"]) == (
        1,
        made["title"],
        ["MEL-03"],
        ["SEC-02"],
    )
    stale = trainer.post(f"{url}/restore", json={"to": 1, "version": 1})
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:pathways:problem:conflict")
    back = trainer.post(f"{url}/restore", json={"to": 1, "version": 2}).json()
    assert (back["title"], back["selection"], back["version"]) == (made["title"], made["selection"], 3)
    new = trainer.post(f"{url}/new-version")
    assert new.status_code == 409
    assert trainer.delete(url).status_code == 204
    assert trainer.get(url).status_code == 404


def test_the_page_of_the_history_and_its_buttons(signed_in):
    trainer = signed_in()
    csrf = {"csrf": world.csrf_of(trainer)}
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()
    url = f"/diagnostics/{made['id']}"
    assert "Rien n'a changé" in trainer.get(f"{url}/history").text
    trainer.post(url, data=csrf | world.FORMS["/diagnostics/{diagnostic_id}"] | {"title": "Autre", "action": "keep"})
    page = trainer.get(f"{url}/history").text
    assert "Revenir à cet état" in page
    assert "Enlevé" in page
    back = trainer.post(f"{url}/restore", data=csrf | {"to": "1", "version": "2"})
    assert back.status_code == 303
    assert made["title"] in trainer.get(back.headers["location"]).text
    gone = trainer.post(f"{url}/delete", data=csrf)
    assert gone.headers["location"].startswith("/diagnostics?")
    assert "supprimé" in trainer.get(gone.headers["location"]).text
