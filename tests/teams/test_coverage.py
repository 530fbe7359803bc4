"""The coverage map: who shows which badge, what runs out within 90 days, what hangs on one person, what is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pathways import clock
from pathways.badges.models import Audience
from pathways.errors import Conflict, Invalid, NotFound
from pathways.learning import goals
from pathways.learning.models import GoalAudience
from pathways.teams import consenting, coverage, exporting, leads, posts, targets
from pathways.workshops.models import Audience as WorkshopAudience
from tests.teams.a_team import EMPLOYEE, FRAMEWORK, TEN, ANetwork, ATeam
from tests.workshops import offering

KEY = f"{FRAMEWORK}:ACU-01"


@pytest.fixture
def team(db) -> ATeam:
    return ATeam(db)


@pytest.fixture
def network(db, team) -> ANetwork:
    return ANetwork(db, team.desk)


def test_a_badge_is_shown_by_who_agreed_to_show_theirs(db, team, network):
    version = network.achievement("Accueillir")
    shows, hides = team.agreed("Ardoise", badges=True), team.agreed("Bambou")
    for row in (shows, hides):
        network.issued(row, version)
    (line,) = coverage.of(db, team.desk, clock.now()).badges
    assert [one.member.id for one in line.held] == [shows.id]
    assert line.only_one is shows
    consenting.refuse(db, shows)
    assert coverage.of(db, team.desk, clock.now()).badges == ()


@pytest.mark.parametrize(
    ("days", "soon"), [(89, ["Accueillir"]), (90, ["Accueillir"]), (91, []), (None, []), (-1, None)]
)
def test_what_runs_out_within_ninety_days_is_said(db, team, network, days, soon):
    network.issued(team.agreed("Ardoise", badges=True), network.achievement("Accueillir"), days=days)
    found = coverage.of(db, team.desk, clock.now())
    assert bool(found.badges) is (soon is not None)
    assert [one.name for one in found.expiring] == (soon or [])


def test_a_revoked_badge_is_held_by_nobody(db, team, network):
    made = network.issued(team.agreed("Ardoise", badges=True), network.achievement())
    made.revoked_at, made.revocation = clock.now(), "error"
    db.flush()
    assert coverage.of(db, team.desk, clock.now()).badges == ()


def test_the_soonest_to_run_out_stands_first(db, team, network):
    for label, days in (("Ardoise", 60), ("Bambou", 10)):
        network.issued(team.agreed(label, badges=True), network.achievement(f"Badge {label}"), days=days)
    expiring = coverage.of(db, team.desk, clock.now()).expiring
    assert [one.member.label for one in expiring] == ["Bambou", "Ardoise"]


# --- targets ---


def test_a_target_counts_volunteers_and_employees_of_its_post_alike(db, team):
    team.person("Ardoise", can=["ACU-01"], post="welcome")
    team.person("Bambou", can=["ACU-01"], post="welcome", standing=EMPLOYEE)
    team.person("Citron", can=["ACU-01"], post="workshops")
    targets.keep(db, team.desk, post="welcome", wanted={KEY: 3}, columns=team.columns())
    targets.keep(db, team.desk, post="", wanted={KEY: 3}, columns=team.columns())
    whole, welcome = coverage.of(db, team.desk, clock.now()).targets
    assert (welcome.people, welcome.aims[0].missing, [one.label for one in welcome.aims[0].can]) == (
        2,
        1,
        ["Ardoise", "Bambou"],
    )
    assert (whole.people, whole.aims[0].missing) == (3, 0)


def test_two_colleagues_do_not_overwrite_a_target(db, team):
    made = targets.keep(db, team.desk, post="", wanted={KEY: 2}, columns=team.columns())
    again = targets.keep(db, team.desk, post="", wanted={KEY: 2}, columns=team.columns())
    assert (made.id, again.version) == (again.id, 1)
    targets.keep(db, team.desk, post="", wanted={KEY: 3}, columns=team.columns(), version=1)
    with pytest.raises(Conflict):
        targets.keep(db, team.desk, post="", wanted={KEY: 4}, columns=team.columns(), version=1)


@pytest.mark.parametrize(
    ("post", "wanted", "field"),
    [
        ("director", {KEY: 1}, "post"),
        ("", {}, "wanted"),
        ("", {KEY: 0}, "wanted"),
        ("", {KEY: -1}, "wanted"),
        ("", {KEY: 51}, "wanted"),
        ("", {f"{FRAMEWORK}:REL-01": 1}, "wanted"),
    ],
)
def test_a_target_that_means_nothing_is_refused(db, team, post, wanted, field):
    with pytest.raises(Invalid) as refused:
        targets.keep(db, team.desk, post=post, wanted=wanted, columns=team.columns())
    assert [one["field"] for one in refused.value.errors] == [field]


def test_a_target_of_another_organisation_does_not_exist(db, team):
    made = targets.keep(db, team.desk, post="", wanted={KEY: 2}, columns=team.columns())
    with pytest.raises(NotFound):
        targets.erase(db, team.stranger, made.id)
    assert targets.all_of(db, team.stranger) == []


def test_three_posts_have_something_to_start_from(db, team):
    shipped = posts.templates()
    assert len({one.post for one in shipped}) == 3
    assert {one.post for one in shipped} <= posts.posts().keys()
    for one in shipped:
        begins = targets.starting_from(one.post, team.columns())
        assert begins == {f"{one.framework}:{code}": many for code, many in one.wanted.items()}
        targets.keep(db, team.desk, post=one.post, wanted=begins, columns=team.columns())


def test_what_a_team_begins_with_is_in_the_framework():
    begins = posts.beginning()
    assert (begins.framework, begins.skills) == (FRAMEWORK, TEN)
    assert all(set(post.titles) == {"fr", "en"} for post in posts.posts().values())


# --- where a gap leads ---


def test_a_gap_leads_to_a_session_for_those_who_help_the_own_one_first(db, team):
    taught = {"audience": WorkshopAudience.PROFESSIONALS, "skills": (KEY,)}
    other = offering.session_of(db, team.stranger, offering.workshop_of(db, team.stranger, **taught))
    own = offering.session_of(
        db, team.desk, offering.workshop_of(db, team.desk, **taught), starts="16:00", ends="18:00"
    )
    public = offering.workshop_of(db, team.desk, skills=(KEY,))
    offering.session_of(db, team.desk, public)
    found = leads.of(db, team.desk, [KEY], clock.now())[KEY]
    assert [one.id for one in found.sessions] == [own.id, other.id]
    coming = leads.next_session(db, team.desk, FRAMEWORK, clock.now())
    assert coming is not None
    assert coming.id == own.id
    assert leads.next_session(db, team.desk, FRAMEWORK, clock.now() + timedelta(days=30)) is None


def test_a_gap_leads_to_the_goals_of_volunteers_and_to_badges_of_ones_networks(db, team, network):
    version = network.achievement("Accueillir", skills=["ACU-01"])
    network.achievement("Protéger", skills=["PRO-01"])
    network.achievement("Apprendre", skills=["ACU-01"], audience=Audience.LEARNER)
    ANetwork(db, team.stranger).achievement("Ailleurs", skills=["ACU-01"])
    found = leads.of(db, team.desk, [KEY], clock.now())[KEY]
    assert [one.version.id for one in found.badges] == [version.id]
    shipped = goals.list_for(db, team.desk.organisation_id, FRAMEWORK, audience=GoalAudience.VOLUNTEER)
    assert {one.code for one in found.goals} == {one.code for one in shipped if "ACU-01" in one.weights}
    assert found.goals


def test_without_a_gap_nothing_is_asked(db, team):
    assert leads.of(db, team.desk, [], clock.now()) == {}


# --- the table ---


def test_the_table_has_one_row_for_each_person_and_no_sum(db, team, network):
    network.issued(team.person("Ardoise", can=TEN, badges=True), network.achievement("Accueillir"), days=60)
    team.person("Bambou", cannot=["ACU-01"])
    made = exporting.table(coverage.of(db, team.desk, clock.now()))
    assert len(made.header) == 3 + len(TEN) + 1
    assert [row[0] for row in made.rows] == ["Ardoise", "Bambou"]
    assert str(made.rows[0][-1]).startswith("Accueillir (")
    assert not any(isinstance(cell, int | float) for row in made.rows for cell in row)
