"""People at the workbench, and texts for them to bring."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from pathways.items import authoring, service, translating
from pathways.items.models import ItemRevision, ItemTranslation
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.referentials.service import USUAL_FRAMEWORK

SHIPPED = "SEC-02-a"
FREE = "ht"
"""A language in which the tests put translations of their own."""


def somebody(
    db: Session, role: Role = Role.REVIEWER, *, of: UUID | None = None, reviews_shipped: bool = True, name: str = "Une"
) -> Member:
    """A member of a new organisation, or of that one."""
    place = of or people.create_organisation(db, name="Une structure", reviews_shipped=reviews_shipped).id
    account = people.create_account(db, email=f"{uuid4().hex}@exemple.fr", name=name)
    people.add_member(db, account_id=account.id, organisation_id=place, role=role)
    return Member(account.id, name, place, "Une structure", role, OF_ROLE[role])


def revision_of(db: Session, member: Member, code: str = SHIPPED) -> ItemRevision:
    return authoring.last_revision(db, authoring.visible(db, member, USUAL_FRAMEWORK, code))


def texts_of(revision: ItemRevision, mark: str = "tèks") -> dict[str, str]:
    """Whole texts that no checker refuses: the numbers and the French labels of each one are kept."""
    kept = {key: " ".join(translating.to_keep(key, french)) for key, french in revision.segments.items()}
    return {key: f"{mark} {number} {kept[key]}".strip() for number, key in enumerate(revision.segments)}


def cleared(db: Session, member: Member, code: str = SHIPPED, language: str = FREE) -> ItemRevision:
    """Today's revision of a shipped question, as if nobody had translated it into the language."""
    revision = revision_of(db, member, code)
    for row in revision.translations:
        if row.language == language:
            row.is_current = False
    db.flush()
    return revision


def suggest(
    db: Session,
    member: Member,
    mark: str = "tèks",
    *,
    code: str = SHIPPED,
    language: str = FREE,
    texts: Mapping[str, str] | None = None,
) -> ItemTranslation:
    revision = revision_of(db, member, code)
    served = translating.current_of(revision, language)
    return translating.suggest(
        db,
        member,
        USUAL_FRAMEWORK,
        code,
        language=language,
        number=revision.number,
        seen=served.fingerprint if served else "",
        texts=texts or texts_of(revision, mark),
    )


def served_text(db: Session, member: Member, code: str = SHIPPED, language: str = FREE) -> str | None:
    row = service.served(revision_of(db, member, code), language, "machine")
    return row.segments["stem"] if row else None
