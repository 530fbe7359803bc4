"""People by skills: for each person what they agreed to show, for each skill how many can.

Nobody is ranked: rows stand as the alphabet or their arrival goes, no person has a total, and nothing here gives a
share of anything. A skill has counts, since a skill is what a team can lack.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pathways.badges.holding import results
from pathways.badges.holding.results import Measures
from pathways.diagnostics.reading import Sign
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.teams import inviting, policies, selecting
from pathways.teams.models import Sharing, Team, TeamMember
from pathways.teams.selecting import Column


class State(enum.StrEnum):
    """All that is ever shown of one skill of one person."""

    CAN = "can"
    CONFIRM = "confirm"
    NOT_YET = "learn"
    """Named as its sign and shape are (``diagnostics.reading.Sign``)."""


SAID = {State.CAN: D_("sait faire"), State.CONFIRM: D_("à confirmer"), State.NOT_YET: D_("pas encore")}
ROWS = {
    Sharing.INVITED: D_("invitation sans réponse"),
    Sharing.SHARED: D_("n'a pas encore répondu aux questions"),
    Sharing.WITHHELD: D_("ne partage pas"),
}
"""What stands in the place of a row of states."""
_STATE = {Sign.CAN: State.CAN, Sign.LEARN: State.NOT_YET, Sign.CONFIRM: State.CONFIRM, Sign.UNSEEN: State.CONFIRM}


@dataclass(frozen=True, slots=True)
class Row:
    member: TeamMember
    states: tuple[State | None, ...]
    """One for each column; ``None`` for a skill that they were not asked to show. Empty where nothing is shown."""

    @property
    def instead(self) -> str:
        """A msgid, where there are no states."""
        if self.states:
            return ""
        is_gone = self.member.sharing is Sharing.SHARED and self.member.holder_id is None  # they erased their space
        return ROWS[Sharing.WITHHELD if is_gone else self.member.sharing]


@dataclass(frozen=True, slots=True)
class Tally:
    """One skill, over those who show it."""

    column: Column
    can: tuple[TeamMember, ...]
    confirm: tuple[TeamMember, ...]
    not_yet: tuple[TeamMember, ...]

    @property
    def is_nobody(self) -> bool:
        return not self.can

    @property
    def only_one(self) -> TeamMember | None:
        """The one person who can, where there is one alone: a single point of failure."""
        return self.can[0] if len(self.can) == 1 else None

    @property
    def is_gap(self) -> bool:
        return len(self.can) < 2

    @property
    def shown(self) -> int:
        """People who show it, whatever they can."""
        return len(self.can) + len(self.confirm) + len(self.not_yet)


@dataclass(frozen=True, slots=True)
class Board:
    """The first screen."""

    team: Team
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    tallies: tuple[Tally, ...]
    """In the order of the columns."""

    @property
    def members(self) -> list[TeamMember]:
        return [one.member for one in self.rows]

    @property
    def answering(self) -> int:
        """People of whom something is shown."""
        return sum(bool(one.states) for one in self.rows)

    @property
    def gaps(self) -> list[Tally]:
        """Skills that nobody has first, then those that one person alone has; of each, as the columns go."""
        return sorted((one for one in self.tallies if one.is_gap), key=lambda one: len(one.can))

    def row(self, member_id: uuid.UUID) -> Row | None:
        return next((one for one in self.rows if one.member.id == member_id), None)


def board(db: Session, actor: Member, *, by_arrival: bool = False) -> Board:
    """The team of the member's organisation. A number of queries that does not grow with the people."""
    team = selecting.of(db, actor)
    return read(db, team, selecting.columns(db, team), inviting.all_of(db, actor, by_arrival=by_arrival))


def read(db: Session, team: Team, columns: Sequence[Column], members: Sequence[TeamMember]) -> Board:
    """The same for people who were found already, in the order given."""
    measures = measured(db, members)
    rows = tuple(Row(one, states_of(one, columns, measures)) for one in members)
    return Board(team, tuple(columns), rows, tuple(_tally(place, one, rows) for place, one in enumerate(columns)))


def measured(db: Session, members: Sequence[TeamMember]) -> Mapping[uuid.UUID, Measures]:
    """``{holder: measures}`` of those who said yes, and of nobody else."""
    holder_ids = [one.holder_id for one in members if policies.shows(one) and one.holder_id is not None]
    return results.measures_of(db, holder_ids) if holder_ids else {}


def states_of(
    member: TeamMember, columns: Sequence[Column], measures: Mapping[uuid.UUID, Measures]
) -> tuple[State | None, ...]:
    """Empty where nothing is shown: no yes, or no answer yet to anything of what they agreed to."""
    if not policies.shows(member) or member.holder_id is None:
        return ()
    theirs = measures.get(member.holder_id, {})
    known = {f"{framework}:{code}": one.sign for (framework, code), one in theirs.items()}
    if not any(one.key in known and policies.shows_skill(member, one.key) for one in columns):
        return ()
    return tuple(
        _STATE[known.get(one.key, Sign.UNSEEN)] if policies.shows_skill(member, one.key) else None for one in columns
    )


def _tally(place: int, column: Column, rows: Sequence[Row]) -> Tally:
    def those(state: State) -> tuple[TeamMember, ...]:
        return tuple(one.member for one in rows if one.states and one.states[place] is state)

    return Tally(column, those(State.CAN), those(State.CONFIRM), those(State.NOT_YET))
