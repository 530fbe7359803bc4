"""Somebody whose diagnostic is over, a structure that sends them on, and one that receives."""

from __future__ import annotations

from pathways.diagnostics.models import Attempt
from pathways.learning.models import Referral
from pathways.learning.referrals import referring
from pathways.learning.referrals.referring import Asked
from pathways.places.models import Place
from pathways.workshops.codes import Codes
from tests.conftest import SECRET
from tests.insights.crowds import SKILLS, Crowd, member_of

CODES = Codes(SECRET)


class SentOn:
    """``sender`` accompanies the person of ``attempt``; ``receiver`` and ``stranger`` are of two other structures."""

    place: Place
    """Where a test puts one."""

    def __init__(self, db, *, language: str = "ar") -> None:
        self.db = db
        self.crowd = Crowd.new(db)
        self.sender = self.crowd.member
        self.receiver = member_of(db)
        self.stranger = member_of(db)
        self.attempt = self.crowd.add(dict.fromkeys(SKILLS, "dont_know"), language=language)

    def asked(self, **values) -> Asked:
        usual = {"need": "literacy", "to_organisation_id": self.receiver.organisation_id, "words": "Lit son prénom."}
        return Asked(**usual | values)

    def proposed(self, *, key: str = "k1", **values) -> Referral:
        attempt = self.db.get_one(Attempt, self.attempt.id)
        return referring.propose(self.db, CODES, self.sender, attempt, self.asked(**values), key=key)

    def sent(self, *, key: str = "k1", language: str = "ar", **values) -> Referral:
        made = self.proposed(key=key, **values)
        referring.agree(self.db, made, language=language, seen=referring.consent_text(language))
        return made
