"""What this server publishes in Open Badges 2.0, for old backpacks: issuers, badge classes, keys, revocations.

All of it is made from rows that never change, or from what is public elsewhere, and names nobody. The assertion of
somebody is published only where they asked for it (:mod:`hosting`).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import ids
from pathways.badges.criteria import wording
from pathways.badges.criteria.wording import Language
from pathways.badges.formats import keys, ob2
from pathways.badges.formats.results import Alignment
from pathways.badges.issuing import composing, key_table, naming, offering
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import AchievementVersion, Credential, Issuer, IssuerKey, KeyAlgorithm
from pathways.errors import Conflict, NotFound
from pathways.i18n import N_

NOT_THERE = N_("Cette page n'existe pas.")
REASONS: Mapping[str, str] = {
    Why.ERROR: "Issued in error",
    Why.FRAUD: "Obtained by fraud",
    Why.COMPROMISED: "Its key was compromised; it was issued again",
    Why.SUPERSEDED: "Superseded by a newer one",
    Why.ASKED: "Withdrawn by its holder",
}
"""In English, for programs: the standard has no other place for it."""


def issuer_document(db: Session, issuer: Issuer) -> dict[str, Any]:
    """The profile of a network. Raises :class:`Conflict` for one without the address that the standard wants."""
    if not issuer.email:
        raise Conflict(N_("Ce réseau n'a pas donné d'adresse : les anciens sacs à badges en demandent une."))
    published = [one for one in key_table.published(db, issuer.id) if one.algorithm is KeyAlgorithm.RSA]
    document = ob2.issuer_profile(
        ob2.Issuer(
            id=issuer_url(issuer),
            name=issuer.name,
            url=issuer.website or f"{issuer.base_url}/issuers/{issuer.slug}",
            email=issuer.email,
            starts_with=assertion_url(issuer, ""),
            description=issuer.description,
            key=key_url(issuer, published[0].id) if published else "",
            revocations=revocations_url(issuer),
        )
    )
    if len(published) > 1:  # what a retired key signed still holds
        document["publicKey"] = [key_url(issuer, one.id) for one in published]
    return document


def badge_class_document(db: Session, version_id: uuid.UUID, language: Language) -> dict[str, Any]:
    """A version in one of its languages."""
    version = db.get(AchievementVersion, version_id)
    if version is None:
        raise NotFound(NOT_THERE)
    issuer, definition = version.achievement.issuer, offering.definition_of(version)
    if language not in definition.languages:
        raise NotFound(NOT_THERE)
    node, texts = definition.node, definition.texts_in(language)
    address = composing.address_of(issuer, version, language)
    names = naming.names_for(db, [node], language)
    return ob2.badge_class(
        ob2.BadgeClass(
            id=badge_class_url(issuer, version_id, language),
            name=texts.name,
            description=texts.description,
            image=composing.picture_of(issuer, version, 1 if definition.levels else None),
            criteria_url=f"{address}#criteria",
            criteria=wording.as_text(wording.required(node, language, names)),
            issuer=issuer_url(issuer),
            alignments=tuple(
                Alignment(name=one.name, url=one.url, framework=one.framework, code=one.code)
                for one in definition.alignments
            ),
            related=address,
        )
    )


def key_document(db: Session, key_id: uuid.UUID) -> dict[str, Any]:
    """A key that may be believed."""
    key = db.get(IssuerKey, key_id)
    if key is None or key.algorithm is not KeyAlgorithm.RSA or key.state not in key_table.PUBLISHED:
        raise NotFound(NOT_THERE)
    issuer = db.get_one(Issuer, key.issuer_id)
    jwk = key_table.public_jwk(db, issuer, key_id)
    return ob2.cryptographic_key(key_url(issuer, key_id), issuer_url(issuer), keys.rsa_pem(keys.rsa_public(jwk)))


def revocations_document(db: Session, issuer: Issuer) -> dict[str, Any]:
    """Every badge of the network that was taken back, by the name that a signed twin of it has, whether or not there
    was one: nobody learns who asked for one.
    """
    taken_back = sa.select(Credential.id, Credential.revocation).where(
        Credential.issuer_id == issuer.id, Credential.revoked_at.is_not(None)
    )
    revoked = {signed_id(credential_id): REASONS[why] for credential_id, why in db.execute(taken_back)}
    return ob2.revocation_list(revocations_url(issuer), issuer_url(issuer), revoked)


# --- addresses and names --------------------------------------------------------------------------------------


def issuer_url(issuer: Issuer) -> str:
    return f"{issuer.base_url}/ob2/issuers/{issuer.slug}"


def badge_class_url(issuer: Issuer, version_id: uuid.UUID, language: str) -> str:
    return f"{issuer.base_url}/ob2/badgeclasses/{version_id}/{language}"


def assertion_url(issuer: Issuer, token: str) -> str:
    return f"{issuer.base_url}/ob2/assertions/{token}"


def key_url(issuer: Issuer, key_id: uuid.UUID) -> str:
    return f"{issuer.base_url}/ob2/keys/{key_id}"


def revocations_url(issuer: Issuer) -> str:
    return f"{issuer.base_url}/ob2/revocations/{issuer.slug}"


def signed_id(credential_id: uuid.UUID) -> str:
    """What the signed twin of a badge is called: another name than the badge's own, and always the same."""
    return f"urn:uuid:{ids.stable_id('open badges 2.0', str(credential_id))}"
