"""Days and moments as the desk says them: in its language, by the clock of Paris."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from pathways import i18n
from pathways.clock import PARIS


def day(moment: datetime) -> str:
    """``jeudi 3 décembre 2026``, the day in Paris: in French, or in another language of the desk if it is in use."""
    spoken = i18n.current()
    return i18n.say_date(moment.astimezone(PARIS).date(), spoken.code if spoken.desk else i18n.SOURCE)


def french_day(moment: datetime) -> str:
    """The same in French whatever is in use: for the French half of what is handed over."""
    return i18n.say_date(moment.astimezone(PARIS).date(), i18n.SOURCE)


def short(moment: datetime) -> str:
    """``03/12/2026 09:05``, for a column of a table."""
    return f"{moment.astimezone(PARIS):%d/%m/%Y %H:%M}"


def month(text: str) -> tuple[datetime, datetime] | None:
    """The beginning and the end of ``2026-12``, as a field of a month sends it; ``None`` for what is no month."""
    found = re.fullmatch(r"([12][0-9]{3})-(0[1-9]|1[0-2])", text)
    if found is None:
        return None
    first = date(int(found[1]), int(found[2]), 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return _midnight(first), _midnight(following)


def _midnight(one: date) -> datetime:
    return datetime(one.year, one.month, one.day, tzinfo=PARIS)
