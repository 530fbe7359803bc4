"""A badge, an endorsement and a list, as the tests of the formats use them: nobody's, signed by keys made here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from pathways.badges.formats import documents, integrity, keys, results

BASE = "https://badges.example.org"
DID = "did:web:badges.example.org:issuers:hub"
KEY = bytes(range(32))
PUBLIC = keys.multikey(keys.ed25519_private(KEY))
METHOD = keys.verification_method(DID, PUBLIC)
OTHER_KEY = bytes(range(1, 33))
NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
LIST = f"{BASE}/status/3"

PROFILE = documents.Profile(
    DID, "Réseau des lieux", url=BASE, email="badges@example.org", other_identifiers=(f"{BASE}/ob2/issuers/1",)
)
NAMES = results.ScaleNames(
    level="Niveau estimé",
    standard_error="Erreur type",
    low="Borne basse",
    high="Borne haute",
    questions="Questions répondues",
    instrument="Version du questionnaire",
)
SCALE = results.Scale(f"{BASE}/achievements/8f0c/v2#measure", NAMES, "0", "1", required="0.7")
MEASURE = results.Measure("0.91", 12, "mediateur-numerique 2026.1 5f3a", standard_error="0.04", low="0.82", high="0.97")
ACHIEVEMENT = documents.Achievement(
    id=f"{BASE}/achievements/8f0c/v2",
    version="2",
    language="fr",
    name="Accompagner les démarches en ligne",
    description="Sait aider une personne à faire une démarche, sans la faire à sa place.",
    criteria_url=f"{BASE}/achievements/8f0c/v2/criteria",
    criteria="- Au moins 2 recommandations\n- Un diagnostic : « protéger les données » à 70 %",
    image=f"{BASE}/achievements/8f0c/v2.png",
    caption="Deux mains, un téléphone",
    alignments=(
        results.Alignment("Collaborer", "https://example.org/digcomp/2.4", "DigComp 2.2", "2.4", type="ext:DigComp"),
        results.Alignment("Partager", "https://example.org/crcn/2.2", "CRCN", "2.2", type="ext:CRCN"),
    ),
    results=SCALE.descriptions(),
    badge_class=f"{BASE}/ob2/badgeclasses/7",
    tags=("accueil",),
)


def badge(number: int = 1, *, achievement: documents.Achievement = ACHIEVEMENT) -> documents.AchievementCredential:
    """Badge ``number``: each has its own ids, place on the list, and evidence."""
    return documents.AchievementCredential(
        id=f"urn:uuid:00000000-0000-4000-8000-{number:012x}",
        subject_id=f"urn:uuid:00000000-0000-4000-9000-{number:012x}",
        issuer=PROFILE,
        achievement=achievement,
        valid_from=NOW,
        awarded=NOW - timedelta(days=number % 3),
        valid_until=NOW + timedelta(days=1096),
        status=documents.Status(LIST, 94567 + number),
        results=MEASURE.results(SCALE),
        evidence=(
            documents.Evidence("Observation en situation", "Observation", "Vue par une formatrice.", f"{number:064x}"),
            documents.Evidence("Fiche", "Portfolio", "", f"{number + 7:064x}"),
        ),
    )


def endorsement() -> documents.EndorsementCredential:
    return documents.EndorsementCredential(
        id="urn:uuid:00000000-0000-4000-8000-00000000e000",
        about=badge().id,
        issuer=PROFILE,
        name="Recommandation",
        comment="J'ai vu cette personne aider, trois matins.",
        valid_from=NOW,
        status=documents.Status(LIST, 12),
    )


def signed(document: dict[str, Any], key: bytes = KEY, method: str = METHOD) -> dict[str, Any]:
    return integrity.sign(document, key, verification_method=method, created=NOW)


@cache
def signed_bytes(number: int = 1) -> bytes:
    """A signed badge as it is kept and served."""
    return documents.serialised(signed(documents.achievement_credential(badge(number))))
