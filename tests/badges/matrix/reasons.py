"""Why each verifier has to refuse: a refusal for another reason (a page that is missing from the site, a slip in what
was made) would prove nothing.
"""

from __future__ import annotations

import re

_STRANGE = r"Credential issuer must match|key .* is not at|signature is not of that key|Invalid URL"
_UNSIGNED = r"^valid_signature; expiration.*(invalid_signature|ValidationError)"
WHY: dict[str, dict[str, str]] = {
    "expired": {
        "ours": r"^valid-until no: expired",
        "verifier_core": r"^expiration$",
        "digital_bazaar": r'is after "validUntil"',
        "open_badges_2": r"expired on",
    },
    "future": {
        "ours": r"^valid-from no: future",
        "verifier_core": r"^valid_signature; expiration(; revocation_status)?$",  # and not a word of why
        "digital_bazaar": r'is before "validFrom"',
        "open_badges_2": r"in the future",
    },
    "revoked": {
        "ours": r"^status no: revoked|^file unknown: gone$|^signature unknown: not-found$",
        "verifier_core": r"^revocation_status$",
        "digital_bazaar": r"^status: bits \[true\]$",
        # hosted: what is gone lacks all that an assertion has
        "open_badges_2": r"has been revoked|^Required property recipient not present|Chosen OBClass None",
    },
    "key removed": {
        "ours": r"^signature no: key-not-listed|^signature unknown: not-found",
        "verifier_core": _UNSIGNED,
        "digital_bazaar": r"no key did:web:left|not found: https://left.*/keys/1$",
        "open_badges_2": r"other than those authorized|unmet prerequisites",
    },
    "undefined term": {
        "ours": r"^terms no: undefined-terms",
        "verifier_core": r"Safe mode validation error",
        "digital_bazaar": r"Safe mode validation error",
    },
    "wrong recipient": {
        "ours": r"^recipient no: other$|^unchanged no: changed",
        "verifier_core": _UNSIGNED,
        "digital_bazaar": r"Invalid signature|signature is not of that key",
        "open_badges_2": r"did not match assertion .* recipient hash",
    },
    "wrong list issuer": {
        "ours": r"^status unknown: list-issuer|^signature no: key-not-listed$",
        "verifier_core": _UNSIGNED,
        "digital_bazaar": r"Issuers of the status list credential .* do not match|Credential issuer must match",
    },
    "forged list": {
        "ours": r"^status unknown: list-signature",
        "verifier_core": r"^revocation_status; status_list_signature_error",
        "digital_bazaar": r'^status: .*"BitstringStatusListCredential" not verified.*Credential issuer must match',
    },
    "no list": {
        "ours": r"^status unknown: (not-found|list-expired)",
        "verifier_core": r"^revocation_status; status_list_(expired|not_found)",
        "digital_bazaar": r'^status: .*(Could not load|is after "validUntil")',
        "open_badges_2": r"missing required property revokedAssertions",
    },
    "signed by another": {
        "ours": r"^signature no: (key-not-listed|not-covered)|^unchanged no: changed",
        "verifier_core": _UNSIGNED,
        "digital_bazaar": _STRANGE,
        "open_badges_2": r"failed verification|other than those authorized|does not start with any permitted",
    },
    "hidden status": {"ours": r"^unchanged no: disguised"},
    "algorithm": {
        "ours": r"^signature no: token-(form|algorithm)",
        "digital_bazaar": r"^algorithm (none|HS256)",
        "open_badges_2": r"JWKError|only URL, JSON, or JWS",
    },
    **{
        f"claim {claim}": {"ours": r"^unchanged no: token-claims", "digital_bazaar": f"^claim {claim} is"}
        for claim in ("iss", "sub", "jti", "nbf", "exp")
    },
}
"""By row and verifier. One that is not named does not know the formats of the row, or is deceived (`cells.TRAPS`)."""


def is_for_the_reason(row: str, verifier: str, why: str) -> bool:
    """Whether a refusal is about what is wrong; of what was tampered with, anything is."""
    return re.search(WHY.get(row, {}).get(verifier, ""), why, re.DOTALL) is not None
