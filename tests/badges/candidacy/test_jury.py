"""The jury: named across the organisations of a network, decides with a grid and a reason, issues when all is there."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.candidacy import endorsing, jury, requesting, standing
from pathways.badges.candidacy.conflicts import ConflictOfInterest
from pathways.badges.events import RequestDecided
from pathways.badges.models import IssuerEvent, JuryVerdict, RequestState
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.outbox import OutboxEvent
from pathways.permissions import Role
from tests.badges.candidacy.candidates import SIGNER, YES, World, a_member

PORTFOLIO = {"portfolio": {"piece": "story", "asked": {"fr": "Le récit", "en": "The story"}, "jury": 2}}


def test_the_pool_is_named_from_the_networks_organisations(db, world):
    outsider, juror = a_member(db), world.juror()
    with pytest.raises(Invalid) as refused:
        jury.name(db, world.keeper, world.issuer.id, outsider.account_id)
    assert refused.value.errors[0]["field"] == "account"
    prescriber = world.member(role=Role.PRESCRIBER)
    with pytest.raises(Invalid):  # a role that decides on nothing
        jury.name(db, world.keeper, world.issuer.id, prescriber.account_id)
    with pytest.raises(Invalid) as refused:
        jury.name(db, world.keeper, world.issuer.id, juror.account_id, achievements=["none-such"])
    assert refused.value.errors[0]["field"] == "achievements"
    assert [one.account_id for one in jury.pool(db, world.issuer.id)] == [juror.account_id]


def test_only_who_keeps_the_network_names(db, world):
    member = world.member()
    with pytest.raises(NotFound):
        jury.name(db, member, world.issuer.id, member.account_id)
    trainer = a_member(db, organisation_id=world.keeper.organisation_id)
    with pytest.raises(Forbidden):
        jury.name(db, trainer, world.issuer.id, member.account_id)


def test_one_leaves_by_oneself_or_is_asked_to(db, world):
    first, second = world.juror(), world.juror()
    jury.leave(db, first, world.issuer.id, first.account_id)
    jury.leave(db, first, world.issuer.id, first.account_id)
    with pytest.raises(NotFound):
        jury.leave(db, first, world.issuer.id, second.account_id)
    jury.leave(db, world.keeper, world.issuer.id, second.account_id)
    assert jury.pool(db, world.issuer.id) == []
    with pytest.raises(NotFound):
        jury.leave(db, world.keeper, world.issuer.id, a_member(db).account_id)
    acts = db.scalars(sa.select(IssuerEvent.act).filter_by(issuer_id=world.issuer.id)).all()
    assert (acts.count("jury_named"), acts.count("jury_left")) == (2, 2)
    jury.name(db, world.keeper, world.issuer.id, first.account_id)
    assert [one.account_id for one in jury.pool(db, world.issuer.id)] == [first.account_id]


def test_to_whoever_is_not_of_the_jury_a_request_does_not_exist(db, world):
    request = world.sent(a_member(db))
    gone = world.juror()
    jury.leave(db, gone, world.issuer.id, gone.account_id)
    for other in (a_member(db), world.member(), world.juror(achievements=[world.published().achievement.slug]), gone):
        with pytest.raises(NotFound):
            world.decided(other, request)
    assert jury.seen(db, world.juror(achievements=[world.version.achievement.slug]), request.id)


def test_what_was_not_sent_is_seen_by_nobody_else(db, world):
    with pytest.raises(NotFound):
        jury.seen(db, world.juror(), world.asked(a_member(db)).id)


def test_a_role_that_was_lowered_since_decides_no_more(db, world):
    juror, request = world.juror(), world.sent(a_member(db))
    from dataclasses import replace

    from pathways.permissions import OF_ROLE

    lowered = replace(juror, role=Role.PRESCRIBER, permissions=OF_ROLE[Role.PRESCRIBER])
    with pytest.raises(Forbidden) as refused:
        world.decided(lowered, request)
    assert not isinstance(refused.value, ConflictOfInterest)


def test_enough_yes_issue_the_badge(db, world, issued):
    version = world.published(jury=2)
    request, second = world.sent(a_member(db), version), world.juror()
    world.decided(world.juror(), request)
    assert (request.state, issued.requests) == (RequestState.SUBMITTED, [])
    world.decided(second, request)
    assert request.state is RequestState.GRANTED
    assert issued.requests == [(request.id, second.account_id)]
    assert [one.grid for one in jury.decisions_of(db, request)] == [YES, YES]
    with pytest.raises(Conflict):
        world.decided(world.juror(), request)


def test_one_no_refuses_and_one_question_gives_back(db, world, issued):
    version = world.published(jury=2)
    refused, returned = world.sent(a_member(db), version), world.sent(a_member(db), version)
    world.decided(world.juror(), refused, JuryVerdict.REFUSE, grid={"listens": "not_yet", "orients": "yes"})
    assert refused.state is RequestState.REFUSED
    world.decided(world.juror(), returned)
    world.decided(world.juror(), returned, JuryVerdict.ASK, grid={})
    assert (returned.state, returned.round) == (RequestState.RETURNED, 2)
    with pytest.raises(Conflict):
        world.decided(world.juror(), returned)
    requesting.submit(db, SIGNER, returned.holder, returned.id)
    world.decided(world.juror(), returned)  # a yes of the round before was about something else
    assert (returned.state, issued.requests) == (RequestState.SUBMITTED, [])
    told = db.scalars(sa.select(OutboxEvent).filter_by(name=RequestDecided.__name__)).all()
    assert {one.about_id for one in told} == {refused.id, returned.id}


@pytest.mark.parametrize(
    ("verdict", "values", "field"),
    [
        (JuryVerdict.GRANT, {"grid": {"listens": "yes"}}, "grid.orients"),
        (JuryVerdict.REFUSE, {"grid": {}}, "grid.listens"),
        (JuryVerdict.GRANT, {"grid": {"listens": "yes", "orients": "not_yet"}}, "grid.orients"),
        (JuryVerdict.GRANT, {"grid": YES | {"other": "yes"}}, "grid"),
        (JuryVerdict.ASK, {"grid": {"listens": "perhaps"}}, "grid"),
        (JuryVerdict.GRANT, {"reason": " court "}, "reason"),
        (JuryVerdict.ASK, {"reason": "x" * 3001}, "reason"),
    ],
)
def test_a_decision_is_whole_and_says_why(db, world, verdict, values, field):
    request = world.sent(a_member(db))
    with pytest.raises(Invalid) as refused:
        world.decided(world.juror(), request, verdict, **values)
    assert refused.value.errors[0]["field"] == field
    assert request.state is RequestState.SUBMITTED


def test_a_piece_wants_its_own_number_of_the_jury(db, world, issued):
    version = world.published(criteria={"all": [PORTFOLIO, {"endorsements": {"n": 1, "by": {"role": "anyone"}}}]})
    candidate = a_member(db)
    request = world.asked(candidate, version)
    answers = {"Racontez un accueil.": "Un matin, quelqu'un arrive."}
    requesting.write(db, request.holder, request.id, words="", answers=answers, version=request.version)
    world.endorsed(request, a_member(db))
    requesting.submit(db, SIGNER, request.holder, request.id)
    world.decided(world.juror(), request)
    assert (request.state, standing.grants(db, request)) == (RequestState.SUBMITTED, 1)
    world.decided(world.juror(), request)
    assert (request.state, len(issued.requests)) == (RequestState.GRANTED, 1)


def test_what_fell_away_meanwhile_gives_the_request_back(db, world, issued):
    candidate, endorser = a_member(db), a_member(db)
    request = world.asked(candidate)
    given = world.endorsed(request, endorser)
    requesting.submit(db, SIGNER, request.holder, request.id)
    endorsing.take_back(db, SIGNER, world.holder(endorser), given.id)
    world.decided(world.juror(), request)
    assert (request.state, issued.requests) == (RequestState.RETURNED, [])


def test_waiting_costs_nobody_a_criterion(db, world, issued, monkeypatch):
    from datetime import timedelta

    recent = {"endorsements": {"n": 1, "by": {"role": "anyone"}, "months": 1}}
    request = world.sent(a_member(db), world.published(criteria=recent))
    juror = world.juror()
    later = clock.now() + timedelta(days=90)
    world.decided(juror, request, now=later)
    assert (request.state, len(issued.requests)) == (RequestState.GRANTED, 1)


def test_who_may_decide_is_known_beforehand(db, world):
    candidate = a_member(db)
    world.juror(organisation_id=candidate.organisation_id)
    world.juror(achievements=[world.published().achievement.slug])
    request = world.sent(candidate)
    assert jury.who_may(db, request) == []
    other = world.juror()
    assert [one.id for one in jury.who_may(db, request)] == [other.account_id]


def test_two_networks_have_two_juries(db, world):
    other = World(db)
    request = world.sent(a_member(db))
    with pytest.raises(NotFound):
        jury.seen(db, other.juror(), request.id)
