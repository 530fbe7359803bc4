"""What a badge can be taken away as: the signed file, pictures with the file inside, a token, a paper.

Signed bytes are given out as they were signed. A token is signed the first time that its holder wants one, and kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.formats import documents, vc_jwt
from pathways.badges.formats.baking import png, svg
from pathways.badges.holding import certificates, held
from pathways.badges.holding.contents import contents_of
from pathways.badges.holding.validity import COUNTS, validity_of
from pathways.badges.issuing import key_table, offering, revoking
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import Credential, CredentialForm
from pathways.errors import Gone, NotFound
from pathways.i18n import N_

MEDIA_TYPES: Mapping[CredentialForm, str] = {
    CredentialForm.JSON: documents.MEDIA_TYPE,
    CredentialForm.PNG: "image/png",
    CredentialForm.SVG: "image/svg+xml",
    CredentialForm.PDF: "application/pdf",
    CredentialForm.JWT: "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class File:
    data: bytes
    media_type: str
    name: str
    """That a browser saves it under; it tells which badge, and nothing of whom."""


def file_of(db: Session, credential: Credential, form: CredentialForm) -> File:
    """A badge that was not erased, as a file. Raises :class:`NotFound` for a token that nobody asked for yet, and
    :class:`Gone` for a paper of a badge that does not count any more: it would go on saying so.
    """
    data = _MAKING[form](db, credential)
    return File(data, MEDIA_TYPES[form], f"{_name(credential)}.{form.value}")


def sign_token(db: Session, signer: Signer, credential: Credential) -> str:
    """The badge as a JWT, signed now if it was not before. Raises :class:`Conflict` for one that is over."""
    credential = held.hold(db, credential)
    if credential.jwt is None:
        revoking.must_live(credential)
        private, kid = key_table.rsa_key(db, signer, credential.issuer)
        credential.jwt = vc_jwt.encode(json.loads(credential.document), private, kid=kid)
        db.flush()
    return credential.jwt


def _json(_db: Session, credential: Credential) -> bytes:
    return credential.document


def _png(db: Session, credential: Credential) -> bytes:
    picture = offering.picture_of(db, credential.version_id, credential.level)
    return png.bake(picture.png, credential.document.decode())


def _svg(db: Session, credential: Credential) -> bytes:
    picture = offering.picture_of(db, credential.version_id, credential.level)
    return svg.bake(picture.svg.encode(), credential.document.decode())


def _pdf(db: Session, credential: Credential) -> bytes:
    if validity_of(credential, clock.now()) not in COUNTS:
        raise Gone(N_("Ce badge ne compte plus : il n'y a plus de papier à imprimer."))
    picture = offering.picture_of(db, credential.version_id, credential.level)
    return certificates.certificate(
        contents_of(credential.document),
        picture.png,
        held.address_of(credential),
        is_demonstration=credential.issuer.is_demonstration,
    )


def _jwt(_db: Session, credential: Credential) -> bytes:
    if credential.jwt is None:
        raise NotFound(held.NOT_THERE)
    return credential.jwt.encode()


_MAKING: Mapping[CredentialForm, Callable[[Session, Credential], bytes]] = {
    CredentialForm.JSON: _json,
    CredentialForm.PNG: _png,
    CredentialForm.SVG: _svg,
    CredentialForm.PDF: _pdf,
    CredentialForm.JWT: _jwt,
}


def _name(credential: Credential) -> str:
    return f"badge-{credential.version.achievement.slug}-{str(credential.id)[:8]}"
