"""A network of the organisation with badges on offer, one that its administrator holds and shares, one that they ask
for, somebody else's request that waits for them as a member of the jury: one of each, and what requests about them
carry.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from pathways.badges.candidacy import attesting, endorsing, evidence, jury, requesting
from pathways.badges.candidacy.endorsing import Said
from pathways.badges.candidacy.evidence import For
from pathways.badges.holding import holders, hosting, sharing, takeaways
from pathways.badges.holding.links import Links
from pathways.badges.holding.sharing import Wanted
from pathways.badges.issuing import key_table, networks, offering
from pathways.badges.issuing.networks import Presented
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import AchievementVersion, AwardRequest, Holder, Issuer, KeyAlgorithm
from pathways.permissions import OF_ROLE, Member, Role
from pathways.settings import Settings
from tests.badges.candidacy.candidates import ANYONE, PRAISE, YES, a_member
from tests.badges.candidacy.candidates import DEFINITION as BY_A_JURY
from tests.badges.holding.holding_badges import MEASURED, another
from tests.badges.issuing.networking import DEFINITION, on_offer

_BY_CRITERIA = DEFINITION | MEASURED | {"audience": "learner"}  # whose badge has a sheet for the wall
_PIECE = "story"
_ASKED_FOR = BY_A_JURY | {
    "criteria": {
        "all": [
            {"endorsements": {"n": 1, "by": ANYONE}},
            {"portfolio": {"piece": _PIECE, "asked": {"fr": "Le récit d'un accueil", "en": "The story"}, "jury": 1}},
        ]
    }
}
_WORDS = "J'accueille deux matinées par semaine, depuis un an."
_REASON = "Tout est montré, avec de bons exemples."
_FILE = evidence.File(b"%PDF-1.4 of nothing", evidence.PDF)


# --- what there is --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """A network, what signs for it, and who keeps it."""

    db: Session
    signer: Signer
    links: Links
    keeper: Member
    issuer: Issuer


def made(
    db: Session, settings: Settings, organisation_id: uuid.UUID, account_id: uuid.UUID, attempt_id: uuid.UUID
) -> dict[str, str]:
    """What the addresses of badges name. The space ``/h/me`` is that of ``account_id``, an administrator of the
    organisation; ``private_key`` opens another one. The request that waits for the jury has its own identifiers.
    """
    role = Role.ADMINISTRATOR
    keeper = Member(account_id, "Une personne", organisation_id, "Une structure", role, OF_ROLE[role])
    presented = Presented("Réseau du val", "reseau-du-val", "badges@exemple.fr")
    signer, links = Signer.of(settings), Links(settings.secret)
    place = _Place(db, signer, links, keeper, networks.found(db, signer, organisation_id, presented, by=account_id))
    given = on_offer(db, keeper, place.issuer, **_BY_CRITERIA)
    asked = on_offer(db, keeper, place.issuer, **_ASKED_FOR)
    offering.revise(db, keeper, given.achievement_id)
    jury.name(db, keeper, place.issuer.id, account_id)
    holder = holders.for_account(db, links, keeper)
    holders.bring_attempt(db, holder, attempt_id)
    values = _offered(place, given) | _held(place, given, holder) | _asked_for(place, asked, holder)
    _, private_key = holders.create(db, links)
    return values | _waiting(place, asked) | {"key": "me", "private_key": private_key, "account_id": str(account_id)}


def _offered(place: _Place, version: AchievementVersion) -> dict[str, str]:
    """An achievement with a version and a draft, as the desk and everybody name it."""
    return {
        "issuer_slug": place.issuer.slug,
        "achievement_id": str(version.achievement_id),
        "achievement_slug": version.achievement.slug,
        "version_id": str(version.id),
        "version_name": f"v{version.number}",
        "picture_name": f"v{version.number}.png",
        "badge_language": "fr",
        "spoken": "fr",
        "proposal_slug": "welcome-diagnosis",
        "part": "texts",
    }


def _held(place: _Place, version: AchievementVersion, holder: Holder) -> dict[str, str]:
    """A badge with a token, a twin and a page that is shared; and the key that signed the token."""
    db = place.db
    credential = another(db, version, holder, signer=place.signer)
    takeaways.sign_token(db, place.signer, credential)
    hosting.host(db, holder, credential.id, "personne@exemple.fr")
    share = sharing.make(db, place.links, holder, Wanted(credential.id, shows=sharing.SHOWN))
    key = key_table.active(db, place.issuer.id, KeyAlgorithm.RSA)
    assert key is not None, "it signed the token"
    return {
        "credential_id": str(credential.id),
        "form": "jwt",
        "twin_token": str(credential.hosted_token),
        "share_id": str(share.id),
        "share_token": sharing.token_of(place.links, share),
        "key_id": str(key.id),
    }


def _asked_for(place: _Place, version: AchievementVersion, holder: Holder) -> dict[str, str]:
    """A request that is not sent yet, with a file, an open link and a paper that nobody has seen."""
    db = place.db
    request = requesting.ask(db, holder, version.achievement_id, organisation_id=place.keeper.organisation_id)
    file = evidence.add_file(db, holder, request.id, title="Un accueil", file=_FILE, use=For(_PIECE, is_piece=True))
    invitation, token = endorsing.invite(db, place.links, holder, request.id, label="une collègue")
    return {
        "request_id": str(request.id),
        "evidence_id": str(file.id),
        "invited_id": str(invitation.id),
        "link_id": str(invitation.id),
        "attested_id": str(attesting.declare(db, holder, kind="aidants-connect").id),
        "endorse_token": token,
    }


def _waiting(place: _Place, version: AchievementVersion) -> dict[str, str]:
    """The request of somebody of another structure, as the jury finds it; and what the keeper said of somebody else."""
    db, links = place.db, place.links
    candidate = a_member(db)
    networks.join(db, candidate, place.issuer.id)
    holder = holders.for_account(db, links, candidate)
    request = requesting.ask(db, holder, version.achievement_id, organisation_id=candidate.organisation_id)
    requesting.write(db, holder, request.id, words=_WORDS, answers={}, version=request.version)
    file = evidence.add_file(db, holder, request.id, title="Un accueil", file=_FILE, use=For(_PIECE, is_piece=True))
    _endorsed(place, request, a_member(db))
    paper = attesting.declare(db, holder, kind="remn")
    requesting.submit(db, place.signer, holder, request.id)
    third = holders.for_account(db, links, a_member(db))
    given = _endorsed(place, requesting.ask(db, third, version.achievement_id), place.keeper)
    return {
        "jury request_id": str(request.id),
        "jury evidence_id": str(file.id),
        "jury attested_id": str(paper.id),
        "endorsement_id": str(given),
    }


def _endorsed(place: _Place, request: AwardRequest, by: Member) -> uuid.UUID:
    candidate = place.db.get_one(Holder, request.holder_id)
    _, token = endorsing.invite(place.db, place.links, candidate, request.id)
    return endorsing.endorse(place.db, place.links, token, Said(PRAISE), by=by).id


# --- what is sent ---------------------------------------------------------------------------------------------

_SOME = str(uuid.UUID(int=61))
_NETWORK = {"name": "Réseau du val", "email": "badges@exemple.fr"}
_TEXTS = {
    "texts.fr.name": "Aider à une permanence",
    "texts.fr.description": "Accueille et aide une personne à côté d'elle.",
    "audience": "volunteer",
    "version": "1",
}
_SAID = {"comment": PRAISE, "role": "médiatrice"}
QUERIES: dict[str, dict[str, str]] = {
    "DELETE /api/v1/network/achievements/{achievement_id}/draft": {"version": "1"},
    "GET /sessions/{session_id}/badges/slips": {"achievement": _SOME},
}
UPLOADS: dict[str, dict[str, Any]] = {
    "POST /api/v1/award-requests/{request_id}/evidence/files": {
        "files": {"file": ("preuve.txt", _WORDS.encode(), "text/plain")},
        "data": {"title": "Un accueil"},
    }
}
JSON_BODIES: dict[str, Any] = {
    "POST /api/v1/verifications": {"text": "{}"},
    "POST /api/v1/network": _NETWORK,
    "PUT /api/v1/network": _NETWORK | {"version": 1},
    "POST /api/v1/network/jury": {"email": "personne@exemple.fr"},
    "POST /api/v1/network/keys/rotation": {"reason": "Comme chaque année"},
    "POST /api/v1/network/achievements": {"definition": _BY_CRITERIA},
    "PUT /api/v1/network/achievements/{achievement_id}/draft": {"definition": _BY_CRITERIA, "version": 1},
    "POST /api/v1/network/achievements/{achievement_id}/publication": {"version": 1},
    "POST /api/v1/network/credentials/{credential_id}/revocation": {"why": "error"},
    "POST /api/v1/award-requests": {"achievement_id": _SOME},
    "PUT /api/v1/award-requests/{request_id}": {"words": _WORDS, "version": 1},
    "POST /api/v1/award-requests/{request_id}/appeal": {"words": _WORDS},
    "POST /api/v1/award-requests/{request_id}/evidence": {"title": "Un accueil", "text": _WORDS},
    "POST /api/v1/award-requests/{request_id}/invitations": {"label": "un collègue"},
    "POST /api/v1/endorsements": {"token": "x" * 43, "comment": PRAISE},
    "POST /api/v1/jury/requests/{request_id}/decisions": {"verdict": "grant", "grid": YES, "reason": _REASON},
}
FORMS: dict[str, dict[str, str]] = {
    "/verify": {"text": "x"},
    "/network": _NETWORK,
    "/network/presentation": _NETWORK | {"version": "1"},
    "/network/join": {"network": _SOME},
    "/network/leave": {"network": _SOME},
    "/network/jury": {"email": "personne@exemple.fr"},
    "/network/jury/leave": {"account": _SOME},
    "/network/badges/{credential_id}/revoke": {"why": "error", "words": "Deux fois la même", "sure": "1"},
    "/network/keys/rotate": {"reason": "Comme chaque année"},
    "/network/keys/{key_id}/compromise": {"reason": "Un vol", "confirmation": "reseau-du-val"},
    "/network/achievements/new": _TEXTS | {"picture.pictogram": "volunteer-welcome", "picture.tint": "lake"},
    "/network/achievements/{achievement_id}/publish": {"sure": "1", "version": "1"},
    "/network/achievements/{achievement_id}/discard": {"sure": "1", "version": "1"},
    "/network/achievements/{achievement_id}/parts/{part}": _TEXTS,
    "/network/achievements/{achievement_id}/criteria": {"at": "", "act": "enclose", "kind": "any", "version_read": "1"},
    "/network/achievements/{achievement_id}/criteria/leaf": {"at": "", "hours": "3", "version_read": "1"},
    "/sessions/{session_id}/badges": {"achievement": _SOME},
    "/jury/{request_id}/decide": {"verdict": "grant", "reason": _REASON, "grid-listens": "yes", "grid-orients": "yes"},
    "/endorse/{endorse_token}/open": _SAID,
    "/endorse/{endorse_token}/account": _SAID,
    "/h": {"new": "1"},
    "/h/me/co-led": {"session": _SOME, "account": _SOME},
    "/h/{key}/name": {"name": "A."},
    "/h/{key}/email": {"email": "personne@exemple.fr"},
    "/h/{key}/language": {"language": "ar"},
    "/h/{key}/results": {"code": "2222-2222"},
    "/h/{key}/new-link": {"days": "30"},
    "/h/{key}/badges/{credential_id}/file": {"form": "jwt"},
    "/h/{key}/badges/{credential_id}/backpack": {"email": "personne@exemple.fr", "form": "jws"},
    "/h/{key}/badges/{credential_id}/give-up": {"sure": "1"},
    "/h/{key}/requests": {"badge": _SOME},
    "/h/{key}/requests/{request_id}/words": {"words": _WORDS, "version": "1"},
    "/h/{key}/requests/{request_id}/appeal": {"appeal": _WORDS},
    "/h/{key}/requests/{request_id}/pathway": {"attempt": _SOME},
    "/h/{key}/requests/{request_id}/questions": {"attempt": _SOME},
    "/h/{key}/requests/{request_id}/evidence": {"kind": "text", "title": "Un accueil", "text": _WORDS},
    "/h/{key}/requests/{request_id}/invitations": {"label": "un collègue", "act": "invite"},
    "/h/{key}/requests/{request_id}/attested": {"attested": "remn"},
    "/t/{attempt_id}/badges": {"space": "own", "link": "x" * 43},
    "/b/{slip_token}/badges": {"space": "own", "link": "x" * 43},
}
