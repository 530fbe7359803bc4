"""Where an address says that somebody came from. Only pages of this server are taken at their word: whatever a browser
could read as another's address leads nowhere.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_PATHWAY = r"/t/[0-9a-f-]{36}/pathway(/steps/[0-9a-f-]{36})?"
_PAGE = r"(/[A-Za-z0-9][A-Za-z0-9-]*)+"
_TO_PATHWAY = re.compile(_PATHWAY)
_TO_SHEET = re.compile(rf"/sheets/[A-Za-z0-9][A-Za-z0-9-]*(\?back={_PATHWAY})?")
_TO_PERSON = re.compile(rf"/t{_PAGE}")


def to_pathway(back: str) -> str:
    """A page of somebody's pathway, or nothing."""
    return back if _TO_PATHWAY.fullmatch(back) else ""


def to_reader(back: str) -> str:
    """A page of a person, or a sheet with the pathway that it was opened from; or nothing."""
    return back if _TO_PERSON.fullmatch(back) or _TO_SHEET.fullmatch(back) else ""


def with_back(address: str, back: str) -> str:
    """``address`` with the way back that it shall keep."""
    return f"{address}?back={quote(back, safe='/')}" if back else address
