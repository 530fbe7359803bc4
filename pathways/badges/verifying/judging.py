"""From what was read to a verdict. Pure: whatever is needed of others is brought, and ``now`` is given.

wanted = needs(found, documents)          addresses; bring them, ask again, until none is wanted
verdict = judge(found, documents, now)
"""

from __future__ import annotations

from datetime import datetime

from pathways.badges.formats import canonical, pinned
from pathways.badges.verifying import credentials, open_badges_2, status
from pathways.badges.verifying.credentials import Asked
from pathways.badges.verifying.issuers import is_below, issuer_of, site
from pathways.badges.verifying.plain_json import Unreadable
from pathways.badges.verifying.reading import Kind, Read, read, token_header
from pathways.badges.verifying.sources import Documents, Lacking, Sources
from pathways.badges.verifying.verdict import Verdict, unreadable

MOST_DOCUMENTS = 12
"""That one file may have brought, ours among them."""


def needs(found: Read, documents: Documents) -> list[str]:
    """The addresses that are wanted and not among ``documents`` yet: an issuer's document, a status list, a key, an
    assertion, a BadgeClass. Four status lists at most, twelve documents at most. Empty when :func:`judge` has all.
    """
    sources = Sources(documents)
    wanted = dict.fromkeys(_wanted(found, sources))
    return [one for one in wanted if not sources.has(one)][: max(0, MOST_DOCUMENTS - len(documents))]


def judge(found: Read, documents: Documents, now: datetime, *, email: str = "") -> Verdict:
    """The verdict on what was read. What is needed and is not among ``documents`` could not be checked, and is said to
    be so. ``email``: what the visitor typed, to be compared with the digest in a badge that has one.
    """
    sources = Sources(documents)
    try:
        found = _followed(found, sources)
    except Unreadable as why:
        return unreadable(why.code, found.container)
    except Lacking as why:
        return unreadable(why.reason, found.container)
    asked = Asked(sources, now, email)
    return open_badges_2.judge(found, asked) if found.kind is Kind.OB2 else credentials.judge(found, asked)


def warm() -> None:
    """Work out the contexts of badges once, so that no visitor waits for it."""
    canonical.examined({"@context": [pinned.VC2, pinned.OPEN_BADGES, pinned.OPEN_BADGES_EXTENSIONS], "id": "urn:x:y"})


def _followed(found: Read, sources: Sources) -> Read:
    """What stands at a link; anything else is itself. A link that leads to a link leads nowhere."""
    if found.kind is not Kind.LINK:
        return found
    if not site(found.link):
        raise Unreadable("link-not-https")
    there = read(sources.data(found.link.partition("#")[0]))
    if there.kind is Kind.LINK:
        raise Unreadable("not-a-badge")
    return there


def _wanted(found: Read, sources: Sources) -> list[str]:
    if found.kind is Kind.LINK:
        where = found.link.partition("#")[0]
        if not sources.has(where):
            return [where] if site(where) else []
        try:
            found = _followed(found, sources)
        except (Unreadable, Lacking):
            return []
    if found.kind is Kind.OB2:
        return open_badges_2.needs(found, sources)
    inside = credentials.embedded(found.document) if found.kind is Kind.BADGE else []
    lists = [url for one in (found, *inside) for url in status.list_urls(one.document)]
    keys = [url for one in (found, *inside) for url in _keys(one)]
    return [*keys[:1], *list(dict.fromkeys(lists))[: status.MOST_LISTS], *keys[1:]]


def _keys(found: Read) -> list[str]:
    """Where the issuer lists its keys, and the key of a token that has an address of its own."""
    issuer = issuer_of(found.document)
    if issuer is None or not issuer.document_url:
        return []
    urls = [issuer.document_url]
    if found.token:
        try:
            kid = token_header(found.token).get("kid")
        except Unreadable:
            return urls
        if isinstance(kid, str) and is_below(kid, issuer):
            urls.append(kid)
    return urls
