"""The coverage map as a table for the organisation itself: labels stand in it, so it is noted in the journal, and is
for nobody outside.
"""

from __future__ import annotations

from datetime import datetime

from pathways import i18n
from pathways.clock import PARIS
from pathways.i18n import D_
from pathways.insights import anonymity
from pathways.insights.exporting import Table
from pathways.spreadsheets import Cell, Row
from pathways.teams import posts, standings
from pathways.teams.coverage import Coverage
from pathways.teams.models import Standing
from pathways.teams.network import Numbers
from pathways.teams.standings import State

STANDINGS = {Standing.VOLUNTEER: D_("bénévole"), Standing.EMPLOYEE: D_("salarié")}
NOT_ASKED = D_("pas demandé")
_HEADER = (D_("personne"), D_("statut"), D_("poste"))
_BADGES = D_("badges (jusqu'au)")


def table(found: Coverage) -> Table:
    """One row for each person, in the order of the screen, without any total of theirs."""
    board = found.board
    return Table(
        name="pathways-equipe",
        title=i18n.gettext(D_("Notre équipe")),
        header=[
            *map(i18n.gettext, _HEADER),
            *(one.title for one in board.columns),
            i18n.gettext(_BADGES),
        ],
        rows=[_row(found, row) for row in board.rows],
        people=len(board.rows),
    )


def network_table(found: Numbers) -> Table:
    """Numbers of ten people or more, which may be handed on."""
    states = [*map(i18n.gettext, standings.SAID.values())]
    rows: list[Row] = [
        [line.title, line.people, *(anonymity.in_words(line.at_least[state]) for state in State)]
        for line in found.skills
    ]
    return Table(
        name="pathways-reseau",
        title=i18n.gettext(D_("Couverture du réseau")),
        header=[i18n.gettext(D_("micro-compétence")), i18n.gettext(D_("personnes")), *states],
        rows=rows,
        people=found.people,
    )


def _row(found: Coverage, row: standings.Row) -> Row:
    member = row.member
    at = posts.post(member.post)
    cells: list[Cell] = [member.label, i18n.gettext(STANDINGS[member.standing]), at.title if at else ""]
    if row.states:
        cells += [i18n.gettext(standings.SAID[one] if one else NOT_ASKED) for one in row.states]
    else:
        cells += [i18n.gettext(row.instead)] * len(found.board.columns)
    held = [
        f"{one.name} ({_day(one.valid_until)})" if one.valid_until else one.name for one in found.badges_of(member.id)
    ]
    return [*cells, " ; ".join(held)]


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(PARIS):%d/%m/%Y}"
