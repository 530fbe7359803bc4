"""Answers that do not hold together: a sentence for the trainer, and nothing else changes."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from pathways import i18n
from pathways.diagnostics import plausibility, taking
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.permissions import Role
from tests.diagnostics.situations import Taker


@pytest.fixture
def blueprint(database, app, published):
    with database.read() as db:
        found = db.scalars(sa.select(Diagnostic).filter_by(code=published)).one()
        return taking.blueprint_of(db, app.state.door, found.id)


def answers(blueprint, *, right, pace, **given) -> list[Any]:
    """An answer to each of a dozen questions, the right ones where ``right`` says so."""
    items = sorted(blueprint.askable("fr"))[:12]
    seconds = {item.code: item.seconds for item in blueprint.compiled.structure.items}
    usual = {"observed_by": None, "entered_by": None, "assisted": False, "predicted": None}
    return [
        SimpleNamespace(
            item=code,
            outcome="correct" if right(place) else "incorrect",
            seconds=pace * seconds[code],
            **(usual | given),
        )
        for place, code in enumerate(items)
    ]


def test_who_taps_fast_is_told_with_the_reason(blueprint):
    found = plausibility.doubt(blueprint, answers(blueprint, right=lambda place: place % 4 == 0, pace=0.1))
    assert found is not None
    assert plausibility.QUICK in found.reasons


def test_who_takes_the_time_and_knows_it_is_not_doubted(blueprint):
    assert plausibility.doubt(blueprint, answers(blueprint, right=lambda _: True, pace=1.0)) is None


def test_the_pace_of_somebody_who_reads_aloud_or_types_says_nothing(blueprint):
    for given in ({"assisted": True}, {"entered_by": uuid.uuid4()}):
        assert plausibility.doubt(blueprint, answers(blueprint, right=lambda _: True, pace=0.01, **given)) is None


def test_gestures_and_extra_questions_are_left_out(blueprint):
    for given in ({"observed_by": uuid.uuid4()}, {"predicted": {"correct": 0.5}}):
        assert plausibility.doubt(blueprint, answers(blueprint, right=lambda _: False, pace=0.01, **given)) is None


def test_the_trainer_reads_it_beside_a_whole_profile_and_the_learner_never(client, database, published, signed_in):
    taker = Taker.start(client, published, "fr")
    while taker.item:
        options = taker.item["options"]
        if taker.item["kind"] in {"choice", "pictures", "zone"} and options:
            taker.answer({"response": options[-1]["id"]})
        else:
            taker.dont_know()
    attempt_id = uuid.UUID(taker.opened["id"])
    with database.begin() as db:
        db.execute(sa.update(Answer).filter_by(attempt_id=attempt_id).values(seconds=0.5))
        home = db.scalar(sa.select(Diagnostic.organisation_id).join(Attempt).where(Attempt.id == attempt_id))
        diagnostic_id = db.get_one(Attempt, attempt_id).diagnostic_id
    trainer = signed_in(Role.TRAINER, organisation=home)
    said = i18n.gettext(plausibility.UNTOLD)
    page = trainer.get(f"/profiles/{attempt_id}").text
    assert said in page
    assert "le profil reste tel quel" in page
    assert page.count('class="rung"') > 0
    table = trainer.get(f"/diagnostics/{diagnostic_id}/attempts.csv").content.decode("utf-8-sig")
    assert "vraisemblance" in table.splitlines()[0]
    assert said in table
    for path in ("result", "take-away"):
        assert said not in client.get(f"/t/{attempt_id}/{path}").text
    assert said not in str(taker.profile())
