"""Networks that issue: made once, kept by one organisation, joined by others."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.badges.formats import keys as format_keys
from pathways.badges.issuing import key_table, lists
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import Issuer, IssuerEvent, IssuerMember
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_
from pathways.people.models import Organisation
from pathways.permissions import Member

NOT_THERE = D_("Ce réseau n'existe pas ici.")
CANNOT_BE = D_("Ce réseau ne peut pas être présenté ainsi.")
_WEB = re.compile(r"https?://[^\s<>\"]{3,290}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def note(
    db: Session, issuer_id: uuid.UUID, act: str, *, by: uuid.UUID | None, about: Any = None, **details: Any
) -> None:
    """Write down what was done in a network's name."""
    db.add(IssuerEvent(issuer_id=issuer_id, account_id=by, act=act, about_id=about, details=details))


def history(db: Session, issuer: Issuer, *, most: int = 200) -> Sequence[IssuerEvent]:
    """What was done in its name, the newest first."""
    newest = sa.select(IssuerEvent).filter_by(issuer_id=issuer.id).order_by(IssuerEvent.id.desc()).limit(most)
    return db.scalars(newest).all()


@dataclass(frozen=True, slots=True)
class Presented:
    """What a network says of itself. Its address (``slug``) never changes; empty, it is made from the name."""

    name: str
    slug: str = ""
    email: str = ""
    website: str = ""
    description: str = ""


def found(
    db: Session,
    signer: Signer,
    organisation_id: uuid.UUID,
    given: Presented,
    *,
    is_demonstration: bool = False,
    by: uuid.UUID | None = None,
) -> Issuer:
    """Make the network of an organisation, its first key and its first status list. One organisation keeps one.

    Raises :class:`Invalid` for a name or an address that cannot be used, :class:`Conflict` where there is one already.
    """
    if db.scalar(sa.select(Issuer.id).filter_by(organisation_id=organisation_id)) is not None:
        raise Conflict(D_("Cette structure délivre déjà des badges."))
    slug = given.slug or slug_of(given.name)
    errors = _wrong(given)
    if not _SLUG.fullmatch(slug):
        errors.append({"field": "slug", "message": D_("L'adresse ne contient que des lettres, chiffres et tirets.")})
    elif db.scalar(sa.select(Issuer.id).filter_by(slug=slug)) is not None:
        errors.append({"field": "slug", "message": D_("Un autre réseau a déjà cette adresse.")})
    if errors:
        raise Invalid(CANNOT_BE, errors=errors)
    issuer = Issuer(
        organisation_id=organisation_id,
        slug=slug,
        base_url=signer.url,
        did=did_of(signer.url, slug),
        name=given.name.strip(),
        email=given.email.strip(),
        website=given.website.strip(),
        description=given.description.strip(),
        is_demonstration=is_demonstration,
    )
    db.add(issuer)
    db.flush()
    db.add(IssuerMember(issuer_id=issuer.id, organisation_id=organisation_id))
    key_table.make(db, signer, issuer)
    lists.begin(db, signer, issuer)
    note(db, issuer.id, "network_made", by=by)
    return issuer


def present(db: Session, actor: Member, issuer_id: uuid.UUID, given: Presented, *, version: int) -> Issuer:
    """Say it otherwise from now on: badges that were signed keep what they said. Raises :class:`Conflict` where
    somebody else did so since ``version`` was read.
    """
    issuer = get(db, actor, issuer_id)
    db.refresh(issuer, with_for_update=True)
    if issuer.version != version:
        raise Conflict(D_("Quelqu'un d'autre a modifié ce réseau entre-temps. Relisez-le, puis recommencez."))
    if errors := _wrong(given):
        raise Invalid(CANNOT_BE, errors=errors)
    issuer.name, issuer.email = given.name.strip(), given.email.strip()
    issuer.website, issuer.description = given.website.strip(), given.description.strip()
    issuer.version += 1
    note(db, issuer.id, "network_presented", by=actor.account_id)
    return issuer


def _wrong(given: Presented) -> list[dict[str, str]]:
    errors = []
    if not 3 <= len(given.name.strip()) <= 200:
        errors.append({"field": "name", "message": D_("Le nom compte de 3 à 200 caractères.")})
    if len(given.description.strip()) > 500:
        errors.append({"field": "description", "message": D_("La présentation compte 500 caractères au plus.")})
    if given.website.strip() and not _WEB.fullmatch(given.website.strip()):
        errors.append({"field": "website", "message": D_("Une adresse complète commence par https://")})
    if given.email.strip() and not _EMAIL.fullmatch(given.email.strip()):
        errors.append({"field": "email", "message": D_("Cette adresse de courriel n'est pas complète.")})
    return errors


def did_of(url: str, slug: str) -> str:
    """The name that the network signs under. A did:web is read over https; a demonstration at http has one all the
    same, which nobody else can look up.
    """
    return format_keys.did_web(f"{key_table.secure(url)}/issuers/{slug}")


def slug_of(name: str) -> str:
    """``Réseau des médiateurs`` as ``reseau-des-mediateurs``."""
    flat = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", flat).strip("-")[:40].strip("-")


def kept_by(db: Session, actor: Member) -> Issuer | None:
    """The network that the organisation of ``actor`` keeps."""
    return db.scalars(sa.select(Issuer).filter_by(organisation_id=actor.organisation_id)).first()


def get(db: Session, actor: Member, issuer_id: uuid.UUID) -> Issuer:
    """The network, for those who keep it; anybody else does not learn that it is there."""
    issuer = db.get(Issuer, issuer_id)
    if issuer is None or issuer.organisation_id != actor.organisation_id:
        raise NotFound(NOT_THERE)
    return issuer


def by_slug(db: Session, slug: str) -> Issuer:
    issuer = db.scalars(sa.select(Issuer).filter_by(slug=slug)).first()
    if issuer is None:
        raise NotFound(NOT_THERE)
    return issuer


def all_of(db: Session) -> Sequence[Issuer]:
    """Every network of this server, by name: what they are is public."""
    return db.scalars(sa.select(Issuer).order_by(Issuer.name)).all()


def members(db: Session, issuer: Issuer) -> Sequence[Organisation]:
    """The organisations that belong to it, its own first."""
    belonging = (
        sa.select(Organisation)
        .join(IssuerMember, IssuerMember.organisation_id == Organisation.id)
        .where(IssuerMember.issuer_id == issuer.id)
        .order_by(Organisation.id != issuer.organisation_id, Organisation.name)
    )
    return db.scalars(belonging).all()


def join(db: Session, actor: Member, issuer_id: uuid.UUID) -> None:
    """The organisation of ``actor`` belongs to the network from now on: it says so itself, nobody says it for it."""
    if db.get(Issuer, issuer_id) is None:
        raise NotFound(NOT_THERE)
    if db.get(IssuerMember, (issuer_id, actor.organisation_id)) is None:
        db.add(IssuerMember(issuer_id=issuer_id, organisation_id=actor.organisation_id))
        note(db, issuer_id, "organisation_joined", by=actor.account_id, about=actor.organisation_id)


def leave(db: Session, actor: Member, issuer_id: uuid.UUID) -> None:
    """It belongs no more. The one that keeps the network cannot leave it."""
    issuer = db.get(Issuer, issuer_id)
    membership = db.get(IssuerMember, (issuer_id, actor.organisation_id))
    if issuer is None or membership is None:
        raise NotFound(NOT_THERE)
    if issuer.organisation_id == actor.organisation_id:
        raise Conflict(D_("Votre structure tient ce réseau : elle ne peut pas le quitter."))
    db.delete(membership)
    note(db, issuer_id, "organisation_left", by=actor.account_id, about=actor.organisation_id)
