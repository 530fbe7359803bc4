"""Instants as badges write them: whole seconds of UTC, because a VC-JWT compares them with NumericDates."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from pathways.badges.formats.errors import FormatError

_XSD = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)


def instant(moment: datetime) -> str:
    """``2026-01-15T09:00:00Z``: cut to the second, never into the future. ``ValueError`` without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def parsed(text: object) -> datetime:
    """The instant of an ``xsd:dateTime`` with a time zone; ``FormatError`` (``instant``) for anything else."""
    if not isinstance(text, str) or not _XSD.match(text):
        raise FormatError(f"not an instant: {str(text)[:40]}", code="instant")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise FormatError(f"not an instant: {text}", code="instant") from wrong
