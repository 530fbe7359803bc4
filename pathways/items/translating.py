"""The texts of an organisation's own items in other languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import i18n
from pathways.errors import Conflict, NotFound
from pathways.items import authoring, flaws, service
from pathways.items.flaws import Flaw
from pathways.items.models import ItemRevision, ItemTranslation
from pathways.permissions import Member


def before(db: Session, revision: ItemRevision, language: str) -> dict[str, str]:
    """What a translator starts from: today's texts, else earlier ones where the French is still the same."""
    for row in revision.translations:
        if row.language == language and row.is_current:
            return dict(row.segments)
    earlier = db.execute(
        sa.select(ItemTranslation.segments, ItemRevision.segments.label("french"))
        .join(ItemRevision, ItemRevision.id == ItemTranslation.revision_id)
        .where(
            ItemRevision.item_id == revision.item_id,
            ItemTranslation.language == language,
            ItemTranslation.is_current,
        )
        .order_by(ItemRevision.number.desc())
        .limit(1)
    ).first()
    if earlier is None:
        return {}
    return {
        key: text for key, text in earlier.segments.items() if earlier.french.get(key) == revision.segments.get(key)
    }


def examined(french: Mapping[str, str], texts: Mapping[str, str]) -> list[Flaw]:
    found = flaws.segment_flaws(french, texts) + flaws.copied_segments(french, texts)
    return found + [Flaw((key,), "too-long", "300 lettres au plus") for key, text in texts.items() if len(text) > 300]


def translate(
    db: Session,
    member: Member,
    framework: str,
    code: str,
    *,
    language: str,
    number: int,
    texts: Mapping[str, str],
) -> ItemTranslation:
    """The texts of an own item in a language, as a draft until somebody else has read them."""
    if language not in i18n.languages() or language == i18n.SOURCE:
        raise NotFound("Cette langue n'existe pas.")
    item = authoring.own(db, member, framework, code)
    db.refresh(item, with_for_update=True)
    revision = authoring.last_revision(db, item)
    if revision.number != number:
        raise Conflict(
            "La question a changé entre-temps. Vos textes sont encore là : comparez-les au nouveau français, puis "
            "enregistrez-les."
        )
    given = {key: text for key, text in texts.items() if text}
    if wrong := [flaw for flaw in examined(revision.segments, given) if not flaw.warning]:
        raise authoring.refused(wrong)
    row = service.translate(db, revision, language, given, state="draft", translator_id=member.account_id)
    db.flush()
    return row


def language_of(tag: str) -> str:
    """The code of a language that items are translated into."""
    code = i18n.recognised(tag)
    if code is None or code == i18n.SOURCE:
        raise NotFound("Cette langue n'existe pas.")
    return code


def labels(body: Mapping[str, Any]) -> dict[str, str]:
    """What each segment is, in French, for the form of a translation."""
    found = {
        "stem": "Question",
        "picture.alt": "Description de l'image (lue à voix haute)",
        "picture.words": "Mots écrits dans l'image",
        "explain": "Explication",
    }
    for number, option in enumerate(body["options"], 1):
        found[f"options.{option['id']}"] = f"Réponse {number}"
        found[f"options.{option['id']}.alt"] = f"Réponse {number} : description de l'image"
        found[f"options.{option['id']}.words"] = f"Réponse {number} : mots écrits dans l'image"
    for number, target in enumerate(body["targets"], 1):
        found[f"targets.{target['id']}"] = f"Ce qui va avec, {number}"
    return found
