"""The most questions on one ladder: a setting that the questions, the progress and the estimate keep to."""

from __future__ import annotations

import json
import uuid
from collections import Counter

import pytest

from pathways.diagnostics import deciding, reading, steering, taking
from pathways.diagnostics.composing import auditing, pricing
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.selections import Selection
from pathways.diagnostics.models import Diagnostic
from pathways.errors import Invalid
from pathways.permissions import Role
from pathways.referentials.service import USUAL_FRAMEWORK
from tests.diagnostics.trying import Trying
from tests.web import world

SKILLS = ("GES-04", "GES-05", "MEL-01", "MEL-02", "MEL-03", "SEC-01", "SEC-02", "SEC-03")
PATIENT = {"accuracy": None, "questions": 20}


@pytest.fixture
def trying(db) -> Trying:
    return Trying(db)


def strands(asked: list[str]) -> Counter[str]:
    return Counter(code[:3] for code in asked)


@pytest.mark.parametrize("most", [1, 2])
def test_no_ladder_is_asked_about_more_often(trying, most):
    free = strands(trying.say(trying.begin(trying.publish(SKILLS, **PATIENT))))
    assert max(free.values()) > most
    blueprint = trying.publish(SKILLS, most_per_strand=most, **PATIENT)
    attempt = trying.begin(blueprint)
    progress = taking.progress_of(attempt, blueprint)
    asked = trying.say(attempt)
    assert strands(asked) == dict.fromkeys(free, most)
    assert (progress["at_most"], attempt.stopped) == (len(asked), "nothing_to_gain")


def test_nobody_is_promised_more_questions_than_the_usual_limit(trying):
    blueprint = trying.publish(SKILLS, most_per_strand=40, questions=5)
    assert blueprint.at_most("fr") == 5
    assert blueprint.at_most("fr", extra=True) == 6


def test_a_limit_that_nobody_set_leaves_no_trace(trying):
    plain = trying.frozen(trying.publish(SKILLS, **PATIENT))
    limited = trying.frozen(trying.publish(SKILLS, most_per_strand=2, **PATIENT))
    assert "most_per_strand" not in plain
    assert limited == plain | {"most_per_strand": 2}
    assert json.dumps(list(plain)) == json.dumps([name for name in limited if name != "most_per_strand"])


def test_who_is_asked_for_more_is_not_held_back(trying):
    attempt = trying.begin(trying.publish(("MEL-01", "MEL-02"), most_per_strand=1, **PATIENT))
    assert len(trying.say(attempt)) == 1
    steering.lengthen(trying.db, trying.door, trying.member, attempt.id, to=4)
    assert len(trying.say(attempt)) == 3


def test_a_check_is_not_held_back(trying):
    blueprint = trying.publish(("MEL-01", "MEL-02"), most_per_strand=1, **PATIENT)
    attempt = trying.begin(blueprint)
    trying.say(attempt)
    standing = taking.standing_of(taking.answers_of(trying.db, attempt.id))
    attempt.focus, attempt.stopped = deciding.focus(standing, ["MEL-02"], questions=2), None
    taking.advance(attempt, blueprint, standing)
    assert len(trying.say(attempt)) == 2


def test_a_gesture_that_somebody_watched_is_no_question(trying):
    blueprint = trying.publish(("GES-01", "GES-03"), most_per_strand=1, **PATIENT)
    watched = next(code for code, body in blueprint.bodies.items() if body["kind"] == "observed")
    attempt = trying.begin(blueprint)
    reading.observe(
        trying.db, trying.door, trying.member, attempt.id, item=watched, result="alone", key=uuid.uuid4().hex
    )
    assert len(trying.say(attempt)) == 1


def test_the_estimate_and_the_audit_keep_to_it(trying):
    referential = composing.latest_ladders(trying.db, trying.member, USUAL_FRAMEWORK)
    free, limited = (
        pricing.price(trying.db, referential, Selection(skills=SKILLS, most_per_strand=most, **PATIENT))
        for most in (None, 1)
    )
    assert free.seed == limited.seed, "the same people sit both"
    assert limited.estimate is not None
    assert free.estimate is not None
    assert limited.estimate.questions.p90 <= 3 < free.estimate.questions.mean
    diagnostic = trying.db.get_one(Diagnostic, trying.publish(SKILLS, most_per_strand=1, **PATIENT).diagnostic_id)
    audited = auditing.of(trying.db, diagnostic)
    assert max(one.questions for one in audited.audit.ladders) <= 1.0
    assert audited.most_per_strand == 1


@pytest.mark.parametrize("most", [0, -1, 41])
def test_what_is_no_limit_is_refused(db, trying, most):
    referential = composing.latest_ladders(db, trying.member, USUAL_FRAMEWORK)
    with pytest.raises(Invalid, match="par filière"):
        composing.checked(referential, Selection(skills=SKILLS, most_per_strand=most))


def test_the_composer_keeps_it_and_gives_it_back(signed_in):
    client = signed_in(Role.TRAINER)
    form = {
        "csrf": world.csrf_of(client),
        "framework": USUAL_FRAMEWORK,
        "title": "Avant l'atelier",
        "skills": ["SEC-01", "SEC-02"],
        "languages": "fr",
        "questions": "6",
        "most_per_strand": "3",
    }
    kept = client.post("/diagnostics/new", data=form | {"action": "keep"})
    assert kept.status_code == 303, kept.text
    address = kept.headers["location"].partition("?")[0]
    page = client.get(address).text
    assert '<details id="further" open>' in page
    assert 'name="most_per_strand" min="1" max="40" value="3"' in page
    compared = client.post(address, data=form | {"version": "1", "action": "compare"}).text
    assert '<input type="hidden" name="most_per_strand" value="3">' in compared
    assert "questions au plus par filière : 3" in compared
    refused = client.post(address, data=form | {"version": "1", "most_per_strand": "many", "action": "look"})
    assert "Questions au plus par filière : un nombre de 1 à 40." in refused.text
    changed = client.post(address, data=form | {"version": "1", "most_per_strand": "", "action": "keep"})
    assert changed.status_code == 303
    assert "questions au plus par filière" in client.get(f"{address}/history").text
    published = client.post(address, data=form | {"version": "2", "action": "publish"})
    assert published.status_code == 303
    assert "3 questions au plus par filière." in client.get(address).text


def test_the_api_keeps_it(signed_in):
    client = signed_in(Role.TRAINER)
    selection = {"skills": ["SEC-01"], "most_per_strand": 2}
    made = client.post("/api/v1/diagnostics", json={"title": "Essai", "selection": selection}).json()
    assert made["selection"]["most_per_strand"] == 2
    for wrong in (0, 41, True, "2"):
        body = {"title": "Essai", "selection": selection | {"most_per_strand": wrong}}
        assert client.post("/api/v1/diagnostics", json=body).status_code == 422
