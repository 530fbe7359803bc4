"""What happens at the same moment, and what dies in the middle: the list is right, on both databases."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from pathways import clock
from pathways.badges.formats import status_list
from pathways.badges.issuing import awarding, key_table, lists, revoking, succession
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import AchievementVersion, Credential, Issuer, IssuerKey, KeyAlgorithm, StatusList
from pathways.database import Database
from pathways.permissions import Member
from tests.badges.issuing.networking import SIGNER, member, network, on_offer, orders


@pytest.fixture
def issued(database: Database) -> tuple[Member, uuid.UUID, uuid.UUID, list[uuid.UUID]]:
    with database.begin() as db:
        actor = member(db)
        issuer = network(db, actor)
        version = on_offer(db, actor, issuer)
        made = awarding.issue(db, SIGNER, version, orders(db, 12), by=None)
        return actor, issuer.id, version.id, [one.id for one in made]


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    start, failed = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - the test reads them
            failed.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return failed


def must_be_right(database: Database, issuer_id: uuid.UUID) -> None:
    """Every bit that is served is that of a row, for every list."""
    with database.read() as db:
        for held in db.scalars(sa.select(StatusList).filter_by(issuer_id=issuer_id)):
            bits = status_list.decode(json.loads(held.document)["credentialSubject"]["encodedList"])
            for index, revoked_at in db.execute(
                sa.select(Credential.list_index, Credential.revoked_at).filter_by(list_id=held.id)
            ):
                assert status_list.is_set(bits, index) == (revoked_at is not None), index
            revoked = sa.select(sa.func.count()).where(
                Credential.list_id == held.id, Credential.revoked_at.is_not(None)
            )
            if held.of.value == "credentials":
                assert sum(one.bit_count() for one in bits) == db.scalar(revoked)


def test_revocations_at_once_are_all_on_the_list(database: Database, issued):
    actor, issuer_id, _, made = issued

    def revoke(one: uuid.UUID) -> None:
        with database.begin() as db:
            revoking.revoke(db, SIGNER, actor, one, Why.ERROR)

    assert not at_once(*(lambda one=one: revoke(one) for one in made[:6]))
    must_be_right(database, issuer_id)
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).where(Credential.revoked_at.is_not(None))) == 6


def test_badges_issued_at_once_never_share_a_place(database: Database, issued):
    _, issuer_id, version_id, _ = issued

    def issue() -> None:
        with database.begin() as db:
            version = db.get_one(AchievementVersion, version_id)
            awarding.issue(db, SIGNER, version, orders(db, 5), by=None)

    assert not at_once(*[issue] * 5)
    with database.read() as db:
        places = db.execute(sa.select(Credential.list_id, Credential.list_index)).all()
        assert len(places) == len(set(places)) == 12 + 25
        held = db.scalars(sa.select(StatusList).filter_by(issuer_id=issuer_id)).one()
        assert held.taken == 12 + 25


def test_the_same_order_at_once_is_issued_once(database: Database, issued):
    _, _, version_id, _ = issued
    with database.begin() as db:
        [order] = orders(db, 1)

    def issue() -> None:
        with database.begin() as db:
            awarding.issue(db, SIGNER, db.get_one(AchievementVersion, version_id), [order], by=None)

    failed = at_once(*[issue] * 4)
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).where(Credential.origin == order.origin)) == 1
    assert all(isinstance(one, IntegrityError) for one in failed)


def test_nothing_stays_under_a_key_that_is_declared_stolen_meanwhile(database: Database, issued):
    _, issuer_id, version_id, _ = issued

    def issue() -> None:
        with database.begin() as db:
            awarding.issue(db, SIGNER, db.get_one(AchievementVersion, version_id), orders(db, 3), by=None)

    def declare() -> None:
        with database.begin() as db:
            issuer = db.get_one(Issuer, issuer_id)
            key = key_table.active(db, issuer_id)
            assert key is not None
            stolen = key.id
            succession.compromise(db, SIGNER, issuer, stolen, reason="vol", by=None)

    failed = at_once(issue, declare, issue)
    must_be_right(database, issuer_id)
    with database.read() as db:
        stolen = sa.select(IssuerKey.id).where(IssuerKey.state == "compromised")
        left = sa.select(sa.func.count()).where(Credential.key_id.in_(stolen), Credential.revoked_at.is_(None))
        assert db.scalar(left) == 0
    assert not failed


def test_two_rotations_at_once_leave_one_key_that_signs(database: Database, issued):
    _, issuer_id, _, _ = issued

    def rotate() -> None:
        with database.begin() as db:
            succession.rotate(db, SIGNER, db.get_one(Issuer, issuer_id), KeyAlgorithm.ED25519, reason="", by=None)

    assert not at_once(rotate, rotate)
    with database.read() as db:
        active = sa.select(sa.func.count()).where(IssuerKey.state == "active", IssuerKey.issuer_id == issuer_id)
        assert db.scalar(active) == 1
    must_be_right(database, issuer_id)


def _revoke_and_die(url: str, credential_id: uuid.UUID) -> None:
    database = Database(url)
    with database.begin() as db:
        revoking.take_back(db, SIGNER, [db.get_one(Credential, credential_id)], Why.ERROR, by=None)
        db.flush()
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_killed_in_the_middle_leaves_nothing_half_done(database: Database, database_url: str, issued):
    actor, issuer_id, _, made = issued
    process = multiprocessing.get_context("spawn").Process(target=_revoke_and_die, args=(database_url, made[0]))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    must_be_right(database, issuer_id)
    with database.begin() as db:
        assert db.get_one(Credential, made[0]).revoked_at is None
        revoking.revoke(db, SIGNER, actor, made[0], Why.ERROR)
    must_be_right(database, issuer_id)


def test_the_upkeep_signs_beside_a_revocation(database: Database, issued):
    actor, issuer_id, _, made = issued
    with database.begin() as db:
        db.execute(sa.update(StatusList).values(signed_at=clock.now() - 2 * lists.SIGNED_ANEW_AFTER))

    def upkeep() -> None:
        time.sleep(0.005)
        with database.begin() as db:
            lists.sign_anew(db, SIGNER)

    def revoke() -> None:
        with database.begin() as db:
            revoking.revoke(db, SIGNER, actor, made[2], Why.ERROR)

    assert not at_once(upkeep, revoke, upkeep)
    must_be_right(database, issuer_id)
