"""What is known of a candidate: measured, observed, endorsed, attended, led, held; never by themself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from pathways import clock
from pathways.badges.candidacy import co_leading, facts, requesting
from pathways.badges.criteria import tree
from pathways.badges.criteria.nodes import Role, SessionKind
from pathways.badges.criteria.progress import progress
from pathways.badges.holding import holders
from pathways.badges.models import AwardRequest, Holder, JuryVerdict
from pathways.diagnostics.models import Attempt
from pathways.referentials import service as referentials
from pathways.workshops.attending import attendance
from pathways.workshops.models import Audience, QuotaKind, SeatQuota, SessionState
from tests.badges.candidacy.candidates import LINKS, SIGNER, a_badge, a_member
from tests.badges.candidacy.leading import a_led_session, engage
from tests.insights.crowds import SKILLS, Crowd, answer
from tests.workshops.days import a_booking, a_mark, a_session

FRAMEWORK = referentials.USUAL_FRAMEWORK


def gathered(db, world, member, **values):
    return facts.gather(db, world.holder(member), world.issuer.id, clock.now(), **values)


@pytest.fixture
def crowd(db) -> Crowd:
    return Crowd.new(db)


def brought(db, world, member, attempt: Attempt) -> Attempt:
    holders.bring_attempt(db, world.holder(member), attempt.id)
    return attempt


def test_the_newest_attempt_that_asked_about_it_measures_it(db, world, crowd):
    candidate = a_member(db)
    long_ago = clock.now() - timedelta(days=40)
    brought(db, world, candidate, crowd.add(dict.fromkeys(SKILLS, "correct"), at=long_ago))
    brought(db, world, candidate, crowd.add({"MEL-03": "dont_know"}))
    found = {one.skill: one for one in gathered(db, world, candidate).measures}
    lost, kept = found[f"{FRAMEWORK}:MEL-03"], found[f"{FRAMEWORK}:SEC-01"]
    assert (lost.mastery < 0.5, lost.answers > 0) == (True, True)
    assert (kept.mastery > 0.8, kept.answers > 0) == (True, True)
    assert kept.at < lost.at
    shipped = referentials.latest(db, FRAMEWORK)
    assert (kept.version, kept.fingerprint) == (shipped.version, shipped.fingerprint)
    assert gathered(db, world, candidate).lineages[FRAMEWORK][-1] == shipped.fingerprint


def test_a_lower_bound_is_worked_out_where_it_is_asked_for_and_always_the_same(db, world, crowd):
    candidate = a_member(db)
    brought(db, world, candidate, crowd.add(dict.fromkeys(SKILLS, "correct")))
    wanted = f"{FRAMEWORK}:SEC-01"
    assert {one.low for one in gathered(db, world, candidate).measures} == {None}
    [found] = [one for one in gathered(db, world, candidate, bounds=[wanted]).measures if one.skill == wanted]
    assert found.low is not None
    assert 0.0 < found.low < found.mastery
    [again] = [one for one in gathered(db, world, candidate, bounds=[wanted]).measures if one.skill == wanted]
    assert again.low == found.low
    node = tree.parse({"profile": {"framework": FRAMEWORK, "skills": ["SEC-01"], "mastery": 0.5, "lower_bound": True}})
    assert tree.bounded_in(node) == {wanted}
    assert progress(node, gathered(db, world, candidate, bounds=[wanted])).met == (found.low >= 0.5)
    assert not progress(node, gathered(db, world, candidate)).met


def test_an_extra_question_measures_nothing(db, world, crowd):
    candidate = a_member(db)
    attempt = brought(db, world, candidate, crowd.add({"SEC-01": "correct"}))
    item = crowd.items["MEL-03"][0]
    db.add(answer(attempt.id, 90, item, "correct", predicted={"correct": 0.5, "incorrect": 0.3, "dont_know": 0.2}))
    db.flush()
    found = {one.skill: one.answers for one in gathered(db, world, candidate).measures}
    assert (found[f"{FRAMEWORK}:SEC-01"] > 0, found[f"{FRAMEWORK}:MEL-03"]) == (True, 0)


def test_an_attempt_that_nobody_brought_says_nothing(db, world, crowd):
    candidate = a_member(db)
    crowd.add(dict.fromkeys(SKILLS, "correct"))
    assert gathered(db, world, candidate).measures == ()


def observed(db, crowd, by, outcome: str = "correct", *, skill: str = "MEL-03") -> Attempt:
    attempt = crowd.add({})
    item = crowd.items[skill][0]
    db.add(answer(attempt.id, 1, item, outcome, observed_by=by.account_id))
    db.flush()
    return attempt


def test_a_sheet_counts_by_who_saw_it_done(db, world, crowd):
    candidate, observer = a_member(db), world.juror()
    a_badge(db, world, world.holder(observer))
    brought(db, world, candidate, observed(db, crowd, observer))
    brought(db, world, candidate, observed(db, crowd, observer, "incorrect", skill="SEC-01"))
    (sheet,) = gathered(db, world, candidate).sheets
    assert sheet.skills == {f"{FRAMEWORK}:MEL-03"}
    assert (sheet.by.id, sheet.by.jury) == (str(observer.account_id), True)
    assert sheet.by.held == {world.version.achievement.slug}
    assert sheet.by.roles == {Role.TRAINER}
    assert sheet.by.organisation == str(crowd.member.organisation_id)


def test_what_one_observed_of_oneself_names_oneself(db, world, crowd):
    candidate = a_member(db)
    brought(db, world, candidate, observed(db, crowd, candidate))
    found = gathered(db, world, candidate)
    assert found.sheets[0].by.id == found.person


def test_endorsements_are_those_of_the_request_with_what_their_authors_hold(db, world):
    candidate, endorser = a_member(db), a_member(db)
    a_badge(db, world, world.holder(endorser))
    a_badge(
        db, world, world.holder(endorser), version_id=world.published().id, revoked_at=clock.now(), revocation="error"
    )
    expired = clock.now() - timedelta(days=1)
    a_badge(db, world, world.holder(endorser), version_id=world.published().id, valid_until=expired)
    request = world.asked(candidate)
    world.endorsed(request, endorser)
    world.endorsed(request, None)
    (given,) = gathered(db, world, candidate, request=request).endorsements
    assert (given.by.id, given.by.held) == (str(endorser.account_id), {world.version.achievement.slug})
    assert given.by.organisation == str(endorser.organisation_id)
    assert gathered(db, world, candidate).endorsements == ()


def attended(db, session, member=None, *, presence: str = "present", **changed):
    booking = a_booking(db, session, **changed)
    recorder = member or a_member(db, organisation_id=session.organisation_id)
    attendance.mark(db, recorder, a_mark(booking, presence))
    return booking


def test_hours_are_those_of_the_seats_that_one_brought(db, world):
    candidate = a_member(db)
    session = a_session(db, candidate.organisation_id, starts_at=clock.now() - timedelta(days=1))
    booking, other = attended(db, session), attended(db, session)
    holders.bring_booking(db, world.holder(candidate), booking.id)
    (found,) = gathered(db, world, candidate).attended
    assert (found.session, found.minutes, found.theme) == (str(session.id), 120, "email")
    absent = attended(db, a_session(db, candidate.organisation_id), presence="absent")
    late = attended(db, a_session(db, candidate.organisation_id), presence="late")
    ahead = a_session(db, candidate.organisation_id, starts_at=clock.now() + timedelta(days=1))
    for one in (absent, late, a_booking(db, ahead)):
        holders.bring_booking(db, world.holder(candidate), one.id)
    assert len(gathered(db, world, candidate).attended) == 1
    assert other.id != booking.id


def test_hours_are_also_those_of_the_file_in_which_a_result_stands(db, world, crowd):
    candidate, file = a_member(db), crowd.file("Une personne")
    brought(db, world, candidate, crowd.add({"MEL-03": "correct"}, file=file))
    session = a_session(db, crowd.member.organisation_id, starts_at=clock.now() - timedelta(days=1))
    attended(db, session, crowd.member, file_id=file.id)
    assert [one.minutes for one in gathered(db, world, candidate).attended] == [120]
    # Two people's results in one file: nobody knows whose seat it was.
    brought(db, world, a_member(db), crowd.add({"MEL-03": "correct"}, file=file))
    assert gathered(db, world, candidate).attended == ()


def test_sessions_are_those_that_one_led_and_that_took_place(db, world):
    candidate, second = a_member(db), a_member(db)
    session = a_led_session(db, candidate, second, languages=["fr", "ar"])
    a_led_session(db, candidate, closed=False)
    a_led_session(db, second)
    (led,) = gathered(db, world, candidate).led
    assert (led.session, led.theme, led.languages) == (str(session.id), "email", {"fr", "ar"})
    assert led.kinds == {SessionKind.PLACE, SessionKind.JOINT}  # the second leads for another structure
    assert led.endorsed_by == frozenset()
    co_leading.endorse_session(db, second, session.id, candidate.account_id)
    assert gathered(db, world, candidate).led[0].endorsed_by == {str(second.account_id)}
    assert gathered(db, world, second).led[0].endorsed_by == frozenset()


def test_how_a_session_took_place_is_told(db, world):
    from pathways.workshops.models import MeansKind

    candidate = a_member(db)
    remote = a_led_session(db, candidate, place_id=None)
    shared = a_led_session(db, candidate, starts_at=clock.now() - timedelta(days=3))
    db.add(SeatQuota(session_id=shared.id, kind=QuotaKind.STRUCTURE, value="x", capacity=2))
    van = a_led_session(db, candidate, starts_at=clock.now() - timedelta(days=4))
    engage(db, van, candidate, MeansKind.VAN)
    van.workshop.audience = Audience.PROFESSIONALS
    db.flush()
    kinds = {one.session: one.kinds for one in gathered(db, world, candidate).led}
    assert kinds[str(remote.id)] == {SessionKind.REMOTE}
    assert kinds[str(shared.id)] == {SessionKind.PLACE, SessionKind.JOINT}
    assert kinds[str(van.id)] == {SessionKind.VAN, SessionKind.PROFESSIONALS}
    remote.state = SessionState.CANCELLED
    db.flush()
    assert len(gathered(db, world, candidate).led) == 2


def test_what_is_held_is_valid_and_of_this_network(db, world):
    from tests.badges.candidacy.candidates import World

    candidate, other = a_member(db), World(db)
    a_badge(db, world, world.holder(candidate))
    a_badge(db, other, world.holder(candidate))
    a_badge(db, world, world.holder(candidate), revoked_at=clock.now(), revocation="error")
    (held,) = gathered(db, world, candidate).held
    assert (held.slug, held.version) == (world.version.achievement.slug, 1)


def test_decisions_are_those_of_the_present_round(db, world):
    version = world.published(jury=2)
    request, juror = world.sent(a_member(db), version), world.juror()
    world.decided(juror, request)
    own = facts.gather(db, request.holder, world.issuer.id, clock.now(), request=request, pieces=["story"])
    assert [(one.piece, one.by, one.accepted) for one in own.decisions] == [("story", str(juror.account_id), True)]
    world.decided(world.juror(), request, JuryVerdict.ASK)
    requesting.submit(db, SIGNER, request.holder, request.id)
    own = facts.gather(db, request.holder, world.issuer.id, clock.now(), request=request, pieces=["story"])
    assert own.decisions == ()


def test_for_a_renewal_only_what_came_after_the_badge_is_measured(db, world, crowd):
    world.version = world.published(renewal={"criteria": {"endorsements": {"n": 1, "by": {"role": "anyone"}}}})
    candidate, before = a_member(db), clock.now() - timedelta(days=300)
    brought(db, world, candidate, crowd.add({"MEL-03": "correct"}, at=before))
    soon = clock.now() + timedelta(days=30)
    badge = a_badge(db, world, world.holder(candidate), issued_at=clock.now() + timedelta(seconds=1), valid_until=soon)
    request = requesting.renew(db, world.holder(candidate), badge.id)
    assert gathered(db, world, candidate).measures
    assert gathered(db, world, candidate, request=request).measures == ()


def test_the_number_of_queries_does_not_grow_with_what_there_is(db, world, crowd):
    candidate, counts = a_member(db), []
    request = world.asked(candidate, world.published())
    for number in (1, 4):
        for _ in range(number):
            brought(db, world, candidate, observed(db, crowd, a_member(db)))
            world.endorsed(request, a_member(db))
            a_led_session(db, candidate, a_member(db))
            booking = attended(db, a_session(db, candidate.organisation_id, starts_at=clock.now() - timedelta(days=1)))
            holders.bring_booking(db, world.holder(candidate), booking.id)
        holder_id = world.holder(candidate).id
        db.flush()
        db.expunge_all()
        holder, asked = db.get_one(Holder, holder_id), db.get_one(AwardRequest, request.id)
        statements: list[str] = []

        def note(_connection, _cursor, statement, *_rest, kept=statements):
            kept.append(statement)

        connection = db.connection()
        event.listen(connection, "before_cursor_execute", note)
        found = facts.gather(db, holder, world.issuer.id, clock.now(), request=asked, pieces=["story"])
        event.remove(connection, "before_cursor_execute", note)
        counts.append(len(statements))
    assert (len(found.sheets), len(found.endorsements), len(found.led), len(found.attended)) == (5, 5, 5, 5)
    assert counts[1] <= counts[0] <= 18


def test_who_has_no_account_is_known_by_their_space(db, world):
    holder, _ = holders.create(db, LINKS)
    found = facts.gather(db, holder, world.issuer.id, clock.now())
    assert (found.person, found.led) == (str(holder.id), ())
