"""From plain words to micro-skills: what trainers type finds what they mean, and the reasons hold."""

from __future__ import annotations

import pytest

from pathways.diagnostics.composing import goals, prerequisites, pricing
from pathways.referentials import service as referentials
from pathways.referentials.ladders import Ladders
from pathways.referentials.situations import goals as shipped_goals
from pathways.referentials.situations import situations

FRAMEWORK = "inclusion-numerique"


@pytest.fixture
def ladders(db) -> Ladders:
    return Ladders(referentials.latest(db, FRAMEWORK))


def found(ladders: Ladders, words: str) -> list[goals.Found]:
    return goals.search(words, ladders, shipped_goals(FRAMEWORK), situations(FRAMEWORK))


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("envoyer un document par mail", "Envoyer un document ou une photo par e-mail"),
        ("ENVOYER DES DOCUMENTS PAR MAIL", "Envoyer un document ou une photo par e-mail"),
        ("la personne veut faire un titre de sejour", "Demander ou renouveler un titre de séjour"),
        ("parler avec sa famille sur whatsapp", "Parler à sa famille en vidéo"),
        ("CAF", "Faire ses démarches à la CAF"),
        ("déclarer mes revenus", "Déclarer ses impôts"),
        ("courriels", "Envoyer un e-mail"),
        ("arnaqe", "Éviter les arnaques"),
        ("pole emploi", "S'inscrire ou s'actualiser à France Travail"),
        ("prendre rendez-vous chez le docteur", "Prendre un rendez-vous en ligne"),
        ("le groupe veut savoir se connecter au wifi", "Se connecter au Wi-Fi"),
        ("l'école de mes enfants", "Suivre l'école de ses enfants"),
        ("je veux imprimer mes papiers", "Imprimer un document"),
        ("MEL-03", "Lire un message dans sa boîte e-mail"),
        ("il ne sait pas allumer lordinateur", "Utiliser un ordinateur"),
        ("faire sa demande de logement social", "Demander un logement, une retraite ou une aide"),
        ("dossier mdph", "Demander un logement, une retraite ou une aide"),
        ("payer une amende", "Payer une facture ou une amende en ligne"),
        ("edf facture", "Payer une facture ou une amende en ligne"),
        ("inscrire mon fils a la cantine", "Suivre l'école de ses enfants"),
        ("renouveler son passport", "Faire son permis ou sa carte grise en ligne"),
        ("passer le code de la route", "Faire son permis ou sa carte grise en ligne"),
        ("sécuriser son téléphone", "Protéger son téléphone et ses données"),
        ("je recois des sms bizares", "Éviter les arnaques"),
        ("écrire une lettre", "Écrire une lettre ou un texte à l'ordinateur"),
        ("regarder des vidéos sur youtube", "Regarder une vidéo ou écouter de la musique"),
        ("trouver un travail dans le menage", "Chercher un emploi"),
        ("demander la nationalité française", "Demander ou renouveler un titre de séjour"),
        ("copier coller", "Taper au clavier"),
        ("faire ses course en ligne", "Acheter sur Internet"),
        ("ouvrir un compte doctolibe", "Prendre un rendez-vous en ligne"),
        ("signer un document", "Envoyer un justificatif"),
        ("appeler mon fils au bled", "Parler à sa famille en vidéo"),
        ("je veu envoyer mon cv par mél", "Faire et envoyer son CV"),
    ],
)
def test_what_people_say_finds_what_they_mean(ladders, words, title):
    assert found(ladders, words)[0].title == title


@pytest.mark.parametrize("words", ["", "   ", "xyzzy", "de la le", "...", "\u0640"])
def test_what_says_nothing_finds_nothing(ladders, words):
    assert found(ladders, words) == []


def test_a_long_story_is_read_and_costs_little(ladders):
    assert len(found(ladders, "mail " + "mot " * 2000)) <= goals.MOST_FOUND


def test_the_words_that_were_answered_are_told(ladders):
    assert found(ladders, "xyzzy courriel")[0].words == "courriel"


def test_every_goal_is_found_by_its_own_title(ladders):
    lost = [
        one.title for one in shipped_goals(FRAMEWORK) if one.title not in {f.title for f in found(ladders, one.title)}
    ]
    assert lost == []


def test_a_proposal_says_why_and_stays_within_reach(ladders, db):
    asked = pricing.count_questions(db, ladders)
    for goal in shipped_goals(FRAMEWORK):
        one = goals.Found("", goal.title, goal.skills, "")
        for most in (4, 15):
            told = goals.propose([one], ladders, asked=asked, most=most)
            assert len(told.reasons) <= most
            assert set(told.skills) <= asked.keys(), "what has no question is not proposed"
            assert list(told.skills) == [code for code in ladders.skills if code in told.skills]
            assert set(told.unasked) == set(goal.skills) - asked.keys()
            for reason in told.reasons:
                if reason.before:
                    needed = {code for group in ladders.skills[reason.before].requires for code in group}
                    assert reason.skill in needed
                else:
                    assert (reason.skill in goal.skills, reason.wanted) == (True, goal.title)


def test_what_is_chosen_already_is_not_proposed_again(ladders, db):
    asked = pricing.count_questions(db, ladders)
    one = goals.Found("", "Un e-mail", ("MEL-01", "MEL-03"), "")
    told = goals.propose([one], ladders, asked=asked, most=15, chosen=("MEL-01", "MDP-01"))
    assert not {"MEL-01", "MDP-01"} & set(told.skills)
    assert "MEL-03" in told.skills


def test_a_device_that_is_not_there_is_not_proposed(ladders, db):
    asked = pricing.count_questions(db, ladders)
    for device in ("phone", "computer"):
        for goal in shipped_goals(FRAMEWORK):
            one = goals.Found("", goal.title, goal.skills, "")
            told = goals.propose([one], ladders, asked=asked, most=40, without_device=device)
            assert not [code for code in told.skills if ladders.skills[code].device == device]


def test_the_nearest_prerequisites_come_first_and_end_with_nothing_missing(ladders):
    needed = list(prerequisites.nearest(ladders, ["ADM-05"]))
    codes = [code for code, _ in needed]
    assert len(set(codes)) == len(codes)
    whole = {"ADM-05", *codes}
    for code in whole:
        assert all(whole & set(group) for group in ladders.skills[code].requires)
    seen = {"ADM-05"}
    for code, before in needed:
        assert before in seen
        seen.add(code)


def test_the_device_of_the_choice_decides_between_two_prerequisites(ladders):
    phone = {code for code, _ in prerequisites.nearest(ladders, ["GES-08", "NAV-01"])}
    computer = {code for code, _ in prerequisites.nearest(ladders, ["ORD-06", "NAV-01"])}
    assert "GES-05" in phone
    assert not {code for code in phone if code.startswith("ORD")}
    assert not {code for code in computer if code.startswith("GES")}


def test_a_picture_puts_what_comes_first_further_left_and_covers_nothing(ladders):
    picture = prerequisites.picture(ladders, list(ladders.skills)[:100])
    places = {box.skill.code: (box.x, box.y) for box in picture.boxes}
    assert len(set(places.values())) == len(places) == len(ladders.skills)
    for code, (x, _) in places.items():
        for group in ladders.skills[code].requires:
            assert all(places[one][0] < x for one in group)
    assert all(box.x + prerequisites.BOX_WIDTH < picture.width for box in picture.boxes)
    assert all(box.y + prerequisites.BOX_HEIGHT < picture.height for box in picture.boxes)
    assert all(1 <= len(box.lines) <= prerequisites.MOST_LINES for box in picture.boxes)
    assert picture.missing == ()


def test_a_picture_of_nothing_is_empty(ladders):
    picture = prerequisites.picture(ladders, [])
    assert (picture.boxes, picture.arrows, picture.needs) == ((), (), ())


def test_the_words_say_what_the_picture_shows(ladders):
    picture = prerequisites.picture(ladders, ["MEL-04", "MEL-03"])
    assert {box.skill.code for box in picture.boxes if box.chosen} == {"MEL-03", "MEL-04"}
    assert {needed.code for needed, _ in picture.missing} == {box.skill.code for box in picture.boxes if not box.chosen}
    told = {need.skill.code: need.groups for need in picture.needs}
    assert [[(one.code, here) for one, here in group] for group in told["MEL-04"]] == [[("MEL-03", True)]]
