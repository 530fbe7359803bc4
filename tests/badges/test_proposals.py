"""The achievements that come with the product: whole, in two languages, reachable by real people, and what is said of a
file that is not.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TypeVar

import pytest
import yaml

from pathways.badges import proposals
from pathways.badges.criteria import tree, wording
from pathways.badges.drawing.pictograms import PICTOGRAMS
from pathways.badges.drawing.vector import badge_svg
from pathways.badges.issuing import offering
from pathways.badges.models import Audience
from pathways.errors import NotFound
from pathways.settings import resource

ROOT = resource("referentials")
FILES = sorted(ROOT.glob("*/achievements/*.yaml"))
SHIPPED = {one.slug: one for one in proposals.proposals()}
MEDIATORS, VOLUNTEERS, LEARNERS = (
    {slug: one for slug, one in SHIPPED.items() if one.audience is audience} for audience in Audience
)

each = pytest.mark.parametrize("slug", SHIPPED)
each_mediator = pytest.mark.parametrize("slug", MEDIATORS)
each_volunteer = pytest.mark.parametrize("slug", VOLUNTEERS)


def texts(value, at=""):
    """``(place, text)`` of every text in a document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, f"{at}.{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from texts(inner, f"{at}[{place}]")
    elif isinstance(value, str):
        yield at, value


Kind = TypeVar("Kind")


def leaves(slug: str, kind: type[Kind]) -> list[Kind]:
    return [one for one in tree.leaves(SHIPPED[slug].content.node) if isinstance(one, kind)]


def questions_of(shipped, skills):
    """``{micro-skill: questions on a screen}`` in the bank."""
    found = dict.fromkeys(skills, 0)
    for folder, items in shipped.frameworks:
        for item in items.items.values():
            key = f"{folder.framework.code}:{item.skill}"
            if key in found and item.kind != "observed":
                found[key] += 1
    return found


# --- what is shipped ----------------------------------------------------------------------------------------------


def test_eight_are_for_mediators_three_for_volunteers_and_one_for_learners():
    assert proposals.check(ROOT)[1] == []
    assert (len(MEDIATORS), len(VOLUNTEERS), len(LEARNERS)) == (8, 3, 1)
    assert len(SHIPPED) == len(FILES)


def test_slugs_names_and_pictures_tell_them_apart():
    assert len({one.slug for one in proposals.proposals()}) == len(FILES)
    for language in ("fr", "en"):
        assert len({one.content.name.said(language) for one in SHIPPED.values()}) == len(FILES)
    assert len({one.content.picture.pictogram for one in SHIPPED.values()}) == len(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_text_is_there_in_french_and_in_english(path):
    document = yaml.safe_load(path.read_text("utf-8"))
    said = dict(texts(document))
    french = {at.removesuffix(".fr"): text for at, text in said.items() if at.endswith(".fr")}
    english = {at.removesuffix(".en"): text for at, text in said.items() if at.endswith(".en")}
    assert french.keys() == english.keys()
    assert {at for at in french if french[at] == english[at]} == set()
    assert all(text == text.strip() for text in said.values())


@each
def test_names_and_descriptions_keep_to_their_length(slug):
    for language in ("fr", "en"):
        assert 3 <= len(SHIPPED[slug].content.name.said(language)) <= 60
        assert 10 <= len(SHIPPED[slug].content.description.said(language)) <= 500


@each
def test_micro_skills_exist_in_their_framework(slug, shipped):
    known = {f"{one.framework.code}:{skill.code}" for one, _ in shipped.frameworks for skill in one.framework.skills()}
    named = tree.skills_of(SHIPPED[slug].content.node)
    renewal = SHIPPED[slug].content.renewal
    if renewal is not None:
        named |= tree.skills_of(tree.parse(renewal.criteria))
    assert named
    assert named <= known


@each
def test_alignments_exist_and_are_read_in_the_badge_with_their_titles(slug):
    proposal = SHIPPED[slug]
    assert proposal.content.alignments
    for one, told in zip(proposal.content.alignments, proposal.definition.alignments, strict=True):
        assert told.url.startswith(("https://", "http://data.europa.eu/esco/skill/"))
        if one.framework != proposals.ESCO:
            codes = yaml.safe_load((ROOT / f"alignments/{one.framework}.yaml").read_text("utf-8"))["codes"]
            assert told.name == codes[one.code]


@each
def test_a_definition_says_what_the_proposal_says(slug):
    content, definition = SHIPPED[slug].content, SHIPPED[slug].definition
    assert definition.texts_in("en").description == content.description.en
    assert tree.parse(definition.criteria) == content.node
    assert [line.code for line in definition.grid] == [line.code for line in content.grid]
    assert (definition.jury, definition.foreign_jury) == (content.jury.members, content.jury.other_organisation)
    assert definition.validity_months == content.validity_months
    assert tree.parse(tree.as_data(content.node)) == content.node


@each
def test_its_picture_can_be_drawn_at_every_level(slug):
    definition = SHIPPED[slug].definition
    assert definition.picture.pictogram in PICTOGRAMS
    drawn = {
        badge_svg(offering.design_of(definition, level, proposal=True)) for level in range(len(definition.levels) + 1)
    }
    assert len(drawn) == len(definition.levels) + 1


@each
@pytest.mark.parametrize("language", ["fr", "en"])
def test_its_criteria_can_be_said(slug, language):
    said = wording.as_text(wording.required(SHIPPED[slug].content.node, language))
    for piece in leaves(slug, tree.Portfolio):
        assert getattr(piece.asked, language) in said


def test_none_leans_on_an_authority_that_it_has_not():
    claims = re.compile(
        r"certifi|dipl[oô]m|titre professionnel|\bREMN\b|\bPix\b|\bÉtat\b|agréé|accredit|reconnue? par|recogni[sz]ed",
        re.IGNORECASE,
    )
    for proposal in SHIPPED.values():
        content = proposal.content
        for one in (content.name, content.description, content.public, *content.levels):
            assert not claims.search(one.fr), one.fr
            assert not claims.search(one.en), one.en


# --- for whom they are --------------------------------------------------------------------------------------------


@each_mediator
def test_a_mediator_is_judged_by_two_of_elsewhere_with_a_grid(slug):
    content = SHIPPED[slug].content
    assert content.jury.members == 2
    assert content.jury.other_organisation
    assert 4 <= len(content.grid) <= 7
    assert len(content.levels) == 2
    assert content.jury.passes_on == 3
    assert "trois lignes au moins" in content.levels[1].fr
    assert "at least three lines" in content.levels[1].en
    assert 3 <= len(content.evidence) <= 5
    assert 2 <= len(content.endorser_questions) <= 3
    assert len(content.piece_questions) >= 4
    assert content.avoid


@each_volunteer
def test_a_volunteer_needs_no_jury_no_piece_and_few_questions(slug, shipped):
    content = SHIPPED[slug].content
    assert content.jury.members == 0
    assert leaves(slug, tree.Portfolio) == []
    skills = {key for one in leaves(slug, tree.Profile) for key in one.keys}
    assert sum(questions_of(shipped, skills).values()) <= 8
    assert 4 <= len(content.grid) <= 7, "for whoever observes"


@pytest.mark.parametrize("slug", LEARNERS)
def test_a_learner_asks_for_it_shows_it_by_a_profile_alone_and_it_never_ends(slug):
    content = SHIPPED[slug].content
    assert content.opt_in
    assert content.wall is not None
    assert leaves(slug, object) == leaves(slug, tree.Profile)
    assert (content.validity_months, content.levels, content.grid) == (None, (), ())


@pytest.mark.parametrize("slug", LEARNERS)
def test_what_hangs_on_a_wall_is_easy_to_read_and_nothing_of_a_school(slug):
    content = SHIPPED[slug].content
    assert content.wall is not None
    french = [content.name.fr, content.description.fr, *(one.fr for one in content.wall.lines), content.wall.foot.fr]
    for sentence in re.split(r"(?<=[.!?])\s+", " ".join(french)):
        assert len(sentence.split()) <= 14, sentence
    school = r"niveau|\bnotes?\b|\btest|examen|évaluation|élève|diplôme|réussi|level|\bmarks?\b|\bexams?\b|pupil|passed"
    said = [*french, content.name.en, content.description.en, *(one.en for one in content.wall.lines)]
    assert [text for text in said if re.search(school, text, re.IGNORECASE)] == []


@each
def test_a_renewal_is_lighter_than_the_first_time(slug, shipped):
    content = SHIPPED[slug].content
    assert (content.renewal is None) is (content.validity_months is None)
    if content.renewal is None:
        return
    again = tree.skills_of(tree.parse(content.renewal.criteria))
    first = {key for one in leaves(slug, tree.Profile) for key in one.keys}
    assert again < first
    assert len(again) <= content.renewal.questions <= sum(questions_of(shipped, again).values())
    assert content.renewal.questions <= 6
    number = {4: ("Quatre", "Four"), 6: ("Six", "Six")}[content.renewal.questions]
    assert content.renewal.words.fr.startswith(number[0])
    assert content.renewal.words.en.startswith(number[1])


# --- what is wrong is said ----------------------------------------------------------------------------------------

FILE = "benevole-numerique/achievements/volunteer-protect.yaml"


@pytest.fixture
def root(tmp_path) -> Path:
    """A copy of what proposals need, to spoil."""
    for name in ("alignments", *{path.parent.parent.name for path in FILES}):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("items", "media", "translations"))
    return tmp_path


def spoil(root, old, new, file=FILE):
    text = (root / file).read_text("utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), "utf-8")


CASES = {
    "micro-skill": ("PRO-03: 0.5, SOI", "PRO-33: 0.8, SOI", "unknown-skill", "skills: {PRO-01", "PRO-33"),
    "observed": ("[PRO-01, PRO-02]", "[PRO-01, PRO-09]", "unknown-skill", "[PRO-01, PRO-09]", "PRO-09"),
    "framework": ("framework: benevole", "framework: personne", "unknown-framework", "all:", "personne-numerique"),
    "criteria": ("n: 2", "n: deux", "criteria", "n: deux", "all[1].any[1].endorsements.n"),
    "holder": ("holder: volunteer-protect", "holder: nobody", "unknown-achievement", "holder: nobody", "nobody"),
    "alignment": ("framework: pix", "framework: pax", "unknown-alignment", "framework: pax", "pax"),
    "code": ('pix, code: "4.2"', 'pix, code: "9.9"', "unknown-code", '"9.9"', "9.9"),
    "esco": ("esco/skill/33a8", "esco/talent/33a8", "unknown-code", "framework: esco", "ESCO"),
    "slug": ("slug: volunteer-protect", "slug: volunteer-guards", "achievement-slug", "slug: volunteer-guards", ""),
    "twice": ("slug: volunteer-protect", "slug: volunteer-welcome", "achievement-slug", "slug: volunteer-welcome", ""),
    "status": ("status: proposal", "status: adopted", "shape", "status: adopted", "status"),
    "language": ('  en: "Protecting people, and yourself"\n', "", "shape", "fr: ", "name.en"),
    "long": ("Protecting people, and", "Protecting people, and " + "very " * 20, "shape", "very very", "name.en"),
    "pictogram": ("pictogram: volunteer-protect", "pictogram: star", "definition", "picture:", "star"),
    "line": ("code: secrets", "code: passwords", "duplicate-code", "code: passwords", "passwords"),
    "jury": ("members: 0", "members: 1", "jury", "members: 1", "portfolio"),
    "audience": ("audience: volunteer", "audience: learner", "audience", "", "opt_in"),
    "no end": ("validity_months: 36", "validity_months: null", "renewal", "words:", ""),
    "key": ("validity_months:", "validity_month:", "shape", "", "validity_months"),
    "yaml": ("format: 1", "format: [1", "yaml", "", "YAML"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_broken_file_names_file_line_and_reason(root, case):
    old, new, code, line, reason = CASES[case]
    spoil(root, old, new)
    found, findings = proposals.check(root)
    said = [one for one in findings if one.code == code and one.file == FILE and reason in one.message]
    assert said, [str(one) for one in findings]
    lines = (root / FILE).read_text("utf-8").splitlines()
    assert any(line in lines[one.line - 1] for one in said), [str(one) for one in said]
    assert "volunteer-protect" not in {one.slug for one in found}


def test_a_slug_that_is_taken_names_the_other_file(root):
    other = "mediateur-numerique/achievements/volunteer-welcome.yaml"
    shutil.copy(root / "benevole-numerique/achievements/volunteer-welcome.yaml", root / other)
    [said] = [str(one) for one in proposals.check(root)[1] if one.code == "duplicate-slug"]
    assert said.startswith(other)
    assert "benevole-numerique/achievements/volunteer-welcome.yaml" in said


def test_a_part_that_belongs_to_no_criterion_is_refused(root):
    text = (root / FILE).read_text("utf-8")
    start, end = text.index("endorser_questions:"), text.index("evidence:")
    (root / FILE).write_text(text[:start] + text[end:], "utf-8")
    assert "endorsers" in {one.code for one in proposals.check(root)[1]}


@pytest.mark.slow
def test_a_grid_of_three_lines_is_too_short(root):
    text = (root / FILE).read_text("utf-8")
    start, end = text.index("- code: limits"), text.index("endorser_questions:")
    (root / FILE).write_text(text[:start] + text[end:], "utf-8")
    assert "short-grid" in {one.code for one in proposals.check(root)[1]}


def test_none_is_served_while_one_is_broken(root, monkeypatch):
    spoil(root, "PRO-03: 0.5, SOI", "PRO-33: 0.8, SOI")
    monkeypatch.setattr(proposals, "resource", lambda _name: root)
    proposals.proposals.cache_clear()
    try:
        with pytest.raises(proposals.BrokenProposals, match=rf"^{FILE}:\d+: .*PRO-33"):
            proposals.proposal("volunteer-welcome")
    finally:
        proposals.proposals.cache_clear()


def test_they_are_read_once():
    assert proposals.proposals() is proposals.proposals()
    assert proposals.proposal("allophones") == SHIPPED["allophones"]
    with pytest.raises(NotFound):
        proposals.proposal("nobody")
