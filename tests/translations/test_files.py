"""PO and XLIFF: nothing is lost on the way out and back, and nothing hostile comes in."""

from __future__ import annotations

import re
import time

import polib
import pytest
import sqlalchemy as sa

from pathways import i18n
from pathways.errors import Invalid
from pathways.items.models import ItemTranslation
from pathways.permissions import Role
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.translations import reviewing
from pathways.translations.exchange import forms, leaving, plan, po, service, xliff
from pathways.translations.exchange.held import Bringer
from pathways.translations.exchange.plan import Status
from pathways.translations.exchange.units import Unit, UnitsFile
from pathways.translations.reviewing import Act
from tests.items.exchange_situations import CHOICE, imported, sent
from tests.translations.situations import FREE, SHIPPED, cleared, revision_of, somebody, suggest, texts_of

KINDS = ("po", "xlf")
STEM = f"item:{SHIPPED}#stem"
HARD = (
    'deux "guillemets", \\ et \\n',
    "deux\nlignes\n",
    "<script>alert(1)</script> & ]]>",
    "الرمز: \u2066482 913\u2069",
    "  des espaces  ",
    "#, fuzzy",
    'msgstr "x"',
    "%(name)s {place} 100 %",
    "ትግርኛ বাংলা 😀",
)


@pytest.fixture
def member(db):
    return somebody(db, name="Relectrice")


def exported(db, member, kind, language="ar") -> bytes:
    return forms.written(leaving.file_of(db, Bringer.of(db, member), USUAL_FRAMEWORK, language), kind)


def planned(db, member, data: bytes, kind, language="ar", **how) -> plan.Plan:
    bringer = Bringer.of(db, member)
    return plan.plan(db, bringer, USUAL_FRAMEWORK, language, forms.opened(data, f"a.{kind}"), **how)


def brought(db, member, data: bytes, kind, language="ar") -> plan.Plan:
    found = planned(db, member, data, kind, language, to_keep=True)
    service.keep(db, Bringer.of(db, member), found)
    return found


def edited(data: bytes, kind, texts: dict[str, str], *, state: str = "draft") -> bytes:
    """The file after somebody filled these texts in, and finished with them."""
    if kind == "po":
        document = polib.pofile(data.decode() + "\n", wrapwidth=0)
        for entry in document:
            if entry.msgctxt in texts:
                entry.msgstr = texts[entry.msgctxt]
                entry.flags = [one for one in entry.flags if one != "fuzzy" and not one.startswith("state:")]
                entry.flags.append(f"state:{state}")
                entry.previous_msgid = entry.previous_msgctxt = None
        return f"{document}".encode()
    file, parts = data.decode(), []
    for part in re.split(r"(?=<trans-unit )", file):
        context = re.match(r'<trans-unit id="([^"]+)"', part)
        if context and context[1] in texts:
            word, approved = ("signed-off", ' approved="yes"') if state == "reviewed" else ("translated", "")
            target = f'<target state="{word}">{texts[context[1]]}</target>\n'
            own = re.sub(r"<target state.*?</target>\n", "", part, count=1, flags=re.DOTALL)
            own = re.sub(r"<alt-trans.*?</alt-trans>\n", "", own, flags=re.DOTALL)
            own = own.replace("</source>\n", f"</source>\n{target}", 1).replace(' approved="yes"', "")
            parts.append(own.replace('" resname', f'"{approved} resname', 1))
        else:
            parts.append(part)
    return "".join(parts).encode()


def texts_for(db, member, mark="tèks", code=SHIPPED) -> dict[str, str]:
    return {f"item:{code}#{key}": text for key, text in texts_of(revision_of(db, member, code), mark).items()}


@pytest.mark.parametrize("module", [po, xliff])
def test_every_text_comes_back_as_it_left(module):
    units = [
        Unit(f"item:SEC-01-a#options.o{number}", text, text, state=state, note=text, most=300)
        for number, text in enumerate(HARD)
        for state in ("draft",)
    ]
    units.append(Unit("item:SEC-01-b#stem", "C", "avant", state="draft", unfinished=True, previous="C d'avant"))
    units.append(Unit("item:SEC-01-c#stem", "D"))
    data = module.written(UnitsFile("essai", "ar", units))
    read = module.read(data, "ar")
    assert read.told == []
    for one, back in zip(units, read.units, strict=True):
        assert (back.context, back.french, back.text) == (one.context, one.french, one.text)
        assert (back.state, back.unfinished) == (one.state, one.unfinished)
    assert [unit.line for unit in read.units] == sorted({unit.line for unit in read.units})
    assert module.written(UnitsFile("essai", "ar", units)) == data


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["ar", "uk"])
@pytest.mark.slow
def test_what_left_changes_nothing_when_it_comes_back(db, member, kind, language):
    before = db.scalar(sa.select(sa.func.count()).select_from(ItemTranslation))
    data = exported(db, member, kind, language)
    found = brought(db, member, data, kind, language)
    assert found.told == ()
    assert found.is_idle
    assert found.counts[Status.SAME] > 50
    assert db.scalar(sa.select(sa.func.count()).select_from(ItemTranslation)) == before
    assert exported(db, member, kind, language) == data


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
def test_an_edited_file_comes_back_as_it_was_edited(db, member, kind):
    cleared(db, member)
    texts = texts_for(db, member)
    given = {context: text.replace("<", "") for context, text in texts.items()}
    data = edited(exported(db, member, kind, FREE), kind, given)
    found = brought(db, member, data, kind, FREE)
    assert found.counts[Status.SERVED] == 1
    again = exported(db, member, kind, FREE)
    assert {u.context: u.text for u in forms.FORMATS[kind].read(again, FREE).units if u.context in given} == given
    assert brought(db, member, data, kind, FREE).is_idle
    assert exported(db, member, kind, FREE) == again
    [row] = [one for one in revision_of(db, member).translations if one.is_current and one.language == FREE]
    assert (row.state, row.origin, row.translator_id) == ("draft", "exchange", member.account_id)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
def test_over_something_as_good_a_file_s_texts_wait_and_leave_again(db, member, kind):
    texts = {context: f"{text} ١٢"[:200] for context, text in texts_for(db, member, "نص").items()}
    data = edited(exported(db, member, kind), kind, texts)
    found = brought(db, member, data, kind)
    assert found.counts[Status.WAITING] == 1
    assert {one.is_waiting for one in revision_of(db, member).translations if one.origin == "exchange"} == {True}
    again = forms.FORMATS[kind].read(exported(db, member, kind), "ar")
    assert {u.context: u.text for u in again.units if u.context in texts} == texts


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
def test_a_file_reviews_what_somebody_else_translated_and_never_one_s_own(db, member, kind):
    cleared(db, member)
    translator = somebody(db, Role.TRANSLATOR, of=member.organisation_id, name="Traducteur")
    row = suggest(db, translator)
    texts = texts_for(db, member)
    approved = edited(exported(db, member, kind, FREE), kind, texts, state="reviewed")
    untrusted = somebody(db, reviews_shipped=False, name="Lointaine")
    for nobody in (translator, untrusted):
        found = brought(db, nobody, approved, kind, FREE)
        assert found.is_idle
        assert row.state == "draft"
    assert brought(db, member, approved, kind, FREE).counts[Status.REVIEWED] == 1
    assert (row.state, row.reviewer_id) == ("reviewed", member.account_id)
    own = edited(approved, kind, texts_for(db, member, "pa mwen"), state="reviewed")
    assert brought(db, member, own, kind, FREE).counts[Status.WAITING] == 1
    assert brought(db, member, own, kind, FREE).is_idle
    [mine] = [one for one in revision_of(db, member).translations if one.translator_id == member.account_id]
    assert (mine.state, mine.is_waiting) == ("draft", True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
def test_a_stale_translation_leaves_with_the_french_that_it_translates_and_goes_back_by_itself_never(db, kind):
    trainer = somebody(db, Role.ADMINISTRATOR, name="Formatrice")
    [row] = imported(db, trainer, sent(CHOICE)).rows
    changed = {"code": row.code, "question": "Une inconnue demande votre code. Que faites-vous ?"}
    silent = dict.fromkeys(("question_ar", "reponse_1_ar", "reponse_2_ar", "explication_ar"), "")
    before = exported(db, trainer, kind)
    imported(db, trainer, sent(CHOICE | changed | silent))
    data = exported(db, trainer, kind)
    stem = next(u for u in forms.FORMATS[kind].read(data, "ar").units if u.context == f"item:{row.code}#stem")
    assert (stem.unfinished, stem.text) == (True, CHOICE["question_ar"])
    assert CHOICE["question"].encode() in data
    assert brought(db, trainer, data, kind).is_idle
    old = planned(db, trainer, before, kind)
    assert (old.errors, old.counts[Status.OUTDATED]) == ([], 1)
    done = edited(data, kind, {f"item:{row.code}#stem": "شخص مجهولة تطلب رمزك. ماذا تفعل؟"})
    assert brought(db, trainer, done, kind).counts[Status.SERVED] == 1


def test_a_machine_s_text_is_unfinished_until_somebody_says_that_it_holds(db, member):
    from pathways.items import translating

    revision = cleared(db, member)
    texts = texts_of(revision, "machin")
    row, _ = translating.take_in(
        db, revision, FREE, texts, author=translating.Author(), origin="machine:x", state="machine"
    )
    db.flush()
    for kind in KINDS:
        assert brought(db, member, exported(db, member, kind, FREE), kind, FREE).is_idle
    assert row.state == "machine"
    done = edited(exported(db, member, "po", FREE), "po", texts_for(db, member, "machin"))
    brought(db, member, done, "po", FREE)
    assert (row.state, row.translator_id) == ("draft", member.account_id)


def test_titles_leave_and_do_not_come_back(db, member):
    data = exported(db, member, "po").decode()
    [title] = re.findall(r'msgctxt "skill:SEC-01"\nmsgid "[^"]+"\nmsgstr "([^"]+)"', data)
    found = brought(db, member, data.replace(f'msgstr "{title}"', 'msgstr "x"').encode(), "po")
    assert [(one.context, one.warning) for one in found.told] == [("skill:SEC-01", True)]
    assert found.is_idle


def one_of(row) -> list[str]:
    assert row.document is not None
    return list(row.document.segments())


@pytest.mark.slow
def test_another_organisation_s_questions_are_in_no_file_of_mine(db, member):
    trainer = somebody(db, Role.TRAINER, name="Formatrice")
    [row] = imported(db, trainer, sent(CHOICE)).rows
    assert row.code.encode() in exported(db, trainer, "po")
    assert row.code.encode() not in exported(db, member, "po")
    found = planned(db, member, exported(db, trainer, "po"), "po")
    assert {one.context for one in found.errors} == {f"item:{row.code}#{key}" for key in one_of(row)}


# --- hostile files -------------------------------------------------------------------------------------------

HEADER = f'msgid ""\nmsgstr ""\n"Language: ht\\n"\n"Plural-Forms: {i18n.language(FREE).plural}\\n"\n\n'
XML = '<xliff version="1.2"><file source-language="fr" target-language="ht" original="x"><body>{}</body></file></xliff>'
UNIT = f'<trans-unit id="{STEM}"><source>S</source><target>x</target></trans-unit>'


def entry(context=STEM, msgid="S", msgstr="x", flags="") -> str:
    return f'{flags}msgctxt "{context}"\nmsgid "{msgid}"\nmsgstr "{msgstr}"\n\n'


def lines_of(data: bytes, kind, db, member) -> list[int]:
    """The lines that a refusal names."""
    try:
        found = planned(db, member, data, kind, FREE)
    except Invalid as error:
        return [int(one) for one in re.findall(r"Ligne (\d+)", str(error))]
    with pytest.raises(Invalid):
        service.keep(db, Bringer.of(db, member), found)
    return [one.line for one in found.errors]


def test_hostile_po_files_are_refused_with_their_line(db, member):
    french = revision_of(db, member).segments["stem"]
    good = HEADER + entry(msgid=french)
    assert planned(db, member, good.encode(), "po", FREE).errors == []
    for name, text, line in (
        ("unknown context", HEADER + entry("item:XXX-99-z#stem", french), 6),
        ("no context", HEADER + 'msgid "S"\nmsgstr "x"\n', 6),
        ("a path for a context", HEADER + entry("item:../../etc#stem", french), 6),
        ("changed French", HEADER + entry(msgid="Autre chose"), 6),
        ("duplicate", HEADER + entry(msgid=french) * 2, 10),
        ("bidi command", HEADER + entry(msgid=french, msgstr="a\u202eb"), 6),
        ("open isolate", HEADER + entry(msgid=french, msgstr="a\u2066b"), 6),
        ("control", HEADER + entry(msgid=french, msgstr="a\x07b"), 6),
        ("wrong language", good.replace("Language: ht", "Language: uk"), 1),
        ("no language", entry(msgid=french), 1),
        ("wrong plurals", good.replace("nplurals=2", "nplurals=6"), 1),
        ("plural entry", HEADER + 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"\n', 6),
        ("syntax", HEADER + 'msgctxt "a"\nmsgid "b\nmsgstr "c"\n', 7),
        ("text without quotes", HEADER + "msgctxt a\n", 6),
        ("no PO at all", "<html></html>", 1),
        ("endless text", HEADER + 'msgctxt "a"\nmsgid "b"\nmsgstr ""\n' + '"c"\n' * 100_000, 209),
    ):
        assert line in lines_of(text.encode(), "po", db, member), name
    assert lines_of(b"\xff\xfe" + good.encode("utf-16-le"), "po", db, member) == [1]
    assert lines_of(good.encode() + b'# \xe9\nmsgid "x"\n', "po", db, member) == [10]
    with pytest.raises(Invalid, match="Mo"):
        planned(db, member, b"#" * 30_000_000, "po", FREE)


def test_hostile_xliff_files_are_refused_with_their_line(db, member):
    french = revision_of(db, member).segments["stem"]
    good = XML.format(UNIT.replace("S</source>", f"{french}</source>"))
    assert planned(db, member, good.encode(), "xlf", FREE).errors == []
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    for name, text, line in (
        ("entity of a file", '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>\n' + XML.format("&f;"), 1),
        ("billion laughs", f"<!DOCTYPE x [{bomb}]>\n" + XML.format("&a9;"), 1),
        ("foreign DTD", '<!DOCTYPE x SYSTEM "http://attaquant.example/x.dtd">\n' + good, 1),
        ("not well-formed", good.replace("\n", "").replace("</body>", "\n</bodi>"), 2),
        ("other version", good.replace('version="1.2"', 'version="2.0"'), 1),
        ("other root", "<html/>", 1),
        ("wrong language", good.replace('target-language="ht"', 'target-language="uk"'), 1),
        ("wrong source", good.replace('source-language="fr"', 'source-language="en"'), 1),
        ("unknown context", good.replace(SHIPPED, "XXX-99-z"), 1),
        ("changed French", XML.format("\n" + UNIT), 2),
        ("tag in a text", good.replace("<target>x", "<target>x<g id='1'>y</g>"), 1),
        ("duplicate", XML.format(("\n" + UNIT.replace("S</source>", f"{french}</source>")) * 2), 3),
        ("bidi command", good.replace("<target>x", "<target>\u202ex"), 1),
        ("deep", "<xliff version='1.2'>" + "<a>" * 60, 1),
        ("nested units", XML.format(f"<trans-unit id='{STEM}'>\n{UNIT}</trans-unit>"), 2),
    ):
        assert line in lines_of(text.encode(), "xlf", db, member), name
    latin = good.replace("<xliff", '<?xml version="1.0" encoding="iso-8859-1"?><xliff').replace(">x<", ">é<")
    assert [u.text for u in xliff.read(latin.encode(), FREE).units] == ["é"]  # what it declares does not count
    assert lines_of(latin.encode("iso-8859-1"), "xlf", db, member) == [1]


def test_tags_in_a_text_are_just_text(db, member):
    cleared(db, member)
    texts = texts_for(db, member, "<script>alert(1)</script>")
    for kind in ("po",):
        found = brought(db, member, edited(exported(db, member, kind, FREE), kind, texts), kind, FREE)
        assert found.counts[Status.SERVED] == 1
    again = exported(db, member, "xlf", FREE)
    assert b"<script>" not in again
    assert {u.context: u.text for u in xliff.read(again, FREE).units if u.context in texts} == texts


def test_a_path_is_no_file(tmp_path):
    """The reader of PO opens a file where it is given the name of one."""
    secret = tmp_path / "secret.po"
    secret.write_text('msgid ""\nmsgstr "Language: ht\\n"\n\nmsgid "secret"\nmsgstr "x"\n')
    with pytest.raises(Invalid):
        po.read(str(secret).encode(), FREE)


def test_a_question_that_is_only_half_there_is_left_aside(db, member):
    cleared(db, member)
    texts = texts_for(db, member)
    texts.pop(STEM)
    found = brought(db, member, edited(exported(db, member, "po", FREE), "po", texts), "po", FREE)
    assert found.is_idle
    assert [one.warning for one in found.told] == [True]


@pytest.mark.slow
def test_texts_that_break_the_rules_refuse_the_file_and_keep_nothing(db, member):
    cleared(db, member)
    french = revision_of(db, member).segments["stem"]
    texts = texts_for(db, member)
    for wrong in ("x" * 301, french):
        found = planned(db, member, edited(exported(db, member, "po", FREE), "po", texts | {STEM: wrong}), "po", FREE)
        assert [one.context for one in found.errors] == [STEM]
    row = suggest(db, member)
    other = somebody(db, of=member.organisation_id, name="Autre")
    reviewing.decide(db, other, USUAL_FRAMEWORK, SHIPPED, translation_id=row.id, act=Act.REJECT, reason="Non.")
    found = planned(db, member, edited(exported(db, member, "po", FREE), "po", texts), "po", FREE)
    assert ["refusé" in one.message for one in found.errors] == [True]


@pytest.mark.slow
def test_the_largest_hostile_files_are_read_in_little_time(db, member):
    for kind, data in (
        ("po", (HEADER + entry("item:XXX-99-z#stem") * 40_000).encode()),
        ("xlf", XML.format('<trans-unit id="a"><source/></trans-unit>' * 60_000).encode()),
        ("xlf", XML.format("<a/>" * 2_000_000).encode()),
    ):
        begun = time.perf_counter()
        lines_of(data, kind, db, member)
        assert time.perf_counter() - begun < 20, kind


def test_more_texts_than_a_file_may_hold_are_not_even_read(monkeypatch):
    monkeypatch.setattr(po, "MOST_UNITS", 2)
    monkeypatch.setattr(po.polib, "pofile", None)
    text = 'msgctxt "a"\nmsgid "a"\nmsgstr "b"\n\n' * 4
    with pytest.raises(Invalid) as refused:
        po.read(text.encode(), "ar")
    assert "plus de 2 textes" in str(refused.value.values["said"])
