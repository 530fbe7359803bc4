"""The desk as a mediator presses through it: few actions, and nothing lost."""

from __future__ import annotations

import re
import uuid

import pytest
import sqlalchemy as sa

from pathways.diagnostics.models import Answer, Attempt, Diagnostic, DiagnosticState
from pathways.people.models import LearnerFile
from pathways.permissions import Role
from pathways.reception.models import Reception
from tests.reception.conftest import Desk
from tests.statements import counted
from tests.web.world import csrf_of

LABEL = "Mariposa du mardi"


def links(page: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', page)


def test_from_home_to_the_first_question_are_two_actions(desk):
    home = desk.client.get("/").text
    assert "/receptions/new" in links(home)  # the first press
    sheet = desk.sheet()
    page = desk.client.get(sheet).text
    assert len(re.findall(r'<button class="primary" name="go" value="start:', page)) == 3
    begun = desk.post(sheet, language="fr", where="here", go="start:phone")  # the second
    assert begun.status_code == 303
    assert re.fullmatch(r"/t/[0-9a-f-]{36}", begun.headers["location"])
    assert 'data-kind="' in desk.client.get(begun.headers["location"]).text


def test_nothing_is_stored_until_something_is_sent(desk):
    sheet = desk.sheet()
    assert desk.client.get(sheet).status_code == 200
    assert desk.count(Reception) == 0


def test_a_reload_finds_what_was_typed(desk):
    sheet = desk.sheet()
    typed = {"need": "papers", "device": "phone", "language": "uk", "where": "phone", "label": LABEL}
    assert desk.post(sheet, **typed).status_code == 303
    page = desk.client.get(sheet).text
    for name, value in typed.items():
        assert re.search(rf'name="{name}"[^>]*value="{value}"', page)
        assert name == "label" or re.search(rf'name="{name}" value="{value}" checked', page)


def test_what_is_sent_twice_counts_once(desk):
    sheet = desk.sheet()
    first = desk.post(sheet, language="ar", label=LABEL, go="start:phone")
    again = desk.post(sheet, language="ar", label=LABEL, go="start:phone")
    assert first.headers["location"] == again.headers["location"]
    assert (desk.count(Reception), desk.count(LearnerFile)) == (1, 1)
    assert desk.count(Attempt) == 1


def test_the_sheet_is_no_part_of_the_profile_and_the_label_no_part_of_the_sheet(desk):
    sheet, questions = desk.begin(device="phone", label=LABEL, language="ar")
    assert desk.reception(sheet).context == {"device": "phone"}
    attempt = desk.attempt(questions)
    with desk.database.read() as db:
        assert db.get_one(LearnerFile, attempt.file_id).label == LABEL
        assert db.scalar(sa.select(sa.func.count()).select_from(Answer)) == 0
    profile = desk.client.get(f"/api/v1/attempts/{attempt.id}/profile").json()
    assert "phone" not in str(profile)
    assert LABEL not in str(profile)


def test_a_label_is_never_in_an_address_or_a_title(desk):
    sheet = desk.sheet()
    found = desk.post(sheet, label=LABEL, find=LABEL, go="find")
    assert "Mariposa" not in found.headers["location"]
    desk.post(sheet, label=LABEL, go="start:phone")
    for address in (sheet, "/"):
        page = desk.client.get(address).text
        assert LABEL in page
        assert "Mariposa" not in re.findall(r"<title>(.*?)</title>", page)[0]
        assert not [link for link in links(page) if "Mariposa" in link]


def test_somebody_who_was_here_before_gets_a_second_attempt_in_the_same_file(desk):
    sheet, questions = desk.begin(label=LABEL)
    desk.post(f"{sheet}/next")
    again = desk.sheet()
    assert desk.post(again, find="mariposa", go="find").status_code == 303
    page = desk.client.get(again).text
    file_id = re.findall(r'name="file" value="([0-9a-f-]{36})"', page)[0]
    begun = desk.post(again, file=file_id, find="mariposa", go="start:computer")
    first, second = desk.attempt(questions), desk.attempt(begun.headers["location"])
    assert first.id != second.id
    assert first.file_id == second.file_id == uuid.UUID(file_id)
    assert desk.count(LearnerFile) == 1


def test_a_wrong_choice_loses_nothing_that_was_typed(desk):
    sheet = desk.sheet()
    back = desk.post(sheet, need="work", label=LABEL, language="fa_AF", where="phone", go="start")
    assert back.status_code == 422
    assert "Choisissez un diagnostic dans la liste." in back.text
    assert re.search(r'name="need" value="work" checked', back.text)
    assert re.search(r'name="language" value="fa_AF" checked', back.text)
    assert re.search(r'name="where" value="phone" checked', back.text)
    assert f'value="{LABEL}"' in back.text
    long = desk.post(sheet, label="x" * 61, go="start:phone")
    assert long.status_code == 422
    assert "x" * 61 in long.text


def test_another_published_diagnostic_can_be_chosen_but_none_of_another_organisation(desk, other_desk):
    def published(of: Desk) -> str:
        body = {"title": "Le nôtre", "selection": {"skills": ["SEC-01", "SEC-02"], "languages": ["fr"]}}
        made = of.client.post("/api/v1/diagnostics", json=body).json()["id"]
        assert of.client.post(f"/api/v1/diagnostics/{made}/publish").status_code == 200
        return made

    own, foreign = published(desk), published(other_desk)
    sheet = desk.sheet()
    page = desk.client.get(sheet).text
    assert own in page
    assert foreign not in page
    assert desk.post(sheet, diagnostic=foreign, go="start").status_code == 404
    wrong = desk.post(sheet, diagnostic=own, language="ar", go="start")
    assert (wrong.status_code, "Choisissez une autre langue" in wrong.text) == (422, True)
    begun = desk.post(sheet, diagnostic=own, language="fr", go="start")
    assert str(desk.attempt(begun.headers["location"]).diagnostic_id) == own


@pytest.mark.slow
def test_the_reception_of_another_organisation_does_not_exist(desk, other_desk):
    sheet, _ = desk.begin(label=LABEL)
    for verb in ("", "/sheet"):
        assert other_desk.client.get(sheet + verb).status_code == 404
    for verb in ("", "/here", "/open", "/phone", "/next", "/appointment"):
        assert other_desk.post(sheet + verb).status_code == 404
    assert desk.reception(sheet).closed_at is None
    assert LABEL not in other_desk.client.get("/").text


def test_a_file_of_another_organisation_cannot_be_chosen(desk, other_desk):
    _, questions = desk.begin(label=LABEL)
    file_id = str(desk.attempt(questions).file_id)
    sheet = other_desk.sheet()
    for go in ("keep", "start:phone"):
        refused = other_desk.post(sheet, file=file_id, go=go)
        assert (refused.status_code, LABEL in refused.text) == (422, False)  # as one that was erased
    assert other_desk.count(Attempt) == 1
    other_desk.post(sheet, find="mariposa", go="find")
    assert LABEL not in other_desk.client.get(sheet).text


def test_a_colleague_may_stand_in(desk, signed_in):
    sheet, questions = desk.begin()
    mate = signed_in(Role.TRAINER, organisation=desk.client.organisation_id)
    colleague = Desk(mate, desk.database, csrf_of(mate))
    assert colleague.client.get(sheet).status_code == 200
    assert colleague.post(f"{sheet}/here").headers["location"] == questions
    assert colleague.client.get(questions).status_code == 200


def test_home_is_the_diagnostics_page_for_those_who_receive_nobody(signed_in):
    reviewer = signed_in(Role.REVIEWER)
    page = reviewer.get("/").text
    assert "/receptions/new" not in page
    assert reviewer.get(f"/receptions/{uuid.uuid4()}").status_code in {403, 404}


@pytest.mark.slow
def test_a_situation_is_made_once_for_an_organisation_and_once_more_for_new_questions(desk, other_desk):
    def ready_made() -> list[Diagnostic]:
        with desk.database.read() as db:
            wanted = sa.select(Diagnostic).filter_by(organisation_id=desk.client.organisation_id, situation="phone")
            found = list(db.scalars(wanted.order_by(Diagnostic.created_at)))
            db.expunge_all()
            return found

    desk.begin()
    desk.begin()
    assert len(ready_made()) == 1
    other_desk.begin()
    assert len(ready_made()) == 1
    with desk.database.begin() as db:
        db.execute(sa.update(Diagnostic).where(Diagnostic.situation == "phone").values(content="before"))
    desk.begin()
    old, new = ready_made()
    assert (old.state, new.state) == (DiagnosticState.CLOSED, DiagnosticState.PUBLISHED)
    assert new.follows_id == old.id
    assert 8 <= new.blueprint["rules"]["questions"] <= 10


def test_scanning_the_poster_again_offers_to_go_on(client, published):
    assert "Recommencer" not in client.get(f"/q/{published}/ar").text
    begun = client.post(f"/q/{published}/ar", data={"key": "a" * 32}).headers["location"].removesuffix("/practice")
    again = client.get(f"/q/{published}/ar").text
    assert f'href="{begun}"' in again
    assert "Recommencer depuis le début" in again
    client.post(f"{begun}/done")
    assert begun not in client.get(f"/q/{published}/ar").text


def test_without_its_cookie_an_attempt_is_said_to_be_shut_and_not_erased(client, published):
    begun = client.post(f"/q/{published}/fr", data={"key": "a" * 32}).headers["location"].removesuffix("/practice")
    client.post(f"{begun}/done")
    gone = client.get(begun)
    assert gone.status_code == 404
    assert "a déjà été fermé" in gone.text
    assert "effacé" not in gone.text


@pytest.mark.slow
def test_a_full_day_costs_home_as_many_queries_as_a_quiet_one(desk):
    counts = []
    for people in (1, 12):
        for number in range(people):
            sheet, questions = desk.begin(label=f"mardi {number}")
            desk.answer(questions)
            if number % 2:
                desk.post(f"{sheet}/next")
        desk.client.get("/")
        with counted(desk.client.app) as statements:
            assert desk.client.get("/").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] < 12


def test_only_a_desk_asks_the_database_whether_the_door_is_still_open(desk, client, published):
    begun = client.post(f"/q/{published}/ar", data={"key": "a" * 32}).headers["location"].removesuffix("/practice")
    _, questions = desk.begin()
    counts = []
    for browser, address in ((client, begun), (desk.client, questions)):
        browser.get(address)
        with counted(desk.client.app) as statements:
            assert browser.get(address).status_code == 200
        counts.append(len([one for one in statements if one.startswith("SELECT")]))
    assert counts[1] == counts[0] + 1


def test_the_next_person_comes_also_when_nothing_of_this_one_was_stored(desk):
    shut = desk.post(f"{desk.sheet()}/next")
    assert (shut.status_code, re.sub("/[^/]*$", "", shut.headers["location"])) == (303, "/receptions")
    assert desk.count(Reception) == 0


def test_a_file_that_is_gone_meanwhile_loses_nothing_that_was_typed(desk):
    _, questions = desk.begin(label=LABEL)
    gone = str(desk.attempt(questions).file_id)
    sheet = desk.sheet()
    assert desk.post(sheet, file=gone, need="work", find="mariposa").status_code == 303
    desk.client.post(f"{questions}/erase")  # the attempt was the last one in its file
    page = desk.client.get(sheet)
    assert page.status_code == 200
    assert re.search(r'name="need" value="work" checked', page.text)
    back = desk.post(sheet, file=gone, need="work", label="mardi", language="uk", go="start:phone")
    assert back.status_code == 422
    assert "Cette fiche n&#39;existe plus." in back.text
    assert gone not in back.text
    for kept in ('name="need" value="work" checked', 'name="language" value="uk" checked', 'value="mardi"'):
        assert kept in back.text
    assert desk.post(sheet, file="", need="work", language="uk", go="start:phone").status_code == 303


def test_a_name_pasted_from_a_phone_is_taken_without_its_invisible_signs(desk):
    """The list of contacts of a phone puts a name between signs that hold its reading direction."""
    _, questions = desk.begin(label="\u2068علي\u2069 \U0001f468\u200d\U0001f469\u200d\U0001f467")
    with desk.database.read() as db:
        label = db.get_one(LearnerFile, desk.attempt(questions).file_id).label
    assert label == "علي \U0001f468\u200d\U0001f469\u200d\U0001f467"
