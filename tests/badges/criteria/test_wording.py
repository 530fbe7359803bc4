"""Criteria in words: nothing empty, no number lost, the same in both languages; and word for word what a badge says."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.badges.criteria.facts import Attended, Decided, Endorsed, Led, Measure, Sheet, Witness
from pathways.badges.criteria.nodes import (
    AtLeast,
    Attendance,
    Attested,
    Endorsements,
    Observation,
    OtherAchievement,
    Portfolio,
    Profile,
    Role,
    SessionKind,
    Sessions,
)
from pathways.badges.criteria.progress import progress
from pathways.badges.criteria.sentences import TABLES, say
from pathways.badges.criteria.tree import leaves, parse
from pathways.badges.criteria.wording import Line, Names, as_text, needed, required, still
from tests.badges.criteria.people import NOW, TEXT, facts, known, trees

languages = st.sampled_from(["fr", "en"])
CODES = Names(skills={"m:A-1": "Écouter {0}"}, achievements={"x": "Accueil % {name}"}, themes={"email": "E-mails"})


def lines_of(line):
    yield line
    for one in line.under:
        yield from lines_of(one)


def share(mastery, lang):
    text = f"{round(mastery * 100, 1):g}"
    return f"{text.replace('.', ',') if lang == 'fr' else text} %" if lang == "fr" else f"{text}%"


def time_of(minutes, lang):
    hours, rest = divmod(minutes, 60)
    word = "heure" if lang == "fr" else "hour"
    return [f"{hours} {word}"] * bool(hours) + [f"{rest} minute"] * bool(rest)


def numbers_of(leaf, lang):
    """Whatever a leaf asks for that a reader must find."""
    months = [f" {leaf.months} "] if getattr(leaf, "months", None) else []
    own = []
    match leaf:
        case Profile():
            own = [share(least, lang) for _, least in leaf.skills]
            own += [f" {leaf.answers} "] if leaf.answers else []
            own += [leaf.version, leaf.fingerprint] + (["5 %" if lang == "fr" else "5%"] if leaf.lower_bound else [])
        case Observation():
            own = [f" {leaf.sheets} "]
        case Endorsements():
            own = [f" {leaf.n} "] + ([f" {leaf.organisations} "] if leaf.organisations else [])
        case Attendance():
            own = time_of(leaf.minutes, lang)
        case Sessions():
            own = [f" {leaf.n} "] + ([f" {leaf.endorsed} "] if leaf.endorsed else [])
        case Portfolio():
            own = [f" {leaf.jury} ", leaf.asked.fr if lang == "fr" else leaf.asked.en]
        case OtherAchievement():
            own = [f" {leaf.version} "] if leaf.version > 1 else []
        case Attested():
            own = [leaf.title.fr if lang == "fr" else leaf.title.en] if leaf.title else []
    return own + months


def codes_of(leaf):
    match leaf:
        case Profile():
            return [code for code, _ in leaf.skills]
        case Observation():
            return [*leaf.skills, *leaf.by.holders]
        case Endorsements():
            return list(leaf.by.holders)
        case Attendance():
            return list(leaf.themes)
        case Sessions():
            return [*leaf.themes, *leaf.languages]
        case OtherAchievement():
            return [leaf.slug]
    return []


@given(trees(), languages, st.sampled_from([needed, required]))
def test_every_line_says_something_and_no_number_is_lost(data, lang, form):
    node = parse(data)
    line = form(node, lang)
    assert all(one.text.strip() == one.text != "" and "{" not in one.text for one in lines_of(line))
    text = as_text(line)
    for leaf in leaves(node):
        own = as_text(form(leaf, lang))
        for told in (own, text):
            assert all(number in told for number in numbers_of(leaf, lang)), told
            assert all(code in told for code in codes_of(leaf)), told


@given(trees(), languages)
def test_groups_say_how_many_of_how_many(data, lang):
    def check(node):
        if isinstance(node, AtLeast) and len(node.of) > 1:
            head = needed(node, lang).text
            assert f" {node.n} " in head
            assert str(len(node.of)) in head
        for one in getattr(node, "of", ()):
            check(one)

    check(parse(data))


@given(trees(), known(), languages)
@pytest.mark.slow
def test_what_is_missing_is_told_and_what_is_met_is_not(data, known, lang):
    found = progress(parse(data), known)
    line = still(found, lang)
    assert all(one.text.strip() == one.text != "" and "{" not in one.text for one in lines_of(line))
    text, nothing = as_text(line), say(lang, "nothing")
    assert (text == nothing) is found.met
    for leaf in [one for one in _every_leaf(found) if not one.met]:
        own = as_text(still(leaf, lang))
        for count in leaf.counts if not isinstance(leaf.node, (Attendance, OtherAchievement, Attested)) else ():
            if count.missing:
                assert str(count.missing) in own
                assert f"{count.have} {'sur' if lang == 'fr' else 'of'} {count.need}" in own


def _every_leaf(found):
    return [found] if found.is_leaf else [leaf for one in found.parts for leaf in _every_leaf(one)]


@given(trees(), languages)
def test_names_come_in_as_they_are(data, lang):
    node = parse(data)
    named = as_text(required(node, lang, CODES))
    text = as_text(required(node, lang))
    assert named == text.replace("A-1", "Écouter {0}").replace(
        _quoted("x", lang), _quoted(CODES.achievements["x"], lang)
    ).replace("email", "E-mails")


def _quoted(name, lang):
    return f"« {name} »" if lang == "fr" else f"“{name}”"


def test_both_tables_say_the_same_things_with_the_same_places():
    def places(sentence):
        forms = sentence if isinstance(sentence, tuple) else (sentence,)
        found = [{name for _, name, _, _ in string.Formatter().parse(one) if name} for one in forms]
        assert all(one == found[0] for one in found)
        return found[0]

    french, english = TABLES["fr"], TABLES["en"]
    assert french.keys() == english.keys()
    assert {key: places(one) for key, one in french.items()} == {key: places(one) for key, one in english.items()}


PARTS = ("by.", "of.", "kind.", "lack.", "outside.", "time.", "or")
"""Keys of what stands inside of a sentence."""


def test_sentences_end_and_headings_announce():
    for key, sentence in [pair for table in TABLES.values() for pair in table.items()]:
        is_part = key.startswith(PARTS) and not key.startswith("organisations")
        for one in sentence if isinstance(sentence, tuple) else (sentence,):
            assert one.endswith((".", ":")) is not is_part, key


@pytest.mark.parametrize(("lang", "one", "none"), [("fr", "1 heure", "0 heure"), ("en", "1 hour", "0 hours")])
def test_zero_is_counted_as_the_language_counts_it(lang, one, none):
    assert say(lang, "time.hours", 1) == one
    assert say(lang, "time.hours", 0) == none


def test_a_group_of_one_is_that_one():
    held = {"achievement": {"slug": "x"}}
    tree = parse({"all": [{"any": [{"at_least": {"n": 1, "of": [held]}}]}]})
    assert needed(tree, "fr") == needed(parse(held), "fr") == Line("Avoir le badge « x ».")
    assert still(progress(tree, facts()), "en") == Line("Hold the badge “x”.")


TREE = {
    "all": [
        {
            "profile": {
                "framework": "m",
                "skills": {"A-1": 0.9, "A-2": 0.875, "B-1": 0.9},
                "answers": 2,
                "version": "1.1.0",
                "months": 24,
                "lower_bound": True,
            }
        },
        {
            "any": [
                {
                    "observation": {
                        "framework": "m",
                        "skills": ["A-1"],
                        "by": {"holder": "x", "jury": True},
                        "sheets": 2,
                    }
                },
                {"endorsements": {"n": 2, "by": {"holder": "x"}, "organisations": 2}},
            ]
        },
        {
            "at_least": {
                "n": 2,
                "of": [
                    {"attendance": {"hours": 6.25, "themes": ["email", "sante"]}},
                    {"sessions": {"n": 3, "languages": "ar", "kinds": ["van", "remote"], "endorsed": 1, "months": 12}},
                    {"portfolio": {"piece": "k", "asked": TEXT}},
                    {"achievement": {"slug": "y", "version": 2}},
                    {"attested": {"kind": "aidants-connect"}},
                ],
            }
        },
    ]
}
FRENCH = Names(
    frameworks={"m": "Médiateur numérique"},
    skills={"m:A-1": "Écouter sans juger", "m:A-2": "Reformuler la demande", "m:B-1": "Passer le relais"},
    achievements={"x": "Accueil et diagnostic", "y": "Animer un groupe"},
    themes={"email": "E-mail", "sante": "Santé"},
    languages={"ar": "arabe"},
)
REQUIRED = """\
Tout ce qui suit a été vérifié :

- Un diagnostic a montré ce que la personne sait faire. Référentiel : « Médiateur numérique ».
    - Maîtrise de 90 % au moins, marge d'erreur déduite (quantile à 5 %) :
        - Écouter sans juger
        - Passer le relais
    - Maîtrise de 87,5 % au moins, marge d'erreur déduite (quantile à 5 %) :
        - Reformuler la demande
    - Pour chaque micro-compétence : au moins 2 réponses à ses propres questions.
    - Version 1.1.0 du référentiel, ou une version plus récente.
    - Date : pas plus de 24 mois avant le badge.
- Une de ces possibilités au moins a été vérifiée :
    - Au moins 2 fiches d'observation ont été remplies par des personnes de cette liste.
        - Cette liste :
            - une personne titulaire du badge « Accueil et diagnostic »
            - un membre du jury
        - Micro-compétences vues, sur l'ensemble des fiches :
            - Écouter sans juger
    - Au moins 2 recommandations de titulaires du badge « Accueil et diagnostic » ont été données.
        - Les recommandations viennent d'au moins 2 structures différentes.
- Au moins 2 de ces 5 points ont été vérifiés :
    - Au moins 6 heures et 15 minutes de présence à des ateliers ou à des formations, d'après l'émargement.
        - Thème : E-mail ou Santé.
    - Au moins 3 séances d'atelier ont été animées ou co-animées.
        - Au moins 1 de ces séances a été confirmée par une personne qui l'a co-animée.
        - Langue : arabe.
        - Comment : en tournée itinérante ou à distance.
        - Date : pas plus de 12 mois avant le badge.
    - Un travail a été présenté au jury :
        - Le récit d'un accueil
        - Au moins 2 membres du jury l'ont accepté.
    - La personne avait déjà le badge « Animer un groupe », version 2 ou plus récente.
    - Une personne du réseau a vu un document en cours de validité : habilitation Aidants Connect.
        - Ce document est délivré par un autre organisme."""
STILL = """\
Il reste ces points :

- Au diagnostic : encore 2 micro-compétences (1 sur 3). Référentiel : « Médiateur numérique ».
    - Reformuler la demande : encore 1 réponse à ses propres questions, les réponses sont trop anciennes.
    - Passer le relais : pas encore vue.
    - Date : il y a 24 mois au plus.
- Il reste une de ces possibilités, la plus proche d'abord :
    - Encore 1 recommandation d'une personne titulaire du badge « Accueil et diagnostic » (1 sur 2).
        - Structures différentes : encore 1 (1 sur 2).
    - Encore 1 fiche d'observation, remplie par une personne de cette liste (1 sur 2).
        - Cette liste :
            - une personne titulaire du badge « Accueil et diagnostic »
            - un membre du jury
- Encore 1 de ces points (1 sur 2), le plus proche d'abord :
    - Travail à présenter : encore l'accord de 1 membre du jury (1 sur 2).
        - Le récit d'un accueil
    - Encore 5 heures et 15 minutes de présence à des ateliers ou à des formations (1 heure sur 6 heures et 15 minutes).
        - Thème : E-mail ou Santé.
    - Avoir le badge « Animer un groupe », version 2 ou plus récente.
    - Faire voir au réseau un document en cours de validité : habilitation Aidants Connect.
        - Ce document est délivré par un autre organisme."""


def test_what_a_badge_says_was_required_is_this_word_for_word():
    """These words go into signed badges: changing them is a decision, for badges to come."""
    assert as_text(required(parse(TREE), "fr", FRENCH)) == REQUIRED


def test_what_somebody_still_misses_is_told_without_what_is_met():
    holder = Witness("q", "o1", frozenset({"x"}))
    some = facts(
        measures=(
            Measure("m:A-1", 0.95, 2, NOW, 0.9, "1.1.0"),
            Measure("m:A-2", 0.95, 1, NOW.replace(year=2023), 0.9, "1.1.0"),
        ),
        sheets=(Sheet("1", holder, frozenset({"m:A-1"}), NOW),),
        endorsements=(Endorsed(holder, NOW),),
        attended=(Attended("1", 60, "email", NOW),),
        led=tuple(
            Led(name, NOW, "email", frozenset({"ar"}), frozenset({SessionKind.REMOTE}), frozenset("q"))
            for name in "123"
        ),
        decisions=(Decided("k", "q", accepted=True, at=NOW),),
    )
    assert as_text(still(progress(parse(TREE), some), "fr", FRENCH)) == STILL


def test_nothing_of_what_is_believed_of_a_person_is_told():
    tree = parse({"profile": {"framework": "m", "skills": ["A-1"], "mastery": 0.8}})
    found = progress(tree, facts(measures=(Measure("m:A-1", 0.37, 4, NOW, 0.21),)))
    for lang in ("fr", "en"):
        assert not {"37", "21", "0.37"} & set(as_text(still(found, lang)).split())
        assert "37" not in as_text(still(found, lang))


def test_organisations_alone_are_asked_for_as_one_more_recommendation():
    tree = parse({"endorsements": {"n": 2, "by": {"role": "trainer"}, "organisations": 2}})
    trainers = [Endorsed(Witness(one, "o1", roles=frozenset({Role.TRAINER})), NOW) for one in "qr"]
    assert still(progress(tree, facts(endorsements=tuple(trainers))), "fr") == Line(
        "Encore 1 recommandation, d'une autre structure (structures : 1 sur 2)."
    )


def one_skill(code, **more):
    return {"profile": {"framework": "m", "skills": [code], "mastery": 0.9, "answers": 2} | more}


CHOICE = {"at_least": {"n": 2, "of": [one_skill("A-1"), one_skill("A-2"), one_skill("B-1")]}}


def test_a_choice_of_micro_skills_is_told_as_one():
    assert as_text(required(parse(CHOICE), "en", FRENCH)) == (
        "A diagnostic showed at least 2 of these 3 micro-skills. Framework: “Médiateur numérique”.\n"
        "\n"
        "- Mastery estimated at 90% or more:\n"
        "    - Écouter sans juger\n"
        "    - Reformuler la demande\n"
        "    - Passer le relais\n"
        "- For each micro-skill: at least 2 answers to questions of its own."
    )
    begun = facts(measures=(Measure("m:A-2", 0.95, 2, NOW), Measure("m:B-1", 0.95, 1, NOW)))
    assert as_text(still(progress(parse(CHOICE), begun), "fr", FRENCH)) == (
        "Au diagnostic : encore 1 de ces micro-compétences (1 sur 2). Référentiel : « Médiateur numérique ».\n"
        "\n"
        "- Passer le relais : encore 1 réponse à ses propres questions.\n"
        "- Écouter sans juger : pas encore vue."
    )


@pytest.mark.parametrize(
    "other", [one_skill("C", months=6), one_skill("C", mastery=0.8), {"achievement": {"slug": "x"}}]
)
def test_what_differs_is_told_apart(other):
    line = needed(parse({"any": [one_skill("A-1"), other]}), "en")
    assert line.text == "At least one of these:"
    assert len(line.under) == 2


def test_micro_skills_that_are_all_asked_for_are_no_choice():
    line = needed(parse({"all": CHOICE["at_least"]["of"]}), "fr")
    assert line.text == "Tout ce qui suit :"


def test_one_kind_of_people_is_said_in_the_sentence_and_several_on_a_list():
    one = needed(parse({"endorsements": {"n": 2, "by": {"holder": "x"}}}), "fr", FRENCH)
    assert one == Line("Au moins 2 recommandations de titulaires du badge « Accueil et diagnostic ».")
    several = needed(parse({"endorsements": {"n": 1, "by": {"role": ["trainer", "prescriber"]}}}), "en")
    people = Line("This list:", (Line("a digital mediator"), Line("somebody who refers people")))
    assert several == Line("At least 1 recommendation from somebody on this list.", (people,))


def test_bullets_are_nested_for_every_reader_of_markdown():
    line = Line("a", (Line("b", (Line("c", (Line("d"),)),)), Line("e")))
    assert as_text(line) == "a\n\n- b\n    - c\n        - d\n- e"
    assert as_text(Line("a")) == "a"
