"""Many at once: byte by byte what one by one gives."""

import dataclasses
import json
import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.badges.formats import bulk, canonical, documents, integrity, keys, shapes
from pathways.badges.formats.errors import Unsignable
from tests.badges.formats import samples

KEY = keys.from_multikey(samples.PUBLIC)


def documents_of(count):
    return [documents.achievement_credential(samples.badge(number)) for number in range(1, count + 1)]


def all_bytes(given_, **more):
    return list(bulk.sign_all(given_, samples.KEY, verification_method=samples.METHOD, created=samples.NOW, **more))


def sign_all(given_, **more):
    return [json.loads(one) for one in all_bytes(given_, **more)]


@pytest.mark.slow
def test_a_batch_is_byte_by_byte_what_single_signatures_give():
    given_ = documents_of(300)
    signed = all_bytes(given_)
    made = [json.loads(one) for one in signed]
    for number in random.Random(3).sample(range(300), 20):
        assert signed[number] == documents.serialised(samples.signed(given_[number]))
        integrity.verify(made[number], made[number]["proof"][0], KEY)
    assert len({document["proof"][0]["proofValue"] for document in made}) == 300


def test_badges_of_one_version_have_one_shape_whatever_their_results_and_dates():
    known = bulk.Shapes()
    given_ = documents_of(30)
    for number, document in enumerate(given_):
        for result in document["credentialSubject"]["result"][:-1]:
            result["value"] = f"0.{number + 1}"
        document["validUntil"] = "2026-01-15T09:00:00Z" if number % 2 else "2029-01-15T09:00:00Z"
    made = sign_all(given_, shapes=known)
    assert len(known._known) == 1
    assert None not in known._known.values()
    for number in (0, 13, 29):
        assert made[number] == samples.signed(given_[number])


def with_recurring_achievement(document):
    subject = document["credentialSubject"]
    return document | {"credentialSubject": subject | {"achievement": shapes.Recurring(subject["achievement"])}}


def test_a_part_that_recurs_is_looked_through_once_and_changes_no_byte():
    plain = documents_of(3)
    for document in plain:  # the same token inside the part and outside of it, and a literal one inside
        document["credentialSubject"]["achievement"]["related"] = [{"id": document["id"], "value": "0.5"}]
    for document in plain:
        assert shapes.taken_apart(with_recurring_achievement(document)) == shapes.taken_apart(document)
    recurring = [with_recurring_achievement(one) for one in documents_of(3)]
    assert all_bytes(recurring) == all_bytes(documents_of(3))


@pytest.mark.parametrize("text", ["\x01", "\x000\x00", "a\x00b"])
def test_a_text_that_looks_like_a_place_goes_the_whole_way_beside_a_part_that_recurs(text):
    document = documents_of(1)[0]
    document["name"] = text
    with pytest.raises(shapes.Differs):
        shapes.taken_apart(with_recurring_achievement(document))
    document = documents_of(1)[0]
    document["credentialSubject"]["achievement"]["name"] = text
    told = with_recurring_achievement(document)
    assert all_bytes([told]) == all_bytes([document])


tokens = st.one_of(
    st.uuids().map(str),
    st.uuids().map(lambda one: f"urn:uuid:{one}"),
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.integers(0, 10**9 - 1).map(str),
    st.sampled_from(["2026-01-15T09:00:00Z", "urn:uuid:00000000-0000-4000-8000-000000000001", "0" * 64, "\x000\x00"]),
    st.text(max_size=12),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(tokens, min_size=2, max_size=4).map(" ".join),
    st.one_of(tokens, st.lists(tokens, min_size=2, max_size=3).map("#".join)),
    st.lists(st.uuids(), min_size=4, max_size=4),
    st.booleans(),
)
@pytest.mark.slow
def test_texts_that_look_like_what_is_filled_in_stay_texts(narrative, name, ids, alike):
    def document(number):
        made = documents.achievement_credential(samples.badge(1))
        made["id"] = f"urn:uuid:{ids[number]}"
        made["credentialSubject"]["id"] = f"urn:uuid:{ids[number + 2]}"
        if alike:
            made["credentialSubject"]["achievement"]["image"]["id"] = made["credentialSubject"]["id"]
        made["name"] = name
        made["evidence"][0]["narrative"] = narrative
        return made

    known = bulk.Shapes()
    for number in range(2):
        body = document(number)
        assert known.forms(body) == (integrity.canonical_form(body), documents.serialised(body).decode())


def test_equal_and_unequal_ids_have_shapes_of_their_own():
    same, other = documents_of(2)
    same["credentialSubject"]["id"] = same["id"]
    assert shapes.taken_apart(same)[0] != shapes.taken_apart(other)[0]


def test_blank_nodes_that_look_alike_are_told_apart_as_rdfc_does():
    known = bulk.Shapes()
    for number in range(1, 4):
        document = documents.achievement_credential(samples.badge(number))
        document["evidence"] = [document["evidence"][0]] * 2 + [{"type": ["Evidence"], "name": "x"}] * 2
        assert known.canonical_form(document) == integrity.canonical_form(document)


def test_statements_that_become_one_are_one():
    known = bulk.Shapes()
    for value in ("3", "4"):
        document = documents.achievement_credential(samples.badge())
        first, second = document["credentialSubject"]["result"][:2]
        first["id"] = second["id"] = "urn:x:result"
        first["resultDescription"] = second["resultDescription"] = samples.SCALE.descriptions()[0].id
        first["value"], second["value"] = "3", value
        assert known.canonical_form(document) == integrity.canonical_form(document)
    for value in ("4", "3"):
        second["value"] = value
        assert known.canonical_form(document) == integrity.canonical_form(document)


def test_what_cannot_be_signed_is_refused_in_a_batch_too():
    given_ = documents_of(3)
    given_[1]["colour"] = "blue"
    signing = bulk.sign_all(given_, samples.KEY, verification_method=samples.METHOD, created=samples.NOW)
    assert json.loads(next(signing)) == samples.signed(given_[0])
    with pytest.raises(Unsignable, match="colour"):
        next(signing)


def test_other_documents_go_through_a_batch_as_well():
    endorsements = [
        documents.endorsement_credential(dataclasses.replace(samples.endorsement(), comment=f"Texte {number}"))
        for number in range(3)
    ]
    assert sign_all(endorsements) == [samples.signed(one) for one in endorsements]


def test_only_so_many_shapes_are_kept():
    known = bulk.Shapes(most=2)
    for number in range(4):
        document = documents.achievement_credential(samples.badge())
        document["name"] = f"Nom {'x' * number}"
        known.canonical_form(document)
    assert len(known._known) == 2


def test_a_shape_that_cannot_be_filled_in_is_worked_out_each_time(monkeypatch):
    monkeypatch.setattr(shapes.Shape, "filled", lambda *_args: "not the form")
    assert sign_all(documents_of(2)) == [samples.signed(document) for document in documents_of(2)]


def test_the_next_document_of_a_shape_is_neither_expanded_nor_canonicalised(monkeypatch):
    first, second = documents_of(2)
    wanted, known = samples.signed(second), bulk.Shapes()
    sign_all([first], shapes=known)
    monkeypatch.setattr(canonical, "examined", None)
    monkeypatch.setattr(canonical, "canonical_quads", None)
    assert sign_all([second], shapes=known) == [wanted]


def test_a_batch_signed_in_another_second_has_other_proofs():
    first = sign_all(documents_of(1))
    second = samples.NOW + timedelta(seconds=1)
    signing = bulk.sign_all(documents_of(1), samples.KEY, verification_method=samples.METHOD, created=second)
    later = [json.loads(one) for one in signing]
    assert first != later
    assert canonical.canonical(integrity.unproven(first[0])) == canonical.canonical(integrity.unproven(later[0]))
