"""One file, one verdict: read and judged by the pool, what it wants brought from here or from other sites."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from urllib.parse import urlsplit

from pathways import clock
from pathways.badges.formats.did_web import did_web_url
from pathways.badges.formats.errors import BadKey
from pathways.badges.verifying.fetching import Errand
from pathways.badges.verifying.sources import Unavailable
from pathways.badges.verifying.verdict import Verdict, unreadable
from pathways.badges.verifying.workers import Pool, TooBusy, Unable
from pathways.errors import DomainError
from pathways.i18n import N_
from pathways.settings import Settings

_DID = re.compile(rb'"(did:web:[A-Za-z0-9.%:-]{1,300})["#]')
_LIST = re.compile(rb'"statusListCredential"\s*:\s*"(https://[A-Za-z0-9./:_-]{1,300})"')
ROUNDS = 6
"""A link, an assertion, its BadgeClass, its issuer, the issuer's key: what is wanted is known one after the other."""
Local = Callable[[str], bytes | Unavailable | None]
"""What this server itself serves at an address of its own (https, whatever it speaks here); ``None`` for nothing,
``Unavailable("gone")`` for what was taken back. Of a page that shows one badge, the badge.
"""


class Overloaded(DomainError):
    """More files are being verified than this server takes on at once."""

    kind = "busy"


class Verifier:
    """What the application holds to verify with. Nothing is started before the first file."""

    def __init__(self, settings: Settings, local: Local = lambda _url: None, *, pool: Pool | None = None) -> None:
        self.pool = pool or Pool()
        self._local = local
        self._url = settings.url
        self._own = _place(settings.url)
        self._asks = settings.verify_others

    def verify(self, data: bytes, *, email: str = "", may_ask: Callable[[], bool] = lambda: True) -> Verdict:
        """The verdict on a file or a typed text. ``may_ask`` counts what other sites are asked for, and can refuse it.

        Raises :class:`Overloaded`. Nothing of what was given is kept.
        """
        try:
            return self._verdict(data, email, may_ask)
        except TooBusy:
            raise Overloaded(
                N_("Beaucoup de monde en ce moment. Réessayez dans un instant. Rien n'est perdu.")
            ) from None
        except Unable as error:
            return unreadable(error.code)

    def _verdict(self, data: bytes, email: str, may_ask: Callable[[], bool]) -> Verdict:
        data = self._own_link(data)
        errand, now = Errand(self._url, may_ask=may_ask), clock.now()
        brought = self._brought(self._foreseen(data), errand)
        for _ in range(ROUNDS):
            answer = self.pool.judge(data, brought, now, email=email)
            if isinstance(answer, Verdict):
                return answer
            brought |= self._brought(answer, errand)
        return unreadable("too-complicated")

    def close(self) -> None:
        """End the processes."""
        self.pool.close()

    def _brought(self, urls: Iterable[str], errand: Errand) -> dict[str, bytes | Unavailable]:
        """Ours from here, never over the network; others' where this server may ask."""
        found: dict[str, bytes | Unavailable] = {}
        for url in urls:
            if _place(url) == self._own:
                own = self._local(url)
                found[url] = Unavailable("not-found") if own is None else own
            elif self._asks:
                found |= errand.bring([url])
            else:
                found[url] = Unavailable("not-asked")
        return found

    def _foreseen(self, data: bytes) -> list[str]:
        """Of a badge of ours, where its issuer's keys and its list are, at a glance: what a process would ask for in a
        round of its own. A glance that errs brings what is not looked at.
        """
        urls: list[str] = []
        if issuer := _DID.search(data):
            with suppress(BadKey):
                urls.append(did_web_url(issuer[1].decode()))
        if status := _LIST.search(data):
            urls.append(status[1].decode())
        return [url for url in urls if self._is_own(url)]

    def _is_own(self, url: str) -> bool:
        try:
            return _place(url) == self._own
        except ValueError:  # no port has that number
            return False

    def _own_link(self, data: bytes) -> bytes:
        """A demonstration is served without encryption; a link into it means the same as with it."""
        own = f"{self._url}/".encode()
        if own.startswith(b"http://") and data.strip().startswith(own):
            return b"https://" + data.strip().removeprefix(b"http://")
        return data


def _place(url: str) -> tuple[str, int | None]:
    """Host, and port where it is not the usual one: under any of its spellings, this server does not call itself."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port if parts.port not in {80, 443} else None
