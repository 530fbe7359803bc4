"""What :mod:`workers` asks of a :mod:`worker`, and how a message between them begins."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime

from pathways.badges.verifying.sources import Documents

LENGTH = struct.Struct(">I")
"""The length of what follows, in bytes."""


@dataclass(frozen=True, slots=True)
class Task:
    data: bytes
    """The file, or the text that somebody typed."""
    documents: Documents
    """What was brought for it so far."""
    now: datetime
    email: str = ""
