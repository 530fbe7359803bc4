"""What others attested: said by the person, counted once somebody has seen the paper, and until it ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pathways import clock
from pathways.badges.candidacy import attesting, standing
from pathways.badges.holding import holders
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.permissions import Role
from tests.badges.candidacy.candidates import LINKS, a_member

PIX = {"criteria": {"attested": {"kind": "pix-certificate"}}}


@pytest.fixture
def mine(db, world):
    candidate = a_member(db)
    return candidate, world.holder(candidate)


def test_it_counts_from_the_day_on_which_somebody_saw_it_until_it_ends(db, world, mine):
    candidate, holder = mine
    request = world.asked(candidate, world.published(**PIX))
    declared = attesting.declare(db, holder, kind="pix-certificate", reference=" p-bcd23456 ")
    assert declared.reference == "P-BCD23456"
    assert not standing.progress_of(db, request).met
    juror, until = world.juror(), clock.now().date() + timedelta(days=30)
    attesting.seen(db, juror, declared.id, valid_until=until)
    assert declared.seen_by == juror.account_id
    assert standing.progress_of(db, request).met
    assert standing.progress_of(db, request, clock.now() + timedelta(days=29)).met
    assert not standing.progress_of(db, request, clock.now() + timedelta(days=32)).met
    attesting.remove(db, holder, declared.id)
    attesting.remove(db, holder, declared.id)
    assert not standing.progress_of(db, request).met


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "anything"}, "kind"),
        ({"kind": "pix-certificate"}, "reference"),
        ({"kind": "pix-certificate", "reference": "P-ABCD1234"}, "reference"),
        ({"kind": "pix-certificate", "reference": "P-BCD2345"}, "reference"),
        ({"kind": "remn", "reference": "x" * 61}, "reference"),
        ({"kind": "other"}, "title"),
        ({"kind": "other", "title": "x" * 121}, "title"),
        ({"kind": "other", "title": "Premiers secours", "code": "Premiers Secours"}, "code"),
    ],
)
def test_what_cannot_be_looked_up_is_refused(db, mine, values, field):
    with pytest.raises(Invalid) as refused:
        attesting.declare(db, mine[1], **values)
    assert refused.value.errors[0]["field"] == field


def test_another_paper_counts_for_the_criterion_that_names_it(db, world, mine):
    candidate, holder = mine
    other = {"kind": "other", "code": "first-aid", "title": {"fr": "Premiers secours", "en": "First aid"}}
    request = world.asked(candidate, world.published(criteria={"attested": other}))
    named, unnamed = (
        attesting.declare(db, holder, kind="other", title="Premiers secours", code=code) for code in ("first-aid", "")
    )
    juror = world.juror()
    attesting.seen(db, juror, unnamed.id)
    assert not standing.progress_of(db, request).met
    attesting.seen(db, juror, named.id)
    assert standing.progress_of(db, request).met


def test_a_paper_that_ended_is_not_seen(db, world, mine):
    candidate, holder = mine
    world.asked(candidate)
    declared = attesting.declare(db, holder, kind="remn")
    with pytest.raises(Invalid):
        attesting.seen(db, world.juror(), declared.id, valid_until=date(2026, 1, 31))
    assert declared.seen_at is None


def test_who_sees_it_can_meet_the_person(db, world, mine):
    candidate, holder = mine
    declared = attesting.declare(db, holder, kind="aidants-connect")
    juror, stranger = world.juror(), a_member(db)
    colleague = a_member(db, organisation_id=candidate.organisation_id)
    for other in (juror, stranger):  # they asked for nothing here
        with pytest.raises(NotFound):
            attesting.seen(db, other, declared.id)
        assert attesting.to_be_seen(db, other) == []
    assert [one.id for one in attesting.to_be_seen(db, colleague)] == [declared.id]
    assert attesting.to_be_seen(db, candidate) == []
    world.asked(candidate)
    assert [one.id for one in attesting.to_be_seen(db, juror)] == [declared.id]
    attesting.seen(db, colleague, declared.id)
    first = declared.seen_at
    attesting.seen(db, juror, declared.id)
    assert (declared.seen_by, declared.seen_at) == (colleague.account_id, first)
    assert attesting.to_be_seen(db, juror) == []


def test_a_role_that_awards_nothing_sees_nothing(db, world, mine):
    candidate, holder = mine
    declared = attesting.declare(db, holder, kind="remn")
    translator = a_member(db, organisation_id=candidate.organisation_id, role=Role.TRANSLATOR)
    with pytest.raises(Forbidden):
        attesting.seen(db, translator, declared.id)


def test_twenty_at_most_and_each_its_own(db, mine):
    _, holder = mine
    made = [attesting.declare(db, holder, kind="remn") for _ in range(attesting.MOST)]
    with pytest.raises(Conflict):
        attesting.declare(db, holder, kind="remn")
    other, _ = holders.create(db, LINKS)
    with pytest.raises(NotFound):
        attesting.remove(db, other, made[0].id)
    assert len(attesting.of_holder(db, holder)) == attesting.MOST
