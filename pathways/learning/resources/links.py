"""Whether the links of resources still lead somewhere: looked at by the worker, where the operator lets it.

Politely: one link after the other, each once a week, a ``HEAD`` (and a ``GET`` of which nothing but the head is read
where a site knows no ``HEAD``), under a name of our own. What is not found on three different days is lost: a page is
not found where its site says so, or where its name is no more. A site that turns programs away, or is down, or that
cannot be reached from here says nothing about its page.
"""

from __future__ import annotations

import enum
import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import __version__, calling, clock
from pathways.calling import NoSuchName, NotCalled
from pathways.database import Database
from pathways.learning.models import LinkState, Pathway, PathwayState, Resource, Step, StepState

EVERY = timedelta(days=7)
AGAIN = timedelta(days=1)
"""After a look that did not find it."""
FAILURES = 3
"""On as many days before a link is said to be lost."""
MOST = 30
SECONDS = 8.0
"""After which a round of at most as many links begins no other: the worker has mails to send, and looks at the next
ones in an hour.
"""
PATIENCE = 5.0
"""Seconds for a site to be reached, and again to answer."""
PAUSE = 2.0
"""Seconds between two links of the same host."""
_NO_HEAD = frozenset({400, 403, 404, 405, 406, 500, 501})
"""Answers to a ``HEAD`` that a ``GET`` may correct."""

log = logging.getLogger(__name__)


class Seen(enum.StrEnum):
    THERE = "there"
    MOVED = "moved"
    MISSING = "missing"
    UNSAID = "unsaid"
    """The site turns programs away: nothing is known."""
    UNREACHED = "unreached"
    """No answer, or one that says nothing of the page: all stays as it was."""


def look_if_due(
    database: Database,
    told_to_stop: Callable[[], bool] = lambda: False,
    *,
    url: str,
    private: bool = False,
    pause: Callable[[float], None] = time.sleep,
    clock_of: Callable[[], float] = time.monotonic,
) -> int:
    """Look at some of the links that are due; returns at how many. ``url`` is of this server, for whoever wants to know
    who asks. Nobody waits for a site with a transaction open.
    """
    hosts, looked, began = set[str](), 0, clock_of()
    while looked < MOST and clock_of() - began < SECONDS and not told_to_stop():
        with database.begin() as db:
            link = _taken(db)
        if link is None:
            break
        host = _host(link)
        if host in hosts:
            pause(PAUSE)
        hosts.add(host)
        seen = look(link, url=url, private=private)
        with database.begin() as db:
            note(db, link, seen)
        looked += 1
    if looked:
        log.info("looked at %s links of resources", looked)
    return looked


def look(link: str, *, url: str, private: bool = False) -> Seen:
    headers = {"User-Agent": f"pathways/{__version__} link check (+{url})", "Accept": "*/*"}
    seen = _answer(link, "HEAD", headers, private=private)
    return seen if seen is not None else _answer(link, "GET", headers, private=private) or Seen.UNREACHED


def _answer(link: str, method: str, headers: Mapping[str, str], *, private: bool) -> Seen | None:
    """``None`` where the other method is worth a try."""
    try:
        answer = calling.look(link, method, headers, private=private, patience=PATIENCE)
    except NoSuchName:
        return Seen.MISSING
    except NotCalled as error:
        log.debug("a link of a resource was not reached: %s", error)
        return Seen.UNREACHED
    if method == "HEAD" and answer.status in _NO_HEAD:
        return None
    if answer.status in {301, 308}:
        return Seen.THERE if _is_the_same(link, answer.location) else Seen.MOVED
    if answer.status in {401, 403, 405, 406, 429, 451}:
        return Seen.UNSAID
    if answer.status in {404, 410}:
        return Seen.MISSING
    return Seen.THERE if answer.status < 400 else Seen.UNREACHED


def _is_the_same(link: str, location: str) -> bool:
    """The way to a site's own ``https``, or to its own slash at the end, is no other place."""

    def plain(address: str) -> str:
        return address.partition("://")[2].removeprefix("www.").rstrip("/")

    return plain(link) == plain(location) or link.rstrip("/").endswith(location.rstrip("/") or "\0")


def _taken(db: Session) -> str | None:
    """The next link that is due, taken by this worker: whoever comes at the same time takes another."""
    now = clock.now()
    never = Resource.link_looked_at.is_(None)
    weekly = Resource.link_looked_at < now - EVERY
    daily = sa.and_(
        Resource.link_failures > 0, Resource.link_failures < FAILURES, Resource.link_looked_at < now - AGAIN
    )
    query = sa.select(Resource).where(
        Resource.url.is_not(None), Resource.archived_at.is_(None), sa.or_(never, weekly, daily)
    )
    order = query.order_by(Resource.link_looked_at.is_not(None), Resource.link_looked_at, Resource.id)
    found = db.scalars(order.limit(1).with_for_update(skip_locked=True)).first()
    if found is None:
        return None
    found.link_looked_at = now
    return found.url


def note(db: Session, link: str, seen: Seen) -> None:
    """What was seen, of every resource that leads there."""
    now = clock.now()
    query = sa.select(Resource).where(Resource.url == link, Resource.archived_at.is_(None))
    lost = []
    for one in db.scalars(query.order_by(Resource.id).with_for_update()):
        one.link_looked_at = now
        if seen is Seen.UNREACHED:
            continue
        if seen is Seen.MISSING:
            one.link_failures += 1
            if one.link_failures >= FAILURES and one.link_state is not LinkState.LOST:
                one.link_state = LinkState.LOST
                lost.append(one.id)
            continue
        one.link_failures = 0
        if seen is not Seen.UNSAID:
            one.link_state = LinkState(seen)
        elif one.link_state is LinkState.LOST:
            one.link_state = LinkState.UNKNOWN
    _plan_anew(db, lost)


def _plan_anew(db: Session, lost: Sequence[uuid.UUID]) -> None:
    """Pathways with a step that uses one of these are planned anew when somebody next opens them, not only tomorrow."""
    if not lost:
        return
    using = sa.select(Step.pathway_id).where(Step.resource_id.in_(lost), Step.state == StepState.OPEN)
    query = sa.select(Pathway).where(Pathway.id.in_(using), Pathway.state == PathwayState.ACTIVE)
    for one in db.scalars(query.order_by(Pathway.id).with_for_update()):
        one.estimate = {name: value for name, value in one.estimate.items() if name != "on"}


def _host(link: str) -> str:
    return link.partition("://")[2].partition("/")[0].casefold()
