"""Taken back or not: only a list that the badge's own issuer signed, and that is of today, can say so."""

from __future__ import annotations

import base64
import gzip
from datetime import timedelta
from typing import Any

import pytest

from pathways.badges.formats.documents import Status
from pathways.badges.formats.instants import instant
from pathways.badges.verifying import status
from pathways.badges.verifying.issuers import Issuer
from pathways.badges.verifying.sources import Sources
from pathways.badges.verifying.verdict import Finding, Overall, State
from tests.badges.verifying import making
from tests.badges.verifying.making import DID, INDEX, LIST, NOW, Site, as_json, badge, changed, list_of, signed

EVIL = "did:web:evil.example"


def found(site: Site, document: dict[str, Any] | None = None) -> Finding:
    finding = site.verdict(as_json(document or signed(badge()))).finding("status")
    assert finding is not None
    return finding


def with_list(document: dict[str, Any]) -> Site:
    return Site(making.served() | {LIST: document})


def encoded(bits: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(bits)).rstrip(b"=").decode()


def test_a_place_that_is_set_is_revoked_and_its_neighbours_are_not():
    assert found(with_list(list_of([INDEX]))).reason == "revoked"
    assert found(with_list(list_of([INDEX - 1, INDEX + 1]))).state is State.YES
    assert found(with_list(list_of([]))).state is State.YES


def test_a_revoked_badge_is_not_valid():
    verdict = with_list(list_of([INDEX])).verdict(as_json(signed(badge())))
    assert verdict.overall is Overall.NOT_VALID


def test_a_badge_without_a_place_cannot_be_taken_back_and_says_so():
    document = badge()
    document.pop("credentialStatus")
    finding = found(Site(), signed(document))
    assert (finding.state, finding.details.get("none")) == (State.YES, True)


def test_another_key_of_the_same_issuer_may_sign_the_list():
    site = with_list(list_of([INDEX], key="second"))
    site.documents[making.DID_URL] = making.did_document(DID, "hub", "second")
    assert found(site).reason == "revoked"


LISTS: dict[str, tuple[Any, str]] = {
    "of another issuer": (lambda: list_of([], did=EVIL, key="evil"), "list-issuer"),
    "signed by another in the issuer's name": (lambda: list_of([], key="evil"), "list-signature"),
    "not signed": (lambda: changed(list_of([]), lambda one: one.pop("proof")), "list-signature"),
    "expired": (lambda: list_of([], valid_until=NOW), "list-expired"),
    "of the future": (lambda: list_of([], valid_from=NOW + timedelta(seconds=1)), "list-future"),
    "of another address": (lambda: list_of([], url=f"{making.HOST}/issuers/hub/status/2"), "list-other"),
    "of another purpose": (
        lambda: resigned(lambda one: one["credentialSubject"].update(statusPurpose="suspension")),
        "list-purpose",
    ),
    "without bits": (lambda: resigned(lambda one: one["credentialSubject"].pop("encodedList")), "list-form"),
    "no list": (lambda: signed(badge()), "list-form"),
    "too short": (lambda: resigned(lambda one: one["credentialSubject"].update(encodedList="uAA")), "list-form"),
    "a bomb": (lambda: list_of([], encoded=encoded(bytes(50_000_000))), "list-form"),
    "of no form": (lambda: {"a": 1}, "list-form"),
    "changed": (
        lambda: changed(
            list_of([INDEX]), lambda one: one["credentialSubject"].update(encodedList=encoded(bytes(2**14)))
        ),
        "list-signature",
    ),
}


def resigned(change: Any) -> dict[str, Any]:
    document = changed(list_of([]), change)
    document.pop("proof")
    return signed(document)


@pytest.mark.parametrize("case", LISTS)
def test_a_list_that_cannot_be_relied_on_says_nothing(case):
    make, reason = LISTS[case]
    finding = found(with_list(make()))
    assert (finding.state, finding.reason) == (State.UNKNOWN, reason)


def entry(**members: Any) -> dict[str, Any]:
    return {**badge()["credentialStatus"], **members}


ENTRIES: dict[str, tuple[Any, str]] = {
    "in words": ("revocable", "status-type"),
    "of another type": (entry(type="1EdTechRevocationList"), "status-type"),
    "of an unknown purpose": (entry(statusPurpose="message"), "status-type"),
    "of several bits": (entry(statusSize=2), "status-type"),
    "beyond the list": (entry(statusListIndex="131072"), "list-form"),
    "before the list": (entry(statusListIndex="-1"), "status-form"),
    "in letters": (entry(statusListIndex="ten"), "status-form"),
    "in another script": (entry(statusListIndex="١٢"), "status-form"),
    "a number": (entry(statusListIndex=7), "status-form"),
    "of no address": (entry(statusListCredential="http://badges.example.org/l"), "status-form"),
    "nowhere": (entry(statusListCredential=None), "status-form"),
    "five of them": ([entry()] * 5, "too-many"),
    "one good, one unknown": ([entry(), entry(type="X")], "status-type"),
}


@pytest.mark.parametrize("case", ENTRIES)
def test_a_place_that_cannot_be_looked_up_is_no_no(case):
    given, reason = ENTRIES[case]
    document = {**badge(), "credentialStatus": given}
    sources = Sources({LIST: as_json(list_of([])), making.DID_URL: as_json(making.did_document())})
    finding = status.status(document, Issuer(DID), sources, NOW)
    assert (finding.state, finding.reason) == (State.UNKNOWN, reason)


def test_of_several_places_one_that_is_set_is_enough():
    document = {**badge(), "credentialStatus": [entry(type="X"), entry(), entry(statusListIndex="3")]}
    sources = Sources({LIST: as_json(list_of([3])), making.DID_URL: as_json(making.did_document())})
    assert status.status(document, Issuer(DID), sources, NOW).reason == "revoked"


def test_a_suspended_badge_is_not_valid_now():
    place = entry(statusPurpose="suspension")
    suspended = resigned(
        lambda one: one["credentialSubject"].update(
            statusPurpose="suspension", encodedList=list_of([INDEX])["credentialSubject"]["encodedList"]
        )
    )
    assert found(with_list(suspended), signed({**badge(), "credentialStatus": place})).reason == "suspended"


# --- what is kept of lists ---


def test_a_list_that_is_known_is_not_verified_again_but_its_dates_are(monkeypatch):
    site = with_list(list_of([INDEX + 5]))
    assert found(site).state is State.YES
    monkeypatch.setattr(status.integrity, "digest", lambda *_: pytest.fail("verified again"))
    finding = status.status(badge(), Issuer(DID), Sources(brought(site)), NOW)
    assert finding.state is State.YES
    later = status.status(badge(), Issuer(DID), Sources(brought(site)), NOW + timedelta(days=3))
    assert later.reason == "list-expired"


def brought(site: Site) -> dict[str, bytes]:
    return {url: as_json(site.documents[url]) for url in (LIST, making.DID_URL)}


def test_a_list_counts_as_long_as_the_key_that_signed_it():
    document = making.did_document(making.DID, "hub", "lists")
    document["verificationMethod"][1]["revoked"] = instant(NOW + timedelta(days=1))
    site = with_list(list_of([3], key="lists"))
    site.documents[making.DID_URL] = document
    for later, reason in ((timedelta(), ""), (timedelta(days=1), "list-expired")):
        assert status.status(badge(), Issuer(DID), Sources(brought(site)), NOW + later).reason == reason


def test_a_list_that_is_known_is_forgotten_with_the_key_that_signed_it():
    site = with_list(list_of([INDEX + 6], key="second"))
    site.documents[making.DID_URL] = making.did_document(DID, "hub", "second")
    assert found(site).state is State.YES
    site.documents[making.DID_URL] = making.did_document(DID, "hub")
    assert found(site).reason == "list-signature"


def test_a_list_that_is_known_of_one_issuer_says_nothing_of_another():
    assert found(with_list(list_of([]))).state is State.YES
    sources = Sources(brought(with_list(list_of([]))))
    assert status.status(badge(), Issuer(EVIL), sources, NOW).state is State.UNKNOWN


def test_no_more_lists_are_kept_than_may_be():
    for number in range(status.KEPT + 5):
        url = f"{making.HOST}/issuers/hub/status/many-{number % 3}"
        document = list_of([number], url=url)
        sources = Sources({url: as_json(document), making.DID_URL: as_json(making.did_document())})
        assert status.status(badge(status=Status(url, 9999)), Issuer(DID), sources, NOW).state is State.YES
    assert len(status._kept) <= status.KEPT
