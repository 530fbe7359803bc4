"""The mail of a lost password, from the event to the server that takes it."""

from __future__ import annotations

import smtplib
import ssl

import pytest
import sqlalchemy as sa

from pathways import clock, mail, outbox
from pathways.outbox import OutboxEvent
from pathways.people import mailing, operation, recovery, service
from pathways.people.events import PasswordForgotten
from pathways.people.models import Invitation, PersonalToken, SignInLink, SignInSession
from tests.people.situations import a_link, somebody


class Server:
    """What stands for ``smtplib.SMTP``: notes what it is asked."""

    encrypts = True
    last: Server

    def __init__(self, host, port, *, timeout, context=None):
        self.log: list[tuple] = [("connect", host, port, timeout, context is not None)]
        Server.last = self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.log.append(("quit",))

    def ehlo(self):
        pass

    def has_extn(self, name):
        return name == "starttls" and self.encrypts

    def starttls(self, *, context):
        if not self.encrypts:
            raise smtplib.SMTPNotSupportedError
        assert context.verify_mode is ssl.CERT_REQUIRED
        self.log.append(("starttls",))

    def login(self, user, password):
        self.log.append(("login", user, password))

    def send_message(self, message):
        self.message = message
        self.log.append(("send",))

    def did(self):
        return [entry[0] for entry in self.log]


@pytest.fixture(autouse=True)
def server(monkeypatch):
    monkeypatch.setattr(smtplib, "SMTP", Server)
    monkeypatch.setattr(smtplib, "SMTP_SSL", Server)
    monkeypatch.setattr(Server, "encrypts", True)
    monkeypatch.delattr(Server, "last", raising=False)
    return Server


def send(url="smtp://mail.exemple.fr", *, sender="a@exemple.fr", to="b@exemple.fr", subject="é", text="ligne\n"):
    mail.send(url, sender=sender, to=to, subject=subject, text=text)


def test_a_mail_is_whole_and_says_that_a_program_sent_it():
    send()
    message = Server.last.message
    assert (message["From"], message["To"], message["Subject"]) == ("a@exemple.fr", "b@exemple.fr", "é")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@exemple.fr>")
    assert message["Date"]
    assert message.get_content() == "ligne\n"


@pytest.mark.parametrize(
    ("url", "encrypts", "steps"),
    [
        ("smtp://mail.exemple.fr", True, ["connect", "starttls", "send", "quit"]),
        ("smtp://mail.exemple.fr", False, ["connect", "send", "quit"]),
        ("smtp://me:pass@mail.exemple.fr", True, ["connect", "starttls", "login", "send", "quit"]),
        ("smtps://me:pass@mail.exemple.fr", True, ["connect", "login", "send", "quit"]),
    ],
)
def test_what_can_be_encrypted_is(monkeypatch, url, encrypts, steps):
    monkeypatch.setattr(Server, "encrypts", encrypts)
    send(url)
    assert Server.last.did() == steps


def test_no_password_travels_in_the_clear(monkeypatch):
    monkeypatch.setattr(Server, "encrypts", False)
    with pytest.raises(smtplib.SMTPNotSupportedError):
        send("smtp://me:pass@mail.exemple.fr")
    assert "login" not in Server.last.did()


def test_the_address_of_the_server_is_read_whole():
    send("smtps://me%40exemple.fr:p%2Fq@mail.exemple.fr:2465")
    assert Server.last.log[0] == ("connect", "mail.exemple.fr", 2465, mail.PATIENCE, True)
    assert ("login", "me@exemple.fr", "p/q") in Server.last.log


@pytest.mark.parametrize("url", ["", "mail.exemple.fr", "http://mail.exemple.fr", "smtp://"])
def test_an_address_that_is_none_is_said(url):
    with pytest.raises(ValueError, match="PATHWAYS_MAIL_URL"):
        send(url)


def test_a_line_end_adds_no_header():
    with pytest.raises(ValueError, match="linefeed"):
        send(to="b@exemple.fr\nBcc: c@exemple.fr")


@pytest.fixture
def handlers(settings):
    return {"PasswordForgotten": mailing.password_forgotten(settings)}


@pytest.fixture
def person(database):
    with database.begin() as db:
        person = somebody(db)
        outbox.record(db, PasswordForgotten(person.account.id))
    return person


def test_the_mail_brings_a_link_that_serves(database, handlers, person):
    assert outbox.deliver_one(database, handlers)
    text = Server.last.message.get_content()
    [link] = [line for line in text.splitlines() if "/reset/" in line]
    assert link.startswith("http://testserver/reset/")
    with database.begin() as db:
        assert recovery.hash_for_reset(db, link.rpartition("/")[2], password="un autre mot de passe")
        assert db.scalars(sa.select(OutboxEvent)).all() == []
    assert not outbox.deliver_one(database, handlers)


def test_nobody_waits_for_a_slow_mail_server(database, handlers, person, monkeypatch):
    """The mail leaves between transactions: meanwhile others write."""

    def send_slowly(self, message):
        with database.begin() as db:
            somebody(db, "meanwhile")
        self.message = message

    monkeypatch.setattr(Server, "send_message", send_slowly)
    assert outbox.deliver_one(database, handlers)
    assert Server.last.message


def test_a_mail_that_failed_is_tried_again_later(database, handlers, person, monkeypatch, later):
    def refuse(self, _message):
        raise smtplib.SMTPServerDisconnected("gone")

    with monkeypatch.context() as broken:
        broken.setattr(Server, "send_message", refuse)
        assert outbox.deliver_one(database, handlers)
    with database.read() as db:
        [event] = db.scalars(sa.select(OutboxEvent))
        assert (event.attempts, event.error) == (1, "SMTPServerDisconnected: gone")
        assert event.due_at > clock.now()
    assert not outbox.deliver_one(database, handlers)
    later(minutes=11)
    assert outbox.deliver_one(database, handlers)
    assert Server.last.did()[-2:] == ["send", "quit"]


def test_a_mail_whose_process_died_is_tried_again(database, handlers, person, later):
    def die(_db, _payload):
        def errand():
            raise KeyboardInterrupt

        return errand

    with pytest.raises(KeyboardInterrupt):
        outbox.deliver_one(database, {"PasswordForgotten": die})
    assert not outbox.deliver_one(database, handlers)
    later(minutes=6)
    assert outbox.deliver_one(database, handlers)
    assert Server.last.message


def test_an_account_closed_meanwhile_gets_no_mail(database, handlers, person, later):
    with database.begin() as db:
        db.merge(person.account).closed_at = later()
    assert outbox.deliver_one(database, handlers)
    assert not hasattr(Server, "last")


def test_what_has_expired_is_deleted_after_a_while(database, later):
    with database.begin() as db:
        person = somebody(db)
        a_link(db, person)
    later(days=1)
    with database.begin() as db:
        operation.forget_expired(db)
        assert db.scalar(sa.select(sa.func.count()).select_from(SignInLink)) == 1
    later(days=7, hours=1)
    with database.begin() as db:
        fresh = service.open_session(db, account_id=person.account.id, organisation_id=person.organisation.id)
        operation.forget_expired(db)
        for proof, left in ((SignInLink, 0), (SignInSession, 1), (PersonalToken, 0), (Invitation, 0)):
            assert db.scalar(sa.select(sa.func.count()).select_from(proof)) == left
        assert service.recognise(db, session_token=fresh)
