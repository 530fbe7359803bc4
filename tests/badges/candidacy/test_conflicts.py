"""Who may not decide, endorse or attest: each rule by itself, and each refused by the service."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pathways import clock
from pathways.badges.candidacy import attesting, conflicts, endorsing, jury, requesting, standing
from pathways.badges.candidacy.conflicts import Act, Between, ConflictOfInterest, Ground
from pathways.badges.holding import holders
from pathways.badges.models import JuryVerdict
from pathways.errors import Conflict
from pathways.people import service as people
from pathways.people.models import Membership
from pathways.permissions import Role
from tests.badges.candidacy.candidates import LINKS, SIGNER, a_member

OF_ACT = {
    Act.DECIDE: {
        "is_oneself": Ground.ONESELF,
        "acted_back": Ground.RECIPROCAL,
        "shares_organisation": Ground.OWN_ORGANISATION,
        "has_endorsed": Ground.ENDORSED,
        "has_decided_before_appeal": Ground.DECIDED_BEFORE_APPEAL,
        "has_decided_now": Ground.TWICE,
    },
    Act.ENDORSE: {
        "is_oneself": Ground.ONESELF,
        "acted_back": Ground.RECIPROCAL,
        "has_decided": Ground.HAS_DECIDED,
        "has_endorsed": Ground.TWICE,
    },
    Act.ATTEST: {"is_oneself": Ground.ONESELF},
}
KNOWN = sorted({name for of_act in OF_ACT.values() for name in of_act})


@pytest.mark.parametrize("act", list(Act))
@given(there=st.sets(st.sampled_from(KNOWN)))
def test_the_grounds_against_an_act_are_those_that_are_there(act, there):
    found = conflicts.grounds(act, Between(**dict.fromkeys(there, True)))
    assert set(found) == {ground for name, ground in OF_ACT[act].items() if name in there}


def test_where_the_achievement_does_not_mind_ones_own_organisation_decides():
    assert conflicts.grounds(Act.DECIDE, Between(shares_organisation=True), foreign_jury=False) == ()


def test_each_ground_has_its_sentence():
    assert set(conflicts.SENTENCES) == set(Ground)
    with pytest.raises(ConflictOfInterest) as refused:
        conflicts.refuse((Ground.ENDORSED, Ground.TWICE))
    assert (refused.value.ground, refused.value.kind) == (Ground.ENDORSED, "forbidden")


def ground_of(act) -> Ground:
    with pytest.raises(ConflictOfInterest) as refused:
        act()
    return refused.value.ground


# --- refused by the service -----------------------------------------------------------------------------------


def test_nobody_decides_on_themself(db, world):
    juror = world.juror()
    request = world.sent(juror)
    assert ground_of(lambda: world.decided(juror, request)) is Ground.ONESELF


def test_nobody_endorses_themself(db, world):
    candidate = a_member(db)
    request = world.asked(candidate)
    assert ground_of(lambda: world.endorsed(request, candidate)) is Ground.ONESELF
    assert ground_of(lambda: world.endorsed(request, world.holder(candidate))) is Ground.ONESELF


def test_nobody_sees_their_own_paper(db, world):
    candidate = world.juror()
    holder = world.holder(candidate)
    world.asked(candidate)
    declared = attesting.declare(db, holder, kind="remn")
    assert ground_of(lambda: attesting.seen(db, candidate, declared.id)) is Ground.ONESELF


def test_who_was_endorsed_does_not_endorse_back(db, world):
    first, second = a_member(db), a_member(db)
    world.endorsed(world.asked(first), by=second)
    assert ground_of(lambda: world.endorsed(world.asked(second), by=first)) is Ground.RECIPROCAL


def test_who_was_endorsed_does_not_decide_back(db, world):
    juror, candidate = world.juror(), a_member(db)
    world.endorsed(world.asked(juror), by=candidate)
    request = world.sent(candidate)
    assert ground_of(lambda: world.decided(juror, request)) is Ground.RECIPROCAL


@pytest.mark.parametrize("verdict", [JuryVerdict.GRANT, JuryVerdict.REFUSE, JuryVerdict.ASK])
def test_who_was_decided_on_neither_endorses_nor_decides_back_whatever_it_was(db, world, verdict):
    first, second = world.juror(), world.juror()
    world.decided(second, world.sent(first), verdict)
    request = world.asked(second)
    assert ground_of(lambda: world.endorsed(request, by=first)) is Ground.RECIPROCAL
    world.endorsed(request, by=a_member(db))
    requesting.submit(db, SIGNER, world.holder(second), request.id)
    assert ground_of(lambda: world.decided(first, request)) is Ground.RECIPROCAL


def test_taken_back_or_withdrawn_it_is_reciprocal_all_the_same(db, world):
    first, second = a_member(db), a_member(db)
    request = world.asked(first)
    given_ = world.endorsed(request, by=second)
    endorsing.take_back(db, SIGNER, world.holder(second), given_.id)
    requesting.withdraw(db, world.holder(first), request.id)
    assert ground_of(lambda: world.endorsed(world.asked(second), by=first)) is Ground.RECIPROCAL


def test_what_was_said_while_one_waited_is_seen(db, world):
    """Of two at once, the second read the clock before it waited for the first."""
    first, second = a_member(db), a_member(db)
    given_ = world.endorsed(world.asked(first), by=second)
    given_.given_at = clock.now() + timedelta(seconds=5)
    db.flush()
    assert ground_of(lambda: world.endorsed(world.asked(second), by=first)) is Ground.RECIPROCAL


def test_for_another_achievement_it_is_not_reciprocal(db, world):
    first, second = a_member(db), a_member(db)
    world.endorsed(world.asked(first), by=second)
    assert world.endorsed(world.asked(second, world.published()), by=first)


@pytest.mark.parametrize(("days", "is_refused"), [(720, True), (745, False)])
def test_after_two_years_it_is_forgotten(db, world, days, is_refused):
    first, second = a_member(db), a_member(db)
    world.endorsed(world.asked(first), by=second).given_at = clock.now() - timedelta(days=days)
    db.flush()
    request = world.asked(second)
    if is_refused:
        assert ground_of(lambda: world.endorsed(request, by=first)) is Ground.RECIPROCAL
    else:
        assert world.endorsed(request, by=first)


def test_nobody_of_the_candidates_organisation_decides_where_the_achievement_says_so(db, world):
    candidate = a_member(db)
    colleague = world.juror(organisation_id=candidate.organisation_id)
    request = world.sent(candidate)
    assert ground_of(lambda: world.decided(colleague, request)) is Ground.OWN_ORGANISATION
    version = world.published(foreign_jury=False)
    assert world.decided(colleague, world.sent(candidate, version))


def test_every_membership_of_either_counts(db, world):
    candidate, elsewhere = a_member(db), a_member(db)
    juror = world.juror()
    people.add_member(db, account_id=juror.account_id, organisation_id=elsewhere.organisation_id, role=Role.TRANSLATOR)
    people.add_member(
        db, account_id=candidate.account_id, organisation_id=elsewhere.organisation_id, role=Role.PRESCRIBER
    )
    request = world.sent(candidate)
    assert ground_of(lambda: world.decided(juror, request)) is Ground.OWN_ORGANISATION


def test_the_organisation_that_a_request_names_counts_after_one_has_left_it(db, world):
    juror = world.juror()
    candidate = a_member(db, organisation_id=juror.organisation_id)
    request = world.sent(candidate)
    db.execute(sa.delete(Membership).filter_by(account_id=candidate.account_id))
    assert ground_of(lambda: world.decided(juror, request)) is Ground.OWN_ORGANISATION


def test_a_space_without_account_asks_no_jury(db, world):
    """Its jury could be the person themself, and no rule would know."""
    holder, _ = holders.create(db, LINKS)
    with pytest.raises(Conflict):
        requesting.ask(db, holder, world.version.achievement_id)
    assert not requesting.may_ask(holder, standing.demand_of(world.version))
    piece = {"portfolio": {"piece": "welcome", "asked": {"fr": "Un accueil.", "en": "A welcome."}, "jury": 2}}
    for parts in (
        {"criteria": {"all": [{"endorsements": {"n": 1, "by": {"role": "anyone"}}}, piece]}},
        {"levels": ["Un", "Deux"]},
    ):
        judged = world.published(jury=0, grid=[], **parts)
        with pytest.raises(Conflict):  # of a piece alone, or of which level was reached: somebody decides
            requesting.ask(db, holder, judged.achievement_id, level=1 if "levels" in parts else None)
    alone = world.published(jury=0, grid=[])
    assert requesting.ask(db, holder, alone.achievement_id).holder_id == holder.id


def test_who_endorsed_does_not_decide(db, world):
    juror = world.juror()
    request = world.sent(a_member(db))
    given_ = world.endorsed(request, by=juror)
    assert ground_of(lambda: world.decided(juror, request)) is Ground.ENDORSED
    endorsing.take_back(db, SIGNER, world.holder(juror), given_.id)
    assert ground_of(lambda: world.decided(juror, request)) is Ground.ENDORSED


def test_who_decided_does_not_endorse(db, world):
    juror = world.juror()
    request = world.decided(juror, world.sent(a_member(db)), JuryVerdict.ASK)
    assert ground_of(lambda: world.endorsed(request, by=juror)) is Ground.HAS_DECIDED


def test_nobody_decides_twice_in_a_round_and_may_in_the_next(db, world):
    version = world.published(jury=2)
    juror, request = world.juror(), world.sent(a_member(db), version)
    world.decided(juror, request)
    assert ground_of(lambda: world.decided(juror, request)) is Ground.TWICE
    world.decided(world.juror(), request, JuryVerdict.ASK)
    requesting.submit(db, SIGNER, request.holder, request.id)
    assert world.decided(juror, request)


def test_nobody_endorses_twice(db, world):
    request, endorser = world.asked(a_member(db)), a_member(db)
    given_ = world.endorsed(request, by=endorser)
    assert ground_of(lambda: world.endorsed(request, by=endorser)) is Ground.TWICE
    endorsing.take_back(db, SIGNER, world.holder(endorser), given_.id)
    assert ground_of(lambda: world.endorsed(request, by=endorser)) is Ground.TWICE


def test_the_same_is_said_before_anybody_begins(db, world):
    juror = world.juror()
    request = world.sent(juror)
    assert jury.grounds(db, juror, request) == (Ground.ONESELF, Ground.OWN_ORGANISATION)
    assert jury.grounds(db, world.juror(), request) == ()
