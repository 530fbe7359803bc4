"""Wishes: left without a name, told only in numbers that tell of nobody, and served first."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.errors import Conflict, Invalid, NotFound
from pathways.outbox import OutboxEvent
from pathways.places import areas
from pathways.places.areas import Area
from pathways.places.models import Basin, BasinCommune, Commune
from pathways.workshops import wishes
from pathways.workshops.models import Channel, QuotaKind, SessionState, Wish, WishState
from pathways.workshops.seating import seats
from pathways.workshops.seating.asking import Full, Wanted
from pathways.workshops.seating.booking import transfer
from pathways.workshops.seating.contacts import Contact
from tests.workshops import offering
from tests.workshops.seating import CODES, book, fresh, hall

HERE = ("45234", "45147", "45284")


@pytest.fixture(autouse=True)
def _communes(db):
    for code in HERE:
        if db.get(Commune, code) is None:
            db.add(Commune(code=code, name=code, sought=code, department="45", region="24", epci="244500468"))
    db.flush()


def leave(db, number: int = 1, *, commune: str = HERE[0], language: str = "ti", theme: str = "email", **how):
    return [
        wishes.leave(db, CODES, language=language, theme=theme, commune_code=commune, reads_in="ti", **how)
        for _ in range(number)
    ]


def area(*codes: str, key: str = "a") -> Area:
    return Area(key, key, frozenset(codes))


def told(db, *found: Area):
    return [(one.area.key, one.exact, one.many) for one in wishes.demand(db, found)]


def test_a_wish_holds_no_name_and_opens_by_code_and_link(db):
    (made,) = leave(db)
    assert wishes.of_token(db, CODES, made.token).id == made.wish.id
    found = wishes.find_code(db, CODES, made.code.lower())
    assert found is not None
    assert found.id == made.wish.id
    stored = [str(value) for value in db.execute(sa.select(Wish.__table__)).one()]
    assert made.code not in stored
    assert made.token not in stored


def test_the_same_form_twice_leaves_one(db):
    key = uuid.uuid4()
    first = leave(db, key=key)[0].wish
    assert leave(db, key=key)[0].wish is first
    assert leave(db, key=first.id)[0].wish is not first  # who knows an id from elsewhere does not come in by it
    wishes.withdraw(db, leave(db, key=first.id)[0].wish)
    assert db.scalar(sa.select(sa.func.count()).select_from(Wish)) == 2


@pytest.mark.parametrize(
    ("field", "how"), [("language", {"language": "xx"}), ("theme", {"theme": "x"}), ("where", {"commune": "99999"})]
)
def test_what_nobody_can_wish_is_said(db, field, how):
    with pytest.raises(Invalid) as refused:
        leave(db, **how)
    assert [one["field"] for one in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("number", "said"), [(2, []), (3, [("a", None, False)]), (9, [("a", None, False)]), (10, [("a", 10, True)])]
)
def test_nothing_below_three_and_exact_from_ten(db, number, said):
    leave(db, number)
    assert told(db, area(HERE[0])) == said


@pytest.mark.parametrize("apart", [1, 2])
def test_two_areas_that_differ_by_one_or_two_people_are_told_as_if_those_were_not_there(db, apart):
    leave(db, 12)
    leave(db, apart, commune=HERE[1])
    both = told(db, area(HERE[0], key="a"), area(HERE[0], HERE[1], key="b"))
    assert sorted(both) == [("a", 12, True), ("b", 12, True)]


@pytest.mark.parametrize("here", range(8, 13))
def test_no_set_of_communes_that_somebody_draws_tells_of_one_or_two_people(db, here):
    """Asked one by one, as a member can who draws them: the same answers with two people there as with nobody."""
    drawn = [replace(area(*codes, key="x"), is_drawn=True) for codes in (HERE[:1], HERE[1:2], HERE[:2])]
    leave(db, here)
    before = [told(db, one) for one in drawn]
    for _ in range(2):
        leave(db, commune=HERE[1])
        assert [told(db, one) for one in drawn] == before


def test_people_who_are_scattered_are_told_of_an_official_area(db):
    for commune in HERE[:2]:
        leave(db, 2, commune=commune)
    assert told(db, area(*HERE[:2])) == [("a", None, False)]
    assert told(db, replace(area(*HERE[:2]), is_drawn=True)) == []


def test_areas_that_differ_by_enough_are_told(db):
    leave(db, 12)
    leave(db, 3, commune=HERE[1])
    assert sorted(told(db, area(HERE[0], key="a"), area(HERE[0], HERE[1], key="b"))) == [
        ("a", 12, True),
        ("b", 15, True),
    ]


def test_withdrawn_and_old_wishes_are_not_told(db, monkeypatch):
    made = leave(db, 3)
    wishes.withdraw(db, made[0].wish)
    wishes.withdraw(db, made[0].wish)
    assert told(db, area(*HERE)) == []
    leave(db)
    later = clock.now() + wishes.LASTS + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert told(db, area(*HERE)) == []
    wishes.forget(db)
    assert db.scalar(sa.select(sa.func.count()).select_from(Wish).where(Wish.state == WishState.OPEN)) == 0


def test_what_was_said_to_reach_somebody_goes_with_the_wish(db):
    (made,) = leave(db, contact=Contact(Channel.EMAIL, "x@exemple.fr"))
    wishes.withdraw(db, made.wish)
    assert (made.wish.channel, made.wish.contact) == (Channel.NONE, "")


def test_a_session_keeps_its_seats_for_those_who_wished_it(db):
    made = leave(db, 4)
    session = hall(db, capacity=6)
    quota = wishes.answer(db, session, language="ti", theme="email", communes=HERE)
    assert quota.capacity == 6  # not four: how many wished it is not told
    with pytest.raises(Full):
        book(db, fresh(db, session))
    taken = wishes.take(db, CODES, made[0].wish, Wanted(language="ti"))
    assert taken.booking.quota_id == quota.id
    assert made[0].wish.state is WishState.MET
    again = wishes.take(db, CODES, made[0].wish, Wanted())  # whose answer was lost presses again
    assert (again.booking.id, again.token) == (taken.booking.id, taken.token)
    handed_on = transfer(db, CODES, taken.booking, label="B.")
    with pytest.raises(Conflict):
        wishes.take(db, CODES, made[0].wish, Wanted())
    assert handed_on.token != taken.token


def test_from_ten_on_the_number_may_show(db):
    leave(db, 11)
    session = hall(db, capacity=20)
    assert wishes.answer(db, session, language="ti", theme="email", communes=HERE).capacity == 10
    book(db, fresh(db, session), party=9)


def test_opening_a_session_finds_out_nothing_that_is_not_told(db):
    leave(db, 2)
    session = hall(db)
    with pytest.raises(Conflict):
        wishes.answer(db, session, language="ti", theme="email", communes=HERE)
    assert seats.quota(db, session.id, QuotaKind.WISHES) is None


def test_a_draft_answers_nobody(db):
    leave(db, 3)
    with pytest.raises(Conflict):
        wishes.answer(db, hall(db, state=SessionState.DRAFT), language="ti", theme="email", communes=HERE)


def test_seats_that_nobody_took_become_everybodys(db, monkeypatch):
    leave(db, 3)
    session = hall(db, capacity=3, days=14)
    wishes.answer(db, session, language="ti", theme="email", communes=HERE)
    later = clock.now() + timedelta(days=12)
    monkeypatch.setattr(clock, "now", lambda: later)
    book(db, fresh(db, session), party=3)


def test_whoever_can_be_told_is_told_once(db):
    leave(db, 2)
    (reached,) = leave(db, contact=Contact(Channel.SMS, "+33612345678"))
    wishes.answer(db, hall(db), language="ti", theme="email", communes=HERE)
    events = db.scalars(sa.select(OutboxEvent).filter_by(name="WishAnswered")).all()
    assert [one.payload["wish_id"] for one in events] == [str(reached.wish.id)]


def test_other_wishes_stay_open(db):
    leave(db, 3)
    other = [*leave(db, language="ps"), *leave(db, theme="sante"), *leave(db, commune=HERE[2])]
    wishes.answer(db, hall(db), language="ti", theme="email", communes=HERE[:2])
    assert {one.wish.state for one in other} == {WishState.OPEN}


def test_areas_around_the_places_of_an_organisation(db):
    member = offering.member_of(db)
    assert areas.around(db, member) == []
    offering.place_of(db, member, commune_code=HERE[0])
    basin = Basin(system="own", code="x", name="Le Val", organisation_id=member.organisation_id)
    other = Basin(system="own", code="y", name="Ailleurs", organisation_id=offering.member_of(db).organisation_id)
    db.add_all([basin, other])
    db.flush()
    db.add_all([BasinCommune(basin_id=one.id, commune_code=HERE[0]) for one in (basin, other)])
    db.flush()
    found = areas.around(db, member)
    assert [one.key.partition(":")[0] for one in found] == ["region", "department", "epci", "basin"]
    assert all(HERE[0] in one.communes for one in found)
    assert areas.find(db, member, f"basin:{basin.id}").name == "Le Val"
    for key in (f"basin:{other.id}", "basin:x", "department:00", "nonsense", ""):
        with pytest.raises(NotFound):
            areas.find(db, member, key)
