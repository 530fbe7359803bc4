"""Where the keys of a ``did:web`` are. Apart from the keys themselves: the server knows it and loads no cryptography.

Source: the did:web method specification.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from pathways.badges.formats.errors import BadKey

_SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?\Z")
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+\Z")


def did_web_url(did: str) -> str:
    """Where the document of a ``did:web`` is: ``.../did.json``, or ``/.well-known/did.json`` without a path.

    ``BadKey`` for another method and for what would not stay an address of that host.
    """
    host, *segments = did.removeprefix("did:web:").split(":")
    site = unquote(host)
    plain = all(_SEGMENT.match(one) and unquote(one) not in {".", ".."} for one in segments)
    if not did.startswith("did:web:") or len(did) > 500 or not _SITE.match(site) or not plain:
        raise BadKey(f"not a did:web: {did[:200]}", code="did")
    return f"https://{site}/{'/'.join(segments) if segments else '.well-known'}/did.json"
