"""Open Badges 2.0: what its documents say, and whom they are about."""

import base64
import json
from datetime import timedelta

import pytest

from pathways.badges.formats import keys, ob2, vc_jwt
from pathways.badges.formats.errors import BadToken
from tests.badges.formats import samples

KEY_URL = f"{samples.BASE}/ob2/issuers/1/key"
ISSUER = ob2.Issuer(
    id=f"{samples.BASE}/ob2/issuers/1",
    name="Réseau des lieux",
    url=samples.BASE,
    email="badges@example.org",
    starts_with=f"{samples.BASE}/ob2/assertions/",
    key=KEY_URL,
    revocations=f"{samples.BASE}/ob2/issuers/1/revocations",
)
SALT = bytes(range(16))
RECIPIENT = ob2.Recipient.of_email("personne@example.org", SALT)


def assertion(**more):
    return ob2.Assertion(
        id=f"{samples.BASE}/ob2/assertions/1",
        recipient=RECIPIENT,
        badge=samples.ACHIEVEMENT.badge_class,
        issued=samples.NOW,
        expires=samples.NOW + timedelta(days=365),
        **more,
    )


def test_a_hosted_assertion_has_all_that_the_standard_wants():
    document = ob2.assertion(assertion())
    assert {"@context", "id", "type", "recipient", "badge", "verification", "issuedOn", "expires"} == set(document)
    assert document["verification"] == {"type": "HostedBadge"}
    assert document["issuedOn"] == "2026-01-15T09:00:00+00:00"
    assert document["recipient"]["hashed"] is True
    assert "personne" not in json.dumps(document)


def test_the_profile_covers_the_addresses_of_its_assertions():
    document = ob2.issuer_profile(ISSUER)
    assert assertion().id.startswith(document["verification"]["startsWith"][0])
    assert document["verification"]["allowedOrigins"] == ["badges.example.org"]
    assert {"id", "type", "name", "url", "email", "publicKey", "revocationList"} <= set(document)


def test_a_badge_class_says_what_is_earned():
    one = ob2.BadgeClass(
        samples.ACHIEVEMENT.badge_class,
        "Nom",
        "Texte",
        f"{samples.BASE}/i.png",
        f"{samples.BASE}/c",
        "Critères",
        ISSUER.id,
        alignments=samples.ACHIEVEMENT.alignments,
        tags=("accueil",),
        related=samples.ACHIEVEMENT.id,
    )
    document = ob2.badge_class(one)
    assert {"id", "type", "name", "description", "image", "criteria", "issuer"} <= set(document)
    assert document["alignment"][0]["targetName"] == "Collaborer"
    assert document["criteria"] == {"id": f"{samples.BASE}/c", "narrative": "Critères"}


@pytest.fixture(scope="module")
def private():
    return keys.rsa_private(keys.new_rsa())


def test_a_signed_assertion_is_a_token_that_its_key_document_verifies(private):
    document = ob2.assertion(assertion(creator=KEY_URL))
    assert document["verification"] == {"type": "SignedBadge", "creator": KEY_URL}
    token = ob2.sign(document, private)
    key = ob2.cryptographic_key(KEY_URL, ISSUER.id, keys.rsa_pem(private))
    header, payload = vc_jwt.verified(token, key["publicKeyPem"])
    assert header == {"alg": "RS256"}
    assert payload == document
    head, _, signature = token.split(".")
    other = base64.urlsafe_b64encode(json.dumps({**document, "badge": "x"}).encode()).rstrip(b"=").decode()
    with pytest.raises(BadToken):
        vc_jwt.verified(f"{head}.{other}.{signature}", key["publicKeyPem"])


def test_a_list_of_revocations_never_has_exactly_one_entry_that_counts():
    empty = ob2.revocation_list("https://x/l", ISSUER.id, {})
    assert [one["id"] for one in empty["revokedAssertions"]] == [ob2.SENTINEL]
    one = ob2.revocation_list("https://x/l", ISSUER.id, {"urn:uuid:1": "Erreur"})
    assert one["revokedAssertions"][1:] == [{"id": "urn:uuid:1", "revocationReason": "Erreur"}]


def test_a_revoked_assertion_says_so_and_nothing_else():
    document = ob2.revoked_assertion("https://x/1", "Erreur")
    assert set(document) == {"@context", "id", "type", "revoked", "revocationReason"}
    assert document["revoked"] is True


def test_a_recipient_is_known_by_their_address_alone():
    recipient = ob2.assertion(assertion())["recipient"]
    assert ob2.is_for(recipient, "personne@example.org")
    assert ob2.is_for(recipient, " Personne@Example.org ")
    assert ob2.is_for(recipient, "autre@example.org") is False
    assert ob2.is_for({"type": "email", "identity": "A@b.example", "hashed": False}, "a@b.example") is False
    assert ob2.is_for({"type": "email", "identity": "A@b.example"}, "A@b.example")


@pytest.mark.parametrize(
    "recipient",
    [
        None,
        "x",
        {},
        {"type": "url", "identity": "x"},
        {"type": "email", "identity": 7},
        {"type": "email", "hashed": True, "identity": "md5$x"},
        {"type": "email", "hashed": True, "identity": "sha256$x", "salt": 7},
    ],
)
def test_a_recipient_that_is_named_in_another_way_is_not_guessed(recipient):
    assert ob2.is_for(recipient, "a@b.example") is None


def test_a_short_salt_is_refused():
    with pytest.raises(ValueError, match="16"):
        ob2.Recipient.of_email("a@b.example", bytes(15))
