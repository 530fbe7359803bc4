"""BANK.json: what it means, what is taken for what is left out, and what is said of one that is wrong."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pathways.diagnostics.engine import FIRST_STYLES, KNOWN_STYLES, LevelStrand, Style
from pathways.diagnostics.simulating.bank import bank_of, read_bank
from pathways.diagnostics.simulating.problems import WrongFile
from tests.diagnostics.simulating.banks import bank, ladders

ONE = {"skills": [{"code": "a"}], "items": [{"code": "q", "skill": "a"}]}


def refusal(document: object) -> str:
    with pytest.raises(WrongFile) as refused:
        bank_of(document, "bank.json")
    return "\n".join(refused.value.lines())


def with_item(**item):
    return {"skills": [{"code": "a"}, {"code": "b"}], "items": [{"code": "q", **item}]}


def with_skills(*skills):
    return {"skills": list(skills), "items": [{"code": "q", "skill": "a"}]}


def item_of(**item):
    return bank_of(with_item(skill="a", **item), "bank.json").structure.items[0]


def test_what_is_left_out_takes_the_documented_values():
    item = item_of()
    assert (item.guess, item.slip, item.seconds) == (0.2, 0.1, 40.0)
    assert item_of(options=4).guess == 0.25
    assert item_of(options=4, guess=0.5).guess == 0.5
    assert item_of(guess=0, slip=0, seconds=12.5, options=None).guess == 0.0


def test_a_skill_without_strand_is_a_ladder_of_one_rung():
    strands = bank_of(with_skills({"code": "a"}, {"code": "b", "level": 3}), "").structure.strands
    assert [(one.code, one.skill_codes) for one in strands] == [("a", ("a",)), ("b", ("b",))]


def test_a_lone_skill_may_have_the_code_of_a_strand():
    found = bank_of(with_skills({"code": "a"}, {"code": "b", "strand": "a"}), "").structure
    assert len({strand.code for strand in found.strands}) == 2
    assert found.skill_codes == ("a", "b")


def test_a_ladder_goes_by_level_whatever_the_order_of_the_file():
    skills = [{"code": "c", "strand": "s", "level": 9}, {"code": "a", "strand": "s", "level": 0.5}]
    assert bank_of(with_skills(*skills), "").structure.skill_codes == ("a", "c")


def places(*skills):
    structure = bank_of(with_skills(*skills), "").structure
    ladders = [strand for strand in structure.strands if isinstance(strand, LevelStrand)]
    return {skill.code: skill.threshold for strand in ladders for skill in strand.skills}


def test_prerequisites_order_what_nothing_else_places():
    """Else half of the people would master each, and exactly the same half."""
    chain = [{"code": "c", "requires": [["b"]]}, {"code": "b", "requires": [["a"]]}, {"code": "a"}]
    ladder = [{"code": code, "strand": "s"} for code in "abc"]
    assert places(*chain) == pytest.approx(places(*ladder))
    assert places({"code": "a"}, {"code": "b"}) == {"a": 0.0, "b": 0.0}


def test_of_a_group_the_lowest_is_enough():
    chain = [{"code": "a"}, {"code": "b", "requires": [["a"]]}, {"code": "c", "requires": [["b"]]}]
    either = places(*chain, {"code": "d", "requires": [["a", "c"]]}, {"code": "e", "requires": [["a"], ["c"]]})
    assert either["d"] == pytest.approx(-1.6 + 3.2 * 1.5 / 2)
    assert either["e"] == pytest.approx(-1.6 + 3.2 * 3.5 / 4)


def test_prerequisites_move_nothing_that_has_a_place():
    skills = [{"code": "a", "level": 1}, {"code": "b", "level": 3, "requires": [["a"]]}, {"code": "c", "share": 0.5}]
    rest = [{"code": "d", "requires": [["a"], ["c", "e"]]}, {"code": "e"}, {"code": "f", "strand": "s"}]
    rest += [{"code": "g", "strand": "s", "requires": [["d"]]}]
    assert places(*skills, *rest) == pytest.approx(
        {"a": -1.6, "b": 1.6, "c": 0.0, "d": 0.0, "e": 0.0, "f": -0.8, "g": 0.8}, abs=1e-12
    )


def test_every_skill_has_a_level_even_where_none_was_written():
    found = bank_of(with_skills({"code": "a", "level": 2}, {"code": "b", "level": 5}, {"code": "c"}), "")
    assert dict(found.levels) == {"a": 2, "b": 5, "c": 3.5}


def test_an_item_may_need_several_skills():
    (item,) = bank_of(with_item(skills=["b", "a"]), "").structure.items
    assert (item.skill, item.also) == ("b", ("a",))


def test_required_groups_become_requirements_across_ladders():
    document = {
        "skills": [
            {"code": "a1", "strand": "a", "level": 1},
            {"code": "a2", "strand": "a", "level": 2, "requires": [["a1"], ["b", "c", "b"]]},
            {"code": "b"},
            {"code": "c", "requires": []},
        ],
        "items": [{"code": "q", "skill": "a2"}],
    }
    (only,) = bank_of(document, "").structure.requirements
    assert (only.skill, only.groups) == ("a2", (("b", "c"),)), "the rung below is on the ladder already"


def test_people_who_were_never_offered_dont_know_owe_nothing_to_it():
    (item,) = bank(ONE).without_dont_know().structure.items
    right = item.response()[:, 0] / (1 - item.response()[:, 2])
    assert right == pytest.approx([0.2, 0.9], abs=1e-3)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (7, "trouvé 7"),
        ([], "trouvé une liste vide"),
        ({}, "il manque « skills »"),
        ({"skills": {}, "items": []}, "skills : attendu une liste [...] de micro-compétences, trouvé un objet"),
        ({"skills": [], "items": [{}]}, "skills : attendu des micro-compétences, trouvé une liste vide"),
        (ONE | {"items": []}, "items : attendu des questions, trouvé une liste vide"),
        (ONE | {"itmes": []}, "itmes : clé inconnue, peut-être « items »"),
        (with_skills({"code": "a"}, None), "skills[1] : attendu un objet {...}, trouvé null"),
        (with_skills({"code": "a"}, {}), "skills[1] : il manque « code »"),
        (with_skills({"code": "a"}, {"code": ""}), "skills[1].code : attendu le code d'une micro-compétence"),
        (with_skills({"code": "a"}, {"code": 5}), "skills[1].code : attendu le code d'une micro-compétence (un texte)"),
        (with_skills({"code": "a"}, {"code": "x" * 201}), "un texte de 201 signes"),
        (with_skills({"code": "a"}, {"code": "\x1b[2J"}), "« \\u001b[2J » contient un signe qui ne s'écrit pas"),
        (with_skills({"code": "a"}, {"code": "\udc00"}), "contient un signe qui ne s'écrit pas"),
        (with_skills({"code": "a"}, {"code": "a"}), "skills[1].code : « a » est déjà le code de skills[0]"),
        (with_skills({"code": "a", "level": True}), "skills[0].level : attendu un nombre, trouvé true"),
        (with_skills({"code": "a", "level": "2"}), "skills[0].level : attendu un nombre, trouvé le texte « 2 »"),
        (with_skills({"code": "a", "level": -1}), "skills[0].level : attendu un nombre de 0 à 1000000, trouvé -1"),
        (with_skills({"code": "a", "level": 1e300}), "trouvé 1e+300"),
        (with_skills({"code": "a", "level": float("nan")}), "skills[0].level : attendu un nombre, trouvé NaN"),
        (with_skills({"code": "a", "share": 1.01}), "skills[0].share : attendu un nombre de 0 à 1, trouvé 1.01"),
        (with_skills({"code": "a", "requires": "b"}), "skills[0].requires : attendu une liste [...] de groupes"),
        (
            with_skills({"code": "a", "requires": ["b"]}),
            'skills[0].requires[0] : attendu un groupe, une liste comme ["A',
        ),
        (with_skills({"code": "a", "requires": [[]]}), "skills[0].requires[0] : attendu des micro-compétences"),
        (with_skills({"code": "a", "requires": [["b"]]}), "skills[0].requires[0][0] : aucune micro-compétence n'a"),
        (with_skills({"code": "a", "requires": [["a"]]}), "« a » ne peut pas être son propre prérequis"),
        (with_item(), "items[0] : attendu « skill » ou « skills »"),
        (with_item(skill="a", skills=["b"]), "pas les deux"),
        (with_item(skills=[]), "items[0].skills : attendu des micro-compétences, trouvé une liste vide"),
        (with_item(skills=["a", "a"]), "items[0].skills[1] : la micro-compétence « a » est nommée deux fois"),
        (
            with_item(skills=["a", 3]),
            "items[0].skills[1] : attendu le code d'une micro-compétence (un texte), trouvé 3",
        ),
        (with_item(skill="z"), "items[0].skill : aucune micro-compétence n'a le code « z »"),
        (with_item(skill="a", options=1), "items[0].options : attendu un nombre entier de 2 à 1000, trouvé 1"),
        (with_item(skill="a", options=2.5), "items[0].options : attendu un nombre entier de 2 à 1000, trouvé 2.5"),
        (with_item(skill="a", guess=-0.1), "items[0].guess : attendu un nombre de 0 à 1, trouvé -0.1"),
        (
            with_item(skill="a", slip=float("inf")),
            "items[0].slip : attendu un nombre de 0 à 1, trouvé un nombre infini",
        ),
        (with_item(skill="a", guess=0.6, slip=0.5), "items[0] : guess 0.6 et slip 0.5 : une bonne réponse parlerait"),
        (with_item(skill="a", seconds=0), "items[0].seconds : attendu un nombre de 0.1 à 86400, trouvé 0"),
        (with_item(skill="a", guest=0.1), "items[0].guest : clé inconnue, peut-être « guess »"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_what_was_expected(document, said):
    assert said in refusal(document)


def test_cycles_are_named_ladders_included():
    skills = [
        {"code": "a", "strand": "s", "level": 1, "requires": [["c", "d"]]},
        {"code": "b", "strand": "s", "level": 2},
        {"code": "c", "requires": [["b"]]},
        {"code": "d"},
    ]
    assert "skills[0].requires : des prérequis en rond : « a » → « c » → « b » → « a »" in refusal(with_skills(*skills))


def test_a_chain_of_thousands_is_no_cycle_and_no_recursion():
    skills = [{"code": "a"}, *({"code": f"s{n}", "requires": [[f"s{n - 1}" if n else "a"]]} for n in range(5000))]
    skills[1]["requires"] = [["s4999"]]
    assert "en rond" in refusal(with_skills(*skills))


def test_shares_that_fall_the_wrong_way_are_named():
    skills = [
        {"code": "a", "strand": "s", "level": 1, "share": 0.2},
        {"code": "b", "strand": "s", "level": 2, "share": 0.6},
    ]
    said = refusal(with_skills(*skills))
    assert "« a » (niveau 1, part 0.2)" in said
    assert "« b » (niveau 2, part 0.6)" in said
    assert "se contredisent" in said


def test_a_level_that_is_missing_where_others_have_one_is_asked_for():
    skills = [{"code": "a", "strand": "s", "level": 1}, {"code": "b", "strand": "s"}]
    assert "skills[1] : il manque « level » ou « share »" in refusal(with_skills(*skills))


def test_all_problems_are_said_at_once_ten_and_how_many_more():
    document = with_skills({"code": "a"}, *({"code": f"b{n}", "level": -1} for n in range(14)))
    told = refusal(document).splitlines()
    assert told[0] == "bank.json ne peut pas servir, 14 problèmes :"
    assert len(told) == 12
    assert told[-1] == "  et 4 de plus."


def test_a_bank_that_no_memory_holds_is_refused_before_it_is_tried():
    skills = [{"code": f"s{n}", "strand": "long", "level": n} for n in range(3000)]
    skills += [{"code": f"t{n}"} for n in range(3000)]
    said = refusal({"skills": skills, "items": [{"code": "q", "skill": "s1"}]})
    assert "Go de mémoire" in said


def test_a_key_that_means_nothing_here_is_remarked_and_left_alone():
    found = bank_of(ONE | {"title": "Ma banque"}, "bank.json")
    assert found.remarks == ("bank.json, title : clé inconnue, ignorée.",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "le fichier est vide"),
        (b" \n", "le fichier est vide"),
        (b'{"skills": [', "ligne 1, colonne 13 : il manque une valeur"),
        (b'{"skills": []\n"items": []}', "ligne 2, colonne 1 : il manque une virgule"),
        (b"{'skills': []}", "ligne 1, colonne 2 : il manque une clé entre guillemets droits"),
        (b'{"skills": "a\nb"}', "ligne 1, colonne 14 : un retour à la ligne"),
        (b'{"skills": "', "un texte commence ici et ne finit pas"),
        (b"{} {}", "ligne 1, colonne 4 : il y a quelque chose après la fin"),
        (b'{"skills": [],\n "items": "\xe9"}', "ligne 2, octet 12 : l'octet 0xe9 n'est pas de l'UTF-8"),
        (b'{"skills": [{"code": "a", "code": "b"}], "items": 1}', "skills[0].code : cette clé est écrite deux fois"),
        (b"[" * 100_000, "trop emboîtés"),
        (b'{"skills": [{"code": "a", "level": ' + b"9" * 9000 + b'}], "items": 1}', "trouvé un nombre infini"),
        (b'{"skills": [{"code": "a", "level": -Infinity}], "items": 1}', "trouvé un nombre infini"),
    ],
)
def test_a_file_that_is_no_json_is_told_by_line_and_column(tmp_path, content, said):
    file = tmp_path / "bank.json"
    file.write_bytes(content)
    with pytest.raises(WrongFile) as refused:
        read_bank(file)
    assert said in "\n".join(refused.value.lines())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_mark_at_the_beginning_of_a_file_is_read(tmp_path, encoding):
    file = tmp_path / "bank.json"
    file.write_text(json.dumps(with_skills({"code": "a"}, {"code": "été"}), ensure_ascii=False), encoding)
    assert read_bank(file).structure.skill_codes == ("a", "été")


def test_a_file_that_is_not_there_or_too_large_is_said(tmp_path, monkeypatch):
    with pytest.raises(WrongFile, match="il n'existe pas"):
        read_bank(tmp_path / "none.json")
    with pytest.raises(WrongFile, match="c'est un dossier"):
        read_bank(tmp_path)
    monkeypatch.setattr("pathways.diagnostics.simulating.bank.MOST_BYTES", 1_000_000)
    (tmp_path / "large.json").write_bytes(b" " * 1_000_001)
    with pytest.raises(WrongFile, match="le fichier dépasse 1 Mo"):
        read_bank(tmp_path / "large.json")


def test_equal_ladders_are_one_ladder_each():
    found = bank(ladders(strands=3, rungs=4))
    assert [len(strand.skill_codes) for strand in found.structure.strands] == [4, 4, 4]


def test_an_item_may_have_partial_credit():
    assert item_of().near is None
    assert item_of(near=None).near is None
    assert item_of(near=False).near is None
    assert item_of(near=True).near == (0.35, 0.75)
    assert item_of(near=[0.1, 0.5]).near == (0.1, 0.5)


@pytest.mark.parametrize("near", [0.5, "oui", [0.5], [0.1, 0.5, 0.9], [0.5, 0.1], [0, 0.5], [0.5, 1], [0.2, "x"], {}])
def test_a_wrong_partial_credit_is_named(near):
    said = refusal(with_item(skill="a", near=near))
    assert "items[0].near : attendu true, ou deux nombres entre 0 et 1 qui montent" in said


STYLES = [
    {"share": 3, "hole": 0.05, "noise": 0.02, "slope": None, "dont_know": True, "standard_errors": {"share": 0.1}},
    {"share": 1, "slope": 2, "dont_know": False},
]


def styles_of(*styles: object, **more):
    return bank_of(ONE | more | {"styles": list(styles)}, "bank.json")


def test_a_bank_may_say_how_answers_come_out():
    known = {"items": [{"code": "q", "skill": "a", "slip": 0.1, "guess": 0.2}]}
    for found in (styles_of(*STYLES), styles_of(*STYLES, **known)):
        assert found.structure.styles == (Style(0.75, 0.05, 0.02), Style(0.25, slope=2.0, dont_know=False))
        assert found.remarks == ()
        assert found.in_one_style().structure.styles == ()
    assert styles_of({"share": 0.2}).structure.styles == (Style(1.0),)


def test_without_styles_a_bank_doubts_its_first_values_and_less_those_that_it_states():
    assert bank(ONE | {"styles": None}).structure.styles == FIRST_STYLES
    assert bank({**ONE, "items": [{"code": "q", "skill": "a", "slip": 0.1, "guess": 0.2}]}).structure.styles == (
        KNOWN_STYLES
    )


def test_where_dont_know_was_not_offered_ways_that_differ_in_it_alone_are_one():
    found = styles_of(*STYLES, {"share": 4, "slope": 2}).without_dont_know().structure.styles
    assert [replace(one, share=1.0) for one in found] == [Style(1.0, 0.05, 0.02), Style(1.0, slope=2.0)]
    assert [one.share for one in found] == pytest.approx([3 / 8, 5 / 8])
    ways = bank(ONE).without_dont_know().structure.styles
    assert [(one.hole, one.share) for one in ways] == [
        (0.03, 0.4),
        (0.15, pytest.approx(0.3)),
        (0.0, pytest.approx(0.3)),
    ]


@pytest.mark.parametrize(
    ("styles", "said"),
    [
        ({}, "styles : attendu une liste [...] de façons de répondre, trouvé un objet"),
        ([], "styles : attendu des façons de répondre, trouvé une liste vide"),
        ([{"share": 1}] * 13, "styles : 13 façons de répondre ; 12 au plus"),
        ([STYLES[0], 3], "styles[1] : attendu un objet {...}, trouvé 3"),
        ([{"hole": 0.1}], "styles[0] : il manque « share »"),
        ([{"share": 0}], "styles[0].share : attendu un nombre de 1e-06 à 1000000, trouvé 0"),
        ([{"share": "1"}], "styles[0].share : attendu un nombre, trouvé le texte « 1 »"),
        ([{"share": 1, "hole": 0.5}], "styles[0].hole : attendu un nombre de 0 à 0.499, trouvé 0.5"),
        ([{"share": 1, "noise": -0.1}], "styles[0].noise : attendu un nombre de 0 à 0.999, trouvé -0.1"),
        ([{"share": 1, "slope": 0}], "styles[0].slope : attendu un nombre de 0.01 à 100, trouvé 0"),
        ([{"share": 1, "slope": 2, "hole": 0.1}], "styles[0] : « hole » et « slope »"),
        ([{"share": 1, "dont_know": 1}], "styles[0].dont_know : attendu true ou false, trouvé 1"),
        ([{"share": 1, "nois": 0.1}], "styles[0].nois : clé inconnue, peut-être « noise »"),
    ],
)
def test_wrong_styles_are_named_with_their_place_and_what_was_expected(styles, said):
    assert said in refusal(ONE | {"styles": styles})


def test_a_key_like_styles_is_no_remark():
    assert "style : clé inconnue, peut-être « styles »" in refusal(ONE | {"style": STYLES})
