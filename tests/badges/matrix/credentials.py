"""Badges, endorsements and status lists with a Data Integrity proof: as they should be, and wrong in each way."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pathways.badges.formats import documents
from pathways.badges.formats.documents import (
    Achievement,
    AchievementCredential,
    EndorsementCredential,
    Evidence,
    Status,
)
from pathways.badges.formats.results import Alignment, Measure, Scale, ScaleNames
from tests.badges.matrix.networks import DAY, HELD, HUB, LEFT, NOW, REVOKED, STRANGER, Network, status_list
from tests.badges.matrix.tampering import tampered

PLACES = 50
Document = dict[str, Any]
Make = Callable[..., Document]
Rows = Iterator[tuple[str, str, Document]]
"""The row of the matrix, what exactly is wrong, and the document."""

OF_ANOTHER, BY_ANOTHER, ENDED, GONE = (
    f"{HUB.home}/status/{name}" for name in ("another", "by-another", "ended", "gone")
)
SCALE = Scale(
    f"{HUB.home}/achievements/8f0c/v2/fr#result",
    ScaleNames("Niveau estimé", "Erreur type", "Au moins", "Au plus", "Questions posées", "Version du référentiel"),
    "1", "8", "4",
)  # fmt: skip


def lists() -> dict[str, Document]:
    """The lists of revocations that a badge may point to and should not be believed with."""
    return {
        OF_ANOTHER: STRANGER.signs(status_list(OF_ANOTHER, STRANGER.did)),
        BY_ANOTHER: STRANGER.signs(status_list(BY_ANOTHER, HUB.did)),
        ENDED: HUB.signs(status_list(ENDED, HUB.did, valid_from=NOW - 9 * DAY)),
    }


def badge(
    network: Network = HUB, *, index: int = HELD, list_url: str = "", since: datetime = NOW - 30 * DAY, days: int = 365
) -> Document:
    """A badge with everything in it that ours may have, not signed."""
    return documents.achievement_credential(
        AchievementCredential(
            id=_urn("badge", network.host, index, list_url),
            subject_id=_urn("holder", network.host, index, list_url),
            issuer=network.profile,
            achievement=_achievement(network),
            valid_from=since,
            awarded=since,
            status=Status(list_url or network.list_url, index),
            valid_until=since + days * DAY,
            results=Measure("4.6", 9, "1.4.0", standard_error="0.3", low="4.1", high="5.1").results(SCALE),
            evidence=(Evidence("Observation en situation", "Observation", "Deux séances.", "ab" * 32),),
        )
    )


def endorsement(
    network: Network = HUB, *, index: int = HELD, list_url: str = "", since: datetime = NOW - 20 * DAY, days: int = 365
) -> Document:
    """A recommendation of a badge, not signed."""
    return documents.endorsement_credential(
        EndorsementCredential(
            id=_urn("endorsement", network.host, index, list_url),
            about=_urn("badge", network.host),
            issuer=network.profile,
            name="Recommandation",
            comment="Vu à l’œuvre pendant six séances.",
            valid_from=since,
            status=Status(list_url or network.list_url, index),
            valid_until=since + days * DAY,
        )
    )


def rows(make: Make, column: str) -> Rows:
    """Every row of the matrix for a badge or an endorsement."""
    yield "valid", "", HUB.signs(make())
    for place, document in tampered(HUB.signs(make()), PLACES, column):
        yield "tampered", place, document
    yield "expired", "", HUB.signs(make(since=NOW - 90 * DAY, days=60))
    yield "revoked", "", HUB.signs(make(index=REVOKED))
    yield "key removed", "", LEFT.signs(make(LEFT))
    for where, document in _with_undefined_terms(HUB.signs(make())):
        yield "undefined term", where, document
    yield "wrong recipient", "", _changed(HUB.signs(make()), "credentialSubject", id=_urn("somebody else"))
    yield "wrong list issuer", "", HUB.signs(make(list_url=OF_ANOTHER))
    yield "forged list", "", HUB.signs(make(list_url=BY_ANOTHER))
    yield "future", "", HUB.signs(make(since=NOW + 3 * DAY))
    yield "no list", "expired", HUB.signs(make(list_url=ENDED))
    yield "no list", "not there", HUB.signs(make(list_url=GONE))
    yield "signed by another", "", STRANGER.signs(make())
    yield "hidden status", "", _with_hidden_status(HUB.signs(make(index=REVOKED)))


def rows_of_lists(column: str) -> Rows:
    """The same for a list of revocations itself."""
    good = HUB.signs(status_list(HUB.list_url, HUB.did))
    yield "valid", "", good
    for place, document in tampered(good, PLACES, column):
        yield "tampered", place, document
    yield "expired", "", HUB.signs(status_list(HUB.list_url, HUB.did, valid_from=NOW - 9 * DAY))
    yield "key removed", "", LEFT.signs(status_list(LEFT.list_url, LEFT.did))
    yield "undefined term", "at the top", {**good, "mention": "exclue"}
    yield "undefined term", "inside", _changed(good, "credentialSubject", mention="exclue")
    yield "wrong list issuer", "", STRANGER.signs(status_list(HUB.list_url, HUB.did))
    yield "future", "", HUB.signs(status_list(HUB.list_url, HUB.did, valid_from=NOW + 3 * DAY))


def _achievement(network: Network) -> Achievement:
    home = f"{network.home}/achievements/8f0c/v2/fr"
    return Achievement(
        id=home, version="2", language="fr", name="Accompagner les démarches en ligne",
        description="Aide une personne à faire elle-même une démarche.",
        criteria_url=f"{home}/criteria", criteria="- Deux recommandations\n- Une observation",
        image=f"{home}.png", caption="Deux mains et un téléphone",
        alignments=(Alignment("Interagir", f"{network.home}/digcomp/2.1", "DigComp 2.2", "2.1", type="ext:DigComp"),),
        results=SCALE.descriptions(), badge_class=f"{network.home}/ob2/badgeclasses/7", tags=("accueil",),
    )  # fmt: skip


def _with_undefined_terms(signed: Document) -> Iterator[tuple[str, Document]]:
    """Added after the signature, which does not cover them: whoever drops what no context defines finds it whole."""
    yield "at the top", {**signed, "mention": "Très bien"}
    subject: Mapping[str, Any] = signed["credentialSubject"]
    yield "in the subject", {**signed, "credentialSubject": {**subject, "mention": "Très bien"}}
    yield "a type", {**signed, "type": [*signed["type"], "Diplome"]}
    yield "of the issuer", {**signed, "issuer": {**signed["issuer"], "agrement": "12345"}}


def _with_hidden_status(signed: Document) -> Document:
    """The same statements, so the signature holds; but whoever looks for `credentialStatus` finds none."""
    status = signed["credentialStatus"]
    plain = {name: value for name, value in signed.items() if name != "credentialStatus"}
    return {**plain, "https://www.w3.org/2018/credentials#credentialStatus": status}


def _changed(document: Document, member: str, **members: Any) -> Document:
    return {**document, member: {**document[member], **members}}


def _urn(*words: object) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, " ".join(map(str, words))).urn
