"""Badges of Open Badges 2.0, hosted and signed: as they should be, and wrong in each way."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pathways.badges.formats import keys, ob2
from pathways.badges.formats.documents import serialised
from pathways.badges.formats.ob2 import Assertion, BadgeClass, Issuer, Recipient
from tests.badges.matrix.credentials import PLACES
from tests.badges.matrix.networks import DAY, HUB, LEFT, NOW, STRANGER, Network
from tests.badges.matrix.pictures import plain_png
from tests.badges.matrix.tampering import tampered
from tests.badges.matrix.tokens import encoded, parts, respliced, signed, unsigned
from tests.parts.verifiers import Page

HOLDER, SOMEBODY_ELSE = "holder@example.org", "somebody.else@example.org"
ELSEWHERE = Network("elsewhere.example.org")
"""Its profile names the stranger's list of revocations as its own."""
UNTOLD = Network("untold.example.org")
"""Its list of revocations is not there."""
UNLISTED = Network("unlisted.example.org")
"""Its profile does not list the key, which is still at its address."""

PAST: dict[str, Any] = {"since": NOW - 90 * DAY, "days": 60}
LATER: dict[str, Any] = {"since": NOW + 3 * DAY}
Rows = Iterator[tuple[str, str, dict[str, Any] | str, str]]
"""The row of the matrix, what exactly is wrong, the assertion (a document, an address or a JWS), who asks."""


def pages() -> dict[str, Any]:
    """What all networks serve of Open Badges 2.0, and the hosted assertions."""
    found: dict[str, Any] = {}
    for network in (HUB, LEFT, STRANGER, ELSEWHERE, UNTOLD, UNLISTED):
        found |= _of_network(network)
    found[_at(ELSEWHERE, "issuer")]["revocationList"] = _at(STRANGER, "revoked")
    del found[_at(LEFT, "key")], found[_at(UNTOLD, "revoked")]
    found[_at(UNLISTED, "issuer")]["publicKey"] = _at(UNLISTED, "another-key")
    hosted_ones = [hosted("held"), hosted("ended", **PAST), hosted("later", **LATER), hosted("astray", home=STRANGER)]
    found |= {one["id"]: one for one in hosted_ones}
    taken_back = ob2.revoked_assertion(_at(HUB, "revoked-one"), "Délivré par erreur")
    found[_at(HUB, "revoked-one")] = Page(serialised(taken_back), ob2.MEDIA_TYPE, 410)
    found[_at(HUB, "marked")] = {**taken_back, "id": _at(HUB, "marked")}
    return found


def rows_of_hosted(column: str) -> Rows:
    """Every row of the matrix for a hosted assertion, as a document in the hand or as its address."""
    good = hosted("held")
    yield "valid", "in hand", good, HOLDER
    yield "valid", "its address", good["id"], HOLDER
    for place, document in tampered(good, PLACES, column):
        yield "tampered", place, document, HOLDER
    yield "expired", "", hosted("ended", **PAST), HOLDER
    yield "future", "", hosted("later", **LATER), HOLDER
    yield "revoked", "in hand", hosted("revoked-one"), HOLDER
    yield "revoked", "its address", _at(HUB, "revoked-one"), HOLDER
    yield "revoked", "marked, and not gone", hosted("marked"), HOLDER
    yield "revoked", "not there", hosted("nowhere"), HOLDER
    yield "wrong recipient", "", good, SOMEBODY_ELSE
    yield "signed by another", "kept by another", hosted("astray", home=STRANGER), HOLDER


def rows_of_signed(column: str) -> Rows:
    """The same for a signed one, as a JWS."""
    good = issued(HUB)
    yield "valid", "", good, HOLDER
    for place, token in respliced(good, column):
        yield "tampered", place, token, HOLDER
    yield "expired", "", ob2.sign(_signed(HUB, **PAST), HUB.rsa), HOLDER
    yield "future", "", ob2.sign(_signed(HUB, **LATER), HUB.rsa), HOLDER
    yield "revoked", "", issued(HUB, "revoked"), HOLDER
    yield "key removed", "its document is gone", issued(LEFT), HOLDER
    yield "key removed", "the issuer does not list it", issued(UNLISTED), HOLDER
    yield "wrong recipient", "", good, SOMEBODY_ELSE
    yield "wrong list issuer", "", issued(ELSEWHERE), HOLDER
    yield "no list", "", issued(UNTOLD), HOLDER
    yield "signed by another", "under our name", ob2.sign(_signed(HUB), STRANGER.rsa), HOLDER
    with_its_key = _signed(HUB) | {"verification": {"type": "SignedBadge", "creator": _at(STRANGER, "key")}}
    yield "signed by another", "under its own name", ob2.sign(with_its_key, STRANGER.rsa), HOLDER
    for label, token in _algorithms(good):
        yield "algorithm", label, token, HOLDER


def hosted(name: str, *, home: Network = HUB, since: datetime = NOW - 30 * DAY, days: int = 365) -> dict[str, Any]:
    """An assertion of the hub's badge, at an address of `home`."""
    return ob2.assertion(Assertion(
        id=_at(home, name), recipient=Recipient.of_email(HOLDER, b"\x5f" * 16), badge=_at(HUB, "class"),
        issued=since, expires=since + days * DAY, narrative="Six séances.",
    ))  # fmt: skip


def issued(network: Network, name: str = "held") -> str:
    """A signed badge, as it is issued."""
    return ob2.sign(_signed(network, name), network.rsa)


def _signed(
    network: Network, name: str = "held", *, since: datetime = NOW - 30 * DAY, days: int = 365
) -> dict[str, Any]:
    return ob2.assertion(Assertion(
        id=_urn(network, name), recipient=Recipient.of_email(HOLDER, b"\x5f" * 16), badge=_at(network, "class"),
        issued=since, expires=since + days * DAY, creator=_at(network, "key"),
    ))  # fmt: skip


def _of_network(network: Network) -> dict[str, Any]:
    home = f"{network.home}/ob2/"
    profile = Issuer(
        _at(network, "issuer"), f"Réseau de {network.host}", network.home, f"badges@{network.host}", home,
        key=_at(network, "key"), revocations=_at(network, "revoked"),
    )  # fmt: skip
    badge = BadgeClass(
        _at(network, "class"), "Accompagner les démarches en ligne", "Aide une personne à faire elle-même.",
        f"{home}picture.png", f"{home}criteria", "- Deux recommandations", profile.id, tags=("accueil",),
    )  # fmt: skip
    public = keys.rsa_pem(keys.rsa_private(network.rsa))
    return {
        profile.id: ob2.issuer_profile(profile),
        badge.id: ob2.badge_class(badge),
        badge.image: Page(plain_png(), "image/png"),
        _at(network, "key"): ob2.cryptographic_key(_at(network, "key"), profile.id, public),
        _at(network, "revoked"): ob2.revocation_list(
            _at(network, "revoked"), profile.id, {_urn(network, "revoked"): "Délivré par erreur"}
        ),
    }


def _algorithms(token: str) -> Iterator[tuple[str, str]]:
    payload = parts(token)[1]
    yield "none", unsigned({"alg": "none"}, payload) + "."
    yield "none, signed", signed({"alg": "none"}, payload, HUB.rsa)
    body = unsigned({"alg": "HS256"}, payload)
    secret = keys.rsa_pem(keys.rsa_private(HUB.rsa)).encode()
    yield "HS256 with the public key", f"{body}.{encoded(hmac.digest(secret, body.encode(), hashlib.sha256))}"


def _at(network: Network, name: str) -> str:
    return f"{network.home}/ob2/{name}"


def _urn(network: Network, name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, _at(network, name)).urn
