"""What an organisation's forms start from."""

from __future__ import annotations

import pytest

from pathways import i18n
from pathways.errors import Conflict, Invalid, NotFound
from pathways.people import habits
from pathways.people.habits import Habits
from pathways.people.models import Organisation
from pathways.permissions import Role
from tests.people.situations import browser_of, post, somebody

PLACE = "Médiathèque, salle 2"


@pytest.fixture
def boss(database):
    with database.begin() as db:
        return somebody(db, "boss", role=Role.ADMINISTRATOR)


def change(db, person, *, languages=("fr", "ar"), version=1, **given):
    return habits.change(db, person.member, languages=languages, habits=Habits(**given), version=version)


def kept(database, person) -> Organisation:
    with database.read() as db:
        found = db.get_one(Organisation, person.organisation.id)
        db.expunge(found)
        return found


def test_what_is_chosen_is_kept_and_what_is_empty_is_not(boss, db):
    changed = change(db, boss, place=f"  {PLACE} ", questions=9)
    assert changed.habits == {"place": PLACE, "questions": 9}
    assert habits.of(changed) == Habits(place=PLACE, questions=9)
    assert changed.version == 2


def test_languages_keep_the_order_of_the_wall_and_french_is_among_them(boss, db):
    assert change(db, boss, languages=["uk", "ar"]).languages == [
        code for code in i18n.languages() if code in {"fr", "ar", "uk"}
    ]


def test_all_languages_are_kept_as_none_in_particular(boss, db):
    assert change(db, boss, languages=list(i18n.languages()), place=PLACE).languages == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"languages": ["fr", "xx"]}, "languages"),
        ({"place": "x" * 201}, "place"),
        ({"words": "x" * 301}, "words"),
        ({"questions": 0}, "questions"),
        ({"questions": 41}, "questions"),
        ({"minutes": 121}, "minutes"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(boss, db, given, field):
    with pytest.raises(Invalid) as refusal:
        change(db, boss, **given)
    assert [entry["field"] for entry in refusal.value.errors] == [field]


def test_the_same_twice_is_one_change_and_a_colleague_is_not_overwritten(boss, db):
    assert change(db, boss, place=PLACE).version == 2
    assert change(db, boss, place=PLACE, version=1).version == 2
    with pytest.raises(Conflict):
        change(db, boss, place="Ailleurs", version=1)
    assert change(db, boss, place="Ailleurs", version=2).version == 3


def test_only_administrators_change_them(boss, db):
    trainer = somebody(db, "person", organisation=boss.organisation)
    with pytest.raises(NotFound):
        change(db, trainer, place=PLACE)


# --- pages ---------------------------------------------------------------------------------------------------


def form(**given):
    return {"languages": ["ar"], "place": PLACE, "words": "", "questions": "9", "minutes": "", "version": "1"} | given


def test_they_are_changed_on_their_page(client, database, boss):
    browser_of(client, boss)
    path = "/organisation/habits"
    assert post(client, path, path, **form()).headers["location"] == f"{path}?said=saved"
    assert kept(database, boss).habits == {"place": PLACE, "questions": 9}
    page = client.get(f"{path}?said=saved").text
    assert "C'est enregistré." in page
    assert 'value="ar" checked' in page
    assert 'value="uk" checked' not in page


def test_a_refused_form_comes_back_as_it_was_typed(client, database, boss):
    browser_of(client, boss)
    path = "/organisation/habits"
    refused = post(client, path, path, **form(questions="neuf", words="Apportez votre téléphone"))
    assert refused.status_code == 422
    for typed in ("neuf", "Apportez votre téléphone", PLACE, "Écrivez un nombre"):
        assert typed in refused.text.replace("&#39;", "'"), typed
    assert kept(database, boss).version == 1


def test_two_administrators_at_once_lose_nothing(client, database, boss):
    browser_of(client, boss)
    path = "/organisation/habits"
    with database.begin() as db:
        change(db, boss, place="Ailleurs")
    late = post(client, path, path, **form())
    assert late.status_code == 409
    assert PLACE in late.text
    assert "Ailleurs" in late.text
    assert 'name="version" value="2"' in late.text
    assert kept(database, boss).habits == {"place": "Ailleurs"}
    assert post(client, path, path, **form(version="2")).status_code == 303


def test_a_trainer_reads_them(client, database, boss):
    with database.begin() as db:
        change(db, boss, place=PLACE)
        trainer = somebody(db, "person", organisation=boss.organisation)
    page = browser_of(client, trainer).get("/organisation/habits").text
    assert PLACE in page
    assert 'name="place"' not in page


def test_programs_read_and_change_them(client, boss):
    browser_of(client, boss)
    path = "/api/v1/organisation"
    read = client.get(path).json()
    assert (read["languages"], read["version"]) == ([], 1)
    changed = client.patch(path, json={"habits": {"place": PLACE, "minutes": 12}, "version": 1}).json()
    assert (changed["habits"]["place"], changed["languages"], changed["version"]) == (PLACE, [], 2)
    assert client.patch(path, json={"languages": ["fr"], "version": 2}).json()["habits"]["minutes"] == 12
    assert client.patch(path, json={"languages": ["fr", "ar"], "version": 2}).status_code == 409
    assert client.patch(path, json={"name": "x", "version": 3}).status_code == 422
