"""What questions may not take of somebody: asked of nobody who said so, and never held against them."""

from __future__ import annotations

import itertools
import re
import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa

from pathways import i18n
from pathways.diagnostics import modalities, reading, steering, taking
from pathways.diagnostics.engine import Label
from pathways.diagnostics.modalities import Modality
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.reading import Sign
from pathways.errors import Invalid, Reused
from pathways.insights import group
from pathways.items.models import ItemRevision
from pathways.items.presenting import Sound
from tests.diagnostics.situations import Taker
from tests.diagnostics.trying import Trying

SKILLS = ("SEC-01", "SEC-02", "SEC-03", "SEC-05", "SEC-07", "MES-01", "ORD-04", "MDP-01")
"""On a screen, SEC-03 and SEC-07 are asked about on pictures alone, MES-01 by ordering, ORD-04 by typing."""
PATIENT = {"accuracy": None, "questions": 30}
ALONE = {"pictures": {"SEC-03", "SEC-07"}, "ordering": {"MES-01"}, "typing": {"ORD-04"}}
MEANT = {
    "choice": set(),
    "choices": set(),
    "pictures": {"pictures"},
    "zone": {"pictures"},
    "order": {"ordering"},
    "match": {"ordering"},
    "text": {"typing"},
    "observed": set(),
}


@pytest.fixture
def trying(db) -> Trying:
    return Trying(db)


@pytest.fixture
def blueprint(trying):
    return trying.publish(SKILLS, **PATIENT)


def kinds(blueprint, asked) -> set[str]:
    return {blueprint.bodies[item]["kind"] for item in asked}


def meant(body) -> set[str]:
    """What a question takes of somebody for whom it is read aloud."""
    drawn = any(option["picture"] and not option["text"] for option in body["options"])
    return MEANT[body["kind"]] | ({"pictures"} if drawn else set())


def left_out(blueprint, chosen: set[str]) -> set[str]:
    """Micro-skills of which every question on a screen takes something that was chosen."""
    takes: dict[str, list[set[str]]] = {}
    for code, body in blueprint.bodies.items():
        if body["kind"] != "observed":
            takes.setdefault(blueprint.skill_of[code], []).append(meant(body))
    return {skill for skill, every in takes.items() if all(one & chosen for one in every)}


def test_every_shipped_question_takes_what_its_kind_takes(db):
    rows = db.execute(sa.select(ItemRevision.kind, ItemRevision.body)).all()
    assert {row.kind for row in rows} >= {"choice", "pictures", "order", "zone", "text"}
    for row in rows:
        expected = meant(row.body)
        assert modalities.taken_by(row.body, heard=True) == expected
        assert modalities.taken_by(row.body, heard=False) == expected | {"reading"}


@pytest.mark.parametrize(
    "chosen", [one for size in (1, 2, 3) for one in itertools.combinations(["pictures", "ordering", "typing"], size)]
)
def test_none_is_asked_that_takes_it_and_what_is_left_unasked_is_not_called_lacking(trying, blueprint, chosen):
    attempt = trying.begin(blueprint, unusable=chosen)
    asked = trying.say(attempt)
    assert asked
    for item in asked:
        assert not modalities.taken_by(blueprint.bodies[item], heard=True) & set(chosen)
    told = {one.skill.code: one for one in reading.profile(trying.db, trying.door, attempt).skills}
    silent = left_out(blueprint, set(chosen))
    assert silent >= set().union(*(ALONE[one] for one in chosen))
    for code, one in told.items():
        assert (one.label is Label.NOT_ASSESSABLE) == (code in silent)
        assert (one.sign is Sign.UNSEEN) >= (code in silent)
    assert "SEC-02" not in silent
    assert told["SEC-02"].label is not Label.NOT_ASSESSABLE


def test_without_a_choice_the_same_answers_are_held_against_nobody_less(trying, blueprint):
    """The test above would say nothing if these micro-skills were never found lacking."""
    attempt = trying.begin(blueprint)
    trying.say(attempt)
    told = {one.skill.code: one.label for one in reading.profile(trying.db, trying.door, attempt).skills}
    assert {code for code, label in told.items() if label is Label.NOT_MASTERED} >= {"SEC-03", "MES-01"}


def test_what_was_chosen_stays_through_undo_and_another_language(trying, blueprint):
    attempt = trying.begin(blueprint, "ar", unusable=["pictures"])
    asked = trying.say(attempt, 3)
    taking.undo(trying.db, trying.door, attempt.id)
    assert attempt.current_item == asked[-1]
    taking.change_language(trying.db, trying.door, attempt.id, "fr")
    assert not kinds(blueprint, [*asked, *trying.say(attempt)]) & {"zone", "pictures"}


def test_it_is_replayed_from_the_attempt(trying, blueprint):
    attempt = trying.begin(blueprint, unusable=["ordering", "pictures"])
    asked = trying.say(attempt)
    standing = taking.standing_of(taking.answers_of(trying.db, attempt.id))
    again = Attempt(language="fr", met=[], answered=0, unusable=attempt.unusable)
    for count, item in enumerate([*asked, None]):
        taking.advance(again, blueprint, standing[:count])
        assert again.current_item == item


def test_an_attempt_of_before_does_without_nothing(trying, blueprint):
    attempt = trying.begin(blueprint)
    assert attempt.unusable == []
    assert modalities.unusable_in(Attempt(language="fr", met=[], assisted=False)) == frozenset()
    assert {"zone", "order"} <= kinds(blueprint, trying.say(attempt))


def test_who_is_asked_for_more_is_still_asked_nothing_of_it(trying, blueprint):
    attempt = trying.begin(blueprint, unusable=["pictures", "ordering"])
    trying.say(attempt, 3)
    taking.leave(trying.db, attempt.id)
    steering.lengthen(trying.db, trying.door, trying.member, attempt.id, to=8)
    assert not kinds(blueprint, trying.say(attempt)) & {"zone", "pictures", "order", "match"}


def test_nobody_is_promised_questions_that_they_will_not_be_asked(trying, blueprint):
    attempt = trying.begin(blueprint, unusable=["pictures", "ordering", "typing"])
    most = taking.progress_of(attempt, blueprint)["at_most"]
    usable = blueprint.askable("fr", frozenset(attempt.unusable))
    assert most == len(usable) < blueprint.at_most("fr")


def test_the_extra_question_takes_nothing_of_it_either(trying, extra_questions):
    blueprint = trying.publish(SKILLS, accuracy=None, questions=3, extra_one_in=1)
    for _ in range(6):
        attempt = trying.begin(blueprint, unusable=["pictures", "ordering"])
        asked = trying.say(attempt)
        assert len(asked) == 4
        assert not kinds(blueprint, asked) & {"zone", "pictures", "order", "match"}


def test_only_what_leaves_something_is_offered(trying, blueprint):
    assert blueprint.dispensable("fr") == [Modality.PICTURES, Modality.ORDERING, Modality.TYPING]
    assert trying.publish(("SEC-03", "SEC-07"), **PATIENT).dispensable("fr") == []  # pictures alone
    assert trying.publish(("ORD-04", "SEC-03"), **PATIENT).dispensable("fr") == [Modality.PICTURES, Modality.TYPING]


def test_what_leaves_nothing_is_refused(trying):
    blueprint = trying.publish(("SEC-03", "SEC-07"), **PATIENT)
    with pytest.raises(Invalid, match="aucune question"):
        trying.begin(blueprint, unusable=["pictures"])


@pytest.mark.parametrize("chosen", [["hearing"], ["pictures", "money"], ["observed"]])
def test_what_is_no_choice_is_refused(trying, blueprint, chosen):
    with pytest.raises(Invalid):
        trying.begin(blueprint, unusable=chosen)


def read_aloud(blueprint, items, language="fr"):
    """The same diagnostic with every text of these questions recorded in a language."""
    sounds = {
        item: {
            f"{language}/{key}": Sound("x.mp3", checked=True, human=True)
            for key in blueprint.segments[item][language]
            if not key.startswith("picture")
        }
        for item in items
    }
    return replace(blueprint, sounds=sounds, _askable={})


def test_who_listens_is_asked_what_can_be_heard_whole_in_their_language(blueprint):
    heard = sorted(blueprint.askable("fr"))[:6]
    recorded = read_aloud(blueprint, heard)
    assert recorded.dispensable("fr") == [*Modality]
    assert recorded.askable("fr", frozenset({"reading"})) == set(heard)
    assert recorded.dispensable("ar") == [Modality.PICTURES, Modality.ORDERING, Modality.TYPING]
    lacking = {item: dict(list(sounds.items())[1:]) for item, sounds in recorded.sounds.items()}
    assert not replace(recorded, sounds=lacking, _askable={}).askable("fr", frozenset({"reading"}))


def test_where_somebody_reads_aloud_nothing_has_to_be_heard(trying, blueprint):
    with pytest.raises(Invalid):
        trying.begin(blueprint, unusable=["reading"])
    attempt = trying.begin(blueprint, unusable=["reading", "pictures"], assisted=True)
    assert attempt.unusable == ["pictures", "reading"]
    assert trying.say(attempt)
    assert modalities.unusable_in(attempt) == {"pictures"}
    attempt.assisted = False
    assert modalities.unusable_in(attempt) == {"pictures", "reading"}


def test_the_group_says_of_each_what_the_profile_says(trying, blueprint):
    attempts = [trying.begin(blueprint, unusable=chosen) for chosen in ([], ["pictures"], ["ordering", "typing"])]
    for one in attempts:
        trying.say(one)
    trying.db.flush()
    found = group.of(trying.db, trying.door, trying.member, blueprint.diagnostic_id, group.Wanted())
    by_id = {person.attempt.id: row for row, person in enumerate(found.people)}
    for one in attempts:
        for result in reading.profile(trying.db, trying.door, one).skills:
            place = blueprint.skills.index(result.skill.code)
            assert found.assessable[by_id[one.id], place] == (result.label is not Label.NOT_ASSESSABLE)


def test_the_api_takes_and_tells_it(client, published):
    body = {"code": published, "language": "fr"}
    opened = client.post("/api/v1/attempts", json=body | {"unusable": ["typing", "pictures"]})
    assert opened.status_code == 201
    taker = Taker(client, opened.json(), opened.json()["item"])
    while taker.item is not None:
        assert taker.item["kind"] not in {"zone", "pictures", "text"}
        taker.dont_know()
    assert taker.profile()["unusable"] == ["pictures", "typing"]
    assert Taker.start(client, published).profile()["unusable"] == []
    for wrong in (["hearing"], "pictures", ["pictures"] * 5):
        assert client.post("/api/v1/attempts", json=body | {"unusable": wrong}).status_code == 422


def test_the_same_key_is_not_for_another_choice(client, published, database, app):
    start = {"code": published, "language": "fr", "address": "1", "key": "one"}
    with database.begin() as db:
        first, _ = taking.start(db, app.state.door, **start, unusable=["typing", "pictures"])
        again, _ = taking.start(db, app.state.door, **start, unusable=["pictures", "typing"])
        assert first.id == again.id
        with pytest.raises(Reused):
            taking.start(db, app.state.door, **start)


def test_the_first_page_offers_it_folded_and_begins_with_it(client, published, database):
    address = f"/q/{published}/fr"
    page = client.get(address).text
    assert '<details class="without"><summary>' in page
    offered = re.findall(r'name="unusable" value="(\w+)"', page)
    assert set(offered) <= {one.value for one in Modality}
    assert "pictures" in offered
    key = re.findall(r'name="key" value="([^"]+)"', page)[0]
    begun = client.post(address, data={"key": key, "unusable": ["pictures"]})
    twice = client.post(address, data={"key": key, "unusable": ["pictures"]})
    other = client.post(address, data={"key": key})
    assert [one.status_code for one in (begun, twice, other)] == [303] * 3
    assert begun.headers["location"] == twice.headers["location"] != other.headers["location"]
    begun_id, other_id = (uuid.UUID(one.headers["location"].split("/")[2]) for one in (begun, other))
    with database.read() as db:
        assert db.get_one(Attempt, begun_id).unusable == ["pictures"]
        assert db.get_one(Attempt, other_id).unusable == []


@pytest.mark.parametrize("tag", ["fr", "ar"])
def test_where_nothing_is_left_the_page_says_so_and_keeps_what_was_ticked(client, database, app, tag):
    with database.begin() as db:
        trying = Trying(db, door=app.state.door)
        blueprint = trying.publish(("ORD-04", "SEC-03"), **PATIENT)
        code = db.get_one(taking.Diagnostic, blueprint.diagnostic_id).code
    address = f"/q/{code}/{tag}"
    key = re.findall(r'name="key" value="([^"]+)"', client.get(address).text)[0]
    reply = client.post(address, data={"key": key, "unusable": ["pictures", "typing"]})
    assert reply.status_code == 422
    with i18n.speaking(tag):
        assert i18n.gettext(modalities.NOTHING_LEFT).replace("'", "&#39;") in reply.text
    assert '<details class="without" open>' in reply.text
    assert reply.text.count(" checked") == 2
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0


def test_erased_with_the_attempt(trying, blueprint):
    attempt = trying.begin(blueprint, unusable=["pictures"])
    trying.say(attempt, 1)
    taking.erase(trying.db, attempt.id)
    assert trying.db.get(Attempt, attempt.id) is None
