"""Who hears of a referral: the side that waits, by a mail that says nothing of the person."""

from __future__ import annotations

import pytest

from pathways import mail
from pathways.learning.events import ReferralChanged
from pathways.learning.referrals import referral_mails, referring
from pathways.people.models import Account
from pathways.settings import Settings
from tests.learning.people_sent_on import SentOn


@pytest.fixture
def sent_mails(monkeypatch) -> list[dict]:
    found: list[dict] = []
    monkeypatch.setattr(mail, "send", lambda _, **what: found.append(what))
    return found


@pytest.fixture
def deliver(db, settings, sent_mails):
    def run(referral, state: str, *, url: str = "smtp://mail.example:25") -> list[str]:
        sent_mails.clear()
        own = Settings(**{**vars_of(settings), "mail_url": url, "mail_from": "pathways@mail.example"})
        handle = referral_mails.handlers(own)[ReferralChanged.__name__]
        errand = handle(db, {"referral_id": str(referral.id), "state": state})
        if errand is not None:
            errand()
        return [one["to"] for one in sent_mails]

    return run


def vars_of(settings: Settings) -> dict:
    return {name: getattr(settings, name) for name in type(settings).__dataclass_fields__}


def test_each_side_hears_what_it_waits_for(db, deliver, sent_mails):
    world = SentOn(db)
    sender, receiver = (db.get_one(Account, one.account_id).email for one in (world.sender, world.receiver))
    made = world.sent()
    assert deliver(made, "sent") == [receiver]
    assert "Lit son prénom." not in sent_mails[0]["text"]
    assert f"/referrals/{made.id}" in sent_mails[0]["text"]
    assert deliver(made, "accepted") == []  # not the state it is in
    referring.answer(db, world.receiver, made.id, accepted=True)
    assert deliver(made, "accepted") == [sender]
    assert deliver(made, "accepted", url="") == []
    referring.withdraw(db, made)
    assert sorted(deliver(made, "withdrawn")) == sorted([sender, receiver])


def test_nobody_hears_of_a_no_to_what_was_never_sent(db, deliver):
    world = SentOn(db)
    made = world.proposed()
    referring.withdraw(db, made)
    assert deliver(made, "withdrawn") == []
