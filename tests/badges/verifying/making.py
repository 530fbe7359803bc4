"""Badges of an invented network, in each form, and all that its site serves: for tests that verify."""

from __future__ import annotations

import copy
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from PIL import Image

from pathways.badges.formats import documents, integrity, keys, status_list, vc_jwt
from pathways.badges.formats.baking import png, svg
from pathways.badges.formats.documents import (
    Achievement,
    AchievementCredential,
    EndorsementCredential,
    Evidence,
    Profile,
    Status,
    StatusListCredential,
)
from pathways.badges.formats.results import Alignment, Result, ResultDescription
from pathways.badges.verifying import judging
from pathways.badges.verifying.reading import read
from pathways.badges.verifying.sources import Unavailable
from pathways.badges.verifying.verdict import Verdict

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOST = "https://badges.example.org"
DID = "did:web:badges.example.org:issuers:hub"
DID_URL = f"{HOST}/issuers/hub/did.json"
KID = f"{HOST}/issuers/hub/keys/rsa-1"
LIST = f"{HOST}/issuers/hub/status/1"
ISSUER2 = f"{HOST}/ob2/issuers/hub"
BADGE2 = f"{HOST}/ob2/badgeclasses/7"
ASSERTION2 = f"{HOST}/ob2/assertions/k3J9"
KEY2 = f"{HOST}/ob2/issuers/hub/key"
REVOKED2 = f"{HOST}/ob2/issuers/hub/revoked"
INDEX = 94_567
CREDENTIAL = "urn:uuid:5f1f2c3a-0000-4000-8000-000000000001"
ACHIEVEMENT = f"{HOST}/achievements/8f0c/v2/fr"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'


@cache
def ed25519(name: str = "hub") -> bytes:
    """The same key for the same name, as long as the tests run."""
    return hashlib.sha256(f"a key for tests: {name}".encode()).digest()


def rsa(name: str = "hub") -> RSAPrivateKey:
    """The same key for the same name, as long as the tests run; made but once, for it takes a while."""
    return _rsa(name)


@cache
def _rsa(name: str) -> RSAPrivateKey:
    assert name
    return keys.rsa_private(keys.new_rsa())


def public(name: str = "hub") -> str:
    return keys.multikey(keys.ed25519_private(ed25519(name)))


def profile(did: str = DID, name: str = "Réseau de démonstration") -> Profile:
    return Profile(id=did, name=name, url=HOST)


def signed(document: dict[str, Any], *, did: str = DID, key: str = "hub") -> dict[str, Any]:
    method = keys.verification_method(did, public(key))
    return integrity.sign(document, ed25519(key), verification_method=method, created=NOW - timedelta(days=3))


def achievement() -> Achievement:
    level = ResultDescription("urn:uuid:5f1f2c3a-0000-4000-8000-00000000000a", "Niveau estimé", "ScaledScore", "1", "8")
    return Achievement(
        id=ACHIEVEMENT,
        version="2",
        language="fr",
        name="Accompagner les démarches en ligne",
        description="Sait accueillir une personne et faire avec elle une démarche en ligne.",
        criteria_url=f"{ACHIEVEMENT}/criteria",
        criteria="- Un diagnostic\n- Deux recommandations",
        image=f"{HOST}/achievements/8f0c/v2.png",
        caption="Deux mains et un téléphone",
        alignments=(Alignment("Partager", "https://joint-research-centre.example/digcomp", "DigComp 2.2", "2.3"),),
        results=(level,),
    )


def badge(**changed: Any) -> dict[str, Any]:
    """An Open Badges 3.0 credential, not signed."""
    given: dict[str, Any] = {
        "id": CREDENTIAL,
        "subject_id": "urn:uuid:5f1f2c3a-0000-4000-8000-000000000002",
        "issuer": profile(),
        "achievement": achievement(),
        "valid_from": NOW - timedelta(days=3),
        "awarded": NOW - timedelta(days=3),
        "valid_until": NOW + timedelta(days=1000),
        "status": Status(LIST, INDEX),
        "results": (Result("urn:uuid:5f1f2c3a-0000-4000-8000-00000000000a", "4.6"),),
        "evidence": (Evidence("Observation en situation", "Observation", "Vue le 3 mars.", "ab" * 32),),
    }
    return documents.achievement_credential(AchievementCredential(**(given | changed)))


def endorsement(about: str = CREDENTIAL, *, did: str = DID, **changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "id": "urn:uuid:5f1f2c3a-0000-4000-8000-000000000003",
        "about": about,
        "issuer": profile(did),
        "name": "Recommandation",
        "comment": "Je l'ai vue faire, avec patience.",
        "valid_from": NOW - timedelta(days=2),
    }
    return documents.endorsement_credential(EndorsementCredential(**(given | changed)))


def list_of(revoked: list[int], *, did: str = DID, key: str = "hub", url: str = LIST, **changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "url": url,
        "issuer": did,
        "encoded": status_list.encode(revoked),
        "valid_from": NOW - timedelta(hours=1),
        "valid_until": NOW + timedelta(days=2),
        "ttl": timedelta(hours=1),
    }
    return signed(documents.status_list_credential(StatusListCredential(**(given | changed))), did=did, key=key)


def did_document(did: str = DID, *names: str) -> dict[str, Any]:
    return keys.did_document(did, [public(name) for name in names or ("hub",)])


def recipient(email: str = "titulaire@exemple.fr", salt: str = "0f" * 16) -> dict[str, Any]:
    identity = hashlib.sha256(f"{email}{salt}".encode()).hexdigest()
    return {"type": "email", "hashed": True, "salt": salt, "identity": f"sha256${identity}"}


def assertion(*, hosted: bool = True, **changed: Any) -> dict[str, Any]:
    """An Open Badges 2.0 assertion."""
    return {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": ASSERTION2 if hosted else "urn:uuid:5f1f2c3a-0000-4000-8000-000000000004",
        "recipient": recipient(),
        "badge": BADGE2,
        "issuedOn": "2026-01-15T09:00:00+00:00",
        "expires": "2029-01-15T09:00:00+00:00",
        "verification": {"type": "HostedBadge"} if hosted else {"type": "SignedBadge", "creator": KEY2},
    } | changed


def token2(payload: dict[str, Any] | None = None, key: str = "hub") -> str:
    """A signed Open Badges 2.0 assertion."""
    data = json.dumps(payload or assertion(hosted=False)).encode()
    return vc_jwt.sign_compact({"alg": "RS256"}, data, rsa(key))


def served() -> dict[str, Any]:
    """All that the site of the network serves. A copy of the whole, not of its documents."""
    return dict(_served())


@cache
def _served() -> dict[str, dict[str, Any]]:
    head = {"@context": "https://w3id.org/openbadges/v2"}
    issuer = {"type": "Issuer", "id": ISSUER2, "name": "Réseau de démonstration", "url": HOST, "email": "a@exemple.fr"}
    return {
        DID_URL: did_document(),
        LIST: list_of([3]),
        KID: keys.rsa_jwk(rsa(), kid=KID),
        ASSERTION2: assertion(),
        BADGE2: head
        | {"type": "BadgeClass", "id": BADGE2, "name": "Accompagner", "description": "Sait.", "issuer": ISSUER2}
        | {"image": f"{HOST}/8f0c.png", "criteria": {"narrative": "Un diagnostic."}},
        ISSUER2: head | issuer | {"publicKey": KEY2, "revocationList": REVOKED2},
        KEY2: head | {"type": "CryptographicKey", "id": KEY2, "owner": ISSUER2} | {"publicKeyPem": keys.rsa_pem(rsa())},
        REVOKED2: head
        | {"type": "RevocationList", "id": REVOKED2, "issuer": ISSUER2}
        | {"revokedAssertions": [{"id": "urn:uuid:00000000-0000-4000-8000-000000000000"}]},
    }


def as_json(document: dict[str, Any]) -> bytes:
    return documents.serialised(document)


def plain_png() -> bytes:
    """A picture of one point."""
    file = io.BytesIO()
    Image.new("RGB", (1, 1), "teal").save(file, "PNG")
    return file.getvalue()


@dataclass
class Site:
    """A site that is asked without a network; it keeps what it was asked for."""

    documents: dict[str, Any] = field(default_factory=served)
    asked: list[str] = field(default_factory=list)

    def get(self, url: str) -> bytes | Unavailable:
        self.asked.append(url)
        found = self.documents.get(url, Unavailable("not-found"))
        return found if isinstance(found, bytes | Unavailable) else as_json(found)

    def verdict(self, data: bytes, *, now: datetime = NOW, email: str = "") -> Verdict:
        """Read, bring, judge: in this process."""
        found, brought = read(data), {}
        while wanted := judging.needs(found, brought):
            brought |= {url: self.get(url) for url in wanted}
        return judging.judge(found, brought, now, email=email)


Form = Callable[[], bytes]
_FORMS: dict[str, Form] = {
    "ob3-json": lambda: as_json(signed(badge())),
    "ob3-png": lambda: png.bake(plain_png(), as_json(signed(badge())).decode()),
    "ob3-svg": lambda: svg.bake(SVG, as_json(signed(badge())).decode()),
    "ob3-jwt": lambda: vc_jwt.encode(badge(), rsa(), kid=KID).encode(),
    "ob3-jwt-png": lambda: png.bake(plain_png(), vc_jwt.encode(badge(), rsa(), kid=KID)),
    "ob3-jwt-svg": lambda: svg.bake(SVG, vc_jwt.encode(badge(), rsa(), kid=KID)),
    "endorsement": lambda: as_json(signed(endorsement())),
    "status-list": lambda: as_json(list_of([3])),
    "ob2-hosted": lambda: as_json(assertion()),
    "ob2-signed": lambda: token2().encode(),
    "ob2-png": lambda: png.bake(plain_png(), as_json(assertion()).decode(), png.OPEN_BADGES_2),
    "ob2-png-signed": lambda: png.bake(plain_png(), token2(), png.OPEN_BADGES_2),
    "ob2-link": ASSERTION2.encode,
}
FORMS: dict[str, Form] = {name: cache(make) for name, make in _FORMS.items()}
"""A valid file of each form."""


def changed(document: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """A copy, changed."""
    copied = copy.deepcopy(document)
    change(copied)
    return copied
