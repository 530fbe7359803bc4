"""What happened, for whoever has a channel: recorded through the outbox, once for each person concerned.

Who cannot be told by a machine gets a :class:`DeskTask` instead (``telling``), so no event names anybody without a
channel.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BookingMade:
    """Seats that somebody with a channel has from now on, also those of an offer they took."""

    booking_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class BookingCancelled:
    """By the person, or by a member for them."""

    booking_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class BookingMoved:
    """The booking it became. The one it was has this id as its ``moved_to_id``."""

    booking_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class SeatsOffered:
    """To an entry of a waiting list: ``entry.booking_id`` is held until its ``lapses_at``."""

    entry_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class OfferLapsed:
    """They wait again, or not (``entry.state`` says which)."""

    entry_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class WaitingEnded:
    """Of an entry whose session was cancelled."""

    entry_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class SessionCancelled:
    """One for each booking. Its ``moved_to_id``, if there is one, is a held seat in the nearest other session."""

    booking_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class SessionChanged:
    """Another time or place: one for each booking."""

    booking_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class WishAnswered:
    """A session was opened for a wish whose holder can be told."""

    wish_id: uuid.UUID
