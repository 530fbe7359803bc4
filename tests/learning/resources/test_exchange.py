"""Resources in and out of files: what left comes back the same, a plan first, all or nothing."""

from __future__ import annotations

import pytest

from pathways import spreadsheets
from pathways.errors import Conflict
from pathways.items.exchange.files import opened, packed, unpacked
from pathways.learning.resources import exchange, importing, service
from pathways.learning.resources.importing import Status
from pathways.learning.resources.service import Asked
from tests.learning.resources.test_bank import FRAMEWORK, a_member, a_video, make

HEAD = "titre;minutes;micro_competences;type;langues;adresse"


@pytest.fixture
def member(db):
    return a_member(db)


def table(*lines: str, head: str = HEAD):
    return opened("\r\n".join([head, *lines]).encode(), "ressources.csv")


def planned(db, member, sent):
    return importing.plan(db, member, FRAMEWORK, sent)


def errors(plan) -> list[tuple[int, str]]:
    return [(one.line, one.column) for one in plan.errors]


@pytest.mark.parametrize("kind", ["csv", "yaml"])
@pytest.mark.slow
def test_what_left_comes_back_the_same(db, member, kind):
    make(db, member)
    [sheet] = [one for one in service.list_for(db, member, FRAMEWORK) if one.code == "mel-07-joindre"]
    service.copy(db, member, sheet.id)
    own = service.list_for(db, member, FRAMEWORK, Asked(origin="own"))
    written = [(one.code, service.document_of(one)) for one in own]
    body = exchange.csv_of(written) if kind == "csv" else exchange.yaml_of(written)
    plan = planned(db, member, opened(body, f"ressources.{kind}"))
    assert plan.errors == []
    assert plan.is_idle
    assert plan.counts[Status.SAME] == 2


@pytest.mark.parametrize("kind", ["csv", "yaml"])
def test_what_others_made_comes_back_unchanged_and_changes_nothing(db, member, kind):
    made, sheets = make(db, member), service.list_for(db, member, FRAMEWORK)
    written = [(one.code, service.document_of(one)) for one in sheets]
    body = exchange.csv_of(written) if kind == "csv" else exchange.yaml_of(written)
    plan = planned(db, member, opened(body, f"ressources.{kind}"))
    assert plan.errors == []
    assert plan.counts[Status.SAME] == len(sheets) == 31
    importing.keep(db, member, plan)
    assert [one.id for one in service.list_for(db, member, FRAMEWORK, Asked(origin="own"))] == [made.id]
    twice = exchange.csv_of([*written, written[-1]])
    assert {column for _, column in errors(planned(db, member, opened(twice, "ressources.csv")))} == {"code"}


def test_the_shipped_sheets_can_be_made_ones_own(db, member):
    shipped = service.list_for(db, member, FRAMEWORK, Asked(origin="shipped"))
    body = exchange.csv_of(("", service.document_of(one)) for one in shipped)
    plan = planned(db, member, opened(body, "ressources.csv"))
    assert plan.errors == []
    assert plan.counts[Status.NEW] == 30
    importing.keep(db, member, plan)
    own = service.list_for(db, member, FRAMEWORK, Asked(origin="own"))
    assert {one.title: one.sheet["picture"] for one in own} == {one.title: one.sheet["picture"] for one in shipped}
    assert planned(db, member, opened(body, "ressources.csv")).is_idle


def test_a_table_of_a_hurried_person(db, member):
    sent = table("Voir le Wi-Fi;6;CNX-01 (s'exercer), CNX-02;Vidéo;fr ar;https://video.example/wifi")
    plan = planned(db, member, sent)
    assert plan.errors == []
    importing.keep(db, member, plan)
    [made] = service.list_for(db, member, FRAMEWORK, Asked(origin="own"))
    assert made.teaches == [{"skill": "CNX-01", "level": "practise"}, {"skill": "CNX-02", "level": "discover"}]
    assert (made.kind, made.languages) == ("video", ["fr", "ar"])
    assert planned(db, member, sent).is_idle


def test_every_error_names_its_row_and_column(db, member):
    plan = planned(
        db,
        member,
        table(
            ";6;CNX-01;vidéo;fr;https://video.example/a",
            "Un titre;six;CNX-01;vidéo;fr;https://video.example/b",
            "Un titre;6;ZZZ-01;vidéo;fr;https://video.example/c",
            "Un titre;6;CNX-01;film;fr;https://video.example/d",
            "Un titre;6;CNX-01;vidéo;klingon;https://video.example/e",
            "Un titre;6;CNX-01;vidéo;fr;javascript:alert(1)",
        ),
    )
    assert errors(plan) == [
        *((2, "titre"), (3, "minutes"), (4, "micro_competences"), (5, "type")),
        *((6, "langues"), (7, "adresse")),
    ]
    with pytest.raises(Conflict):
        importing.keep(db, member, plan)
    assert service.list_for(db, member, FRAMEWORK, Asked(origin="own")) == []


def test_an_own_code_changes_and_a_foreign_one_is_refused(db, member):
    made, other = make(db, member), make(db, a_member(db))
    head = f"code;{HEAD}"
    row = "{};Voir mieux;6;CNX-01;vidéo;fr;https://video.example/wifi"
    plan = planned(db, member, table(row.format(made.code), head=head))
    assert plan.counts[Status.CHANGED] == 1
    importing.keep(db, member, plan)
    assert (made.title, made.version) == ("Voir mieux", 2)
    for code in (other.code, "mel-04-ecrire"):
        assert errors(planned(db, member, table(row.format(code), head=head))) == [(2, "code")]


def test_the_same_twice_in_one_file_is_told(db, member):
    row = "Voir;6;CNX-01;vidéo;fr;https://video.example/wifi"
    assert errors(planned(db, member, table(row, row))) == [(3, "")]


def test_columns_that_are_missing_unknown_or_doubled(db, member):
    plan = planned(db, member, table("a;b;c", head="titre;couleur;titre"))
    assert {one.column for one in plan.errors} == {"couleur", "titre", "minutes", "micro_competences"}


def test_a_formula_leaves_as_a_text_and_comes_back_as_it_was(db, member):
    make(db, member, title="=1+1 ; un calcul")
    own = service.list_for(db, member, FRAMEWORK, Asked(origin="own"))
    body = exchange.csv_of((one.code, service.document_of(one)) for one in own)
    assert b"'=1+1" in body
    assert planned(db, member, opened(body, "ressources.csv")).is_idle
    assert len(spreadsheets.read(body, "ressources.csv").rows) == 1


def test_yaml_says_its_lines(db, member):
    text = "format: 1\nresources:\n- title: Voir\n  minutes: 6\n  kind: video\n  url: https://video.example/\n"
    text += "  languages: [fr]\n  teaches:\n  - {skill: ZZZ-01}\n  colour: blue\n"
    found = planned(db, member, opened(text.encode(), "ressources.yaml")).errors
    assert [(one.line, one.column) for one in found] == [(10, "colour")]
    text = text.replace("  colour: blue\n", "")
    found = planned(db, member, opened(text.encode(), "ressources.yaml")).errors
    assert [(one.line, one.column) for one in found] == [(9, "teaches.0.skill")]
    assert planned(db, member, opened(b"format: 1\n", "ressources.yaml")).errors


def test_the_page_carries_the_file(db, member):
    sent = table("Voir;6;CNX-01;vidéo;fr;https://video.example/wifi")
    assert planned(db, member, unpacked(packed(sent))).seal == planned(db, member, sent).seal


def test_a_seal_is_of_one_state_of_the_bank(db, member):
    made = make(db, member)
    sent = table(f"{made.code};Voir mieux;6;CNX-01;vidéo;fr;https://video.example/wifi", head=f"code;{HEAD}")
    before = planned(db, member, sent).seal
    service.change(db, member, made.id, a_video(title="Autre"), version=1)
    assert planned(db, member, sent).seal != before
