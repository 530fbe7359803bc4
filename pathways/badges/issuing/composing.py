"""From rows to the document that is signed: what a badge says, in its own language, and nothing of whom."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pathways.badges.criteria import tree, wording
from pathways.badges.criteria.nodes import Profile
from pathways.badges.criteria.wording import Language, Names
from pathways.badges.drawing.pictograms import PICTOGRAMS
from pathways.badges.formats import documents
from pathways.badges.formats.results import Alignment, Measure, Result, ResultDescription, Scale, ScaleNames
from pathways.badges.issuing.defining import Definition
from pathways.badges.issuing.lists import Place
from pathways.badges.models import AchievementVersion, Issuer

_SCALES = {
    "fr": ScaleNames(
        level="Micro-compétences maîtrisées, estimation",
        standard_error="Incertitude de cette estimation (écart type)",
        low="Au moins (95 chances sur 100)",
        high="Au plus (95 chances sur 100)",
        questions="Questions posées directement",
        instrument="Référentiel et version",
    ),
    "en": ScaleNames(
        level="Micro-skills mastered, estimated",
        standard_error="Uncertainty of that estimate (standard error)",
        low="At least (95 in 100)",
        high="At most (95 in 100)",
        questions="Questions asked directly",
        instrument="Framework and version",
    ),
}
_LEVEL = {"fr": "Niveau", "en": "Level"}
_WITNESSED = {"fr": "Recommandations de personnes différentes", "en": "Recommendations by different people"}
_DECIDED = {"fr": "Membres du jury qui ont dit oui", "en": "Jury members who said yes"}


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What stands behind one badge: how it was measured, and by how many it was seen."""

    measure: Measure | None = None
    skills: int = 0
    """How many micro-skills the measure is about."""
    endorsements: int = 0
    jury: int = 0
    evidence: tuple[documents.Evidence, ...] = ()


NOTHING_WITNESSED = Witnessed()


@dataclass(frozen=True, slots=True)
class Badge:
    """One badge to be written."""

    id: uuid.UUID
    subject_id: uuid.UUID
    place: Place
    language: Language
    valid_from: datetime
    awarded: datetime
    valid_until: datetime | None
    level: int | None = None
    witnessed: Witnessed = NOTHING_WITNESSED


def address_of(issuer: Issuer, version: AchievementVersion, language: str) -> str:
    """The public page of a version, in one language. It is in every badge, so it never changes."""
    return f"{issuer.base_url}/achievements/{issuer.slug}/{version.achievement.slug}/v{version.number}/{language}"


def picture_of(issuer: Issuer, version: AchievementVersion, level: int | None) -> str:
    """Where the picture is, which never changes either."""
    name = f"v{version.number}-{level}" if level else f"v{version.number}"
    return f"{issuer.base_url}/achievements/{issuer.slug}/{version.achievement.slug}/{name}.png"


def profile_of(issuer: Issuer) -> documents.Profile:
    """The network, as every document names it."""
    return documents.Profile(
        id=issuer.did,
        name=issuer.name,
        url=issuer.website or f"{issuer.base_url}/issuers/{issuer.slug}",
        description=issuer.description,
        email=issuer.email,
        other_identifiers=(f"{issuer.base_url}/ob2/issuers/{issuer.slug}",),
    )


def achievement_of(
    issuer: Issuer,
    version: AchievementVersion,
    definition: Definition,
    language: Language,
    names: Names,
    *,
    level: int | None = None,
) -> documents.Achievement:
    """The achievement as it stands inside a badge, with all that its results may say."""
    address, texts = address_of(issuer, version, language), definition.texts_in(language)
    pictogram = PICTOGRAMS.get(definition.picture.pictogram)
    return documents.Achievement(
        id=address,
        version=str(version.number),
        language=language,
        name=texts.name,
        description=texts.description,
        criteria_url=f"{address}#criteria",
        criteria=wording.as_text(wording.required(definition.node, language, names)),
        image=picture_of(issuer, version, level),
        caption=pictogram.caption(language) if pictogram else "",
        alignments=tuple(
            Alignment(name=one.name, url=one.url, framework=one.framework, code=one.code)
            for one in definition.alignments
        ),
        results=_descriptions(address, definition, language),
        badge_class=f"{issuer.base_url}/ob2/badgeclasses/{version.id}/{language}",
    )


def document_of(
    profile: documents.Profile, achievement: documents.Achievement, badge: Badge, *, levels: Sequence[str] = ()
) -> documents.AchievementCredential:
    """The badge, ready to be written and signed."""
    return documents.AchievementCredential(
        id=f"urn:uuid:{badge.id}",
        subject_id=f"urn:uuid:{badge.subject_id}",
        issuer=profile,
        achievement=achievement,
        valid_from=badge.valid_from,
        awarded=badge.awarded,
        valid_until=badge.valid_until,
        status=documents.Status(badge.place.url, badge.place.index),
        results=_results(achievement, badge, levels),
        evidence=badge.witnessed.evidence,
    )


def _scale(address: str, language: str, skills: int) -> Scale:
    return Scale(id=f"{address}#measure", names=_SCALES[language], minimum="0", maximum=str(skills), type="RawScore")


def _descriptions(address: str, definition: Definition, language: str) -> tuple[ResultDescription, ...]:
    skills = len(skills_of(definition))
    measured = _scale(address, language, skills).descriptions() if skills else ()
    level = (
        ResultDescription(f"{address}#level", _LEVEL[language], "PerformanceLevel", allowed=tuple(definition.levels)),
    )
    return (
        *measured,
        *(level if definition.levels else ()),
        ResultDescription(f"{address}#endorsements", _WITNESSED[language], "ext:Endorsements", minimum="0"),
        ResultDescription(f"{address}#jury", _DECIDED[language], "ext:JuryDecisions", minimum="0"),
    )


def _results(achievement: documents.Achievement, badge: Badge, levels: Sequence[str]) -> tuple[Result, ...]:
    witnessed, address = badge.witnessed, achievement.id
    results: list[Result] = []
    if witnessed.measure is not None:
        results += witnessed.measure.results(_scale(address, badge.language, witnessed.skills))
    if badge.level is not None and levels:
        results.append(Result(f"{address}#level", levels[badge.level - 1]))
    if witnessed.endorsements:
        results.append(Result(f"{address}#endorsements", str(witnessed.endorsements)))
    if witnessed.jury:
        results.append(Result(f"{address}#jury", str(witnessed.jury)))
    return tuple(results)


def skills_of(definition: Definition) -> tuple[str, ...]:
    """The micro-skills (``framework:CODE``) that its profile criteria measure, each once, in order."""
    profiles = [one for one in tree.leaves(definition.node) if isinstance(one, Profile)]
    return tuple(dict.fromkeys(key for one in profiles for key in one.keys))
