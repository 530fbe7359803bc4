"""Networks that issue badges, with keys made up on the spot, and the pages that they serve."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from pathways.badges.formats import documents, integrity, keys
from pathways.badges.formats.did_web import did_web_url
from pathways.badges.formats.documents import Profile, StatusListCredential

NOW = datetime.now(UTC).replace(microsecond=0)
"""The verifiers look at the clock of the machine."""
DAY = timedelta(days=1)
HELD, REVOKED = 94_567, 7
"""Places on a list of revocations."""
LENGTH = 131_072


@dataclass(frozen=True)
class Network:
    """An issuer."""

    host: str

    @property
    def home(self) -> str:
        return f"https://{self.host}"

    @property
    def did(self) -> str:
        return keys.did_web(f"{self.home}/issuers/hub")

    @property
    def raw(self) -> bytes:
        return hashlib.sha256(self.host.encode()).digest()

    @property
    def rsa(self) -> str:
        """A private key as PEM."""
        return _rsa(self.host)

    @property
    def public(self) -> str:
        return keys.multikey(keys.ed25519_private(self.raw))

    @property
    def method(self) -> str:
        return keys.verification_method(self.did, self.public)

    @property
    def jwk_url(self) -> str:
        return f"{self.home}/issuers/hub/keys/1"

    @property
    def list_url(self) -> str:
        return f"{self.home}/status/3"

    @property
    def profile(self) -> Profile:
        return Profile(
            self.did, f"Réseau de {self.host}", url=self.home, other_identifiers=(f"{self.home}/ob2/issuers/1",)
        )

    def signs(self, document: dict[str, Any]) -> dict[str, Any]:
        """With a proof of this network, whatever the document says of its issuer."""
        return integrity.sign(document, self.raw, verification_method=self.method, created=NOW - 2 * DAY)

    def pages(self) -> dict[str, Any]:
        """What the network serves about itself."""
        return {
            did_web_url(self.did): keys.did_document(self.did, [self.public]),
            self.jwk_url: keys.rsa_jwk(keys.rsa_private(self.rsa), kid=self.jwk_url),
            self.list_url: self.signs(status_list(self.list_url, self.did)),
        }

    def pages_without_the_key(self) -> dict[str, Any]:
        """The same, once the keys that signed were taken away and others took their place."""
        left = keys.multikey(keys.ed25519_private(hashlib.sha256(b"another key").digest()))
        pages = {**self.pages(), did_web_url(self.did): keys.did_document(self.did, [left])}
        del pages[self.jwk_url]
        return pages


def status_list(url: str, issuer: str, *, valid_from: datetime = NOW - DAY, days: int = 2) -> dict[str, Any]:
    """A list on which REVOKED is revoked, not signed."""
    given = StatusListCredential(
        url=url, issuer=issuer, encoded=encoded(), valid_from=valid_from, valid_until=valid_from + days * DAY,
        ttl=timedelta(hours=1),
    )  # fmt: skip
    return documents.status_list_credential(given)


def encoded() -> str:
    """Made here and not by the code that is tested: bit 0 is the leftmost of the first byte."""
    bits = bytearray(LENGTH // 8)
    bits[REVOKED // 8] |= 0x80 >> (REVOKED % 8)
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()


@cache
def _rsa(_host: str) -> str:
    """Only where one is wanted: each takes a tenth of a second."""
    return keys.new_rsa()


HUB = Network("badges.example.org")
"""All is as it should be."""
LEFT = Network("left.example.org")
"""Its keys are not published any more."""
STRANGER = Network("stranger.example.org")
"""Another issuer, who signs honestly, and what is none of its business."""
