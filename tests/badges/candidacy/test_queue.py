"""The queue of a member of the jury: across organisations, the oldest first, without what they may not decide on."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import event

from pathways import clock
from pathways.badges.candidacy import queue, requesting
from pathways.badges.holding import holders
from pathways.badges.models import JuryVerdict
from pathways.permissions import Role
from tests.badges.candidacy.candidates import SIGNER, World, a_member


def ids_of(db, member) -> list:
    return [one.request.id for one in queue.waiting_for(db, member)]


def test_the_oldest_comes_first_whatever_the_organisation(db, world):
    juror = world.juror()
    first, second = world.sent(a_member(db)), world.sent(a_member(db))
    first.submitted_at, second.submitted_at = clock.now() - timedelta(days=1), clock.now() - timedelta(days=3, hours=1)
    db.flush()
    told = queue.waiting_for(db, juror)
    assert [one.request.id for one in told] == [second.id, first.id]
    assert [one.days for one in told] == [3, 1]
    assert {one.achievement for one in told} == {"Accueillir en médiation"}
    assert {one.network for one in told} == {world.issuer.name}
    assert queue.count_for(db, juror) == 2


def test_what_one_may_not_decide_on_is_not_there(db, world):
    candidate = a_member(db)
    colleague = world.juror(organisation_id=candidate.organisation_id)
    elsewhere = world.juror(achievements=[world.published().achievement.slug])
    endorser, free = world.juror(), world.juror()
    request = world.sent(candidate)
    world.endorsed(request, endorser)
    for other in (colleague, elsewhere, endorser, a_member(db), world.member(role=Role.PRESCRIBER)):
        assert ids_of(db, other) == []
    assert ids_of(db, free) == [request.id]


def test_what_is_decided_returned_or_gathered_is_not_there(db, world):
    juror = world.juror()
    world.asked(a_member(db))
    returned = world.decided(juror, world.sent(a_member(db)), JuryVerdict.ASK)
    world.decided(juror, world.sent(a_member(db)))
    assert ids_of(db, juror) == []
    requesting.submit(db, SIGNER, returned.holder, returned.id)
    assert ids_of(db, juror) == [returned.id]


def test_yes_of_this_round_and_an_appeal_are_told(db, world):
    version = world.published(jury=2)
    first, second = world.juror(), world.juror()
    request = world.sent(a_member(db), version)
    world.decided(first, request)
    assert ids_of(db, first) == []
    (told,) = queue.waiting_for(db, second)
    assert (told.yes, told.needed, told.is_appeal) == (1, 2, False)
    world.decided(second, request, JuryVerdict.REFUSE)
    requesting.appeal(db, request.holder, request.id, words="Le jury n'a pas lu ma deuxième preuve.")
    assert ids_of(db, first) == ids_of(db, second) == []
    (told,) = queue.waiting_for(db, world.juror())
    assert (told.yes, told.is_appeal) == (0, True)


def test_the_candidate_is_called_as_they_chose_or_by_a_number(db, world):
    candidate = a_member(db, name="Prénom Exemple")
    request = world.sent(candidate)
    (told,) = queue.waiting_for(db, world.juror())
    assert told.label == f"Demande n° {queue.number_of(request.id)}"
    holders.rename(world.holder(candidate), "Surnom")
    assert queue.label_of(request) == "Surnom"


def test_two_networks_are_one_queue_for_who_is_of_both_juries(db, world):
    from pathways.badges.candidacy import jury
    from pathways.badges.models import IssuerMember

    other, juror = World(db), world.juror()
    db.add(IssuerMember(issuer_id=other.issuer.id, organisation_id=juror.organisation_id))
    db.flush()
    jury.name(db, other.keeper, other.issuer.id, juror.account_id)
    requests = [world.sent(a_member(db)), other.sent(a_member(db))]
    assert ids_of(db, juror) == [one.id for one in requests]


def test_the_number_of_queries_does_not_grow_with_the_queue(db, world):
    juror, counts = world.juror(), []
    world.holder(juror)
    for number in (1, 6):
        for _ in range(number):
            world.sent(a_member(db))
        db.expunge_all()
        statements: list[str] = []

        def note(_connection, _cursor, statement, *_rest, kept=statements):
            kept.append(statement)

        connection = db.connection()
        event.listen(connection, "before_cursor_execute", note)
        queue.waiting_for(db, juror)
        event.remove(connection, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 14
    assert db.scalar(sa.select(sa.literal(1))) == 1
