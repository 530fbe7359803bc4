"""Private keys at rest: wrapped by a secret of the environment, so that the database alone signs nothing."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pathways import ids
from pathways.errors import SettingsError

_PURPOSE = b"pathways: wrapping of issuer keys"
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Wrapping:
    """AES-256-GCM (NIST SP 800-38D) under a key drawn from ``secret`` by HKDF-SHA256 (RFC 5869)."""

    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Tells one secret from another, and nothing about either."""
        return ids.signed(self.secret, "wrapping fingerprint", "")[:8].hex()

    def wrap(self, private: bytes, key_id: uuid.UUID) -> bytes:
        """Nonce and ciphertext. Bound to the row's id: moved to another row, it opens nothing."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher().encrypt(nonce, private, key_id.bytes)

    def unwrap(self, wrapped: bytes, key_id: uuid.UUID) -> bytes:
        """Raises :class:`SettingsError` where the secret is not the one that wrapped it."""
        try:
            return self._cipher().decrypt(wrapped[:_NONCE], wrapped[_NONCE:], key_id.bytes)
        except InvalidTag as error:
            raise SettingsError(
                "Les clés de signature des badges ne s'ouvrent pas : PATHWAYS_BADGE_SECRET (ou PATHWAYS_SECRET) n'est "
                "plus celui avec lequel elles ont été rangées. Voyez « pathways badges rewrap »."
            ) from error

    def _cipher(self) -> AESGCM:
        return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(self.secret))
