"""One-time links: to sign in, and to choose a new password."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways.errors import Conflict, Forbidden, Gone, Invalid, NotFound, TooMany, WrongPassword
from pathways.outbox import OutboxEvent
from pathways.people import passwords, recovery, service
from pathways.people.models import LinkPurpose, SignInLink
from pathways.permissions import Role
from tests.people.situations import (
    PASSWORD,
    SECRET,
    a_link,
    an_organisation,
    at_the_same_moment,
    identified,
    membership_of,
    signed_in,
    somebody,
    tries_of,
)

NEW = "un autre mot de passe"


def reset(db, link, *, password):
    """Both halves of it: what only reads, and what writes."""
    return recovery.reset_password(db, link, password_hash=recovery.hash_for_reset(db, link, password=password))


def change_password(db, person, current, tries):
    change = recovery.replacement(db, person.member, current=current, password=NEW, tries=tries)
    recovery.change_password(db, person.member, change, tries=tries)


def a_reset_link(db, person):
    return a_link(db, person, purpose=LinkPurpose.RESET)


def test_a_link_signs_in(db):
    person = somebody(db)
    token = service.use_link(db, a_link(db, person))
    assert identified(db, session_token=token).account_id == person.account.id


def test_a_link_signs_in_once(database):
    with database.begin() as db:
        link = a_link(db, somebody(db))
    with database.begin() as db:
        service.use_link(db, link)
    with pytest.raises(Gone), database.begin() as db:
        service.use_link(db, link)


def test_of_requests_at_the_same_moment_one_gets_in(database):
    with database.begin() as db:
        link = a_link(db, somebody(db))
    outcomes = at_the_same_moment(database, lambda db: service.use_link(db, link))
    assert outcomes.count(Gone) == 4
    assert len([outcome for outcome in outcomes if isinstance(outcome, str)]) == 1


def test_a_link_that_another_request_spent_meanwhile_is_refused(db):
    """Even when this request had read it unused: the row decides, not what was read."""
    link = a_link(db, somebody(db))
    service.link_by_token(db, link, purpose=LinkPurpose.SIGN_IN)
    db.execute(
        sa.update(SignInLink).values(used_at=sa.func.current_timestamp()),
        execution_options={"synchronize_session": False},
    )
    with pytest.raises(Gone):
        service.spend_link(db, link, purpose=LinkPurpose.SIGN_IN)


def test_a_link_ends_after_an_hour(db, later):
    link = a_link(db, somebody(db))
    later(minutes=61)
    with pytest.raises(Gone):
        service.use_link(db, link)


def test_a_link_of_one_purpose_does_not_serve_the_other(db):
    person = somebody(db)
    with pytest.raises(NotFound):
        service.use_link(db, a_reset_link(db, person))
    with pytest.raises(NotFound):
        reset(db, a_link(db, person), password=NEW)


def test_a_link_to_a_closed_account_opens_nothing(db, later):
    person = somebody(db)
    link = a_link(db, person)
    person.account.closed_at = later()
    with pytest.raises(Gone):
        service.use_link(db, link)


def test_a_link_ends_the_session_that_the_browser_held(db):
    person = somebody(db)
    service.use_link(db, a_link(db, person), replaces=person.token)
    assert service.recognise(db, session_token=person.token) is None


def test_a_new_password_ends_every_session_and_every_other_link(db):
    person = somebody(db, password=PASSWORD)
    first, second, to_sign_in = a_reset_link(db, person), a_reset_link(db, person), a_link(db, person)
    token = reset(db, first, password=NEW)
    assert passwords.matches(person.account.password_hash, NEW)
    assert service.recognise(db, session_token=person.token) is None
    assert service.recognise(db, session_token=token)
    for link in (first, second):
        with pytest.raises(Gone):
            reset(db, link, password=NEW)
    with pytest.raises(Gone):
        service.use_link(db, to_sign_in)


def test_a_refused_password_does_not_use_the_link_up(db):
    person = somebody(db)
    link = a_reset_link(db, person)
    with pytest.raises(Invalid):
        reset(db, link, password="court")
    assert reset(db, link, password=NEW)


def test_one_reset_link_sets_one_password(database):
    with database.begin() as db:
        link = a_reset_link(db, somebody(db))
    outcomes = at_the_same_moment(database, lambda db: reset(db, link, password=NEW), times=3)
    assert outcomes.count(Gone) == 2


def forgotten(db, email, address="192.0.2.1"):
    recovery.forgotten_password(db, email=email, address=address, secret=SECRET)


def events(db):
    return db.scalars(sa.select(OutboxEvent)).all()


def test_who_forgot_gets_a_mail_and_who_is_nobody_sees_the_same(db):
    person = somebody(db)
    forgotten(db, "nobody@exemple.fr")
    assert events(db) == []
    forgotten(db, "Trainer@exemple.fr")
    [event] = events(db)
    assert event.name == "PasswordForgotten"
    assert event.payload == {"account_id": str(person.account.id)}, "no address and no secret waits in a queue"


def test_a_mailbox_is_not_filled(db, later):
    somebody(db)
    for number in range(5):
        forgotten(db, "trainer@exemple.fr", f"192.0.2.{number}")
    assert len(events(db)) == 3
    later(hours=1)
    forgotten(db, "trainer@exemple.fr")
    assert len(events(db)) == 4


def test_one_address_does_not_ask_for_everybody(db):
    for number in range(20):
        forgotten(db, f"somebody-{number}@exemple.fr")
    with pytest.raises(TooMany):
        forgotten(db, "somebody-else@exemple.fr")


def test_an_administrator_makes_a_link_for_a_member(db):
    boss = somebody(db, "boss", role=Role.ADMINISTRATOR)
    person = somebody(db, organisation=boss.organisation)
    link = recovery.reset_link_for(db, boss.member, membership_id=membership_of(db, boss, "trainer"))
    token = reset(db, link, password=NEW)
    assert identified(db, session_token=token).account_id == person.account.id


def test_but_not_for_a_member_of_another_organisation(db):
    boss, other = (
        somebody(db, "boss", role=Role.ADMINISTRATOR),
        somebody(db, "other", role=Role.ADMINISTRATOR),
    )
    with pytest.raises(NotFound):
        recovery.reset_link_for(db, boss.member, membership_id=membership_of(db, other, "other"))


def test_nor_a_trainer_for_anybody(db):
    boss = somebody(db, "boss", role=Role.ADMINISTRATOR)
    person = somebody(db, organisation=boss.organisation)
    with pytest.raises(NotFound):
        recovery.reset_link_for(db, person.member, membership_id=membership_of(db, boss, "boss"))


def test_an_administrator_gets_no_further_than_their_organisation(db):
    """Whoever makes the link can use it: it must not lead into another organisation, nor to the server."""
    boss = somebody(db, "boss", role=Role.ADMINISTRATOR)
    elsewhere = somebody(db, "elsewhere", organisation=boss.organisation)
    other = an_organisation(db, "Bibliothèque")
    service.add_member(db, account_id=elsewhere.account.id, organisation_id=other.id, role=Role.ADMINISTRATOR)
    somebody(db, "operator", organisation=boss.organisation, is_operator=True)
    for name in ("elsewhere", "operator"):
        with pytest.raises(Conflict):
            recovery.reset_link_for(db, boss.member, membership_id=membership_of(db, boss, name))


def test_an_operator_makes_a_link_for_anybody(db):
    operator = somebody(db, "operator", is_operator=True)
    person = somebody(db)
    link = recovery.reset_link_by_operator(db, operator.member, email="trainer@exemple.fr")
    assert reset(db, link, password=NEW)
    with pytest.raises(Invalid):
        recovery.reset_link_by_operator(db, operator.member, email="nobody@exemple.fr")
    with pytest.raises(Forbidden):
        recovery.reset_link_by_operator(db, person.member, email="operator@exemple.fr")


def test_changing_a_password_takes_the_present_one_and_ends_other_sessions(db):
    person = somebody(db, password=PASSWORD)
    elsewhere = signed_in(db, person.account, person.organisation)
    tries = tries_of(person.account.email)
    with pytest.raises(WrongPassword):
        change_password(db, person, "not it", tries)
    change_password(db, person, PASSWORD, tries)
    assert passwords.matches(person.account.password_hash, NEW)
    assert service.recognise(db, session_token=person.token)
    assert service.recognise(db, session_token=elsewhere.token) is None


def test_the_present_password_cannot_be_guessed_from_an_open_session(database):
    with database.begin() as db:
        person = somebody(db, password=PASSWORD)
    tries = tries_of(person.account.email)

    def change(current):
        with database.begin() as db:
            change_password(db, person, current, tries)

    for _ in range(10):
        with pytest.raises(WrongPassword):
            change("not it")
    with pytest.raises(TooMany):
        change(PASSWORD)


def test_an_account_without_password_chooses_its_first(db):
    person = somebody(db)
    tries = tries_of(person.account.email)
    change_password(db, person, "", tries)
    assert passwords.matches(person.account.password_hash, NEW)
