"""What was measured, in plain words: both languages say the same, and nothing is said surer than it is."""

from __future__ import annotations

from pathways.badges.holding.certainty import Value, plainly

RANGE = [
    Value("RawScore", "11.3", "12"),
    Value("ext:StandardError", "0.7"),
    Value("ext:LowerBound", "10", "12"),
    Value("ext:UpperBound", "12", "12"),
    Value("ext:QuestionsAnswered", "14"),
    Value("ext:InstrumentVersion", "mediateur-numerique 1.0.0 (0b528236cdef)"),
]


def test_a_range_is_said_with_both_its_ends_and_how_often_it_is_wrong():
    first, questions, instrument = plainly(RANGE, "fr")
    assert first == (
        "Sur 12 savoir-faire demandés, entre 10 et 12 sont maîtrisés, sans doute 11,3. "
        "On s'y trompe au plus une fois sur dix."
    )
    assert questions == "14 questions ont été posées là-dessus."
    assert instrument == "Mesuré avec : mediateur-numerique 1.0.0."
    assert "most likely 11.3" in plainly(RANGE, "en")[0]


def test_bounds_that_meet_are_one_number():
    same = [Value("RawScore", "2.0", "2"), Value("ext:LowerBound", "2"), Value("ext:UpperBound", "2")]
    assert plainly(same, "fr") == [
        "Sur 2 savoir-faire demandés, 2 sont maîtrisés. On s'y trompe au plus une fois sur dix."
    ]


def test_without_bounds_it_is_called_an_estimate():
    assert "estimation" in plainly([Value("RawScore", "1.5", "2")], "fr")[0]


def test_people_are_counted_in_the_singular_and_the_plural():
    one = [Value("ext:Endorsements", "1"), Value("ext:JuryDecisions", "1")]
    many = [Value("ext:Endorsements", "3"), Value("ext:JuryDecisions", "2")]
    assert plainly(one, "fr") == [
        "1 personne l'a recommandé par écrit.",
        "1 membre d'un jury a regardé et dit oui.",
    ]
    assert plainly(many, "en") == [
        "3 people recommended it in writing.",
        "2 members of a jury looked and said yes.",
    ]


def test_where_nothing_was_measured_it_says_so():
    assert plainly([], "fr") == [
        "Les conditions ci-dessous étaient remplies. Aucune question n'a été posée pour ce badge."
    ]
    assert plainly([Value("PerformanceLevel", "seul")], "en") == plainly([], "en")


def test_a_kind_that_is_not_known_says_nothing():
    assert plainly([Value("ext:Weather", "5")], "fr") == plainly([], "fr")
