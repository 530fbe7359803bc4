"""Where nothing teaches a micro-skill, somebody is asked: a mediator, or, by who sits at the desk, a colleague."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pathways.learning import knowing, telling
from pathways.learning.models import StepKind, Way
from pathways.learning.pages import choice
from tests.insights.crowds import Crowd


def step(kind=StepKind.LEARN, resource=None, session=None) -> Any:
    return SimpleNamespace(kind=kind, resource=resource, session=session)


def card(*steps, also=(Way.TOGETHER, Way.OWN_PACE)) -> Any:
    return SimpleNamespace(way=Way.QUICKEST, also=also, steps=steps)


def test_one_way_is_named_where_there_is_nothing_but_somebody_to_ask():
    assert choice._named(card(step(), step(StepKind.CHECK))) == (Way.TOGETHER,)
    assert choice._named(card(step(), also=())) == (Way.QUICKEST,)


@pytest.mark.parametrize(
    "steps", [(), (step(StepKind.CHECK),), (step(resource="r"), step()), (step(StepKind.ATTEND, session="s"), step())]
)
def test_the_same_way_keeps_its_names_elsewhere(steps):
    assert choice._named(card(*steps)) == (Way.QUICKEST, Way.TOGETHER, Way.OWN_PACE)


def test_a_mediator_is_not_sent_to_a_mediator(db):
    organisation_id = Crowd.new(db, languages=("fr",)).member.organisation_id
    for framework, said in [
        ("inclusion-numerique", telling.WITH_SOMEBODY),
        ("mediateur-numerique", telling.WITH_A_COLLEAGUE),
        ("benevole-numerique", telling.WITH_A_COLLEAGUE),
    ]:
        ladders = knowing.ladders_for(db, organisation_id, framework)
        assert telling.with_somebody(ladders.referential.readers) == said
