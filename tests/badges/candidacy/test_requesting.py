"""Asking for a badge: opened once, written, sent when all is there, taken back, appealed once, renewed in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.candidacy import endorsing, evidence, requesting, standing
from pathways.badges.candidacy.conflicts import ConflictOfInterest
from pathways.badges.events import RequestDecided, RequestSubmitted
from pathways.badges.holding import holders
from pathways.badges.models import Endorsement, EndorsementInvitation, Evidence, JuryVerdict, RequestState
from pathways.errors import Conflict, Invalid, NotFound
from pathways.outbox import OutboxEvent
from tests.badges.candidacy.candidates import ANYONE, LINKS, SIGNER, World, a_badge, a_member

PORTFOLIO = {"portfolio": {"piece": "story", "asked": {"fr": "Le récit", "en": "The story"}, "jury": 2}}


def events(db, request) -> list[str]:
    return list(db.scalars(sa.select(OutboxEvent.name).filter_by(about_id=request.id).order_by(OutboxEvent.id)))


def test_one_request_is_open_for_an_achievement(db, world):
    candidate = a_member(db)
    request = world.asked(candidate)
    assert request.state is RequestState.GATHERING
    assert world.asked(candidate).id == request.id
    assert world.asked(candidate, world.published()).id != request.id


def test_the_version_in_force_is_asked_for(db, world):
    later = world.published(slug=world.version.achievement.slug, number=2)
    assert world.asked(a_member(db)).version_id == later.id


def test_a_closed_achievement_cannot_be_asked_for(db, world):
    world.version.achievement.closed_at = clock.now()
    with pytest.raises(NotFound):
        world.asked(a_member(db))


@pytest.mark.parametrize(("values", "field"), [({"language": "en"}, "language"), ({"level": 1}, "level")])
def test_what_the_achievement_does_not_have_is_refused(db, world, values, field):
    with pytest.raises(Invalid) as refused:
        world.asked(a_member(db), **values)
    assert [one["field"] for one in refused.value.errors] == [field]


def test_one_names_an_organisation_of_ones_own(db, world):
    with pytest.raises(Invalid) as refused:
        world.asked(a_member(db), organisation_id=a_member(db).organisation_id)
    assert refused.value.errors[0]["field"] == "organisation"


def test_of_several_levels_one_is_chosen(db, world):
    version = world.published(levels=["Je fais", "Je transmets"])
    with pytest.raises(Invalid):
        world.asked(a_member(db), version)
    assert world.asked(a_member(db), version, level=2).level == 2


def test_what_is_held_is_not_asked_for_but_a_higher_level_is(db, world):
    candidate = a_member(db)
    holder = world.holder(candidate)
    a_badge(db, world, holder)
    with pytest.raises(Conflict):
        world.asked(candidate)
    version = world.published(levels=["Je fais", "Je transmets"])
    a_badge(db, world, holder, version_id=version.id, level=1)
    with pytest.raises(Conflict):
        world.asked(candidate, version, level=1)
    assert world.asked(candidate, version, level=2).level == 2


def test_words_are_written_until_it_is_sent(db, world):
    candidate = a_member(db)
    holder, request = world.holder(candidate), world.asked(candidate)
    question = "Racontez un accueil."
    first = request.version
    requesting.write(db, holder, request.id, words=" Bonjour ", answers={question: "Un matin"}, version=first)
    assert (request.words, request.answers) == ("Bonjour", {question: "Un matin"})
    with pytest.raises(Conflict):
        requesting.write(db, holder, request.id, words="", answers={}, version=first)
    with pytest.raises(Invalid):
        requesting.write(db, holder, request.id, words="", answers={"Autre ?": "x"}, version=request.version)
    with pytest.raises(Invalid) as refused:
        requesting.write(db, holder, request.id, words="x" * 6001, answers={}, version=request.version)
    assert refused.value.errors[0]["field"] == "words"
    sent = world.sent(a_member(db))
    with pytest.raises(Conflict):
        requesting.write(db, sent.holder, sent.id, words="", answers={}, version=sent.version)


def test_a_request_of_somebody_else_does_not_exist(db, world):
    request, stranger = world.asked(a_member(db)), world.holder(a_member(db))
    for act in (
        lambda: requesting.submit(db, SIGNER, stranger, request.id),
        lambda: requesting.withdraw(db, stranger, request.id),
        lambda: requesting.write(db, stranger, request.id, words="", answers={}, version=request.version),
        lambda: requesting.appeal(db, stranger, request.id, words="Je ne suis pas d'accord du tout."),
        lambda: evidence.add_text(db, stranger, request.id, title="Fiche", text="Texte"),
        lambda: endorsing.invite(db, LINKS, stranger, request.id),
    ):
        with pytest.raises(NotFound):
            act()


def test_it_is_sent_only_when_all_but_the_jurys_own_is_there(db, world):
    candidate = a_member(db)
    holder, request = world.holder(candidate), world.asked(candidate)
    with pytest.raises(Invalid) as refused:
        requesting.submit(db, SIGNER, holder, request.id)
    assert [one["field"] for one in refused.value.errors] == ["criteria"]
    assert "recommandation" in refused.value.errors[0]["message"]
    world.endorsed(request, a_member(db))
    requesting.submit(db, SIGNER, holder, request.id)
    assert request.state is RequestState.SUBMITTED
    requesting.submit(db, SIGNER, holder, request.id)
    assert events(db, request) == [RequestSubmitted.__name__]


def test_an_endorsement_of_nobody_known_does_not_count(db, world):
    candidate = a_member(db)
    request = world.asked(candidate)
    world.endorsed(request, None)
    with pytest.raises(Invalid):
        requesting.submit(db, SIGNER, world.holder(candidate), request.id)


def test_without_a_jury_the_criteria_decide_at_once(db, world, issued):
    version = world.published(jury=0, grid=[])
    request = world.sent(a_member(db), version)
    assert request.state is RequestState.GRANTED
    assert issued.requests == [(request.id, None)]
    assert events(db, request) == [RequestDecided.__name__]


@pytest.mark.parametrize(("email", "told"), [("", []), ("moi@example.org", [RequestDecided.__name__])])
def test_who_left_no_address_is_told_in_their_space_alone(db, world, issued, email, told):
    holder, _ = holders.create(db, LINKS)
    holder.email = email
    request = requesting.ask(db, holder, world.published(jury=0, grid=[]).achievement_id)
    world.endorsed(request, a_member(db))
    requesting.submit(db, SIGNER, holder, request.id)
    assert events(db, request) == told


def test_a_piece_that_is_asked_for_must_be_there_and_its_jury_counts(db, world):
    version = world.published(criteria=PORTFOLIO, jury=0, grid=[])
    candidate = a_member(db)
    holder, request = world.holder(candidate), world.asked(candidate, version)
    with pytest.raises(Invalid):
        requesting.submit(db, SIGNER, holder, request.id)
    evidence.add_text(
        db, holder, request.id, title="Un récit", text="Ce matin…", use=evidence.For("story", is_piece=True)
    )
    assert standing.readiness(db, request, clock.now()).jury == 2
    requesting.submit(db, SIGNER, holder, request.id)
    assert request.state is RequestState.SUBMITTED


def test_answers_to_every_question_are_the_piece_too(db, world):
    version = world.published(criteria=PORTFOLIO)
    candidate = a_member(db)
    holder, request = world.holder(candidate), world.asked(candidate, version)
    answers = {"Racontez un accueil.": "Un matin, une personne arrive avec son téléphone."}
    requesting.write(db, holder, request.id, words="", answers=answers, version=request.version)
    requesting.submit(db, SIGNER, holder, request.id)
    assert request.state is RequestState.SUBMITTED


def test_where_another_way_is_enough_no_piece_is_needed(db, world):
    version = world.published(criteria={"any": [PORTFOLIO, {"endorsements": {"n": 1, "by": ANYONE}}]})
    request = world.sent(a_member(db), version)
    assert standing.readiness(db, request, clock.now()).jury == 1


def test_taken_back_nothing_of_it_is_kept_but_that_it_was(db, world):
    candidate = a_member(db)
    holder, request = world.holder(candidate), world.asked(candidate)
    requesting.write(db, holder, request.id, words="Mes mots", answers={}, version=request.version)
    evidence.add_text(db, holder, request.id, title="Fiche", text="Un texte")
    given = world.endorsed(request, a_member(db))
    endorsing.invite(db, LINKS, holder, request.id)
    requesting.withdraw(db, holder, request.id)
    requesting.withdraw(db, holder, request.id)
    assert (request.state, request.words) == (RequestState.WITHDRAWN, "")
    for kind in (Evidence, EndorsementInvitation):
        assert db.scalars(sa.select(kind).filter_by(request_id=request.id)).all() == []
    db.refresh(given)
    assert (given.comment, given.endorser_id is None) == ("", False)
    with pytest.raises(Conflict):
        requesting.submit(db, SIGNER, holder, request.id)
    assert world.asked(candidate).id != request.id


def refused(world: World):
    request = world.sent(a_member(world.db))
    grid = {"listens": "not_yet", "orients": "yes"}
    return world.decided(world.juror(), request, JuryVerdict.REFUSE, grid=grid)


APPEAL = "Le jury n'a pas lu ma deuxième preuve."


def test_an_appeal_is_for_others_and_is_made_once(db, world, issued):
    first, request = world.juror(), world.sent(a_member(db))
    world.decided(first, request, JuryVerdict.REFUSE)
    with pytest.raises(Invalid):
        requesting.appeal(db, request.holder, request.id, words="Non.")
    requesting.appeal(db, request.holder, request.id, words=APPEAL)
    assert (request.state, request.round) == (RequestState.APPEALED, 2)
    with pytest.raises(ConflictOfInterest) as conflict:
        world.decided(first, request)
    assert conflict.value.ground == "decided-before-appeal"
    world.decided(world.juror(), request, JuryVerdict.REFUSE)
    with pytest.raises(Conflict):
        requesting.appeal(db, request.holder, request.id, words=APPEAL)
    assert issued.requests == []


def test_an_appeal_that_is_given_back_stays_one(db, world):
    request = refused(world)
    requesting.appeal(db, request.holder, request.id, words=APPEAL)
    world.decided(world.juror(), request, JuryVerdict.ASK, grid={})
    requesting.submit(db, SIGNER, request.holder, request.id)
    assert request.state is RequestState.APPEALED


def test_an_appeal_comes_in_time(db, world):
    request = refused(world)
    late = clock.now() + requesting.APPEALS_WITHIN + timedelta(seconds=1)
    with pytest.raises(Conflict):
        requesting.appeal(db, request.holder, request.id, words=APPEAL, now=late)


def test_who_asked_anew_does_not_appeal_too(db, world):
    candidate = a_member(db)
    request = world.sent(candidate)
    world.decided(world.juror(), request, JuryVerdict.REFUSE)
    world.asked(candidate)
    with pytest.raises(Conflict):
        requesting.appeal(db, request.holder, request.id, words=APPEAL)


def test_who_got_the_badge_by_asking_anew_does_not_get_a_second_one_by_an_appeal(db, world):
    candidate = a_member(db)
    request = world.sent(candidate)
    world.decided(world.juror(), request, JuryVerdict.REFUSE)
    held = a_badge(db, world, world.holder(candidate), valid_until=clock.now() + timedelta(days=900))
    with pytest.raises(Conflict):
        requesting.appeal(db, request.holder, request.id, words=APPEAL)
    held.revoked_at, held.revocation = clock.now(), "fraud"
    db.flush()
    with pytest.raises(Conflict):
        requesting.appeal(db, request.holder, request.id, words=APPEAL)
    held.revocation = "error"
    db.flush()
    requesting.appeal(db, request.holder, request.id, words=APPEAL)
    assert request.state is RequestState.APPEALED


def test_a_refused_renewal_of_what_was_taken_back_is_not_appealed(db, world):
    world.version = world.published(renewal=RENEWAL["renewal"])
    candidate = a_member(db)
    badge = a_badge(db, world, world.holder(candidate), valid_until=clock.now() + timedelta(days=100))
    request = requesting.renew(db, world.holder(candidate), badge.id)
    request.state, request.decided_at = RequestState.REFUSED, clock.now()
    badge.revoked_at, badge.revocation = clock.now(), "fraud"
    db.flush()
    with pytest.raises(Conflict):
        requesting.appeal(db, request.holder, request.id, words=APPEAL)


def test_nobody_chooses_their_own_level(db, world, issued):
    """The criteria are the same for each: without a jury, everybody would have reached the highest."""
    version = world.published(levels=["Je fais", "Je transmets"], jury=0)
    candidate = a_member(db)
    request = world.sent(candidate, version, level=2)
    assert request.state is RequestState.SUBMITTED
    assert issued.requests == []
    world.decided(world.juror(), request)
    assert [one for one, _ in issued.requests] == [request.id]


RENEWAL = {"renewal": {"criteria": {"endorsements": {"n": 1, "by": ANYONE}}, "questions": 4}}


def test_a_renewal_has_lighter_criteria_and_needs_no_jury(db, world, issued):
    world.version = world.published(criteria={"attendance": {"hours": 400}}, **RENEWAL)
    candidate = a_member(db)
    holder = world.holder(candidate)
    badge = a_badge(db, world, holder, valid_until=clock.now() + timedelta(days=100))
    request = requesting.renew(db, holder, badge.id)
    assert requesting.renew(db, holder, badge.id).id == request.id
    assert request.renews_id == badge.id
    world.endorsed(request, a_member(db))
    requesting.submit(db, SIGNER, holder, request.id)
    assert issued.requests == [(request.id, None)]


@pytest.mark.parametrize(
    ("days", "changed"),
    [
        (200, RENEWAL),  # too early
        (-400, RENEWAL),  # too late
        (100, {}),  # nothing lighter is asked
        (None, RENEWAL),  # it never runs out
    ],
)
def test_what_cannot_be_renewed_says_why(db, world, days, changed):
    world.version = world.published(**changed)
    holder = world.holder(a_member(db))
    until = None if days is None else clock.now() + timedelta(days=days)
    badge = a_badge(db, world, holder, valid_until=until)
    with pytest.raises(Conflict):
        requesting.renew(db, holder, badge.id)


def test_a_badge_of_somebody_else_or_a_revoked_one_is_not_renewed(db, world):
    world.version = world.published(**RENEWAL)
    holder, other = world.holder(a_member(db)), world.holder(a_member(db))
    soon = clock.now() + timedelta(days=100)
    badge = a_badge(db, world, holder, valid_until=soon)
    with pytest.raises(NotFound):
        requesting.renew(db, other, badge.id)
    revoked = a_badge(db, world, other, valid_until=soon, revoked_at=clock.now(), revocation="error")
    with pytest.raises(Conflict):
        requesting.renew(db, other, revoked.id)


def test_what_runs_out_soon_and_cannot_be_renewed_is_asked_for_anew(db, world):
    candidate = a_member(db)
    a_badge(db, world, world.holder(candidate), valid_until=clock.now() + timedelta(days=100))
    assert world.asked(candidate).state is RequestState.GATHERING


def test_how_long_it_takes_is_there_for_everybody(db, world):
    assert requesting.waiting(db, world.issuer.id) == requesting.Waiting(None, 0, 0)
    juror = world.juror()
    for days in (2, 4, 10):
        request = world.sent(a_member(db))
        request.submitted_at = clock.now() - timedelta(days=days)
        world.decided(juror, request)
    first, second = world.sent(a_member(db)), world.sent(a_member(db))
    first.submitted_at = clock.now() - timedelta(days=3, hours=1)
    db.flush()
    told = requesting.waiting(db, world.issuer.id)
    assert told.median_days == pytest.approx(4, abs=0.01)
    assert (told.requests, told.oldest_days) == (2, 3)
    assert (requesting.place_of(db, first), requesting.place_of(db, second)) == (1, 2)
    assert requesting.place_of(db, world.asked(a_member(db))) is None


def test_the_person_can_read_what_happened(db, world):
    request = world.sent(a_member(db))
    acts = {one.act for one in holders.history(db, request.holder)}
    assert {"request_gathering", "endorsement_given", "request_submitted"} <= acts


def test_who_endorsed_stays_known_after_a_withdrawal(db, world):
    request = world.sent(a_member(db))
    requesting.withdraw(db, request.holder, request.id)
    assert db.scalar(sa.select(sa.func.count()).select_from(Endorsement).filter_by(request_id=request.id)) == 1
