"""How ready somebody is for a certification of others: an estimate with its range, never more than is known."""

from __future__ import annotations

import html
import re
import time

import numpy as np
import pytest
import sqlalchemy as sa

from pathways import clock, i18n
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from pathways.errors import Invalid, NotFound
from pathways.learning import goal_checks, readiness
from pathways.learning.models import Goal
from pathways.learning.readiness import Area, Stand, Standing, Sure
from pathways.web.pages import environment
from tests.conftest import SECRET
from tests.insights.crowds import Crowd, member_of
from tests.learning.walkers import a_walker

AREA = Area("1", "Une partie", tuple("abcdefghij"))
MANY = (
    *("MDP-01", "MDP-02", "MDP-03", "MDP-05", "MDP-06", "MDP-07", "SEC-01", "SEC-02", "SEC-03", "SEC-06", "CNX-06"),
    *("MEL-04", "MEL-05", "MEL-06", "MEL-07", "MEL-08", "MES-04", "MES-05", "MES-07"),
)


@pytest.fixture
def door() -> Door:
    return Door(SECRET, Blueprints(clock=time.monotonic))


def _goal(db, code: str) -> Goal:
    return db.scalars(sa.select(Goal).filter_by(code=code, organisation_id=None)).one()


def _standing(counts: list[int], mastery: float = 0.5, seen: str = "a") -> Standing:
    return readiness.stand_of(AREA, dict.fromkeys(AREA.skills, mastery), set(seen), np.array(counts))


@pytest.mark.parametrize(
    ("counts", "stand", "sure"),
    [
        ([9] * 100, Stand.COVERED, Sure.SURE),
        ([8] * 50 + [10] * 50, Stand.COVERED, Sure.FAIRLY),
        ([3] * 50 + [10] * 50, Stand.BEGUN, Sure.HARDLY),
        ([2] * 100, Stand.MISSING, Sure.SURE),
        ([1] * 50 + [5] * 50, Stand.MISSING, Sure.HARDLY),
        ([7] * 100, Stand.BEGUN, Sure.SURE),
    ],
)
def test_a_part_is_covered_only_where_it_surely_is(counts, stand, sure):
    found = _standing(counts)
    assert (found.stand, found.sure) == (stand, sure)
    assert found.low <= found.likely <= found.high


def test_what_nobody_asked_about_is_told_as_such():
    assert _standing([2] * 100, seen="").stand is Stand.UNSEEN
    assert _standing([9] * 100, mastery=0.95, seen="").stand is Stand.COVERED, "other answers say it"
    nothing = readiness.stand_of(Area("3.4", "Programmer", ()), {}, set(), np.zeros(100, int))
    assert nothing.stand is Stand.OUTSIDE


def test_the_whole_is_never_more_than_its_parts():
    covered, begun, missing, unseen = (
        Standing(AREA, stand, Sure.SURE, 0, 0, 0) for stand in (Stand.COVERED, Stand.BEGUN, Stand.MISSING, Stand.UNSEEN)
    )
    outside = Standing(Area("x", "Ailleurs", ()), Stand.OUTSIDE, Sure.HARDLY, 0, 0, 0)
    assert readiness.estimate([covered, covered, covered, begun, outside]) is Stand.COVERED
    assert readiness.estimate([covered, covered, begun, begun]) is Stand.BEGUN
    assert readiness.estimate([covered, missing, missing]) is Stand.MISSING
    assert readiness.estimate([unseen, unseen, outside]) is Stand.UNSEEN
    assert readiness.estimate([]) is Stand.UNSEEN


@pytest.mark.slow
def test_pix_has_its_sixteen_codes_and_says_what_we_do_not_look_at(db, door):
    walker = a_walker(db, door, Crowd.new(db), _goal(db, "pix"))
    [found] = readiness.of_pathway(db, door, walker.pathway)
    assert [one.area.code for one in found.standings] == [
        f"{a}.{b}" for a, n in enumerate((3, 4, 4, 3, 2), 1) for b in range(1, n + 1)
    ]
    outside = {one.area.code for one in found.standings if one.stand is Stand.OUTSIDE}
    assert outside == {"1.3", "2.3", "3.4"}
    assert len(found.looked_at) == 13
    assert found.stand is not Stand.COVERED
    assert found.next, "something to learn first"
    assert found.note


@pytest.mark.slow
def test_more_is_known_after_good_answers(db, door):
    crowd = Crowd.new(db, skills=MANY, languages=("fr", "ar"))
    goal = _goal(db, "clea")
    good = a_walker(db, door, crowd, goal, outcomes=dict.fromkeys(MANY, "correct"))
    poor = a_walker(db, door, crowd, goal, outcomes=dict.fromkeys(MANY, "dont_know"))
    at = clock.now()
    [high] = readiness.of_pathway(db, door, good.pathway, now=at)
    [low] = readiness.of_pathway(db, door, poor.pathway, now=at)
    parts = {one.area.code: one for one in high.standings}, {one.area.code: one for one in low.standings}
    for code in "34":
        above, below = parts[0][code], parts[1][code]
        assert above.likely > below.likely
        assert len(above.missing) < len(below.missing)
        assert below.stand is Stand.MISSING
    assert parts[0]["4"].stand is Stand.COVERED
    assert {skill.code for skill in high.next}.isdisjoint(parts[0]["4"].area.skills)


@pytest.mark.slow
def test_a_question_that_was_not_understood_takes_nothing_away(db, door):
    crowd, goal = Crowd.new(db), _goal(db, "pix")
    silent = a_walker(db, door, crowd, goal, outcomes={"SEC-02": "not_understood"})
    [found] = readiness.of_pathway(db, door, silent.pathway)
    part = next(one for one in found.standings if one.area.code == "4.1")
    assert part.stand is Stand.UNSEEN


@pytest.mark.slow
def test_without_such_a_goal_nothing_is_worked_out(db, door):
    walker = a_walker(db, door, Crowd.new(db))
    assert readiness.of_pathway(db, door, walker.pathway) == []
    assert [one.certification for one in readiness.of_pathway(db, door, walker.pathway, wanted={"clea"})] == ["clea"]


@pytest.mark.slow
def test_the_code_of_a_campaign_becomes_an_address(db, door):
    walker = a_walker(db, door, Crowd.new(db), _goal(db, "pix"))
    for wrong in ("ABC", "ABCD/../x", "ABCD1234é", "A" * 21, "<script>"):
        with pytest.raises(Invalid):
            readiness.note_campaign(db, walker.member, walker.pathway.id, wrong)
    readiness.note_campaign(db, walker.member, walker.pathway.id, " abcd-12345 ")
    [found] = readiness.of_pathway(db, door, walker.pathway)
    assert found.link == "https://app.pix.fr/campagnes/ABCD12345"
    with pytest.raises(NotFound):
        readiness.note_campaign(db, member_of(db), walker.pathway.id, "ABCD12345")
    readiness.note_campaign(db, walker.member, walker.pathway.id, "")
    assert readiness.of_pathway(db, door, walker.pathway)[0].link == ""


@pytest.mark.slow
def test_a_person_reads_words_and_no_number(db, door):
    walker = a_walker(db, door, Crowd.new(db), _goal(db, "pix"))
    readiness.note_campaign(db, walker.member, walker.pathway.id, "ABCDEFGHI")
    found = readiness.of_pathway(db, door, walker.pathway)
    page = environment().from_string('{% include "goal-ready.html" %}')
    with i18n.speaking("ar"):
        text = html.unescape(page.render(readiness=found, language=i18n.language("ar"), display="both"))
    words = re.sub(r"<[^>]+>", " ", text)
    assert not re.search(r"\d", words)
    assert "pas une promesse" in words
    assert 'href="https://app.pix.fr/campagnes/ABCDEFGHI"' in text
    assert found[0].next[0].titles["ar"] in words


@pytest.mark.slow
def test_those_who_help_read_the_range_and_where_it_ends(db, door):
    walker = a_walker(db, door, Crowd.new(db), _goal(db, "pix"))
    found = readiness.of_pathway(db, door, walker.pathway)
    page = environment().from_string('{% include "goal-readiness.html" %}')
    with i18n.speaking("fr"):
        text = page.render(readiness=found, pathway=walker.pathway, csrf="0", may_adjust=True, in_french="")
    assert "3.4 Programmer" in text
    assert "Nous ne le regardons pas ici." in text
    assert re.search(r"de \d+ à \d+ micro-compétences acquises sur \d+", text)
    assert "jamais une promesse" in text
    assert f'action="/pathways/{walker.pathway.id}/campaign#campaign-pix"' in text


def test_the_certifications_that_come_with_the_server_are_whole():
    for framework, codes in (("inclusion-numerique", ["pix", "clea"]), ("mediateur-numerique", ["aidants-connect"])):
        assert [one.code for one in goal_checks.certifications(framework)] == codes
    assert goal_checks.certifications("../etc") == ()
    assert goal_checks.certifications("zzz") == ()
    assert goal_checks.codes_of("zzz") == {}
