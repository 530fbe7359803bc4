"""Data Integrity proofs: the vectors of the W3C, and whatever is changed in a signed document."""

import copy
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.badges.formats import canonical, documents, integrity, keys, pinned
from pathways.badges.formats.errors import BadProof, FormatError, UnknownContext, Unsignable
from tests.badges.formats import samples
from tests.parts.vectors import vectors

BADGE = documents.achievement_credential(samples.badge())
SIGNED = samples.signed(BADGE)
KEY = keys.from_multikey(samples.PUBLIC)


def check(document, key=KEY, **more):
    given = integrity.proofs(document)
    assert given
    for proof in given:
        integrity.verify(document, proof, key, **more)


def refused(document, key=KEY, **more) -> str:
    """The code with which it is refused."""
    with pytest.raises(FormatError) as why:
        check(document, key, **more)
    return why.value.code


# --- the vectors ----------------------------------------------------------------------------------------------


@pytest.fixture
def examples(monkeypatch, tmp_path):
    """The context of the W3C's examples, as if it were pinned."""
    url = "https://www.w3.org/ns/credentials/examples/v2"
    path = tmp_path / "examples.json"
    path.write_text('{"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}', "utf-8")
    pin = pinned.Pin(str(path), hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(pinned, "CONTEXTS", {**pinned.CONTEXTS, url: pin})
    pinned._pinned.cache_clear()
    yield
    pinned._pinned.cache_clear()


def test_the_credential_of_the_w3c_is_verified_and_signed_again(examples):
    folder = vectors("vc-di-eddsa")
    signed = json.loads((folder / "eddsa-rdfc-2022" / "signedDataInt.json").read_text("utf-8"))
    pair = json.loads((folder / "keyPair.json").read_text("utf-8"))
    check(signed, keys.from_multikey(pair["publicKeyMultibase"]))
    body, proof = integrity.unproven(signed), signed["proof"]
    assert canonical.canonical(body) == (folder / "eddsa-rdfc-2022" / "canonDocDataInt.txt").read_text("utf-8")
    private = keys.ed25519_private(keys.from_base58(pair["privateKeyMultibase"])[2:])
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    again = integrity.signed(body, canonical.canonical(body), options, private)
    assert again["proof"] == [proof]


@pytest.mark.parametrize("case", ["", "employ"])
def test_the_published_digests_and_signatures_are_ours(case):
    folder = vectors("vc-di-eddsa") / "eddsa-rdfc-2022" / case
    form = (folder / "canonDocDataInt.txt").read_text("utf-8")
    options = (folder / "proofCanonDataInt.txt").read_text("utf-8")
    for text in (form, options):
        assert canonical.canonical_quads("".join(reversed(text.splitlines(keepends=True)))) == text
    combined = hashlib.sha256(options.encode()).hexdigest() + hashlib.sha256(form.encode()).hexdigest()
    assert combined == (folder / "combinedHashDataInt.txt").read_text("utf-8").strip()
    proof = json.loads((folder / "signedDataInt.json").read_text("utf-8"))["proof"]
    key = keys.from_did_key(proof["verificationMethod"])
    key.verify(keys.from_base58(proof["proofValue"]), bytes.fromhex(combined))


# --- what is signed -------------------------------------------------------------------------------------------


def test_a_signed_badge_verifies_and_its_proof_is_a_list_of_one():
    check(SIGNED)
    assert [proof["type"] for proof in SIGNED["proof"]] == ["DataIntegrityProof"]
    assert integrity.unproven(SIGNED) == BADGE
    assert samples.signed(SIGNED) == SIGNED, "signed anew, and the same"


def test_each_kind_of_document_can_be_signed():
    status = documents.StatusListCredential(
        samples.LIST, samples.DID, "u" + "A" * 40, samples.NOW, samples.NOW + timedelta(days=2), timedelta(hours=1)
    )
    for document in (
        documents.endorsement_credential(samples.endorsement()),
        documents.status_list_credential(status),
        documents.issuer_profile(samples.PROFILE),
    ):
        check(samples.signed(document))


@settings(max_examples=25, deadline=None)
@given(
    st.text(max_size=60), st.sampled_from([("name",), ("credentialSubject", "achievement", "criteria", "narrative")])
)
@pytest.mark.slow
def test_any_text_that_json_can_hold_is_signed_and_any_change_of_it_refused(text, path):
    document = copy.deepcopy(BADGE)
    _set(document, path, text)
    signed = samples.signed(document)
    again = json.loads(documents.serialised(signed))
    check(again)
    _set(again, path, text + " ")
    assert refused(again) == "signature"


def _set(document, path, value):
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = value


def _places(node, path=()):
    """Every member and item, with its path."""
    if isinstance(node, dict | list):
        for step, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield (*path, step), value
            yield from _places(value, (*path, step))


VALUES = [(path, value) for path, value in _places(SIGNED) if isinstance(value, str)]
MEMBERS = [path for path, _ in _places(SIGNED) if isinstance(path[-1], str)]


@pytest.mark.slow
def test_any_single_changed_value_is_refused():
    accepted = []
    for path, value in VALUES:
        changed = copy.deepcopy(SIGNED)
        _set(changed, path, f"{value[:-1]}{'y' if value.endswith('x') else 'x'}")
        try:
            check(changed)
        except FormatError:
            continue
        accepted.append(path)
    assert len(VALUES) > 100
    assert accepted == []


@pytest.mark.slow
def test_any_member_that_is_renamed_or_taken_away_is_refused():
    accepted = []
    for path in MEMBERS:
        for new in {None, f"{path[-1]}X", str(path[-1]).capitalize()} - {path[-1]}:
            changed = copy.deepcopy(SIGNED)
            holder: Any = changed
            for step in path[:-1]:
                holder = holder[step]
            value = holder.pop(path[-1])
            if new is not None:
                holder[new] = value
            try:
                check(changed)
            except (FormatError, AssertionError):
                continue
            accepted.append((path, new))
    assert accepted == []


@pytest.mark.slow
def test_a_member_that_is_added_is_refused():
    for path, value in [((), SIGNED), *((path, value) for path, value in _places(SIGNED) if isinstance(value, dict))]:
        for name, added in (("description", "added"), ("extra", 1), ("id", "urn:x:y")):
            if name in value:
                continue
            changed = copy.deepcopy(SIGNED)
            _set(changed, (*path, name), added)
            assert refused(changed) in {"signature", "undefined-terms"}, (path, name)


def test_another_key_is_refused():
    other = keys.ed25519_private(samples.OTHER_KEY).public_key()
    assert refused(SIGNED, other) == "signature"


# --- proofs ---------------------------------------------------------------------------------------------------


def _proof(**changes):
    proof = {name: value for name, value in ({**SIGNED["proof"][0], **changes}).items() if value is not None}
    return {**SIGNED, "proof": [proof]}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "Ed25519Signature2020"}, "proof-type"),
        ({"type": ["DataIntegrityProof"]}, "proof-type"),
        ({"cryptosuite": "eddsa-jcs-2022"}, "cryptosuite"),
        ({"cryptosuite": None}, "cryptosuite"),
        ({"proofPurpose": "authentication"}, "proof-purpose"),
        ({"proofValue": None}, "proof-value"),
        ({"proofValue": "u" + SIGNED["proof"][0]["proofValue"][1:]}, "proof-value"),
        ({"proofValue": SIGNED["proof"][0]["proofValue"][:-2]}, "proof-value"),
        ({"proofValue": "z" + "1" * 5000}, "proof-value"),
        ({"proofValue": 7}, "proof-value"),
        ({"verificationMethod": {"id": samples.METHOD}}, "proof-form"),
        ({"previousProof": "urn:uuid:1"}, "proof-form"),
        ({"created": "yesterday"}, "instant"),
        ({"created": "2026-01-15T09:00:01Z"}, "signature"),
        ({"created": None}, "signature"),
        ({"nonce": "x"}, "signature"),
        ({"colour": "blue"}, "undefined-terms"),
        ({"verificationMethod": "key-1"}, "relative-ids"),
        ({"https://w3id.org/security#nonce": "x"}, "disguised"),
    ],
)
def test_a_proof_that_is_not_as_it_must_be_is_refused_for_that_reason(changes, code):
    assert refused(_proof(**changes)) == code


def test_an_expired_proof_is_refused_once_the_time_is_given():
    options = {**integrity.proof_options(samples.METHOD, samples.NOW), "expires": "2026-02-01T00:00:00Z"}
    form = integrity.canonical_form(BADGE)
    document = integrity.signed(BADGE, form, options, keys.ed25519_private(samples.KEY))
    check(document)
    check(document, now=samples.NOW)
    assert refused(document, now=samples.NOW + timedelta(days=30)) == "proof-expired"
    assert (
        refused({**document, "proof": [{**document["proof"][0], "expires": "2026-01-01T00:00:00Z"}]}) == "proof-expired"
    )


def test_several_proofs_are_verified_each_on_its_own():
    other = samples.signed(BADGE, samples.OTHER_KEY)["proof"]
    both = {**SIGNED, "proof": [*SIGNED["proof"], *other]}
    digest = integrity.digest(both)
    outcomes = []
    for proof in integrity.proofs(both):
        try:
            integrity.verify(both, proof, KEY, document_digest=digest)
            outcomes.append("holds")
        except BadProof as why:
            outcomes.append(why.code)
    assert outcomes == ["holds", "signature"]


def test_one_proof_that_is_no_list_is_read_and_anything_else_refused():
    check({**SIGNED, "proof": SIGNED["proof"][0]})
    assert integrity.proofs(BADGE) == ()
    for given_ in ("x", [1], [SIGNED["proof"][0]] * 5, None):
        with pytest.raises(BadProof) as why:
            integrity.proofs({**SIGNED, "proof": given_})
        assert why.value.code == "proof-form"


def test_a_document_that_says_too_much_is_refused_before_it_is_canonicalised():
    many = {**BADGE, "evidence": [{"type": ["Evidence"], "name": f"e{number}"} for number in range(40)]}
    with pytest.raises(FormatError) as why:
        integrity.digest(many, canonical.Bounds())
    assert why.value.code == "too-much"
    assert integrity.digest(many)


# --- what is not signed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"colour": "blue"}, ("colour",)),
        ({"type": ["VerifiableCredential", "Medal"]}, ("Medal",)),
        ({"id": "badges/7"}, ("badges/7",)),
        ({"@context": [*documents.CONTEXT, "https://x.example/v1"]}, ("https://x.example/v1",)),
        ({"@context": [*documents.CONTEXT, {"colour": "urn:x:y"}]}, ("@context[3]",)),
        ({"https://schema.org/color": "blue"}, ("https://schema.org/color",)),
        ({"@id": "urn:x:y"}, ("@id",)),
    ],
)
def test_what_a_signature_would_not_cover_is_named_and_not_signed(changes, places):
    with pytest.raises(Unsignable) as why:
        samples.signed({**BADGE, **changes})
    assert set(places) <= set(why.value.places)
    assert all(place in str(why.value) for place in places)


def test_a_context_of_somebody_else_is_not_read_when_verifying():
    for context in ("https://x.example/v1", {"name": "https://schema.org/description"}, None, 7):
        with pytest.raises(UnknownContext):
            check({**SIGNED, "@context": [*documents.CONTEXT, context]})
