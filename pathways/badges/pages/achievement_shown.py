"""One version of an achievement, for its page and for machines."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from pathways import i18n
from pathways.badges.candidacy import standing
from pathways.badges.criteria import wording
from pathways.badges.criteria.wording import Language
from pathways.badges.drawing.pictograms import PICTOGRAMS
from pathways.badges.formats import documents
from pathways.badges.formats.documents import Achievement
from pathways.badges.issuing import composing, naming, offering
from pathways.badges.issuing.defining import Definition
from pathways.badges.models import AchievementVersion, Issuer
from pathways.badges.pages.catalogue_words import AUDIENCES, WORDS


def values(db: Session, issuer: Issuer, version: AchievementVersion, language: Language) -> dict[str, Any]:
    """For ``badge.html``: what is needed, and the same as a badge says it."""
    definition = offering.definition_of(version)
    node = definition.node
    names = naming.names_for(db, [node], language)
    said = composing.achievement_of(issuer, version, definition, language, names)
    jury = standing.demand_of(version).most_jury
    pictogram = PICTOGRAMS.get(definition.picture.pictogram)
    return {
        "version": version,
        "achievement": version.achievement,
        "definition": definition,
        "texts": definition.texts_in(language),
        "audience": AUDIENCES[definition.audience],
        "needed": wording.needed(node, language, names),
        "required": wording.required(node, language, names),
        "measured": _measured(said),
        "caption": pictogram.caption(language) if pictogram else "",
        "lasts": _lasts(definition, language),
        "jury": jury,
        "decides": _decides(jury, language),
    }


def document(db: Session, issuer: Issuer, version: AchievementVersion, language: Language) -> dict[str, Any]:
    """The achievement as it stands inside its badges, on its own."""
    definition = offering.definition_of(version)
    names = naming.names_for(db, [definition.node], language)
    said = composing.achievement_of(issuer, version, definition, language, names)
    return {"@context": list(documents.CONTEXT), **said.document()}


def _measured(said: Achievement) -> list[tuple[str, str, str]]:
    """``(fragment of its address, what it is called, between what it lies)`` of each number that a badge carries."""
    return [
        (
            one.id.partition("#")[2],
            one.name,
            ", ".join(one.allowed) or (f"{one.minimum} – {one.maximum}" if one.minimum and one.maximum else ""),
        )
        for one in said.results
    ]


def _lasts(definition: Definition, language: Language) -> str:
    if definition.validity_months is None:
        said, values = WORDS["for_ever"], {}
    else:
        said = WORDS["months"] if definition.renewal else WORDS["months_only"]
        values = {"number": definition.validity_months}
    return i18n.sentence(said, values, language)


def _decides(jury: int, language: Language) -> str:
    said = WORDS["jury_none"] if not jury else WORDS["jury_one"] if jury == 1 else WORDS["jury_many"]
    return i18n.sentence(said, {"number": jury} if jury > 1 else {}, language)
