"""Counting wrong tries, in the database so that several processes share one count.

Right ones never count: thirty phones of one room share one address and type right codes. (Asking for a mail does,
whatever comes of it.) The address of a person is never stored, only a keyed digest of it.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from pathways import clock, ids
from pathways.database import Base, Prepared
from pathways.errors import TooMany
from pathways.i18n import N_


class WrongTries(Base):
    __tablename__ = "wrong_tries"

    bucket: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


_TABLE = Base.metadata.tables["wrong_tries"]
_KEY = [_TABLE.c.bucket, _TABLE.c.window]
_COUNT = Prepared(
    sqlite.insert(_TABLE).on_conflict_do_update(_KEY, set_={"count": _TABLE.c.count + 1}).returning(_TABLE.c.count),
    postgresql=postgresql.insert(_TABLE)
    .on_conflict_do_update(constraint=_TABLE.primary_key, set_={"count": _TABLE.c.count + 1})
    .returning(_TABLE.c.count),
)


def bucket(secret: bytes, purpose: str, subject: str) -> str:
    """The name under which tries of ``subject`` (an address, an account) are counted."""
    return ids.signed(secret, f"throttle {purpose}", _network(subject)).hex()


def check(db: Session, bucket: str, *, limit: int, minutes: int) -> None:
    """Raise :class:`TooMany` if ``limit`` wrong tries were counted within the present window."""
    count = db.scalar(sa.select(WrongTries.count).filter_by(bucket=bucket, window=_window(minutes)))
    if count is not None and count >= limit:
        raise _too_many(_window(minutes) + timedelta(minutes=minutes))


def count(db: Session, bucket: str, *, minutes: int) -> None:
    """Count one wrong try. The caller's transaction must be kept (see ``DomainError.kept``)."""
    _counted(db, bucket, _window(minutes))


def count_within(db: Session, bucket: str, *, limit: int, minutes: int) -> None:
    """Count what was just done, or raise :class:`TooMany`, and then it must not be kept. One statement, and the count's
    row is held for as short as can be: many doors of one address go through it.
    """
    window = _window(minutes)
    if _counted(db, bucket, window) > limit:
        raise _too_many(window + timedelta(minutes=minutes))


def forget(db: Session, *, older_than: datetime) -> None:
    db.execute(sa.delete(WrongTries).where(WrongTries.window < older_than))


def _counted(db: Session, bucket: str, window: datetime) -> int:
    return _COUNT.run(db, {"bucket": bucket, "window": window, "count": 1}).scalar_one()


def _too_many(end: datetime) -> TooMany:
    return TooMany(
        N_("Trop d'essais. Attendez quelques minutes, puis recommencez."),
        seconds=max(1, int((end - clock.now()).total_seconds())),
    )


def _window(minutes: int) -> datetime:
    now = clock.now()
    return datetime.fromtimestamp(now.timestamp() // (minutes * 60) * minutes * 60, tz=now.tzinfo)


def _network(subject: str) -> str:
    """One household has a whole IPv6 /64 to try from: it counts as one."""
    try:
        address = ipaddress.ip_address(subject)
    except ValueError:
        return subject
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:  # a server that listens on both: all of IPv4 would be one network
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
