"""The documents of Open Badges 3.0: what their schemas want, and what they say of people: nothing."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone

import jsonschema
import pytest

from pathways.badges.formats import documents, instants, results, status_list
from pathways.badges.formats.canonical import examined
from pathways.badges.formats.errors import FormatError
from tests.badges.formats import samples
from tests.parts.vectors import vectors

BADGE = documents.achievement_credential(samples.badge())


def _schema(name):
    return json.loads((vectors("open-badges-3") / f"{name}credential.schema.json").read_text("utf-8"))


def _bare():
    """A badge that says only what it must."""
    achievement = documents.Achievement("urn:x:a", "1", "fr", "Nom", "Texte", "urn:x:c", "Critères")
    profile = documents.Profile(samples.DID, "Réseau")
    return documents.AchievementCredential(
        "urn:x:b", "urn:x:s", profile, achievement, samples.NOW, samples.NOW, documents.Status(samples.LIST, 0)
    )


@pytest.mark.parametrize("given", [samples.badge(), _bare()], ids=["full", "bare"])
def test_a_badge_is_as_the_schema_wants_it(given):
    document = documents.achievement_credential(given)
    schema = _schema("achievement")
    jsonschema.Draft201909Validator(schema).validate(samples.signed(document))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft201909Validator(schema).validate({**document, "proof": samples.signed(document)["proof"][0]})


def test_an_endorsement_is_as_the_schema_wants_it():
    document = samples.signed(documents.endorsement_credential(samples.endorsement()))
    jsonschema.Draft201909Validator(_schema("endorsement")).validate(document)
    assert document["credentialSubject"]["id"] == samples.badge().id


def test_no_document_says_a_word_that_would_not_be_signed():
    status = documents.StatusListCredential(
        samples.LIST, samples.DID, status_list.encode([3]), samples.NOW, samples.NOW, timedelta(hours=1)
    )
    for document in (
        BADGE,
        documents.achievement_credential(_bare()),
        documents.endorsement_credential(samples.endorsement()),
        documents.status_list_credential(status),
        documents.issuer_profile(samples.PROFILE),
        documents.issuer_profile(dataclasses.replace(samples.PROFILE, image="urn:x:i", description="x")),
    ):
        found = examined(document)
        assert (found.undefined, found.relative) == ((), ())


def test_a_measure_says_the_level_how_surely_from_how_many_questions_and_with_what():
    said = {
        description["name"]: result["value"]
        for result in BADGE["credentialSubject"]["result"]
        for description in BADGE["credentialSubject"]["achievement"]["resultDescription"]
        if description["id"] == result["resultDescription"]
    }
    assert said == {
        "Niveau estimé": "0.91",
        "Erreur type": "0.04",
        "Borne basse": "0.82",
        "Borne haute": "0.97",
        "Questions répondues": "12",
        "Version du questionnaire": "mediateur-numerique 2026.1 5f3a",
    }


def test_a_measure_that_does_not_say_how_sure_it_is_is_none():
    with pytest.raises(ValueError, match="how sure"):
        results.Measure("0.9", 12, "v1").results(samples.SCALE)
    with pytest.raises(ValueError, match="how sure"):
        results.Measure("0.9", 12, "v1", low="0.8").results(samples.SCALE)
    ranged = results.Measure("0.9", 0, "v1", low="0.8", high="1").results(samples.SCALE)
    assert [one.value for one in ranged] == ["0.9", "0.8", "1", "0", "v1"]


def test_evidence_is_named_and_hashed_and_not_linked():
    first, second = BADGE["evidence"]
    assert set(first) == {"type", "name", "genre", "narrative"}
    assert first["narrative"] == f"Vue par une formatrice.\nSHA-256: {1:064x}"
    assert second["narrative"] == f"SHA-256: {8:064x}"
    bare = documents.Evidence("Titre", "Portfolio").document()
    assert bare == {"type": ["Evidence"], "name": "Titre", "genre": "Portfolio"}


def test_the_subject_is_an_opaque_id_and_nothing_else_of_a_person():
    subject = BADGE["credentialSubject"]
    assert set(subject) == {"id", "type", "achievement", "result"}
    assert subject["id"].startswith("urn:uuid:")
    assert "identifier" not in subject


def test_the_list_is_that_of_the_badge():
    entry = BADGE["credentialStatus"]
    assert entry["id"] == f"{entry['statusListCredential']}#{entry['statusListIndex']}"
    assert entry["statusListIndex"] == "94568"


def test_instants_are_whole_seconds_of_utc_cut_and_never_in_the_future():
    paris = timezone(timedelta(hours=1))
    assert instants.instant(datetime(2026, 1, 15, 10, 0, 0, 999_999, paris)) == "2026-01-15T09:00:00Z"
    with pytest.raises(ValueError, match="time zone"):
        instants.instant(datetime(2026, 1, 15))  # noqa: DTZ001 - it must be refused


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-15T09:00:00Z", datetime(2026, 1, 15, 9, tzinfo=UTC)),
        ("2026-01-15T10:00:00.5+01:00", datetime(2026, 1, 15, 9, 0, 0, 500_000, UTC)),
    ],
)
def test_instants_of_others_are_read_with_their_offset(text, moment):
    assert instants.parsed(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-15",
        "2026-01-15T09:00:00",
        "2026-01-15 09:00:00Z",
        "2026-13-15T09:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "٢٠٢٦-01-15T09:00:00Z",
        "2026-01-15T09:00:00Z\n",
        7,
        None,
        ["2026-01-15T09:00:00Z"],
    ],
)
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(FormatError) as why:
        instants.parsed(text)
    assert why.value.code == "instant"


def test_the_bytes_that_are_kept_are_the_document():
    data = documents.serialised(BADGE)
    assert json.loads(data) == BADGE
    assert b'": ' not in data
    assert "« protéger".encode() in data
    with pytest.raises(ValueError, match="JSON"):
        documents.serialised({"a": float("nan")})
