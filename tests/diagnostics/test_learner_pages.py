"""What the learner's pages do beyond showing: forget a device, keep what was picked, play what was recorded."""

from __future__ import annotations

import html
import re

import pytest

from pathways import i18n
from pathways.items import recordings
from pathways.items.models import ItemRevision
from pathways.web import pages


@pytest.fixture
def started(client, published) -> str:
    """The address of an attempt in Arabic that this browser holds."""
    begun = client.post(f"/q/{published}/ar", data={"key": "a" * 32})
    assert begun.status_code == 303
    return begun.headers["location"].removesuffix("/practice")


def shown(page: str) -> tuple[str, str, str]:
    """``(key, item, kind)`` of the question on a page."""
    return (
        found(r'name="key" value="(\w+)"', page),
        found(r'name="item" value="([\w-]+)"', page),
        found(r'data-kind="(\w+)"', page),
    )


def found(pattern: str, page: str) -> str:
    there = re.search(pattern, page)
    assert there is not None, f"{pattern} is not on the page"
    return there[1]


def test_whoever_is_done_leaves_nothing_on_the_device(client, started):
    client.post(f"{started}/leave")
    assert client.get(f"{started}/result").status_code == 200
    done = client.post(f"{started}/done")
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert client.get(f"{started}/result").status_code == 404
    assert client.get(started).status_code == 404


def test_a_page_sent_without_an_answer_comes_back_with_words_in_both_languages(client, started):
    key, item, kind = shown(client.get(started).text)
    back = client.post(f"{started}/answers", data={"key": key, "item": item, "outcome": "answered"})
    assert back.status_code == 422
    assert 'role="status"' in back.text
    notice = found(r'<p class="notice" role="status">(.*?)</p>', back.text)
    assert 'lang="fr"' in notice
    assert re.search(r"[\u0600-\u06ff]", notice)
    assert shown(back.text)[1:] == (item, kind)


def test_what_can_be_kept_opens_without_us_and_holds_both_languages(client, started):
    key, item, _ = shown(client.get(started).text)
    client.post(f"{started}/answers", data={"key": key, "item": item, "outcome": "dont_know"})
    client.post(f"{started}/leave")
    kept = client.get(f"{started}/take-away")
    assert kept.headers["content-disposition"].startswith("attachment")
    assert 'dir="rtl"' in kept.text
    assert "Je ne sais pas" in kept.text
    assert not re.search(r'(?:src|href)="', kept.text)


def test_a_recorded_question_has_a_player_and_an_unrecorded_one_has_none(client, database, settings, started):
    page = client.get(started).text
    assert "<audio" not in page
    item = shown(page)[1]
    with database.begin() as db:
        revision = db.query(ItemRevision).filter_by(code=item).one()
        recordings.keep(
            db,
            settings.data / "recordings",
            language="fr",
            text=revision.segments["stem"],
            sound=b"OggS" + bytes(200),
            licence="CC-BY-SA-4.0",
        )
    client.app.state.door.blueprints.forget()
    page = client.get(started).text
    address = found(r'<audio[^>]*src="(/recordings/[0-9a-f]{64}\.ogg)"', page)
    sound = client.get(address)
    assert (sound.status_code, sound.headers["content-type"]) == (200, "audio/ogg")
    assert "controls" in page
    assert "autoplay" not in page


def test_the_next_learner_reads_both_languages_whatever_the_one_before_chose(client, published, started):
    client.post(f"{started}/display", data={"display": "french"})
    client.post(f"{started}/leave")
    client.post(f"{started}/done")
    begun = client.post(f"/q/{published}/ar", data={"key": "b" * 32}).headers["location"].removesuffix("/practice")
    assert re.search(r"[\u0600-\u06ff]", client.get(begun).text.split('id="ask"')[1][:300])


def test_what_nobody_proofread_stays_beside_the_french(client, started):
    client.post(f"{started}/display", data={"display": "own"})
    assert 'lang="fr"' in client.get(started).text.split('id="ask"')[1][:300]


def test_the_address_of_a_form_leads_back_to_the_question(client, started):
    for verb in ("answers", "undo", "leave"):
        back = client.get(f"{started}/{verb}")
        assert (back.status_code, back.headers["location"]) == (303, started)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("أريد تشغيل Wi-Fi. على أي", "أريد تشغيل <bdi>Wi-Fi</bdi>. على أي"),
        ("خانة «Objet:» هنا", "خانة «<bdi>Objet</bdi>:» هنا"),
        ("إلى jardin12@mail.example. ثم", "إلى <bdi>jardin12@mail.example</bdi>. ثم"),
    ],
)
def test_a_full_stop_after_a_latin_word_stays_where_the_sentence_ends(text, drawn):
    pair = pages.environment().from_string("{{ two_texts(text, '') }}")
    assert drawn in pair.render(text=text, language=i18n.language("ar"), display="both")


def test_what_can_be_kept_says_ones_answers_in_ones_language_with_its_letters(client, started):
    key, item, _ = shown(client.get(started).text)
    client.post(f"{started}/answers", data={"key": key, "item": item, "outcome": "dont_know"})
    kept = client.get(f"{started}/take-away").text
    assert re.search(r'<td><span class="two"><span>[\u0600-\u06ff ]+</span> <span[^>]*>Je ne sais pas</span>', kept)
    assert "data:font/woff2;base64," in kept


def test_a_code_that_opens_nothing_is_asked_for_again_and_stays_as_it_was_typed(client):
    reply = client.get(client.get("/q", params={"code": "zzz zzz"}).headers["location"])
    assert reply.status_code == 404
    assert "Ce code n'existe pas. Regardez encore une fois l'affiche." in html.unescape(reply.text)
    assert 'value="ZZZZZZ" autofocus aria-invalid="true"' in reply.text


def test_the_front_page_is_read_in_any_language_and_stays_in_it(client):
    page = client.get("/", headers={"accept-language": "fr"}).text
    assert all(f'href="/?lang={one.tag}"' in page for one in i18n.languages().values())
    assert 'dir="rtl"' in client.get("/?lang=ar").text
    assert '<html lang="ar"' in client.get("/resume").text
