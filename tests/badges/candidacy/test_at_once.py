"""What happens at the same moment: two decisions, two who endorse each other, two requests, two files too many."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from pathways.badges.candidacy import endorsing, evidence, jury, requesting
from pathways.badges.candidacy.conflicts import ConflictOfInterest, Ground
from pathways.badges.candidacy.endorsing import Said
from pathways.badges.holding import holders
from pathways.badges.models import (
    AwardRequest,
    Endorsement,
    EvidenceKind,
    Holder,
    JuryDecision,
    JuryVerdict,
    RequestState,
)
from pathways.database import Database
from pathways.errors import Conflict, DomainError
from tests.badges.candidacy.candidates import LINKS, PRAISE, REASON, SIGNER, YES, World, a_member


def at_once(database: Database, *acts: Callable) -> list[DomainError]:
    """Each in a transaction of its own, begun together; what was refused."""
    gate, refused = threading.Barrier(len(acts)), []

    def run(act: Callable) -> None:
        gate.wait()
        try:
            with database.begin() as db:
                act(db)
        except DomainError as error:
            refused.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
        assert not one.is_alive()
    return refused


def decides(juror, request_id, verdict=JuryVerdict.GRANT):
    return lambda db: jury.decide(db, SIGNER, juror, request_id, verdict=verdict, grid=YES, reason=REASON)


def test_one_yes_is_needed_and_of_two_at_once_one_badge_comes(database, issued):
    with database.begin() as db:
        world = World(db)
        request, first, second = world.sent(a_member(db)), world.juror(), world.juror()
    refused = at_once(database, decides(first, request.id), decides(second, request.id))
    assert len(issued.requests) == 1
    assert [type(one) for one in refused] == [Conflict]
    with database.read() as db:
        assert db.get_one(AwardRequest, request.id).state is RequestState.GRANTED
        assert db.scalar(sa.select(sa.func.count()).select_from(JuryDecision)) == 1


def test_two_yes_are_needed_and_both_count(database, issued):
    with database.begin() as db:
        world = World(db, jury=2)
        request, first, second = world.sent(a_member(db)), world.juror(), world.juror()
    assert at_once(database, decides(first, request.id), decides(second, request.id)) == []
    assert len(issued.requests) == 1


def test_one_member_pressing_twice_decides_once(database, issued):
    with database.begin() as db:
        world = World(db, jury=2)
        request, juror = world.sent(a_member(db)), world.juror()
    refused = at_once(database, *[decides(juror, request.id)] * 4)
    assert [getattr(one, "ground", None) for one in refused] == [Ground.TWICE] * 3
    assert issued.requests == []


def test_a_yes_and_a_no_at_once_end_in_one_of_both(database, issued):
    with database.begin() as db:
        world = World(db)
        request, first, second = world.sent(a_member(db)), world.juror(), world.juror()
    refused = at_once(database, decides(first, request.id), decides(second, request.id, JuryVerdict.REFUSE))
    assert len(refused) == 1
    with database.read() as db:
        state = db.get_one(AwardRequest, request.id).state
    assert (state is RequestState.GRANTED) == (len(issued.requests) == 1)
    assert state in (RequestState.GRANTED, RequestState.REFUSED)


def test_who_decides_and_endorses_at_once_does_one_of_both(database):
    with database.begin() as db:
        world = World(db, jury=2)
        request, juror = world.sent(a_member(db)), world.juror()
        _, token = endorsing.invite(db, LINKS, db.get_one(Holder, request.holder_id), request.id)
        world.holder(juror)
    refused = at_once(
        database,
        decides(juror, request.id),
        lambda db: endorsing.endorse(db, LINKS, token, Said(PRAISE), by=juror),
    )
    assert [type(one) for one in refused] == [ConflictOfInterest]


@pytest.mark.parametrize("_again", range(3))
def test_of_two_who_endorse_each_other_at_once_one_does(database, _again):
    with database.begin() as db:
        world = World(db)
        first, second = a_member(db), a_member(db)
        tokens = []
        for one in (first, second):
            request = world.asked(one)
            tokens.append(endorsing.invite(db, LINKS, world.holder(one), request.id)[1])
    refused = at_once(
        database,
        lambda db: endorsing.endorse(db, LINKS, tokens[0], Said(PRAISE), by=second),
        lambda db: endorsing.endorse(db, LINKS, tokens[1], Said(PRAISE), by=first),
    )
    assert [getattr(one, "ground", None) for one in refused] == [Ground.RECIPROCAL]
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Endorsement)) == 1


def test_a_link_that_two_use_at_once_serves_one(database):
    with database.begin() as db:
        world = World(db)
        request = world.asked(a_member(db))
        _, token = endorsing.invite(db, LINKS, db.get_one(Holder, request.holder_id), request.id)
        endorsers = [a_member(db) for _ in range(3)]
    refused = at_once(
        database, *[lambda db, by=by: endorsing.endorse(db, LINKS, token, Said(PRAISE), by=by) for by in endorsers]
    )
    assert len(refused) == 2


def test_asked_for_twice_at_once_it_is_one_request_and_one_space(database):
    with database.begin() as db:
        world = World(db)
        candidate, achievement_id = a_member(db), world.version.achievement_id

    def ask(db):
        requesting.ask(db, holders.for_account(db, LINKS, candidate), achievement_id)

    assert at_once(database, ask, ask, ask) == []
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(AwardRequest)) == 1
        assert db.scalar(sa.select(sa.func.count()).select_from(Holder)) == 1


def test_ten_files_are_ten_also_where_several_come_at_once(database):
    file = evidence.cleaned(b"%PDF-1.7")
    with database.begin() as db:
        world = World(db)
        request = world.asked(a_member(db))
        holder = db.get_one(Holder, request.holder_id)
        for _ in range(evidence.MOST_FILES - 1):
            evidence.add_file(db, holder, request.id, title="Fiche", file=file)

    def add(db):
        evidence.add_file(db, db.get_one(Holder, holder.id), request.id, title="Fiche", file=file)

    assert [type(one) for one in at_once(database, add, add, add)] == [Conflict, Conflict]
    with database.read() as db:
        kept = evidence.of_request(db, db.get_one(AwardRequest, request.id))
        assert sum(one.kind is EvidenceKind.FILE for one in kept) == evidence.MOST_FILES


def test_sent_and_withdrawn_at_once_it_is_one_of_both(database):
    with database.begin() as db:
        world = World(db)
        request = world.asked(a_member(db))
        world.endorsed(request, a_member(db))
    holder_id = request.holder_id
    at_once(
        database,
        lambda db: requesting.submit(db, SIGNER, db.get_one(Holder, holder_id), request.id),
        lambda db: requesting.withdraw(db, db.get_one(Holder, holder_id), request.id),
    )
    with database.read() as db:
        assert db.get_one(AwardRequest, request.id).state is RequestState.WITHDRAWN
