"""Badges of Open Badges 2.0: what is shown comes from where it is kept, and belongs together."""

from __future__ import annotations

from typing import Any

import pytest

from pathways.badges.verifying import recipients
from pathways.badges.verifying.sources import Unavailable
from pathways.badges.verifying.verdict import Overall, State, Verdict
from tests.badges.verifying import making
from tests.badges.verifying.making import ASSERTION2, BADGE2, ISSUER2, KEY2, REVOKED2, Site, as_json, assertion, token2


def reasons(verdict: Verdict) -> dict[str, str]:
    return {one.code: one.reason for one in verdict.findings if one.state is not State.YES and one.code != "recipient"}


def hosted(file: dict[str, Any] | None = None, kept: dict[str, Any] | None = None, email: str = "") -> Verdict:
    """The verdict on a file, at a site that keeps something else under some addresses."""
    return Site(making.served() | (kept or {})).verdict(as_json(file or assertion()), email=email)


def signed(token: str | None = None, kept: dict[str, Any] | None = None, email: str = "") -> Verdict:
    return Site(making.served() | (kept or {})).verdict((token or token2()).encode(), email=email)


def served(url: str, **changed: Any) -> dict[str, Any]:
    document = making.served()[url] | changed
    return {url: {name: value for name, value in document.items() if value is not None}}


# --- hosted ---


def test_what_is_shown_comes_from_the_site():
    verdict = hosted()
    assert (verdict.overall, reasons(verdict)) == (Overall.VALID, {})
    assert verdict.says["name"] == "Accompagner"
    issuer = verdict.finding("issuer")
    assert issuer is not None
    assert issuer.details["domain"] == "badges.example.org"


CHANGED: dict[str, dict[str, Any]] = {
    "its end": {"expires": "2099-01-15T09:00:00+00:00"},
    "its date": {"issuedOn": "2020-01-15T09:00:00+00:00"},
    "its recipient": {"recipient": making.recipient("autre@exemple.fr")},
    "its badge": {"badge": f"{making.HOST}/ob2/badgeclasses/8"},
    "its evidence": {"evidence": "https://evil.example/"},
    "its proof": {"verification": {"type": "SignedBadge", "creator": KEY2}},
}


@pytest.mark.parametrize("case", CHANGED)
def test_a_file_that_says_something_else_than_its_site_is_changed(case):
    verdict = hosted(assertion(**CHANGED[case]))
    assert (verdict.overall, reasons(verdict)) == (Overall.NOT_VALID, {"unchanged": "changed"})


def test_a_file_that_says_more_than_its_site_is_no_yes():
    assert hosted(assertion(more="x")).overall is Overall.UNKNOWN


def test_what_was_taken_back_is_gone_or_says_so():
    revoked = {"@context": "https://w3id.org/openbadges/v2", "id": ASSERTION2, "type": "Assertion", "revoked": True}
    for kept in (Unavailable("gone"), revoked | {"revocationReason": "Erreur"}):
        verdict = hosted(kept={ASSERTION2: kept})
        assert (verdict.overall, reasons(verdict)) == (Overall.NOT_VALID, {"status": "revoked"})


def test_a_badge_that_is_kept_where_its_issuer_does_not_allow_it_is_not_of_the_issuer():
    """Anybody may keep an assertion that names somebody else's badge."""
    there = "https://evil.example/assertions/1"
    forged = assertion(id=there)
    verdict = hosted(forged, {there: forged})
    assert (verdict.overall, reasons(verdict)["signature"]) == (Overall.NOT_VALID, "not-covered")
    allowed = served(ISSUER2, verification={"allowedOrigins": ["badges.example.org", "evil.example"]})
    assert hosted(forged, {there: forged} | allowed).overall is Overall.VALID
    begins = served(ISSUER2, verification={"startsWith": f"{making.HOST}/ob2/", "allowedOrigins": "badges.example.org"})
    assert hosted(kept=begins).overall is Overall.VALID
    elsewhere = served(ISSUER2, verification={"startsWith": f"{making.HOST}/other/"})
    assert hosted(kept=elsewhere).overall is Overall.NOT_VALID


def test_a_prefix_does_not_open_a_site_that_begins_alike():
    there = "https://badges.example.org.evil.example/1"
    forged = assertion(id=there)
    prefixed = served(ISSUER2, verification={"startsWith": "https://badges.example.org"})
    assert hosted(forged, {there: forged} | prefixed).overall is Overall.NOT_VALID


NO_CHAIN: dict[str, dict[str, Any]] = {
    "an assertion of another id": {ASSERTION2: assertion(id=f"{ASSERTION2}x")},
    "no assertion": {ASSERTION2: making.served()[BADGE2]},
    "a badge of another id": served(BADGE2, id=f"{BADGE2}x"),
    "a badge of nobody": served(BADGE2, issuer=None),
    "an issuer in words": served(BADGE2, issuer={"name": "Pix"}),
    "an issuer of another id": served(ISSUER2, id=f"{ISSUER2}x"),
}


@pytest.mark.parametrize("case", NO_CHAIN)
def test_what_does_not_belong_together_is_not_valid(case):
    assert hosted(kept=NO_CHAIN[case]).overall is Overall.NOT_VALID


def test_an_assertion_that_is_nowhere_is_signed_by_nobody():
    for where in ("urn:uuid:x", "http://badges.example.org/1", None, 7):
        verdict = hosted(assertion(id=where))
        assert (verdict.overall, reasons(verdict)) == (Overall.NOT_VALID, {"signature": "not-hosted"})


def test_a_signed_badge_without_its_signature_is_not_valid():
    there = assertion(verification={"type": "SignedBadge", "creator": KEY2})
    verdict = hosted(there, {ASSERTION2: there})
    assert (verdict.overall, reasons(verdict)) == (Overall.NOT_VALID, {"signature": "unsigned"})


def test_dates_count():
    for changed, code in (
        ({"expires": "2026-11-27T12:00:00Z"}, "valid-until"),
        ({"issuedOn": "2026-11-27T12:00:01Z"}, "valid-from"),
    ):
        there = assertion() | changed
        verdict = hosted(there, {ASSERTION2: there})
        assert (verdict.overall, set(reasons(verdict))) == (Overall.NOT_VALID, {code})
    there = assertion(expires=None)
    assert hosted(there, {ASSERTION2: there}).overall is Overall.VALID, "nothing is said where null stands"
    there = assertion(issuedOn="yesterday")
    assert hosted(there, {ASSERTION2: there}).overall is Overall.UNKNOWN


def test_an_embedded_badge_still_has_its_issuer_asked():
    inside = assertion(badge={"type": "BadgeClass", "name": "Faux", "issuer": ISSUER2})
    verdict = hosted(inside, {ASSERTION2: inside})
    assert verdict.overall is Overall.VALID
    issuer = verdict.finding("issuer")
    assert issuer is not None
    assert issuer.details["name"] == "Réseau de démonstration"


# --- recipient ---


@pytest.mark.parametrize(
    ("email", "state"),
    [
        ("", State.UNKNOWN),
        ("titulaire@exemple.fr", State.YES),
        (" Titulaire@Exemple.fr ", State.YES),
        ("autre@exemple.fr", State.NO),
        ("é@exemple.fr", State.NO),
    ],
)
def test_an_address_is_compared_if_it_was_typed(email, state):
    for verdict in (hosted(email=email), signed(email=email)):
        finding = verdict.finding("recipient")
        assert finding is not None
        assert finding.state is state
        assert verdict.overall is (Overall.NOT_VALID if state is State.NO else Overall.VALID)


def test_a_badge_that_names_somebody_otherwise_is_not_said_to_name_nobody():
    there = assertion(recipient={"type": "url", "identity": "https://exemple.fr/moi"})
    finding = hosted(there, {ASSERTION2: there}).finding("recipient")
    assert finding is not None
    assert (finding.state, finding.reason) == (State.UNKNOWN, "other-identity")
    named = [{"type": "IdentityObject", "hashed": False, "identityHash": "Prénom Exemple", "identityType": "name"}]
    assert recipients.of_identities(named, "").reason == "other-identity"
    assert recipients.of_identities([], "").reason == "opaque"


def test_no_verdict_holds_the_address_or_its_digest():
    text = str(hosted(email="titulaire@exemple.fr").to_json())
    assert "titulaire" not in text
    assert "sha256" not in text


# --- signed ---


def test_a_signed_badge_is_valid():
    verdict = signed()
    assert (verdict.overall, reasons(verdict)) == (Overall.VALID, {})


def test_a_signed_badge_that_another_key_signed_is_not():
    assert reasons(signed(token2(key="evil"))) == {"unchanged": "changed"}


KEYS: dict[str, dict[str, Any]] = {
    "not listed by the issuer": served(ISSUER2, publicKey=f"{KEY2}x"),
    "listed by nobody": served(ISSUER2, publicKey=None),
    "of another owner": served(KEY2, owner="https://evil.example/issuer"),
    "of another id": served(KEY2, id=f"{KEY2}x"),
    "not a key": served(KEY2, publicKeyPem="-----BEGIN NOTHING-----"),
}


@pytest.mark.parametrize("case", KEYS)
def test_a_key_that_the_issuer_does_not_vouch_for_signs_nothing(case):
    assert signed(kept=KEYS[case]).overall is Overall.NOT_VALID


def test_a_list_of_one_entry_revokes_as_well_as_one_of_two():
    own = assertion(hosted=False)["id"]
    for revoked in ([{"id": own}], {"id": own}, [own], own, [{"id": "urn:uuid:x"}, {"id": own}]):
        verdict = signed(kept=served(REVOKED2, revokedAssertions=revoked))
        assert (verdict.overall, reasons(verdict)) == (Overall.NOT_VALID, {"status": "revoked"})


def test_a_list_of_revocations_that_cannot_be_relied_on_is_no_yes():
    for kept in (served(REVOKED2, issuer="https://evil.example/"), {REVOKED2: Unavailable("unreached")}):
        assert signed(kept=kept).overall is Overall.UNKNOWN
    for revoked in (None, [{"uid": "k3J9"}], [7], {}):
        assert signed(kept=served(REVOKED2, revokedAssertions=revoked)).overall is Overall.UNKNOWN, revoked
    assert signed(kept=served(REVOKED2, type="Profile")).overall is Overall.UNKNOWN
    assert signed(kept=served(REVOKED2, revokedAssertions=[])).overall is Overall.VALID
    assert signed(kept=served(ISSUER2, revocationList=7)).overall is Overall.UNKNOWN
    without = signed(kept=served(ISSUER2, revocationList=None)).finding("status")
    assert without is not None
    assert without.details["none"] is True
