"""How much exists in each language: a page for people, and a promise that the shipped content keeps."""

from __future__ import annotations

import polib
import pytest

from pathways import i18n
from pathways.permissions import Role
from pathways.translations import coverage
from tests.translations.situations import somebody

LEARNERS = "inclusion-numerique"
WAVE = ["fr", "ar", "fa_AF", "ps", "uk", "ru", "ti", "tr", "bn", "ht", "en"]


def test_the_first_wave_is_whole(db):
    """What a learner reads, in eleven languages: nothing is missing, nothing falls back to French."""
    rows = coverage.of(db, somebody(db), LEARNERS)
    assert [row.language.code for row in rows] == [one.code for one in i18n.languages().values() if one.wave == 1]
    assert sorted(row.language.code for row in rows) == sorted(WAVE)
    assert coverage.lacking(rows) == []
    for row in rows:
        assert row.questions.done == row.questions.every >= 180
        assert row.interface.per_cent == row.titles.per_cent == 100
        assert (row.terms >= 40) == (row.language.code != "fr")


@pytest.mark.parametrize(("framework", "questions"), [("mediateur-numerique", 90), ("benevole-numerique", 30)])
def test_professionals_read_french_and_english(db, framework, questions):
    rows = {row.language.code: row for row in coverage.of(db, somebody(db), framework)}
    for code in ("fr", "en"):
        assert rows[code].questions.done == rows[code].questions.every >= questions
        assert rows[code].titles.per_cent == 100
        desk = rows[code].desk
        assert desk is not None
        assert desk.per_cent == 100
    assert rows["ar"].questions.done == 0
    assert rows["ar"].desk is None


def test_what_nobody_has_read_is_not_called_read(db):
    for row in coverage.of(db, somebody(db), LEARNERS):
        if row.language.code != "fr":
            assert row.questions.read == row.titles.read == row.interface.read == 0, "all of it is a draft"


def test_a_missing_text_is_seen(db, tmp_path, monkeypatch):
    file = polib.pofile(str(i18n.po_file("tr")))
    next(entry for entry in file if entry.msgstr).msgstr = ""
    file.save(str(tmp_path / "pathways.po"))
    real = i18n.po_file
    copy = tmp_path / "pathways.po"
    monkeypatch.setattr(i18n, "po_file", lambda code, domain: copy if code == "tr" else real(code, domain))
    rows = coverage.of(db, somebody(db), LEARNERS)
    assert coverage.lacking(rows) == ["tr"]
    turkish = next(row for row in rows if row.language.code == "tr")
    assert turkish.interface.per_cent == 99


def test_the_page(signed_in):
    page = signed_in(Role.COORDINATOR).get("/translations/coverage").text
    assert "Tout ce que lit un apprenant existe dans toutes les langues." in page
    assert all(one.name in page for one in i18n.languages().values())
