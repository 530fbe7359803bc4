"""Endorsements: each is verified on its own, and one that does not hold does not make the badge invalid."""

from __future__ import annotations

from typing import Any

from pathways.badges.formats import vc_jwt
from pathways.badges.verifying import credentials
from pathways.badges.verifying.sources import Unavailable
from pathways.badges.verifying.verdict import Overall, State, Verdict
from tests.badges.verifying import making
from tests.badges.verifying.making import ACHIEVEMENT, DID, Site, as_json, badge, endorsement, signed

PEER = "did:web:peer.example"
PEER_URL = "https://peer.example/.well-known/did.json"


def with_endorsements(*inside: dict[str, Any]) -> dict[str, Any]:
    document = badge()
    document["credentialSubject"]["achievement"]["endorsement"] = list(inside)
    return signed(document)


def by_peer(about: str = ACHIEVEMENT, **changed: Any) -> dict[str, Any]:
    return signed(endorsement(about, did=PEER, **changed), did=PEER, key="peer")


def judged(document: dict[str, Any], kept: dict[str, Any] | None = None) -> Verdict:
    return Site(making.served() | {PEER_URL: making.did_document(PEER, "peer")} | (kept or {})).verdict(
        as_json(document)
    )


def test_an_endorsement_is_shown_with_its_own_verdict():
    verdict = judged(with_endorsements(by_peer()))
    assert verdict.overall is Overall.VALID
    (found,) = verdict.endorsements
    assert found.overall is Overall.VALID
    assert found.says["comment"] == "Je l'ai vue faire, avec patience."
    issuer = found.finding("issuer")
    assert issuer is not None
    assert issuer.details["domain"] == "peer.example"


def test_an_endorsement_that_does_not_hold_says_so_and_leaves_the_badge():
    forged = signed(endorsement(ACHIEVEMENT, did=PEER), did=PEER, key="evil")
    expired = by_peer(valid_until=making.NOW)
    verdict = judged(with_endorsements(forged, expired))
    assert verdict.overall is Overall.VALID
    assert [one.overall for one in verdict.endorsements] == [Overall.NOT_VALID, Overall.NOT_VALID]


def test_an_endorsement_of_something_else_does_not_count():
    (found,) = judged(with_endorsements(by_peer("https://other.example/achievement"))).endorsements
    assert found.overall is Overall.NOT_VALID
    about = found.finding("about")
    assert about is not None
    assert about.state is State.NO


def test_an_endorsement_that_cannot_be_checked_is_no_yes():
    (found,) = judged(with_endorsements(by_peer()), {PEER_URL: Unavailable("not-asked")}).endorsements
    assert found.overall is Overall.UNKNOWN


def test_an_endorsement_without_a_proof_is_not_covered_by_the_badges_own():
    plain = {name: value for name, value in by_peer().items() if name != "proof"}
    (found,) = judged(with_endorsements(plain)).endorsements
    assert found.overall is Overall.NOT_VALID


def test_an_endorsement_as_a_token_is_verified_too():
    token = vc_jwt.encode(endorsement(ACHIEVEMENT), making.rsa(), kid=making.KID)
    document = badge()
    document["credentialSubject"]["achievement"]["endorsementJwt"] = [token, "no token", 7]
    verdict = Site().verdict(vc_jwt.encode(document, making.rsa(), kid=making.KID).encode())
    assert [one.overall for one in verdict.endorsements] == [Overall.VALID]


def test_no_more_endorsements_are_looked_at_than_may_be():
    verdict = judged(with_endorsements(*[by_peer()] * (credentials.MOST_ENDORSEMENTS + 3)))
    assert len(verdict.endorsements) <= credentials.MOST_ENDORSEMENTS
    assert verdict.overall is not Overall.NOT_VALID


def test_an_endorsement_of_its_own_is_verified_like_a_badge():
    verdict = Site().verdict(as_json(signed(endorsement())))
    assert (verdict.overall, verdict.kind) == (Overall.VALID, "endorsement")
    forged = Site().verdict(as_json(signed(endorsement(), key="evil")))
    assert forged.overall is Overall.NOT_VALID


def test_an_endorsement_in_the_issuers_profile_is_found():
    document = badge()
    document["issuer"]["endorsement"] = [by_peer(DID)]
    (found,) = judged(signed(document)).endorsements
    assert found.overall is Overall.VALID
