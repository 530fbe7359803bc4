"""The composer's pages without JavaScript: goals, ready-made choices, undo, prerequisites, comparing, two trainers."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

import pytest
from starlette.testclient import TestClient

from pathways.diagnostics.models import Diagnostic
from pathways.people.models import Account, Membership, Organisation
from pathways.permissions import Role
from tests.web import world


def fields_of(page: str) -> dict[str, Any]:
    """What a browser would send of the composer's form as it stands."""
    form = page.partition("data-compose")[2].partition("</form>")[0]
    sent: dict[str, Any] = {}
    for found in re.finditer(r"<input([^>]*)>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', found[1]))
        name, value = attributes.get("name"), html.unescape(attributes.get("value", ""))
        unticked = attributes.get("type") == "checkbox" and " checked" not in found[1]
        if name is None or unticked or " disabled" in found[1]:
            continue
        if name in {"skills", "languages"}:
            sent.setdefault(name, []).append(value)
        else:
            sent[name] = value
    for found in re.finditer(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        options = re.findall(r'<option value="([^"]*)"([^>]*)>', found[2])
        if options:
            sent[found[1]] = next((value for value, rest in options if "selected" in rest), options[0][0])
    return sent


class Composer:
    """A trainer in front of the composer, pressing its buttons."""

    def __init__(self, client: TestClient, path: str = "/diagnostics/new") -> None:
        self.client, self.path = client, path
        self.page = client.get(path).text
        self.reply: Any = None

    def press(self, action: str, **changes: Any) -> Composer:
        self.reply = self.client.post(
            self.path.partition("?")[0], data=fields_of(self.page) | changes | {"action": action}
        )
        if self.reply.status_code != 303:
            self.page = self.reply.text
        return self

    @property
    def skills(self) -> set[str]:
        return set(fields_of(self.page).get("skills", []))


@pytest.fixture
def trainer(signed_in) -> TestClient:
    return signed_in()


def test_a_goal_in_plain_words_is_one_press_from_a_choice(trainer):
    page = Composer(trainer).press("look", goal="envoyer un document par mail")
    assert "Envoyer un document ou une photo par e-mail" in page.page
    assert "prérequis de" in page.page
    take = re.search(r'value="(take:goal:\w+)"', page.page)
    assert take
    page.press(take[1])
    assert {"MEL-07", "MEL-04", "FIC-02"} <= page.skills
    assert fields_of(page.page)["title"] == "Envoyer un document ou une photo par e-mail"
    page.press("keep")
    assert page.reply.status_code == 303


def test_a_goal_that_finds_nothing_says_so_and_offers_the_ready_made_choices(trainer):
    page = Composer(trainer).press("look", goal="xyzzy").page
    assert "Rien ne correspond" in page
    assert "situation:papers" in page


def test_a_ready_made_choice_is_two_presses_from_a_poster(trainer):
    page = Composer(trainer).press("situation:email-workshop")
    assert len(page.skills) == 12
    published = page.press("publish").reply
    assert published.status_code == 303
    assert "Affiche à imprimer" in trainer.get(published.headers["location"]).text


def test_a_ready_made_choice_has_an_address(trainer):
    assert len(Composer(trainer, "/diagnostics/new?situation=papers").skills) == 12
    assert Composer(trainer, "/diagnostics/new?situation=nothing").skills == set()


@pytest.mark.slow
def test_a_new_one_starts_from_the_habits_of_the_organisation(trainer, database):
    with database.begin() as db:
        organisation = db.get_one(Organisation, trainer.organisation_id)
        organisation.languages = ["fr", "uk"]
        organisation.habits = {"questions": 9, "minutes": 12, "place": "Mairie"}
    sent = fields_of(Composer(trainer).page)
    assert (sent["questions"], sent["minutes"]) == ("9", "12")
    assert set(sent["languages"]) == {"fr", "uk"}


@pytest.mark.slow
def test_every_change_is_undone_without_a_script(trainer):
    page = Composer(trainer)
    assert "disabled" in page.page.partition('value="undo"')[2][:12]
    page.press("add:CNX")
    ladder = page.skills
    page.press("look", skills=[*ladder, "SEC-01"], title="Un titre")
    page.press("situation:papers")
    page.press("undo")
    assert page.skills == ladder | {"SEC-01"}
    page.press("undo")
    assert page.skills == ladder
    page.press("undo")
    assert page.skills == set()
    page.press("undo")
    assert page.skills == set()
    for expected in (ladder, ladder | {"SEC-01"}):
        page.press("redo")
        assert page.skills == expected
    page.press("redo")
    assert len(page.skills) == 12


def test_what_was_ticked_and_not_looked_at_is_undone_too(trainer):
    page = Composer(trainer)
    page.press("undo", skills=["SEC-01", "SEC-02"], questions="7")
    assert page.skills == set()
    assert fields_of(page.page)["questions"] == "15"
    page.press("redo")
    assert (page.skills, fields_of(page.page)["questions"]) == ({"SEC-01", "SEC-02"}, "7")


def test_a_spoilt_history_costs_nothing_but_itself(trainer):
    page = Composer(trainer)
    for steps in ("{", '{"past":[{"put":{"questions":"x"}}]}'):
        page.press("undo", skills=["SEC-01"], steps=steps)
        assert page.reply.status_code == 200
        assert page.skills == {"SEC-01"}


def test_missing_prerequisites_are_added_together_or_one_by_one(trainer):
    page = Composer(trainer).press("look", skills=["MEL-04"])
    assert '<svg class="graph"' in page.page
    assert "Lire un message dans sa boîte e-mail" in page.page.partition('id="needs"')[2]
    page.press("need:MEL-03")
    assert page.skills == {"MEL-03", "MEL-04"}
    page.press("need")
    assert page.skills > {"MEL-01", "MDP-01", "MEL-03", "MEL-04"}
    assert 'value="need"' not in page.page
    page.press("undo")
    assert page.skills == {"MEL-03", "MEL-04"}


def test_pressed_twice_a_new_one_is_kept_once(trainer):
    page = Composer(trainer).press("situation:papers")
    sent = fields_of(page.page) | {"action": "keep"}
    first, second = (trainer.post("/diagnostics/new", data=sent).headers["location"] for _ in range(2))
    assert first == second
    changed = trainer.post("/diagnostics/new", data=sent | {"title": "Autrement"}).headers["location"]
    assert changed == first, "the same page, gone back to and kept again, changes its draft"
    rows = trainer.get("/api/v1/diagnostics").json()["rows"]
    assert [(row["title"], row["version"]) for row in rows] == [("Autrement", 2)]
    both = [trainer.post("/diagnostics/new", data=sent | {"title": "Autrement", "action": "publish"}) for _ in range(2)]
    assert {reply.headers["location"] for reply in both} == {first}
    later = [trainer.post("/diagnostics/new", data=sent | {"title": "Encore"}).headers["location"] for _ in range(2)]
    assert first not in later, "what is published does not change"
    assert len(set(later)) == 1, "and pressed twice it is followed by one"


def test_everything_that_is_wrong_is_said_by_the_name_of_its_field(trainer):
    page = Composer(trainer).press("keep", skills=["SEC-01"], questions="99", accuracy="20", title="Un titre")
    assert page.reply.status_code == 422
    assert "Questions au plus : un nombre de 1 à 40." in page.page
    assert "La certitude visée va de 51 à 99" in page.page
    sent = fields_of(page.page)
    assert (sent["questions"], sent["title"], sent["skills"]) == ("99", "Un titre", ["SEC-01"])


def test_a_title_is_asked_for_and_nothing_is_lost(trainer):
    page = Composer(trainer).press("keep", skills=["SEC-01"], goal="courriel", title="")
    assert page.reply.status_code == 422
    assert "Donnez un titre" in page.page
    assert (page.skills, fields_of(page.page)["goal"]) == ({"SEC-01"}, "courriel")


def test_a_pasted_title_with_an_invisible_character_costs_no_choice(trainer):
    page = Composer(trainer).press("publish", skills=["SEC-01"], title="\u202aAtelier\u202c du lundi", words="a\u202eb")
    assert page.reply.status_code == 422
    assert "Un caractère invisible" in page.page
    assert (page.skills, fields_of(page.page)["title"]) == ({"SEC-01"}, "Atelier du lundi")
    page.press("look", title="T" * 900, goal="courriel " * 90)
    assert (page.reply.status_code, page.skills) == (200, {"SEC-01"})
    page.press("keep", title="T" * 900)
    assert "C'était trop long" in html.unescape(page.page)
    assert page.press("keep").reply.status_code == 303


# --- comparing ---


@pytest.mark.slow
def test_two_choices_beside_each_other(trainer):
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()["id"]
    for name in (made, "situation:phone"):
        page = trainer.get("/diagnostics/compare", params={"a": name, "b": "situation:papers"})
        assert page.status_code == 200
        assert "Reconnaître un site public officiel" in page.text.partition("Seulement ici")[2]
    told = trainer.get(f"/api/v1/diagnostics/{made}/compare", params={"beside": "situation:papers"}).json()
    assert told["a"]["only"] == ["SEC-02"]
    assert told["both"] == ["SEC-01"]
    assert told["b"]["price"]["estimate"]["questions"]["mean"] > 1


def test_one_of_the_two_may_still_be_chosen(trainer):
    assert trainer.get("/diagnostics/compare").status_code == 200
    assert trainer.get("/diagnostics/compare", params={"a": "situation:papers"}).status_code == 200


@pytest.mark.parametrize("name", ["situation:nothing", str(uuid.UUID(int=7)), "x", "situation:"])
def test_what_does_not_exist_is_compared_with_nothing(trainer, name):
    assert trainer.get("/diagnostics/compare", params={"a": name, "b": "situation:papers"}).status_code == 404


def test_another_organisations_diagnostic_is_compared_with_nothing(trainer, signed_in):
    theirs = signed_in().post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()["id"]
    assert trainer.get("/diagnostics/compare", params={"a": theirs, "b": "situation:papers"}).status_code == 404
    page = Composer(trainer).press("compare", beside=theirs, skills=["SEC-01"])
    assert page.reply.status_code == 422
    assert page.skills == {"SEC-01"}


def test_the_present_choice_against_what_is_kept_and_back(trainer):
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()["id"]
    page = Composer(trainer, f"/diagnostics/{made}")
    sent = fields_of(page.page) | {"skills": ["SEC-01", "MEL-03"], "beside": "", "action": "compare"}
    compared = trainer.post(f"/diagnostics/{made}", data=sent).text
    only = compared.partition("Seulement ici")[2]
    assert "Lire un message dans sa boîte e-mail" in only
    assert "Repérer une arnaque" in only
    back = fields_of(compared.replace('<form method="post" action="/diagnostics/', "data-compose", 1))
    assert back["skills"] == ["SEC-01", "MEL-03"]
    again = trainer.post(f"/diagnostics/{made}", data=back | {"action": "look"})
    assert set(fields_of(again.text)["skills"]) == {"SEC-01", "MEL-03"}
    taken = trainer.post(f"/diagnostics/{made}", data=back | {"action": "kept"})
    assert set(fields_of(taken.text)["skills"]) == {"SEC-01", "SEC-02"}


# --- two trainers ---


def test_the_second_trainer_is_told_who_when_and_what(trainer, signed_in, database):
    two = signed_in(organisation=trainer.organisation_id)
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()["id"]
    mine, theirs = Composer(trainer, f"/diagnostics/{made}"), Composer(two, f"/diagnostics/{made}")
    with database.begin() as db:
        for account in db.query(Account).join(Membership, Membership.account_id == Account.id):
            account.name = "Une collègue nommée"
    assert theirs.press("keep", skills=["SEC-01", "NAV-01"], title="Le leur").reply.status_code == 303
    mine.press("keep", skills=["SEC-01", "MEL-03"], title="Le mien", questions="9")
    assert mine.reply.status_code == 409
    assert "Une collègue nommée a changé ce diagnostic" in mine.page
    told = mine.page.partition('id="clash"')[2].partition("</section>")[0]
    assert "Le leur" in told
    assert "Questions au plus" in told
    assert "Minutes au plus" not in told, "what both have alike is not told"
    assert "Lire un message dans sa boîte e-mail" in told
    assert "Utiliser les boutons du navigateur Internet" in told
    assert mine.skills == {"SEC-01", "MEL-03"}

    mine.press("kept")
    assert mine.skills == {"SEC-01", "NAV-01"}
    assert fields_of(mine.page)["title"] == "Le leur"
    mine.press("undo")
    assert mine.skills == {"SEC-01", "MEL-03"}, "taking theirs lost nothing"
    assert mine.press("keep").reply.status_code == 303
    [latest, *_] = trainer.get(f"/api/v1/diagnostics/{made}/history").json()
    assert set(latest["selection"]["skills"]) == {"SEC-01", "NAV-01"}, "keeping mine lost nothing of theirs"


def test_the_same_change_by_both_is_no_conflict(trainer, signed_in):
    two = signed_in(organisation=trainer.organisation_id)
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()["id"]
    one, other = Composer(trainer, f"/diagnostics/{made}"), Composer(two, f"/diagnostics/{made}")
    for page in (one, other):
        assert page.press("keep", skills=["SEC-01", "NAV-01"]).reply.status_code == 303


def test_one_that_was_published_meanwhile_shows_the_choices_and_keeps_nothing(trainer):
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()["id"]
    page = Composer(trainer, f"/diagnostics/{made}")
    trainer.post(f"/api/v1/diagnostics/{made}/publish")
    page.press("keep", skills=["MEL-03"])
    assert page.reply.status_code == 409
    assert page.skills == {"MEL-03"}
    assert "il ne change plus" in page.page
    assert "Vos choix sont encore là" in page.page
    page.path = "/diagnostics/new"
    assert 'action="/diagnostics/new"' in page.page
    kept = [page.press("keep").reply.headers["location"] for _ in range(2)]
    assert kept[0] == kept[1] != f"/diagnostics/{made}"
    assert trainer.get(f"/api/v1{kept[0]}").json()["selection"]["skills"] == ["MEL-03"]


# --- the API of goals, and how long it all takes ---


def test_goals_and_situations_over_the_api(trainer):
    ready = trainer.get("/api/v1/situations").json()
    assert {"code", "title", "skills", "flash"} <= set(ready[0])
    first, *_ = trainer.get("/api/v1/goals", params={"words": "envoyer un mail", "questions": 6}).json()
    assert first["title"] == "Envoyer un e-mail"
    assert 1 <= len(first["proposal"]) <= 6
    assert trainer.get("/api/v1/goals", params={"words": "xyzzy"}).json() == []
    assert trainer.get("/api/v1/goals").status_code == 422
    assert trainer.get("/api/v1/goals", params={"words": "a", "referential": "nothing"}).status_code == 404


def test_a_draft_made_over_the_api_with_a_key_is_made_once(trainer):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    one, two = (trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC, headers=key).json() for _ in range(2))
    assert one["id"] == two["id"]
    changed = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC | {"title": "Autre"}, headers=key).json()
    assert (changed["id"], changed["version"]) == (one["id"], 2)


def test_a_member_who_may_not_compose_reads_a_draft_and_its_history(trainer, signed_in):
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()["id"]
    trainer.put(f"/api/v1/diagnostics/{made}", json=world.DIAGNOSTIC | {"title": "Autre", "version": 1})
    reader = signed_in(Role.COORDINATOR, organisation=trainer.organisation_id)
    page = reader.get(f"/diagnostics/{made}/history")
    assert page.status_code == 200
    assert "Revenir à cet état" not in page.text
    page = reader.get(f"/diagnostics/{made}").text
    assert "/copy" not in page
    assert "/sharing" not in page


def test_a_deleted_one_is_gone_for_its_colleagues(trainer, database):
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()["id"]
    trainer.post(f"/diagnostics/{made}/delete", data={"csrf": world.csrf_of(trainer)})
    with database.read() as db:
        assert db.get(Diagnostic, uuid.UUID(made)) is None
    assert trainer.get(f"/diagnostics/{made}").status_code == 404


@pytest.mark.parametrize("field", ["goal", "key", "beside", "steps", "words", "level", "at_least", "minutes"])
@pytest.mark.slow
def test_poison_in_a_field_of_the_composer_keeps_nothing(trainer, field):
    good = {"csrf": world.csrf_of(trainer)} | world.FORMS["/diagnostics/new"] | {"action": "look"}
    for action in ("look", "compare", "undo", "take:goal:x", "situation:x", "need:x"):
        for value in (
            "a\x00b",
            "a\u202eb",
            "x" * 600,
            "x" * 60_000,
            "\u0958" * 200,
            "9" * 30,
            "NaN",
            "[" * 30_000,
            "-1",
        ):
            reply = trainer.post("/diagnostics/new", data=good | {field: value, "action": action})
            assert reply.status_code in {200, 422}, (field, value[:10], action)
            assert "<h1" in reply.text
    assert trainer.get("/api/v1/diagnostics").json()["rows"] == []
