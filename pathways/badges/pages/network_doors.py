"""What the desk's pages of a network have in common: who may, the network of one's own, forms and what was done."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n, texts
from pathways.badges.issuing import networks, offering, revoking
from pathways.badges.models import Issuer, IssuerKey
from pathways.badges.pages.network_words import SAID
from pathways.errors import DomainError, Invalid, NotFound
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.web.dependencies import Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.problems import STATUS
from pathways.workshops.forms import Filled

MOST_FIELDS, LONGEST_FIELD = 500, 6_000
"""Of a form: a framework has a field for each micro-skill, a text area holds ten lines."""
NONE_YET = D_("Votre structure ne tient pas de réseau.")


def key_of(db: Session, member: Member, key_id: uuid.UUID) -> IssuerKey:
    """A key of the network that the member's organisation keeps."""
    found = db.get(IssuerKey, key_id)
    issuer = networks.kept_by(db, member)
    if found is None or issuer is None or found.issuer_id != issuer.id:
        raise NotFound(D_("Cette clé n'est pas de ce réseau."))
    return found


OF = {"achievement_id": offering.get, "credential_id": revoking.of_network, "key_id": key_of}
Keeper = Annotated[Member, Depends(Requires(Permission.BADGES_ISSUE, of=OF))]
KeeperForm = Annotated[Member, Depends(RequiresForm(Permission.BADGES_ISSUE, of=OF))]
Said = Annotated[Short, Query()]


async def _submitted(request: Request) -> Filled:
    fields: dict[str, list[str]] = {}
    for name, value in list((await request.form()).multi_items())[:MOST_FIELDS]:
        if isinstance(value, str):
            fields.setdefault(name[:80], []).append(texts.salvaged(value, LONGEST_FIELD)[0])
    return Filled(fields)


Sent = Annotated[Filled, Depends(_submitted)]


def own_network(db: Session, member: Member) -> Issuer:
    """The one that the member's organisation keeps; without one, there is nothing here."""
    found = networks.kept_by(db, member)
    if found is None:
        raise NotFound(NONE_YET)
    return found


def page(
    request: Request,
    template: str,
    *,
    said: str = "",
    refused: DomainError | None = None,
    filled: Filled | None = None,
    status: int = 200,
    **values: Any,
) -> Response:
    """A page with what was done, or why it was not: then with the status of the refusal, and each field its reason."""
    if isinstance(refused, Invalid) and filled is not None:
        filled.take(refused)
    return render(
        request,
        template,
        status=STATUS[refused.kind] if refused is not None else status,
        said=i18n.gettext(SAID.get(said, "")),
        wrong=i18n.sentence(refused.message, refused.values) if refused is not None else "",
        filled=filled if filled is not None else Filled(),
        **values,
    )
