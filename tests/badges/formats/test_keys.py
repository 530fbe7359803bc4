"""Keys, and the names under which others find them."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.badges.formats import keys
from pathways.badges.formats.did_web import did_web_url
from pathways.badges.formats.errors import BadKey
from tests.badges.formats import samples
from tests.parts.vectors import vectors


@settings(deadline=None)
@given(st.binary(max_size=70))
def test_base58_gives_back_what_it_was_given(data):
    assert keys.from_base58(keys.base58(data)) == data


@pytest.mark.parametrize(("data", "text"), [(b"", "z"), (b"\0\0a", "z112g"), (b"Hello World!", "z2NEpo7TZRRrLZSi2U")])
def test_base58_is_that_of_the_specification(data, text):
    assert keys.base58(data) == text


@pytest.mark.parametrize("text", ["", "u00", "2NEpo", "z0", "zl", "zO", "zI", "z é", "z" + "2" * 1_000_000])
def test_what_is_not_base58_is_refused_at_once(text):
    with pytest.raises(BadKey) as refused:
        keys.from_base58(text)
    assert refused.value.code == "multibase"


def test_the_published_multikey_is_read_and_written():
    public = json.loads((vectors("vc-di-eddsa") / "keyPair.json").read_text("utf-8"))["publicKeyMultibase"]
    assert keys.multikey(keys.from_multikey(public)) == public
    assert keys.from_did_key(f"did:key:{public}#{public}") == keys.from_multikey(public)


def test_a_new_key_signs_what_its_multikey_verifies():
    raw = keys.new_ed25519()
    private = keys.ed25519_private(raw)
    assert len(raw) == 32
    public = keys.multikey(private)
    assert public.startswith("z6Mk")
    keys.from_multikey(public).verify(private.sign(b"x"), b"x")
    assert keys.did_key(private) == f"did:key:{public}"


@pytest.mark.parametrize(
    "text",
    ["z6Mk", "zDnaegE6RR3atJtHKwTRTWHsJ3kNHqFwv7n9YjTgmU7TyfU76", keys.base58(b"\xed\x01" + bytes(31)), "", "u7QE"],
)
def test_a_key_of_another_kind_is_refused(text):
    with pytest.raises(BadKey):
        keys.from_multikey(text)


@pytest.mark.parametrize("did", ["did:web:x", "did:key:", f"did:key:{samples.PUBLIC}#other", "did:key:z6Mk#z6Mk"])
def test_a_did_key_that_is_none_is_refused(did):
    with pytest.raises(BadKey):
        keys.from_did_key(did)


@pytest.fixture(scope="module")
def pem():
    return keys.new_rsa()


def test_an_rsa_key_goes_out_as_pem_and_jwk_without_its_private_half(pem):
    private = keys.rsa_private(pem)
    jwk = keys.rsa_jwk(private, kid="https://b.example/k")
    assert set(jwk) == {"kty", "alg", "use", "kid", "n", "e"}
    assert keys.rsa_public(jwk) == keys.rsa_public(keys.rsa_pem(private)) == private.public_key()
    assert keys.rsa_jwk(private.public_key()) == keys.rsa_jwk(private)


def test_rsa_keys_that_are_weak_or_none_are_refused(pem):
    weak = generate_private_key(65537, 1024)  # noqa: S505 - weak on purpose: it must be refused
    for one in (
        keys.rsa_pem(weak),
        keys.rsa_jwk(weak),
        "",
        pem,
        {"kty": "EC"},
        {"kty": "RSA"},
        {"kty": "RSA", "n": "AQ", "e": 3},
    ):
        with pytest.raises(BadKey):
            keys.rsa_public(one)
    for one in ("", keys.rsa_pem(keys.rsa_private(pem))):
        with pytest.raises(BadKey):
            keys.rsa_private(one)


@pytest.mark.parametrize("raw", [b"", bytes(31), bytes(33)])
def test_a_private_key_of_another_length_is_refused(raw):
    with pytest.raises(BadKey):
        keys.ed25519_private(raw)


@pytest.mark.parametrize(
    ("url", "did", "document"),
    [
        ("https://b.example", "did:web:b.example", "https://b.example/.well-known/did.json"),
        ("https://B.example:443/", "did:web:b.example", "https://b.example/.well-known/did.json"),
        ("https://b.example/issuers/hub", "did:web:b.example:issuers:hub", "https://b.example/issuers/hub/did.json"),
        ("https://b.example:8443/a", "did:web:b.example%3A8443:a", "https://b.example:8443/a/did.json"),
        ("https://b.example/a%20b/é", "did:web:b.example:a%20b:%C3%A9", "https://b.example/a%20b/%C3%A9/did.json"),
        (
            "http://localhost:8000/issuers/x",
            "did:web:localhost%3A8000:issuers:x",
            "https://localhost:8000/issuers/x/did.json",
        ),
    ],
)
def test_a_did_web_is_an_address_written_otherwise(url, did, document):
    assert keys.did_web(url) == did
    assert did_web_url(did) == document


@pytest.mark.parametrize(
    "url",
    [
        "http://b.example/x",
        "https://",
        "ftp://b.example",
        "https://u@b.example",
        "https://b.example?x",
        "https://b.example:x",
        "https://[::1]/",
    ],
)
def test_an_address_without_a_did_web_is_refused(url):
    with pytest.raises(BadKey):
        keys.did_web(url)


@pytest.mark.parametrize(
    "did",
    [
        "did:key:z6Mk",
        "did:web:",
        "did:web:b.example:..:x",
        "did:web:b.example:%2e%2e",
        "did:web:b.example%2Fx",
        "did:web:u%40b.example",
        "did:web:b.example:a/b",
        "did:web:b.example:",
        "did:web:b.example%3A",
        "did:web:b.example%3A99999999",
        "did:web:b.example:a?b",
        "did:web:b.example#k",
        "did:web:b.example\n",
        "did:web:" + "a" * 600,
    ],
)
def test_a_did_web_that_would_lead_elsewhere_is_refused(did):
    with pytest.raises(BadKey):
        did_web_url(did)


def test_the_document_of_a_did_lists_each_key_for_assertions():
    other = keys.multikey(keys.ed25519_private(samples.OTHER_KEY))
    document = keys.did_document(samples.DID, [samples.PUBLIC, other])
    for public in (samples.PUBLIC, other):
        method = keys.verification_method(samples.DID, public)
        assert keys.multikey(keys.key_in(document, samples.DID, method)) == public
        assert method.endswith(f"#{public}")


def _without(document, member):
    return {**document, member: []}


DOCUMENT = keys.did_document(samples.DID, [samples.PUBLIC])
FOREIGN = {**DOCUMENT["verificationMethod"][0], "controller": "did:web:elsewhere.example"}


@pytest.mark.parametrize(
    ("document", "did", "method", "code"),
    [
        (_without(DOCUMENT, "assertionMethod"), samples.DID, samples.METHOD, "key-not-listed"),
        (_without(DOCUMENT, "verificationMethod"), samples.DID, samples.METHOD, "key-not-listed"),
        ({**DOCUMENT, "verificationMethod": [FOREIGN]}, samples.DID, samples.METHOD, "key-not-listed"),
        (DOCUMENT, samples.DID, f"{samples.DID}#other", "key-not-listed"),
        (DOCUMENT, "did:web:elsewhere.example", "did:web:elsewhere.example#k", "did"),
        (DOCUMENT, samples.DID, f"did:web:elsewhere.example#{samples.PUBLIC}", "did"),
        ([], samples.DID, samples.METHOD, "did"),
        ({**DOCUMENT, "verificationMethod": ["x", 7, None]}, samples.DID, samples.METHOD, "key-not-listed"),
    ],
)
def test_a_key_that_a_did_does_not_assert_with_is_not_taken(document, did, method, code):
    with pytest.raises(BadKey) as refused:
        keys.key_in(document, did, method)
    assert refused.value.code == code


def test_keys_written_into_the_list_or_named_by_their_fragment_are_found():
    method = DOCUMENT["verificationMethod"][0]
    short = {**method, "id": f"#{samples.PUBLIC}"}
    for document in (
        {"id": samples.DID, "assertionMethod": [method]},
        {"id": samples.DID, "assertionMethod": method},
        {"id": samples.DID, "verificationMethod": [short], "assertionMethod": [short["id"]]},
    ):
        assert keys.multikey(keys.key_in(document, samples.DID, samples.METHOD)) == samples.PUBLIC
