"""Badges as a JWT: each claim repeats the credential, and the key is one that the issuer vouches for."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from pathways.badges.formats import keys, vc_jwt
from pathways.badges.verifying.issuers import Issuer, is_below
from pathways.badges.verifying.judging import judge
from pathways.badges.verifying.reading import read
from pathways.badges.verifying.verdict import Overall, State, Verdict
from tests.badges.verifying import making
from tests.badges.verifying.making import DID, DID_URL, HOST, INDEX, KID, LIST, Site, badge

EVIL_KID = "https://evil.example/key"


def token(header: dict[str, Any] | None = None, key: str = "hub", **claims: Any) -> bytes:
    """A VC-JWT whose header and claims are given; a claim that is ``None`` is left out."""
    parts = vc_jwt.encode(badge(), making.rsa(), kid=KID).split(".")
    payload = json.loads(base64.urlsafe_b64decode(parts[1] + "==")) | claims
    payload = {name: value for name, value in payload.items() if value is not None}
    shown = {"alg": "RS256", "typ": "JWT", "kid": KID} | (header or {})
    shown = {name: value for name, value in shown.items() if value is not None}
    return vc_jwt.sign_compact(shown, json.dumps(payload).encode(), making.rsa(key)).encode()


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def reasons(verdict: Verdict) -> dict[str, str]:
    return {one.code: one.reason for one in verdict.findings if one.state is not State.YES and one.code != "recipient"}


def jwk(name: str = "hub") -> dict[str, str]:
    return keys.rsa_jwk(making.rsa(name))


def test_a_token_as_it_must_be_is_valid():
    assert Site().verdict(token()).overall is Overall.VALID


CLAIMS: dict[str, dict[str, Any]] = {
    "iss": {"iss": "did:web:evil.example"},
    "no iss": {"iss": None},
    "sub": {"sub": "urn:uuid:5f1f2c3a-0000-4000-8000-00000000ffff"},
    "no sub": {"sub": None},
    "jti": {"jti": "urn:uuid:5f1f2c3a-0000-4000-8000-00000000ffff"},
    "nbf": {"nbf": 0},
    "no nbf": {"nbf": None},
    "exp": {"exp": 99999999999},
    "no exp": {"exp": None},
    "another end": {"validUntil": "2099-01-01T00:00:00Z"},
    "no end": {"validUntil": None},
}


@pytest.mark.parametrize("case", CLAIMS)
def test_a_claim_that_contradicts_the_credential_makes_it_not_valid(case):
    verdict = Site().verdict(token(**CLAIMS[case]))
    assert (verdict.overall, reasons(verdict)["unchanged"]) == (Overall.NOT_VALID, "token-claims")


def test_a_token_that_another_signed_is_not_valid():
    assert reasons(Site().verdict(token(key="other"))) == {"unchanged": "changed"}


def test_a_token_whose_payload_was_changed_is_not_valid():
    first, payload, signature = token().decode().split(".")
    document = json.loads(base64.urlsafe_b64decode(payload + "=="))
    document["credentialSubject"]["achievement"]["name"] = "Autre chose"
    changed = f"{first}.{part(document)}.{signature}"
    assert Site().verdict(changed.encode()).overall is Overall.NOT_VALID


def test_none_and_the_public_key_as_a_secret_are_no_signatures():
    payload = token().decode().split(".")[1]
    for algorithm in ("none", "None", "HS256", "hs256", "", 7):
        for signature in ("", "AAAA"):
            forged = f"{part({'alg': algorithm, 'kid': KID})}.{payload}.{signature}"
            assert Site().verdict(forged.encode()).overall is Overall.NOT_VALID, algorithm


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "PS256", "Ed25519", "ML-DSA-65"])
def test_a_signature_that_is_not_known_here_is_neither_yes_nor_no(algorithm):
    _, payload, signature = token().decode().split(".")
    other = f"{part({'alg': algorithm, 'kid': KID})}.{payload}.{signature}"
    verdict = Site().verdict(other.encode())
    assert (verdict.overall, reasons(verdict)) == (
        Overall.UNKNOWN,
        {"signature": "token-algorithm"},
    )


def test_a_token_of_another_type_is_neither_yes_nor_no():
    """That of *Securing VCs using JOSE and COSE* repeats no claims, and is no less signed for that."""
    header = {"alg": "RS256", "typ": "vc+jwt", "kid": KID}
    other = Site().verdict(vc_jwt.sign_compact(header, making.as_json(badge()), making.rsa()).encode())
    assert (other.overall, reasons(other)) == (Overall.UNKNOWN, {"signature": "token-type"})
    assert Site().verdict(token({"typ": "jwt"})).overall is Overall.VALID, "a media type has no case"


def test_a_header_that_shows_a_private_key_or_asks_for_extensions_is_refused():
    for header in ({"jwk": {**jwk(), "d": "AQAB"}}, {"crit": ["exp"]}, {"b64": False}, {"jwk": "x"}):
        payload = token().decode().split(".")[1]
        forged = f"{part({'alg': 'RS256', 'kid': KID} | header)}.{payload}.AAAA"
        assert Site().verdict(forged.encode()).overall is Overall.NOT_VALID, header


def test_the_key_of_another_site_does_not_speak_for_the_issuer():
    site = Site(making.served() | {EVIL_KID: jwk("evil")})
    verdict = site.verdict(token({"kid": EVIL_KID}, key="evil"))
    assert (verdict.overall, reasons(verdict)["signature"]) == (Overall.NOT_VALID, "key-not-listed")
    assert EVIL_KID not in site.asked


def test_a_neighbour_on_the_same_site_does_not_speak_for_the_issuer():
    for kid in (f"{HOST}/issuers/mallory/key", f"{HOST}/issuers/hub/../mallory/key", f"{HOST}/issuers/hub%2f../key"):
        site = Site(making.served() | {kid: jwk("evil")})
        assert site.verdict(token({"kid": kid}, key="evil")).overall is Overall.NOT_VALID
        assert kid not in site.asked


@pytest.mark.parametrize(
    ("url", "below"),
    [
        (KID, True),
        (f"{HOST}/issuers/hub/k", True),
        (f"{HOST}/issuers/hub/", False),
        (f"{HOST}/issuers/hub", False),
        (f"{HOST}/issuers/hubs/k", False),
        (f"{HOST}/issuers/hub/k?next=/x", False),
        (f"{HOST}/issuers/hub/k#x", False),
        (f"{HOST}/issuers/hub/a\\..\\b", False),
        (f"{HOST}.evil.example/issuers/hub/k", False),
        ("http://badges.example.org/issuers/hub/k", False),
        (7, False),
    ],
)
def test_what_is_below_an_issuer_is_plain(url, below):
    assert is_below(url, Issuer(DID)) is below


def test_a_key_that_the_issuers_document_lists_counts_by_name_or_in_the_header():
    name = f"{DID}#rsa"
    entry = {"id": name, "type": "JsonWebKey", "controller": DID, "publicKeyJwk": jwk("listed")}
    document = making.did_document()
    document["verificationMethod"].append(entry)
    site = Site(making.served() | {DID_URL: document})
    headers: list[dict[str, Any]] = [{"kid": name}, {"kid": None, "jwk": jwk("listed")}]
    for header in headers:
        assert site.verdict(token(header, key="listed")).overall is Overall.NOT_VALID, "not for assertions"
    document["assertionMethod"].append(name)
    for header in headers:
        assert site.verdict(token(header, key="listed")).overall is Overall.VALID
    assert site.verdict(token({"kid": None, "jwk": jwk("evil")}, key="evil")).overall is Overall.NOT_VALID
    entry["revoked"] = "2026-01-01T00:00:00Z"
    for header in headers:
        assert reasons(site.verdict(token(header, key="listed")))["signature"] == "key-ended"


def test_a_revoked_token_is_not_valid():
    site = Site(making.served() | {LIST: making.list_of([INDEX])})
    assert reasons(site.verdict(token())) == {"status": "revoked"}


def test_a_key_that_is_none_is_no_yes():
    for key in ({}, {"kty": "EC"}, {**jwk(), "n": "!"}, {**jwk(), "e": "AA"}):
        assert Site(making.served() | {KID: key}).verdict(token()).overall is not Overall.VALID


@pytest.mark.parametrize(
    ("place", "overall"), [("~student/key.json", Overall.UNKNOWN), (".well-known/key.json", Overall.VALID)]
)
def test_whoever_has_a_page_on_a_site_does_not_sign_as_the_whole_site(place, overall):
    did, kid = "did:web:university.example", f"https://university.example/{place}"
    document = badge() | {"issuer": did}
    del document["credentialStatus"]
    given = read(vc_jwt.encode(document, making.rsa("other"), kid=kid).encode())
    documents = {
        "https://university.example/.well-known/did.json": json.dumps(keys.did_document(did, [])).encode(),
        kid: json.dumps(jwk("other")).encode(),
    }
    assert judge(given, documents, making.NOW).overall is overall
