"""Who hears of a request or of a badge by mail: the jury that one waits, the candidate that it is decided, the holder
that a badge runs out. No subject names a person, and no mail says what a jury wrote: it leads to the page.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids, mail, outbox
from pathways.badges.candidacy import jury, requests, standing
from pathways.badges.events import BadgeExpiring, BadgeReissued, BadgeRevoked, RequestDecided, RequestSubmitted
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.issuing import offering
from pathways.badges.models import WAITING, AchievementVersion, AwardRequest, Credential, Holder, RequestState
from pathways.errors import Conflict
from pathways.people.models import Account
from pathways.settings import Settings

REMINDED_BEFORE = timedelta(days=60)
AT_ONCE = 200
MOST_TOLD = 5
"""Of a jury, about one request: others find it in their queue."""
JURY, OWN, ME = "/jury", "/h", "me"
"""Where the mails lead: to the desk of the jury; to the holder's space, by their account or by their private link."""


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    text: str
    """With ``%(badge)s``, ``%(day)s`` and ``%(link)s``."""


SUBMITTED = Words(
    "Une demande de badge attend le jury",
    "Bonjour,\n\nUne demande pour le badge « %(badge)s » attend le jury dont vous êtes membre.\n"
    "Pour la lire, connectez-vous :\n%(link)s\n\nCe message ne dit rien de la personne.\n",
)
DECIDED: Mapping[RequestState, Mapping[str, Words]] = {
    RequestState.GRANTED: {
        "fr": Words(
            "Votre demande de badge est acceptée",
            "Bonjour,\n\nVotre demande pour le badge « %(badge)s » est acceptée.\n"
            "Votre badge vous attend :\n%(link)s\n",
        ),
        "en": Words(
            "Your badge request was accepted",
            "Hello,\n\nYour request for the badge “%(badge)s” was accepted.\nYour badge is waiting here:\n%(link)s\n",
        ),
    },
    RequestState.REFUSED: {
        "fr": Words(
            "Votre demande de badge est décidée",
            "Bonjour,\n\nLe jury n'a pas accordé le badge « %(badge)s » cette fois.\n"
            "Il a écrit pourquoi, et vous pouvez demander que d'autres décident :\n%(link)s\n",
        ),
        "en": Words(
            "Your badge request was decided",
            "Hello,\n\nThe jury did not grant the badge “%(badge)s” this time.\n"
            "It wrote why, and you can ask for others to decide:\n%(link)s\n",
        ),
    },
    RequestState.RETURNED: {
        "fr": Words(
            "Votre demande de badge attend un complément",
            "Bonjour,\n\nIl manque encore quelque chose à votre demande pour le badge « %(badge)s ».\n"
            "Lisez quoi, complétez, puis envoyez de nouveau :\n%(link)s\n",
        ),
        "en": Words(
            "Your badge request needs something more",
            "Hello,\n\nSomething is still missing in your request for the badge “%(badge)s”.\n"
            "Read what, add it, then send it again:\n%(link)s\n",
        ),
    },
}
EXPIRING: Mapping[str, Words] = {
    "fr": Words(
        "Un de vos badges finit bientôt",
        "Bonjour,\n\nVotre badge « %(badge)s » est valable jusqu'au %(day)s.\nPour le renouveler :\n%(link)s\n",
    ),
    "en": Words(
        "One of your badges runs out soon",
        "Hello,\n\nYour badge “%(badge)s” is valid until %(day)s.\nTo renew it:\n%(link)s\n",
    ),
}


REVOKED: Mapping[str, Words] = {
    "fr": Words(
        "Un de vos badges ne compte plus",
        "Bonjour,\n\nLe réseau a repris votre badge « %(badge)s » : il ne compte plus.\n"
        "Votre espace dit pourquoi, et ce que vous pouvez faire :\n%(link)s\n",
    ),
    "en": Words(
        "One of your badges counts no more",
        "Hello,\n\nThe network took back your badge “%(badge)s”: it counts no more.\n"
        "Your space says why, and what you can do:\n%(link)s\n",
    ),
}
REISSUED: Mapping[str, Words] = {
    "fr": Words(
        "Votre badge a été refait : prenez le nouveau fichier",
        "Bonjour,\n\nUne clé du réseau n'était plus sûre. Votre badge « %(badge)s » a été refait avec une autre.\n"
        "L'ancien fichier ne compte plus. Le nouveau vous attend :\n%(link)s\n",
    ),
    "en": Words(
        "Your badge was made again: take the new file",
        "Hello,\n\nA key of the network was no longer safe. Your badge “%(badge)s” was made again with another.\n"
        "The file of before counts no more. The new one is waiting here:\n%(link)s\n",
    ),
}


@dataclass(frozen=True, slots=True)
class _Letter:
    to: Sequence[str]
    words: Words
    values: Mapping[str, str]
    path: str
    """Where it leads."""
    reference: str


def handlers(settings: Settings) -> dict[str, outbox.Handler]:
    links = Links(settings.secret)
    return {
        RequestSubmitted.__name__: _handler(settings, _submitted),
        RequestDecided.__name__: _handler(settings, functools.partial(_decided, links)),
        BadgeExpiring.__name__: _handler(settings, functools.partial(_expiring, links)),
        BadgeRevoked.__name__: _handler(settings, functools.partial(_changed, links, REVOKED, "revoked")),
        BadgeReissued.__name__: _handler(settings, functools.partial(_changed, links, REISSUED, "reissued")),
    }


def plan(db: Session) -> int:
    """Note the badges that run out within two months and whose holders were not told; how many. For the worker."""
    now = clock.now()
    due = (
        sa.select(Credential)
        .where(Credential.valid_until.between(now, now + REMINDED_BEFORE))
        .where(Credential.reminded_at.is_(None), Credential.revoked_at.is_(None), Credential.holder_id.is_not(None))
        .order_by(Credential.valid_until, Credential.id)
        .limit(AT_ONCE)
    )
    found = db.scalars(due.with_for_update(skip_locked=True)).all()
    for credential in found:
        credential.reminded_at = now
        outbox.record(db, BadgeExpiring(credential_id=credential.id), about_id=credential.id)
        if credential.holder_id is not None:
            holders.tell(db, credential.holder_id, "expiring", about=credential.id)
    db.flush()
    return len(found)


def address_of(db: Session, holder: Holder) -> str:
    """Where somebody is told: at their account's address, else at the one that they gave; empty for nowhere."""
    account = _account(db, holder)
    return account.email if account is not None else holder.email


def space_of(db: Session, links: Links, holder: Holder) -> str:
    """The address of their space: by their account, or by the private link for who has none."""
    if _account(db, holder) is not None:
        return f"{OWN}/{ME}"
    try:
        return f"{OWN}/{holders.token_of(links, holder)}"
    except Conflict:  # the server's secret is another since: their own link opens it still
        return OWN


# --- inside ---------------------------------------------------------------------------------------------------


def _handler(settings: Settings, write: Callable[[Session, dict[str, Any]], _Letter | None]) -> outbox.Handler:
    def handle(db: Session, payload: dict[str, Any]) -> outbox.Errand | None:
        letter = write(db, payload) if settings.mail_url else None
        return functools.partial(_send, settings, letter) if letter is not None and letter.to else None

    return handle


def _send(settings: Settings, letter: _Letter) -> None:
    text = letter.words.text % {**letter.values, "link": f"{settings.url}{letter.path}"}
    for number, address in enumerate(letter.to):
        mail.send(
            settings.mail_url,
            sender=settings.mail_from,
            to=address,
            subject=letter.words.subject,
            text=text,
            reference=f"{letter.reference}-{number}",
        )


def _submitted(db: Session, payload: dict[str, Any]) -> _Letter | None:
    request = _request(db, payload)
    if request is None or request.state not in WAITING:
        return None
    may = jury.who_may(db, request)
    # Not always the same ones: each request has an order of its own.
    told = sorted(may, key=lambda one: ids.digest(f"{request.id} {one.id}"))[:MOST_TOLD]
    values = {"badge": _badge(request.achievement_version, "fr")}
    reference = f"badge-request-{request.id}-{request.round}"
    return _Letter([one.email for one in told], SUBMITTED, values, f"{JURY}/{request.id}", reference)


def _decided(links: Links, db: Session, payload: dict[str, Any]) -> _Letter | None:
    request = _request(db, payload)
    if request is None or request.state not in DECIDED:
        return None  # it went on since
    language = standing.words_in(request.holder.language)
    values = {"badge": _badge(request.achievement_version, language)}
    path = f"{space_of(db, links, request.holder)}/requests/{request.id}"
    reference = f"badge-request-{request.id}-{request.round}-{request.state.value}"
    return _Letter(_to(db, request.holder), DECIDED[request.state][language], values, path, reference)


def _expiring(links: Links, db: Session, payload: dict[str, Any]) -> _Letter | None:
    credential = db.get(Credential, uuid.UUID(payload["credential_id"]))
    if credential is None or credential.revoked_at is not None or credential.valid_until is None:
        return None
    holder = db.get(Holder, credential.holder_id) if credential.holder_id else None
    if holder is None:
        return None
    language = standing.words_in(holder.language)
    day = i18n.say_date(credential.valid_until.astimezone(clock.PARIS).date(), language)
    values = {"badge": _badge(credential.version, language), "day": day}
    reference = f"badge-expiring-{credential.id}"
    return _Letter(_to(db, holder), EXPIRING[language], values, space_of(db, links, holder), reference)


def _changed(
    links: Links, words: Mapping[str, Words], what: str, db: Session, payload: dict[str, Any]
) -> _Letter | None:
    """A badge that was taken back, or made again. One that another stands in for is told of by that one's letter."""
    credential = db.get(Credential, uuid.UUID(payload["credential_id"]))
    holder = db.get(Holder, credential.holder_id) if credential is not None and credential.holder_id else None
    if credential is None or holder is None or credential.superseded_by_id is not None:
        return None
    language = standing.words_in(holder.language)
    values = {"badge": _badge(credential.version, language)}
    return _Letter(
        _to(db, holder), words[language], values, space_of(db, links, holder), f"badge-{what}-{credential.id}"
    )


def _request(db: Session, payload: dict[str, Any]) -> AwardRequest | None:
    return db.get(AwardRequest, uuid.UUID(payload["request_id"]), options=requests.whole())


def _badge(version: AchievementVersion, language: str) -> str:
    return offering.definition_of(version).texts_in(language).name


def _account(db: Session, holder: Holder) -> Account | None:
    account = db.get(Account, holder.account_id) if holder.account_id else None
    return account if account is not None and account.closed_at is None else None


def _to(db: Session, holder: Holder) -> Sequence[str]:
    address = address_of(db, holder)
    return [address] if address else []
