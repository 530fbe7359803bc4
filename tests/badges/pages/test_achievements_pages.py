"""Achievements at the desk: a proposal adopted, a badge composed by forms alone, published for ever."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from pathways.badges import proposals
from pathways.badges.criteria.tree import as_data, parse
from pathways.badges.models import AchievementPicture, AchievementVersion
from pathways.permissions import Role
from tests.badges.desks import Networks, value_of, words
from tests.badges.forms_sent import fields_of
from tests.badges.pages.drafting import TEXTS, drafted, kept, write


@pytest.fixture
def scene(app, database) -> Networks:
    return Networks(app, database)


@pytest.fixture
def desk(scene):
    return scene.keeper()[0]


# --- proposals ------------------------------------------------------------------------------------------------


def test_every_shipped_proposal_is_read_adopted_and_shown(desk, database):
    page = words(desk.get("/network/achievements"))
    for one in proposals.proposals():
        assert one.definition.texts["fr"].name in page
        shown = desk.get(f"/network/proposals/{one.slug}")
        assert shown.status_code == 200, one.slug
        assert one.definition.texts["fr"].description in words(shown)
        assert "(proposition)" in shown.text, "its picture says that nobody adopted it yet"
    slug = proposals.proposals()[0].slug
    path = desk.post(f"/network/proposals/{slug}/adopt").headers["location"].partition("?")[0]
    assert desk.post(f"/network/proposals/{slug}/adopt").headers["location"].startswith(path)
    assert kept(database, path).draft == proposals.proposal(slug).definition.as_data()
    assert desk.post(f"{path}/publish", version=kept(database, path).version, sure="yes").status_code == 303
    assert desk.post(f"/network/proposals/{slug}/adopt").headers["location"] == path, "no draft of theirs is there"
    history = words(desk.get("/network/history"))
    assert history.count(proposals.proposal(slug).definition.texts["fr"].name) == 2  # adopted, then published
    assert f"badge : {slug}" not in history
    assert desk.get(path).status_code == 200
    assert desk.get("/network/proposals/nothing").status_code == 404


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.slow
def test_every_part_of_an_adopted_proposal_is_kept_as_it_was(desk, database):
    """What is kept is one document, whatever the proposal: all of them are on SQLite."""
    every_part_is_kept(desk, database, "volunteer-welcome")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.slow  # half a minute
def test_every_part_of_every_proposal_is_kept_as_it_was(desk, database):
    for one in proposals.proposals():
        every_part_is_kept(desk, database, one.slug)


def every_part_is_kept(desk, database, slug: str) -> None:
    path = desk.post(f"/network/proposals/{slug}/adopt").headers["location"].partition("?")[0]
    before = kept(database, path).draft
    for part in ("texts", "picture", "jury", "lists", "renewal", "alignments"):
        page = desk.get(f"{path}/parts/{part}")
        assert page.status_code == 200, part
        sent = fields_of(page.text)
        done = desk.browser.post(f"{path}/parts/{part}", data=sent)
        assert done.status_code == 303, (part, words(done))
        assert kept(database, path).draft == before, part
    for of in ["criteria", *(["renewal"] if before["renewal"] else [])]:
        tree = desk.get(f"{path}/criteria?of={of}")
        assert tree.status_code == 200
        places = set(re.findall(r'criteria/leaf\?of=\w+&amp;at=([0-9.]*)"', tree.text))
        assert places
        for place in places:
            page = desk.get(f"{path}/criteria/leaf?of={of}&at={place}")
            done = desk.browser.post(f"{path}/criteria/leaf", data=fields_of(page.text))
            assert done.status_code == 303, (of, place, words(done))
            assert meant(kept(database, path).draft) == meant(before), (of, place)


def meant(draft: dict) -> dict:
    """A draft with its criteria in one form: what is as it would be anyway is left out, micro-skills are in order."""

    def in_order(value):
        if isinstance(value, dict):
            return {name: in_order(one) for name, one in value.items()}
        texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return sorted(value) if texts else [in_order(one) for one in value] if isinstance(value, list) else value

    found = {**draft, "criteria": in_order(as_data(parse(draft["criteria"])))}
    if draft["renewal"]:
        found["renewal"] = {**draft["renewal"], "criteria": in_order(as_data(parse(draft["renewal"]["criteria"])))}
    return found


# --- composing ------------------------------------------------------------------------------------------------


def test_a_badge_is_composed_from_the_essential(desk, database):
    path = drafted(desk)
    made = kept(database, path)
    assert made.slug == "tenir-un-accueil"
    assert made.draft["criteria"] == {"attendance": {"hours": 2, "months": 24}}
    page = words(desk.get(path))
    assert "Au moins 2 heures de présence" in page
    assert "Les critères seuls" in page


@pytest.mark.parametrize(
    "kind",
    ["profile", "observation", "endorsements", "attendance", "sessions", "portfolio", "achievement", "attested"],
)
def test_it_may_begin_with_each_kind_of_criterion(desk, database, kind):
    path = drafted(desk, first=kind)
    assert list(kept(database, path).draft["criteria"]) == [kind]
    assert desk.get(f"{path}/criteria/leaf?of=criteria&at=").status_code == 200


def test_what_is_wrong_with_it_is_said_beside_each_field_in_french(desk):
    wrong = {"texts.fr.name": "A", "texts.en.name": "Only a name", "validity_months": "3", "levels": "a\nb\nc\nd"}
    page = desk.post("/network/achievements/new", **TEXTS | wrong)
    assert page.status_code == 422
    for name in ("texts.fr.name", "texts.en.description", "validity_months", "levels"):
        assert f'id="{name}-error"' in page.text, name
    assert "Il faut au moins 3 signes" in words(page)
    assert "should" not in words(page)
    assert 'value="Only a name"' in page.text
    twice = drafted(desk)
    assert twice
    assert desk.post("/network/achievements/new", **TEXTS | {"first": "attendance"}).status_code == 422


def test_two_people_do_not_overwrite_each_other(desk, database):
    path = drafted(desk)
    version = value_of(desk.get(f"{path}/parts/texts").text, "version")
    sent = {name: value for name, value in TEXTS.items() if not name.startswith("picture")} | {"version": version}
    assert desk.post(f"{path}/parts/texts", **sent).status_code == 303
    late = desk.post(f"{path}/parts/texts", **sent | {"texts.fr.name": "Un autre nom"})
    assert late.status_code == 409
    assert "entre-temps" in words(late)
    assert 'value="Un autre nom"' in late.text
    assert kept(database, path).draft["texts"]["fr"]["name"] == "Tenir un accueil"


def test_a_picture_is_looked_at_before_it_is_kept(desk, database):
    path = drafted(desk)
    chosen = {"picture.pictogram": "lantern", "picture.tint": "forest"}
    seen = write(desk, path, "picture", action="see", **chosen)
    assert seen.status_code == 200
    assert 'value="lantern" checked' in seen.text
    assert kept(database, path).draft["picture"]["pictogram"] == "volunteer-welcome"
    assert write(desk, path, "picture", **chosen).status_code == 303
    assert kept(database, path).draft["picture"] == {"pictogram": "lantern", "tint": "forest"}
    wrong = write(desk, path, "picture", **chosen | {"picture.tint": "red"})
    assert wrong.status_code == 422
    assert 'id="picture.tint-error"' in wrong.text


def test_a_jury_has_a_grid_whose_lines_are_moved_and_emptied(desk, database):
    path = drafted(desk)
    alone = write(desk, path, "jury", jury="2", foreign_jury="yes")
    assert alone.status_code == 422
    assert "il lui faut au moins une ligne" in words(alone)
    lines = {"grid.0.looked_at": "L'accueil", "grid.1.looked_at": "L'écoute", "grid.1.shows": "Elle laisse parler."}
    assert write(desk, path, "jury", jury="2", foreign_jury="yes", **lines).status_code == 303
    assert [one["code"] for one in kept(database, path).draft["grid"]] == ["l-accueil", "l-ecoute"]
    page = fields_of(desk.get(f"{path}/parts/jury").text) | {"grid.0.order": ["9"]}
    assert desk.browser.post(f"{path}/parts/jury", data=page).status_code == 303
    assert [one["code"] for one in kept(database, path).draft["grid"]] == ["l-ecoute", "l-accueil"]
    page = fields_of(desk.get(f"{path}/parts/jury").text) | {"grid.0.looked_at": [""], "grid.0.shows": [""]}
    assert desk.browser.post(f"{path}/parts/jury", data=page).status_code == 303
    assert [one["code"] for one in kept(database, path).draft["grid"]] == ["l-accueil"]
    half = write(desk, path, "jury", jury="1", **{"grid.3.shows": "Sans ce qui est regardé"})
    assert half.status_code == 422
    assert 'id="grid.3.looked_at-error"' in half.text


def test_questions_and_advice_are_a_line_each(desk, database):
    path = drafted(desk)
    sent = {"avoid": "Un nom\n\n  Un visage  ", "piece_questions": "Que s'est-il passé ?"}
    assert write(desk, path, "lists", **sent).status_code == 303
    assert kept(database, path).draft["avoid"] == ["Un nom", "Un visage"]
    wrong = write(desk, path, "lists", avoid="bien\n" + "x" * 301)
    assert wrong.status_code == 422
    assert "Ligne 2" in words(wrong)
    many = write(desk, path, "lists", endorser_questions="\n".join("abcdef"))
    assert many.status_code == 422
    assert 'id="endorser_questions-error"' in many.text


def test_an_alignment_comes_from_a_list_or_is_written_out(desk, database):
    path = drafted(desk)
    assert write(desk, path, "alignments", known="DigComp 2.2|4.1").status_code == 303
    [one] = kept(database, path).draft["alignments"]
    assert (one["framework"], one["code"]) == ("DigComp 2.2", "4.1")
    own = {"own.framework": "ESCO", "own.name": "accueillir", "own.url": "http://data.europa.eu/esco/skill/1"}
    assert write(desk, path, "alignments", keep="0", **own).status_code == 303
    assert len(kept(database, path).draft["alignments"]) == 2
    assert write(desk, path, "alignments", keep="1").status_code == 303
    assert [one["framework"] for one in kept(database, path).draft["alignments"]] == ["ESCO"]
    wrong = write(desk, path, "alignments", keep="0", **own | {"own.url": "javascript:alert(1)"})
    assert wrong.status_code == 422
    assert 'id="own.url-error"' in wrong.text


def test_a_renewal_begins_from_what_is_measured(desk, database):
    path = drafted(desk, first="profile")
    assert write(desk, path, "renewal", renews="yes", **{"renewal.questions": "6"}).status_code == 303
    draft = kept(database, path).draft
    assert draft["renewal"] == {"criteria": draft["criteria"], "questions": 6}
    assert desk.get(f"{path}/criteria?of=renewal").status_code == 200
    assert write(desk, path, "renewal").status_code == 303
    assert kept(database, path).draft["renewal"] is None
    assert desk.get(f"{path}/criteria?of=renewal").status_code == 404


# --- publishing -----------------------------------------------------------------------------------------------


def test_publishing_is_for_ever_and_says_so(desk, database):
    path = drafted(desk)
    page = desk.get(f"{path}/publish")
    assert "rien de cette version ne change" in words(page)
    assert "Au moins 2 heures de présence à des ateliers ou à des formations, d'après l'émargement" in words(page)
    version = value_of(page.text, "version")
    unsure = desk.post(f"{path}/publish", version=version)
    assert unsure.status_code == 422
    assert 'id="sure-error"' in unsure.text
    assert desk.post(f"{path}/publish", version=version, sure="yes").status_code == 303
    with database.read() as db:
        made = db.scalars(sa.select(AchievementVersion).filter_by(achievement_id=kept(database, path).id)).one()
        assert db.get(AchievementPicture, (made.id, 0)) is not None
    assert desk.get(f"{path}/publish").status_code == 303
    assert desk.get(f"{path}/parts/texts").status_code == 409
    assert desk.get(f"{path}/criteria").status_code == 409
    assert desk.post(f"{path}/publish", version=version, sure="yes").status_code in {303, 409}


def test_what_a_colleague_changed_meanwhile_is_not_published_unread(desk, database):
    path = drafted(desk)
    version = value_of(desk.get(f"{path}/publish").text, "version")
    assert write(desk, path, "lists", avoid="Un nom").status_code == 303
    refused = desk.post(f"{path}/publish", version=version, sure="yes")
    assert refused.status_code == 409
    assert "entre-temps" in words(refused)


@pytest.mark.slow
def test_a_next_version_is_prepared_published_or_thrown_away(desk, database):
    path = drafted(desk)
    assert publish(desk, path).status_code == 303
    assert desk.post(f"{path}/revise").status_code == 303
    assert write(desk, path, "lists", avoid="Un nom").status_code == 303
    assert "Questions et conseils" in words(desk.get(f"{path}/publish"))
    version = value_of(desk.get(path).text, "version")
    assert desk.post(f"{path}/discard", version=version).status_code == 422
    assert desk.post(f"{path}/discard", version=version, sure="yes").status_code == 303
    assert kept(database, path).draft == {}
    assert desk.post(f"{path}/revise").status_code == 303
    assert write(desk, path, "lists", avoid="Un nom").status_code == 303
    assert publish(desk, path).status_code == 303
    with database.read() as db:
        numbers = sa.select(AchievementVersion.number).filter_by(achievement_id=kept(database, path).id)
        assert sorted(db.scalars(numbers)) == [1, 2]
    assert desk.post(f"{path}/close").status_code == 303
    assert "plus proposé" in words(desk.get(path))


def publish(desk, path: str):
    version = value_of(desk.get(f"{path}/publish").text, "version")
    return desk.post(f"{path}/publish", version=version, sure="yes")


def test_a_draft_of_which_nothing_was_published_goes_altogether(desk, database):
    path = drafted(desk)
    version = value_of(desk.get(path).text, "version")
    assert desk.post(f"{path}/discard", version=version, sure="yes").status_code == 303
    assert desk.get(path).status_code == 404


def test_advice_is_given_and_prevents_nothing(desk):
    path = drafted(desk)
    page = words(desk.get(path))
    assert "ne se délivre qu'en français" in page
    assert "ne se renouvelle pas" in page
    assert publish(desk, path).status_code == 303


def test_another_network_and_another_role_find_nothing(desk, scene):
    path = drafted(desk)
    stranger, _ = scene.keeper()
    trainer = scene.desk(scene.member(Role.TRAINER, organisation_id=desk.member.organisation_id))
    for address in (path, f"{path}/parts/texts", f"{path}/criteria", f"{path}/criteria/leaf?at=", f"{path}/publish"):
        assert stranger.get(address).status_code == 404, address
        assert trainer.get(address).status_code == 403, address
    for act in ("publish", "revise", "close", "discard", "criteria", "criteria/leaf", "parts/texts"):
        assert stranger.post(f"{path}/{act}", sure="yes").status_code == 404, act


def test_a_name_that_looks_like_a_tag_is_text(desk):
    path = drafted(desk, **{"texts.fr.name": "<script>alert(1)</script>", "levels": "a<b>"})
    for address in (path, f"{path}/publish", f"{path}/parts/picture", "/network/achievements"):
        assert "<script>alert" not in desk.get(address).text
