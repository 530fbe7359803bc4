"""Who may have which seats, in one rule for those who wait and for whoever comes after them. Pure.

The seats of a session lie in pots: one for each quota that still stands, and the seats for everybody. A party takes all
its seats from one pot. The line is gone through by class, then by number, and each party takes the first of its pots
that has room: the quotas it is entitled to before the common seats. Who finds no room shuts all of their own pots for
those behind them, and no others: seats kept for Tigrinya go to the first in line who asked for Tigrinya, however many
before them wait for something else. So nobody gets seats that somebody before them could have had or is waiting for.

Under the rule *best fit* a party that finds no room shuts nothing until it has waited for a week: two free seats go to
the couple behind the family of three, but the family does not wait for ever.

Somebody who does not wait, and asks for seats now, stands at the end of the line.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

PATIENCE = timedelta(days=7)

Pot = uuid.UUID | None
"""A quota, or ``None``: the seats for everybody."""


@dataclass(frozen=True, slots=True)
class Party:
    size: int
    pots: tuple[Pot, ...]
    """Those it may take from, in the order in which they are tried."""
    tired: bool = False
    """It has waited for longer than :data:`PATIENCE`."""


@dataclass(slots=True)
class Seats:
    """What is free in each pot, and which pots somebody waits for."""

    free: dict[Pot, int]
    strict: bool
    shut: set[Pot] = field(default_factory=set)

    def take(self, party: Party) -> tuple[bool, Pot]:
        """Whether there is room for the next in line, and in which pot. It is theirs then, or what they wait for is
        shut.
        """
        for pot in party.pots:
            if pot not in self.shut and self.free[pot] >= party.size:
                self.free[pot] -= party.size
                return True, pot
        if self.strict or party.tired:
            self.shut.update(party.pots)
        return False, None
