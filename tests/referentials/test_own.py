"""The micro-skills of an organisation's own: written, ordered, archived, diagnosed, and nobody else's business."""

from __future__ import annotations

import html
import uuid

import pytest
import sqlalchemy as sa

from pathways.people.models import Organisation
from pathways.permissions import OF_ROLE, Member, Role
from pathways.referentials import own, service
from pathways.referentials.ladders import ladders_of
from pathways.referentials.models import MicroSkill, Strand
from tests.diagnostics.situations import Taker
from tests.items.writing import CHOICE, Author

TWO = [
    {"title": "Se connecter au réseau du quartier", "level": 1},
    {"title": "Garder le mot de passe du lieu", "level": 2},
]


@pytest.fixture
def trainer(signed_in):
    return signed_in()


def ladder(client, *, title: str = "Notre lieu", skills=TWO) -> dict:
    made = client.post("/api/v1/ladders", json={"title": title, "key": str(uuid.uuid4())}).json()
    return change(client, made, skills=skills).json()


def change(client, made: dict, **changed):
    body = {"version": made["version"], "title": made["title"], "skills": made["skills"]} | changed
    return client.put(f"/api/v1/ladders/{made['id']}", json=body)


def field_errors(reply) -> dict[str, str]:
    assert reply.status_code == 422, reply.text
    return {one["field"]: one["message"] for one in reply.json()["errors"]}


def test_what_a_person_writes_as_prerequisites_is_and_of_or():
    written = own.requires_of("SEC-01, GES-06 ou ord-04 et MEL-01")
    assert written == (("SEC-01",), ("GES-06", "ORD-04"), ("MEL-01",))
    assert own.requires_of(own.requires_in_words(written)) == written
    assert own.requires_of(" , ") == ()


def test_a_ladder_is_written_reordered_renamed_and_its_codes_stay(trainer):
    made = ladder(trainer)
    codes = [one["code"] for one in made["skills"]]
    assert all(code.startswith("N-") and len(code) == 8 for code in codes)
    turned = [made["skills"][1] | {"level": 1}, made["skills"][0] | {"title": "Se connecter ici"}]
    again = change(trainer, made, skills=turned).json()
    assert [one["code"] for one in again["skills"]] == codes[::-1]
    assert again["skills"][1]["title"] == "Se connecter ici"


def test_the_same_change_twice_is_one_and_another_one_is_told(trainer):
    made = ladder(trainer, skills=[])
    first = change(trainer, made, skills=TWO)
    second = change(trainer, made, skills=TWO)
    assert first.json() == second.json()
    assert change(trainer, made, skills=[TWO[0]]).status_code == 409


def test_the_same_key_makes_one_ladder(trainer):
    body = {"title": "Notre lieu", "key": str(uuid.uuid4())}
    assert trainer.post("/api/v1/ladders", json=body).json() == trainer.post("/api/v1/ladders", json=body).json()


WRONG = {
    "a title of the framework": (
        [{"title": "allumer, éteindre et recharger son TÉLÉPHONE", "level": 1}],
        "skill-0-title",
    ),
    "the same title twice": ([TWO[0], TWO[0]], "skill-1-title"),
    "no title": ([{"title": "", "level": 1}], "skill-0-title"),
    "a level that is none": ([{"title": "Un geste", "level": 8}], "skill-0-level"),
    "a level that falls": ([{"title": "Un geste", "level": 2}, {"title": "Un autre", "level": 1}], "skill-1-level"),
    "a device that is none": ([{"title": "Un geste", "level": 1, "device": "minitel"}], "skill-0-device"),
    "an unknown prerequisite": ([{"title": "Un geste", "level": 1, "requires": [["ZZZ-01"]]}], "skill-0-requires"),
    "one of one": ([{"title": "Un geste", "level": 1, "requires": [["GES-01", "GES-01"]]}], "skill-0-requires"),
    "somebody else's code": ([{"title": "Un geste", "level": 1, "code": "GES-01"}], "skills"),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_rules_of_the_files_hold_for_own_ladders(trainer, name):
    skills, field = WRONG[name]
    made = ladder(trainer, skills=[])
    assert field in field_errors(change(trainer, made, skills=skills))
    assert trainer.get(f"/api/v1/ladders/{made['id']}").json() == made


def test_prerequisites_never_run_in_a_circle(trainer):
    one, two = ladder(trainer, title="Une"), ladder(trainer, title="Deux", skills=[{"title": "Un geste", "level": 1}])
    first, other = one["skills"][0], two["skills"][0]
    assert (
        change(trainer, two, skills=[other | {"requires": [["GES-01"], [first["code"], "GES-02"]]}]).status_code == 200
    )
    circle = change(trainer, one, skills=[first | {"requires": [[other["code"]]]}, one["skills"][1]])
    assert "tournent en rond" in field_errors(circle)["skills"]
    itself = change(trainer, one, skills=[first | {"requires": [[first["code"]]]}, one["skills"][1]])
    assert "tournent en rond" in field_errors(itself)["skills"]


def test_what_is_left_out_or_archived_is_never_deleted(trainer, database):
    made = ladder(trainer)
    codes = {one["code"] for one in made["skills"]}
    kept = change(trainer, made, skills=made["skills"][:1]).json()
    assert [one["archived"] for one in kept["skills"]] == [False, True]
    with database.read() as db:
        assert set(db.scalars(sa.select(MicroSkill.code).where(MicroSkill.code.in_(codes)))) == codes
    assert trainer.post(f"/api/v1/ladders/{made['id']}/archive").json()["archived"] is True
    assert made["code"] not in trainer.get("/items").text
    assert trainer.post(f"/api/v1/ladders/{made['id']}/bring-back").json()["archived"] is False
    back = [one | {"archived": False} for one in trainer.get(f"/api/v1/ladders/{made['id']}").json()["skills"]]
    made = trainer.get(f"/api/v1/ladders/{made['id']}").json()
    assert {one["archived"] for one in change(trainer, made, skills=back).json()["skills"]} == {False}


@pytest.mark.slow
def test_another_organisation_neither_sees_nor_uses_them(trainer, signed_in):
    made = ladder(trainer)
    stranger = signed_in(Role.ADMINISTRATOR)
    assert stranger.get("/api/v1/ladders").json() == []
    for reply in (
        stranger.get(f"/api/v1/ladders/{made['id']}"),
        stranger.get(f"/ladders/{made['id']}"),
        change(stranger, made),
        stranger.post(f"/api/v1/ladders/{made['id']}/archive"),
    ):
        assert reply.status_code == 404
    code = made["skills"][0]["code"]
    assert code not in stranger.get("/diagnostics/new").text
    assert Author(stranger).press(CHOICE | {"skill": code}).status_code == 422
    theirs = ladder(stranger, title="Chez eux", skills=[])
    wrong = change(stranger, theirs, skills=[{"title": "Un geste", "level": 1, "requires": [[code]]}])
    assert "skill-0-requires" in field_errors(wrong)


def test_the_form_keeps_everything_and_says_what_is_wrong(trainer):
    author = Author(trainer)
    made = trainer.post("/ladders", data={"csrf": author.csrf, "title": "Notre lieu", "key": author.key})
    assert made.status_code == 303
    path = made.headers["location"]
    fields = {"csrf": author.csrf, "version": "1", "rows": "4", "title": "Notre lieu", "description": ""}
    fields |= {"skill-0-title": "Garder le mot de passe", "skill-0-level": "2", "skill-0-place": "2"}
    fields |= {"skill-1-title": "Se connecter au réseau", "skill-1-level": "1", "skill-1-place": "1"}
    more = trainer.post(path, data=fields | {"action": "more"})
    assert more.status_code == 200
    assert 'id="skill-7-title"' in more.text
    wrong = trainer.post(path, data=fields | {"skill-0-requires": "ZZZ-09"})
    assert wrong.status_code == 422
    assert 'href="#skill-0-requires"' in wrong.text
    assert 'value="ZZZ-09"' in wrong.text
    assert 'value="Se connecter au réseau"' in wrong.text
    kept = trainer.post(path, data=fields | {"skill-0-requires": "GES-01 ou GES-02"})
    assert kept.status_code == 303
    page = html.unescape(trainer.get(path).text)
    assert page.index("Se connecter au réseau") < page.index("Garder le mot de passe")
    assert 'value="GES-01 ou GES-02"' in page
    late = trainer.post(path, data=fields | {"skill-0-title": "Tout autre chose"})
    assert late.status_code == 409
    assert 'value="Tout autre chose"' in late.text
    assert "Chez votre collègue" in late.text
    assert trainer.post("/ladders", data={"csrf": author.csrf, "title": "x"}).status_code == 422


@pytest.mark.slow
def test_an_own_micro_skill_with_own_questions_is_diagnosed_and_read(trainer, client):
    made = ladder(trainer)
    code = made["skills"][0]["code"]
    author = Author(trainer)
    questions = {
        author.write(CHOICE | {"skill": code}),
        author.write(
            CHOICE
            | {
                "skill": code,
                "stem": "Le lieu affiche un nom de réseau. Lequel est le bon ?",
                "option-0-text": "celui de l'affiche",
                "option-1-text": "le plus fort",
                "option-2-text": "le premier de la liste",
            }
        ),
    }
    selection = {"skills": [code, "SEC-01"], "languages": ["fr", "ar"], "questions": 8, "french_for_missing": True}
    diagnostic = trainer.post("/api/v1/diagnostics", json={"title": "Chez nous", "selection": selection})
    assert diagnostic.status_code == 201, diagnostic.text
    path = f"/api/v1/diagnostics/{diagnostic.json()['id']}"
    published = trainer.post(f"{path}/publish").json()
    taker, asked = Taker.start(client, published["code"], "ar"), set()
    while taker.item:
        asked.add(taker.item["id"])
        if taker.item["id"] in questions:
            taker.answer({"outcome": "answered", "response": "a"})
        else:
            taker.dont_know()
    assert questions <= asked
    told = {one["code"]: one for one in taker.profile()["skills"]}
    assert told[code]["mastery"] > 0.5 > told["SEC-01"]["mastery"]
    trainer.post(f"/api/v1/ladders/{made['id']}/archive")
    page = trainer.get(f"/profiles/{taker.opened['id']}").text
    assert TWO[0]["title"] in html.unescape(page)
    assert client.get(f"/q/{published['code']}").status_code == 200


def test_a_shared_ladder_becomes_the_copier_s_own(trainer, signed_in, database):
    made = ladder(trainer)
    first, second = made["skills"]
    made = change(trainer, made, skills=[first, second | {"requires": [[first["code"], "GES-01"]]}]).json()
    other = signed_in().organisation_id
    key = uuid.uuid4()
    with database.begin() as db:
        member = Member(
            account_id=uuid.uuid4(),
            name="",
            organisation_id=other,
            organisation_name=db.get_one(Organisation, other).name,
            role=Role.TRAINER,
            permissions=OF_ROLE[Role.TRAINER],
        )
        source = ladders_of(db, service.latest(db, service.USUAL_FRAMEWORK), trainer.organisation_id, archived=True)
        codes = {one["code"] for one in made["skills"]}
        copied = own.adopt(db, member, source, codes, key=key)
        assert own.adopt(db, member, source, codes, key=key) == copied
    assert copied.keys() == codes
    assert not set(copied.values()) & codes
    with database.read() as db:
        [strand] = db.scalars(sa.select(Strand).filter_by(organisation_id=other))
        assert strand.title == "Notre lieu"
        needs = {skill.code: skill.requires for skill in strand.skills}
        assert needs[copied[second["code"]]] == [[copied[first["code"]], "GES-01"]]
