"""Counting wrong tries, in the database so that several processes share one count.

Right ones never count: thirty phones of one room share one address and type right codes. (Asking for a mail does,
whatever comes of it.) The address of a person is never stored, only a keyed digest of it.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from pathways import clock, ids
from pathways.database import Base, insert_for
from pathways.errors import TooMany
from pathways.i18n import N_


class WrongTries(Base):
    __tablename__ = "wrong_tries"

    bucket: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


def bucket(secret: bytes, purpose: str, subject: str) -> str:
    """The name under which tries of ``subject`` (an address, an account) are counted."""
    return ids.signed(secret, f"throttle {purpose}", _network(subject)).hex()


def check(db: Session, bucket: str, *, limit: int, minutes: int) -> None:
    """Raise :class:`TooMany` if ``limit`` wrong tries were counted within the present window."""
    count = db.scalar(sa.select(WrongTries.count).filter_by(bucket=bucket, window=_window(minutes)))
    if count is not None and count >= limit:
        end = _window(minutes) + timedelta(minutes=minutes)
        raise TooMany(
            N_("Trop d'essais. Attendez quelques minutes, puis recommencez."),
            seconds=max(1, int((end - clock.now()).total_seconds())),
        )


def count(db: Session, bucket: str, *, minutes: int) -> None:
    """Count one wrong try. The caller's transaction must be kept (see ``DomainError.kept``)."""
    insert = insert_for(db)(WrongTries).values(bucket=bucket, window=_window(minutes), count=1)
    db.execute(
        insert.on_conflict_do_update(
            index_elements=[WrongTries.bucket, WrongTries.window], set_={"count": WrongTries.count + 1}
        )
    )


def forget(db: Session, *, older_than: datetime) -> None:
    db.execute(sa.delete(WrongTries).where(WrongTries.window < older_than))


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
