"""The same statements in other JSON: the signature would hold, and a reader would see something else."""

import copy
import json

import pytest
from cryptography.exceptions import InvalidSignature

from pathways.badges.formats import canonical, documents, integrity, keys
from pathways.badges.formats.disguises import disguises, foreign_contexts
from pathways.badges.formats.errors import FormatError
from pathways.badges.formats.pinned import VC1
from tests.badges.formats import samples

SIGNED = samples.signed(documents.achievement_credential(samples.badge()))
KEY = keys.from_multikey(samples.PUBLIC)
CREDENTIALS = "https://www.w3.org/2018/credentials#"
XSD = "http://www.w3.org/2001/XMLSchema#"


def _hidden_status(document):
    document[f"{CREDENTIALS}credentialStatus"] = document.pop("credentialStatus")


def _hidden_end(document):
    document[f"{CREDENTIALS}validUntil"] = {"@value": document.pop("validUntil"), "@type": f"{XSD}dateTime"}


def _typed_end(document):
    document["validUntil"] = {"@value": document["validUntil"], "@type": f"{XSD}dateTime"}


def _keyword_for_alias(document):
    document["credentialSubject"]["@id"] = document["credentialSubject"].pop("id")


def _included(document):
    again = {"id": document["id"], "type": document["type"]}
    document["@included"] = [{**again, "credentialStatus": document.pop("credentialStatus")}]


def _graph(document):
    inside = {name: document.pop(name) for name in list(document) if name not in {"@context", "proof"}}
    document["@graph"] = [inside]


def _own_names(document):
    document["@context"].append({"status": f"{CREDENTIALS}credentialStatus"})
    document["status"] = document.pop("credentialStatus")


def _list_in_a_list(document):
    document["evidence"] = [document["evidence"]]


DISGUISES = [
    _hidden_status,
    _hidden_end,
    _typed_end,
    _keyword_for_alias,
    _included,
    _graph,
    _own_names,
    _list_in_a_list,
]


@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda one: one.__name__.strip("_"))
def test_a_disguise_says_the_same_and_is_refused(disguise):
    document = copy.deepcopy(SIGNED)
    disguise(document)
    assert canonical.canonical(integrity.unproven(document)) == canonical.canonical(integrity.unproven(SIGNED))
    with pytest.raises(FormatError) as why:
        integrity.verify(document, SIGNED["proof"][0], KEY)
    assert why.value.code in {"disguised", "unknown-context"}


def test_a_class_in_place_of_a_property_says_the_same_and_is_refused():
    """In the first context of Open Badges 3.0 some of both have the same IRI."""
    first = "https://purl.imsglobal.org/spec/ob/v3p0/context.json"
    achievement = {"type": ["Achievement"], "id": "urn:x:y", "name": "a", "criteria": {"narrative": "b"}}
    document = {
        "@context": [VC1, first, "https://w3id.org/security/data-integrity/v2"],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": samples.DID,
        "credentialSubject": {"type": ["AchievementSubject"], "achievement": achievement},
    }
    signed = samples.signed(document)
    disguised = copy.deepcopy(signed)
    disguised["credentialSubject"]["Achievement"] = disguised["credentialSubject"].pop("achievement")
    assert canonical.canonical(integrity.unproven(disguised)) == canonical.canonical(document)
    with pytest.raises(FormatError) as why:
        integrity.verify(disguised, signed["proof"][0], KEY)
    assert why.value.code == "disguised"


def test_a_credential_that_is_described_again_inside_itself_is_refused():
    document = documents.achievement_credential(samples.badge())
    inside = documents.endorsement_credential(samples.endorsement())
    document["endorsement"] = [samples.signed(inside)]
    signed = samples.signed(document)
    integrity.verify(signed, signed["proof"][0], KEY)
    moved = copy.deepcopy(signed)
    moved["endorsement"][0]["credentialSubject"]["credentialStatus"] = moved.pop("credentialStatus")
    assert disguises(moved) == ("endorsement[0].credentialSubject.id",)
    with pytest.raises(FormatError):
        integrity.verify(moved, signed["proof"][0], KEY)


def test_what_we_make_is_in_the_plain_form():
    for document in (
        SIGNED,
        documents.endorsement_credential(samples.endorsement()),
        documents.issuer_profile(samples.PROFILE),
    ):
        assert disguises(document) == ()
        assert foreign_contexts(document) == ()


def test_a_text_in_a_language_is_plain_and_nothing_else_with_a_keyword_is():
    assert disguises({"name": [{"@value": "a", "@language": "fr"}, {"@value": "b", "@language": "zh-Hant"}]}) == ()
    for value in (
        {"@value": "a"},
        {"@value": "a", "@language": "fr", "@direction": "rtl"},
        {"@value": "a", "@language": "fr", "id": "urn:x:y"},
        {"@value": "a", "@language": 'fr .\n<urn:a> <urn:b> "c"'},
        {"@value": "a", "@language": ["fr"]},
        {"@set": ["a"]},
        {"@list": ["a"]},
    ):
        assert disguises({"name": value})


def test_contexts_are_found_wherever_they_stand():
    document = {"@context": documents.CONTEXT[0], "a": [{"b": {"@context": ["https://x.example", {}, None]}}]}
    assert foreign_contexts(document) == ("https://x.example", "a[0].b.@context[1]", "a[0].b.@context[2]")


def test_a_deep_or_wide_document_is_gone_through_at_once():
    deep = json.loads('{"a":' * 900 + "1" + "}" * 900)
    assert disguises({"a": deep, "b": [{"c": 1}] * 10_000}) == ()
    assert disguises({"a": json.loads("[" * 900 + "]" * 900)}) == ("a",)


def test_a_disguise_would_hold_if_nobody_looked():
    """Why the check exists: the signature alone accepts a badge whose revocation nobody finds any more."""
    document = copy.deepcopy(SIGNED)
    _hidden_status(document)
    form = canonical.canonical(integrity.unproven(document))
    proof = SIGNED["proof"][0]
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    over = integrity._options_digest(document["@context"], options) + integrity._sha256(form)
    try:
        KEY.verify(keys.from_base58(proof["proofValue"]), over)
    except InvalidSignature:
        pytest.fail("the signature does not cover the statements, but their writing")
    assert "credentialStatus" not in document
