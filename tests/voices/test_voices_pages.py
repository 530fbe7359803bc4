"""The pages of speakers, trainers and reviewers, without a script: what is sent as a form works whole."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pathways.diagnostics.models import Diagnostic
from pathways.items import recordings
from pathways.items.models import ItemRevision, Recording
from pathways.permissions import OF_ROLE, Member, Role
from pathways.voices import links, sound, speaking
from tests.conftest import SECRET
from tests.voices.sounds import encoded, sent, spoken
from tests.web.world import csrf_of, rows_of

SELECTION = {"skills": ["SEC-01", "SEC-02"], "languages": ["fr", "ar"], "questions": 6}


class Desk:
    """A trainer's browser, with a published diagnostic."""

    def __init__(self, signed_in: Callable[..., TestClient], role: Role = Role.TRAINER) -> None:
        self.browser = signed_in(role)
        self.csrf = csrf_of(self.browser)
        self.organisation_id: uuid.UUID = self.browser.organisation_id  # type: ignore[attr-defined] - the fixtures hand over more than their types say
        made = self.browser.post("/api/v1/diagnostics", json={"title": "Avant", "selection": SELECTION}).json()
        self.diagnostic_id = made["id"]
        self.code = self.browser.post(f"/api/v1/diagnostics/{made['id']}/publish").json()["code"]

    def post(self, path: str, **fields: object) -> object:
        files = fields.pop("files", None)
        return self.browser.post(path, data={"csrf": self.csrf} | fields, files=files)  # type: ignore[arg-type] - the fixtures hand over more than their types say

    def open_link(self, language: str = "ar", key: int = 1):
        path = f"/diagnostics/{self.diagnostic_id}/voices"
        return self.browser.post(path, data={"csrf": self.csrf, "language": language, "key": str(uuid.UUID(int=key))})

    def link(self, language: str = "ar", key: int = 1) -> str:
        page = self.open_link(language, key)
        assert page.status_code == 200, page.text
        return found(r'href="http://testserver(/voice/[\w-]{43})"', page.text)

    def voice_id(self) -> str:
        return found(
            r'href="/voices/([0-9a-f-]{36})"', self.browser.get(f"/diagnostics/{self.diagnostic_id}/voices").text
        )


class Speaker:
    """A phone without account, and without a script."""

    def __init__(self, app: FastAPI, path: str) -> None:
        self.browser = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
        self.path = path

    def agree(self, **fields: str):
        return self.browser.post(f"{self.path}/agree", data={"agreed": "1"} | fields)

    def page(self, number: int) -> str:
        return self.browser.get(f"{self.path}/{number}").text

    def send(self, number: int, body: bytes, name: str = "memo.webm", kind: str = "audio/webm", text: str = ""):
        text = text or found(r"\?text=([0-9a-f]{64})", self.page(number))
        return self.browser.post(f"{self.path}/{number}?text={text}", files={"sound": (name, body, kind)})


def found(pattern: str, page: str) -> str:
    there = re.search(pattern, page)
    assert there is not None, f"{pattern} is not on the page"
    return there[1]


@pytest.fixture
def desk(signed_in) -> Desk:
    return Desk(signed_in)


@pytest.fixture
def speaker(app, desk) -> Speaker:
    return Speaker(app, desk.link())


def test_a_trainer_opens_a_link_and_sees_it_once_with_its_square(desk):
    assert (
        f'href="/diagnostics/{desk.diagnostic_id}/voices"'
        in desk.browser.get(f"/diagnostics/{desk.diagnostic_id}").text
    )
    first = desk.open_link()
    token = found(r"/voice/([\w-]{43})", first.text)
    assert "<svg" in first.text
    assert found(r"/voice/([\w-]{43})", desk.open_link().text) == token, "pressed twice, it is one link"
    assert token not in desk.browser.get(f"/diagnostics/{desk.diagnostic_id}/voices").text


def test_a_language_without_a_word_to_read_is_refused_with_the_page(desk):
    for language in ("ti", "", "xx"):
        page = desk.open_link(language)
        assert page.status_code == 422
        assert 'role="alert"' in page.text


@pytest.mark.slow
def test_the_whole_way_of_a_speaker_without_a_script(app, desk, speaker, client):
    welcome = speaker.browser.get(speaker.path)
    assert (welcome.status_code, 'dir="rtl"' in welcome.text) == (200, True)
    assert "CC BY-SA 4.0" in welcome.text
    assert speaker.browser.get(f"{speaker.path}/1").status_code == 409, "nothing before one agrees"
    assert speaker.browser.post(f"{speaker.path}/agree", data={"credit": "Une amie"}).status_code == 422
    assert 'value="Une amie"' in speaker.browser.post(f"{speaker.path}/agree", data={"credit": "Une amie"}).text
    assert speaker.agree(credit="Une amie").status_code == 303

    page = speaker.page(1)
    assert re.search(r'<h1 class="to-read"><span class="two"><span>[^<]*[\u0600-\u06ff]', page)
    assert 'accept="audio/*" capture' in page
    assert "<audio controls preload" not in page
    kept = speaker.send(1, sent())
    assert (kept.status_code, kept.headers["location"]) == (303, f"{speaker.path}/1#heard")
    address = found(r'src="(/recordings/[0-9a-f]{64}\.mp3)"', speaker.page(1))
    played = client.get(address)
    assert (played.status_code, played.headers["content-type"]) == (200, "audio/mpeg")
    assert sound.container_of(played.content) == "mp3"
    assert "immutable" not in played.headers["cache-control"], "a voice may be taken back"

    again = speaker.send(1, sent(pitch=200))
    assert again.status_code == 303
    assert client.get(address).status_code == 404, "the replaced one is gone"
    home = speaker.browser.get(speaker.path).text
    assert re.search(r"Lu\W+1 sur \d+", home)
    assert f'href="{speaker.path}/2"' in home, "one goes on with the first that is not read"
    assert "Une amie" in desk.browser.get(f"/diagnostics/{desk.diagnostic_id}/voices").text


@pytest.mark.slow
def test_the_learner_hears_it_at_once_with_its_mark_and_after_the_check_without(app, desk, speaker, signed_in, client):
    speaker.agree()
    begun = client.post(f"/q/{desk.code}/ar", data={"key": "a" * 32}).headers["location"].removesuffix("/practice")
    item = found(r'name="item" value="([\w-]+)"', client.get(begun).text)
    with app.state.database.read() as db:
        texts = links.progress_of(db, [links.get(db, _member(desk), uuid.UUID(desk.voice_id()))])[0].segments
    place = next(place for place, one in enumerate(texts, 1) if (one.item, one.key) == (item, "stem"))
    assert speaker.send(place, sent()).status_code == 303
    app.state.door.blueprints.forget()
    page = client.get(begun).text
    assert '<audio controls preload="none"' in page
    assert "Voix pas encore vérifiée" in page
    assert "autoplay" not in page

    reviewer = signed_in(Role.REVIEWER, organisation=desk.organisation_id)
    queue = reviewer.get("/voices").text
    recording = found(r'action="/voices/recordings/([0-9a-f-]{36})"', queue)
    decided = reviewer.post(
        f"/voices/recordings/{recording}", data={"csrf": csrf_of(reviewer), "action": "approve", "seen": "draft"}
    )
    assert decided.status_code == 303
    app.state.door.blueprints.forget()
    page = client.get(begun).text
    assert "<audio" in page
    assert "Voix pas encore vérifiée" not in page
    assert "Rien n'attend" in reviewer.get("/voices").text


def _member(desk: Desk):
    return Member(uuid.uuid4(), "", desk.organisation_id, "", Role.TRAINER, OF_ROLE[Role.TRAINER])


def test_the_learners_page_stands_when_a_sound_is_gone(app, desk, speaker, client, settings):
    speaker.agree()
    speaker.send(1, sent())
    for path in (settings.data / recordings.FOLDER).iterdir():
        path.unlink()
    app.state.door.blueprints.forget()
    begun = client.post(f"/q/{desk.code}/ar", data={"key": "a" * 32}).headers["location"].removesuffix("/practice")
    page = client.get(begun)
    assert page.status_code == 200
    for address in re.findall(r'src="(/recordings/[^"]+)"', page.text):
        assert client.get(address).status_code == 404


def test_a_trainer_hears_on_a_questions_page_what_is_checked_for_everybody(desk, settings, database):
    with database.begin() as db:
        revision = db.query(ItemRevision).filter_by(code="SEC-02-a").one()
        stem, folder = revision.segments["stem"], settings.data / recordings.FOLDER
        recordings.keep(db, folder, language="fr", text=stem, sound=b"ID3 a file", licence="CC0")
    page = desk.browser.get("/items/SEC-02-a").text
    assert re.search(r'<audio[^>]*src="/recordings/[0-9a-f]{64}\.mp3"', page)


def test_a_reason_is_asked_for_and_what_was_typed_stays(desk, speaker, signed_in):
    speaker.agree()
    speaker.send(1, sent())
    reviewer = signed_in(Role.REVIEWER, organisation=desk.organisation_id)
    recording = found(r'action="/voices/recordings/([0-9a-f-]{36})"', reviewer.get("/voices").text)
    form = {"csrf": csrf_of(reviewer), "action": "reject", "seen": "draft"}
    assert reviewer.post(f"/voices/recordings/{recording}", data=form | {"reason": " "}).status_code == 422
    stale = reviewer.post(f"/voices/recordings/{recording}", data=form | {"reason": "Une moto", "seen": "own"})
    assert stale.status_code == 409
    assert 'value="Une moto"' in stale.text
    assert reviewer.post(f"/voices/recordings/{recording}", data=form | {"reason": "Une moto"}).status_code == 303
    assert "Une moto" in speaker.page(1)


@pytest.mark.slow
def test_who_asked_for_a_voice_reads_that_somebody_else_listens(signed_in, app):
    desk = Desk(signed_in, Role.ADMINISTRATOR)
    speaker = Speaker(app, desk.link())
    speaker.agree()
    speaker.send(1, sent())
    page = desk.browser.get("/voices").text
    assert "quelqu'un d'autre doit l'écouter" in page
    with app.state.database.read() as db:
        [row] = db.query(Recording).all()
        db.expunge_all()
    refused = desk.post(f"/voices/recordings/{row.id}", action="approve", seen="draft")
    assert refused.status_code == 403  # type: ignore[attr-defined] - the fixtures hand over more than their types say


HOSTILE = {
    "a page called a sound": (b"<html><script>alert(1)</script></html>" * 9, "son.mp3", "audio/mpeg", sound.UNREADABLE),
    "nothing at all": (b"", "son.mp3", "audio/mpeg", "Il n'y avait pas de son"),
    "too much": (b"RIFF\0\0\0\0WAVE" + bytes(sound.LARGEST), "son.wav", "audio/wav", sound.TOO_LARGE),
    "a film": (encoded(spoken(), "webm", with_film=True), "son.webm", "audio/webm", sound.VIDEO),
    "a file cut off": (sent()[:200], "son.webm", "audio/webm", sound.UNREADABLE),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.slow
def test_what_is_no_sound_is_refused_in_both_languages_and_nothing_is_lost(name, speaker, settings, database):
    body, called, kind, sentence = HOSTILE[name]
    speaker.agree()
    speaker.send(1, sent())
    kept, before = sorted((settings.data / recordings.FOLDER).iterdir()), rows_of(database)
    reply = speaker.send(1, body, called, kind)
    assert reply.status_code == 422
    notice = found(r'<p class="notice" role="alert">(<span.*?)</p>', reply.text)
    assert sentence.replace("'", "&#39;").replace(" :", "\u00a0:") in notice
    assert "/recordings/" in reply.text, "what was read before is still there"
    assert (sorted((settings.data / recordings.FOLDER).iterdir()), rows_of(database)) == (kept, before)


def test_a_sound_is_a_sound_whatever_its_name_and_type_say(speaker):
    speaker.agree()
    assert speaker.send(1, sent("mp4"), "photo.html", "text/html").status_code == 303


def test_more_than_ten_megabytes_do_not_come_in(speaker):
    speaker.agree()
    reply = speaker.send(1, bytes(12_000_000))
    assert reply.status_code == 413


def test_nothing_is_decoded_for_whoever_has_no_link_or_has_not_agreed(app, desk, monkeypatch):
    monkeypatch.setattr(sound, "_apart", lambda _sent: pytest.fail("it was decoded"))
    stranger = Speaker(app, "/voice/" + "x" * 43)
    assert stranger.send(1, sent(), text="0" * 64).status_code == 404
    invited = Speaker(app, desk.link())
    assert invited.send(1, sent(), text="0" * 64).status_code == 409


def test_guessing_links_is_slowed_down(app):
    stranger = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    seen = [stranger.get(f"/voice/{'x' * 42}{number % 10}").status_code for number in range(speaking.WRONG_LINKS + 2)]
    assert seen[: speaking.WRONG_LINKS] == [404] * speaking.WRONG_LINKS
    assert seen[-1] == 429


def test_a_sentence_that_changed_meanwhile_is_said_to_have_changed(speaker):
    speaker.agree()
    reply = speaker.send(1, sent(), text="0" * 64)
    assert reply.status_code == 409
    assert "data-voice" in reply.text
    assert speaker.browser.get(f"{speaker.path}/999").status_code == 404


@pytest.mark.slow
def test_everything_is_taken_back_by_the_same_link(desk, speaker, client):
    speaker.agree(credit="Une amie")
    speaker.send(1, sent())
    address = found(r'src="(/recordings/[^"]+)"', speaker.page(1))
    unsure = speaker.browser.post(f"{speaker.path}/take-back")
    assert (unsure.status_code, '<details class="group" open>' in unsure.text) == (422, True), "the box to tick is seen"
    assert client.get(address).status_code == 200
    assert speaker.browser.post(f"{speaker.path}/take-back", data={"sure": "1"}).status_code == 303
    assert client.get(address).status_code == 404
    assert "Tout est effacé" in speaker.browser.get(speaker.path).text
    assert speaker.browser.get(f"{speaker.path}/1").status_code == 410
    page = desk.browser.get(f"/diagnostics/{desk.diagnostic_id}/voices").text
    assert "accord repris" in page
    assert "Une amie" not in page


@pytest.mark.slow
def test_a_trainer_revokes_erases_and_sends_a_file_for_a_speaker(desk, speaker, client):
    speaker.agree()
    voice = f"/voices/{desk.voice_id()}"
    page = desk.browser.get(voice).text
    path = found(r'action="(/voices/[0-9a-f-]{36}/texts/[0-9a-f]{64})"', page)
    file = {"sound": ("memo.m4a", sent("mp4"), "audio/mp4")}
    assert "Cochez d&#39;abord" in desk.post(path, files=file).text  # type: ignore[attr-defined] - the fixtures hand over more than their types say
    assert desk.post(path, files=file, consent="1").status_code == 303  # type: ignore[attr-defined] - the fixtures hand over more than their types say
    address = found(r'src="(/recordings/[^"]+)"', desk.browser.get(voice).text)
    assert desk.post(f"{voice}/revoke").status_code == 303  # type: ignore[attr-defined] - the fixtures hand over more than their types say
    assert speaker.browser.get(f"{speaker.path}/1").status_code == 410
    assert "plus ouvert" in speaker.browser.get(speaker.path).text
    assert client.get(address).status_code == 200
    assert desk.post(f"{voice}/erase").status_code == 422  # type: ignore[attr-defined] - the fixtures hand over more than their types say
    assert desk.post(f"{voice}/erase", sure="1").status_code == 303  # type: ignore[attr-defined] - the fixtures hand over more than their types say
    assert client.get(address).status_code == 404


@pytest.mark.slow
def test_another_organisation_finds_nothing_on_any_page(desk, speaker, signed_in, database):
    speaker.agree()
    speaker.send(1, sent())
    other = Desk(signed_in, Role.ADMINISTRATOR)
    voice_id, before = desk.voice_id(), rows_of(database)
    with database.read() as db:
        [row] = db.query(Recording).all()
        db.expunge_all()
    for path in (f"/diagnostics/{desk.diagnostic_id}/voices", f"/voices/{voice_id}"):
        assert other.browser.get(path).status_code == 404
    fields = {
        "key": str(uuid.uuid4()),
        "language": "ar",
        "sure": "1",
        "consent": "1",
        "action": "approve",
        "seen": "draft",
    }
    for path in (
        f"/diagnostics/{desk.diagnostic_id}/voices",
        f"/voices/{voice_id}/revoke",
        f"/voices/{voice_id}/erase",
        f"/voices/{voice_id}/texts/{row.text_fingerprint}",
        f"/voices/recordings/{row.id}",
    ):
        assert other.post(path, **fields).status_code == 404, path  # type: ignore[attr-defined] - the fixtures hand over more than their types say
    assert str(row.id) not in other.browser.get("/voices").text
    assert rows_of(database) == before


def test_the_speakers_pages_may_use_the_microphone_and_no_other_page_may(speaker, client):
    speaker.agree()
    page = speaker.browser.get(f"{speaker.path}/1")
    assert "microphone=(self)" in page.headers["permissions-policy"]
    assert "media-src 'self' blob:" in page.headers["content-security-policy"]
    assert "microphone=()" in client.get("/confidentialite").headers["permissions-policy"]


def test_the_link_of_this_server_alone_opens(desk):
    voice_id = uuid.UUID(_id_of(desk))
    assert links.token_of(SECRET, voice_id) in desk.open_link().text
    assert links.token_of(b"another secret, of thirty-two bytes", voice_id) not in desk.open_link().text


def _id_of(desk: Desk) -> str:
    desk.link()
    return desk.voice_id()


def test_a_closed_diagnostic_invites_nobody_new(desk, database):
    desk.post(f"/diagnostics/{desk.diagnostic_id}/close")
    with database.read() as db:
        assert db.get_one(Diagnostic, uuid.UUID(desk.diagnostic_id)).closed_at is not None
    assert desk.open_link(key=9).status_code == 409
    assert "Ouvrir un lien" not in desk.browser.get(f"/diagnostics/{desk.diagnostic_id}/voices").text


def test_a_name_keeps_its_joiner_and_loses_what_turns_the_writing_round(speaker):
    speaker.agree(credit="علی\u200cرضا \u202eevil")
    page = speaker.browser.get(speaker.path).text
    assert "<bdi>علی\u200cرضا evil</bdi>" in page
