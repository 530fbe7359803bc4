"""A glossary is followed: in the files, in the form, in the interface."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest
import yaml

from pathways import glossaries, i18n
from pathways.settings import resource

TERMS = {
    "format": 1,
    "language": "ar",
    "terms": [
        {"french": "mot de passe", "say": ["كلمة السر", "كلمات السر"], "avoid": ["كلمة المرور"], "note": "partout"},
        {"french": "fichier", "say": ["ملف"]},
        {"french": "message", "say": ["رسال"], "avoid": ["SMS"]},
    ],
}
LANGUAGES = [code for code in i18n.languages() if code != i18n.SOURCE]


@pytest.fixture
def arabic(tmp_path, monkeypatch):
    """A glossary of the tests' own, for Arabic alone."""
    folder = tmp_path / "ar"
    folder.mkdir()
    (folder / "glossary.yaml").write_text(yaml.safe_dump(TERMS, allow_unicode=True), "utf-8")
    monkeypatch.setattr(glossaries, "resource", lambda _name: tmp_path)
    glossaries.forget()
    yield
    glossaries.forget()


def said(french: str, own: str, language: str = "ar") -> list[str]:
    return [one.term.french for one in glossaries.flaws(french, own, language)]


def test_one_of_the_words_to_say_must_be_there_and_none_to_avoid(arabic):
    assert said("Changez le mot de passe.", "غيّر كلمة السر") == []
    assert said("Changez le mot de passe.", "غيّر كلمة المرور") == ["mot de passe"]
    assert said("Changez le mot de passe.", "غيّر الرمز") == ["mot de passe"]
    assert said("Changez le mot de passe.", "كلمة السر، أي كلمة المرور") == ["mot de passe"]
    assert said("Changez le mot de passe.", "x", "uk") == []


def test_terms_are_whole_words_in_the_singular_or_the_plural(arabic):
    assert said("Deux fichiers et des mots de passe", "ملفان وكلمات السر") == []
    assert said("Des FICHIERS", "x") == ["fichier"]
    assert said("Une messagerie", "x") == []
    assert said("Il fichiera", "x") == []


def test_vowels_lengthened_letters_and_keyboards_do_not_matter(arabic):
    assert said("Un mot de passe", "كَلِمَةُ السِّرِّ") == []
    assert said("Un mot de passe", "كلمــة السر") == []
    assert said("Un fichier", "\u2067ملف\u2069") == []
    assert said("Un message", "رسالە") == []


def test_a_label_that_stays_french_asks_for_no_word(arabic):
    assert said("Appuyez sur « Mot de passe oublié ».", "اضغط على « Mot de passe oublié ».") == []
    assert said("Le mot de passe est « Fichier ».", "كلمة السر هي « Fichier ».") == []


def test_what_is_wrong_is_said_in_a_sentence(arabic):
    [one] = glossaries.flaws("Un mot de passe", "كلمة المرور", "ar")
    assert one.message == "« mot de passe » se dit « كلمة السر » ou « كلمات السر », pas « كلمة المرور »"
    assert glossaries.terms_in("Un fichier", "ar")[0].say == ("ملف",)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {"format": 2, "language": "ar", "terms": []},
        TERMS | {"language": "uk"},
        TERMS | {"more": 1},
        TERMS | {"terms": ["mot"]},
        TERMS | {"terms": [{"french": "mot"}]},
        TERMS | {"terms": [{"french": "", "say": ["x"]}]},
        TERMS | {"terms": [{"french": "mot", "say": "x"}]},
        TERMS | {"terms": [{"french": "mot", "say": ["x"], "avoid": [1]}]},
        TERMS | {"terms": [{"french": "mot", "say": ["x"], "why": "y"}]},
        TERMS | {"terms": [{"french": "Mot", "say": ["x"]}, {"french": "mot", "say": ["y"]}]},
        TERMS | {"terms": [{"french": "mot", "say": ["x"]}] * 501},
    ],
)
def test_a_file_of_another_shape_is_named(wrong):
    assert glossaries.problems(wrong, "ar")


def test_a_file_that_is_no_glossary_is_refused(tmp_path):
    path = tmp_path / "glossary.yaml"
    for text in ("terms: [", "format: 1\nterms: 3", "x" * 300_000):
        path.write_text(text)
        with pytest.raises(ValueError, match="glossary"):
            glossaries.terms_of(path, "ar")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_glossary_has_its_shape(language):
    path: Path = resource("locales") / language / "glossary.yaml"
    document = yaml.safe_load(path.read_text("utf-8")) if path.exists() else TERMS | {"language": language}
    assert glossaries.problems(document, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_interface_follows_the_glossary(language):
    path = i18n.po_file(language)
    entries = polib.pofile(str(path)) if path.exists() else []
    found = {
        entry.msgid: [one.message for one in wrong]
        for entry in entries
        if entry.msgstr
        and "fuzzy" not in entry.flags
        and (wrong := glossaries.flaws(entry.msgid, entry.msgstr, language))
    }
    assert found == {}


@pytest.mark.slow
def test_the_check_of_the_files_names_the_line(arabic, shipped):
    from pathways import content
    from pathways.clock import now

    root = resource("referentials")
    [found] = {
        one.code for one in content.check(root, now().date()).findings if "/ar/" in one.file and one.code == "glossary"
    }
    assert found == "glossary"
    one = next(o for o in content.check(root, now().date()).findings if o.code == "glossary" and "items" in o.file)
    assert one.warning
    assert one.line > 1
