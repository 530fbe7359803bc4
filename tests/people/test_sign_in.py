from __future__ import annotations

import argon2
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from pathways import ids
from pathways.errors import Conflict, Forbidden, Invalid, TooMany, WrongPassword
from pathways.people import memberships, passwords, service
from pathways.people.models import Account, Membership, SignInSession
from pathways.permissions import OF_ROLE, Permission, Role
from tests.people.situations import PASSWORD, an_organisation, identified, membership_of, recognised, somebody, tries_of

EMAIL = "trainer@exemple.fr"


def sign_in(db, email=EMAIL, password=PASSWORD, *, address="192.0.2.1", replaces=None):
    tries = tries_of(email, address)
    credentials = service.compare(db, email=email, password=password, tries=tries)
    return service.sign_in(db, credentials, tries=tries, replaces=replaces)


def wrong(database, email=EMAIL, *, address="192.0.2.1"):
    """A wrong try, in a transaction of its own as the edge would have it."""
    with pytest.raises(WrongPassword), database.begin() as db:
        sign_in(db, email, "not the password", address=address)


def test_the_right_password_opens_a_session(db):
    person = somebody(db, password=PASSWORD)
    token = sign_in(db)
    member = identified(db, session_token=token)
    assert member.account_id == person.account.id
    assert member.organisation_id == person.organisation.id
    assert member.permissions == OF_ROLE[Role.TRAINER]
    assert member.session_id is not None


def test_the_secret_of_a_session_is_not_stored(db):
    somebody(db, password=PASSWORD)
    token = sign_in(db)
    db.flush()
    stored = db.execute(sa.select(sa.cast(SignInSession.token_digest, sa.String))).scalars().all()
    assert ids.digest(token) in stored
    assert token not in stored


@pytest.mark.parametrize("typed", ["TRAINER@Exemple.FR", "  trainer@exemple.fr "])
def test_an_address_is_the_same_however_it_is_typed(db, typed):
    somebody(db, password=PASSWORD)
    assert sign_in(db, typed)


def test_an_accent_is_the_same_from_every_keyboard(db):
    somebody(db, password="un été à la mer")
    assert sign_in(db, password="un e\u0301te\u0301 a\u0300 la mer")


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "not the password"), (EMAIL, ""), (EMAIL, PASSWORD + " "), ("nobody@exemple.fr", PASSWORD)],
)
def test_what_is_wrong_is_refused_in_the_same_words(db, email, password):
    somebody(db, password=PASSWORD)
    with pytest.raises(WrongPassword, match="incorrect"):
        sign_in(db, email, password)


def test_an_account_without_password_has_none_that_fits(db):
    somebody(db)
    for password in ("", "no account has this password"):
        with pytest.raises(WrongPassword):
            sign_in(db, password=password)


def test_a_password_is_compared_even_when_nobody_has_the_address(db, monkeypatch):
    verified = []

    class Hasher:
        def verify(self, password_hash, _password):
            verified.append(password_hash)
            raise argon2.exceptions.VerifyMismatchError

        def hash(self, _password):
            return "kept for nobody"

        def check_needs_rehash(self, _password_hash):
            return False

    somebody(db, password=PASSWORD)
    monkeypatch.setattr(passwords, "_HASHER", Hasher())
    passwords._nobody.cache_clear()
    for email in (EMAIL, "nobody@exemple.fr"):
        service.compare(db, email=email, password="x", tries=tries_of(email))
    passwords._nobody.cache_clear()
    assert len(verified) == 2
    assert verified[1] == "kept for nobody"


def test_an_old_hash_is_made_again_at_the_next_sign_in(db):
    person = somebody(db)
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    person.account.password_hash = weak.hash(PASSWORD)
    sign_in(db)
    assert not passwords.is_outdated(person.account.password_hash or "")
    assert passwords.matches(person.account.password_hash, PASSWORD)


def test_ten_wrong_tries_close_an_account_for_a_while(database, later):
    with database.begin() as db:
        somebody(db, password=PASSWORD)
    for number in range(10):
        wrong(database, address=f"192.0.2.{number}")
    with pytest.raises(TooMany) as refusal, database.begin() as db:
        sign_in(db, address="198.51.100.1")
    assert 0 < refusal.value.seconds <= 15 * 60
    later(minutes=15)
    with database.begin() as db:
        assert sign_in(db)


def test_fifty_wrong_tries_close_an_address_but_not_the_others(database, monkeypatch):
    monkeypatch.setattr(passwords, "matches", lambda _password_hash, _password: False)
    for number in range(50):
        wrong(database, f"somebody-{number}@exemple.fr")
    with pytest.raises(TooMany), database.begin() as db:
        sign_in(db, "somebody-else@exemple.fr")
    wrong(database, "somebody-else@exemple.fr", address="198.51.100.1")


def test_tries_sent_all_at_once_do_not_pass_together(database):
    """All are compared before any is counted; the count is looked at again before an outcome is told."""
    with database.begin() as db:
        somebody(db, password=PASSWORD)
    tries = tries_of(EMAIL)
    with database.read() as db:
        right = service.compare(db, email=EMAIL, password=PASSWORD, tries=tries)
    for _ in range(10):
        wrong(database)
    with pytest.raises(TooMany), database.begin() as db:
        service.sign_in(db, right, tries=tries)


def test_right_passwords_are_not_counted(database):
    with database.begin() as db:
        somebody(db, password=PASSWORD)
    for _ in range(12):
        with database.begin() as db:
            sign_in(db)


def test_signing_in_ends_the_session_that_the_browser_held(db):
    person = somebody(db, password=PASSWORD)
    token = sign_in(db, replaces=person.token)
    assert token != person.token
    assert service.recognise(db, session_token=person.token) is None


def test_a_closed_account_is_nobody(db, later):
    person = somebody(db, password=PASSWORD)
    person.account.closed_at = later()
    db.flush()
    assert service.recognise(db, session_token=person.token) is None
    with pytest.raises(WrongPassword):
        sign_in(db)


def test_without_an_organisation_one_is_told_so_after_the_password(db):
    person = somebody(db, password=PASSWORD)
    db.execute(sa.delete(Membership).filter_by(account_id=person.account.id))
    with pytest.raises(WrongPassword):
        sign_in(db, password="not the password")
    with pytest.raises(Forbidden, match="aucune structure"):
        sign_in(db)


def test_signing_out_ends_the_session(db):
    person = somebody(db)
    service.sign_out(db, person.token)
    assert service.recognise(db, session_token=person.token) is None


@pytest.mark.parametrize("token", [None, "", "not a token", "é\x00"])
def test_a_made_up_token_is_nobody(db, token):
    assert service.recognise(db, session_token=token, bearer=token) is None


def test_a_session_ends_after_twelve_idle_hours(db, later):
    person = somebody(db)
    later(hours=11, minutes=59)
    assert service.recognise(db, session_token=person.token)
    later(minutes=2)
    assert service.recognise(db, session_token=person.token) is None


def test_a_session_in_use_lasts_but_no_longer_than_thirty_days(db, later):
    person = somebody(db)
    for _ in range(30 * 24 // 10 - 1):
        later(hours=10)
        found = recognised(db, session_token=person.token)
        assert found.note_due
        service.note_use(db, found)
        db.flush()
    assert service.recognise(db, session_token=person.token)
    later(hours=10)
    assert service.recognise(db, session_token=person.token) is None


def test_the_use_of_a_session_is_noted_once_an_hour(db, later):
    person = somebody(db)
    assert not recognised(db, session_token=person.token).note_due
    later(minutes=61)
    found = recognised(db, session_token=person.token)
    assert found.note_due
    service.note_use(db, found)
    db.flush()
    assert not recognised(db, session_token=person.token).note_due


def test_identifying_is_one_query(database):
    with database.begin() as db:
        person = somebody(db)
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with database.read() as db:
        service.recognise(db, session_token=person.token)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1


def test_an_operator_operates_in_a_session_only(db):
    person = somebody(db, is_operator=True)
    assert person.member.may(Permission.SERVER_OPERATE)
    assert not somebody(db, "other").member.may(Permission.SERVER_OPERATE)


def test_one_address_has_one_account(db):
    somebody(db)
    with pytest.raises(Conflict):
        service.create_account(db, email="Trainer@exemple.fr", name="another")
    assert db.scalar(sa.select(sa.func.count()).select_from(Account)) == 1


@pytest.mark.parametrize(
    "email", ["", "trainer", "trainer@", "@exemple.fr", "trainer@exemple", "a b@exemple.fr", "a@b@exemple.fr",
              "trainer@exemple..fr", "x" * 250 + "@a.fr", "a@exemple.fr\nBcc: b@exemple.fr", "<a@exemple.fr>"]
)  # fmt: skip
def test_an_address_must_look_like_one(db, email):
    with pytest.raises(Invalid) as refusal:
        service.create_account(db, email=email, name="trainer")
    assert [entry["field"] for entry in refusal.value.errors] == ["email"]


@pytest.mark.parametrize(
    "password",
    ["neuf car.", "x" * 201, "a" * 12, "azertyuiop", "AzertyUIOP", "trainer@exemple.fr", "TRAINER@exemple.fr",
     "prenom nom", "prenomnom", "trainer-du-lundi"],
)  # fmt: skip
def test_passwords_that_are_guessed_first_are_refused(db, password):
    with pytest.raises(Invalid) as refusal:
        service.create_account(db, email=EMAIL if "lundi" not in password else "trainer-du-lundi@exemple.fr",
                               name="Prenom Nom", password=password)  # fmt: skip
    assert [entry["field"] for entry in refusal.value.errors] == ["password"]


@pytest.mark.parametrize("password", ["dix lettre", "x1" * 100, "كلمة سر طويلة", "🐢🐢🐢🐢🐢🐢🐢🐢🐢🐇"])
def test_any_other_long_enough_one_is_good(db, password):
    account = service.create_account(db, email=EMAIL, name="Prenom Nom", password=password)
    assert passwords.matches(account.password_hash, password)


def test_the_session_acts_for_the_organisation_that_is_chosen(db):
    person = somebody(db)
    other = an_organisation(db, "Bibliothèque")
    service.add_member(db, account_id=person.account.id, organisation_id=other.id, role=Role.COORDINATOR)
    memberships.switch_organisation(db, person.member, organisation_id=other.id)
    db.flush()
    member = identified(db, session_token=person.token)
    assert (member.organisation_id, member.role) == (other.id, Role.COORDINATOR)


def test_a_removed_member_is_nobody_at_once(db):
    boss = somebody(db, "boss", role=Role.ADMINISTRATOR)
    person = somebody(db, organisation=boss.organisation)
    memberships.remove_member(db, boss.member, membership_id=membership_of(db, boss, "trainer"))
    assert service.recognise(db, session_token=person.token) is None
