"""The achievements that come with the product: proposals, each of which becomes a badge when a network adopts it.

They are read and checked once per process. ``check`` says everything that is wrong, with file, line and reason;
``proposals`` and ``proposal`` serve them, and none of them while one is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pathways.badges.achievement_documents import FEWEST_LINES, AchievementDocument, AchievementFile, Line
from pathways.badges.criteria import tree
from pathways.badges.criteria.tree import CriteriaError
from pathways.badges.issuing import defining
from pathways.badges.issuing.defining import Definition
from pathways.badges.models import Audience
from pathways.errors import Invalid, NotFound
from pathways.i18n import D_
from pathways.referentials.documents import AlignmentDocument, FrameworkDocument
from pathways.referentials.reading import Finding, Source, Step, parse, read
from pathways.settings import resource

ESCO = "esco"
PUBLIC_FRAMEWORKS = {
    "digcompedu": ("DigCompEdu", "https://publications.jrc.ec.europa.eu/repository/handle/JRC107466"),
    "digcomp-2.2": ("DigComp 2.2", "https://publications.jrc.ec.europa.eu/repository/handle/JRC128415"),
    "pix": ("CRCN", "https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000039005162"),
}
"""How a badge names each alignment, and where anybody reads it. The codes of Pix are those of the CRCN (decree
2019-919), a public text: a badge leans on that, and not on the name of Pix."""
_ESCO_ADDRESS = re.compile(r"http://data\.europa\.eu/esco/(skill|occupation)/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
"""Of a path of ``CriteriaError``."""
_AUDIENCES = {
    Audience.MEDIATOR: "un badge de médiateur",
    Audience.VOLUNTEER: "un badge de bénévole",
    Audience.LEARNER: "un badge d'apprenant",
}


class BrokenProposals(ValueError):
    """Proposals cannot be used; the message has a line for each thing that is wrong."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


@dataclass(frozen=True)
class Proposal:
    """One proposed achievement: all that its file says, in both languages, and what a network adopts of it."""

    framework: str
    """The folder that it is in: the framework of most of its criteria."""
    content: AchievementFile
    definition: Definition
    """Its texts in both languages, everything else in French."""

    @property
    def slug(self) -> str:
        return self.content.slug

    @property
    def audience(self) -> Audience:
        return self.content.audience


@cache
def proposals() -> list[Proposal]:
    """Every shipped proposal: those for mediators, for volunteers, for learners, each by slug. Raises
    ``BrokenProposals``.
    """
    found, findings = check(resource("referentials"))
    if findings:
        raise BrokenProposals(findings)
    order = list(Audience)
    return sorted(found, key=lambda one: (order.index(one.audience), one.slug))


def proposal(slug: str) -> Proposal:
    """Raises ``NotFound``, and ``BrokenProposals``."""
    for one in proposals():
        if one.slug == slug:
            return one
    raise NotFound(D_("Cette proposition de badge n'existe pas."))


def check(root: Path) -> tuple[list[Proposal], list[Finding]]:
    """Read ``root/*/achievements/*.yaml`` and say everything that is wrong with them: shape, criteria, codes that exist
    nowhere, parts that do not go together. A file with something wrong gives no proposal.
    """
    known = _known(root)
    found, findings = dict[str, Proposal](), list[Finding]()
    sources = dict[str, tuple[Source, AchievementFile]]()
    for path in sorted(root.glob("*/achievements/*.yaml")):
        source, wrong = read(path, str(path.relative_to(root)))
        document, shape = parse(source, AchievementDocument) if not wrong else (None, [])
        wrong += shape
        if document is not None:
            content = document.root
            wrong += _named(content, path, source, sources)
            wrong += [source.finding(*flaw) for flaw in _flaws(content, known)]
            sources.setdefault(content.slug, (source, content))
            definition, unusable = _definition(content, known, source) if not wrong else (None, [])
            wrong += unusable
            if definition is not None:
                found[source.file] = Proposal(path.parent.parent.name, content, definition)
        findings += wrong
    findings += _unknown_holders(sources)
    broken = {one.file for one in findings}
    return [one for file, one in found.items() if file not in broken], sorted(set(findings))


# --- what a file may name -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    skills: Mapping[str, frozenset[str]]
    """``{framework: codes}``"""
    titles: Mapping[str, Mapping[str, str]]
    """``{alignment: {code: title}}``"""


def _known(root: Path) -> _Known:
    """Frameworks and alignments; what is wrong with those is for ``referentials.checks`` to say."""
    skills, titles = dict[str, frozenset[str]](), dict[str, dict[str, str]]()
    for path in sorted(root.glob("*/framework.yaml")):
        framework, _ = parse(read(path, path.name)[0], FrameworkDocument)
        if framework is not None:
            skills[framework.code] = frozenset(skill.code for skill in framework.skills())
    for path in sorted(root.glob("alignments/*.yaml")):
        alignment, _ = parse(read(path, path.name)[0], AlignmentDocument)
        if alignment is not None:
            titles[alignment.code] = {code: str(title) for code, title in alignment.codes.items()}
    return _Known(skills, titles)


Flaw = tuple[tuple[Step, ...], str, str]
"""Where in the file, a code, and what is wrong."""


def _named(
    content: AchievementFile, path: Path, source: Source, before: Mapping[str, tuple[Source, AchievementFile]]
) -> Iterator[Finding]:
    if content.slug != path.stem:
        yield source.finding(("slug",), "achievement-slug", f"le fichier s'appelle {path.stem}")
    if content.slug in before:
        other = before[content.slug][0].file
        yield source.finding(("slug",), "duplicate-slug", f"{content.slug} est déjà dans {other}")


def _flaws(content: AchievementFile, known: _Known) -> Iterator[Flaw]:
    yield from _criteria(content.criteria, ("criteria",), known)
    if content.renewal is not None:
        yield from _criteria(content.renewal.criteria, ("renewal", "criteria"), known)
    yield from _alignments(content, known)
    yield from _grid(content)
    yield from _for_audience(content)
    if not _is_wrong(content.criteria):
        yield from _parts(content, list(tree.leaves(content.node)))
    if (content.validity_months is None) is not (content.renewal is None):
        yield ("renewal",), "renewal", "ce qui a une fin se renouvelle, ce qui n'en a pas ne se renouvelle pas"


def _is_wrong(criteria: Any) -> bool:
    try:
        tree.parse(criteria)
    except CriteriaError:
        return True
    return False


def _criteria(data: Any, at: tuple[Step, ...], known: _Known) -> Iterator[Flaw]:
    try:
        node = tree.parse(data)
    except CriteriaError as error:
        steps = [int(place) if place else name for place, name in _STEP.findall(error.path)]
        yield (*at, *steps), "criteria", str(error)
        return
    for leaf in tree.leaves(node):
        if not isinstance(leaf, (tree.Profile, tree.Observation)):
            continue
        if leaf.framework not in known.skills:
            yield at, "unknown-framework", f"le référentiel {leaf.framework} n'existe pas"
            continue
        for key in leaf.keys:
            code = key.removeprefix(f"{leaf.framework}:")
            if code not in known.skills[leaf.framework]:
                yield _place(data, at, code), "unknown-skill", f"{code} n'existe pas dans {leaf.framework}"


def _place(data: Any, at: tuple[Step, ...], code: str) -> tuple[Step, ...]:
    """Where in the tree a code is first written."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inside:
        if code in (step, value):
            return (*at, step)
        if deeper := _place(value, (*at, step), code)[len(at) + 1 :]:
            return (*at, step, *deeper)
    return at


def _alignments(content: AchievementFile, known: _Known) -> Iterator[Flaw]:
    for position, one in enumerate(content.alignments):
        at = ("alignments", position)
        if content.alignments.index(one) < position:
            yield at, "alignment-twice", f"{one.framework} {one.code} y est deux fois"
        if one.framework == ESCO:
            if not _ESCO_ADDRESS.fullmatch(one.code) or not one.title:
                yield at, "unknown-code", "d'ESCO, il faut l'adresse d'une compétence ou d'un métier, et son titre"
        elif one.framework not in PUBLIC_FRAMEWORKS or one.framework not in known.titles:
            yield at, "unknown-alignment", f"le référentiel public {one.framework} n'est pas connu"
        elif one.code not in known.titles[one.framework]:
            yield at, "unknown-code", f"le code {one.code} n'existe pas dans {one.framework}"


def _grid(content: AchievementFile) -> Iterator[Flaw]:
    seen = set[str]()
    for position, line in enumerate(content.grid):
        if line.code in seen:
            yield ("grid", position, "code"), "duplicate-code", f"deux lignes de la grille ont le code {line.code}"
        seen.add(line.code)
    if content.grid and len(content.grid) < FEWEST_LINES:
        yield ("grid",), "short-grid", f"une grille a au moins {FEWEST_LINES} lignes"
    passes_on = content.jury.passes_on
    if (passes_on is None) is not (len(content.levels) < 2):
        yield ("jury",), "levels", "« passes_on » va avec deux niveaux, et deux niveaux avec « passes_on »"
    elif passes_on is not None and passes_on > len(content.grid):
        yield ("jury", "passes_on"), "levels", f"la grille n'a que {len(content.grid)} lignes"


def _parts(content: AchievementFile, leaves: Sequence[tree.Leaf]) -> Iterator[Flaw]:
    """What criteria ask for must be told to whoever does it, and nothing else."""
    pieces = [one for one in leaves if isinstance(one, tree.Portfolio)]
    if bool(pieces) is not bool(content.piece_questions):
        yield ("piece_questions",), "piece", "les questions d'une pièce vont avec un critère « portfolio »"
    if bool(pieces) is not bool(content.jury.members) or any(one.jury != content.jury.members for one in pieces):
        yield ("jury", "members"), "jury", "le critère « portfolio » et « jury » ne disent pas le même nombre"
    if any(isinstance(one, tree.Endorsements) for one in leaves) is not bool(content.endorser_questions):
        yield ("endorser_questions",), "endorsers", "ces questions vont avec un critère « endorsements »"
    looked_at = pieces or any(isinstance(one, tree.Observation) for one in leaves)
    if bool(looked_at) is not bool(content.grid):
        yield ("grid",), "no-grid", "une grille va avec un critère « portfolio » ou « observation »"


def _for_audience(content: AchievementFile) -> Iterator[Flaw]:
    named = _AUDIENCES[content.audience]
    is_learner = content.audience is Audience.LEARNER
    for part, is_there in (("opt_in", content.opt_in), ("wall", content.wall is not None)):
        if is_there is not is_learner:
            said = f"{named} dit « {part} »" if is_learner else f"« {part} » est pour un badge d'apprenant"
            yield (part,), "audience", said
    if (content.post is None) is not is_learner:
        said = f"{named} n'a pas de poste" if is_learner else f"{named} dit pour quel poste"
        yield ("post",), "audience", said


def _unknown_holders(sources: Mapping[str, tuple[Source, AchievementFile]]) -> Iterator[Finding]:
    """Criteria name other achievements by their slugs."""
    for source, content in sources.values():
        if _is_wrong(content.criteria):
            continue
        for slug in sorted(tree.achievements_of(content.node) - sources.keys()):
            at = _place(content.criteria, ("criteria",), slug)
            yield source.finding(at, "unknown-achievement", f"aucune proposition ne s'appelle {slug}")


# --- what a network adopts ----------------------------------------------------------------------------------------


def _definition(content: AchievementFile, known: _Known, source: Source) -> tuple[Definition | None, list[Finding]]:
    try:
        return defining.parse(_data(content, known)), []
    except Invalid as error:
        return None, [
            source.finding(tuple(str(one["field"]).split(".")), "definition", f"{one['field']} : {one['message']}")
            for one in error.errors
        ]


def _data(content: AchievementFile, known: _Known) -> dict[str, Any]:
    def french(lines: Sequence[Line]) -> list[str]:
        return [line.fr for line in lines]

    renewal = content.renewal
    return {
        "audience": content.audience,
        "post": content.post.fr if content.post else "",
        "texts": {
            language: {"name": content.name.said(language), "description": content.description.said(language)}
            for language in defining.LANGUAGES
        },
        "criteria": content.criteria,
        "grid": [
            {
                "code": line.code,
                "looked_at": line.looked_at.fr,
                "shows": line.shows.fr,
                "not_shows": line.not_shows.fr,
            }
            for line in content.grid
        ],
        "piece_questions": french(content.piece_questions),
        "endorser_questions": french(content.endorser_questions),
        "evidence_hints": french(content.evidence),
        "avoid": french(content.avoid),
        "jury": content.jury.members,
        "foreign_jury": content.jury.other_organisation,
        "validity_months": content.validity_months,
        "levels": french(content.levels),
        "renewal": renewal and {"criteria": renewal.criteria, "questions": renewal.questions},
        "picture": {"pictogram": content.picture.pictogram, "tint": content.picture.tint},
        "alignments": [_aligned(one.framework, one.code, one.title, known) for one in content.alignments],
    }


def _aligned(framework: str, code: str, title: str, known: _Known) -> dict[str, str]:
    if framework == ESCO:
        return {"framework": "ESCO", "code": code.rsplit("/", 1)[-1], "name": title, "url": code}
    name, url = PUBLIC_FRAMEWORKS[framework]
    return {"framework": name, "code": code, "name": known.titles[framework][code], "url": url}
