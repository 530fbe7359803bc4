"""LEARNERS.json: what learners answer, what is true of them, and what is said of a file that is wrong."""

from __future__ import annotations

import io
import json

import pytest

from pathways.diagnostics.simulating.learners import Change, Learner, learners_of, say_dont_know, write_learners
from pathways.diagnostics.simulating.problems import WrongFile
from tests.diagnostics.simulating.banks import answering, bank, ladders


def read(document: object):
    return learners_of(document, "learners.json", bank())[0]


def refusal(document: object) -> str:
    with pytest.raises(WrongFile) as refused:
        read(document)
    return "\n".join(refused.value.lines())


def test_answers_and_truth_are_what_the_file_says():
    (one,) = read(answering({"a1-1": "correct", "b2-2": "dont_know"}, mastered=["a1"]))
    assert one == Learner("p1", {"a1-1": "correct", "b2-2": "dont_know"}, frozenset({"a1"}))


def test_nothing_mastered_is_a_truth_and_nothing_said_is_none():
    assert read(answering({}, mastered=[]))[0].mastered == frozenset()
    assert read(answering({}))[0].mastered is None


def test_a_number_may_be_an_id_and_is_another_than_its_text():
    document = {"learners": [{"id": 1, "answers": {}}, {"id": "1", "answers": {}}]}
    assert [one.id for one in read(document)] == [1, "1"]


def test_what_changes_in_the_course_of_a_sitting_holds_from_then_on():
    later = [
        {"after": 2, "answers": {"a1-1": "incorrect"}},
        {"after": 5, "answers": {"a1-1": "correct"}, "mastered": ["a1", "a2"]},
    ]
    (one,) = read(answering({"a1-1": "correct", "a2-1": "incorrect"}, mastered=["a1"], later=later))
    assert [one.outcome("a1-1", asked) for asked in (0, 1, 2, 4, 5, 9)] == [
        *("correct", "correct"),
        *("incorrect", "incorrect"),
        *("correct", "correct"),
    ]
    assert one.outcome("a2-1", 9) == "incorrect"
    assert one.truth(4) == {"a1"}
    assert one.truth(5) == {"a1", "a2"}


def test_dont_know_is_offered_to_all_once_anybody_says_it():
    silent, speaking = read(answering({"a1-1": "correct"})), read(answering({"a1-1": "dont_know"}))
    assert say_dont_know([*silent, *speaking])
    assert not say_dont_know(silent)
    assert say_dont_know([Learner("x", {"a1-1": "correct"}, None, (Change(3, {"a1-1": "dont_know"}),))])


def test_what_was_written_is_read_again_as_it_was():
    learners = [
        Learner("é", {"a1-1": "correct", "a1-2": "not_understood"}, frozenset({"a2", "a1"})),
        Learner(7, {"b1-1": "incorrect"}, frozenset(), (Change(4, {"b1-1": "correct"}, frozenset({"b1"})),)),
        Learner("nobody knows", {}),
    ]
    file = io.BytesIO()
    write_learners(learners, file.write)
    assert read(json.loads(file.getvalue())) == learners


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "attendu un objet {...}, trouvé une liste vide"),
        ({"learners": []}, "learners : attendu des apprenants, trouvé une liste vide"),
        ({"learners": [{}]}, "learners[0] : il manque « id »"),
        ({"learners": [{"id": "p", "answers": None}]}, "learners[0] : il manque « answers »"),
        ({"learners": [{"id": True, "answers": {}}]}, "learners[0].id : attendu le nom d'un apprenant"),
        ({"learners": [{"id": "p", "answers": {}}] * 2}, "learners[1].id : « p » est déjà celui de learners[0]"),
        (answering({"q 9": "correct"}), 'learners[0] (« p1 »).answers["q 9"] : aucune question n\'a le code « q 9 »'),
        (
            answering({"a1-1": "right"}),
            'learners[0] (« p1 »).answers["a1-1"] : attendu correct, incorrect, dont_know ou not_understood, trouvé',
        ),
        (answering({"a1-1": 1}), "trouvé 1"),
        (answering({"a1-1": ["correct"]}), "trouvé une liste [...]"),
        (answering(["a1-1"]), "learners[0] (« p1 »).answers : attendu un objet {question: réponse}"),
        (answering({}, mastered=["z"]), "learners[0] (« p1 »).mastered[0] : aucune micro-compétence n'a le code « z »"),
        (answering({}, mastered=["a1", "a1"]), "mastered[1] : la micro-compétence « a1 » est nommée deux fois"),
        (answering({}, mastered="a1"), "mastered : attendu une liste [...] de micro-compétences, trouvé le texte"),
        (answering({}, mastered=[{}]), "mastered[0] : attendu le code d'une micro-compétence, trouvé un objet {...}"),
        (answering({}, later=[{"after": 0, "answers": {}}]), "later[0].after : attendu un nombre entier de 1 à"),
        (answering({}, later=[{"after": 1, "answers": {"a1-1": "correct"}}]), "n'est pas dans ses premières réponses"),
        (answering({}, later=[{"after": 1, "mastered": []}]), "rien ne dit ce que cette personne savait au début"),
        (answering({}, later=[{"after": 3}, {"after": 3}]), "later[1].after : attendu des nombres qui montent"),
        (answering({}, anwsers={}), "anwsers : clé inconnue, peut-être « answers »"),
    ],
)
def test_what_is_wrong_is_named_with_the_learner(document, said):
    assert said in refusal(document)


def test_ten_problems_are_told_of_a_file_of_many():
    told = refusal({"learners": [{"id": f"p{n}", "answers": {"z": "correct"}} for n in range(200)]}).splitlines()
    assert told[0] == "learners.json ne peut pas servir, 200 problèmes :"
    assert (len(told), told[-1]) == (12, "  et 190 de plus.")


def test_partly_right_is_for_items_with_partial_credit():
    credited = bank(ladders(near=True))
    (one,) = learners_of(answering({"a1-1": "partly"}), "learners.json", credited)[0]
    assert one.answers == {"a1-1": "partly"}
    said = refusal(answering({"a1-1": "partly"}))
    assert '["a1-1"] : attendu correct, incorrect, dont_know ou not_understood, trouvé le texte « partly »' in said
    assert "pas de « near »" in said
