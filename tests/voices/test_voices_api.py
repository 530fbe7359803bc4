"""The same in the API: links, files, checks; sounds of a question with what is known of them."""

from __future__ import annotations

import uuid

import pytest

from pathways.permissions import Role
from pathways.voices import sound
from tests.diagnostics.situations import Taker
from tests.voices.sounds import sent

SELECTION = {"skills": ["SEC-01", "SEC-02"], "languages": ["fr", "ar"], "questions": 6}


@pytest.fixture
def trainer(signed_in):
    return signed_in(Role.TRAINER)


@pytest.fixture
def diagnostic(trainer) -> dict[str, str]:
    made = trainer.post("/api/v1/diagnostics", json={"title": "Avant", "selection": SELECTION}).json()
    return trainer.post(f"/api/v1/diagnostics/{made['id']}/publish").json()


@pytest.fixture
def voice(trainer, diagnostic) -> dict[str, str]:
    key = str(uuid.uuid4())
    opened = trainer.post(f"/api/v1/diagnostics/{diagnostic['id']}/voices", json={"key": key, "language": "ar"})
    assert opened.status_code == 201, opened.text
    again = trainer.post(f"/api/v1/diagnostics/{diagnostic['id']}/voices", json={"key": key, "language": "ar"})
    assert again.json() == opened.json()
    return opened.json()


def texts_of(trainer, voice) -> list[dict]:
    return trainer.get(f"/api/v1/voices/{voice['id']}/texts").json()["texts"]


def test_a_link_is_opened_listed_and_revoked(trainer, diagnostic, voice, client):
    assert client.get(voice["url"].removeprefix("http://testserver")).status_code == 200
    listed = trainer.get(f"/api/v1/diagnostics/{diagnostic['id']}/voices").json()["voices"]
    assert [(one["id"], one["state"], one["recorded"]) for one in listed] == [(voice["id"], "invited", 0)]
    assert "url" not in listed[0]
    assert trainer.post(f"/api/v1/voices/{voice['id']}/revoke").json()["state"] == "closed"
    assert trainer.get(f"/api/v1/voices/{voice['id']}").json()["state"] == "closed"
    assert (
        trainer.post(
            f"/api/v1/diagnostics/{diagnostic['id']}/voices", json={"key": str(uuid.uuid4()), "language": "ti"}
        ).status_code
        == 422
    )


@pytest.mark.slow
def test_a_file_is_sent_heard_checked_and_erased(trainer, diagnostic, voice, signed_in, client, app):
    taker = Taker.start(client, diagnostic["code"], "ar")
    assert taker.item is not None
    text = next(one for one in texts_of(trainer, voice) if (one["item"], one["segment"]) == (taker.item["id"], "stem"))
    path = f"/api/v1/voices/{voice['id']}/texts/{text['fingerprint']}"
    assert trainer.post(path, content=sent("mp4")).status_code == 422, "without consent"
    kept = trainer.post(f"{path}?consent=true", content=sent("mp4"))
    assert (kept.status_code, kept.json()["state"]) == (201, "draft")
    assert trainer.post(f"{path}?consent=true", content=sent("mp4")).json() == kept.json()
    assert (
        next(one for one in texts_of(trainer, voice) if one["fingerprint"] == text["fingerprint"])["reading"]
        == kept.json()
    )

    app.state.door.blueprints.forget()
    [media] = [one for one in taker.current()["item"]["media"] if one["kind"] == "sound"]
    assert media == {
        "of": "ar/stem",
        "kind": "sound",
        "url": kept.json()["url"],
        "checked": False,
        "voice": "human",
    }
    assert client.get(media["url"]).status_code == 200

    reviewer = signed_in(Role.REVIEWER, organisation=trainer.organisation_id)
    [waiting] = reviewer.get("/api/v1/voices/recordings?language=ar").json()["recordings"]
    assert (waiting["text"], waiting["french"], waiting["own"]) == (text["text"], text["french"], False)
    decision = {"decision": "approve", "seen": "draft"}
    path = f"/api/v1/voices/recordings/{waiting['id']}"
    assert reviewer.post(path, json={"decision": "reject", "seen": "draft"}).status_code == 422
    assert reviewer.post(path, json=decision).json()["state"] == "own"
    assert reviewer.post(path, json=decision).json()["state"] == "own"
    assert reviewer.post(path, json={"decision": "reject", "reason": "Non", "seen": "draft"}).status_code == 409
    app.state.door.blueprints.forget()
    [media] = [one for one in taker.current()["item"]["media"] if one["kind"] == "sound"]
    assert media["checked"] is True
    assert reviewer.get("/api/v1/voices/recordings").json() == {"recordings": [], "more": False}

    assert trainer.post(f"/api/v1/voices/{voice['id']}/erase").json()["state"] == "withdrawn"
    assert client.get(media["url"]).status_code == 404


@pytest.mark.parametrize(
    ("body", "sentence"),
    [(b"<html></html>" * 9, sound.UNREADABLE), (b"", "Il n'y avait pas de son"), (sent()[:100], sound.UNREADABLE)],
)
def test_what_is_no_sound_is_a_problem_in_words(trainer, voice, body, sentence):
    text = texts_of(trainer, voice)[0]
    reply = trainer.post(f"/api/v1/voices/{voice['id']}/texts/{text['fingerprint']}?consent=true", content=body)
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert reply.json()["detail"].startswith(sentence)
    assert (
        trainer.post(
            f"/api/v1/voices/{voice['id']}/texts/{text['fingerprint']}?consent=true", content=bytes(11_000_000)
        ).status_code
        == 413
    )


def test_roles_and_organisations(trainer, diagnostic, voice, signed_in, monkeypatch):
    monkeypatch.setattr(sound, "_apart", lambda _sent: pytest.fail("it was decoded"))
    text = texts_of(trainer, voice)[0]["fingerprint"]
    stranger = signed_in(Role.ADMINISTRATOR)
    coordinator = signed_in(Role.COORDINATOR, organisation=trainer.organisation_id)
    calls = [
        ("get", f"/api/v1/diagnostics/{diagnostic['id']}/voices", None),
        (
            "post",
            f"/api/v1/diagnostics/{diagnostic['id']}/voices",
            {"json": {"key": str(uuid.uuid4()), "language": "ar"}},
        ),
        ("get", f"/api/v1/voices/{voice['id']}", None),
        ("get", f"/api/v1/voices/{voice['id']}/texts", None),
        ("post", f"/api/v1/voices/{voice['id']}/texts/{text}?consent=true", {"content": sent()}),
        ("post", f"/api/v1/voices/{voice['id']}/revoke", None),
        ("post", f"/api/v1/voices/{voice['id']}/erase", None),
    ]
    for method, path, given in calls:
        assert getattr(stranger, method)(path, **(given or {})).status_code == 404, path
        assert getattr(coordinator, method)(path, **(given or {})).status_code == 403, path
    assert trainer.get("/api/v1/voices/recordings").status_code == 403
