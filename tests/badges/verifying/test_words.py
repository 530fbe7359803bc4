"""A verdict in plain words: whatever is found is said, in both languages, and nothing is said that was not found."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from pathways import calling
from pathways.badges import verifying
from pathways.badges.verifying import fetching, reading, telling, words
from pathways.badges.verifying.sentences import HEADINGS, NOT_LOOKED_AT, PAGE, SENTENCES, SUMMARIES
from pathways.badges.verifying.sentences_of_files import BROUGHT, FILES
from pathways.badges.verifying.verdict import DECISIVE, Finding, State, Verdict, unchecked, unreadable, well, wrong
from tests.badges.verifying import making
from tests.badges.verifying.making import FORMS, NOW, Site, as_json, badge, signed

FOLDER = Path(verifying.__file__).parent
EVERY = [
    *(said for table in (HEADINGS, SUMMARIES, PAGE, NOT_LOOKED_AT, BROUGHT, FILES) for said in table.values()),
    *(said for table in SENTENCES.values() for said in table.values()),
]


def test_both_languages_have_the_same_places_and_no_empty_sentence():
    for french, english in EVERY:
        assert french.strip(" ") == french
        assert french
        assert english
        places = [sorted(re.findall(r"\{(\w+)\}", one)) for one in (french, english)]
        assert places[0] == places[1], french


def test_french_is_written_as_french_is():
    """An apostrophe or a sign that stands alone would be read out, and break at the end of a line."""
    for french, _ in EVERY:
        assert not re.search(r"\w[?!;:](\s|$)", french.replace("https:", "")), french


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_a_valid_file_is_said_to_be_of_its_site(form, language):
    verdict = Site().verdict(FORMS[form]())
    said = words.summary(verdict, language)
    assert "badges.example.org" in said
    assert "{" not in said
    for one in words.lines(verdict, language):
        assert one.sentence
        assert "{" not in one.sentence


def test_each_reason_that_a_file_is_refused_for_has_a_sentence_of_its_own():
    raised = re.findall(r'Unreadable\(\s*"([a-z-]+)"', (FOLDER / "reading.py").read_text("utf-8"))
    raised += re.findall(r'Unreadable\(\s*"([a-z-]+)"', (FOLDER / "plain_json.py").read_text("utf-8"))
    raised += [code for _, code in reading._OF_OTHERS] + [*reading._OF_PICTURES]
    assert len(set(raised)) > 12
    assert set(raised) - FILES.keys() == set()


def test_each_reason_that_a_document_is_missing_for_has_a_sentence():
    kinds = [calling.NotCalled, *calling.NotCalled.__subclasses__()]
    reasons = {one.code for one in kinds} | {*fetching._SAID.values(), "refused", "too-many", "not-asked", "unreadable"}
    assert reasons - BROUGHT.keys() == set()
    for reason in reasons:
        said = words.sentence(unchecked("signature", reason), "fr")
        assert said == BROUGHT[reason][0]


def test_what_nobody_foresaw_still_has_a_sentence():
    for code in HEADINGS:
        for finding in (well(code), wrong(code, "unheard-of"), unchecked(code, "unheard-of")):
            for language in words.LANGUAGES:
                said = words.sentence(finding, language)
                assert said or code == "issuer"
                assert "{" not in said


def test_the_reason_that_matters_most_is_said_first():
    site = Site(making.served() | {making.LIST: making.list_of([making.INDEX])})
    revoked = site.verdict(FORMS["ob3-json"]())
    assert words.summary(revoked, "fr") == "L'émetteur a retiré ce badge. Cela ne compte plus."
    expired = Site().verdict(as_json(signed(badge(valid_until=NOW - timedelta(days=1)))))
    assert words.summary(expired, "en") == "The end date of this badge has passed."
    forged = Site().verdict(as_json(signed(badge(), key="evil")))
    assert "Ne vous y fiez pas" in words.summary(forged, "fr")
    both = Site(making.served() | {making.LIST: making.list_of([making.INDEX])})
    tampered = making.changed(signed(badge()), lambda one: one.update(name="x"))
    assert "changé" in words.summary(both.verdict(as_json(tampered)), "fr"), "a forged badge was never anybody's"


def test_nobody_is_told_that_a_file_was_changed_which_is_only_written_wrongly():
    for reason in ("token-claims", "disguised"):
        verdict = Verdict("open-badge-3", "json", (wrong("unchanged", reason),))
        assert "changé" not in words.summary(verdict, "fr")
        assert "changed" not in words.summary(verdict, "en")


def test_what_was_not_come_to_is_said_not_to_have_been_checked():
    verdict = Verdict("open-badge-3", "json", (unchecked("signature", "cryptosuite"),))
    said = words.unchecked(verdict, "fr")
    assert said[0] == "Cette sorte de signature n'est pas connue ici."
    assert NOT_LOOKED_AT["unchanged"][0] in said
    assert NOT_LOOKED_AT["status"][0] in said
    assert words.unchecked(unreadable("pdf"), "fr") == ()


def test_no_sentence_says_that_all_is_well_where_it_is_not():
    for missing in DECISIVE:
        findings = tuple(well(code) for code in DECISIVE if code != missing)
        verdict = Verdict("open-badge-3", "json", findings)
        assert words.summary(verdict, "fr") == SUMMARIES["unknown"][0]


def test_a_name_that_looks_like_a_place_of_a_sentence_stays_a_name():
    finding = Finding("issuer", State.YES, {"name": "{what} {domain}", "domain": "evil.example"})
    assert words.sentence(finding, "fr") == "« {what} {domain} » (evil.example)"


def test_a_date_that_is_none_is_shown_as_it_stands():
    assert words.day("demain", "fr") == "demain"
    assert words.day(None, "fr") == ""
    assert words.day("2029-08-23T22:30:00Z", "fr") == "vendredi 24 août 2029", "by the clock of the desk"


def test_points_of_a_list_stay_one_within_the_other_and_nothing_else_is_set_in():
    told = telling.text("Tout :\n\n- un\n    - deux\n" + " " * 90 + "- trois\n      suite   et  fin\n   ")
    assert told == "Tout :\n- un\n  - deux\n" + " " * telling.MOST_INDENT + "- trois\nsuite et fin"
    assert telling.text("   - seul") == "- seul"
    assert telling.line("- un\n    - deux") == "- un - deux"
