"""The mails of this feature: handlers of its events, which the application registers."""

from __future__ import annotations

import functools
import uuid
from typing import Any

from sqlalchemy.orm import Session

from pathways import mail, outbox
from pathways.people import recovery
from pathways.settings import Settings

FORGOTTEN_SUBJECT = "Choisir un nouveau mot de passe"
FORGOTTEN_TEXT = """\
Bonjour,

Quelqu'un, sans doute vous, a demandé un nouveau mot de passe pour votre compte sur
{server}

Pour le choisir, ouvrez ce lien. Il sert une seule fois, pendant une heure :
{link}

Si vous n'avez rien demandé, ne faites rien : votre mot de passe reste le même.
"""


def password_forgotten(settings: Settings) -> outbox.Handler:
    """The handler of :class:`~pathways.people.events.PasswordForgotten`."""

    def handle(db: Session, payload: dict[str, Any]) -> outbox.Errand | None:
        found = recovery.reset_link_after_mail_request(db, uuid.UUID(payload["account_id"]))
        if found is None:
            return None
        account, token = found
        return functools.partial(
            mail.send,
            settings.mail_url,
            sender=settings.mail_from,
            to=account.email,
            subject=FORGOTTEN_SUBJECT,
            text=FORGOTTEN_TEXT.format(server=settings.url, link=f"{settings.url}/reset/{token}"),
        )

    return handle
