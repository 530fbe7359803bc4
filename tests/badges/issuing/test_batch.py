"""Badges for those who came to a session: by the register and the criteria, once, and no private link too many."""

from __future__ import annotations

import json
import threading
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.candidacy import batch, spaces
from pathways.badges.candidacy.batch import Outcome
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.issuing import revoking
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import Credential, Holder, HolderBooking, IssuerEvent
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.people.models import LearnerFile
from pathways.permissions import Role
from pathways.workshops.attending import attendance
from pathways.workshops.models import Booking, WorkshopSession
from tests.badges.issuing.networking import SIGNER, member, network, on_offer
from tests.workshops.days import a_booking, a_mark, a_session

LINKS = Links(b"a secret for tests, thirty-two bytes or more")


class Day:
    """A session of two hours that is over, in the organisation that keeps a network with one badge on offer."""

    def __init__(self, db: Session, **changed) -> None:
        self.db = db
        self.actor = member(db)
        self.issuer = network(db, self.actor)
        self.version = on_offer(db, self.actor, self.issuer, **changed)
        self.session = self.another()

    def another(self, **changed) -> WorkshopSession:
        starts = clock.now() - timedelta(hours=3)
        return a_session(self.db, self.actor.organisation_id, starts_at=starts, **changed)

    def came(self, label: str = "Une", *, presence: str = "present", session=None, **changed) -> Booking:
        booking = a_booking(self.db, session or self.session, label, **changed)
        attendance.mark(self.db, self.actor, a_mark(booking, presence))
        return booking

    def issue(self, *bookings: Booking, version=None, session=None) -> list[Outcome]:
        return [one.outcome for one in self.results(*bookings, version=version, session=session)]

    def results(self, *bookings: Booking, version=None, session=None) -> list[batch.Result]:
        wanted = (version or self.version).achievement_id
        chosen = [one.id for one in bookings]
        return batch.issue(self.db, SIGNER, LINKS, self.actor, (session or self.session).id, wanted, chosen)

    def slips(self) -> list[batch.Slip]:
        return batch.slips(self.db, LINKS, self.actor, self.session.id, self.version)

    def badges(self) -> int:
        query = sa.select(sa.func.count()).select_from(Credential).filter_by(issuer_id=self.issuer.id)
        return self.db.scalar(query) or 0


@pytest.fixture
def day(db) -> Day:
    return Day(db)


def test_whoever_came_and_wants_it_gets_a_badge_in_a_space_of_their_own(db, day):
    one, other, third = day.came("Une"), day.came("Deux"), day.came("Trois")
    assert day.issue(one, other) == [Outcome.ISSUED, Outcome.ISSUED]
    found = {slip.booking.id: slip for slip in day.slips()}
    assert found.keys() == {one.id, other.id}
    token = found[one.id].token
    assert token is not None
    holder = holders.by_token(db, LINKS, token)
    assert (holder.account_id, holder.name) == (None, "")
    assert [held.id for held in db.scalars(sa.select(Credential).filter_by(holder_id=holder.id))] == [
        found[one.id].credential.id
    ]
    assert found[one.id].token != found[other.id].token
    assert third.id not in set(db.scalars(sa.select(HolderBooking.booking_id)))


def test_what_is_signed_names_nobody_of_the_session(day):
    day.issue(day.came("Motinventé"))
    [slip] = day.slips()
    document = slip.credential.document.decode()
    assert "Motinventé" not in document
    assert str(slip.booking.id) not in document
    assert str(day.session.id) not in document
    assert json.loads(document)["credentialSubject"]["achievement"]["name"] == "Aider à une permanence"


def test_twice_is_once(day):
    booking = day.came()
    assert day.issue(booking) == [Outcome.ISSUED]
    assert day.issue(booking) == [Outcome.HELD]
    assert day.badges() == 1


def test_two_badges_of_one_session_are_two(db, day):
    other = on_offer(db, day.actor, day.issuer)
    booking = day.came()
    assert day.issue(booking) == [Outcome.ISSUED]
    assert day.issue(booking, version=other) == [Outcome.ISSUED]
    assert day.badges() == 2
    assert len(set(db.scalars(sa.select(HolderBooking.holder_id)))) == 1


def test_who_does_not_meet_the_criteria_is_told_what_is_missing_and_no_space_is_left(db, day):
    version = on_offer(db, day.actor, day.issuer, criteria={"attendance": {"hours": 6}})
    before = db.scalar(sa.select(sa.func.count()).select_from(Holder))
    short, enough = day.came("Courte"), day.came("Autre")
    [first, second] = day.results(short, enough, version=version)
    assert first.outcome is second.outcome is Outcome.MISSING
    assert "Encore 4 heures" in first.missing[0].text
    assert db.scalar(sa.select(sa.func.count()).select_from(Holder)) == before
    assert day.badges() == 0


def test_of_a_mixed_group_each_is_for_itself(day):
    whole = day.came("Toute")
    part = a_booking(day.db, day.session, "Partie")
    attendance.mark(day.db, day.actor, a_mark(part, "left_early", minutes=30))
    found = {one.booking.id: one.outcome for one in day.results(whole, part)}
    assert found == {whole.id: Outcome.ISSUED, part.id: Outcome.MISSING}
    assert day.badges() == 1


def test_whoever_did_not_come_cannot_be_chosen(day):
    absent, unsaid = day.came(presence="absent"), a_booking(day.db, day.session, "Rien")
    for wrong in (absent, unsaid):
        with pytest.raises(Invalid) as refused:
            day.issue(wrong)
        assert "présente" in refused.value.errors[0]["message"]
    with pytest.raises(Invalid):
        day.issue()
    elsewhere = day.came(session=day.another())
    with pytest.raises(Invalid):
        day.issue(elsewhere)


def test_nothing_is_issued_before_the_session_is_over(day):
    running = a_session(day.db, day.actor.organisation_id)
    booking = day.came(session=running)
    with pytest.raises(Conflict, match="pas finie"):
        day.issue(booking, session=running)


def test_a_badge_that_a_jury_decides_on_is_not_issued_so(db, day):
    grid = [{"code": "one", "looked_at": "Une ligne"}]
    judged = on_offer(db, day.actor, day.issuer, jury=1, grid=grid)
    levels = on_offer(db, day.actor, day.issuer, levels=["au début", "seul"])
    assert [one.id for one in batch.offered(db, day.actor)] == [day.version.id]
    for wrong in (judged, levels):
        with pytest.raises(Conflict, match="un jury décide"):
            day.issue(day.came(), version=wrong)


def test_only_the_network_of_the_session_s_own_organisation_issues(db, day):
    booking, stranger = day.came(), Day(db)
    wanted = day.version.achievement_id
    with pytest.raises(NotFound):
        batch.issue(db, SIGNER, LINKS, stranger.actor, day.session.id, wanted, [booking.id])
    with pytest.raises(NotFound):
        batch.issue(db, SIGNER, LINKS, stranger.actor, day.session.id, stranger.version.achievement_id, [booking.id])
    with pytest.raises(NotFound):
        batch.slips(db, LINKS, stranger.actor, day.session.id, day.version)
    trainer = member(db, role=Role.TRAINER)
    with pytest.raises(Forbidden):
        batch.issue(db, SIGNER, LINKS, trainer, day.session.id, wanted, [booking.id])


def test_whoever_brought_their_seat_into_their_own_space_finds_the_badge_there(db, day):
    booking = day.came()
    own, _ = holders.create(db, LINKS)
    holders.bring_booking(db, own, booking.id)
    assert day.issue(booking) == [Outcome.ISSUED]
    [slip] = day.slips()
    assert slip.credential.holder_id == own.id
    assert slip.token is None, "a desk never prints the link of a space that it did not make"


def test_somebody_whom_the_desk_accompanies_has_one_space_and_all_their_hours(db, day):
    file = LearnerFile(organisation_id=day.actor.organisation_id, label="mardi", sought="mardi")
    db.add(file)
    db.flush()
    earlier = day.another()
    day.came(session=earlier, file_id=file.id)
    version = on_offer(db, day.actor, day.issuer, criteria={"attendance": {"hours": 4}})
    today = day.came(file_id=file.id)
    assert day.issue(today, version=version) == [Outcome.ISSUED]
    later = day.another()
    third = day.came(session=later, file_id=file.id)
    assert day.issue(third, version=version, session=later) == [Outcome.HELD]
    assert len(set(db.scalars(sa.select(HolderBooking.holder_id)))) == 1


@pytest.mark.parametrize("touch", ["name", "email", "link", "seat", "share"])
def test_a_link_is_printed_no_more_once_the_person_did_something(db, day, touch):
    booking = day.came()
    day.issue(booking)
    [slip] = day.slips()
    assert slip.token is not None
    holder = holders.by_token(db, LINKS, slip.token)
    if touch == "name":
        holders.rename(holder, "Une")
    elif touch == "email":
        holders.write_to(holder, "une@exemple.fr")
    elif touch == "link":
        holders.renew_link(db, LINKS, holder)
    elif touch == "seat":
        holders.bring_booking(db, holder, day.came(session=day.another()).id)
    else:
        holders.tell(db, holder.id, "share_made")
    db.flush()
    [slip] = day.slips()
    assert slip.token is None


def test_a_link_is_printed_no_more_once_another_organisation_put_something_there(db, day):
    booking = day.came()
    day.issue(booking)
    [slip] = day.slips()
    holder = db.get_one(Holder, slip.credential.holder_id)
    elsewhere = Day(db)
    holders.bring_booking(db, holder, elsewhere.came().id, by_desk=True)
    db.flush()
    assert day.slips()[0].token is None
    assert spaces.tokens_of(db, LINKS, elsewhere.actor.organisation_id, [holder.id]) == {}


def test_a_badge_that_was_taken_back_is_issued_anew_and_never_given_again(db, day):
    booking = day.came()
    day.issue(booking)
    [slip] = day.slips()
    revoking.revoke(db, SIGNER, day.actor, slip.credential.id, Why.ERROR)
    assert day.slips() == []
    assert day.issue(booking) == [Outcome.ISSUED]
    [again] = day.slips()
    assert again.credential.id != slip.credential.id
    assert again.credential.revoked_at is None
    assert day.issue(booking) == [Outcome.HELD]


def test_it_is_written_down_how_many_and_for_which_session(db, day):
    day.issue(day.came("Une"), day.came("Deux"))
    noted = db.scalars(sa.select(IssuerEvent).filter_by(issuer_id=day.issuer.id, act="session_badges")).one()
    assert (noted.about_id, noted.account_id, noted.details["issued"]) == (day.session.id, day.actor.account_id, 2)


def test_a_badge_is_in_the_language_of_the_seat_where_it_exists(db, day):
    english, arabic = day.came("One", language="en"), day.came("Deux", language="ar")
    day.issue(english, arabic)
    assert [slip.credential.language for slip in sorted(day.slips(), key=lambda one: one.booking.label)] == ["fr", "en"]


def test_the_page_of_a_session_asks_as_often_for_many_as_for_one(db, day):
    def asked() -> int:
        statements: list[str] = []
        db.flush()
        db.expire_all()

        def note(_connection, _cursor, statement, *_):
            statements.append(statement)

        event.listen(db.get_bind(), "before_cursor_execute", note)
        try:
            batch.participants(db, day.actor, day.session.id, day.version)
        finally:
            event.remove(db.get_bind(), "before_cursor_execute", note)
        return len(statements)

    day.issue(day.came("Une"))
    few = asked()
    for number in range(8):
        day.came(f"N° {number}")
    assert asked() == few
    assert len(batch.participants(db, day.actor, day.session.id)) == 9


def test_of_two_at_once_each_person_gets_one_badge_and_one_space(database):
    with database.begin() as db:
        day = Day(db)
        bookings = [day.came(f"N° {number}").id for number in range(3)]
        session_id, achievement_id = day.session.id, day.version.achievement_id
    done: list[list[Outcome]] = []

    def issue() -> None:
        with database.begin() as db:
            found = batch.issue(db, SIGNER, LINKS, day.actor, session_id, achievement_id, bookings)
            done.append([one.outcome for one in found])

    threads = [threading.Thread(target=issue) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == [[Outcome.HELD] * 3, [Outcome.HELD] * 3, [Outcome.ISSUED] * 3]
    with database.read() as db:
        count = sa.select(sa.func.count()).select_from(Credential).filter_by(issuer_id=day.issuer.id)
        assert db.scalar(count) == 3
        brought = sa.select(HolderBooking.holder_id).where(HolderBooking.booking_id.in_(bookings))
        assert len(set(db.scalars(brought))) == 3


def test_what_is_not_there_is_not_issued(db, day):
    with pytest.raises(NotFound):
        batch.issue(db, SIGNER, LINKS, day.actor, uuid.uuid4(), day.version.achievement_id, [day.came().id])
    with pytest.raises(NotFound):
        batch.issue(db, SIGNER, LINKS, day.actor, day.session.id, uuid.uuid4(), [day.came().id])
