"""The verdict on badges of Open Badges 3.0: *valid* only where all was checked and all is well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from pathways.badges.formats import integrity, keys
from pathways.badges.formats.documents import Status
from pathways.badges.formats.instants import instant
from pathways.badges.verifying import judging
from pathways.badges.verifying.reading import read
from pathways.badges.verifying.sources import Unavailable
from pathways.badges.verifying.verdict import DECISIVE, Overall, State, Verdict
from tests.badges.verifying import making
from tests.badges.verifying.making import FORMS, NOW, Site, as_json, badge, changed, signed

EVIL = "did:web:evil.example"
EVIL_URL = "https://evil.example/.well-known/did.json"


def reasons(verdict: Verdict) -> dict[str, str]:
    """What is not well, by code."""
    return {one.code: one.reason for one in verdict.findings if one.state is not State.YES and one.code != "recipient"}


def judged(document: dict, site: Site | None = None, **more) -> Verdict:
    return (site or Site()).verdict(as_json(document), **more)


@pytest.mark.parametrize("form", FORMS)
def test_a_valid_file_of_each_form_is_valid(form):
    verdict = Site().verdict(FORMS[form]())
    assert (verdict.overall, reasons(verdict)) == (Overall.VALID, {})
    assert {one.code for one in verdict.findings} >= set(DECISIVE)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reason", ["not-asked", "unreached", "not-found"])
def test_what_cannot_be_asked_for_is_never_valid(form, reason):
    """Each document in turn, and all of them."""
    site = Site()
    site.verdict(FORMS[form]())
    wanted = site.asked
    assert wanted
    for missing in ([one] for one in wanted):
        partly = Site(making.served() | dict.fromkeys(missing, Unavailable(reason)))
        verdict = partly.verdict(FORMS[form]())
        assert verdict.overall is Overall.UNKNOWN, missing
    nothing = Site(dict.fromkeys(wanted, Unavailable(reason)))
    assert nothing.verdict(FORMS[form]()).overall is Overall.UNKNOWN


def test_what_was_brought_by_nobody_is_not_taken_for_there():
    found = read(FORMS["ob3-json"]())
    verdict = judging.judge(found, {}, NOW)
    assert verdict.overall is Overall.UNKNOWN
    assert reasons(verdict)["status"] == "too-many"


def test_who_says_so_is_bound_to_a_site():
    verdict = Site().verdict(FORMS["ob3-json"]())
    issuer = verdict.finding("issuer")
    assert issuer is not None
    assert issuer.details["domain"] == "badges.example.org"
    assert issuer.details["name"] == "Réseau de démonstration"


def test_what_was_measured_is_told_with_its_scale():
    says = Site().verdict(FORMS["ob3-json"]()).says
    assert says["results"] == [
        {"name": "Niveau estimé", "value": "4.6", "lowest": "1", "highest": "8", "kind": "ScaledScore"}
    ]
    assert says["name"] == "Accompagner les démarches en ligne"
    assert says["evidence"][0]["name"] == "Observation en situation"


# --- content ---


CHANGES: dict[str, Callable[[dict], object]] = {
    "name": lambda one: one["credentialSubject"]["achievement"].update(name="Directrice générale"),
    "result": lambda one: one["credentialSubject"]["result"][0].update(value="8"),
    "later end": lambda one: one.update(validUntil="2099-01-01T00:00:00Z"),
    "no end": lambda one: one.pop("validUntil"),
    "no status": lambda one: one.pop("credentialStatus"),
    "another place": lambda one: one["credentialStatus"].update(statusListIndex="7"),
    "another person": lambda one: one["credentialSubject"].update(id="urn:uuid:5f1f2c3a-0000-4000-8000-00000000ffff"),
    "another issuer's name": lambda one: one["issuer"].update(name="Pix"),
    "no evidence": lambda one: one.pop("evidence"),
    "another date of the proof": lambda one: one["proof"][0].update(created="2026-11-25T12:00:00Z"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_is_seen(change):
    verdict = judged(changed(signed(badge()), CHANGES[change]))
    assert verdict.overall is Overall.NOT_VALID
    assert reasons(verdict)["unchanged"] == "changed"


def of_proof(**members: object) -> Callable[[dict], object]:
    return lambda one: one["proof"][0].update(members)


WRONG: dict[str, tuple[Callable[[dict], object], str, str]] = {
    "no proof": (lambda one: one.pop("proof"), "signature", "unsigned"),
    "an empty proof": (lambda one: one.update(proof=[]), "signature", "unsigned"),
    "a proof in words": (lambda one: one.update(proof="signed"), "signature", "proof-form"),
    "five proofs": (lambda one: one.update(proof=one["proof"] * 5), "signature", "proof-form"),
    "another purpose": (of_proof(proofPurpose="authentication"), "signature", "proof-purpose"),
    "a context of its own": (of_proof(**{"@context": "https://evil.example/"}), "signature", "proof-form"),
    "a short value": (of_proof(proofValue="z111"), "signature", "proof-value"),
    "a value in numbers": (of_proof(proofValue=7), "signature", "proof-value"),
    "an old proof": (of_proof(expires="2026-01-01T00:00:00Z"), "signature", "proof-expired"),
    "another's key": (of_proof(verificationMethod=f"{EVIL}#k"), "signature", "key-not-listed"),
    "a list of keys": (of_proof(verificationMethod=["x"]), "signature", "proof-form"),
    "a key in full": (of_proof(verificationMethod={"id": f"{making.DID}#k"}), "signature", "proof-form"),
    "an undefined term": (lambda one: one.update(unheard="of"), "terms", "undefined-terms"),
    "an undefined type": (lambda one: one["evidence"][0].update(type=["Evidence", "X"]), "terms", "undefined-terms"),
    "a relative id": (lambda one: one.update(id="relative"), "terms", "relative-ids"),
    "no issuer": (lambda one: one.pop("issuer"), "issuer", "form"),
    "a list of issuers": (lambda one: one.update(issuer=["x"]), "issuer", "form"),
    "a node beside": (lambda one: one.update({"@included": [{"id": "urn:x:y"}]}), "unchanged", "disguised"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_as_it_must_be_is_not_valid(case):
    change, code, reason = WRONG[case]
    verdict = judged(changed(signed(badge()), change))
    assert (verdict.overall, reasons(verdict)[code]) == (Overall.NOT_VALID, reason)


UNKNOWN: dict[str, tuple[Callable[[dict], object], str, str]] = {
    "another suite": (of_proof(cryptosuite="ecdsa-rdfc-2019"), "signature", "cryptosuite"),
    "an older proof": (of_proof(type="Ed25519Signature2020"), "signature", "proof-type"),
    "another suite, by a witness": (
        of_proof(cryptosuite="bbs-2023", verificationMethod=f"{EVIL}#k"),
        "signature",
        "cryptosuite",
    ),
    "a text with its direction": (
        lambda one: one.update(name={"@value": "شارة", "@language": "ar", "@direction": "rtl"}),
        "unchanged",
        "text-form",
    ),
    "a text alone": (lambda one: one.update(name={"@value": one["name"]}), "unchanged", "text-form"),
    "another context": (
        lambda one: one["@context"].append("https://evil.example/context"),
        "unchanged",
        "unknown-context",
    ),
    "another kind of issuer": (lambda one: one.update(issuer="did:ion:x"), "signature", "issuer-kind"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_is_not_known_here_is_no_yes(case):
    change, code, reason = UNKNOWN[case]
    verdict = judged(changed(signed(badge()), change))
    assert (verdict.overall, reasons(verdict)[code]) == (Overall.UNKNOWN, reason)


def hidden(name: str, iri: str, value):
    def change(document: dict) -> None:
        document.pop(name)
        document[iri] = value

    return change


def test_a_status_or_an_end_that_is_hidden_under_another_name_is_seen():
    """The same RDF, and so the same signature: only whoever reads JSON would not find them."""
    document = signed(badge())
    status, until = document["credentialStatus"], document["validUntil"]
    at = {"@value": until, "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}
    disguises = [
        hidden("credentialStatus", "https://www.w3.org/2018/credentials#credentialStatus", status),
        hidden("validUntil", "https://www.w3.org/2018/credentials#validUntil", at),
        hidden("credentialStatus", "@included", [{"id": document["id"], "credentialStatus": status}]),
        hidden("validUntil", "@included", [{"id": document["id"], "validUntil": until}]),
        hidden("validUntil", "@nest", {"validUntil": until}),
        hidden("validUntil", "related", [{"id": document["id"], "validUntil": until}]),
    ]
    for disguise in disguises:
        assert judged(changed(document, disguise)).overall is Overall.NOT_VALID, disguise


def test_shapes_that_sign_alike_are_read_alike_or_not_at_all():
    """``"validUntil": "..."`` and ``["..."]`` are one statement; whoever sees no text there must not see no end."""
    past = signed(badge(valid_until=NOW - timedelta(days=1)))
    assert judged(changed(past, lambda one: one.update(validUntil=[one["validUntil"]]))).overall is not Overall.VALID
    revoked = Site(making.served() | {making.LIST: making.list_of([making.INDEX])})
    wrapped = changed(signed(badge()), lambda one: one.update(credentialStatus=[one["credentialStatus"]]))
    assert judged(wrapped, revoked).overall is Overall.NOT_VALID
    index = changed(
        signed(badge()),
        lambda one: one["credentialStatus"].update(statusListIndex=[one["credentialStatus"]["statusListIndex"]]),
    )
    assert judged(index, revoked).overall is not Overall.VALID


# --- dates ---


def test_dates_count_to_the_second():
    second = timedelta(seconds=1)
    for given, code in (
        ({"valid_from": NOW}, ""),
        ({"valid_from": NOW + second}, "valid-from"),
        ({"valid_until": NOW + second}, ""),
        ({"valid_until": NOW}, "valid-until"),
        ({"valid_until": None}, ""),
    ):
        verdict = judged(signed(badge(**given)))
        assert verdict.overall is (Overall.NOT_VALID if code else Overall.VALID), given
        assert set(reasons(verdict)) == ({code} if code else set())


# --- keys ---


def test_a_key_that_was_removed_opens_nothing_any_more():
    site = Site(making.served() | {making.DID_URL: making.did_document(making.DID, "another")})
    assert judged(signed(badge()), site).overall is Overall.NOT_VALID
    assert reasons(judged(signed(badge()), site))["signature"] == "key-not-listed"


def test_a_retired_key_beside_a_new_one_still_counts():
    site = Site(making.served() | {making.DID_URL: making.did_document(making.DID, "new", "hub")})
    assert judged(signed(badge()), site).overall is Overall.VALID


def test_a_key_for_something_else_does_not_sign_badges():
    document = making.did_document() | {"assertionMethod": []}
    assert reasons(judged(signed(badge()), Site(making.served() | {making.DID_URL: document})))["signature"] == (
        "key-not-listed"
    )


@pytest.mark.parametrize("member", ["expires", "revoked"])
def test_a_key_that_its_issuer_calls_revoked_or_expired_signs_nothing_any_more(member):
    """Controlled Identifiers 1.0: it stays listed, with the day on which it ended."""
    moments = {NOW - timedelta(days=1): "key-ended", NOW: "key-ended", NOW + timedelta(days=1): ""}
    for moment, reason in moments.items():
        document = making.did_document()
        document["verificationMethod"][0][member] = instant(moment)
        verdict = judged(signed(badge()), Site(making.served() | {making.DID_URL: document}))
        assert reasons(verdict).get("signature", "") == reason
        assert verdict.overall is (Overall.NOT_VALID if reason else Overall.VALID)
    document = making.did_document()
    document["verificationMethod"][0][member] = "last year"
    verdict = judged(signed(badge()), Site(making.served() | {making.DID_URL: document}))
    assert (verdict.overall, reasons(verdict)["signature"]) == (Overall.UNKNOWN, "key-dates")


def test_the_document_of_another_does_not_speak_for_the_issuer():
    site = Site(making.served() | {making.DID_URL: making.did_document(EVIL)})
    verdict = judged(signed(badge()), site)
    assert verdict.overall is Overall.NOT_VALID
    assert {"issuer", "signature"} <= set(reasons(verdict))


def test_somebody_else_who_takes_the_name_is_shown_by_their_own_site():
    """A name is free; the site is not."""
    document = badge(issuer=making.profile(EVIL, "Réseau de démonstration"), status=Status("https://evil.example/l", 1))
    site = Site(
        {
            EVIL_URL: making.did_document(EVIL, "evil"),
            "https://evil.example/l": making.list_of([], did=EVIL, key="evil", url="https://evil.example/l"),
        }
    )
    verdict = judged(signed(document, did=EVIL, key="evil"), site)
    assert verdict.overall is Overall.VALID
    issuer = verdict.finding("issuer")
    assert issuer is not None
    assert issuer.details["domain"] == "evil.example"


def test_whoever_signs_in_the_name_of_another_is_not_believed():
    forged = signed(badge(), did=EVIL, key="evil")
    site = Site(making.served() | {EVIL_URL: making.did_document(EVIL, "evil")})
    assert reasons(judged(forged, site))["signature"] == "key-not-listed"
    forged = signed(badge(), key="evil")
    assert judged(forged).overall is Overall.NOT_VALID


def test_a_key_that_no_site_vouches_for_is_no_issuer():
    did = f"did:key:{making.public('evil')}"
    document = badge(issuer=making.profile(did, "Pix"), status=Status(making.LIST, 5))
    document.pop("credentialStatus")
    verdict = judged(
        integrity.sign(
            document,
            making.ed25519("evil"),
            verification_method=f"{did}#{making.public('evil')}",
            created=NOW,
        )
    )
    assert (verdict.overall, reasons(verdict)) == (Overall.UNKNOWN, {"issuer": "no-site"})
    unchanged = verdict.finding("unchanged")
    assert unchanged is not None
    assert unchanged.state is State.YES


def test_an_https_issuer_lists_its_keys_at_its_own_address():
    issuer = "https://other.example/issuers/5"
    document = badge(issuer=making.profile(issuer))
    document.pop("credentialStatus")
    method = f"{issuer}#{making.public('other')}"
    listed = keys.did_document(issuer, [making.public("other")])
    done = integrity.sign(document, making.ed25519("other"), verification_method=method, created=NOW)
    assert judged(done, Site({issuer: listed})).overall is Overall.VALID
    assert judged(done, Site({issuer: listed | {"id": "https://other.example/issuers/6"}})).overall is Overall.NOT_VALID


def test_of_two_proofs_one_that_does_not_hold_speaks_for_both():
    document = signed(badge())
    twice = document | {"proof": document["proof"] * 2}
    assert judged(twice).overall is Overall.VALID
    other = signed(badge(), did=EVIL, key="evil")["proof"]
    assert judged(document | {"proof": [*document["proof"], *other]}).overall is Overall.NOT_VALID
    strange = [{**document["proof"][0], "cryptosuite": "bbs-2023"}]
    assert judged(document | {"proof": [*document["proof"], *strange]}).overall is Overall.UNKNOWN


# --- what is asked for ---


def test_no_file_has_more_asked_for_than_may_be():
    entries = [{**badge()["credentialStatus"], "statusListCredential": f"{making.HOST}/l/{n}"} for n in range(1000)]
    document = badge() | {"credentialStatus": entries}
    found = read(as_json(document))
    wanted = judging.needs(found, {})
    assert len(wanted) <= judging.MOST_DOCUMENTS
    assert sum("/l/" in one for one in wanted) == 4
    verdict = judging.judge(found, dict.fromkeys(wanted, Unavailable("not-found")), NOW)
    assert verdict.overall is not Overall.VALID


@pytest.mark.parametrize("url", ["http://a.example/l", "ftp://a.example", "https://", "file:///etc/passwd", 7, None])
def test_only_https_addresses_are_ever_asked_for(url):
    document = badge() | {"credentialStatus": {**badge()["credentialStatus"], "statusListCredential": url}}
    assert judging.needs(read(as_json(document)), {}) == [making.DID_URL]


@pytest.mark.parametrize(
    "did",
    [
        *("did:web:", "did:web:..", "did:web:a%2Fb", "did:web:a:..:b", "did:web:a.example:%2e%2e:b"),
        *("did:web:user%40evil.example", "did:web:evil.example%3A99999999", "did:web:evil.example?x=y", "did:web:é.fr"),
    ],
)
def test_a_did_that_is_no_address_is_asked_nowhere(did):
    document = badge(issuer=making.profile(did))
    document.pop("credentialStatus")
    assert judging.needs(read(as_json(document)), {}) == []
    assert judged(signed(document, did="did:web:evil.example", key="evil")).overall is not Overall.VALID
