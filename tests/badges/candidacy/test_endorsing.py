"""Endorsements: by a link, once, without a name in them; taken back by whoever gave them."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from pathways import clock
from pathways.badges.candidacy import endorsing, requesting
from pathways.badges.candidacy.endorsing import Said
from pathways.badges.holding import holders
from pathways.badges.issuing import awarding
from pathways.badges.issuing.awarding import Order
from pathways.badges.models import EndorsementState
from pathways.errors import Conflict, Invalid, NotFound
from tests.badges.candidacy.candidates import LINKS, PRAISE, SIGNER, World, a_member

QUESTION = "Qu'avez-vous vu ?"
QUESTIONS = {"profile": {"framework": "inclusion-numerique", "skills": {"MEL-03": 0.8}}}


@pytest.fixture
def mine(db, world):
    candidate = a_member(db, name="Prénom Exemple")
    return world.holder(candidate), world.asked(candidate)


def invited(db, mine, **values) -> str:
    holder, request = mine
    return endorsing.invite(db, LINKS, holder, request.id, **values)[1]


def test_a_link_serves_one_person_once(db, world, mine):
    token = invited(db, mine, label="Chef d'équipe")
    invitation, request = endorsing.invited(db, LINKS, token)
    assert (invitation.label, request.id) == ("Chef d'équipe", mine[1].id)
    endorser = a_member(db)
    given = endorsing.endorse(
        db, LINKS, token, Said(PRAISE, "médiatrice numérique", {QUESTION: "Un accueil."}), by=endorser
    )
    assert (given.endorser_id, given.organisation_id) == (world.holder(endorser).id, endorser.organisation_id)
    assert (given.role, given.answers) == ("médiatrice numérique", {QUESTION: "Un accueil."})
    with pytest.raises(NotFound):
        endorsing.endorse(db, LINKS, token, Said(PRAISE), by=a_member(db))
    assert [one.id for one in endorsing.of_request(db, request)] == [given.id]


def test_a_link_can_be_shown_again_and_is_not_stored(db, mine):
    from pathways.badges.holding.links import Opens

    holder, request = mine
    invitation, token = endorsing.invite(db, LINKS, holder, request.id)
    assert LINKS.token_of(Opens.ENDORSEMENT, invitation.id) == token
    assert token not in invitation.token_digest


@pytest.mark.parametrize("how", ["late", "withdrawn", "over", "unknown"])
def test_a_link_that_is_not_open_opens_nothing(db, mine, how):
    holder, request = mine
    invitation, token = endorsing.invite(db, LINKS, holder, request.id)
    now = clock.now()
    if how == "late":
        now += endorsing.LASTS
    elif how == "withdrawn":
        endorsing.withdraw_invitation(db, holder, invitation.id)
        endorsing.withdraw_invitation(db, holder, invitation.id)
    elif how == "over":
        requesting.withdraw(db, holder, request.id)
    else:
        token = token[::-1]
    with pytest.raises(NotFound):
        endorsing.invited(db, LINKS, token, now=now)
    with pytest.raises(NotFound):
        endorsing.endorse(db, LINKS, token, Said(PRAISE), now=now)


def test_ten_links_are_open_at_most(db, mine):
    holder, request = mine
    made = [endorsing.invite(db, LINKS, holder, request.id)[0] for _ in range(endorsing.MOST_INVITATIONS)]
    with pytest.raises(Conflict):
        endorsing.invite(db, LINKS, holder, request.id)
    endorsing.withdraw_invitation(db, holder, made[0].id)
    endorsing.invite(db, LINKS, holder, request.id)
    with pytest.raises(Conflict):
        endorsing.invite(db, LINKS, holder, request.id)
    later = clock.now() + endorsing.LASTS
    endorsing.invite(db, LINKS, holder, request.id, now=later)
    assert len(endorsing.invitations_of(db, request)) == endorsing.MOST_INVITATIONS + 2


def test_only_the_candidate_withdraws_a_link(db, world, mine):
    invitation, _ = endorsing.invite(db, LINKS, mine[0], mine[1].id)
    with pytest.raises(NotFound):
        endorsing.withdraw_invitation(db, world.holder(a_member(db)), invitation.id)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said("Court."), "comment"),
        (Said("x" * 2001), "comment"),
        (Said(PRAISE, "x" * 81), "role"),
        (Said(PRAISE, answers={"Autre question ?": "x"}), "answers"),
        (Said(PRAISE, answers={QUESTION: "x" * 1001}), "answers"),
        (Said("Prénom est toujours à l'écoute des personnes."), "comment"),
        (Said(PRAISE + " Appelez le 06 12 34 56 78."), "comment"),
        (Said(PRAISE + " moi@exemple.fr"), "comment"),
        (Said(PRAISE, "Pseudo Fictif, médiateur"), "role"),
        (Said(PRAISE, answers={QUESTION: "Avec Fictif, en mars."}), "answers.0"),
    ],
)
def test_what_is_said_has_bounds_and_names_neither_of_both(db, mine, said, field):
    token = invited(db, mine)
    with pytest.raises(Invalid) as refused:
        endorsing.endorse(db, LINKS, token, said, by=a_member(db, name="Pseudo Fictif"))
    assert [one["field"] for one in refused.value.errors] == [field]
    assert endorsing.invited(db, LINKS, token)[0].used_at is None


def test_a_space_that_anybody_opens_is_read_and_counts_for_nothing(db, world, mine):
    """Else a candidate with three spaces would recommend themself."""
    endorser, _ = holders.create(db, LINKS)
    given = world.endorsed(mine[1], endorser)
    assert (given.endorser_id, given.organisation_id) == (endorser.id, None)
    with pytest.raises(Invalid):
        requesting.submit(db, SIGNER, mine[0], mine[1].id)


def test_a_space_with_a_badge_of_the_network_counts_as_somebody(db):
    world = World(db, signs=True)
    candidate = world.member()
    request = world.asked(candidate)
    endorser, _ = holders.create(db, LINKS)
    awarding.issue(db, SIGNER, world.version, [Order(endorser.id, "test:held")], by=None)
    world.endorsed(request, endorser)
    requesting.submit(db, SIGNER, world.holder(candidate), request.id)


def test_a_badge_that_questions_alone_give_makes_nobody_known(db):
    """Anybody opens two spaces, answers the same questions in each, and has two badges."""
    world = World(db, signs=True)
    alone = world.published(criteria=QUESTIONS, jury=0, grid=[])
    candidate = world.member()
    request = world.asked(candidate)
    endorser, _ = holders.create(db, LINKS)
    awarding.issue(db, SIGNER, alone, [Order(endorser.id, "test:alone")], by=None)
    world.endorsed(request, endorser)
    with pytest.raises(Invalid):
        requesting.submit(db, SIGNER, world.holder(candidate), request.id)


def test_what_is_far_too_long_is_refused_at_once(db, mine):
    """Nobody makes the server look through it for names, letter by letter, while others wait."""
    token, began = invited(db, mine), time.process_time()
    for said in (Said("a" * 200_000), Said(PRAISE, answers={QUESTION: "-" * 200_000})):
        with pytest.raises(Invalid):
            endorsing.endorse(db, LINKS, token, said)
    assert time.process_time() - began < 2


def test_its_author_takes_it_back_and_its_words_are_gone(db, world, mine):
    endorser = a_member(db)
    given = world.endorsed(mine[1], endorser)
    with pytest.raises(NotFound):
        endorsing.take_back(db, SIGNER, world.holder(a_member(db)), given.id)
    with pytest.raises(NotFound):
        endorsing.take_back(db, SIGNER, mine[0], given.id)
    assert [one.id for one in endorsing.given_by(db, world.holder(endorser))] == [given.id]
    for _ in range(2):
        endorsing.take_back(db, SIGNER, world.holder(endorser), given.id)
    assert (given.state, given.comment, given.answers) == (EndorsementState.WITHDRAWN, "", {})
    assert endorsing.of_request(db, mine[1]) == []
    with pytest.raises(Invalid):
        requesting.submit(db, SIGNER, mine[0], mine[1].id)


def test_whoever_is_unknown_takes_it_back_by_the_same_link(db, mine):
    token = invited(db, mine)
    given = endorsing.endorse(db, LINKS, token, Said(PRAISE))
    with pytest.raises(NotFound):
        endorsing.take_back_by_link(db, SIGNER, LINKS, token[::-1])
    endorsing.take_back_by_link(db, SIGNER, LINKS, token)
    assert (given.state, given.comment) == (EndorsementState.WITHDRAWN, "")


def test_several_unknown_people_may_each_say_something(db, world, mine):
    for _ in range(3):
        world.endorsed(mine[1], None)
    assert len(endorsing.of_request(db, mine[1])) == 3


def test_an_endorsement_may_still_come_while_the_jury_waits(db, world):
    request = world.sent(a_member(db))
    assert world.endorsed(request, a_member(db)).given_at >= request.created_at - timedelta(seconds=1)
