"""From candidate to holder by program: asked, supported, endorsed, decided on, held, shown to a wallet, given up."""

from __future__ import annotations

import io
import json
import uuid

import pytest
import sqlalchemy as sa
from PIL import Image

from pathways.badges.models import AwardRequest, Credential, JuryVerdict
from pathways.people.models import JournalEntry
from pathways.permissions import Role
from tests.badges.api.ways import Way, fields_of
from tests.badges.candidacy.candidates import PRAISE, REASON, YES, World, a_member

PROBLEM = "application/problem+json"


@pytest.fixture
def way(scene) -> Way:
    with scene.writing() as db:
        world = World(db, signs=True)
        candidate, endorser, juror = world.member(), a_member(db, name="Pseudo Fictif"), world.juror()
        ids = (candidate, endorser, juror, world.keeper, world.version.achievement_id, world.issuer.slug)
    return Way(scene, *ids, program=scene.program(candidate, "badges:hold"))


# --- requests -------------------------------------------------------------------------------------------------


def test_a_request_says_how_far_it_is_and_what_is_missing(way):
    request = way.asked()
    assert request["state"] == "gathering"
    assert [(one["kind"], one["met"], one["counts"]) for one in request["criteria"]] == [
        ("endorsements", False, [{"kind": "endorsements", "have": 0, "need": 1}])
    ]
    assert request["missing"]
    assert not request["is_ready"]
    path = f"/api/v1/award-requests/{request['id']}"
    refused = way.program.post(f"{path}/submission")
    assert (refused.status_code, fields_of(refused)) == (422, {"criteria"})
    assert way.asked()["id"] == request["id"], "one that is open is given back"
    written = way.program.put(
        path, json={"words": "J'accueille.", "answers": {request["questions"][0]: "Un jour."}, "version": 2}
    )
    assert written.status_code == 200, written.text
    assert written.json()["answers"] == {request["questions"][0]: "Un jour."}
    assert way.program.put(path, json={"words": "", "version": 1}).status_code == 409
    assert [one["id"] for one in way.program.get("/api/v1/award-requests").json()] == [request["id"]]


def test_nobody_reads_or_writes_another_s_request(way, scene):
    request = way.asked()
    stranger = scene.program(scene.member(Role.TRAINER), "badges:hold")
    path = f"/api/v1/award-requests/{request['id']}"
    for method, address in [
        ("GET", path),
        ("GET", f"{path}/evidence"),
        ("GET", f"{path}/endorsements"),
        ("GET", f"{path}/invitations"),
        ("POST", f"{path}/submission"),
        ("POST", f"{path}/withdrawal"),
    ]:
        reply = stranger.request(method, address)
        assert (reply.status_code, reply.headers["content-type"]) == (404, PROBLEM), address
    assert stranger.get("/api/v1/award-requests").json() == []
    assert scene.program(way.candidate, "content:read").get("/api/v1/award-requests").status_code == 403


def test_what_was_gathered_goes_with_a_request_that_is_taken_back(way):
    request = way.asked()
    path = f"/api/v1/award-requests/{request['id']}"
    way.program.post(f"{path}/evidence", json={"title": "Un support", "text": "Deux pages."})
    assert way.program.post(f"{path}/withdrawal").json()["state"] == "withdrawn"
    assert way.program.get(f"{path}/evidence").json() == []


# --- evidence -------------------------------------------------------------------------------------------------


def test_evidence_is_a_link_a_text_or_a_file_and_its_title_names_nobody(way):
    path = f"/api/v1/award-requests/{way.asked()['id']}/evidence"
    link = way.program.post(path, json={"title": "Un support", "url": "https://exemple.fr/support"})
    text = way.program.post(path, json={"title": "Un récit", "text": "Deux pages."})
    assert link.json()["kind"] == "link"
    assert text.json()["kind"] == "text"
    named = way.program.post(path, json={"title": "Le récit de Prénom Exemple", "text": "Deux pages."})
    assert fields_of(named) == {"title"}
    for letter in "\ufffe\uffff":  # a badge with one of these in it could not be read by who verifies it
        unwritable = way.program.post(path, json={"title": f"Un récit{letter}", "text": "Deux pages."})
        assert unwritable.status_code == 422
    for wrong in ({"title": "Rien"}, {"title": "Tout", "url": "https://exemple.fr", "text": "Deux"}):
        assert fields_of(way.program.post(path, json=wrong)) == {"text"}
    assert fields_of(way.program.post(path, json={"title": "x", "url": "javascript:1"})) == {"url"}
    assert [one["title"] for one in way.program.get(path).json()] == ["Un support", "Un récit"]
    assert way.program.delete(f"/api/v1/evidence/{link.json()['id']}").status_code == 204
    assert len(way.program.get(path).json()) == 1


def test_the_same_evidence_under_one_key_is_added_once(way):
    path = f"/api/v1/award-requests/{way.asked()['id']}/evidence"
    body, key = {"title": "Un récit", "text": "Deux pages."}, {"Idempotency-Key": "one"}
    assert (
        way.program.post(path, json=body, headers=key).json() == way.program.post(path, json=body, headers=key).json()
    )
    assert len(way.program.get(path).json()) == 1


def test_a_picture_is_written_anew_and_handed_back_apart_from_our_pages(way, scene):
    path = f"/api/v1/award-requests/{way.asked()['id']}/evidence/files"
    sent = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "a place"
    Image.new("RGB", (20, 20), "white").save(sent, "JPEG", exif=exif)
    made = way.program.post(path, data={"title": "Une photo"}, files={"file": ("a.jpg", sent.getvalue(), "text/html")})
    assert made.status_code == 201, made.text
    assert made.json()["media_type"] == "image/jpeg"
    file = way.program.get(f"/api/v1/evidence/{made.json()['id']}/file")
    assert b"a place" not in file.content
    assert "sandbox" in file.headers["content-security-policy"]
    assert file.headers["content-disposition"].startswith("attachment")
    stranger = scene.program(scene.member(Role.TRAINER), "badges:hold")
    assert stranger.get(f"/api/v1/evidence/{made.json()['id']}/file").status_code == 404
    assert stranger.delete(f"/api/v1/evidence/{made.json()['id']}").status_code == 404


@pytest.mark.parametrize("data", [b"", b"MZ\x90\x00", b"PK\x03\x04", b"\x00\x01"])
def test_a_file_that_is_none_of_ours_is_refused(way, data):
    path = f"/api/v1/award-requests/{way.asked()['id']}/evidence/files"
    refused = way.program.post(path, data={"title": "Un fichier"}, files={"file": ("a.pdf", data, "application/pdf")})
    assert (refused.status_code, fields_of(refused)) == (422, {"file"})


def test_a_file_of_six_megabytes_is_too_large(way):
    path = f"/api/v1/award-requests/{way.asked()['id']}/evidence/files"
    refused = way.program.post(path, data={"title": "x"}, files={"file": ("a.txt", b"a" * 6 * 1024 * 1024)})
    assert refused.status_code == 413


# --- endorsements ---------------------------------------------------------------------------------------------


def test_somebody_endorses_by_the_link_and_takes_it_back(way, scene):
    request = way.asked()
    given = way.endorsed(request["id"])
    assert given.status_code == 201, given.text
    path = f"/api/v1/award-requests/{request['id']}"
    [said] = way.program.get(f"{path}/endorsements").json()
    assert (said["comment"], said["role"], said["counts"]) == (PRAISE, "médiatrice", True)
    assert way.program.get(path).json()["is_ready"]
    [link] = way.program.get(f"{path}/invitations").json()
    assert (link["url"], link["label"]) == (None, "B."), "it served"
    endorser = scene.program(way.endorser, "badges:hold")
    assert [one["id"] for one in endorser.get("/api/v1/endorsements").json()] == [given.json()["id"]]
    assert way.program.delete(f"/api/v1/endorsements/{given.json()['id']}").status_code == 404
    assert endorser.delete(f"/api/v1/endorsements/{given.json()['id']}").status_code == 204
    assert way.program.get(f"{path}/endorsements").json() == []


def test_nobody_endorses_themself_and_a_name_in_a_comment_is_refused(way, scene):
    request = way.asked()
    invited = way.program.post(f"/api/v1/award-requests/{request['id']}/invitations", json={}).json()
    token = invited["url"].rsplit("/", 1)[-1]
    oneself = way.program.post("/api/v1/endorsements", json={"token": token, "comment": PRAISE})
    assert oneself.status_code in {403, 409}
    named = way.endorsed(request["id"], comment="Prénom Exemple est toujours à l'écoute de chacun.")
    assert fields_of(named) == {"comment"}
    assert way.program.delete(f"/api/v1/endorsement-invitations/{invited['id']}").status_code == 204
    endorser = scene.program(way.endorser, "badges:hold")
    assert endorser.post("/api/v1/endorsements", json={"token": token, "comment": PRAISE}).status_code == 404
    assert endorser.delete(f"/api/v1/endorsement-invitations/{invited['id']}").status_code == 404


@pytest.mark.slow
def test_an_invitation_under_one_key_is_made_once_and_no_stored_answer_opens_it(way, database):
    path = f"/api/v1/award-requests/{way.asked()['id']}/invitations"
    first = way.program.post(path, json={"label": "B."}, headers={"Idempotency-Key": "one"}).json()
    assert way.program.post(path, json={"label": "B."}, headers={"Idempotency-Key": "one"}).json() == first
    token = first["url"].rsplit("/", 1)[-1]
    with database.read() as db:
        stored = db.execute(sa.text("SELECT answer FROM done_request")).scalars().all()
        assert token not in json.dumps([str(one) for one in stored])


# --- the jury -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_member_of_the_jury_reads_what_waits_and_decides(way, scene, database):
    request = way.sent()
    assert (request["state"], request["place"]) == ("submitted", 1)
    juror = scene.program(way.juror, "badges:award")
    [queued] = juror.get("/api/v1/jury/requests").json()
    assert queued["id"] == request["id"]
    assert queued["label"].startswith("Demande n°")
    shown = juror.get(f"/api/v1/jury/requests/{request['id']}").json()
    assert [one["code"] for one in shown["grid"]] == ["listens", "orients"]
    assert [one["comment"] for one in shown["endorsements"]] == [PRAISE]
    with database.read() as db:
        opened = sa.select(JournalEntry).filter_by(act="award_request_opened", account_id=way.juror.account_id)
        assert [str(one.about_id) for one in db.scalars(opened)] == [request["id"]]
    half = way.decide(request["id"], grid={"listens": "yes"})
    assert fields_of(half) == {"grid.orients"}
    assert fields_of(way.decide(request["id"], reason="non")) == {"reason"}
    done = way.decide(request["id"])
    assert done.json() == {"id": request["id"], "state": "granted", "yes": 1, "needed": 1}
    assert juror.get("/api/v1/jury/requests").json() == []
    whole = way.program.get(f"/api/v1/award-requests/{request['id']}").json()
    [said] = whole["decisions"]
    assert (said["verdict"], said["reason"]) == ("grant", REASON)
    assert str(way.juror.account_id) not in json.dumps(whole), "who decided is not told to the candidate"


def test_a_refusal_is_appealed_once(way):
    request = way.sent()
    assert way.decide(request["id"], "refuse").json()["state"] == "refused"
    path = f"/api/v1/award-requests/{request['id']}/appeal"
    assert fields_of(way.program.post(path, json={"words": "Non"})) == {"words"}
    appealed = way.program.post(path, json={"words": "La grille ne dit pas ce que j'ai montré."})
    assert appealed.json()["state"] == "appealed"
    assert way.decide(request["id"]).status_code in {403, 409}, "who decided does not decide the appeal"


def test_whoever_is_not_of_the_jury_does_not_learn_that_it_is_there(way, scene):
    request = way.sent()
    for member, scope in [(way.candidate, "badges:award"), (way.endorser, "badges:award")]:
        program = scene.program(member, scope)
        assert program.get("/api/v1/jury/requests").json() == []
        assert program.get(f"/api/v1/jury/requests/{request['id']}").status_code == 404
        body = {"verdict": JuryVerdict.GRANT.value, "grid": YES, "reason": REASON}
        decided = program.post(f"/api/v1/jury/requests/{request['id']}/decisions", json=body)
        assert decided.status_code == 404


# --- credentials ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_badge_is_held_read_as_signed_and_given_up(way, scene, database):
    held = way.granted()
    assert (held["state"], held["name"]) == ("valid", "Accueillir en médiation")
    path = f"/api/v1/credentials/{held['id']}"
    document = way.program.get(f"{path}/document")
    assert document.headers["content-type"] == "application/vc+ld+json"
    with database.read() as db:
        assert document.content == db.get_one(Credential, uuid.UUID(held["id"])).document
    [endorsement] = way.program.get(f"{path}/endorsements").json()
    assert endorsement["credentialSubject"]["id"] == f"urn:uuid:{held['id']}"
    stranger = scene.program(scene.member(Role.TRAINER), "badges:hold")
    for address in (path, f"{path}/document", f"{path}/endorsements"):
        assert stranger.get(address).status_code == 404
    assert stranger.delete(path).status_code == 404
    public = scene.nobody().get(f"{path}/status").json()
    assert (public["state"], public["why"]) == ("valid", None)
    assert set(public) == {"id", "state", "valid_from", "valid_until", "revoked_at", "why"}
    assert way.program.delete(path).status_code == 204
    assert way.program.delete(path).status_code == 204
    assert scene.nobody().get(f"{path}/status").json()["why"] == "asked"


@pytest.mark.slow
def test_the_network_takes_a_badge_back(way, scene):
    held = way.granted()
    path = f"/api/v1/network/credentials/{held['id']}/revocation"
    stranger = scene.program(scene.keeper()[0].member, "badges:issue")
    assert stranger.post(path, json={"why": "error"}).status_code == 404
    keeper = scene.program(way.keeper, "badges:issue")
    assert keeper.post(path, json={"why": "superseded"}).status_code == 422
    assert keeper.post(path, json={"why": "fraud", "words": "une fausse pièce"}).json()["why"] == "fraud"
    assert keeper.post(path, json={"why": "error"}).json()["why"] == "fraud", "twice is once"
    assert way.program.get("/api/v1/credentials").json()[0]["state"] == "taken-back"


def test_a_badge_that_does_not_run_out_soon_is_not_renewed_yet(way):
    held = way.granted()
    refused = way.program.post(f"/api/v1/credentials/{held['id']}/renewal")
    assert refused.status_code == 409


def test_of_a_badge_that_never_was_there_is_no_status(scene):
    assert scene.nobody().get(f"/api/v1/credentials/{uuid.uuid4()}/status").status_code == 404


def test_a_request_of_a_space_without_account_is_nobody_s_by_program(way, database):
    request = way.asked()
    with way.scene.writing() as db:
        db.get_one(AwardRequest, uuid.UUID(request["id"])).holder.account_id = None
    assert way.program.get(f"/api/v1/award-requests/{request['id']}").status_code == 404
