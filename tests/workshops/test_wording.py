"""What messages say, in every language: within what one may cost, whole, and with no direction left open.

``golden/mails.json`` holds each mail in each language as it leaves. ``python -m tests.workshops.test_wording`` writes
it anew; look at what changed.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pathways import i18n, sms
from pathways.workshops.models import NoticeKind
from pathways.workshops.notifying import wording
from pathways.workshops.notifying.wording import Told, Where

GOLDEN = Path(__file__).parent / "golden" / "mails.json"
STARTS = datetime(2026, 12, 3, 13, tzinfo=UTC)
SESSION = Where(
    titles={"fr": "Mes e-mails, pas à pas", "ti": "ኢመይለይ"},
    starts_at=STARTS,
    ends_at=STARTS + timedelta(hours=2),
    timezone="Europe/Paris",
    place="Médiathèque du Bois",
    address="1 rue des Écoles, 37000 Tours",
)
URL = "https://ateliers-numeriques.departement-exemple.fr"
LANGUAGES = list(i18n.languages())


def told(kind: NoticeKind, language: str, session: Where = SESSION, **changed) -> Told:
    usual = Told(
        kind=kind,
        language=language,
        session=session,
        code="CFGH2345",
        link=f"{URL}/b/{'x' * 43}",
        url=URL,
        sender="Espace numérique",
        until=STARTS - timedelta(days=1) if kind in wording.TO_ANSWER else None,
        reason="La salle est fermée." if kind is NoticeKind.CANCELLED else "",
        waits=kind is NoticeKind.LAPSED,
    )
    return replace(usual, **changed)


def with_another(kind: NoticeKind, language: str, session: Where = SESSION) -> Told:
    """The longest of all: cancelled, and a seat kept elsewhere until a moment."""
    return told(kind, language, session, other=session, until=STARTS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(NoticeKind))
@pytest.mark.parametrize("script", ["Latn", "Arab", "Ethi"])
def test_no_short_message_costs_more_than_two(language, kind, script):
    letters = {"Latn": "Très long ", "Arab": "ورشة طويلة ", "Ethi": "ነዊሕ መደብ "}[script]
    long = replace(SESSION, titles={"fr": (letters * 20)[:150]}, place=(letters * 20)[:150])
    longest = with_another(kind, language, long) if kind is NoticeKind.CANCELLED else told(kind, language, long)
    for one in (told(kind, language), longest):
        text = wording.short_of(one)
        assert sms.segments(text) <= wording.MOST_SEGMENTS
        assert i18n.gettext(wording.HEADINGS[kind], language).split("،")[0][:8] in text
        assert "03/12 14:00" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(wording.WITH_SEAT | wording.TO_ANSWER))
def test_a_short_message_always_has_the_code(language, kind):
    assert "CFGH-2345" in wording.short_of(told(kind, language))
    assert "CFGH-2345" in wording.short_of(told(kind, language, url="https://" + "a" * 150 + ".fr"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_usual_message_names_what_and_where(language):
    """With the address of a usual server, and a title and a place of usual length."""
    text = wording.short_of(told(NoticeKind.REMINDER_DAYS, language, url="https://ateliers.exemple.fr"))
    assert SESSION.title_in(language)[:8] in text
    assert "Médiathèqu" in text
    assert "https://ateliers.exemple.fr/booking" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_each_isolate_is_closed_on_its_line(language, kind):
    for text in (wording.short_of(told(kind, language)), wording.mail_of(with_another(kind, language))):
        for line in text.splitlines():
            assert line.count(i18n.FIRST_STRONG) == line.count(i18n.POP)


def test_in_french_nothing_is_said_twice():
    text = wording.mail_of(told(NoticeKind.BOOKED, "fr"))
    assert text.count("Votre place est réservée.") == 1
    assert wording.subject_of(told(NoticeKind.BOOKED, "fr")) == "Votre place est réservée."


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "fr"])
def test_a_mail_says_it_in_both_languages(language):
    text = wording.mail_of(told(NoticeKind.BOOKED, language))
    own, french = text.split("\n\n–\n\n")
    assert SESSION.day_in(language) in own
    assert "jeudi 3 décembre 2026" in french
    for half in (own, french):
        assert "CFGH-2345" in half
        assert f"{URL}/b/" in half
        assert "Médiathèque du Bois" in half


def test_where_one_joins_is_told_only_with_a_seat():
    away = replace(SESSION, place="", address="", meeting_url="https://visio.exemple.fr/abc")
    assert "visio.exemple.fr" in wording.mail_of(told(NoticeKind.REMINDER_HOURS, "fr", away))
    for kind in (*wording.TO_ANSWER, NoticeKind.CANCELLED, NoticeKind.WITHDRAWN):
        assert "visio.exemple.fr" not in wording.mail_of(told(kind, "fr", away))


def test_what_somebody_typed_cannot_turn_the_line():
    """A title or a reason that opens a direction is held by the isolate around it."""
    text = wording.mail_of(told(NoticeKind.CANCELLED, "ar", reason="مغلق"))
    assert i18n.isolated("مغلق") in text


def mails() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        all_kinds = {str(kind): told(kind, language) for kind in NoticeKind}
        all_kinds["cancelled, with another"] = with_another(NoticeKind.CANCELLED, language)
        found[language] = {
            name: f"{wording.subject_of(one)}\n\n{wording.mail_of(one)}" for name, one in all_kinds.items()
        }
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_mail_is_as_it_was(language):
    assert mails()[language] == json.loads(GOLDEN.read_text("utf-8"))[language]


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(json.dumps(mails(), ensure_ascii=False, indent=1) + "\n", "utf-8")
