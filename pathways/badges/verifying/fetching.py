"""The documents of other issuers, asked of their sites through the house's guard (``calling``): https, public
addresses, small, in time, no way to another host. And only where the operator lets it: whoever hands in a file chooses
whom this server asks, and the site that is asked learns that somebody checks one of its badges.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from pathways import __version__, calling
from pathways.badges.verifying.sources import Unavailable
from pathways.calling import NotCalled

MOST_ASKED = 8
"""Documents that other sites are asked for because of one file."""
SECONDS = 8.0
"""For all that one file wants of others."""
AT_ONCE = 4
"""Calls under way in one process."""
_ACCEPT = "application/vc+ld+json, application/ld+json, application/json;q=0.9, */*;q=0.1"
_KINDS = frozenset(
    {"", "application/json", "application/jwt", "application/jose", "application/vc+jwt", "text/plain"}
    | {"application/octet-stream", "image/png", "image/svg+xml"}
)
"""Besides ``...+json``. Sites that keep files without an ending serve them as text or as bytes; a page is neither."""
_SAID = {404: "not-found", 410: "gone"}

log = logging.getLogger(__name__)
_places = threading.BoundedSemaphore(AT_ONCE)


class Errand:
    """What is asked of other sites because of one file."""

    def __init__(
        self, url: str, *, may_ask: Callable[[], bool] = lambda: True, private: bool = False, seconds: float = SECONDS
    ) -> None:
        """``url``: of this server, for whoever wants to know who asks. ``may_ask`` counts, and says whether one more
        may be asked for. ``private``: for tests, whose sites are on this machine and speak no TLS.
        """
        self._headers = {"User-Agent": f"pathways/{__version__} badge verification (+{url})", "Accept": _ACCEPT}
        self._may_ask, self._private = may_ask, private
        self._ends = time.monotonic() + seconds
        self._left = MOST_ASKED

    def bring(self, urls: Iterable[str]) -> dict[str, bytes | Unavailable]:
        """What stands at each address, one after the other."""
        return {url: self._brought(url) for url in urls}

    def _brought(self, url: str) -> bytes | Unavailable:
        patience = self._ends - time.monotonic()
        if patience <= 0:
            return Unavailable("too-slow")
        if self._left <= 0 or not self._may_ask():
            return Unavailable("too-many")
        self._left -= 1
        if not _places.acquire(timeout=patience):
            return Unavailable("too-slow")
        try:
            found = calling.collect(
                url, self._headers, wanted=is_wanted, private=self._private, patience=self._ends - time.monotonic()
            )
        except NotCalled as error:
            log.debug("a site was not asked: %s", error.code)
            return Unavailable(error.code)
        finally:
            _places.release()
        if found.status == 200:
            return found.body
        return Unavailable(_SAID.get(found.status, "refused"))


def is_wanted(kind: str) -> bool:
    """Whether a media type may be of a document of badges."""
    return kind in _KINDS or (kind.startswith("application/") and kind.endswith("+json"))
