"""Badges as JWT, checked by hand beside the library that made them."""

import base64
import hmac
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from pathways.badges.formats import documents, keys, vc_jwt
from pathways.badges.formats.errors import BadKey, BadToken
from tests.badges.formats import samples

KID = f"{samples.BASE}/issuers/hub/keys/1"
CREDENTIAL = json.loads(samples.signed_bytes())


@pytest.fixture(scope="module")
def pem():
    return keys.new_rsa()


@pytest.fixture(scope="module")
def private(pem):
    return keys.rsa_private(pem)


@pytest.fixture(scope="module")
def jwk(private):
    return keys.rsa_jwk(private, kid=KID)


@pytest.fixture(scope="module")
def token(private):
    return vc_jwt.encode(CREDENTIAL, private, kid=KID)


def _b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _read(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def by_hand(private, header, payload):
    """A token signed with nothing but the RSA of ``cryptography``."""
    over = f"{_b64(json.dumps(header).encode())}.{_b64(json.dumps(payload).encode())}"
    return f"{over}.{_b64(private.sign(over.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def refused(token, jwk):
    with pytest.raises(BadToken) as why:
        vc_jwt.decode(token, jwk)
    return why.value.code


def test_a_token_gives_back_the_credential_with_its_proof(token, jwk, pem, private):
    assert vc_jwt.decode(token, jwk) == CREDENTIAL
    assert vc_jwt.decode(token, keys.rsa_pem(private)) == CREDENTIAL
    assert vc_jwt.decode(vc_jwt.encode(CREDENTIAL, pem, kid=KID), jwk) == CREDENTIAL


def test_its_signature_and_claims_are_those_of_the_standards(token, private):
    head, body, signature = token.split(".")
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    private.public_key().verify(raw, f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert _read(head) == {"alg": "RS256", "typ": "JWT", "kid": KID}
    payload = _read(body)
    assert {name: payload[name] for name in ("iss", "sub", "jti", "nbf", "exp")} == {
        "iss": samples.DID,
        "sub": samples.badge().subject_id,
        "jti": samples.badge().id,
        "nbf": 1768467600,
        "exp": 1863162000,
    }
    assert "vc" not in payload


def test_a_token_made_by_another_hand_is_read(private, jwk, token):
    payload = _read(token.split(".")[1])
    for header in ({"alg": "RS256", "kid": KID}, {"typ": "JWT", "alg": "RS256", "jwk": jwk}):
        assert vc_jwt.decode(by_hand(private, header, payload), jwk) == CREDENTIAL
    assert (
        vc_jwt.decode(by_hand(private, {"alg": "RS256"}, {**payload, "nbf": payload["nbf"] + 0.0}), jwk) == CREDENTIAL
    )


def test_a_large_badge_and_a_header_of_somebody_elses_making_are_read(private, jwk, token):
    large = {**CREDENTIAL, "description": "é" * 300_000}
    made = vc_jwt.encode(large, private, kid=KID)
    assert len(made) < vc_jwt.LONGEST
    assert vc_jwt.decode(made, jwk) == large
    header = {"alg": "RS256", "x5t": "abc", "made-by": "somebody", "jwk": jwk, "kid": "x" * 1000}
    assert vc_jwt.decode(by_hand(private, header, _read(token.split(".")[1])), jwk) == CREDENTIAL
    for odd in ({"kid": 7}, {"cty": 7}):
        assert refused(by_hand(private, {"alg": "RS256", **odd}, _read(token.split(".")[1])), jwk) == "token-form"


def test_a_badge_without_end_has_no_claim_of_one(private, jwk):
    endless = {name: value for name, value in CREDENTIAL.items() if name != "validUntil"}
    token = vc_jwt.encode(endless, private, kid=KID)
    assert "exp" not in vc_jwt.payload_of(token)
    assert vc_jwt.decode(token, jwk) == endless


@pytest.mark.parametrize("claim", ["iss", "sub", "jti", "nbf", "exp"])
@pytest.mark.parametrize("change", ["other", "missing", "type"])
def test_every_claim_that_contradicts_the_credential_is_refused(private, jwk, token, claim, change):
    payload = _read(token.split(".")[1])
    if change == "missing":
        del payload[claim]
    elif change == "other":
        payload[claim] = payload[claim] + (1 if isinstance(payload[claim], int) else "x")
    else:
        payload[claim] = [payload[claim]] if isinstance(payload[claim], str) else str(payload[claim])
    assert refused(by_hand(private, {"alg": "RS256"}, payload), jwk) == "token-claims"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("id", "urn:uuid:other"),
        ("issuer", {"id": "did:web:elsewhere.example"}),
        ("issuer", None),
        ("credentialSubject", {"id": "urn:uuid:other"}),
        ("credentialSubject", []),
        ("validFrom", "2026-01-15T09:00:01Z"),
        ("validFrom", "soon"),
        ("validUntil", "2030-01-01T00:00:00Z"),
        ("validUntil", None),
    ],
)
def test_a_credential_that_contradicts_its_claims_is_refused(private, jwk, token, member, value):
    payload = {**_read(token.split(".")[1]), member: value}
    assert refused(by_hand(private, {"alg": "RS256"}, payload), jwk) == "token-claims"


def test_a_token_that_ends_while_the_credential_does_not_is_refused(private, jwk, token):
    payload = _read(token.split(".")[1])
    del payload["validUntil"]
    assert refused(by_hand(private, {"alg": "RS256"}, payload), jwk) == "token-claims"


def test_no_signature_and_one_made_with_the_public_key_are_refused(private, jwk, token):
    body = token.split(".")[1]
    for algorithm in ("none", "None", "", None, ["RS256"], "RS512", "PS256", "EdDSA"):
        header = _b64(json.dumps({"alg": algorithm}).encode())
        assert refused(f"{header}.{body}.{token.split('.')[2]}", jwk) == "token-algorithm"
    assert refused(f"{_b64(b'{}')}.{body}.AA", jwk) == "token-algorithm"
    head = _b64(b'{"alg":"HS256"}')
    mac = hmac.digest(keys.rsa_pem(private).encode(), f"{head}.{body}".encode(), "sha256")
    assert refused(f"{head}.{body}.{_b64(mac)}", jwk) == "token-algorithm"
    assert refused(f"{head}.{body}.", jwk) == "token-form"


def test_a_header_that_shows_a_private_key_is_refused(private, jwk, token):
    payload = _read(token.split(".")[1])
    for shown in ({**jwk, "d": "AQAB"}, {**jwk, "p": "AQAB"}, {"kty": "oct", "k": "AQAB"}, "key"):
        assert refused(by_hand(private, {"alg": "RS256", "jwk": shown}, payload), jwk) == "token-private-key"


def test_a_header_that_asks_for_more_is_refused(private, jwk, token):
    payload = _read(token.split(".")[1])
    for more in ({"crit": ["x"], "x": 1}, {"b64": False, "crit": ["b64"]}):
        assert refused(by_hand(private, {"alg": "RS256", **more}, payload), jwk) == "token-form"
    assert refused(by_hand(private, {"alg": "RS256", "typ": "at+jwt"}, payload), jwk) == "token-type"


def test_a_token_that_was_changed_or_is_of_another_key_is_refused(token, jwk):
    head, body, signature = token.split(".")
    changed = {**_read(body), "name": "Autre"}
    assert refused(f"{head}.{_b64(json.dumps(changed).encode())}.{signature}", jwk) == "signature"
    assert refused(f"{head}.{body}.{signature[:-4]}AAAA", jwk) == "signature"
    other = keys.rsa_jwk(keys.rsa_private(keys.new_rsa()))
    assert refused(token, other) == "signature"
    with pytest.raises(BadKey):
        vc_jwt.decode(token, {"kty": "oct", "k": "AAAA"})


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b",
        "a.b.c.d",
        "....",
        "a b.c.d",
        "é.b.c",
        f"{_b64(b'[]')}.{_b64(b'{}')}.AA",
        f"{_b64(b'{')}.{_b64(b'{}')}.AA",
        f"{_b64(b'[' * 100_000)}.AA.AA",
        "a.b." + "c" * 1_000_001,
        None,
        b"a.b.c",
    ],
)
def test_what_is_no_token_is_refused(token, jwk):
    assert refused(token, jwk) == "token-form"


def test_a_credential_without_a_subject_id_is_not_encoded(private):
    for member, value in (("credentialSubject", {}), ("issuer", {}), ("id", "")):
        with pytest.raises(ValueError, match="repeats"):
            vc_jwt.encode({**CREDENTIAL, member: value}, private, kid=KID)


def test_what_a_token_says_of_itself_can_be_read_before_it_is_believed(token):
    assert vc_jwt.header_of(token)["kid"] == KID
    assert vc_jwt.payload_of(token)["iss"] == samples.DID


def test_the_bytes_of_the_proof_survive_the_token(token, jwk):
    assert documents.serialised(vc_jwt.decode(token, jwk)) == samples.signed_bytes()
