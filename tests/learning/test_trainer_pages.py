"""The desk's pages of pathways: the list, one pathway, what a change costs before it is made, and what two people do at
the same moment.
"""

from __future__ import annotations

import re
import uuid

import pytest
import sqlalchemy as sa

from pathways.learning import following
from pathways.learning.models import PathwayNote, Step, StepKind, StepState
from pathways.learning.trainers import adjusting
from pathways.learning.trainers.adjusting import Act, Change
from pathways.people.models import JournalEntry
from pathways.permissions import Role
from tests.learning.test_adjusting import Trained
from tests.statements import counted
from tests.web.world import csrf_of


class Desk:
    """A trainer in front of one person's pathway."""

    def __init__(self, app, database, signed_in) -> None:
        self.app, self.database = app, database
        with database.begin() as db:
            trained = Trained(db, app.state.door)
            self.member, self.pathway_id = trained.member, trained.pathway.id
            self.attempt_id = trained.pathway.attempt_id
            self.long, self.session_id = trained.long.id, trained.session.id
        self.trainer = signed_in(Role.TRAINER, organisation=self.member.organisation_id)
        self.csrf = csrf_of(self.trainer)
        self.url = f"/pathways/{self.pathway_id}"

    def step(self, skill: str) -> str:
        with self.database.read() as db:
            query = sa.select(Step).filter_by(pathway_id=self.pathway_id, state=StepState.OPEN)
            return str(next(one.id for one in db.scalars(query) if skill in one.skills))

    def version(self) -> int:
        with self.database.read() as db:
            return following.pathway_for(db, self.member, self.pathway_id).version

    def send(self, act: str, **fields):
        values = {"csrf": self.csrf, "act": act, "version": self.version(), "key": str(uuid.uuid4())} | fields
        return self.trainer.post(f"{self.url}/changes", data=values)


@pytest.fixture
def desk(app, database, signed_in) -> Desk:
    return Desk(app, database, signed_in)


def test_the_list_says_who_is_where(desk):
    page = desk.trainer.get("/pathways")
    assert page.status_code == 200
    assert desk.url in page.text
    assert "Envoyer une photo" in page.text
    assert desk.url not in desk.trainer.get("/pathways?state=stopped").text
    assert desk.url not in desk.trainer.get("/pathways?still=14").text
    assert desk.url in desk.trainer.get("/pathways?language=ar&state=nothing&still=x").text
    assert desk.url not in desk.trainer.get("/pathways?language=uk").text


def test_another_organisation_sees_nothing(desk, signed_in):
    stranger = signed_in(Role.TRAINER)
    assert desk.url not in stranger.get("/pathways").text
    for path in (desk.url, f"{desk.url}/steps/{uuid.uuid4()}"):
        assert stranger.get(path).status_code == 404
    csrf = csrf_of(stranger)
    for end in ("changes", "undo", "notes"):
        sent = {"csrf": csrf, "act": "up", "version": 1, "key": str(uuid.uuid4()), "text": "Bonjour"}
        assert stranger.post(f"{desk.url}/{end}", data=sent).status_code == 404
    coordinator = signed_in(Role.COORDINATOR, organisation=desk.member.organisation_id)
    assert coordinator.get(desk.url).status_code == 403


def test_whoever_opens_a_pathway_is_written_down(desk):
    page = desk.trainer.get(desk.url)
    assert page.status_code == 200
    with desk.database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(JournalEntry).filter_by(about_id=desk.attempt_id)) == 1


def test_a_change_says_its_cost_first_and_is_made_when_confirmed(desk):
    step = desk.step("SEC-02")
    page = desk.trainer.get(f"{desk.url}/steps/{step}")
    assert f"resource:{desk.long}" in page.text
    assert f"session:{desk.session_id}" in page.text
    version = desk.version()
    told = desk.send("replace", step=step, to=f"resource:{desk.long}")
    assert told.status_code == 200
    cost = re.search(r"\+(\d+) minutes", told.text)
    assert cost
    assert int(cost[1]) >= 15
    assert desk.version() == version
    done = desk.send("replace", step=step, to=f"resource:{desk.long}", sure="1")
    assert done.status_code == 303
    page = desk.trainer.get(done.headers["location"])
    assert f"+{cost[1]} minutes" in page.text
    assert "Une page de 55 minutes" in page.text


def test_the_last_change_is_taken_back(desk):
    desk.send("add", words="Apporter son téléphone", minutes="10")
    assert "Apporter son téléphone" in desk.trainer.get(desk.url).text
    sent = {"csrf": desk.csrf, "version": desk.version(), "key": str(uuid.uuid4())}
    for _ in range(2):
        assert desk.trainer.post(f"{desk.url}/undo", data=sent).status_code == 303
    assert "Apporter son téléphone" not in desk.trainer.get(desk.url).text
    again = sent | {"key": str(uuid.uuid4()), "version": desk.version()}
    assert desk.trainer.post(f"{desk.url}/undo", data=again).status_code == 409


@pytest.mark.slow
def test_two_people_at_once_and_nothing_is_lost(desk):
    page = desk.trainer.get(desk.url).text
    news = re.search(r'name="news" value="([^"]+)"', page)
    seen = {"version": desk.version(), "news": news[1] if news else ""}
    with desk.database.begin() as db:
        change = Change(Act.ADD, words="Venir mardi", minutes=5)
        door = desk.app.state.door
        adjusting.make(db, door, desk.member, desk.pathway_id, change, version=desk.version(), key="colleague")
    clash = desk.send("add", words="Apporter son téléphone", minutes="10", **seen)
    assert clash.status_code == 409
    assert "Apporter son téléphone" in clash.text
    assert "Venir mardi" in clash.text
    assert "Une personne" in clash.text
    form = clash.text[clash.text.index('id="clash"') : clash.text.index("Étapes à venir")]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert desk.trainer.post(f"{desk.url}/changes", data=fields).status_code == 303
    page = desk.trainer.get(desk.url).text
    assert "Apporter son téléphone" in page
    assert "Venir mardi" in page


def test_the_person_and_the_trainer_at_once(desk):
    seen, step = desk.version(), desk.step("SEC-02")
    with desk.database.begin() as db:
        pathway = following.pathway_for(db, desk.member, desk.pathway_id)
        own = following.step_for(db, pathway, uuid.UUID(step))
        following.already_known(db, desk.app.state.door, pathway, own, key="known")
    clash = desk.send("lock", step=step, version=seen)
    assert clash.status_code == 409
    assert "la personne" in clash.text


@pytest.mark.parametrize(("words", "minutes"), [("", "10"), ("x" * 300, "10"), ("Un pas", "0"), ("Un pas", "")])
def test_what_cannot_be_is_told(desk, words, minutes):
    refused = desk.send("add", words=words, minutes=minutes)
    assert refused.status_code == 422


def test_steps_move_by_buttons_alone(desk):
    with desk.database.read() as db:
        before = [str(one.id) for one in _open(db, desk)]
    assert desk.send("down", step=before[0]).status_code == 303
    with desk.database.read() as db:
        after = [str(one.id) for one in _open(db, desk)]
    assert after == [before[1], before[0], *before[2:]]
    desk.send("move", step=before[0], to="0")
    with desk.database.read() as db:
        assert [str(one.id) for one in _open(db, desk)] == before


def test_a_comment_is_kept_for_whom_it_is(app, client, desk):
    for whom in ("person", "colleagues"):
        sent = {"csrf": desk.csrf, "text": f"Un mot, {whom}", "whom": whom, "key": str(uuid.uuid4())}
        assert desk.trainer.post(f"{desk.url}/notes", data=sent).status_code == 303
    page = desk.trainer.get(desk.url).text
    assert "Un mot, person" in page
    assert "Un mot, colleagues" in page
    with desk.database.read() as db:
        assert {one.for_person for one in db.scalars(sa.select(PathwayNote))} == {True, False}
    client.cookies.set("attempt", app.state.door.token(desk.attempt_id), path="/t")
    theirs = client.get(f"/t/{desk.attempt_id}/pathway").text
    assert "Un mot, person" in theirs
    assert "Un mot, colleagues" not in theirs
    long = {"csrf": desk.csrf, "text": "x" * 600, "whom": "person", "key": str(uuid.uuid4())}
    refused = desk.trainer.post(f"{desk.url}/notes", data=long)
    assert refused.status_code == 422
    assert "x" * 600 in refused.text


@pytest.mark.slow
def test_a_page_costs_as_many_queries_for_many_steps_as_for_one(app, desk):
    def cost(path: str) -> int:
        desk.trainer.get(path)
        with counted(app) as statements:
            assert desk.trainer.get(path).status_code == 200
        return len(statements)

    few = {path: cost(path) for path in (desk.url, "/pathways")}
    for number in range(12):
        desk.send("add", words=f"Un pas {number}", minutes="5")
    assert {path: cost(path) for path in few} == few


def _open(db, desk):
    query = sa.select(Step).filter_by(pathway_id=desk.pathway_id, state=StepState.OPEN)
    return db.scalars(query.order_by(Step.position)).all()


def test_an_own_step_is_changed_on_its_page(desk):
    desk.send("add", words="Apporter son téléphone", minutes="10")
    with desk.database.read() as db:
        own = next(one.id for one in _open(db, desk) if one.kind is StepKind.OWN)
    page = desk.trainer.get(f"{desk.url}/steps/{own}")
    assert 'value="Apporter son téléphone"' in page.text
    desk.send("words", step=str(own), words="Apporter son chargeur", minutes="5")
    assert "Apporter son chargeur" in desk.trainer.get(desk.url).text


def test_a_way_is_chosen_with_the_person_there(desk):
    url = f"/profiles/{desk.attempt_id}/pathway"
    page = desk.trainer.get(url)
    assert page.status_code == 200
    assert "Envoyer une photo" in page.text
    assert "huit fois sur dix" in page.text
    with desk.database.read() as db:
        goal = following.pathway_for(db, desk.member, desk.pathway_id).goals[0]["id"]
    sent = {"csrf": desk.csrf, "goal": goal, "way": "own_pace", "key": str(uuid.uuid4()), "reason": "Je préfère seul"}
    refused = desk.trainer.post(url, data=sent)
    assert refused.status_code == 409
    assert "Je préfère seul" in refused.text
    made = [desk.trainer.post(url, data=sent | {"present": "1"}).headers["location"] for _ in range(2)]
    assert made[0] == made[1]
    page = desk.trainer.get(made[0]).text
    assert "Je préfère seul" not in page
    assert "À mon rythme" in page
    assert desk.trainer.get(f"{url}?until=2020-01-01&goal={goal}").status_code == 422


def test_a_pathway_of_another_organisation_is_not_chosen(desk, signed_in):
    stranger = signed_in(Role.TRAINER)
    url = f"/profiles/{desk.attempt_id}/pathway"
    assert stranger.get(url).status_code == 404
    assert stranger.post(url, data={"csrf": csrf_of(stranger), "present": "1"}).status_code == 404


def test_a_profile_leads_to_the_pathway(desk):
    assert f'href="{desk.url}"' in desk.trainer.get(f"/profiles/{desk.attempt_id}").text


@pytest.mark.slow
def test_a_template_is_made_and_taken(desk):
    page = desk.trainer.get(f"/pathways/templates/new?from={desk.pathway_id}")
    assert page.status_code == 200
    key = str(uuid.uuid4())
    sent = {"csrf": desk.csrf, "key": key, "title": "Le jour d'avant", "words-0": "Voir {contact}", "minutes-0": "5"}
    sent |= {"what-1": "skill:MES-04", "minutes-1": "30", "order-1": "1", "order-0": "2"}
    made = desk.trainer.post("/pathways/templates/new", data=sent)
    assert made.status_code == 303
    url = made.headers["location"]
    page = desk.trainer.get(url).text
    assert page.index('value="skill:MES-04" selected') < page.index('value="Voir {contact}"')
    assert desk.trainer.post("/pathways/templates/new", data=sent).headers["location"] == url
    wrong = desk.trainer.post("/pathways/templates/new", data=sent | {"key": str(uuid.uuid4()), "minutes-0": "x"})
    assert wrong.status_code == 422
    assert "Voir {contact}" in wrong.text
    assert desk.trainer.post(url, data=sent | {"version": "1", "title": "Autre"}).status_code == 303
    clash = desk.trainer.post(url, data=sent | {"version": "1", "title": "Le mien"})
    assert clash.status_code == 409
    assert "Le mien" in clash.text
    assert "Autre" in clash.text
    assert url in desk.trainer.get(f"/pathways/templates?for={desk.pathway_id}").text
    page = desk.trainer.get(f"{url}/apply?for={desk.pathway_id}").text
    assert 'name="place-contact"' in page
    filled = {"csrf": desk.csrf, "for": str(desk.pathway_id), "version": str(desk.version()), "key": key}
    assert desk.trainer.post(f"{url}/apply", data=filled).status_code == 422
    done = desk.trainer.post(f"{url}/apply", data=filled | {"place-contact": "Madame T."})
    assert done.status_code == 303
    assert "Voir Madame T." in desk.trainer.get(desk.url).text
    assert desk.trainer.post(f"{url}/archive", data={"csrf": desk.csrf}).status_code == 303
    assert desk.trainer.get(url).status_code == 404


def test_seats_are_proposed_from_the_group(desk):
    page = desk.trainer.get("/pathways/group")
    assert page.status_code == 200
    assert f"session-{desk.session_id}" in page.text
    assert desk.trainer.get(f"/pathways/group?session={desk.session_id}").status_code == 200
    sent = {"csrf": desk.csrf, "to": str(desk.session_id), "person": str(desk.pathway_id)}
    done = [desk.trainer.post("/pathways/group", data=sent) for _ in range(2)]
    assert [one.status_code for one in done] == [303, 303]
    page = desk.trainer.get(done[0].headers["location"]).text
    assert "proposée, pas encore de réponse" in page
    found = re.search(r'action="(/pathways/proposals/[^"]+)"', page)
    assert found
    assert desk.trainer.post(found[1], data={"csrf": desk.csrf}).status_code == 303
    assert "reprise" in desk.trainer.get("/pathways/group").text
    assert desk.trainer.post("/pathways/group", data=sent | {"person": []}).status_code == 404
    assert f"/pathways/group?session={desk.session_id}" in desk.trainer.get(f"/sessions/{desk.session_id}").text
